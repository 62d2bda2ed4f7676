"""What alignments say, as similarities of all comparators of names at once: a kernel, since a dozen small steps over
arrays take longer than their work. `name_evidence` says what each row means."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.pair_alignment import COLUMNS
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray, FloatArray

ROWS = (
    "name",
    "name_rarity",
    "name_contradicted",
    "name_omitted",
    "name_weakest",
    "name_primary",
    "name_share",
    "name_exact",
    "name_parts",
    "name_quality",
    "name_order",
    "name_established",
    "name_initials",
    "name_sides",
    "name_apart",
)
SIDES = np.array([np.nan, 0.0, 0.2, 0.3, 0.6], dtype=np.float32)
"""By which part of the names contradicts (`align.COLUMNS`: -1 not known, 0 … 3)."""
FAMILY = np.float32(3.0)
"""Only the family name contradicts."""
_MAN, _WOMAN = 1, 2
_OMITTED = np.float32(0.2)


@compiled(inline="always", allocates=False)
def _share(value, whole):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """A share of a whole, 1 at most; NaN stays."""
    found = value / np.float32(whole)
    return np.float32(1.0) if found > np.float32(1.0) else found


@compiled(allocates=False)
def _similarities(aligned, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Fill `out` (`ROWS` × pairs) from `align.COLUMNS`; how many pairs contradict only in the family name."""
    families = 0
    for pair in range(len(aligned)):
        row = aligned[pair]
        matched, contradicted, omitted = row[0], row[1], row[2]
        total = matched + contradicted + _OMITTED * omitted
        # what is said of records without a name is NaN everywhere
        nothing = total * np.float32(0.0)
        out[0, pair] = (matched / total if total > 0 else np.float32(0.0)) + nothing
        out[1, pair] = _share(matched, 30)
        out[2, pair] = np.float32(1.0) - _share(contradicted, 10)
        out[3, pair] = np.float32(1.0) - _share(omitted, 20)
        out[4, pair] = row[3]
        out[5, pair] = np.float32(np.nan) if row[6] < 0 else row[6]
        out[6, pair] = row[7]
        out[7, pair] = row[8]
        out[8, pair] = _share(row[4], 6)
        out[9, pair] = np.float32(1.0) - row[9] / np.float32(2.0)
        crossed = row[5] / matched if matched > 0 else np.float32(0.0)
        out[10, pair] = np.float32(1.0) - min(crossed, np.float32(1.0)) + nothing
        out[11, pair] = np.float32(1.0) - _share(row[10], 10)
        out[12, pair] = np.float32(np.nan) if row[11] < 0 else row[11]
        out[13, pair] = SIDES[np.int64(row[12]) + 1] if row[12] >= 0 else np.float32(np.nan)
        families += row[12] == FAMILY
        out[14, pair] = np.float32(np.nan) if row[13] < 0 else np.float32(1.0) - _share(row[13], 10)
    return families


@compiled(allocates=False)
def _by_gender(sides, gender, left, right, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for pair in range(len(left)):
        if sides[pair] == FAMILY:
            said = gender[left[pair]] | gender[right[pair]]
            if said == _MAN:
                out[pair] = np.float32(0.4)
            elif said == _WOMAN:
                out[pair] = np.float32(1.0)


def by_gender(
    value: FloatArray, aligned: FloatArray, gender: ByteArray, left: IntArray, right: IntArray
) -> FloatArray:
    """Which part of the names contradicts, where only the family name does by whether records are of women, who
    change it, or of men: `value` is what is said of others. `gender` of all records, `left` and `right` the pairs."""
    found = value.copy()
    _by_gender(aligned[:, COLUMNS.index("sides")], gender, left, right, found)
    return found


@compiled(allocates=False)
def _of_alone(value, alone, left, right, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for pair in range(len(left)):
        out[pair] = value[pair] if alone[left[pair]] and alone[right[pair]] else np.float32(np.nan)


def of_alone(
    value: FloatArray, alone: npt.NDArray[np.bool_], left: IntArray, right: IntArray
) -> FloatArray:
    """The value of pairs both of whose records say nothing but names; else NaN."""
    found = np.empty(len(left), dtype=np.float32)
    _of_alone(value, alone, left, right, found)
    return found


def similarities(aligned: FloatArray) -> tuple[FloatArray, int]:
    """The similarities (`ROWS` × pairs) of alignments (pairs × `align.COLUMNS`), and in how many pairs only the family
    name contradicts."""
    found = np.empty((len(ROWS), len(aligned)), dtype=np.float32)
    return found, int(_similarities(aligned, found))
