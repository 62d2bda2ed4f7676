"""Blind recheck: a share of decided pairs is shown to another steward without the first verdict.

It measures the agreement of stewards (Cohen 1960). The second verdict changes nothing by itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.results.resolution import Band
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.earlier_verdicts import steward_verdict
from resolver.review.entity_sides import build_party, load_record_side, sources_by_name
from resolver.review.models import (
    Filters,
    QueueItem,
    QueueReason,
    Steward,
    StewardVerdict,
)
from resolver.review.refusals import DecisionNotAllowedError, find_hidden_records, visible_decisions
from resolver.store import StoredDecision, StoreView, steward_work
from resolver.store.steward_work import RecheckRow

_DIGEST_RANGE = 1 << 32
LEFT_RECORDS, RIGHT_RECORDS = "left_records", "right_records"
"""Keys of the log for the ids of the records that were shown on either side."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of stewards on rechecked decisions: number of pairs, number with the same verdict,
    Cohen's kappa (-1…1; None without pairs or if all verdicts are equal), and the pairs with
    different verdicts.
    """

    pairs: int
    agreeing: int
    kappa: float | None
    disagreements: tuple[tuple[str, str, str, str, str], ...] = field(default=())
    """Rows of (decision id, first verdict, first steward, second verdict, second steward)."""


def is_drawn(digest: str, share: float) -> bool:
    """Return whether a decision comes back; a pure function of its digest, so nobody can foresee or
    choose.
    """
    number = int.from_bytes(hashlib.sha256(f"again {digest}".encode()).digest()[:4], "big")
    return number < share * _DIGEST_RANGE


def find_recheck_item(
    view: StoreView,
    steward: Steward | None,
    filters: Filters,
    max_rank: int | None,
    place: tuple[int, int, int] | None,
    *,
    decision: StoredDecision | None = None,
    viewer: Viewer = STRANGER,
) -> QueueItem | None:
    """Find the recheck of highest priority among other stewards' decisions (or that of one
    decision), as a queue item.

    It must stand before `max_rank` of the queue and behind `place`. None as well if the
    viewer may not see all its records.
    """
    viewer = steward.viewer if steward is not None else viewer
    if filters != Filters() and filters.reason != QueueReason.BLIND:
        return None
    if decision is not None:
        row = steward_work.recheck_of(view.connection, decision.number)
        return _build_item(view, row, viewer) if row is not None else None
    name = steward.name if steward else ""
    for row in steward_work.open_rechecks(view.connection, name, max_rank):
        if place is not None and place >= (row.rank, -row.decision, -row.decision):
            continue
        item = _build_item(view, row, viewer)
        if item is not None:
            return item
    return None


def _build_item(view: StoreView, row: RecheckRow, viewer: Viewer) -> QueueItem | None:
    """Build the queue item of a recheck; None if the viewer may not see all that it rests on."""
    stored = view.decision(row.decision)
    if stored is None:
        return None
    sides = shown_records(stored)
    if find_hidden_records(view, {record for _, records in sides for record in records}, viewer):
        return None
    try:
        left, right = (
            load_record_side(view, record_id, records, viewer) for record_id, records in sides
        )
    except InputError:
        return None
    sources = sources_by_name(view)
    return QueueItem(
        f"{stored.id}.{stored.id}",
        build_party(left, sources),
        build_party(right, sources),
        stored.decision.left_id,
        stored.decision.right_id,
        0.5,
        0,
        Band.REVIEW,
        1,
        -row.rank,
        QueueReason.BLIND,
        "decided before by another steward; give your own verdict",
        row.since,
        "",
        "",
        stored.id,
        (row.rank, -row.decision, -row.decision),
    )


def shown_records(
    stored: StoredDecision,
) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]:
    """Return the two sides of a decision: the record it names, and all records that were shown with
    it.
    """
    decision = stored.decision
    sides = (
        (decision.left_id, stored.context.get(LEFT_RECORDS)),
        (decision.right_id, stored.context.get(RIGHT_RECORDS)),
    )
    (left, left_records), (right, right_records) = (
        (end, tuple(shown) if shown else (end,)) for end, shown in sides
    )
    if left in right_records or right in left_records:
        # the log orders a pair by id, so the sides as shown may be swapped
        left_records, right_records = right_records, left_records
    return (left, left_records), (right, right_records)


def answer_recheck(
    hub: Hub, steward: Steward, stored: StoredDecision, verdict: StewardVerdict, why: str
) -> None:
    """Record the verdict of another steward on a decision.

    Raises `DecisionNotAllowedError` if the decision is their own or was rechecked already.
    """
    rows = hub.store.steward_work.rechecks(stored.number)
    if not rows or rows[0].verdict is not None:
        raise DecisionNotAllowedError(
            f"decision {stored.id} does not wait for a second look", hint="go on to the next pair"
        )
    if rows[0].first_steward == steward.name:
        raise DecisionNotAllowedError(
            f"decision {stored.id} is your own", hint="leave it to another steward"
        )
    is_first = hub.store.steward_work.answer_recheck(stored.number, steward.name, str(verdict), why)
    if not is_first:
        raise DecisionNotAllowedError(
            f"decision {stored.id} has had its second look meanwhile", hint="go on to the next pair"
        )


def measure_agreement(hub: Hub, viewer: Viewer = STRANGER) -> Agreement:
    """Measure the agreement of stewards on the rechecked decisions that the viewer may see."""
    verdicts: list[tuple[StewardVerdict, StewardVerdict]] = []
    disagreements = []
    with hub.store.view() as view:
        answered = [row for row in hub.store.steward_work.rechecks() if row.verdict is not None]
        log = [view.decision(row.decision) for row in answered]
        visible = visible_decisions(view, [stored for stored in log if stored], viewer)
        decision_of = {stored.number: stored for stored in visible}
        for row in answered:
            stored = decision_of.get(row.decision)
            if stored is None or row.verdict is None:
                continue
            first, second = steward_verdict(stored.decision), StewardVerdict(row.verdict)
            verdicts.append((first, second))
            if first is not second:
                disagreements.append(
                    (stored.id, str(first), row.first_steward, str(second), row.second_steward)
                )
    agreeing = sum(first is second for first, second in verdicts)
    return Agreement(len(verdicts), agreeing, cohen_kappa(verdicts), tuple(disagreements))


def cohen_kappa(verdicts: list[tuple[StewardVerdict, StewardVerdict]]) -> float | None:
    """Return Cohen's kappa of pairs of verdicts, in -1…1.

    None without pairs, or if chance explains everything (all verdicts are equal). Cohen, A
    coefficient of agreement for nominal scales (1960).
    """
    if not verdicts:
        return None
    count = len(verdicts)
    observed = sum(first is second for first, second in verdicts) / count
    expected = sum(
        sum(first is verdict for first, _ in verdicts)
        * sum(second is verdict for _, second in verdicts)
        for verdict in StewardVerdict
    ) / (count * count)
    return None if expected == 1 else (observed - expected) / (1 - expected)
