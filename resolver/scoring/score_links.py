"""Links and score histogram of the scored candidate pairs of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray
from resolver.records.results.resolution import Band, Links, Outcome
from resolver.scoring.model import Thresholds, scores

SCORE_BINS = 50
"""Number of equal bins of a score histogram, from 0 to 1."""
_PAIRS_PER_PART = 1 << 22


def score_histogram(logodds: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Count the pairs in each of 50 equal bins of the score, from 0 to 1."""
    counts = np.zeros(SCORE_BINS, dtype=np.int64)
    for part in _parts(logodds):
        counts += np.histogram(scores(part), bins=SCORE_BINS, range=(0.0, 1.0))[0]
    return counts


def _parts(logodds: npt.NDArray[np.int32]) -> Iterator[npt.NDArray[np.int32]]:
    """Yield the log-odds in parts, since scores of all pairs at once need too much memory."""
    return (
        logodds[start : start + _PAIRS_PER_PART]
        for start in range(0, len(logodds), _PAIRS_PER_PART)
    )


def build_links(
    left: IntArray,
    right: IntArray,
    logodds: npt.NDArray[np.int32],
    labels: IntArray,
    thresholds: Thresholds,
    different: Sequence[tuple[int, int]],
    stated: IntArray | None = None,
) -> Links:
    """Return the links among scored pairs: those in band match or review.

    Pairs are rows sorted by (left, right); `labels` names the entity of each row, and `different`
    holds the pairs of rows decided to be different, `stated` (n × 2) those that lists state to be.
    """
    is_distinct = [thresholds.bands(scores(part)) == Band.DISTINCT for part in _parts(logodds)]
    linked = (
        np.flatnonzero(~np.concatenate(is_distinct)) if is_distinct else np.zeros(0, dtype=np.int64)
    )
    left, right, logodds = left[linked], right[linked], logodds[linked]
    score = scores(logodds)
    outcome = np.where(labels[left] == labels[right], Outcome.MERGED, Outcome.QUEUED).astype(
        np.uint8
    )
    apart = np.array(different, dtype=np.int64).reshape(-1, 2)
    if stated is not None:
        apart = np.concatenate([apart, stated])
    if len(apart):
        packed = apart.min(axis=1) << 32 | apart.max(axis=1)
        outcome[np.isin(left.astype(np.int64) << 32 | right, packed)] = Outcome.APART
    return Links(left, right, logodds, score, thresholds.bands(score), outcome)
