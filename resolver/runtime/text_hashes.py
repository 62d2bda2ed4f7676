"""BLAKE2b hashes of short texts (RFC 7693): the values of `compute_hash64`.

For millions of short texts, without the interpreter; tests hold the kernel against that function.

SHA-256 of texts (FIPS 180-4), and its characters in lower-case base32 (RFC 4648, no padding).

For millions of texts, without the interpreter; tests hold the kernels against the standard library.
Texts are hashed side by side, so that each step is one of vectors.

Letters of texts as arrays, and a hash built letter by letter, for acronyms and ends of words.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.runtime.arrays import AnyInt, ByteArray, HashArray, LetterArray, LongArray
from resolver.runtime.compiler import compiled

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


_START = "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19"
_WORDS = """
428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 d807aa98 12835b01 243185be
550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174 e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa
5cb0a9dc 76f988da 983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 27b70a85
2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85 a2bfe8a1 a81a664b c24b8b70 c76c51a3
d192e819 d6990624 f40e3585 106aa070 19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f
682e6ff3 748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2
"""
_SHA256_INITIAL_STATE, _ROUND_WORDS = (
    np.array([int(word, 16) for word in words.split()], dtype=np.uint32)
    for words in (_START, _WORDS)
)
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_BLOCK = 64
_LANES = 32
"""Texts that are hashed side by side."""


@compiled(inline="always", allocates=False)
def _sha256_rotated(value: np.uint32, by: int) -> np.uint32:
    return np.uint32((value >> np.uint32(by)) | (value << np.uint32(32 - by)))


@compiled(allocates=False)
def _fill_sha256_block(
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
            low = (
                _sha256_rotated(before, 7) ^ _sha256_rotated(before, 18) ^ (before >> np.uint32(3))
            )
            high = (
                _sha256_rotated(after, 17) ^ _sha256_rotated(after, 19) ^ (after >> np.uint32(10))
            )
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
            spread = _sha256_rotated(u, 6) ^ _sha256_rotated(u, 11) ^ _sha256_rotated(u, 25)
            chosen = (u & f[lane]) ^ (~u & g[lane])
            first = np.uint32(h[lane] + spread + chosen + constant + word[lane])
            spread = _sha256_rotated(x, 2) ^ _sha256_rotated(x, 13) ^ _sha256_rotated(x, 22)
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
                digests[row + lane, word] = _SHA256_INITIAL_STATE[word]
        for block in range(0, longest + 9, _BLOCK):
            for lane in range(lanes):
                begin, length = offsets[row + lane], offsets[row + lane + 1] - offsets[row + lane]
                _fill_sha256_block(data, begin, length, block, words, lane)
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


SPELL_START = np.uint64(7)
SPELL_FACTOR = np.uint64(1_000_003)


def spell(text: str) -> int:
    """Return the 64-bit polynomial hash of a text.

    It starts with `SPELL_START`; each letter multiplies by `SPELL_FACTOR` and adds its code point.
    """
    value = int(SPELL_START)
    for letter in text:
        value = (value * int(SPELL_FACTOR) + ord(letter)) & 0xFFFFFFFFFFFFFFFF
    return value


class TextLetters(NamedTuple):
    """Letters of n texts as code points: those of text i are `letters[starts[i]:starts[i + 1]]`."""

    starts: LongArray
    letters: LetterArray

    @classmethod
    def of(cls, texts: npt.NDArray[np.object_]) -> TextLetters:
        """Return the letters of some texts."""
        words = texts.tolist()
        starts = np.zeros(len(words) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, words), dtype=np.int64, count=len(words)), out=starts[1:])
        encoded = "".join(words).encode("utf-32-le", "surrogatepass")
        return cls(starts, np.frombuffer(encoded, dtype=np.uint32))

    @property
    def lengths(self) -> LongArray:
        """Letters that each text has."""
        return np.diff(self.starts)

    @property
    def first_letters(self) -> LetterArray:
        """Code point of each text's first letter; 0 for an empty text."""
        first = np.zeros(len(self.starts) - 1, dtype=np.uint32)
        filled = np.flatnonzero(self.lengths)
        first[filled] = self.letters[self.starts[filled]]
        return first

    def spell_first(self, most: int) -> HashArray:
        """Return `spell` of the first letters of each text, `most` of them at most."""
        return _spell(self.letters, self.starts[:-1], np.minimum(self.lengths, most))

    def spell_last(self, most: int) -> HashArray:
        """Return `spell` of the last letters of each text, `most` of them at most."""
        counts = np.minimum(self.lengths, most)
        return _spell(self.letters, self.starts[1:] - counts, counts)


def _spell(letters: LetterArray, starts: LongArray, counts: LongArray) -> HashArray:
    hashes = np.empty(len(starts), dtype=np.uint64)
    fill_spelled(letters, starts, counts, hashes)
    return hashes


@compiled(allocates=False)
def fill_spelled(
    letters: LetterArray, starts: LongArray, counts: LongArray, hashes: HashArray
) -> None:
    """Write `spell` of the letters from each start on, as many as its count."""
    for place in range(len(starts)):
        value = SPELL_START
        for at in range(starts[place], starts[place] + counts[place]):
            value = value * SPELL_FACTOR + np.uint64(letters[at])
        hashes[place] = value
