"""Why two entities wait for a steward, and with what priority.

The module reads in this order: the reason of a pair with its sentence (`find_reason`), the priority
(`compute_priority`), and the queue rows of all pairs without decisions (`build_undecided_columns`).
Nearly all rows are of this last kind. They are built as columns: many entities share a summary, so
marks and consequences are computed once for each pair of summaries.

The priority is value × consequence × urgency, as an integer:

- **Value**: p·c reviews, where p is the score of the two entities and c the cost of a missed match
  (see `resolver.records.results.resolution`). All pairs of a store have the same c, so p alone
  orders them. For the reasons moved, reopened, red and second, p is at least 0.5, because a steward
  has judged differently from the score or without it.
- **Consequence** (1000 or more): grows with the logarithm of the number of records of the two
  entities, and with the number of agencies. Who looks an entity up does not count: the order of the
  queue would tell stewards of one agency whom another agency looks up.
- **Urgency**: 8 for these four reasons, since a decision depends on the pair. 1 for pairs left
  unsure, since another review is less likely to settle them. 4 for all others.

Restricted pairs rank like all others among viewers who may see them. The time of waiting does not
count. Ties are broken by entity number, so the order is total.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring import scores
from resolver.records.results.resolution import Band, Basis
from resolver.review import earlier_verdicts
from resolver.review.entity_sides import EntitySummary, SummaryTable
from resolver.review.models import QueueReason
from resolver.review.queue_filters import guard_marks
from resolver.runtime.key_groups import sort_distinct
from resolver.store import StoredDecision, StoreView, utc_text
from resolver.store.waiting_queue import MARKS_LIMIT, WaitingColumns

_SAMPLE_INTERVAL = 50
"""One of so many borderline pairs is drawn at random."""
Numbers = npt.NDArray[np.int64]


class Undecided(NamedTuple):
    """Reason why a pair without decisions waits, with a sentence about it."""

    reason: QueueReason
    text: str


_RECORDS_MATCH, _KEPT_APART, _AMBIGUOUS, _SAMPLE, _BORDERLINE = range(5)
UNDECIDED_REASONS = (
    Undecided(
        QueueReason.CONTRADICTION,
        "two of their records match by themselves, but all values of the two together do not",
    ),
    Undecided(
        QueueReason.CONTRADICTION,
        "the two match, but other records of theirs, their kinds, or a list that holds nobody "
        "twice keep them apart",
    ),
    Undecided(
        QueueReason.AMBIGUOUS,
        "one of the two also matches {rival}, which contradicts the other: it joins neither",
    ),
    Undecided(
        QueueReason.SAMPLE, "drawn by chance, so that the model also learns from plain cases"
    ),
    Undecided(QueueReason.BORDERLINE, "the score lies between the thresholds"),
)
_PLACE_BY_BASIS = {
    Basis.CONTRADICTION: _RECORDS_MATCH,
    Basis.OTHERS: _KEPT_APART,
    Basis.AMBIGUOUS: _AMBIGUOUS,
}
RESTRICTED_TEXT = ", or only a restricted record connects them"
"""Further possible reason, added if two matching entities have restricted records."""
_BANDS = {band.label: band for band in Band}


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """Pair of entities, by number, with the reason why it waits (None: it does not wait).

    `left` and `right` are its strongest pair of records. `logodds` (thousandths) and `band` compare
    the entities; `record_logodds` compares the two records. `pairs` counts its waiting links.
    """

    pair: tuple[int, int]
    left: int
    right: int
    logodds: int
    band: Band
    record_logodds: int
    pairs: int
    reason: QueueReason | None
    why: str
    excluded_steward: str
    verdicts: earlier_verdicts.PairVerdicts | None

    @property
    def decided_at(self) -> str:
        """Time of the decision that waits for a second steward, or empty."""
        unconfirmed = self.verdicts.unconfirmed if self.verdicts else None
        return _decision_time(unconfirmed) if unconfirmed else ""


def find_reason(
    band: Band, logodds: int, undecided: Undecided, verdicts: earlier_verdicts.PairVerdicts | None
) -> tuple[QueueReason | None, str, str]:
    """Return the reason or None, a sentence about it, and the steward who may not decide.

    `undecided` is the reason that applies if no decision counts.
    """
    if verdicts is not None and verdicts.unconfirmed is not None:
        decision = verdicts.unconfirmed.decision
        reason = QueueReason.RED if decision.unlawful else QueueReason.SECOND
        steward, note = decision.decided_by, _note(verdicts.unconfirmed)
        undoes = verdicts.unconfirmed.context.get(earlier_verdicts.UNDOES_KEY)
        word = (
            "took back an earlier decision"
            if undoes
            else f"said {earlier_verdicts.steward_verdict(decision)}"
        )
        sentence = f"{steward} {word}{note}; it counts once another steward confirms it"
        return reason, sentence, steward
    if verdicts is not None and verdicts.is_reopened:
        return _find_reopened_reason(band, verdicts)
    if verdicts is not None and verdicts.different is not None:
        return _find_moved_reason(band, logodds, verdicts.different)
    if verdicts is not None and verdicts.unsure is not None:
        steward = verdicts.unsure.decision.decided_by or "somebody"
        return QueueReason.UNSURE, f"{steward} was unsure{_note(verdicts.unsure)}", ""
    return undecided.reason, undecided.text, ""


def explain_undecided(undecided: Undecided, rival: str, *, is_restricted: bool) -> Undecided:
    """Return the reason of two entities without decisions, with its complete sentence.

    `rival` is the id of a record of the third entity that one of the two also matches.
    `is_restricted`: one of the two entities has restricted records.
    """
    is_contradiction = undecided.reason is QueueReason.CONTRADICTION
    also = RESTRICTED_TEXT if is_restricted and is_contradiction else ""
    return undecided._replace(text=undecided.text.format(rival=rival) + also)


def find_undecided_reasons(basis: Numbers, record_ids: Sequence[tuple[str, str]]) -> Numbers:
    """Return the reasons of pairs without decisions, as indexes into `UNDECIDED_REASONS`.

    `basis` is the `Basis` of the link of each pair, and `record_ids` the ids of its strongest pair
    of records. The ids alone decide which pairs are drawn as samples. Record numbers would reveal
    how many hidden records there are.
    """
    is_sampled = np.array([_is_drawn(*pair) for pair in record_ids], dtype=bool)
    reasons: Numbers = np.where(is_sampled, _SAMPLE, _BORDERLINE)
    for of_link, place in _PLACE_BY_BASIS.items():
        reasons[basis == of_link] = place
    return reasons


def _is_drawn(left: str, right: str) -> bool:
    first, second = sorted((left, right))
    return zlib.crc32(f"{first}\n{second}".encode()) % _SAMPLE_INTERVAL == 0


def _find_reopened_reason(
    band: Band, verdicts: earlier_verdicts.PairVerdicts
) -> tuple[QueueReason | None, str, str]:
    """Return the reason of a pair with a reopened decision.

    A reopened *different* still keeps the two apart, so the pair waits only if its band is above
    distinct.
    """
    reopened = verdicts.reopened
    if reopened is None or (verdicts.different is not None and band == Band.DISTINCT):
        return None, "", ""
    decision = reopened.decision
    verdict = "red" if decision.unlawful else str(decision.verdict)
    sentence = (
        f"reopened: {decision.reopened}, after {decision.decided_by or 'somebody'} said {verdict}"
        f"{_note(reopened)}"
    )
    day = _decision_time(reopened)[:10]
    return QueueReason.REOPENED, f"{sentence} on {day}" if day else sentence, ""


def _find_moved_reason(
    band: Band, logodds: int, different: StoredDecision
) -> tuple[QueueReason | None, str, str]:
    """Return the reason of a pair decided different whose score has moved into a higher band."""
    old_band = _BANDS.get(str(different.context.get("band", "")))
    old_logodds = int(different.context.get("logodds", logodds - 1))
    if old_band is None or band <= old_band or logodds <= old_logodds:
        return None, "", ""
    decision, context = different.decision, different.context
    new_score = _score(logodds)
    before_text = (  # a pair that blocking did not bring together had no score
        f"{_score(int(context['logodds'])):.2f} ({old_band.label})"
        if "logodds" in context
        else "below the review threshold"
    )
    steward, day = decision.decided_by or "somebody", _decision_time(different)[:10]
    sentence = (
        f"{steward} said different on {day}, when the score was {before_text}; "
        f"new evidence has made it {new_score:.2f} ({band.label})"
    )
    return QueueReason.MOVED, sentence, ""


def _score(logodds: int) -> float:
    return float(scores(np.array([logodds]))[0])


def _note(stored: StoredDecision) -> str:
    parts = (
        earlier_verdicts.shown_reason(stored),
        str(stored.context.get(earlier_verdicts.COMMENT_KEY, "")),
    )
    text = ", ".join(filter(None, parts))
    return f" ({text})" if text else ""


def _decision_time(stored: StoredDecision) -> str:
    return utc_text(stored.decision.decided_at) if stored.decision.decided_at else ""


_URGENCY = {
    QueueReason.BORDERLINE: 4,
    QueueReason.CONTRADICTION: 4,
    QueueReason.AMBIGUOUS: 4,
    QueueReason.SAMPLE: 4,
    QueueReason.MOVED: 8,
    QueueReason.REOPENED: 8,
    QueueReason.RED: 8,
    QueueReason.SECOND: 8,
    QueueReason.BLIND: 4,
    QueueReason.UNSURE: 1,
}
_MIN_PROBABILITY = dict.fromkeys(
    (QueueReason.MOVED, QueueReason.REOPENED, QueueReason.RED, QueueReason.SECOND), 0.5
)


def compute_priority(score: float, reason: QueueReason, *, records: int, agencies: int) -> int:
    """Compute the priority of a pair.

    `score` is in 0…1. `records` and `agencies` are counts for both entities together; a list
    without an agency counts as an agency.
    """
    consequence = compute_consequence(records, agencies)
    (priority,) = compute_priorities(np.array([score]), reason, np.array([consequence])).tolist()
    return int(priority)


def compute_consequence(records: int, agencies: int) -> int:
    """Compute the consequence of a decision, 1000 or more."""
    return round(1000 * (1 + math.log2(max(records, 2) / 2) + (max(agencies, 1) - 1)))


def compute_priorities(
    score: npt.NDArray[np.float64], reason: QueueReason, consequences: npt.NDArray[np.int64]
) -> Numbers:
    """Compute the priorities of many pairs that wait for the same reason."""
    probability = np.maximum(score, _MIN_PROBABILITY.get(reason, 0.0))
    # round last, so that close scores keep their order
    weighted = np.rint(1000 * probability * consequences).astype(np.int64)
    priorities: Numbers = _URGENCY[reason] * np.maximum(weighted, 1)
    return priorities


@dataclass(frozen=True, slots=True)
class UndecidedPairs:
    """Waiting pairs of entities as columns.

    `low` and `high` are entity numbers, and `left` and `right` the strongest pair of records with
    the columns of its link (`LinkTable`). `pairs` counts the waiting links of each pair.
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
    agencies: Mapping[int, str],
) -> WaitingColumns:
    """Return the queue rows of pairs without decisions, as columns.

    `agencies` has the agency by source number.
    """
    low_rows, high_rows = summaries.rows_of(pairs.low), summaries.rows_of(pairs.high)
    reason = find_undecided_reasons(pairs.basis, find_record_ids(view, pairs.left, pairs.right))
    score = scores(pairs.logodds)
    summary_pairs = np.stack(
        [summaries.summary_index[low_rows], summaries.summary_index[high_rows]], axis=1
    )

    def consequence_of(row: Sequence[int]) -> int:
        """Compute the consequence of a row (two summaries, records)."""
        sources = summaries.summaries[row[0]].sources | summaries.summaries[row[1]].sources
        return compute_consequence(row[2], len({agencies[source] for source in sources}))

    records = summaries.records[low_rows] + summaries.records[high_rows]
    consequences = _compute_unique(np.column_stack([summary_pairs, records]), consequence_of)
    rank = np.empty(len(score), dtype=np.int64)
    for index, undecided in enumerate(UNDECIDED_REASONS):
        has_reason = reason == index
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
        "reason": [str(UNDECIDED_REASONS[index].reason) for index in reason.tolist()],
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
    """Return the sentence about each pair.

    A row of `reasons` has the two summaries, the reason and the rival of a pair. `rivals` has
    record ids by number.
    """
    return _compute_unique(
        reasons,
        lambda row: (
            explain_undecided(
                UNDECIDED_REASONS[row[2]],
                rivals.get(row[3], ""),
                is_restricted=any(summaries.summaries[index].restrictions for index in row[:2]),
            ).text
        ),
    )


