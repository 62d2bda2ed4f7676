"""Codes by which words are looked up: hashes of equal, similar and joined words."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    HashArray,
    IntArray,
    LongArray,
)
from resolver.kernels.blocking.key_sets import mix_hashes
from resolver.kernels.compiler import compiled


class Way(IntEnum):
    """Ways in which two words are alike."""

    EQUAL = 0
    SYMBOL = 1
    SOUND = 2
    SKELETON = 3
    PHONETIC = 4
    LETTER = 5
    BEGINNING = 6
    JOINED = 7
    CLASSES = 8


EQUAL, SYMBOL, SOUND, SKELETON = (
    int(Way.EQUAL),
    int(Way.SYMBOL),
    int(Way.SOUND),
    int(Way.SKELETON),
)
PHONETIC, LETTER, BEGINNING, JOINED, CLASSES = (
    int(Way.PHONETIC),
    int(Way.LETTER),
    int(Way.BEGINNING),
    int(Way.JOINED),
    int(Way.CLASSES),
)
SYMBOL_SALT, SOUND_SALT, SKELETON_SALT, PHONETIC_SALT, LETTER_SALT, BEGINNING_SALT = range(1, 7)
"""Salts, so that codes of different ways are never the same."""
LATIN_SALT, FOREIGN_SALT = 7, 8
"""Salts of the consonant classes of words in names in Latin letters, and in names without any.
Words of the first sort are never looked up by those of the same sort, which are too many."""
MIN_LETTERS = 4
"""Letters from which on a word is like others but for one letter, or by its beginning."""
SHORT_LETTERS = 3
"""Letters of words that are like longer ones, but not like each other: `nou` and `nour`."""
_PREFIX = 3
_FACTOR = np.uint64(1_000_003)


class QueryWords(NamedTuple):
    """Words of a query (`used`, as tokens) and its joined neighbors.

    `hashes` (4 × tokens): texts, sounds, skeletons, Metaphone codes. `symbols` of token t between
    two `symbol_offsets`, `letters` (UTF-8) between two `letter_offsets`. `joined` (2 × pairs of
    neighbors): texts and skeletons; `joined_classes`: their consonant classes. `classes`: those of
    token t, between two `class_offsets`, and `is_foreign`: tokens of names without Latin letters.
    """

    used: LongArray
    hashes: HashArray
    symbol_offsets: AnyIntArray
    symbols: AnyIntArray
    letters: ByteArray
    letter_offsets: LongArray
    joined: HashArray
    joined_classes: IntArray
    class_offsets: AnyIntArray
    classes: AnyIntArray
    is_foreign: BoolArray


@compiled(inline="always", allocates=False)
def _hash_without(letters: ByteArray, start: AnyInt, end: AnyInt, without: AnyInt) -> np.uint64:
    """Return a hash of a word without the letter at one place, or of all of it."""
    value = np.uint64(7)
    for place in range(start, end):
        if place != without:
            value = value * _FACTOR + np.uint64(letters[place]) + np.uint64(1)
    return value


@compiled(inline="always", allocates=False)
def _hash_beginning(letters: ByteArray, start: AnyInt, end: AnyInt) -> np.uint64:
    """Return a hash of the beginning of a word, 0 for a short one."""
    if end - start < MIN_LETTERS:
        return np.uint64(0)
    value = np.uint64(11)
    for place in range(start, start + _PREFIX):
        value = value * _FACTOR + np.uint64(letters[place]) + np.uint64(1)
    return value


@compiled(allocates=False)
def fill_letter_codes(
    letters: ByteArray, offsets: LongArray, sizes: LongArray, out: HashArray, beginning: HashArray
) -> None:
    """Write `sizes[word]` hashes of each word, of all of it and then without each of its letters.

    `beginning` receives a hash of the beginning of every word, 0 for a short one.
    """
    filled = 0
    for word in range(len(offsets) - 1):
        start, end = offsets[word], offsets[word + 1]
        beginning[word] = _hash_beginning(letters, start, end)
        for without in range(start - 1, start - 1 + sizes[word]):
            out[filled] = _hash_without(letters, start, end, without)
            filled += 1


@compiled(inline="always", allocates=False)
def _add_code(code: np.uint64, way: int, filled: int, codes: HashArray, ways: ByteArray) -> int:
    """Add a code unless it is 0; return the number of codes."""
    if code == 0:
        return filled
    codes[filled], ways[filled] = code, way
    return filled + 1


@compiled(inline="always", allocates=False)
def _salted(code: np.uint64, salt: int) -> np.uint64:
    return mix_hashes(code, np.uint64(salt)) if code != 0 else np.uint64(0)


@compiled(inline="always", allocates=False)
def _add_word(
    word: AnyInt, query: QueryWords, filled: int, codes: HashArray, ways: ByteArray
) -> int:
    """Add the codes of a word; return the number of codes."""
    hashes, symbols = query.hashes, query.symbols
    start, end = query.letter_offsets[word], query.letter_offsets[word + 1]
    filled = _add_code(hashes[0, word], EQUAL, filled, codes, ways)
    for at in range(query.symbol_offsets[word], query.symbol_offsets[word + 1]):
        code = mix_hashes(np.uint64(symbols[at]), np.uint64(SYMBOL_SALT))
        filled = _add_code(code, SYMBOL, filled, codes, ways)
    filled = _add_code(_salted(hashes[1, word], SOUND_SALT), SOUND, filled, codes, ways)
    filled = _add_code(_salted(hashes[2, word], SKELETON_SALT), SKELETON, filled, codes, ways)
    filled = _add_code(_salted(hashes[3, word], PHONETIC_SALT), PHONETIC, filled, codes, ways)
    if end - start >= SHORT_LETTERS:
        for without in range(start - 1, end if end - start >= MIN_LETTERS else start):
            code = _salted(_hash_without(query.letters, start, end, without), LETTER_SALT)
            filled = _add_code(code, LETTER, filled, codes, ways)
    code = _salted(_hash_beginning(query.letters, start, end), BEGINNING_SALT)
    filled = _add_code(code, BEGINNING, filled, codes, ways)
    for at in range(query.class_offsets[word], query.class_offsets[word + 1]):
        code = np.uint64(query.classes[at])
        filled = _add_code(_salted(code, FOREIGN_SALT), CLASSES, filled, codes, ways)
        if query.is_foreign[word]:
            filled = _add_code(_salted(code, LATIN_SALT), CLASSES, filled, codes, ways)
    return filled


@compiled(allocates=False)
def fill_query_codes(
    query: QueryWords, offsets: LongArray, codes: HashArray, ways: ByteArray
) -> None:
    """Write the codes of the words of a query and their ways; those of word i from `offsets[i]` on.

    The joined neighbors follow the words.
    """
    filled = 0
    offsets[0] = 0
    count = len(query.used)
    for number in range(count):
        filled = _add_word(query.used[number], query, filled, codes, ways)
        offsets[number + 1] = filled
    for pair in range(query.joined.shape[1]):
        filled = _add_code(query.joined[0, pair], JOINED, filled, codes, ways)
        code = _salted(query.joined[1, pair], SKELETON_SALT)
        filled = _add_code(code, JOINED, filled, codes, ways)
        code = _salted(np.uint64(query.joined_classes[pair]), FOREIGN_SALT)
        filled = _add_code(code, JOINED, filled, codes, ways)
        offsets[count + pair + 1] = filled
