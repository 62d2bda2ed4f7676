"""Similarities of all comparators of names from the alignments of pairs, in one pass.

One kernel instead of a dozen array operations, which take longer than the work itself.

Acronyms: words of one name that are the initials of another, by hashes of letters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.names.kernels.name_records import OMITTED, Contradiction, NameArrays
from resolver.records.prepared.value_flags import GenderFlag
from resolver.runtime.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    RecordArray,
    RecordRow,
)
from resolver.runtime.compiler import compiled
from resolver.runtime.text_hashes import SPELL_FACTOR, SPELL_START

SIDE_SIMILARITY = np.array([np.nan, 0.0, 0.2, 0.3, 0.6], dtype=np.float32)
"""Similarity by the part of the names that contradicts: `Contradiction` -1 … 3."""
MAN_FAMILY, WOMAN_FAMILY = np.float32(0.4), np.float32(1.0)
"""Similarity where only the family name contradicts, by the gender of both records."""
_FAMILY = np.float32(Contradiction.FAMILY)
_ALL, _GIVEN = np.float32(Contradiction.ALL), np.float32(Contradiction.GIVEN)
LEAST_ALIKE = np.float32(0.2)
"""Share of two names that must agree, so that they may be of one bearer."""
_MALE, _FEMALE = int(GenderFlag.MALE), int(GenderFlag.FEMALE)


class NameSimilarities(NamedTuple):
    """Similarity per pair of each comparator of names; see `comparison.name_comparators`."""

    name: FloatArray
    name_rarity: FloatArray
    name_contradicted: FloatArray
    name_omitted: FloatArray
    name_weakest: FloatArray
    name_primary: FloatArray
    name_share: FloatArray
    name_exact: FloatArray
    name_parts: FloatArray
    name_quality: FloatArray
    name_order: FloatArray
    name_established: FloatArray
    name_initials: FloatArray
    name_sides: FloatArray
    name_apart: FloatArray


@compiled(inline="always", allocates=False)
def _share(value: np.float32, total: int) -> np.float32:
    """Return a share of a total, 1 at most; NaN stays NaN."""
    share = value / np.float32(total)
    return np.float32(1.0) if share > np.float32(1.0) else share


@compiled(inline="always", allocates=False)
def _nonnegative(value: np.float32) -> np.float32:
    """Return a value, or NaN where it is negative."""
    return np.float32(np.nan) if value < 0 else value


@compiled(allocates=False)
def fill_name_similarities(alignments: RecordArray, out: NameSimilarities) -> int:
    """Fill `out` from alignments (`PAIR_ALIGNMENT`).

    Return the number of pairs in which only the family name contradicts.
    """
    families = 0
    for pair in range(len(alignments)):
        row = alignments[pair]
        total = row.matched + row.contradicted + OMITTED * row.omitted
        # NaN for pairs of which a record has no name, else 0
        missing = total * np.float32(0.0)
        out.name[pair] = (row.matched / total if total > 0 else np.float32(0.0)) + missing
        out.name_rarity[pair] = _share(row.matched, 30)
        out.name_contradicted[pair] = np.float32(1.0) - _share(row.contradicted, 10)
        out.name_omitted[pair] = np.float32(1.0) - _share(row.omitted, 20)
        out.name_weakest[pair] = row.weakest
        out.name_primary[pair] = _nonnegative(row.primary)
        out.name_share[pair] = row.share
        out.name_exact[pair] = row.exact
        out.name_parts[pair] = _share(row.tokens, 6)
        out.name_quality[pair] = np.float32(1.0) - row.quality / np.float32(2.0)
        crossed = row.crossed / row.matched if row.matched > 0 else np.float32(0.0)
        out.name_order[pair] = np.float32(1.0) - min(crossed, np.float32(1.0)) + missing
        out.name_established[pair] = np.float32(1.0) - _share(row.established, 10)
        out.name_initials[pair] = _nonnegative(row.initials)
        out.name_sides[pair] = (
            SIDE_SIMILARITY[np.int64(row.sides) + 1] if row.sides >= 0 else np.float32(np.nan)
        )
        families += row.sides == _FAMILY
        out.name_apart[pair] = (
            np.float32(np.nan) if row.apart < 0 else np.float32(1.0) - _share(row.apart, 10)
        )
    return families


@compiled(inline="always", allocates=False)
def _scripts(row: AnyInt, form: AnyInt, names: NameArrays) -> int:
    """Return the script bits of a name of a record (`NAME.scripts`)."""
    scripts = 0
    for place in range(names.records[row].names, names.records[row + 1].names):
        if names.names[place].form == form:
            scripts |= names.names[place].scripts
    return scripts


@compiled(allocates=False)
def fill_contradicting(
    left: AnyIntArray,
    right: AnyIntArray,
    alignments: RecordArray,
    names: NameArrays,
    out: BoolArray,
) -> None:
    """Write whether the names of each pair are of two bearers, as far as one script shows it.

    The given names of persons contradict, one is a forebear's of the other, who has another name
    before it, or next to nothing of the names agrees.
    """
    for pair in range(len(left)):
        row = alignments[pair]
        total = row.matched + row.contradicted + OMITTED * row.omitted
        is_other = row.sides == _ALL or row.sides == _GIVEN or row.matched < LEAST_ALIKE * total
        is_other |= row.crossed > 0 and row.omitted > 0
        out[pair] = is_other and (
            _scripts(left[pair], row.left_form, names)
            & _scripts(right[pair], row.right_form, names)
            != 0
        )


@compiled(allocates=False)
def grade_by_gender(
    sides: FloatArray, gender: ByteArray, left: AnyIntArray, right: AnyIntArray, out: FloatArray
) -> None:
    """Replace the similarity of pairs in which only the family name contradicts, by gender.

    `sides`: `Contradiction` of each pair; `gender`: `GenderFlag` bits of all records.
    """
    for pair in range(len(left)):
        if sides[pair] == _FAMILY:
            genders = gender[left[pair]] | gender[right[pair]]
            if genders == _MALE:
                out[pair] = MAN_FAMILY
            elif genders == _FEMALE:
                out[pair] = WOMAN_FAMILY


@compiled(allocates=False)
def keep_name_only(
    value: FloatArray, name_only: BoolArray, left: AnyIntArray, right: AnyIntArray, out: FloatArray
) -> None:
    """Write the value of pairs of two records that have nothing but names, NaN for others."""
    for pair in range(len(left)):
        both_name_only = name_only[left[pair]] and name_only[right[pair]]
        out[pair] = value[pair] if both_name_only else np.float32(np.nan)


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
