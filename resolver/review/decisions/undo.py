"""Undo: a new decision that restores what stood before. The act is taken back whole: all that was decided in one go.

What stood on a pair before the act is said again (where nothing stood: `unsure`, which is the same to clusters as never
having decided), so that links, members and entities are as they were, ids included. Only the last word on a pair can be
taken back; what came after it has to be undone first. An undoing is itself a decision, and can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.decisions import Decision, settle
from resolver.records.decisions import Verdict as Said
from resolver.review.decisions.commit_decisions import Act, carry
from resolver.review.decisions.confirm import taken_together
from resolver.review.decisions.decision_checks import said_by
from resolver.review.decisions.earlier_verdicts import (
    SPELLED,
    UNDOES,
    verdict_of,
    waiting,
)
from resolver.review.decisions.log_entries import entry
from resolver.review.desk_rules import Rules
from resolver.review.models import (
    Outcome,
    State,
    Steward,
    Verdict,
)
from resolver.review.queue.queue_access import may_decide
from resolver.review.refusals import NotAllowedError
from resolver.store import NewDecision, StoredDecision, View

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Back:
    """Taking back one decision: what to say of its pair instead, and whether two stewards stand behind it."""

    target: StoredDecision
    verdict: Verdict
    confirmed: bool
    seen: Mapping[str, Any] = field(default_factory=dict)
    """What whoever said so first had before their eyes, as far as later evidence is measured against it."""


def undo(
    hub: Hub, steward: Steward, number: int, *, why: str = "", rules: Rules | None = None
) -> Outcome:
    """Take back a decision, with those taken together with it. What needed two stewards needs two, except one's own
    that nobody has confirmed. Raises `InputError` for an unknown number, `NotAllowedError` where later decisions stand
    on the same records, or the decision is undone already."""
    del rules
    gone: list[int] = []

    def make(view: View) -> Act:
        stored = _stored(view, number)
        may_decide(view, steward.viewer, stored.decision.pair)
        targets = _act_of(view, stored)
        log = view.decisions(sorted({end for pair in targets for end in pair}))
        backs = [_back(log, targets[pair], steward) for pair in sorted(targets)]
        gone[:] = [one.target.number for one in backs]
        two = any(one.confirmed for one in backs)
        said = entry(steward, Verdict.UNSURE, why or f"undoes decision {number}", needs_two=two)
        decisions: list[NewDecision] = []
        for one in backs:
            pair = one.target.decision.pair
            decisions += replace(said, verdict=one.verdict, seen=one.seen).on(
                [pair], log, undoes={pair: one.target.number}
            )
        waits = (f"two stewards stand behind decision {number}",) if two else ()
        return Act(said, tuple(decisions), (), waits)

    with hub.store.view() as view:
        known = _stored(view, number).decision
    outcome, _ = carry(hub, make, steward.name, known.pair)
    hub.store.people.drop_again(gone)
    if outcome.state is State.WAITS:
        told = (
            f"Logged: decision {number} is to be undone. It takes a second steward who says so too."
        )
        return replace(outcome, message=told)
    told = f"Undone: decision {number} ({SPELLED[verdict_of(known)]})."
    return replace(outcome, state=State.DONE, message=told)


def _stored(view: View, number: int) -> StoredDecision:
    stored = view.decision(number)
    if stored is None:
        raise InputError(f"there is no decision {number}", mend="see the history of the entity")
    return stored


def _act_of(view: View, stored: StoredDecision) -> dict[Pair, StoredDecision]:
    """The decisions that were taken together with one, and with those that confirmed it: the last of each pair."""
    ours = _in_order(view.decisions(list(stored.decision.pair)), stored.decision.pair)
    found: dict[Pair, StoredDecision] = {}
    for one in _run(ours, stored):
        for other in view.decisions_landed(one.landed):
            if taken_together(other, one):
                known = found.get(other.decision.pair)
                if known is None or known.number < other.number:
                    found[other.decision.pair] = other
    return found


def _back(log: Sequence[StoredDecision], target: StoredDecision, steward: Steward) -> _Back:
    """What taking back one decision says. Raises `NotAllowedError` where it is not the last word on its pair."""
    ours = _in_order(log, target.decision.pair)
    waits = {one.number for one in waiting(ours)}
    active = _active(ours, waits)
    run = {one.number for one in _run(ours, target)}
    undone = [
        one for one in ours if int(one.seen.get(UNDOES, 0)) in run and one.number not in waits
    ]
    if undone and not any(one.number in run for one in active) and UNDOES not in target.seen:
        raise NotAllowedError(
            f"decision {target.number} is undone already, by decision {undone[-1].number}",
            mend=f"undo decision {undone[-1].number} to bring it back",
        )
    place = {one.number: place for place, one in enumerate(ours)}
    later = [
        one for one in active if one.number not in run and place[one.number] > place[target.number]
    ]
    later += [one for one in undone if UNDOES in target.seen]
    if later:
        _refuse_later(later[-1], target)
    waited = bool(run & waits)
    if waited and target.decision.who != steward.name:
        raise NotAllowedError(
            f"decision {target.number} is {target.decision.who}'s, and waits for a second steward",
            mend="decide otherwise, or leave it to them",
        )
    if UNDOES in target.seen:
        brought_back = next(one for one in ours if one.number == int(target.seen[UNDOES]))
        verdict = verdict_of(brought_back.decision)
        if waited:
            verdict = verdict_of(_standing(active) or target.decision)
        return _Back(target, verdict, _two(target) and not waited, _looked(brought_back))
    before = [one for one in active if one.number not in run]
    stood = _standing(before)
    verdict = verdict_of(stood) if stood else Verdict.UNSURE
    seen = next((_looked(one) for one in reversed(before) if one.decision == stood), {})
    return _Back(target, verdict, _two(target) and not waited, seen)


def _looked(stored: StoredDecision) -> dict[str, Any]:
    return {name: stored.seen[name] for name in ("band", "logodds") if name in stored.seen}


def _refuse_later(later: StoredDecision, target: StoredDecision) -> None:
    raise NotAllowedError(
        f"decision {later.number} by {later.decision.who or 'somebody'} ({SPELLED[verdict_of(later.decision)]}) "
        f"came after decision {target.number} on the same records",
        mend=f"undo decision {later.number} first",
    )


def _standing(log: Sequence[StoredDecision]) -> Decision | None:
    settled = settle(one.decision for one in log)
    return settled[0] if settled and settled[0].verdict is not Said.UNSURE else None


def _active(ours: Sequence[StoredDecision], waits: set[int]) -> list[StoredDecision]:
    """The decisions on one pair that are not taken back, in order; undoings are none of them."""
    known = {one.number: one for one in ours}
    out: set[int] = set()
    for one in ours:
        target = known.get(int(one.seen.get(UNDOES, 0)))
        if target is None or one.number in waits:
            continue
        if UNDOES in target.seen:
            out -= {other.number for other in _run(ours, known[int(target.seen[UNDOES])])}
        else:
            out |= {other.number for other in _run(ours, target)}
    return [one for one in ours if one.number not in out and UNDOES not in one.seen]


def _run(ours: Sequence[StoredDecision], target: StoredDecision) -> list[StoredDecision]:
    """A decision with those before and after it on its pair that say the same, where it takes two to say so."""
    place = next(place for place, one in enumerate(ours) if one.number == target.number)
    first = last = place
    if _two(target):
        while first > 0 and _alike(ours[first - 1], target):
            first -= 1
        while last + 1 < len(ours) and _alike(ours[last + 1], target):
            last += 1
    return list(ours[first : last + 1])


def _alike(one: StoredDecision, other: StoredDecision) -> bool:
    same = said_by(verdict_of(one.decision)) == said_by(verdict_of(other.decision))
    return same and _two(one) and one.seen.get(UNDOES) == other.seen.get(UNDOES)


def _two(stored: StoredDecision) -> bool:
    return stored.decision.needs_two or stored.decision.unlawful


def _in_order(log: Sequence[StoredDecision], pair: Pair) -> list[StoredDecision]:
    ours = [one for one in log if one.decision.pair == pair]
    return sorted(
        ours, key=lambda one: (one.decision.when is not None, one.decision.when or 0, one.number)
    )
