"""Similarities of all comparators of names from the alignments of pairs, in one pass.

One kernel instead of a dozen array operations, which take longer than the work itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.alignment.records import OMITTED, Contradiction, NameArrays
from resolver.kernels.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    FloatArray,
    RecordArray,
)
from resolver.kernels.compiler import compiled
from resolver.records.prepared.value_flags import GenderFlag

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
