"""SHA-256 of texts (FIPS 180-4), and its characters in lower-case base32 (RFC 4648, no padding).

For millions of texts, without the interpreter; tests hold the kernels against the standard library.
Texts are hashed side by side, so that each step is one of vectors.
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
_LANES = 32
"""Texts that are hashed side by side."""


@compiled(inline="always", allocates=False)
def _rotated(value: np.uint32, by: int) -> np.uint32:
    return np.uint32((value >> np.uint32(by)) | (value << np.uint32(32 - by)))


@compiled(allocates=False)
def _fill_block(
    data: ByteArray, start: AnyInt, length: AnyInt, block: AnyInt, words: LetterArray, lane: int
) -> None:
    """Write the part of a padded text that begins at byte `block` to the first 16 words of a lane.

    The text, of `length` bytes from `start`, is followed by a one, and ends with its length in
    bits.
    """
    if block + _BLOCK <= length:
        for place in range(16):
            at = start + block + 4 * place
            high = np.uint32(data[at]) << np.uint32(24) | np.uint32(data[at + 1]) << np.uint32(16)
            low = np.uint32(data[at + 2]) << np.uint32(8) | np.uint32(data[at + 3])
            words[place, lane] = high | low
        return
    for place in range(16):
        words[place, lane] = 0
    for at in range(block, min(block + _BLOCK, length)):
        words[(at - block) >> 2, lane] |= np.uint32(data[start + at]) << np.uint32(
            24 - 8 * (at & 3)
        )
    if block <= length < block + _BLOCK:
        words[(length - block) >> 2, lane] |= np.uint32(0x80) << np.uint32(24 - 8 * (length & 3))
    if block + _BLOCK >= length + 9:
        words[14, lane] = np.uint32((8 * length) >> 32)
        words[15, lane] = np.uint32((8 * length) & 0xFFFFFFFF)


@compiled(allocates=False)
def _extend_words(words: LetterArray) -> None:
    """Fill in words 16 … 63 of all lanes."""
    for place in range(16, 64):
        for lane in range(_LANES):
            before, after = words[place - 15, lane], words[place - 2, lane]
            low = _rotated(before, 7) ^ _rotated(before, 18) ^ (before >> np.uint32(3))
            high = _rotated(after, 17) ^ _rotated(after, 19) ^ (after >> np.uint32(10))
            words[place, lane] = np.uint32(
                words[place - 16, lane] + low + words[place - 7, lane] + high
            )


@compiled(allocates=False)
def _run_rounds(state: LetterArray, words: LetterArray) -> None:
    """Run the 64 rounds of a block over the state (8 × lanes) of all lanes.

    Instead of moving each word of the state to the next place in each round, the places move.
    """
    for number in range(64):
        constant, word = _ROUND_WORDS[number], words[number]
        a, b = state[-number & 7], state[(1 - number) & 7]
        c, d = state[(2 - number) & 7], state[(3 - number) & 7]
        e, f = state[(4 - number) & 7], state[(5 - number) & 7]
        g, h = state[(6 - number) & 7], state[(7 - number) & 7]
        for lane in range(_LANES):
            x, y, z = a[lane], b[lane], c[lane]
            u = e[lane]
            spread = _rotated(u, 6) ^ _rotated(u, 11) ^ _rotated(u, 25)
            chosen = (u & f[lane]) ^ (~u & g[lane])
            first = np.uint32(h[lane] + spread + chosen + constant + word[lane])
            spread = _rotated(x, 2) ^ _rotated(x, 13) ^ _rotated(x, 22)
            second = np.uint32(spread + ((x & y) ^ (x & z) ^ (y & z)))
            d[lane] = np.uint32(d[lane] + first)
            h[lane] = np.uint32(first + second)


@compiled()
def fill_digests(
    offsets: LongArray, data: ByteArray, first: AnyInt, last: AnyInt, digests: LetterArray
) -> None:
    """Write the SHA-256 of texts `first` … `last` - 1 to rows of `digests` (texts × 8 words).

    Text i is `data[offsets[i]:offsets[i + 1]]`.
    """
    state, words = np.zeros((8, _LANES), np.uint32), np.zeros((64, _LANES), np.uint32)
    for row in range(first, last, _LANES):
        lanes, longest = min(_LANES, last - row), 0
        for lane in range(lanes):
            longest = max(longest, offsets[row + lane + 1] - offsets[row + lane])
            for word in range(8):
                digests[row + lane, word] = _INITIAL_STATE[word]
        for block in range(0, longest + 9, _BLOCK):
            for lane in range(lanes):
                begin, length = offsets[row + lane], offsets[row + lane + 1] - offsets[row + lane]
                _fill_block(data, begin, length, block, words, lane)
                for word in range(8):
                    state[word, lane] = digests[row + lane, word]
            _extend_words(words)
            _run_rounds(state, words)
            for lane in range(lanes):
                # of a shorter text nothing is left to hash
                if block < offsets[row + lane + 1] - offsets[row + lane] + 9:
                    for word in range(8):
                        digests[row + lane, word] += state[word, lane]


@compiled(allocates=False)
def fill_characters(digests: LetterArray, characters: ByteArray) -> None:
    """Write the first characters of the base32 of digests (texts × 8 words), as many as
    `characters` has columns, 51 at most.
    """
    for row in range(len(digests)):
        for place in range(characters.shape[1]):
            # five bits, which may lie in two words
            word, shift = 5 * place // 32, 5 * place % 32
            pair = np.uint64(digests[row, word]) << np.uint64(32)
            if word < 7:
                pair |= np.uint64(digests[row, word + 1])
            characters[row, place] = _ALPHABET[(pair >> np.uint64(59 - shift)) & np.uint64(31)]
