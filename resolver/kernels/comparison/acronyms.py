"""Acronyms: words of one name that are the initials of another, by hashes of letters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import (
    AnyInt,
    AnyIntArray,
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    RecordArray,
    RecordRow,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.letter_hashes import SPELL_FACTOR, SPELL_START

IN_ORDER, OTHER_ORDER = np.float32(1.0), np.float32(0.5)
"""Similarity where a word has the initials of a name in their order, or in another order."""
_MIN_WORDS, _MAX_WORDS = 2, 3
"""Words of a name that may hold an acronym; those of one word are abbreviations themselves
(`abbreviations`)."""
_MIN_IN_ORDER, _MIN_OTHER_ORDER = 3, 4
"""Initials that an acronym must have."""

INITIALS = np.dtype(
    [
        ("all_words", np.uint64),
        ("required", np.uint64),
        ("bag", np.uint64),
        ("count_all", np.int32),
        ("count_required", np.int32),
        ("is_set", np.bool_),
    ],
    align=True,
)
"""Initials of a name form as hashes: of all words, of those that cannot be left out (unlike `Bank`,
`Limited`), of all in any order (`bag`); how many there are; whether the row is set."""


class AcronymTokens(NamedTuple):
    """Columns per token: flags, first letter, hash of its text as initials (0 if it cannot be an
    acronym), hash of its letters in any order. `skip`: flags of words without an initial;
    `optional`: flags of words whose initial may be missing."""

    flags: AnyIntArray
    first_letters: LetterArray
    spelled: HashArray
    bags: HashArray
    skip: int
    optional: int


@compiled(inline="always", allocates=False)
def _bag_term(letter: np.uint64) -> np.uint64:
    """Return what a letter adds to a hash of letters in any order."""
    mixed = letter * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


@compiled(allocates=False)
def _letter_bag(start: AnyInt, end: AnyInt, letters: LetterArray) -> np.uint64:
    """Return a hash of `letters[start:end]` in any order."""
    bag = np.uint64(0)
    for place in range(start, end):
        bag += _bag_term(np.uint64(letters[place]))
    return bag


@compiled(allocates=False)
def fill_letter_bags(
    starts: IntArray, ends: IntArray, letters: LetterArray, out: HashArray
) -> None:
    """Write a hash of the letters of each word, in any order, into `out`."""
    for word in range(len(starts)):
        out[word] = _letter_bag(starts[word], ends[word], letters)


@compiled(allocates=False)
def _set_initials(
    form: AnyInt, offsets: IntArray, items: IntArray, tokens: AcronymTokens, row: RecordRow
) -> None:
    """Set the initials of a name form."""
    all_words, required, bag = SPELL_START, SPELL_START, np.uint64(0)
    count_all, count_required = 0, 0
    for place in range(offsets[form], offsets[form + 1]):
        flags = tokens.flags[items[place]]
        if flags & tokens.skip:
            continue
        letter = np.uint64(tokens.first_letters[items[place]])
        all_words = all_words * SPELL_FACTOR + letter
        count_all += 1
        bag += _bag_term(letter)
        if not flags & tokens.optional:
            required = required * SPELL_FACTOR + letter
            count_required += 1
    row.all_words, row.required, row.bag = all_words, required, bag
    row.count_all, row.count_required, row.is_set = count_all, count_required, True


@compiled(inline="always", allocates=False)
def _acronym_grade(row: RecordRow, spelled: np.uint64, bag: np.uint64) -> np.float32:
    """Return how well a word matches the initials of a name, 0 if not at all."""
    if row.count_all >= _MIN_IN_ORDER and row.all_words == spelled:
        return IN_ORDER
    if row.count_required >= _MIN_IN_ORDER and row.required == spelled:
        return IN_ORDER
    if row.count_all >= _MIN_OTHER_ORDER and row.bag == bag:
        return OTHER_ORDER
    return np.float32(0.0)


@compiled(allocates=False)
def _best_acronym(
    short_form: AnyInt,
    forms: IntArray,
    offsets: IntArray,
    items: IntArray,
    tokens: AcronymTokens,
    initials: RecordArray,
) -> np.float32:
    """Return the best grade of a word of a short name as an acronym of any of some name forms."""
    best = np.float32(0.0)
    for place in range(offsets[short_form], offsets[short_form + 1]):
        token = items[place]
        if tokens.spelled[token] == 0:
            continue
        for form in forms:
            row = initials[form]
            if not row.is_set:
                _set_initials(form, offsets, items, tokens, row)
            best = max(best, _acronym_grade(row, tokens.spelled[token], tokens.bags[token]))
    return best


@compiled(allocates=False)
def fill_acronyms(
    left: AnyIntArray,
    right: AnyIntArray,
    name_offsets: IntArray,
    name_forms: IntArray,
    offsets: IntArray,
    items: IntArray,
    tokens: AcronymTokens,
    initials: RecordArray,
    out: FloatArray,
) -> None:
    """Write the best acronym grade of each pair of records; NaN where no name is an acronym.

    `initials` (`INITIALS`, a row per form, zeros): filled as needed.
    """
    for pair in range(len(left)):
        best = np.float32(0.0)
        for side in range(2):
            short, long = (left[pair], right[pair]) if side == 0 else (right[pair], left[pair])
            forms = name_forms[name_offsets[long] : name_offsets[long + 1]]
            for name in range(name_offsets[short], name_offsets[short + 1]):
                form = name_forms[name]
                if _MIN_WORDS <= offsets[form + 1] - offsets[form] <= _MAX_WORDS:
                    grade = _best_acronym(form, forms, offsets, items, tokens, initials)
                    best = max(best, grade)
        out[pair] = best if best > 0 else np.nan
