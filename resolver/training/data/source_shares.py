"""Share of true pairs within one source and across sources, in records with known clusters."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resolver.normalize.population_counts import count_equal_pairs
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.scoring.partners import PRIOR_CLASS_RECORDS, SOURCE_SHIFT_RANGE
from resolver.scoring.source_shifts import PairSources


def source_offsets(
    prepared: PreparedBatch,
    clusters: npt.NDArray[np.object_],
    kind: Kind,
    left: IntArray,
    right: IntArray,
) -> npt.NDArray[np.float64]:
    """Return the log-odds that pairs of rows of a kind have before they are compared, by whether
    they are of one source, against all pairs of the kind.

    Runs estimate the same from scores (`estimate_partners_by_source`), here it is counted.
    """
    is_kind = (prepared.kinds & int(kind)) != 0
    within, across = _source_shifts(prepared.sources[is_kind], clusters[is_kind])
    return np.where(PairSources.of(prepared, left, right).is_within, within, across)


def _source_shifts(
    sources: npt.NDArray[np.int32], clusters: npt.NDArray[np.object_]
) -> tuple[float, float]:
    """Return the log-odds of pairs within one source, and across sources."""
    count = len(sources)
    names = np.unique(clusters.astype(str), return_inverse=True)[1].astype(np.int64)
    true, true_within = count_equal_pairs(names), count_equal_pairs(names << 32 | sources)
    total, total_within = count * (count - 1) / 2, count_equal_pairs(sources.astype(np.int64))
    if not true or not 0 < total_within < total:
        return 0.0, 0.0
    share, exposure = true / count, total_within / total
    shifts = []
    for own, records in (
        (true_within, count * exposure),
        (true - true_within, count - count * exposure),
    ):
        own_share = (own + PRIOR_CLASS_RECORDS * share) / (records + PRIOR_CLASS_RECORDS)
        shifts.append(math.log(own_share / share))
    lowest, highest = (bound / 1000 for bound in SOURCE_SHIFT_RANGE)
    within, across = (min(max(shift, lowest), highest) for shift in shifts)
    return within, across
