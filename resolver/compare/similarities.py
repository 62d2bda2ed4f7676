"""What alignments say, as similarities of all comparators of names at once: a kernel, since a dozen small steps over
arrays take longer than their work. `name_evidence` says what each row means."""

from __future__ import annotations

import numpy as np

from resolver.records.compiled import compiled
from resolver.records.prepared import FloatArray

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


def similarities(aligned: FloatArray) -> tuple[FloatArray, int]:
    """The similarities (`ROWS` × pairs) of alignments (pairs × `align.COLUMNS`), and in how many pairs only the family
    name contradicts."""
    found = np.empty((len(ROWS), len(aligned)), dtype=np.float32)
    return found, int(_similarities(aligned, found))
