"""Comparison of some words of two names: flagged ones, and those after a marker.

Comparison of the qualifiers of two names: words that tell groups of one name apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.names.kernels.name_records import TokenRecords
from resolver.runtime.arrays import (
    AnyInt,
    BoolArray,
    FloatArray,
    HashArray,
    IntArray,
    RecordArray,
    RecordRow,
)
from resolver.runtime.compiler import compiled

_PARTLY_SHARED, _ONE_SIDED = np.float32(0.25), np.float32(0.5)
UNKNOWN_PLACE = -2
"""Place after the marker of a form that was not looked up yet."""
_MAX_INITIALS = 3
"""Letters of a short name of a part of a group, at most."""


class FlagRule(NamedTuple):
    """Words that `fill_flagged_words` compares: with a flag, and with none of `without`.

    `surplus`: similarity where one name has all of the other's and more; `head`, `link`: flags of
    two words, behind which the first of each name's words must be the same (0: whichever it is);
    `linked_surplus`: as `surplus`, where the first of each stands behind such words.
    """

    flag: int
    without: int
    surplus: np.float32
    head: int
    link: int
    linked_surplus: np.float32


@compiled(allocates=False)
def _same_word(first: AnyInt, second: AnyInt, records: RecordArray, symbols: IntArray) -> bool:
    """Return whether two tokens have the same text or share a symbol (lists ascend)."""
    if records[first].hash == records[second].hash:
        return True
    left, right = records[first].symbols, records[second].symbols
    while left < records[first + 1].symbols and right < records[second + 1].symbols:
        if symbols[left] == symbols[right]:
            return True
        if symbols[left] < symbols[right]:
            left += 1
        else:
            right += 1
    return False


@compiled(allocates=False)
def _first_linked(
    form: AnyInt, offsets: IntArray, items: IntArray, records: RecordArray, rule: FlagRule
) -> AnyInt:
    """Return the first token of a form with the flag of a rule, -1 if it is not linked."""
    start = offsets[form]
    for place in range(start, offsets[form + 1]):
        if records[items[place]].flags & (rule.flag | rule.without) == rule.flag:
            is_linked = place > start + 1 and records[items[place - 1]].flags & rule.link != 0
            is_linked = is_linked and records[items[place - 2]].flags & rule.head != 0
            return np.int64(items[place]) if is_linked else np.int64(-1)
    return np.int64(-1)


@compiled(allocates=False)
def _grade_surplus(
    left: AnyInt,
    right: AnyInt,
    offsets: IntArray,
    items: IntArray,
    tokens: TokenRecords,
    rule: FlagRule,
) -> np.float32:
    """Return the grade of two forms of which one has more words with the flag of a rule.

    `University of Alabama at Birmingham` and `University of Birmingham` differ behind the link;
    `University of Alabama` may be the whole.
    """
    if rule.link == 0:
        return rule.surplus
    first = _first_linked(left, offsets, items, tokens.records, rule)
    second = _first_linked(right, offsets, items, tokens.records, rule)
    if first < 0 or second < 0:
        return rule.surplus
    is_same = _same_word(first, second, tokens.records, tokens.symbols)
    return rule.linked_surplus if is_same else _PARTLY_SHARED


@compiled(allocates=False)
def fill_flagged_words(
    left_forms: IntArray,
    right_forms: IntArray,
    offsets: IntArray,
    items: IntArray,
    tokens: TokenRecords,
    rule: FlagRule,
    out: FloatArray,
) -> None:
    """Compare the words with a flag in pairs of name forms (-1 none).

    1 they agree, `rule.surplus` or `rule.linked_surplus` where one name has more of them, 0.25 in
    part or where the first ones behind a link differ, 0 they differ, 0.5 only one name has any, NaN
    no name has any.
    """
    records, flag, both = tokens.records, rule.flag, rule.flag | rule.without
    for pair in range(len(left_forms)):
        left, right = left_forms[pair], right_forms[pair]
        if left < 0 or right < 0:
            out[pair] = np.nan
            continue
        count_left, count_right, common = 0, 0, 0
        for second in range(offsets[right], offsets[right + 1]):
            if records[items[second]].flags & both == flag:
                count_right += 1
        for first in range(offsets[left], offsets[left + 1]):
            if records[items[first]].flags & both != flag:
                continue
            count_left += 1
            for second in range(offsets[right], offsets[right + 1]):
                is_flagged = records[items[second]].flags & both == flag
                if is_flagged and _same_word(items[first], items[second], records, tokens.symbols):
                    common += 1
                    break
        if count_left == 0 and count_right == 0:
            out[pair] = np.nan
        elif count_left == 0 or count_right == 0:
            out[pair] = _ONE_SIDED
        elif common >= min(count_left, count_right):
            is_equal = count_left == count_right
            surplus = _grade_surplus(left, right, offsets, items, tokens, rule)
            out[pair] = 1.0 if is_equal else surplus
        else:
            out[pair] = _PARTLY_SHARED if common > 0 else 0.0


@compiled(allocates=False)
def _are_initials(
    short: tuple[AnyInt, AnyInt], long: tuple[AnyInt, AnyInt], items: IntArray, tokens: TokenRecords
) -> bool:
    """Return whether the one word between two places has only initials of words of two others."""
    if short[1] - short[0] != 1 or tokens.records[items[short[0]]].length > _MAX_INITIALS:
        return False
    record = tokens.records[items[short[0]]]
    for letter in tokens.letters[record.letters : record.letters + record.length]:
        is_initial = False
        for place in range(long[0], long[1]):
            is_initial |= tokens.records[items[place]].first_letter == letter
        if not is_initial:
            return False
    return True


@compiled(allocates=False)
def _is_among(
    token: AnyInt, start: AnyInt, end: AnyInt, items: IntArray, tokens: TokenRecords
) -> bool:
    """Return whether a token or one of the same consonants stands between two places."""
    records = tokens.records
    skeleton = records[token].skeleton
    for place in range(start, end):
        if skeleton != 0 and skeleton == records[items[place]].skeleton:
            return True
        if _same_word(token, items[place], records, tokens.symbols):
            return True
    return False


@compiled(allocates=False)
def _count_common(
    side: tuple[AnyInt, AnyInt],
    other: tuple[AnyInt, AnyInt],
    items: IntArray,
    tokens: TokenRecords,
    without: int,
) -> tuple[int, int]:
    """Return how many words without some flags stand between two places.

    And how many of them stand between two others.
    """
    count, common = 0, 0
    for place in range(side[0], side[1]):
        if not tokens.records[items[place]].flags & without:
            count += 1
            common += _is_among(items[place], other[0], other[1], items, tokens)
    return count, common


@compiled(allocates=False)
def _shares_word(
    side: tuple[AnyInt, AnyInt],
    other: tuple[AnyInt, AnyInt],
    items: IntArray,
    tokens: TokenRecords,
    without: int,
) -> bool:
    """Return whether a word without some flags between two places is between two others too."""
    for place in range(side[0], side[1]):
        is_counted = not tokens.records[items[place]].flags & without
        if is_counted and _is_among(items[place], other[0], other[1], items, tokens):
            return True
    return False


@compiled(allocates=False)
def _share_words(
    left: tuple[AnyInt, AnyInt],
    right: tuple[AnyInt, AnyInt],
    items: IntArray,
    tokens: TokenRecords,
    without: int,
) -> np.float32:
    """Compare the words between two pairs of places, without those of some flags.

    1 all of the shorter side are in the other, or one side has none, 0.25 some, 0 none.
    """
    count_left, common_left = _count_common(left, right, items, tokens, without)
    count_right, common_right = _count_common(right, left, items, tokens, without)
    common = min(common_left, common_right)
    if common >= min(count_left, count_right):
        return np.float32(1.0)
    return _PARTLY_SHARED if common > 0 else np.float32(0.0)


@compiled(inline="always", allocates=False)
def _place_after_marker(
    form: AnyInt, offsets: IntArray, items: IntArray, is_marker: BoolArray, after: IntArray
) -> AnyInt:
    """Return the place after the last marker of a form, or -1, looked up once for each form."""
    if after[form] == UNKNOWN_PLACE:
        after[form] = -1
        for place in range(offsets[form], offsets[form + 1]):
            if is_marker[items[place]]:
                after[form] = place + 1
    place_after: AnyInt = after[form]
    return place_after


@compiled(inline="always", allocates=False)
def _whole(form: AnyInt, offsets: IntArray, after: IntArray) -> tuple[AnyInt, AnyInt]:
    """Return the places of a name form before its marker, or of all of it."""
    return offsets[form], after[form] - 1 if after[form] >= 0 else offsets[form + 1]


@compiled(inline="always", allocates=False)
def _word_bits(
    form: AnyInt,
    offsets: IntArray,
    items: IntArray,
    tokens: TokenRecords,
    marks: tuple[BoolArray, IntArray, HashArray, int],
) -> AnyInt:
    """Return a set bit for the consonants and symbols of each word before the marker of a form."""
    _, after, bits, without = marks
    if bits[form] == 0:
        start, end = _whole(form, offsets, after)
        for place in range(start, end):
            record = tokens.records[items[place]]
            if not record.flags & without:
                bits[form] |= np.uint64(1) << (record.skeleton & np.uint64(31))
                bits[form] |= np.uint64(record.symbol_bits) << np.uint64(32)
    return np.int64(bits[form])


@compiled(allocates=False)
def _grade_parts(
    left: tuple[AnyInt, AnyInt],
    right: tuple[AnyInt, AnyInt],
    items: IntArray,
    tokens: TokenRecords,
    without: int,
) -> np.float32:
    """Return how well the names of two parts of groups agree, 1 if one is initials of the other."""
    if _are_initials(left, right, items, tokens) or _are_initials(right, left, items, tokens):
        return np.float32(1.0)
    return _share_words(left, right, items, tokens, without)


@compiled(allocates=False)
def fill_marked_parts(
    left_forms: IntArray,
    right_forms: IntArray,
    offsets: IntArray,
    items: IntArray,
    tokens: TokenRecords,
    marks: tuple[BoolArray, IntArray, HashArray, int],
    out: FloatArray,
) -> None:
    """Compare the words after a marker in pairs of name forms (-1 none).

    `marks`: whether a token is a marker; scratch per form, `UNKNOWN_PLACE` and 0; flags of words
    that do not count. NaN no name has a marker, or the names before it have nothing in common; 0
    only one has one; else as `_grade_parts`.
    """
    is_marker, after, _, without = marks
    for pair in range(len(left_forms)):
        left, right = left_forms[pair], right_forms[pair]
        out[pair] = np.nan
        if left < 0 or right < 0:
            continue
        first = _place_after_marker(left, offsets, items, is_marker, after)
        if max(first, _place_after_marker(right, offsets, items, is_marker, after)) < 0:
            continue
        words = _word_bits(left, offsets, items, tokens, marks)
        if not words & _word_bits(right, offsets, items, tokens, marks):
            continue
        one_sided = after[left] < 0 or after[right] < 0
        wholes = _whole(left, offsets, after), _whole(right, offsets, after)
        if not _shares_word(*wholes, items, tokens, without):
            continue
        parts = (after[left], offsets[left + 1]), (after[right], offsets[right + 1])
        out[pair] = 0.0 if one_sided else _grade_parts(*parts, items, tokens, without)


_UNIT_MORE, _BODY_MORE, ONE_MORE = np.float32(0.7), np.float32(0.6), np.float32(0.5)
ONLY_ONE_SIDE, _QUALITY_MORE, _NAMELESS = np.float32(0.4), np.float32(0.3), np.float32(0.2)
"""Grades where one name has qualifiers beyond those of the other: those of a unit of the whole,
only those of bodies, others; where the other has none; political qualities; where the other has
nothing but qualifiers, among them a body, and this a word of its own."""
_OTHER_TYPE = np.float32(0.15)
"""Grade where both are institutions and the qualifiers beyond say of which type one is."""
_TURNED = np.float32(0.34)
"""Grade of the same qualifiers where only one name begins with the institution."""
QUALIFIERS = np.dtype(
    [
        ("bits", np.uint64, 4),
        ("has_own_word", np.bool_),
        ("has_proper_word", np.bool_),
        ("has_place", np.bool_),
        ("is_head_first", np.bool_),
        ("is_set", np.bool_),
    ],
    align=True,
)
"""Name form: a bit per code of its qualifiers; whether it has other words; whether one of these is
no place, and whether one is; whether a word for an institution is its first word; whether the row
is set."""
PLACE_CODE = -2
"""Code of a place."""
UNIT_CLASS, BODY_CLASS, POLITICAL_CLASS, HEAD_CLASS, TYPE_CLASS = range(5)
"""Rows of the classes of qualifiers: units of a whole, bodies of people, political qualities,
institutions, and types of institutions."""


@compiled(allocates=False)
def _set_qualifiers(
    form: AnyInt,
    forms: tuple[IntArray, IntArray],
    codes: IntArray,
    classes: HashArray,
    row: RecordRow,
) -> None:
    """Set the row (`QUALIFIERS`) of a name form."""
    offsets, items = forms
    for place in range(offsets[form], offsets[form + 1]):
        code = np.int64(codes[items[place]])
        if code > 0:
            part, bit = (code >> 6) & 3, np.uint64(1) << np.uint64(code & 63)
            row.bits[part] |= bit
            if place == offsets[form]:
                row.is_head_first = classes[HEAD_CLASS, part] & bit != 0
        row.has_proper_word |= code == 0
        row.has_place |= code == PLACE_CODE
    row.has_own_word = row.has_proper_word or row.has_place
    row.is_set = True


@compiled(inline="always", allocates=False)
def _has_body(row: RecordRow, classes: HashArray) -> bool:
    """Return whether a row (`QUALIFIERS`) has the word of a body of people, such as Movement."""
    is_body = False
    for part in range(4):
        is_body |= row.bits[part] & classes[BODY_CLASS, part] != 0
    return is_body


@compiled(inline="always", allocates=False)
def _grade_institutions(left: RecordRow, right: RecordRow, classes: HashArray) -> np.float32:
    """Return the grade of two rows (`QUALIFIERS`) of which one has more, or 0 where they share no
    word for an institution.
    """
    is_head, is_unit, is_type = False, False, False
    for part in range(4):
        surplus, common = left.bits[part] ^ right.bits[part], left.bits[part] & right.bits[part]
        is_head |= common & classes[HEAD_CLASS, part] != 0
        is_unit |= surplus & classes[UNIT_CLASS, part] != 0
        is_type |= surplus & classes[TYPE_CLASS, part] != 0
    if not is_head:
        return np.float32(0.0)
    if is_unit:
        return _UNIT_MORE
    return _OTHER_TYPE if is_type else ONE_MORE


@compiled(inline="always", allocates=False)
def _grade_surplus_qualifiers(left: RecordRow, right: RecordRow, classes: HashArray) -> np.float32:
    """Return the grade of two rows (`QUALIFIERS`) of which one has more qualifiers."""
    grade = _grade_institutions(left, right, classes)
    if grade > 0:
        return grade
    is_unit, is_quality, is_other, any_left, any_right = False, False, False, False, False
    for part in range(4):
        surplus = left.bits[part] ^ right.bits[part]
        is_unit |= surplus & classes[UNIT_CLASS, part] != 0
        is_other |= surplus & ~classes[BODY_CLASS, part] != 0
        is_quality |= surplus & classes[POLITICAL_CLASS, part] != 0
        any_left |= left.bits[part] != 0
        any_right |= right.bits[part] != 0
    if not is_other:
        return _BODY_MORE
    if not any_left or not any_right:
        return ONLY_ONE_SIDE
    if is_unit:
        return _UNIT_MORE
    return _QUALITY_MORE if is_quality else ONE_MORE


@compiled(inline="always", allocates=False)
def _grade_order(left: RecordRow, right: RecordRow) -> np.float32:
    """Return the grade of two rows (`QUALIFIERS`) of the same qualifiers."""
    if left.is_head_first == right.is_head_first:
        return np.float32(1.0)
    # A founder's name tells the second institution of a place from the one named after the place.
    is_founded = left.has_proper_word != right.has_proper_word
    is_founded &= left.has_place & right.has_place
    return _NAMELESS if is_founded else _TURNED


@compiled(inline="always", allocates=False)
def _grade_qualifiers(left: RecordRow, right: RecordRow, classes: HashArray) -> np.float32:
    """Return the grade of two rows (`QUALIFIERS`); NaN where neither has any."""
    any_left, any_right, only_left, only_right = False, False, False, False
    for part in range(4):
        first, second = left.bits[part], right.bits[part]
        any_left |= first != 0
        any_right |= second != 0
        only_left |= first & ~second != 0
        only_right |= second & ~first != 0
    if not any_left and not any_right:
        return np.float32(np.nan)
    if only_left and only_right:
        return np.float32(0.0)
    if left.has_own_word != right.has_own_word and any_left and any_right:
        nameless = right if left.has_own_word else left
        if _has_body(nameless, classes):
            return _NAMELESS
    if not only_left and not only_right:
        return _grade_order(left, right)
    return _grade_surplus_qualifiers(left, right, classes)


@compiled(allocates=False)
def fill_qualifiers(
    left_forms: IntArray,
    right_forms: IntArray,
    forms: tuple[IntArray, IntArray],
    codes: IntArray,
    classes: HashArray,
    rows: RecordArray,
    out: FloatArray,
) -> None:
    """Compare the qualifiers in pairs of name forms (-1 none).

    1 both names have the same, 0.7 one has a unit more, 0.6 only bodies, 0.5 one has others more,
    0.4 only one has any, 0.34 the institution stands first in one only (`University of York`, `York
    University`), 0.3 one has political qualities more, 0.2 one has nothing else (a body among
    them, or an institution and its place, which stand in another order) and the other has, 0.15
    both are institutions and one is of another type (`Technical University`), 0 each has its own;
    NaN no name has any. `codes`: of each token, 1 ... 255, 0 for a word of its own, `PLACE_CODE`,
    -1 for others that do not count; `classes`: bits of the codes of each class (5 × 4); `rows`
    (`QUALIFIERS`, a row per form, zeros): filled as needed.
    """
    for pair in range(len(left_forms)):
        left, right = left_forms[pair], right_forms[pair]
        if left < 0 or right < 0:
            out[pair] = np.nan
            continue
        if not rows[left].is_set:
            _set_qualifiers(left, forms, codes, classes, rows[left])
        if not rows[right].is_set:
            _set_qualifiers(right, forms, codes, classes, rows[right])
        out[pair] = _grade_qualifiers(rows[left], rows[right], classes)
