"""BLAKE2b hashes of short texts (RFC 7693): the values of `compute_hash64`.

For millions of short texts, without the interpreter; tests hold the kernel against that function.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import AnyInt, ByteArray, HashArray, LongArray
from resolver.kernels.compiler import compiled

_INITIAL_STATE = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    dtype=np.uint64,
)
_WORD_ORDER = """
0123456789ABCDEF EA489FD61C02B753 B8C052FDAE367194 7931DCBE265A40F8
905724AFE1BC683D 2C6A0B834D75FE19 C51FED4A0763928B DB7EC13950F4862A
6FE9B308C2D714A5 A2847615FB9E3CD0 0123456789ABCDEF EA489FD61C02B753
""".split()
"""Per round the order of the words of the block (sigma), as hexadecimal digits."""
_SIGMA = np.array([[int(word, 16) for word in row] for row in _WORD_ORDER], dtype=np.uint8)
_PARAMETERS = np.uint64(0x01010008)
"""Digest of 8 bytes, no key, one block."""
MAX_BYTES = 128
"""Length of the longest text: one block."""


@compiled(inline="always", allocates=False)
def _rotated(value: np.uint64, by: int) -> np.uint64:
    return (value >> np.uint64(by)) | (value << np.uint64(64 - by))


@compiled(inline="always", allocates=False)
def _mix(
    a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64, first: np.uint64, second: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return four words of the state mixed with two of the block (the function G of the RFC)."""
    a += b + first
    d = _rotated(d ^ a, 32)
    c += d
    b = _rotated(b ^ c, 24)
    a += b + second
    d = _rotated(d ^ a, 16)
    c += d
    b = _rotated(b ^ c, 63)
    return a, b, c, d


@compiled(inline="always", allocates=False)
def _fill_block(text: ByteArray, length: AnyInt, block: HashArray) -> None:
    """Write a text to the block, as words of eight bytes, the first one lowest."""
    for place in range(16):
        block[place] = 0
    for at in range(length):
        block[at >> 3] |= np.uint64(text[at]) << np.uint64(8 * (at & 7))


@compiled(allocates=False)
def hash_bytes(text: ByteArray, length: AnyInt, block: HashArray) -> np.uint64:
    """Return the hash of the first `length` bytes (at most `MAX_BYTES`) of `text`, never 0.

    `block`: scratch of 16 numbers. The words of the state are variables, which processors keep in
    registers; in an array they take half as long again.
    """
    _fill_block(text, length, block)
    start = _INITIAL_STATE
    first = start[0] ^ _PARAMETERS
    a0, a1, a2, a3 = first, start[1], start[2], start[3]
    b0, b1, b2, b3 = start[4], start[5], start[6], start[7]
    c0, c1, c2, c3 = start[0], start[1], start[2], start[3]
    d0, d1 = start[4] ^ np.uint64(length), start[5]
    d2, d3 = ~start[6], start[7]
    for turn in range(12):
        words = _SIGMA[turn]
        # columns, then diagonals
        a0, b0, c0, d0 = _mix(a0, b0, c0, d0, block[words[0]], block[words[1]])
        a1, b1, c1, d1 = _mix(a1, b1, c1, d1, block[words[2]], block[words[3]])
        a2, b2, c2, d2 = _mix(a2, b2, c2, d2, block[words[4]], block[words[5]])
        a3, b3, c3, d3 = _mix(a3, b3, c3, d3, block[words[6]], block[words[7]])
        a0, b1, c2, d3 = _mix(a0, b1, c2, d3, block[words[8]], block[words[9]])
        a1, b2, c3, d0 = _mix(a1, b2, c3, d0, block[words[10]], block[words[11]])
        a2, b3, c0, d1 = _mix(a2, b3, c0, d1, block[words[12]], block[words[13]])
        a3, b0, c1, d2 = _mix(a3, b0, c1, d2, block[words[14]], block[words[15]])
    value = first ^ a0 ^ c0
    return value if value != 0 else np.uint64(1)


@compiled()
def fill_text_hashes(offsets: LongArray, data: ByteArray, out: HashArray) -> None:
    """Write the hash of each text `data[offsets[i]:offsets[i + 1]]`.

    0 for empty texts and for those longer than `MAX_BYTES`.
    """
    block = np.empty(16, dtype=np.uint64)
    for place in range(len(out)):
        length = offsets[place + 1] - offsets[place]
        out[place] = 0
        if 0 < length <= MAX_BYTES:
            text = data[offsets[place] : offsets[place + 1]]
            out[place] = hash_bytes(text, length, block)
