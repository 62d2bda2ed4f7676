"""Queue rows of pairs without decisions, built in columns: nearly all rows are of this sort.

A row depends on the summaries of its two entities, and many entities share a summary: marks and
consequences are computed once per pair of summaries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.kernels.number_sets import sort_distinct
from resolver.review.models import QueueReason
from resolver.review.queue.entity_summary import EntitySummary, SummaryTable
from resolver.review.queue.priority import compute_consequence, compute_priorities
from resolver.review.queue.queue_access import guard_marks
from resolver.review.queue.waiting_reasons import (
    UNDECIDED_REASONS,
    explain_undecided,
    find_undecided_reasons,
)
from resolver.scoring import scores
from resolver.store import StoreView
from resolver.store.desk.waiting_pairs import MARKS_LIMIT, WaitingColumns

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class UndecidedPairs:
    """Waiting pairs of entities in columns: entity numbers, strongest pair of records with the
    fields of their link (`LinkTable`), and number of waiting pairs of records.
    """

    low: Numbers
    high: Numbers
    left: Numbers
    right: Numbers
    logodds: Numbers
    band: Numbers
    record_logodds: Numbers
    basis: Numbers
    rival: Numbers
    pairs: Numbers


def build_undecided_columns(
    view: StoreView,
    pairs: UndecidedPairs,
    summaries: SummaryTable,
    accesses: Mapping[int, int],
    agencies: Mapping[int, str],
) -> WaitingColumns:
    """Build the queue rows of undecided pairs. `accesses` counts the accesses of each entity;
    `agencies` maps source number to agency.
    """
    low_rows, high_rows = summaries.rows_of(pairs.low), summaries.rows_of(pairs.high)
    reason = find_undecided_reasons(pairs.basis, find_record_ids(view, pairs.left, pairs.right))
    score = scores(pairs.logodds)
    summary_pairs = np.stack(
        [summaries.summary_index[low_rows], summaries.summary_index[high_rows]], axis=1
    )
    access_counts = count_accesses(accesses, pairs.low) + count_accesses(accesses, pairs.high)

    def consequence_of(row: Sequence[int]) -> int:
        """Compute the consequence of a row (two summaries, records, accesses)."""
        sources = summaries.summaries[row[0]].sources | summaries.summaries[row[1]].sources
        return compute_consequence(row[2], len({agencies[source] for source in sources}), row[3])

    records = summaries.records[low_rows] + summaries.records[high_rows]
    consequences = _compute_unique(
        np.column_stack([summary_pairs, records, access_counts]), consequence_of
    )
    rank = np.empty(len(score), dtype=np.int64)
    for place, undecided in enumerate(UNDECIDED_REASONS):
        has_reason = reason == place
        rank[has_reason] = -compute_priorities(
            score[has_reason], undecided.reason, np.array(consequences, dtype=np.int64)[has_reason]
        )
    reasons = np.column_stack([summary_pairs, reason])
    return {
        "low": pairs.low.tolist(),
        "high": pairs.high.tolist(),
        "rank": rank.tolist(),
        "left": pairs.left.tolist(),
        "right": pairs.right.tolist(),
        "logodds": pairs.logodds.tolist(),
        "score": score.tolist(),
        "band": pairs.band.tolist(),
        "pairs": pairs.pairs.tolist(),
        "reason": [str(UNDECIDED_REASONS[place].reason) for place in reason.tolist()],
        "since": _waiting_since(view, pairs),
        "not_for": [""] * len(score),
        "why": _explain_reasons(
            np.column_stack([reasons, pairs.rival]),
            summaries,
            view.record_ids(sort_distinct(pairs.rival[pairs.rival > 0]).tolist()),
        ),
        "marks": _compute_unique(
            reasons,
            lambda row: build_marks(
                summaries.summaries[row[0]],
                summaries.summaries[row[1]],
                UNDECIDED_REASONS[row[2]].reason,
            ),
        ),
        "record_logodds": pairs.record_logodds.tolist(),
        "readers": [""] * len(score),
    }


def find_record_ids(view: StoreView, left: Numbers, right: Numbers) -> list[tuple[str, str]]:
    """Return the ids of the records of each pair of record numbers."""
    id_of = view.record_ids(sort_distinct(np.concatenate([left, right])).tolist())
    return [(id_of[a], id_of[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)]


def _explain_reasons(
    reasons: Numbers, summaries: SummaryTable, rivals: Mapping[int, str]
) -> list[str]:
    """Return the sentence about each pair, by its two summaries, its reason and its rival.

    `rivals`: record id by number.
    """
    return _compute_unique(
        reasons,
        lambda row: (
            explain_undecided(
                UNDECIDED_REASONS[row[2]],
                rivals.get(row[3], ""),
                is_restricted=any(summaries.summaries[place].restrictions for place in row[:2]),
            ).text
        ),
    )


def build_marks(low: EntitySummary, high: EntitySummary, reason: QueueReason) -> str:
    """Build the marks by which filters find the row of two entities."""
    marks = [
        *guard_marks(low.restrictions | high.restrictions),
        *sorted(low.kinds | high.kinds),
        f"r{reason}",
        *sorted(low.scripts | high.scripts),
        *(f"s{source}" for source in sorted(low.sources | high.sources)),
    ]
    # marks are matched with the spaces around them
    text = " ".join(["", *marks])[: MARKS_LIMIT - 1]
    return f"{text} "


def count_accesses(accesses: Mapping[int, int], entities: Numbers) -> Numbers:
    """Return the number of accesses of each entity."""
    if not accesses:
        return np.zeros(len(entities), dtype=np.int64)
    accessed = np.array(sorted(accesses), dtype=np.int64)
    counts = np.array([accesses[entity] for entity in accessed.tolist()], dtype=np.int64)
    place = np.minimum(np.searchsorted(accessed, entities), len(accessed) - 1)
    return np.where(accessed[place] == entities, counts[place], 0)


def _compute_unique(rows: Numbers, compute: Callable[[Sequence[int]], Any]) -> list[Any]:
    """Compute a value for each row, once for equal rows."""
    if not len(rows):
        return []
    # each row becomes one number, column by column: numbers sort far faster than rows
    code = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        _, place = np.unique(column, return_inverse=True)
        _, code = np.unique(code * (int(place.max()) + 1) + place, return_inverse=True)
    _, first, groups = np.unique(code, return_index=True, return_inverse=True)
    values = [compute(row) for row in rows[first].tolist()]
    return [values[group] for group in groups.tolist()]


def _waiting_since(view: StoreView, pairs: UndecidedPairs) -> list[str]:
    """Return the time since which each pair waits; empty where its strongest pair never waited."""
    left, right, since = view.queued_revisions(np.unique(pairs.left).tolist())
    if not len(left):
        return [""] * len(pairs.left)
    span = 1 + max(int(right.max()), int(pairs.right.max(initial=0)))
    queued_pairs, pair_codes = left * span + right, pairs.left * span + pairs.right
    place = np.minimum(np.searchsorted(queued_pairs, pair_codes), len(queued_pairs) - 1)
    revisions = np.where(queued_pairs[place] == pair_codes, since[place], 0)
    committed = view.commit_times(np.unique(revisions).tolist())
    return [committed.get(revision, "") for revision in revisions.tolist()]
