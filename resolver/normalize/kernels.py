"""Native twins of `text.hash64` and `text.skeleton`, for millions of short texts: the same answers, without the
interpreter.

Texts are bytes. `hash_bytes` takes up to 128 of them (one block of BLAKE2b, RFC 7693, digest of 8 bytes, no key);
`bones` takes lower-case ASCII. Tests hold both against the plain ones.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.compiler import compiled
from resolver.normalize.folding import DIGRAPHS, FOLDS, PLAIN_DIGRAPHS

LONGEST = 30
"""Letters of the longest text that `joined_bytes` looks at."""
_IV = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    dtype=np.uint64,
)  # fmt: skip
_SIGMA = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    dtype=np.uint8,
)  # fmt: skip
# what is mixed in a round: columns, then diagonals
_MIXED = np.array(
    [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
     [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]],
    dtype=np.uint8,
)  # fmt: skip
_BLOCK = 128
_PARAMETERS = np.uint64(0x01010008)


@compiled(inline="always")
def _rotated(value, by):  # type: ignore[no-untyped-def]
    return (value >> np.uint64(by)) | (value << np.uint64(64 - by))


@compiled()
def hash_bytes(text, length, state, block):  # type: ignore[no-untyped-def]
    """`hash64` of the first `length` (at most 128) bytes of `text`; `state` and `block`: 16 uint64 each to work in."""
    for place in range(16):
        word = np.uint64(0)
        for byte in range(8):
            at = 8 * place + byte
            if at < length:
                word |= np.uint64(text[at]) << np.uint64(8 * byte)
        block[place] = word
    first = _IV[0] ^ _PARAMETERS
    state[0] = first
    for place in range(1, 8):
        state[place] = _IV[place]
    for place in range(8):
        state[8 + place] = _IV[place]
    state[12] ^= np.uint64(length)
    state[14] = ~state[14]
    for turn in range(12):
        for step in range(8):
            a, b, c, d = _MIXED[step, 0], _MIXED[step, 1], _MIXED[step, 2], _MIXED[step, 3]
            state[a] += state[b] + block[_SIGMA[turn, 2 * step]]
            state[d] = _rotated(state[d] ^ state[a], 32)
            state[c] += state[d]
            state[b] = _rotated(state[b] ^ state[c], 24)
            state[a] += state[b] + block[_SIGMA[turn, 2 * step + 1]]
            state[d] = _rotated(state[d] ^ state[a], 16)
            state[c] += state[d]
            state[b] = _rotated(state[b] ^ state[c], 63)
    value = first ^ state[0] ^ state[8]
    return value if value != 0 else np.uint64(1)


def _rules() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """A row for each replacement: length and letters of what is replaced (up to 4), length and letters of what comes
    instead (up to 2)."""
    rows = np.zeros((len(DIGRAPHS) + len(PLAIN_DIGRAPHS), 8), dtype=np.uint8)
    for row, (old, new) in zip(rows, (*DIGRAPHS, *PLAIN_DIGRAPHS), strict=True):
        row[0], row[1 : 1 + len(old)] = len(old), list(old.encode("ascii"))
        row[5], row[6 : 6 + len(new)] = len(new), list(new.encode("ascii"))
    return rows


def _folded() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """What each letter becomes; 0: nothing."""
    table = np.arange(128, dtype=np.uint8)
    for letter, other in FOLDS.items():
        table[letter] = ord(other) if other else 0
    table[list(b"aeiou")] = 0
    return table


_RULES, _H_RULES, _FOLDED = _rules(), len(DIGRAPHS), _folded()


@compiled(inline="always")
def _letter(byte):  # type: ignore[no-untyped-def]
    return np.uint64(1) << np.uint64(byte & 63)


@compiled()
def bones(text, length, other):  # type: ignore[no-untyped-def]
    """`skeleton` of the first `length` bytes of `text`, written over it; gives its length. `text` and `other` have room
    for twice the length."""
    held = np.uint64(0)
    for at in range(length):
        held |= _letter(text[at])
    begin = 0 if held & _letter(104) else _H_RULES
    for rule in range(begin, len(_RULES)):
        size, out = np.int64(_RULES[rule, 0]), np.int64(_RULES[rule, 5])
        needed = np.uint64(0)
        for at in range(size):
            needed |= _letter(_RULES[rule, 1 + at])
        if held & needed != needed:
            continue
        read, place = np.int64(0), np.int64(0)
        while read < length:
            same = read + size <= length
            for at in range(size):
                same = same and text[read + at] == _RULES[rule, 1 + at]
            if same:
                for at in range(out):
                    other[place + at] = _RULES[rule, 6 + at]
                    held |= _letter(_RULES[rule, 6 + at])
                read += size
                place += out
            else:
                other[place] = text[read]
                read += 1
                place += 1
        text[:place] = other[:place]
        length = int(place)
    write = 0
    for at in range(length):
        letter = _FOLDED[text[at]]
        if letter:
            text[write] = letter
            write += 1
    if write > 2 and text[write - 1] == 104:
        write -= 1
    length, write = write, 0
    for at in range(length):
        if at == 0 or text[at] != text[at - 1]:
            other[write] = text[at]
            write += 1
    text[:write] = other[:write]
    return write


@compiled()
def joined_bytes(at, items, offsets, data, joined, joined_bones):  # type: ignore[no-untyped-def]
    """For each place of `at`, the hashes of token `items[place]` and the next written together, and of their skeleton
    (0 where it has no more than two letters); both 0 beyond `LONGEST` letters. Token t is
    `data[offsets[t]:offsets[t + 1]]`."""
    state, block = np.empty(16, dtype=np.uint64), np.empty(16, dtype=np.uint64)
    text, other = np.empty(2 * LONGEST, dtype=np.uint8), np.empty(2 * LONGEST, dtype=np.uint8)
    size = 1024
    while size < 2 * len(at):
        size *= 2
    # the place where two tokens were joined before
    known = np.full(size, -1, dtype=np.int64)
    for place in at:
        one, two = np.int64(items[place]), np.int64(items[place + 1])
        mixed = np.uint64((one << 32) | two) * np.uint64(0x9E3779B97F4A7C15)
        slot = np.int64((mixed >> np.uint64(20)) & np.uint64(size - 1))
        while known[slot] >= 0 and (items[known[slot]] != one or items[known[slot] + 1] != two):
            slot = (slot + 1) & (size - 1)
        if known[slot] >= 0:
            joined[place], joined_bones[place] = joined[known[slot]], joined_bones[known[slot]]
            continue
        known[slot] = place
        length = 0
        whole = offsets[one + 1] - offsets[one] + offsets[two + 1] - offsets[two]
        if whole > LONGEST or whole == 0:
            continue
        for token in (one, two):
            for byte in range(offsets[token], offsets[token + 1]):
                text[length] = data[byte]
                length += 1
        joined[place] = hash_bytes(text, length, state, block)
        length = bones(text, length, other)
        if length > 2:
            joined_bones[place] = hash_bytes(text, length, state, block)
