"""Decisions that come back blind: a share of what was decided is shown to another steward, who does not see what the
first one said, so that agreement can be measured (Cohen 1960). What the second one says changes nothing by itself."""

from __future__ import annotations

import hashlib

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.results.resolution import Band
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.earlier_verdicts import verdict_of
from resolver.review.entity_sides import party, side_of_records, sources_by_name
from resolver.review.models import (
    Agreement,
    Filters,
    QueueItem,
    Reason,
    Steward,
    Verdict,
)
from resolver.review.refusals import NotAllowedError
from resolver.store import StoredDecision, View
from resolver.store.desk import steward_work as people_rows
from resolver.store.desk.steward_work import AgainRow

_PARTS = 1 << 32
LEFT, RIGHT = "left_records", "right_records"
"""Keys of the log under which the records of either side stand that a steward saw."""


def drawn(digest: str, share: float) -> bool:
    """Whether a decision comes back: a pure function of it, so that nobody can foresee or choose."""
    return (
        int.from_bytes(hashlib.sha256(f"again {digest}".encode()).digest()[:4], "big")
        < share * _PARTS
    )


def again_item(
    view: View,
    steward: Steward | None,
    filters: Filters,
    before: int | None,
    place: tuple[int, int, int] | None,
    *,
    decision: int = 0,
    viewer: Viewer = STRANGER,
) -> QueueItem | None:
    """The decision of others that is worth most, as an item, where it stands before a rank of the queue and behind a
    place; or that of a number. None too where its records are not all visible."""
    viewer = steward.viewer if steward is not None else viewer
    row = _row(view, steward, before, decision)
    if row is None or (place is not None and place >= (row.rank, -row.decision, -row.decision)):
        return None
    if filters != Filters() and filters.reason != Reason.BLIND:
        return None
    stored = view.decision(row.decision)
    if stored is None:
        return None
    try:
        left, right = (
            side_of_records(view, one, records, viewer) for one, records in seen_records(stored)
        )
    except InputError:
        return None
    if left.hidden or right.hidden:
        return None
    sources = sources_by_name(view)
    return QueueItem(
        f"{row.rank}.{-row.decision}.{-row.decision}",
        party(left, sources),
        party(right, sources),
        stored.decision.left_id,
        stored.decision.right_id,
        0.5,
        0,
        Band.REVIEW,
        1,
        -row.rank,
        Reason.BLIND,
        "decided before by another steward; say what you would say",
        row.since,
        "",
        "",
        row.decision,
    )


def _row(view: View, steward: Steward | None, before: int | None, decision: int) -> AgainRow | None:
    if decision:
        return people_rows.again_of(view.connection, decision)
    return people_rows.next_again(view.connection, steward.name if steward else "", before)


def seen_records(
    stored: StoredDecision,
) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]:
    """The two sides of a decision: the record it names, and all records that were shown with it."""
    one = stored.decision
    sides = (one.left_id, stored.seen.get(LEFT)), (one.right_id, stored.seen.get(RIGHT))
    (left, lefts), (right, rights) = ((end, tuple(held) if held else (end,)) for end, held in sides)
    if left in rights or right in lefts:
        # the sides as shown may be the other way round than the pair as logged
        lefts, rights = rights, lefts
    return (left, lefts), (right, rights)


def answer_again(hub: Hub, steward: Steward, number: int, verdict: Verdict, why: str) -> None:
    """Note what another steward says of a decision. Raises `NotAllowedError` where it is their own, or was looked at
    again already."""
    rows = hub.store.people.again(number)
    if not rows or rows[0].verdict is not None:
        raise NotAllowedError(
            f"decision {number} does not wait to be looked at again", mend="go on to the next pair"
        )
    if rows[0].who == steward.name:
        raise NotAllowedError(f"decision {number} is your own", mend="leave it to another steward")
    if not hub.store.people.answer_again(number, steward.name, str(verdict), why):
        raise NotAllowedError(
            f"decision {number} was looked at again meanwhile", mend="go on to the next pair"
        )


def agreement(hub: Hub) -> Agreement:
    """How far stewards agree on what was looked at again."""
    said: list[tuple[Verdict, Verdict]] = []
    apart = []
    with hub.store.view() as view:
        for row in hub.store.people.again():
            stored = view.decision(row.decision)
            if row.verdict is None or stored is None:
                continue
            first, second = verdict_of(stored.decision), Verdict(row.verdict)
            said.append((first, second))
            if first is not second:
                apart.append((row.decision, str(first), row.who, str(second), row.second))
    agreed = sum(first is second for first, second in said)
    return Agreement(len(said), agreed, kappa(said), tuple(apart))


def kappa(said: list[tuple[Verdict, Verdict]]) -> float | None:
    """Cohen's kappa of pairs of verdicts, -1 … 1; None where there are none, or chance alone explains all (every
    verdict is one and the same). Cohen, A coefficient of agreement for nominal scales (1960)."""
    if not said:
        return None
    count = len(said)
    observed = sum(first is second for first, second in said) / count
    expected = sum(
        sum(first is one for first, _ in said) * sum(second is one for _, second in said)
        for one in Verdict
    ) / (count * count)
    return None if expected == 1 else (observed - expected) / (1 - expected)