def build_marks(low: EntitySummary, high: EntitySummary, reason: QueueReason) -> str:
    """Return the marks of two entities, by which the filters of the queue find their pair."""
    marks = [
        *guard_marks(low.restrictions | high.restrictions),
        *sorted(low.kinds | high.kinds),
        f"r{reason}",
        *sorted(low.scripts | high.scripts),
        *(f"s{source}" for source in sorted(low.sources | high.sources)),
    ]
    # filters search for a mark with a space on both sides
    text = " ".join(["", *marks])[: MARKS_LIMIT - 1]
    return f"{text} "


def _compute_unique(rows: Numbers, compute: Callable[[Sequence[int]], Any]) -> list[Any]:
    """Return a value for each row; equal rows are computed once."""
    if not len(rows):
        return []
    # code each row as one number, column by column: numbers sort far faster than rows
    code = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        _, place = np.unique(column, return_inverse=True)
        _, code = np.unique(code * (int(place.max()) + 1) + place, return_inverse=True)
    _, first, groups = np.unique(code, return_index=True, return_inverse=True)
    values = [compute(row) for row in rows[first].tolist()]
    return [values[group] for group in groups.tolist()]


def _waiting_since(view: StoreView, pairs: UndecidedPairs) -> list[str]:
    """Return the time since which each pair waits; empty if its strongest pair never waited."""
    left, right, since = view.queued_revisions(np.unique(pairs.left).tolist())
    if not len(left):
        return [""] * len(pairs.left)
    span = 1 + max(int(right.max()), int(pairs.right.max(initial=0)))
    queued_pairs, pair_codes = left * span + right, pairs.left * span + pairs.right
    index = np.minimum(np.searchsorted(queued_pairs, pair_codes), len(queued_pairs) - 1)
    revisions = np.where(queued_pairs[index] == pair_codes, since[index], 0)
    committed = view.commit_times(np.unique(revisions).tolist())
    return [committed.get(revision, "") for revision in revisions.tolist()]
