"""Evidence: similarities of m pairs under the comparators of one kind, m × features, float32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resolver.comparison.comparators import COMPARATOR_BY_NAME
from resolver.comparison.context import Context
from resolver.records.prepared.batch import FloatArray


def compare(context: Context, features: Sequence[str | None]) -> FloatArray:
    """Return the similarities of the pairs of a context; columns in the order of `features`.

    NaN where a comparator has nothing to compare, and in columns without a feature (None).
    """
    # Columns are contiguous, as they are written and read.
    evidence = np.full((len(features), len(context.left)), np.nan, dtype=np.float32)
    for column, feature in enumerate(features):
        if feature is not None:
            evidence[column] = COMPARATOR_BY_NAME[feature].compare(context)
    return evidence.T
