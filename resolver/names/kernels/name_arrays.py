"""Names of records written into the layout that the alignment kernels read.

Names of some rows of several tables, copied into one layout.

Each token of a table that the rows use is copied once, in the order of first use; each name becomes
a form of its own. Rows lie far apart in memory: each step requests what the next one reads of all
rows, so that waiting for one overlaps with that for others.

Words of the principal names of groups that no word of the other record matches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.names.kernels.name_records import (
    LIMIT,
    NameArrays,
    RecordSpan,
    SimilarityMatrix,
    TokenRecords,
)
from resolver.names.kernels.similarity_matrix import spells_token
from resolver.records.prepared.value_flags import NameQuality, TokenFlag
from resolver.runtime.arrays import (
    AnyInt,
    AnyIntArray,
    ByteArray,
    HashArray,
    IntArray,
    LetterArray,
    LongArray,
    RecordArray,
    RecordRow,
    ShortArray,
)
from resolver.runtime.compiler import ahead, compiled

LATIN_SCRIPT, OTHER_SCRIPT = 1, 2
"""Bits of `NAME.scripts`."""
_FOREIGN = int(TokenFlag.FOREIGN)


class NameColumns(NamedTuple):
    """Columns of the names of all records and of their forms."""

    forms: IntArray
    quality: ByteArray
    compact: HashArray
    starts: IntArray
    tokens: IntArray
    roles: ByteArray
    joined: HashArray
    joined_skeleton: HashArray
    flags: ShortArray


@compiled(allocates=False)
def fill_names(columns: NameColumns, names: RecordArray, words: RecordArray) -> None:
    """Write names (`NAME`) and the words of all forms (`NAME_WORD`)."""
    starts, tokens = columns.starts, columns.tokens
    for place in range(len(tokens)):
        word = words[place]
        word.joined, word.joined_skeleton = columns.joined[place], columns.joined_skeleton[place]
        word.token, word.role = tokens[place], columns.roles[place]
    for place in range(len(columns.forms)):
        form, name = columns.forms[place], names[place]
        name.compact, name.form = columns.compact[form], form
        name.quality = columns.quality[place]
        name.start, name.end = starts[form], starts[form + 1]
        scripts = 0
        for at in range(starts[form], starts[form + 1]):
            is_foreign = columns.flags[tokens[at]] & _FOREIGN
            scripts |= OTHER_SCRIPT if is_foreign else LATIN_SCRIPT
        name.scripts = scripts


@compiled(allocates=False)
def max_cells(records: RecordArray, left: AnyIntArray, right: AnyIntArray) -> np.int64:
    """Return the largest product of the numbers of tokens of the two records of a pair."""
    most = np.int64(0)
    for pair in range(len(left)):
        first, second = left[pair], right[pair]
        tokens_left = records[first + 1].tokens - records[first].tokens
        tokens_right = records[second + 1].tokens - records[second].tokens
        most = max(most, np.int64(tokens_left) * np.int64(tokens_right))
    return most


_AHEAD = 8
"""Tokens that are requested before they are read."""


class NameSource(NamedTuple):
    """Table to copy from: where the names of its records begin, names (`NAME`) and their words
    (`NAME_WORD`), and tokens as in `TokenRecords`.

    Arrays that are read together lie together: rows are anywhere in mapped memory, and each page of
    it that is touched takes as long as copying some names.
    """

    name_offsets: IntArray
    names: RecordArray
    words: RecordArray
    records: RecordArray
    letters: LetterArray
    symbols: IntArray
    sound_offsets: IntArray
    sounds: IntArray


class CopySizes(NamedTuple):
    """Number of names, words of names, tokens, letters, symbols and sounds."""

    names: AnyInt
    words: AnyInt
    tokens: AnyInt
    letters: AnyInt
    symbols: AnyInt
    sounds: AnyInt


class NameTarget(NamedTuple):
    """Arrays to copy into: the layouts, where names and the words of forms begin, the tokens of
    forms, and the source's form of each name."""

    names: NameArrays
    tokens: TokenRecords
    name_offsets: IntArray
    form_offsets: IntArray
    form_items: IntArray
    forms: IntArray


@compiled()
def _number_tokens(source: NameSource, rows: LongArray, tokens: IntArray, coded: IntArray) -> int:
    """Write the tokens of some rows, each once, and the place of each word's token among them.

    Return the number of tokens.
    """
    size = 16
    while size < 2 * len(coded):
        size *= 2
    # Where a token stands in `tokens`, by a hash of its code.
    slots = np.full(size, -1, dtype=np.int32)
    filled, place = 0, 0
    for row in rows:
        for at in range(source.name_offsets[row], source.name_offsets[row + 1]):
            for word in range(source.names[at].start, source.names[at].end):
                token = source.words[word].token
                slot = (np.int64(token) * 2654435761 >> 7) & (size - 1)
                while slots[slot] >= 0 and tokens[slots[slot]] != token:
                    slot = (slot + 1) & (size - 1)
                if slots[slot] < 0:
                    slots[slot], tokens[filled] = filled, token
                    filled += 1
                coded[place] = slots[slot]
                place += 1
    return filled


