"""Indexed words that are like the words of a query, and what each is worth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from resolver.kernels.arrays import (
    AnyInt,
    BoolArray,
    ByteArray,
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    LongArray,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import ahead
from resolver.kernels.lookup.word_codes import BEGINNING, EQUAL, JOINED

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
