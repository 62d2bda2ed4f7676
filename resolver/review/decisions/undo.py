"""Undo: a new decision that restores what was effective before. All decisions of one act are taken
back together.

The verdict that was effective on a pair before the act is repeated (`unsure` if there was none,
which clustering treats as undecided), so that links, members and entities are as they were, ids
included. Only the last decision on a pair can be taken back; later ones must be undone first. An
undo is itself a decision and can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict, settle_decisions
from resolver.records.visibility import Viewer
from resolver.review.decisions.commit_decisions import DecisionPlan, commit_plan
from resolver.review.decisions.confirm import is_same_act
from resolver.review.decisions.decision_checks import verdict_key
from resolver.review.decisions.earlier_verdicts import (
    UNDOES_KEY,
    VERDICT_TEXTS,
    steward_verdict,
    unconfirmed_decisions,
)
from resolver.review.decisions.log_entries import new_log_entry
from resolver.review.decisions.logged_relations import RELATION_KEY
from resolver.review.models import (
    DecisionOutcome,
    DecisionState,
    Steward,
    StewardVerdict,
)
from resolver.review.refusals import DecisionNotAllowedError
from resolver.review.restrictions import find_decision, visible_decisions
from resolver.store import NewDecision, StoredDecision, StoreView, Versions

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Reversal:
    """Reversal of one decision: the verdict to log instead, and whether two stewards stand behind
    the decision.
    """

    target: StoredDecision
    verdict: StewardVerdict
    is_confirmed: bool
    shown_score: Mapping[str, Any]
    """Band and log-odds shown when that verdict was first given, against which later evidence is
    measured.
    """
    versions: Versions | None = None
    """Versions that the decision saw which is brought back: it stays reopened if it was."""


def undo_decision(
    hub: Hub, steward: Steward, decision_id: str, *, why: str = ""
) -> DecisionOutcome:
    """Take back a decision with all decisions of its act.

    A decision that needed two stewards needs two to undo, except one's own that nobody has
    confirmed. Raises `UnknownIdError` for an id that the steward may not know, and
    `DecisionNotAllowedError` if later decisions stand on the same records or the decision is undone
    already.
    """
    undone_numbers: list[int] = []

    def build(view: StoreView) -> DecisionPlan:
        """Plan the undo on one revision."""
        stored = find_decision(view, decision_id, steward.viewer)
        targets = _find_act(view, stored, steward.viewer)
        # as logged: an undo brings a decision back also where its records have changed since
        ids = sorted({end for pair in targets for end in pair})
        log = visible_decisions(view, view.decisions(ids), steward.viewer)
        reversals = [_plan_reversal(log, targets[pair], steward) for pair in sorted(targets)]
        undone_numbers[:] = [reversal.target.number for reversal in reversals]
        needs_two = any(reversal.is_confirmed for reversal in reversals)
        log_entry = new_log_entry(
            steward,
            StewardVerdict.UNSURE,
            why or "undoes an earlier decision",
            needs_two=needs_two,
        )
        decisions: list[NewDecision] = []
        for reversal in reversals:
            pair = reversal.target.decision.pair
            entry = replace(log_entry, verdict=reversal.verdict, context=reversal.shown_score)
            undoes = {pair: reversal.target.number}
            decisions += [
                replace(new, versions=reversal.versions)
                for new in entry.build_decisions([pair], log, undoes=undoes)
            ]
        reasons = (f"two stewards stand behind decision {stored.id}",) if needs_two else ()
        return DecisionPlan(log_entry, tuple(decisions), (), reasons)

    with hub.store.view() as view:
        undone = find_decision(view, decision_id, steward.viewer)
    outcome, _ = commit_plan(hub, build, steward, undone.decision.pair)
    hub.store.steward_work.drop_rechecks(undone_numbers)
    if outcome.state is DecisionState.WAITING:
        message = f"Logged: decision {undone.id} is undone once a second steward confirms it."
        return replace(outcome, message=message)
    message = f"Undone: decision {undone.id} ({VERDICT_TEXTS[steward_verdict(undone.decision)]})."
    return replace(outcome, state=DecisionState.DONE, message=message)


def _find_act(
    view: StoreView, stored: StoredDecision, viewer: Viewer
) -> dict[Pair, StoredDecision]:
    """Return the last decision on each pair of an act that the viewer may see, confirmations
    included.
    """
    pair_log = _sort_by_time(view.decisions(list(stored.decision.pair)), stored.decision.pair)
    latest: dict[Pair, StoredDecision] = {}
    for confirming in _confirming_run(pair_log, stored):
        members = view.decisions_in_revision(confirming.revision)
        for member in visible_decisions(view, members, viewer):
            if is_same_act(member, confirming):
                previous = latest.get(member.decision.pair)
                if previous is None or previous.number < member.number:
                    latest[member.decision.pair] = member
    return latest


def _plan_reversal(
    log: Sequence[StoredDecision], target: StoredDecision, steward: Steward
) -> _Reversal:
    """Determine the reversal of one decision. Raises `DecisionNotAllowedError` if it is not the
    last one on its pair.
    """
    pair_log = _sort_by_time(log, target.decision.pair)
    unconfirmed = {stored.number for stored in unconfirmed_decisions(pair_log)}
    active = _active_decisions(pair_log, unconfirmed)
    run = {stored.number for stored in _confirming_run(pair_log, target)}
    _check_latest(pair_log, active, unconfirmed, run, target)
    was_unconfirmed = bool(run & unconfirmed)
    if was_unconfirmed and target.decision.decided_by != steward.name:
        raise DecisionNotAllowedError(
            f"decision {target.id} is {target.decision.decided_by}'s, "
            "and waits for a second steward",
            hint="decide otherwise, or leave it to them",
        )
    is_confirmed = _needs_two(target) and not was_unconfirmed
    if UNDOES_KEY not in target.context:
        before = [stored for stored in active if stored.number not in run]
        return _restore_previous(target, before, is_confirmed=is_confirmed)
    restored = next(
        stored for stored in pair_log if stored.number == int(target.context[UNDOES_KEY])
    )
    shown = _shown_score(restored)
    if was_unconfirmed:
        restored = _effective_decision(active) or target
    verdict = steward_verdict(restored.decision)
    return _Reversal(target, verdict, is_confirmed, shown, restored.versions)


def _find_undos(
    pair_log: Sequence[StoredDecision], unconfirmed: set[int], run: set[int]
) -> list[StoredDecision]:
    """Return the confirmed decisions that undo one of a run."""
    return [
        stored
        for stored in pair_log
        if int(stored.context.get(UNDOES_KEY, 0)) in run and stored.number not in unconfirmed
    ]


def _check_latest(
    pair_log: Sequence[StoredDecision],
    active: Sequence[StoredDecision],
    unconfirmed: set[int],
    run: set[int],
    target: StoredDecision,
) -> None:
    """Raise `DecisionNotAllowedError` if the target is undone already, or not the last one."""
    undone_by = _find_undos(pair_log, unconfirmed, run)
    is_undo = UNDOES_KEY in target.context
    if undone_by and not is_undo and not any(stored.number in run for stored in active):
        raise DecisionNotAllowedError(
            f"decision {target.id} is undone already, by decision {undone_by[-1].id}",
            hint=f"undo decision {undone_by[-1].id} to bring it back",
        )
    later = _later_decisions(pair_log, active, run, target) + (undone_by if is_undo else [])
    if later:
        _refuse_later(later[-1], target)


def _later_decisions(
    pair_log: Sequence[StoredDecision],
    active: Sequence[StoredDecision],
    run: set[int],
    target: StoredDecision,
) -> list[StoredDecision]:
    place = {stored.number: place for place, stored in enumerate(pair_log)}
    return [
        stored
        for stored in active
        if stored.number not in run and place[stored.number] > place[target.number]
    ]


def _restore_previous(
    target: StoredDecision, before: Sequence[StoredDecision], *, is_confirmed: bool
) -> _Reversal:
    """Return the reversal that restores the decision effective before the target, or unsure."""
    effective = _effective_decision(before)
    if effective is None:
        return _Reversal(target, StewardVerdict.UNSURE, is_confirmed, {})
    verdict, shown = steward_verdict(effective.decision), _shown_score(effective)
    return _Reversal(target, verdict, is_confirmed, shown, effective.versions)


_RESTORED = ("band", "logodds", RELATION_KEY)
"""Parts of the context that a decision keeps when an undo brings it back."""


def _shown_score(stored: StoredDecision) -> dict[str, Any]:
    return {name: stored.context[name] for name in _RESTORED if name in stored.context}


def _refuse_later(later: StoredDecision, target: StoredDecision) -> None:
    verdict = VERDICT_TEXTS[steward_verdict(later.decision)]
    raise DecisionNotAllowedError(
        f"decision {later.id} by {later.decision.decided_by or 'somebody'} ({verdict}) "
        f"came after decision {target.id} on the same records",
        hint=f"undo decision {later.id} first",
    )


def _effective_decision(log: Sequence[StoredDecision]) -> StoredDecision | None:
    """Return the last decision on one pair that counts, other than unsure, or None."""
    settled = settle_decisions(stored.decision for stored in log)
    if not settled or settled[0].verdict is Verdict.UNSURE:
        return None
    return next(stored for stored in reversed(log) if stored.decision == settled[0])


def _active_decisions(
    pair_log: Sequence[StoredDecision], unconfirmed: set[int]
) -> list[StoredDecision]:
    """Return the decisions on one pair that were not taken back, in order, without undos."""
    by_number = {stored.number: stored for stored in pair_log}
    undone: set[int] = set()
    for stored in pair_log:
        target = by_number.get(int(stored.context.get(UNDOES_KEY, 0)))
        if target is None or stored.number in unconfirmed:
            continue
        if UNDOES_KEY in target.context:
            restored = by_number[int(target.context[UNDOES_KEY])]
            undone -= {other.number for other in _confirming_run(pair_log, restored)}
        else:
            undone |= {other.number for other in _confirming_run(pair_log, target)}
    return [
        stored
        for stored in pair_log
        if stored.number not in undone and UNDOES_KEY not in stored.context
    ]


def _confirming_run(
    pair_log: Sequence[StoredDecision], target: StoredDecision
) -> list[StoredDecision]:
    """Return a decision with its neighbors on the same pair that give the same verdict, if the
    verdict takes two stewards.
    """
    place = next(place for place, stored in enumerate(pair_log) if stored.number == target.number)
    first = last = place
    if _needs_two(target):
        while first > 0 and _is_same_verdict(pair_log[first - 1], target):
            first -= 1
        while last + 1 < len(pair_log) and _is_same_verdict(pair_log[last + 1], target):
            last += 1
    return list(pair_log[first : last + 1])


def _is_same_verdict(stored: StoredDecision, other: StoredDecision) -> bool:
    key, other_key = (verdict_key(steward_verdict(end.decision)) for end in (stored, other))
    undoes, other_undoes = (end.context.get(UNDOES_KEY) for end in (stored, other))
    return key == other_key and _needs_two(stored) and undoes == other_undoes


def _needs_two(stored: StoredDecision) -> bool:
    return stored.decision.needs_two or stored.decision.unlawful


def _sort_by_time(log: Sequence[StoredDecision], pair: Pair) -> list[StoredDecision]:
    pair_log = [stored for stored in log if stored.decision.pair == pair]
    return sorted(
        pair_log,
        key=lambda stored: (
            stored.decision.decided_at is not None,
            stored.decision.decided_at or 0,
            stored.number,
        ),
    )