@compiled(inline="always", allocates=False)
def _request_names(source: NameSource, rows: LongArray) -> None:
    """Request where the names of some rows begin, then the first name of each."""
    for row in rows:
        ahead(source.name_offsets, row)
    for row in rows:
        ahead(source.names, source.name_offsets[row])


@compiled(inline="always", allocates=False)
def _count_parts(source: NameSource, tokens: IntArray) -> tuple[np.int64, np.int64, np.int64]:
    """Return the letters, symbols and sounds of some tokens, and request them to be copied next."""
    letters, symbols, sounds = np.int64(0), np.int64(0), np.int64(0)
    for place in range(len(tokens)):
        later = tokens[min(place + _AHEAD, len(tokens) - 1)]
        ahead(source.records, later)
        ahead(source.records, later + 1)
        ahead(source.sound_offsets, later)
        token = tokens[place]
        ahead(source.letters, source.records[token].letters)
        ahead(source.symbols, source.records[token].symbols)
        ahead(source.sounds, source.sound_offsets[token])
        letters += source.records[token + 1].letters - source.records[token].letters
        symbols += source.records[token + 1].symbols - source.records[token].symbols
        sounds += source.sound_offsets[token + 1] - source.sound_offsets[token]
    return letters, symbols, sounds


@compiled()
def count_names(source: NameSource, rows: LongArray) -> tuple[IntArray, IntArray, CopySizes]:
    """Return the tokens that some rows use, each once; their words as places there; and sizes."""
    names, words = 0, 0
    _request_names(source, rows)
    for row in rows:
        for at in range(source.name_offsets[row], source.name_offsets[row + 1]):
            ahead(source.words, source.names[at].start)
            names += 1
            words += source.names[at].end - source.names[at].start
    coded, tokens = np.empty(words, dtype=np.int32), np.empty(words, dtype=np.int32)
    filled = _number_tokens(source, rows, tokens, coded)
    letters, symbols, sounds = _count_parts(source, tokens[:filled])
    return tokens[:filled], coded, CopySizes(names, words, filled, letters, symbols, sounds)


@compiled(allocates=False)
def copy_tokens(source: NameSource, tokens: IntArray, before: CopySizes, out: TokenRecords) -> None:
    """Copy tokens behind those copied `before`."""
    filled, letters, symbols, sounds = before.tokens, before.letters, before.symbols, before.sounds
    for place in range(len(tokens)):
        token = tokens[place]
        record = source.records[token]
        out.records[filled + place] = record
        out.flags[filled + place] = record.flags
        copy = out.records[filled + place]
        copy.letters, copy.symbols = letters, symbols
        out.sound_offsets[filled + place] = sounds
        for at in range(record.letters, source.records[token + 1].letters):
            out.letters[letters] = source.letters[at]
            letters += 1
        for at in range(record.symbols, source.records[token + 1].symbols):
            out.symbols[symbols] = source.symbols[at]
            symbols += 1
        for at in range(source.sound_offsets[token], source.sound_offsets[token + 1]):
            out.sounds[sounds] = source.sounds[at]
            sounds += 1
    end = filled + len(tokens)
    last = out.records[end]
    last.letters, last.symbols = letters, symbols
    out.sound_offsets[end] = sounds


@compiled(allocates=False)
def copy_names(
    source: NameSource,
    rows: LongArray,
    coded: IntArray,
    used_by: LongArray,
    first: AnyInt,
    before: CopySizes,
    distinct: AnyInt,
    out: NameTarget,
) -> tuple[np.int64, np.int64, AnyInt]:
    """Copy the names of some rows, behind those copied `before`, as records `first` and on.

    `coded` as `count_names` returns it; `used_by`: scratch of -1 for each token; `distinct`: tokens
    of records so far, each once a record. Return the largest number of names and of tokens of a
    record, and the new `distinct`.
    """
    names, words, tokens = out.names.names, out.names.words, before.tokens
    name, word, place = before.names, before.words, 0
    most_names, most_tokens = np.int64(0), np.int64(0)
    for number in range(len(rows)):
        row = rows[number]
        head = out.names.records[first + number]
        head.names, head.tokens, out.name_offsets[first + number] = name, distinct, name
        for at in range(source.name_offsets[row], source.name_offsets[row + 1]):
            old, new = source.names[at], names[name]
            out.forms[name], out.form_offsets[name] = old.form, word
            new.compact, new.form, new.quality = old.compact, name, old.quality
            new.scripts, new.start = old.scripts, word
            for item in range(old.start, old.end):
                code, old_word, new_word = coded[place], source.words[item], words[word]
                new_word.joined = old_word.joined
                new_word.joined_skeleton = old_word.joined_skeleton
                new_word.token, new_word.role = tokens + code, old_word.role
                out.form_items[word] = tokens + code
                if used_by[code] != number:
                    used_by[code] = number
                    out.names.tokens[distinct] = tokens + code
                    distinct += 1
                place += 1
                word += 1
            new.end = word
            name += 1
        most_names = max(most_names, np.int64(name - head.names))
        most_tokens = max(most_tokens, np.int64(distinct - head.tokens))
    last = out.names.records[first + len(rows)]
    last.names, last.tokens = name, distinct
    out.name_offsets[first + len(rows)], out.form_offsets[name] = name, word
    return most_names, most_tokens, distinct


