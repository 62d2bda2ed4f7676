"""What earlier decisions say of two entities: what stands between them, what waits for a second steward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resolver.records.decisions import Decision, settle, unconfirmed
from resolver.records.decisions import Verdict as Said
from resolver.review.words import DecisionView, Standing, Verdict
from resolver.store import StoredDecision, utc_text

UNDOES, TOGETHER, COMMENT = "undoes", "together", "comment"
"""Keys of what the log keeps beside a decision: the number of the decision it takes back; a mark that decisions taken
together share; the free comment."""


@dataclass(frozen=True, slots=True)
class Between:
    """What is decided across two entities: the latest `different` that stands, what waits for a second steward, and the
    latest `unsure` that a steward meant (not an undoing)."""

    different: StoredDecision | None
    waits: StoredDecision | None
    unsure: StoredDecision | None


def between(log: Iterable[StoredDecision]) -> Between:
    """What the decisions on pairs of records across two entities amount to."""
    stored = {f"decision {one.number}": one for one in log}
    decisions = [one.decision for one in stored.values()]
    waits = [stored[one.where] for one in unconfirmed(decisions)]
    pending = {one.decision.pair for one in waits}
    standing = [stored[one.where] for one in settle(decisions)]
    different = [one for one in standing if one.decision.verdict is Said.DIFFERENT]
    unsure = [
        one
        for one in standing
        if one.decision.verdict is Said.UNSURE and one.decision.pair not in pending and UNDOES not in one.seen
    ]
    return Between(_latest(different), _latest(waits), _latest(unsure))


def _latest(found: Sequence[StoredDecision]) -> StoredDecision | None:
    return max(found, key=lambda one: one.number) if found else None


def verdict_of(decision: Decision) -> Verdict:
    """The word of the desk for a decision."""
    return Verdict.RED if decision.unlawful else Verdict(str(decision.verdict))


def decision_views(log: Sequence[StoredDecision]) -> tuple[DecisionView, ...]:
    """Decisions as pages show them, the newest first. The log must be whole for every pair in it."""
    decisions = [one.decision for one in log]
    stands = {one.where for one in settle(decisions)}
    waits = {one.where for one in unconfirmed(decisions)}
    undone = {int(one.seen[UNDOES]) for one in log if UNDOES in one.seen}
    marks: dict[str, list[int]] = {}
    for one in log:
        if one.seen.get(TOGETHER):
            marks.setdefault(str(one.seen[TOGETHER]), []).append(one.number)
    return tuple(_view(one, stands, waits, undone, marks) for one in sorted(log, key=lambda one: -one.number))


def _view(
    stored: StoredDecision, stands: set[str], waits: set[str], undone: set[int], marks: Mapping[str, list[int]]
) -> DecisionView:
    one = stored.decision
    if one.where in waits:
        standing = Standing.WAITS
    elif stored.number in undone:
        standing = Standing.UNDONE
    else:
        standing = Standing.STANDS if one.where in stands else Standing.REPLACED
    together = tuple(number for number in marks.get(str(stored.seen.get(TOGETHER)), ()) if number != stored.number)
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
