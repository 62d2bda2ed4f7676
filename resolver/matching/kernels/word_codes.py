"""Codes by which words are looked up: hashes of equal, similar and joined words.

Indexed words that are like the words of a query, and what each is worth.

Entities that bear some terms, each with the best weight of a term in a visible record.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from resolver.runtime.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    LongArray,
)
from resolver.runtime.compiler import ahead, compiled
from resolver.runtime.key_sets import mix_hashes


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


UNITS = 256
"""Units of weight per nat."""


class IndexedWords(NamedTuple):
    """Words of all profiles and, after them, joined neighbors; `signature` of words alone.

    `codes` ascend, `coded` is the word of each code. Bearers of word t lie between two `starts`.
    """

    codes: HashArray
    coded: IntArray
    starts: LongArray
    rarity: FloatArray
    signature: LetterArray


class QueryCodes(NamedTuple):
    """Codes of the words of a query and their ways, between two `offsets`; rarity and letters."""

    offsets: LongArray
    codes: HashArray
    ways: ByteArray
    rarity: FloatArray
    signature: LetterArray


class WordMatches(NamedTuple):
    """Matches of word i, between two `ends`: tokens, weights (`UNITS` per nat), and whether the
    token is the very word."""

    tokens: LongArray
    weights: LetterArray
    equal: BoolArray
    ends: LongArray


@compiled(inline="always", allocates=False)
def _count_bits(value: np.uint32) -> int:
    count = 0
    while value:
        value &= value - np.uint32(1)
        count += 1
    return count


@compiled(allocates=False)
def find_codes(codes: HashArray, indexed: HashArray, out: LongArray) -> None:
    """Write where each of some codes stands, or would stand, among ascending ones.

    All binary searches go on step by step together, so that waiting for memory overlaps.
    """
    out[:] = 0
    size = len(indexed)
    while size > 1:
        half = size // 2
        size -= half
        for place in range(len(codes)):
            if indexed[out[place] + half - 1] < codes[place]:
                out[place] += half
            ahead(indexed, out[place] + size // 2 - 1)
    for place in range(len(codes)):
        if len(indexed) > 0 and indexed[out[place]] < codes[place]:
            out[place] += 1


@compiled(inline="always", allocates=False)
def _end_of_code(code: np.uint64, first: AnyInt, index: IndexedWords) -> AnyInt:
    """Return the end of the words that have a code, whose rows are requested from memory."""
    last = first
    while last < len(index.codes) and index.codes[last] == code:
        ahead(index.starts, index.coded[last])
        ahead(index.signature, index.coded[last])
        ahead(index.rarity, index.coded[last])
        last += 1
    return last


@compiled(inline="always", allocates=False)
def _code_limit(
    way: int, first: AnyInt, last: AnyInt, index: IndexedWords, total: int
) -> np.float32:
    """Return the most nats that a code may count: the rarer its bearers, the more."""
    bearers: Any = np.int64(0)
    for at in range(first, last):
        bearers += index.starts[index.coded[at] + 1] - index.starts[index.coded[at]]
    if way == EQUAL:
        return np.float32(np.inf)
    return np.float32(np.log(total / max(bearers, 1)))


@compiled(inline="always", allocates=False)
def _is_match(way: int, signature: np.uint32, token: AnyInt, index: IndexedWords) -> bool:
    """Return whether an indexed word with the same code counts as a match."""
    if index.starts[token] == index.starts[token + 1]:
        return False
    if way == JOINED and token >= len(index.signature):
        # Neighbors match single words only.
        return False
    if way == BEGINNING:
        other = index.signature[token]
        common = _count_bits(signature & other)
        if 4 * common < 3 * max(_count_bits(signature), _count_bits(other)):
            return False
    return True


@compiled()
def match_words(
    query: QueryCodes, index: IndexedWords, way_values: FloatArray, total: int
) -> WordMatches:
    """Return the indexed words that are like each word of a query, the best way first.

    A token may stand twice. None but the very word is worth more than its code's share of `total`
    profiles tells.
    """
    tokens = np.empty(1024, dtype=np.int64)
    weights = np.empty(1024, dtype=np.uint32)
    equal = np.empty(1024, dtype=np.bool_)
    ends = np.empty(len(query.rarity) + 1, dtype=np.int64)
    ends[0] = 0
    filled = 0
    offsets, codes, ways, rarity, signature = query
    coded, index_rarity, words = index.coded, index.rarity, len(index.signature)
    firsts = np.empty(len(codes), dtype=np.int64)
    find_codes(codes, index.codes, firsts)
    for place in range(len(codes)):
        ahead(coded, firsts[place])
    lasts = np.empty(len(codes), dtype=np.int64)
    for place in range(len(codes)):
        lasts[place] = _end_of_code(codes[place], firsts[place], index)
    for word in range(len(rarity)):
        for place in range(offsets[word], offsets[word + 1]):
            way, first, last = ways[place], firsts[place], lasts[place]
            limit = _code_limit(way, first, last, index, total)
            for at in range(first, last):
                token = coded[at]
                if not _is_match(way, signature[word], token, index):
                    continue
                if filled == len(tokens):
                    tokens = np.concatenate((tokens, np.empty(filled, dtype=np.int64)))
                    weights = np.concatenate((weights, np.empty(filled, dtype=np.uint32)))
                    equal = np.concatenate((equal, np.empty(filled, dtype=np.bool_)))
                tokens[filled], equal[filled] = token, way == EQUAL
                if token < words:
                    value = way_values[way] * min(rarity[word], index_rarity[token])
                else:
                    # The prefilter does not see that neighbors agree with a word.
                    value = way_values[JOINED] * index_rarity[token]
                weights[filled] = np.uint32(max(min(value, limit) * UNITS, 1))
                filled += 1
        ends[word + 1] = filled
    return WordMatches(tokens[:filled], weights[:filled], equal[:filled], ends)


PLACE_BIT = 1
"""Bit of the weight of a posting that marks the value as a place; other weights are even."""


class TermRanges(NamedTuple):
    """Ranges of postings, from `firsts` up to `lasts`, and the worth of a term in each."""

    firsts: LongArray
    lasts: LongArray
    factors: FloatArray


class Postings(NamedTuple):
    """Records that state terms, with the weight of each; `owners` are the entities of records."""

    records: IntArray
    weights: ByteArray
    owners: IntArray


class Bearers(NamedTuple):
    """Entities by row: the best value of each (zeros to begin with), whether a place is stated with
    it (`PLACE_BIT`), and the rows that were raised.
    """

    best: FloatArray
    is_place: BoolArray
    touched: IntArray


@compiled(allocates=False)
def raise_bearers(
    ranges: TermRanges,
    postings: Postings,
    visible: BoolArray,
    active: BoolArray,
    bearers: Bearers,
) -> int:
    """Raise `best` of each active entity to the highest worth × weight of its visible postings.

    `visible` has a flag per record, or is empty if all are. Return the number of raised entities.
    """
    best, is_place, touched = bearers
    count = 0
    for place in range(len(ranges.firsts)):
        factor = ranges.factors[place]
        for at in range(ranges.firsts[place], ranges.lasts[place]):
            record = postings.records[at]
            if len(visible) > 0 and not visible[record]:
                continue
            entity = postings.owners[record]
            if not active[entity]:
                continue
            if best[entity] == 0:
                touched[count] = entity
                count += 1
            weight = postings.weights[at]
            if factor * np.float32(weight) > best[entity]:
                best[entity] = factor * np.float32(weight)
                is_place[entity] = weight & PLACE_BIT != 0
    return count