_PRIMARY = int(NameQuality.PRIMARY)


@compiled(allocates=False)
def _is_joined_in(
    first: AnyInt, last: AnyInt, words: RecordArray, records: RecordArray, tokens: IntArray
) -> bool:
    """Return whether a word `first` … `last` - 1 and the next one spell a token of a record."""
    for place in range(first, last):
        joined, skeleton = words[place].joined, words[place].joined_skeleton
        for token in tokens:
            if (joined != 0 and joined == records[token].hash) or (
                skeleton != 0 and skeleton == records[token].skeleton
            ):
                return True
    return False


@compiled(allocates=False)
def _is_split_in(
    record: RecordRow, first: AnyInt, last: AnyInt, names: RecordArray, words: RecordArray
) -> bool:
    """Return whether two neighbors in a name `first` … `last` - 1 spell a token."""
    for name in range(first, last):
        for place in range(names[name].start, names[name].end - 1):
            if spells_token(words[place], record):
                return True
    return False


@compiled(inline="always", allocates=False)
def _unmatched_weight(
    name: RecordRow,
    matched: int,
    other: RecordSpan,
    names: NameArrays,
    tokens: TokenRecords,
    joined: bool,
) -> np.float32:
    """Return the nats of a group's name that no word of the other record matches.

    `matched`: bit n where the n-th word is matched. `joined`: whether neighbors of either record
    may spell words of the other.
    """
    words, records = names.words, tokens.records
    weight = np.float32(0.0)
    start, end = name.start, min(name.end, name.start + LIMIT)
    for place in range(start, end):
        record = records[words[place].token]
        if (matched >> (place - start)) & 1:
            continue
        if joined:
            first, last = max(start, place - 1), min(place + 1, end - 1)
            if _is_joined_in(first, last, words, records, other.tokens):
                continue
            if _is_split_in(record, other.first, other.last, names.names, words):
                continue
        weight += record.rarity_group
    return weight


@compiled(inline="always", allocates=False)
def _matched_left(name: RecordRow, right: RecordSpan, matrix: SimilarityMatrix) -> int:
    """Return a bit for each word of a left name that matches a token of the right record."""
    matched = 0
    for place in range(name.count):
        at = matrix.words[name.first + place].at
        for token in right.tokens:
            if matrix.values[at + matrix.columns[token].start] > 0:
                matched |= 1 << place
                break
    return matched


@compiled(inline="always", allocates=False)
def _matched_right(name: RecordRow, matrix: SimilarityMatrix) -> int:
    """Return a bit for each word of a right name that matches a token of the left record."""
    matched = 0
    for place in range(name.count):
        if matrix.words[name.first + place].bits != 0:
            matched |= 1 << place
    return matched


@compiled(inline="always", allocates=False)
def principal_difference(
    left: RecordSpan,
    right: RecordSpan,
    names: NameArrays,
    tokens: TokenRecords,
    matrix: SimilarityMatrix,
    joined: bool,
) -> np.float32:
    """Return the nats of a principal name that no word of the other record matches.

    Of each record the principal name with the fewest counts, and of the records the one with fewer;
    -1 where a record has no principal name.
    """
    least_left, least_right = np.float32(-1.0), np.float32(-1.0)
    for number in range(left.first, left.last):
        name = names.names[number]
        if name.quality == _PRIMARY:
            matched = _matched_left(matrix.left_names[number - left.first], right, matrix)
            weight = _unmatched_weight(name, matched, right, names, tokens, joined)
            least_left = weight if least_left < 0 else min(least_left, weight)
    for number in range(right.first, right.last):
        name = names.names[number]
        if name.quality == _PRIMARY:
            matched = _matched_right(matrix.right_names[number - right.first], matrix)
            weight = _unmatched_weight(name, matched, left, names, tokens, joined)
            least_right = weight if least_right < 0 else min(least_right, weight)
    return min(least_left, least_right)
