"""Comparison of the qualifiers of two names: words that tell groups of one name apart."""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import AnyInt, FloatArray, HashArray, IntArray, RecordArray, RecordRow
from resolver.kernels.compiler import compiled

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
def _grade_surplus(left: RecordRow, right: RecordRow, classes: HashArray) -> np.float32:
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
    return _grade_surplus(left, right, classes)


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
