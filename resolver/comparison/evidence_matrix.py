"""Evidence: the similarities of m pairs under the comparators of one kind, as an m × features float32 array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resolver.comparison.comparators import COMPARATOR_BY_NAME
from resolver.comparison.context import Context, NameIndex
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, Prepared


def compare(
    prepared: Prepared,
    names: NameIndex,
    left: IntArray,
    right: IntArray,
    features: Sequence[str],
    *,
    group: bool,
    workers: int = 2,
) -> FloatArray:
    """Run the named comparators over pairs of record rows. Columns in the order of `features`; NaN is missing."""
    context = Context(prepared, names, left, right, group, workers)
    # a column lies in one piece, as it is made and read
    evidence = np.empty((len(features), len(left)), dtype=np.float32)
    for column, feature in enumerate(features):
        evidence[column] = COMPARATOR_BY_NAME[feature].compare(context)
    return evidence.T
