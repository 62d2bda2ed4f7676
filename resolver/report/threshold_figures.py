"""Threshold tool: merges, reviews and expected errors under other thresholds of the bands.

Nothing is scored again. Entities of the run stay as they are at its own merge threshold. Above it,
links between records that no longer reach the threshold are cut; below it, waiting links that reach
the threshold join their entities. What decisions, lists or whole profiles joined stays joined, and
what they keep apart stays apart. Each join has the score p of the strongest link behind it, and is
wrong with probability 1 − p, as scores are calibrated; each pair of entities left apart without a
review is a missed match with probability p.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.kernels.clustering.components import mark_forest, unite_components
from resolver.records.results.resolution import Links, Outcome, Resolution
from resolver.records.results.review_scores import score_waiting
from resolver.report.report_views import (
    ReportThresholds,
    ThresholdFigures,
    ThresholdSetting,
    ThresholdTool,
)

MERGE_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
REVIEW_THRESHOLDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
COSTS = (2, 5, 10, 20, 50, 100, 200)
"""Costs of a wrong merge, in reviews, whose thresholds are shown as settings."""
_DIGITS = 9
"""Decimals of thresholds that are told apart."""
_KEPT = 2.0
"""Strength of a join that no threshold undoes; scores are 1 at most."""


def build_threshold_tool(resolution: Resolution, thresholds: ReportThresholds) -> ThresholdTool:
    """Return the figures of a run under other thresholds, its own among them."""
    costs_of = _settings_by_costs(thresholds.queue / thresholds.review)
    own = (round(thresholds.merge, _DIGITS), round(thresholds.queue, _DIGITS))
    below = _BelowQueue(resolution, own[1])
    review = sorted({*REVIEW_THRESHOLDS, own[1], *(review_from for _, review_from in costs_of)})
    if not below.is_known:
        review = [threshold for threshold in review if threshold >= own[1]]
    settings = [setting for setting in costs_of if setting[1] in review]
    merge = sorted({*MERGE_THRESHOLDS, own[0], *(merge_from for merge_from, _ in settings)})
    joins = _Joins(resolution, thresholds.merge)
    grid = tuple(joins.figures(threshold, review, below) for threshold in merge)

    def set_thresholds(merge_from: float, review_from: float) -> ThresholdSetting:
        figures = grid[merge.index(merge_from)][review.index(review_from)]
        costs = costs_of.get((merge_from, review_from))
        return ThresholdSetting(merge_from, review_from, figures, costs)

    rows = tuple(set_thresholds(*setting) for setting in sorted({*settings, own}))
    return ThresholdTool(
        tuple(merge), tuple(review), grid, rows, set_thresholds(*own), below.is_known
    )


def _settings_by_costs(review_value: float) -> dict[tuple[float, float], int]:
    """Return merge and queue thresholds → costs of a wrong merge, where pairs wait from a value."""
    match = {costs: 1 - 1 / costs for costs in COSTS}
    return {
        (
            round(match[costs], _DIGITS),
            round(min(review_value / costs, match[costs]), _DIGITS),
        ): costs
        for costs in COSTS
    }


class _BelowQueue:
    """Scored pairs below the queue threshold of the run, for which nothing waits.

    Only their scores are known: each counts as a pair of entities of its own.
    """

    def __init__(self, resolution: Resolution, queued_from: float) -> None:
        histogram = resolution.stats.logodds
        self.is_known = histogram is not None
        self._scores, self._counts = np.zeros(0), np.zeros(0, dtype=np.int64)
        if histogram is not None:
            is_below = histogram.scores < queued_from
            self._scores, self._counts = histogram.scores[is_below], histogram.counts[is_below]

    def count(self, floor: float) -> tuple[int, float, float]:
        """Return the pairs from a threshold on, and the expected matches among them and below."""
        is_above = self._scores >= floor
        expected = self._scores * self._counts
        above, below = float(expected[is_above].sum()), float(expected[~is_above].sum())
        return int(self._counts[is_above].sum()), above, below


class _Joins:
    """Joins of a run: its links by strength, and the forest of the strongest that join records."""

    def __init__(self, resolution: Resolution, merge_from: float) -> None:
        links = resolution.links
        self._links, self._labels = links, resolution.labels
        is_merged = links.outcome == Outcome.MERGED
        may_join = is_merged | ((links.outcome == Outcome.QUEUED) & (links.score < merge_from))
        decided = _find_unlinked(resolution.labels, links, is_merged)
        left = np.concatenate([links.left[may_join], decided])
        right = np.concatenate([links.right[may_join], resolution.labels[decided]])
        # what whole profiles joined had their score, which is no less than the merge threshold
        score = np.where(is_merged, np.maximum(links.score, merge_from), links.score)[may_join]
        score = np.concatenate([score, np.ones(len(decided))])
        is_kept = np.concatenate([(is_merged & (links.score < merge_from))[may_join], decided >= 0])
        strength = np.where(is_kept, _KEPT, score)
        forest = np.zeros(len(left), dtype=bool)
        roots = np.arange(len(self._labels), dtype=np.int32)
        mark_forest(roots, left, right, np.lexsort((right, left, -strength)), forest)
        self._left, self._right = left[forest], right[forest]
        self._strength, self._score = strength[forest], score[forest]

    def figures(
        self, threshold: float, review_thresholds: Sequence[float], below: _BelowQueue
    ) -> tuple[ThresholdFigures, ...]:
        """Return the figures under a merge threshold, for each review threshold."""
        joined = self._strength >= threshold
        wrong = float((1 - self._score[joined]).sum())
        roots = np.arange(len(self._labels), dtype=np.int32)
        unite_components(roots, self._left[joined], self._right[joined])
        waiting = score_waiting(self._links, roots)
        rows = []
        for floor in review_thresholds:
            more, expected, missed = below.count(floor)
            reviewed = waiting[waiting >= floor]
            rows.append(
                ThresholdFigures(
                    merges=int(np.count_nonzero(joined)),
                    wrong=wrong,
                    reviews=len(reviewed) + more,
                    matches=float(reviewed.sum()) + expected,
                    missed=float(waiting.sum() - reviewed.sum()) + missed,
                )
            )
        return tuple(rows)


def _find_unlinked(
    labels: npt.NDArray[np.int32], links: Links, is_merged: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int32]:
    """Return a record of each part of an entity that no link ties to its first record."""
    roots = np.arange(len(labels), dtype=np.int32)
    unite_components(roots, links.left[is_merged], links.right[is_merged])
    parts = np.unique(roots)
    unlinked: npt.NDArray[np.int32] = parts[roots[labels[parts]] != parts].astype(np.int32)
    return unlinked
