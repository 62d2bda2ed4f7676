"""What earlier decisions say of two entities: what stands between them, what waits for a second steward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resolver.records.decisions import Decision, settle, unconfirmed
from resolver.records.decisions import Verdict as Said
from resolver.review.models import DecisionView, Standing, Verdict
from resolver.store import StoredDecision, utc_text

UNDOES, TOGETHER, COMMENT = "undoes", "together", "comment"
"""Keys of what the log keeps beside a decision: the number of the decision it takes back; a mark that decisions taken
together share; the free comment."""


SPELLED = {
    Verdict.SAME: "the same",
    Verdict.DIFFERENT: "different",
    Verdict.UNSURE: "unsure",
    Verdict.RED: "red: one person under unlawfully different identities",
}
"""Verdicts for people."""


@dataclass(frozen=True, slots=True)
class Between:
    """What is decided across two entities: the latest `different` that stands, what waits for a second steward, and the
    latest `unsure` that a steward meant (not an undoing)."""

    different: StoredDecision | None
    waits: StoredDecision | None
    unsure: StoredDecision | None


def between(log: Iterable[StoredDecision]) -> Between:
    """What the decisions on pairs of records across two entities amount to."""
    log = list(log)
    stands = standing(log)
    different = [one for one in stands if one.decision.verdict is Said.DIFFERENT]
    unsure = [
        one for one in stands if one.decision.verdict is Said.UNSURE and UNDOES not in one.seen
    ]
    return Between(_latest(different), _latest(waiting(log)), _latest(unsure))


def standing(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """The decisions that count, by pair, of a log that is whole for each of its pairs."""
    by_where = {one.decision.where: one for one in log}
    settled = settle(one.decision for one in by_where.values())
    # where nothing but what waits was said, that counts as unsure
    return [
        by_where[one.where]
        for one in settled
        if one.verdict is by_where[one.where].decision.verdict
    ]


def waiting(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """The decisions that wait for a second steward, by pair, of a log that is whole for each of its pairs."""
    by_where = {one.decision.where: one for one in log}
    return [by_where[one.where] for one in unconfirmed(one.decision for one in by_where.values())]


def _latest(found: Sequence[StoredDecision]) -> StoredDecision | None:
    return max(found, key=lambda one: one.number) if found else None


def verdict_of(decision: Decision) -> Verdict:
    """The word of the desk for a decision."""
    return Verdict.RED if decision.unlawful else Verdict(str(decision.verdict))


def decision_views(log: Sequence[StoredDecision]) -> tuple[DecisionView, ...]:
    """Decisions as pages show them, the newest first. The log must be whole for every pair in it."""
    stands = {one.decision.where for one in standing(log)}
    waits = {one.decision.where for one in waiting(log)}
    undone = {int(one.seen[UNDOES]) for one in log if UNDOES in one.seen}
    marks: dict[str, list[int]] = {}
    for one in log:
        if one.seen.get(TOGETHER):
            marks.setdefault(str(one.seen[TOGETHER]), []).append(one.number)
    return tuple(
        _view(one, stands, waits, undone, marks) for one in sorted(log, key=lambda one: -one.number)
    )


def _view(
    stored: StoredDecision,
    stands: set[str],
    waits: set[str],
    undone: set[int],
    marks: Mapping[str, list[int]],
) -> DecisionView:
    one = stored.decision
    if one.where in waits:
        standing = Standing.WAITS
    elif stored.number in undone:
        standing = Standing.UNDONE
    else:
        standing = Standing.STANDS if one.where in stands else Standing.REPLACED
    together = tuple(
        number
        for number in marks.get(str(stored.seen.get(TOGETHER)), ())
        if number != stored.number
    )
    return DecisionView(
        stored.number,
        one.left_id,
        one.right_id,
        verdict_of(one),
        one.who,
        utc_text(one.when) if one.when else "",
        one.why,
        str(stored.seen.get(COMMENT, "")),
        standing,
        int(stored.seen.get(UNDOES, 0)),
        together,
    )
