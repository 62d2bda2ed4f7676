"""Figures of a run, counted with array operations, and the threshold tool of its report.

The threshold tool shows merges, reviews and expected errors under other thresholds of the bands. It
scores nothing again. Entities of the run stay as they are at its own merge threshold. Above this
threshold, the tool cuts links between records that no longer reach it. Below it, waiting links that
reach it join their entities. Records that decisions, lists or whole profiles joined stay joined,
and records that these keep apart stay apart.

Each join has the score p of the strongest link behind it. As scores are calibrated, the join is
wrong with probability 1 − p. Each pair of entities that stays apart without a review is a missed
match with probability p.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.matching.kernels.agglomeration import mark_forest, unite_components
from resolver.records import Kind
from resolver.records.results.resolution import Band, Links, Outcome, Resolution, score_waiting
from resolver.report import report_data
from resolver.runtime.key_groups import sort_distinct

SHOWN_SOURCES = 14
SHOWN_REASONS = 12
SHOWN_EXAMPLES = 3
_SIZES = (
    (1, "1"),
    (2, "2"),
    (3, "3"),
    (4, "4"),
    (5, "5"),
    (6, "6–10"),
    (11, "11–20"),
    (21, "21–50"),
    (51, "51 and more"),
)
# Kinds are sets of three bits.
_KINDS = 8
_SHOWN_KINDS = (Kind.PERSON, Kind.GROUP, Kind.LEGAL, Kind.ASSET)
_QUOTED = re.compile(
    r"(?<=\brecord )\S+(?=:)|'[^']*'|\"[^\"]*\"|‘[^‘’]*’|“[^“”]*”|\d+(?:[-/.:]\d+)*"
)
_GAP = "…"
_Ints = npt.NDArray[np.int64]


class RunCounts:
    """Resolution, with arrays that several counts need.

    `entity`: number of each record's entity (0 … m - 1). Per entity: `sizes`, `kinds` (bits that
    all its records share) and `spread` (number of sources). `entity_sources`: pairs of entity and
    source.
    """

    def __init__(self, resolution: Resolution) -> None:
        batch = resolution.batch
        self.resolution = resolution
        roots, inverse = np.unique(resolution.labels, return_inverse=True)
        self.roots: _Ints = roots.astype(np.int64)
        self.entity: _Ints = inverse.reshape(-1).astype(np.int64)
        self.sizes: _Ints = np.bincount(self.entity, minlength=len(roots)).astype(np.int64)
        self.kinds = _common_kinds(batch.kinds, self.entity, self.sizes)
        self.names: list[str] = batch.sources.values.to_pylist()
        stride = max(len(self.names), 1)
        pairs = sort_distinct(self.entity * stride + batch.sources.codes)
        self.entity_sources: tuple[_Ints, _Ints] = (pairs // stride, pairs % stride)
        self.spread: _Ints = np.bincount(self.entity_sources[0], minlength=len(roots)).astype(
            np.int64
        )


def _common_kinds(
    kinds: npt.NDArray[np.uint8], entity: _Ints, sizes: _Ints
) -> npt.NDArray[np.uint8]:
    """Return the kind bits that all records of an entity share; if they share none, the bits of its
    first record.
    """
    if not len(sizes):
        return kinds[:0]
    sorted_kinds = kinds[np.argsort(entity, kind="stable")]
    starts = np.cumsum(sizes) - sizes
    common = np.bitwise_and.reduceat(sorted_kinds, starts)
    return np.where(common == 0, sorted_kinds[starts], common).astype(np.uint8)


def count_totals(counts: RunCounts, intake: report_data.IntakeSummary) -> report_data.Totals:
    """Count the figures of the first paragraph."""
    resolution = counts.resolution
    outcomes = np.bincount(resolution.links.outcome, minlength=len(Outcome))
    kinds = np.bincount(counts.kinds, minlength=_KINDS)
    return report_data.Totals(
        records=len(resolution.batch),
        sources=len(np.unique(resolution.batch.sources.codes)),
        entities=len(counts.roots),
        entities_of={kind.label: int(kinds[kind]) for kind in _SHOWN_KINDS},
        shared=int(np.count_nonzero(counts.spread > 1)),
        candidate_pairs=resolution.stats.candidate_pairs,
        matched=int(np.count_nonzero(resolution.links.stated_band == Band.MATCH)),
        queued=int(outcomes[Outcome.QUEUED]),
        apart=int(outcomes[Outcome.APART]),
        rejects=len(intake.rejects),
        collapsed=intake.collapsed,
        withdrawn=len(intake.withdrawn),
    )


def count_sources(counts: RunCounts) -> tuple[report_data.SourceRow, ...]:
    """Count one row per source and kind, sorted by source, then kind."""
    resolution = counts.resolution
    batch, links = resolution.batch, resolution.links
    keys = batch.sources.codes.astype(np.int64) * _KINDS + batch.kinds
    count = max(len(counts.names), 1) * _KINDS
    distinct = sort_distinct(counts.entity * count + keys)
    entities, of_key = distinct // count, distinct % count
    waiting = links.outcome == Outcome.QUEUED
    queued = sort_distinct(np.concatenate([links.left[waiting], links.right[waiting]]))
    records, entities_per_key, shared, in_queue = (
        np.bincount(values, minlength=count).tolist()
        for values in (keys, of_key, of_key[counts.spread[entities] > 1], keys[queued])
    )
    return tuple(
        report_data.SourceRow(
            counts.names[key // _KINDS],
            Kind(key % _KINDS).label,
            records[key],
            entities_per_key[key],
            shared[key],
            in_queue[key],
        )
        for key in np.flatnonzero(records).tolist()
    )


def count_overlap(counts: RunCounts) -> report_data.SourceOverlap:
    """Count the entities that two sources share, for the sources that share most."""
    entities, sources = counts.entity_sources
    entity_counts = np.bincount(sources, minlength=len(counts.names))
    is_shared = counts.spread[entities] > 1
    sharing = np.bincount(sources[is_shared], minlength=len(counts.names))
    ranked = sorted(
        np.flatnonzero(entity_counts).tolist(),
        key=lambda code: (-sharing[code], -entity_counts[code], counts.names[code]),
    )
    shown = sorted(ranked[:SHOWN_SOURCES], key=lambda code: counts.names[code])
    index = np.full(len(counts.names), -1)
    index[shown] = np.arange(len(shown))
    is_shown = is_shared & (index[sources] >= 0)
    rows, inverse = np.unique(entities[is_shown], return_inverse=True)
    incidence = np.zeros((len(rows), len(shown)), dtype=np.float32)
    incidence[inverse.reshape(-1), index[sources[is_shown]]] = 1
    # Sums below 2**24 are exact in float32; larger matrices are summed in pieces.
    shared = sum(
        (part.T @ part).astype(np.int64)
        for part in np.array_split(incidence, max(1, len(incidence) >> 20))
    ) + np.zeros((len(shown), len(shown)), dtype=np.int64)
    np.fill_diagonal(shared, entity_counts[shown])
    return report_data.SourceOverlap(
        tuple(counts.names[code] for code in shown),
        tuple(tuple(row) for row in shared.tolist()),
        len(ranked) - len(shown),
    )


def count_sizes(counts: RunCounts) -> tuple[tuple[str, int], ...]:
    """Count entities by number of records."""
    starts = np.array([start for start, _ in _SIZES])
    entity_counts = np.bincount(
        np.searchsorted(starts, counts.sizes, side="right") - 1, minlength=len(_SIZES)
    )
    last = int(np.max(np.flatnonzero(entity_counts), initial=0))
    return tuple(
        (label, int(count))
        for (_, label), count in zip(_SIZES[: last + 1], entity_counts, strict=False)
    )


def group_rejects(
    rejects: Sequence[report_data.RejectedItem],
) -> tuple[report_data.RejectGroup, ...]:
    """Group rejected rows by reason, most frequent first.

    Reasons that differ only in quoted texts and numbers form one group.
    """
    groups: dict[str, list[report_data.RejectedItem]] = {}
    for reject in rejects:
        groups.setdefault(_QUOTED.sub(_GAP, reject.reason), []).append(reject)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [
        _build_group(_restore_common(reason, [reject.reason for reject in items]), items)
        for reason, items in ranked[:SHOWN_REASONS]
    ]
    other_items = [reject for _, items in ranked[SHOWN_REASONS:] for reject in items]
    return (*shown, *([_build_group("other reasons", other_items)] if other_items else []))


def _build_group(reason: str, items: Sequence[report_data.RejectedItem]) -> report_data.RejectGroup:
    first_items = sorted(items, key=lambda reject: (reject.file, reject.line, reject.reason))[
        :SHOWN_EXAMPLES
    ]
    places = [
        f"{reject.file}:{reject.line}" if reject.line else reject.file for reject in first_items
    ]
    return report_data.RejectGroup(
        reason,
        len(items),
        tuple(
            f"{place}: {reject.reason}" for place, reject in zip(places, first_items, strict=True)
        ),
    )


def _restore_common(pattern: str, reasons: Sequence[str]) -> str:
    """Fill the gaps of a pattern with the texts that all reasons have in common."""
    quotes = [_QUOTED.findall(reason) for reason in reasons]
    if len({len(words) for words in quotes}) != 1:
        return pattern
    common = [words[0] if len(set(words)) == 1 else _GAP for words in zip(*quotes, strict=True)]
    gaps = iter(common)
    return _QUOTED.sub(lambda _: next(gaps), reasons[0])


MERGE_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
REVIEW_THRESHOLDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
COSTS = (2, 5, 10, 20, 50, 100, 200)
"""Costs of a wrong merge, in reviews, whose thresholds are shown as settings."""
_DIGITS = 9
"""Decimals of thresholds that are told apart."""
_KEPT = 2.0
"""Strength of a join that no threshold undoes; scores are 1 at most."""


def build_threshold_tool(
    resolution: Resolution, thresholds: report_data.ReportThresholds
) -> report_data.ThresholdTool:
    """Return the figures of a run under other thresholds and under its own."""
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

    def set_thresholds(merge_from: float, review_from: float) -> report_data.ThresholdSetting:
        figures = grid[merge.index(merge_from)][review.index(review_from)]
        costs = costs_of.get((merge_from, review_from))
        return report_data.ThresholdSetting(merge_from, review_from, figures, costs)

    rows = tuple(set_thresholds(*setting) for setting in sorted({*settings, own}))
    return report_data.ThresholdTool(
        tuple(merge), tuple(review), grid, rows, set_thresholds(*own), below.is_known
    )


def _settings_by_costs(review_value: float) -> dict[tuple[float, float], int]:
    """Return, for each merge and queue threshold, the cost of a wrong merge that gives it; pairs
    wait from `review_value` on.
    """
    match = {costs: 1 - 1 / costs for costs in COSTS}
    return {
        (
            round(match[costs], _DIGITS),
            round(min(review_value / costs, match[costs]), _DIGITS),
        ): costs
        for costs in COSTS
    }


class _BelowQueue:
    """Scored pairs below the queue threshold of the run, which do not wait.

    Only their scores are known, so each counts as a separate pair of entities.
    """

    def __init__(self, resolution: Resolution, queued_from: float) -> None:
        histogram = resolution.stats.logodds
        self.is_known = histogram is not None
        self._scores, self._counts = np.zeros(0), np.zeros(0, dtype=np.int64)
        if histogram is not None:
            is_below = histogram.scores < queued_from
            self._scores, self._counts = histogram.scores[is_below], histogram.counts[is_below]

    def count(self, floor: float) -> tuple[int, float, float]:
        """Return the number of pairs from a threshold on, and the expected matches among these and
        among the pairs below.
        """
        is_above = self._scores >= floor
        expected = self._scores * self._counts
        above, below = float(expected[is_above].sum()), float(expected[~is_above].sum())
        return int(self._counts[is_above].sum()), above, below


class _Joins:
    """Joins of a run: its links by strength, and the forest of the strongest links that join
    records.
    """

    def __init__(self, resolution: Resolution, merge_from: float) -> None:
        links = resolution.links
        self._links, self._labels = links, resolution.labels
        is_merged = links.outcome == Outcome.MERGED
        may_join = is_merged | ((links.outcome == Outcome.QUEUED) & (links.score < merge_from))
        decided = _find_unlinked(resolution.labels, links, is_merged)
        left = np.concatenate([links.left[may_join], decided])
        right = np.concatenate([links.right[may_join], resolution.labels[decided]])
        # records that whole profiles joined had the score of the profiles, which is no less than
        # the merge threshold
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
    ) -> tuple[report_data.ThresholdFigures, ...]:
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
                report_data.ThresholdFigures(
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
    """Return one record of each part of an entity that no link connects to its first record."""
    roots = np.arange(len(labels), dtype=np.int32)
    unite_components(roots, links.left[is_merged], links.right[is_merged])
    parts = np.unique(roots)
    unlinked: npt.NDArray[np.int32] = parts[roots[labels[parts]] != parts].astype(np.int32)
    return unlinked
