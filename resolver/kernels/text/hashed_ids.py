"""Ids made of the SHA-256 of texts (FIPS 180-4), in lower-case base32 (RFC 4648) without padding.

For millions of ids, without the interpreter; tests hold the kernel against `hashlib`.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import AnyInt, ByteArray, LetterArray, LongArray
from resolver.kernels.compiler import compiled

_START = "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19"
_WORDS = """
428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 d807aa98 12835b01 243185be
550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174 e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa
5cb0a9dc 76f988da 983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 27b70a85
2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85 a2bfe8a1 a81a664b c24b8b70 c76c51a3
d192e819 d6990624 f40e3585 106aa070 19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f
682e6ff3 748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2
"""
_INITIAL_STATE, _ROUND_WORDS = (
    np.array([int(word, 16) for word in words.split()], dtype=np.uint32)
    for words in (_START, _WORDS)
)
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_BLOCK = 64


@compiled(inline="always", allocates=False)
def _rotated(value: np.uint32, by: int) -> np.uint32:
    return np.uint32((value >> np.uint32(by)) | (value << np.uint32(32 - by)))


@compiled(inline="always", allocates=False)
def _fill_block(text: ByteArray, length: AnyInt, block: AnyInt, words: LetterArray) -> None:
    """Write the part of a padded text that begins at byte `block` to the first 16 words.

    The text is followed by a one, and ends with its length in bits.
    """
    for place in range(16):
        words[place] = 0
    for at in range(block, min(block + _BLOCK, length)):
        words[(at - block) >> 2] |= np.uint32(text[at]) << np.uint32(24 - 8 * (at & 3))
    if block <= length < block + _BLOCK:
        words[(length - block) >> 2] |= np.uint32(0x80) << np.uint32(24 - 8 * (length & 3))
    if block + _BLOCK >= length + 9:
        words[14] = np.uint32((8 * length) >> 32)
        words[15] = np.uint32((8 * length) & 0xFFFFFFFF)


@compiled(allocates=False)
def _hash_text(text: ByteArray, length: AnyInt, state: LetterArray, words: LetterArray) -> None:
    """Write the SHA-256 of a text to `state` (8 words); `words`: scratch of 64."""
    for place in range(8):
        state[place] = _INITIAL_STATE[place]
    for block in range(0, length + 9, _BLOCK):
        _fill_block(text, length, block, words)
        for place in range(16, 64):
            before, after = words[place - 15], words[place - 2]
            low = _rotated(before, 7) ^ _rotated(before, 18) ^ (before >> np.uint32(3))
            high = _rotated(after, 17) ^ _rotated(after, 19) ^ (after >> np.uint32(10))
            words[place] = np.uint32(words[place - 16] + low + words[place - 7] + high)
        a, b, c, d = state[0], state[1], state[2], state[3]
        e, f, g, h = state[4], state[5], state[6], state[7]
        for place in range(64):
            spread = _rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)
            chosen = (e & f) ^ (~e & g)
            first = np.uint32(h + spread + chosen + _ROUND_WORDS[place] + words[place])
            spread = _rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)
            second = np.uint32(spread + ((a & b) ^ (a & c) ^ (b & c)))
            a, b, c, d, e, f, g, h = (
                *(np.uint32(first + second), a, b, c),
                *(np.uint32(d + first), e, f, g),
            )
        state[0], state[1] = np.uint32(state[0] + a), np.uint32(state[1] + b)
        state[2], state[3] = np.uint32(state[2] + c), np.uint32(state[3] + d)
        state[4], state[5] = np.uint32(state[4] + e), np.uint32(state[5] + f)
        state[6], state[7] = np.uint32(state[6] + g), np.uint32(state[7] + h)


@compiled()
def fill_hashed_ids(
    offsets: LongArray, data: ByteArray, first: AnyInt, last: AnyInt, ids: ByteArray
) -> None:
    """Write the first characters of the base32 of the SHA-256 of texts, as many as `ids` has.

    Row i of `ids` gets that of `data[offsets[i]:offsets[i + 1]]`, for rows from `first` to `last`
    (exclusive); at most 51 characters.
    """
    state, words = np.empty(8, dtype=np.uint32), np.empty(64, dtype=np.uint32)
    for row in range(first, last):
        text = data[offsets[row] : offsets[row + 1]]
        _hash_text(text, len(text), state, words)
        for place in range(ids.shape[1]):
            # five bits, which may lie in two words
            bit = 5 * place
            pair = np.uint64(state[bit // 32]) << np.uint64(32)
            if bit // 32 < 7:
                pair |= np.uint64(state[bit // 32 + 1])
            ids[row, place] = _ALPHABET[(pair >> np.uint64(59 - bit % 32)) & np.uint64(31)]
