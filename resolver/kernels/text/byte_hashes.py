"""BLAKE2b hashes of short texts (RFC 7693): the values of `normalize.folding.hash64`.

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
_MIXED = np.array(
    [
        [int(word, 16) for word in step]
        for step in "048C 159D 26AE 37BF 05AF 16BC 278D 349E".split()
    ],
    dtype=np.uint8,
)
"""Words of the state that each step of a round mixes: columns, then diagonals."""
_PARAMETERS = np.uint64(0x01010008)
"""Digest of 8 bytes, no key, one block."""
MAX_BYTES = 128
"""Length of the longest text: one block."""


@compiled(inline="always", allocates=False)
def _rotated(value: np.uint64, by: int) -> np.uint64:
    return (value >> np.uint64(by)) | (value << np.uint64(64 - by))


@compiled(inline="always", allocates=False)
def _mix_state(state: HashArray, block: HashArray, turn: int, step: int) -> None:
    """Mix four words of the state (the function G of the RFC)."""
    a, b, c, d = _MIXED[step, 0], _MIXED[step, 1], _MIXED[step, 2], _MIXED[step, 3]
    state[a] += state[b] + block[_SIGMA[turn, 2 * step]]
    state[d] = _rotated(state[d] ^ state[a], 32)
    state[c] += state[d]
    state[b] = _rotated(state[b] ^ state[c], 24)
    state[a] += state[b] + block[_SIGMA[turn, 2 * step + 1]]
    state[d] = _rotated(state[d] ^ state[a], 16)
    state[c] += state[d]
    state[b] = _rotated(state[b] ^ state[c], 63)


@compiled(allocates=False)
def hash_bytes(text: ByteArray, length: AnyInt, state: HashArray, block: HashArray) -> np.uint64:
    """Return the hash of the first `length` bytes (at most `MAX_BYTES`) of `text`, never 0.

    `state` and `block`: scratch of 16 numbers each.
    """
    for place in range(16):
        word = np.uint64(0)
        for byte in range(8):
            at = 8 * place + byte
            if at < length:
                word |= np.uint64(text[at]) << np.uint64(8 * byte)
        block[place] = word
    first = _INITIAL_STATE[0] ^ _PARAMETERS
    state[0] = first
    for place in range(1, 8):
        state[place] = _INITIAL_STATE[place]
    for place in range(8):
        state[8 + place] = _INITIAL_STATE[place]
    state[12] ^= np.uint64(length)
    state[14] = ~state[14]
    for turn in range(12):
        for step in range(8):
            _mix_state(state, block, turn, step)
    value = first ^ state[0] ^ state[8]
    return value if value != 0 else np.uint64(1)


@compiled()
def fill_text_hashes(offsets: LongArray, data: ByteArray, out: HashArray) -> None:
    """Write the hash of each text `data[offsets[i]:offsets[i + 1]]`.

    0 for empty texts and for those longer than `MAX_BYTES`.
    """
    state, block = np.empty(16, dtype=np.uint64), np.empty(16, dtype=np.uint64)
    for place in range(len(out)):
        length = offsets[place + 1] - offsets[place]
        out[place] = 0
        if 0 < length <= MAX_BYTES:
            text = data[offsets[place] : offsets[place + 1]]
            out[place] = hash_bytes(text, length, state, block)
