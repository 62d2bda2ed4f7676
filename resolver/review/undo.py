"""Two ways to reverse a decision: undo it (`undo_decision`), or split an entity (`split_entity`).

An undo logs a new decision that repeats the verdict that was in effect before. If there was none,
it logs `unsure`, which clustering treats as undecided. Links, members, entities and their ids
return to what they were. All decisions of one act are undone together. Only the last decision on a
pair can be undone, so undo later ones first. An undo is a decision and can be undone, too.

If two stewards made a decision, it takes two stewards to undo it. Some decisions never took effect:
they wait for a second steward, or repeat the decision of two stewards. Undoing such a decision
withdraws it and leaves the verdict on the pair as it is.

An undo also restores decisions that waited for a second steward before the act. A decision on
several pairs then keeps waiting on all of these pairs.

A split takes records out of an entity. It logs `different` between every record that is taken out
and every record that stays. If these are too many pairs, it logs only the pairs that are linked or
decided `same`, and the pairs with the first record of either part. The commit then adds `same`
where one of the parts would fall apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.decisions import PairState, Verdict
from resolver.records.visibility import Viewer
from resolver.review import commit_decisions, earlier_verdicts, refusals
from resolver.review.decision_checks import (
    check_other_steward,
    is_same_act,
    overturn_reasons,
)
from resolver.review.entity_sides import EntitySide, load_sides, side_digest, sources_by_name
from resolver.review.models import (
    NO_LINK_BASIS,
    DecisionOutcome,
    DecisionState,
    LinkBasis,
    Steward,
    StewardVerdict,
)
from resolver.store import NewDecision, StoredDecision, StoreView, Versions

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Reversal:
    """Reversal of one decision: the verdict to log, and whether it takes two stewards."""

    target: StoredDecision
    verdict: StewardVerdict
    needs_two: bool
    is_confirmation: bool
    """Another steward has started the same undo, which this one completes."""
    shown_score: Mapping[str, Any]
    """Band and log-odds that the steward saw when `verdict` was first given.

    Later evidence is measured against them.
    """
    link: LinkBasis = NO_LINK_BASIS
    """Authority, legal basis and last day of the restored decision."""
    versions: Versions | None = None
    """Record versions that the restored decision rests on. If it was reopened, it stays so."""


_Stack = tuple[StoredDecision, ...]
"""Decisions on one pair that took effect and were not taken back, the oldest first."""


@dataclass(frozen=True, slots=True)
class _Effect:
    """Decision that took effect on a pair, made by one steward or by the second of two stewards.

    `members` are the decisions that took effect together; the last one completed them. `before`
    and `after` are the decisions that stood on the pair before and after.
    """

    members: tuple[StoredDecision, ...]
    is_confirmed: bool
    before: _Stack
    after: _Stack

    @property
    def last(self) -> StoredDecision:
        """Decision that completed the effect."""
        return self.members[-1]


@dataclass(frozen=True, slots=True)
class _PairHistory:
    """History of one pair.

    `log` has all decisions on the pair by time, `effects` the decisions that took effect, and
    `waiting` the decisions that wait for a second steward. `state` is the pair's present state.
    """

    log: tuple[StoredDecision, ...]
    effects: tuple[_Effect, ...]
    state: PairState
    waiting: tuple[StoredDecision, ...]

    @classmethod
    def replay(cls, log: Sequence[StoredDecision]) -> _PairHistory:
        """Return the history of the decisions on one pair, in order."""
        state, stack, effects = PairState(), _Stack(), list[_Effect]()
        waiting: tuple[StoredDecision, ...] = ()
        before_undo: dict[int, _Stack] = {}
        by_number = {stored.number: stored for stored in log}
        for stored in log:
            following = state.after(stored.decision)
            members = (*waiting, stored) if following.is_confirmed else (stored,)
            if following.effective is stored.decision:
                undone = before_undo.get(_undone_number(stored))
                is_withdrawal = earlier_verdicts.UNDOES_KEY in stored.context and undone is None
                after = stack if is_withdrawal else undone
                after = (*stack, stored) if after is None else after
                effects.append(_Effect(members, following.is_confirmed, stack, after))
                before_undo.update({member.number: stack for member in members})
                stack = after
            state = following
            waiting = tuple(by_number[decision.number] for decision in state.waiting)
        return cls(tuple(log), tuple(effects), state, waiting)

    @property
    def active(self) -> _Stack:
        """Decisions that stand now, the oldest first."""
        return self.effects[-1].after if self.effects else ()

    def find_effect(self, stored: StoredDecision) -> _Effect | None:
        """Return the effect of a decision, which it had alone or together with another decision;
        None if it had no effect.
        """
        numbers = ((member.number for member in effect.members) for effect in self.effects)
        return next(
            (
                effect
                for effect, members in zip(self.effects, numbers, strict=True)
                if stored.number in members
            ),
            None,
        )

    def act_of(self, stored: StoredDecision) -> tuple[StoredDecision, ...]:
        """Return a decision together with the decisions that it confirms or that confirm it."""
        effect = self.find_effect(stored)
        if effect is not None:
            return effect.members
        return self.waiting if self.is_waiting(stored) else (stored,)

    def is_waiting(self, stored: StoredDecision) -> bool:
        """Return whether a decision waits for a second steward."""
        return any(member.number == stored.number for member in self.waiting)

    def find_taker(self, effect: _Effect) -> StoredDecision | None:
        """Return the undo that reversed an effect and was not reversed itself; None if there is
        none.

        The present decisions do not show this: an undo that was taken back may have been made
        again.
        """
        taker_of: dict[int, StoredDecision] = {}
        # an undo is later than the decision that it takes back, so the loop already knows whether
        # the undo is in effect
        for later in reversed(self.effects):
            takers = [taker_of[m.number] for m in later.members if m.number in taker_of]
            if later is effect:
                return takers[0] if takers else None
            if not takers:
                taker_of[_undone_number(later.last)] = later.last
        return None

    def waiting_after(self, effect: _Effect) -> StoredDecision | None:
        """Return the decision that waits for a second steward and came after an effect, or None.

        A decision that an undo restored waits again, but it is older than the undo.
        """
        later = self.log[self.log.index(effect.last) + 1 :]
        return next((stored for stored in self.waiting[-1:] if stored in later), None)

    def find_repeated(self, effect: _Effect) -> StoredDecision | None:
        """Return the last decision that repeats the verdict of an effect and was not taken back.

        Such a decision changed nothing, but its author agrees with the verdict. None if there is
        none.
        """
        withdrawn = {_undone_number(stored) for stored in self.log}
        verdict = earlier_verdicts.steward_verdict(effect.last.decision)
        repeated = [
            stored
            for stored in self.log[self.log.index(effect.last) + 1 :]
            if earlier_verdicts.steward_verdict(stored.decision) is verdict
            and earlier_verdicts.UNDOES_KEY not in stored.context
            and stored.number not in withdrawn
            and self.find_effect(stored) is None
            and not self.is_waiting(stored)
        ]
        return repeated[-1] if repeated else None

    def find_undo(self, stored: StoredDecision) -> StoredDecision | None:
        """Return the decision that undid a decision; None if the decision still stands."""
        numbers = {member.number for member in self.act_of(stored)}
        for effect in reversed(self.effects):
            was_active, is_active = (
                any(other.number in numbers for other in stack)
                for stack in (effect.before, effect.after)
            )
            if was_active and not is_active:
                return effect.last
        # a decision without effect can only be withdrawn by a decision without effect
        return next(
            (other for other in reversed(self.log) if _undone_number(other) in numbers), None
        )


def _undone_number(stored: StoredDecision) -> int:
    return int(stored.context.get(earlier_verdicts.UNDOES_KEY, 0))


def undo_decision(
    hub: Hub, steward: Steward, decision_id: str, *, why: str = ""
) -> DecisionOutcome:
    """Undo a decision together with all decisions of its act.

    It takes two stewards to undo a decision of two stewards. You can withdraw your own decision
    without a second steward as long as nobody has confirmed it. Raises `UnknownIdError` for an id
    that the steward may not know. Raises `DecisionNotAllowedError` if later decisions stand on the
    same records, or if the decision is already undone.
    """
    undone_numbers: list[int] = []

    def build(view: StoreView) -> commit_decisions.DecisionPlan:
        """Plan the undo on one revision."""
        stored = refusals.find_decision(view, decision_id, steward.viewer)
        targets = _find_act(view, stored, steward.viewer)
        # read without marks of reopening, because an undo also restores decisions on changed
        # records
        ids = sorted({end for pair in targets for end in pair})
        log = refusals.visible_decisions(view, view.decisions(ids), steward.viewer)
        reversals = [_plan_reversal(log, targets[pair], steward) for pair in sorted(targets)]
        undone_numbers[:] = [reversal.target.number for reversal in reversals]
        needs_two = any(reversal.needs_two for reversal in reversals)
        log_entry = commit_decisions.new_log_entry(
            steward,
            StewardVerdict.UNSURE,
            why or "undoes an earlier decision",
            needs_two=needs_two,
        )
        decisions: list[NewDecision] = []
        for reversal in reversals:
            pair = reversal.target.decision.pair
            entry = replace(
                log_entry,
                verdict=reversal.verdict,
                context=reversal.shown_score,
                link=reversal.link,
            )
            undoes = {pair: reversal.target.number}
            decisions += [
                replace(new, versions=reversal.versions)
                for new in entry.build_decisions([pair], log, undoes=undoes)
            ]
        must_wait = any(r.needs_two and not r.is_confirmation for r in reversals)
        reasons = (f"two stewards stand behind decision {stored.id}",) if must_wait else ()
        return commit_decisions.DecisionPlan(log_entry, tuple(decisions), (), reasons)

    with hub.store.view() as view:
        undone = refusals.find_decision(view, decision_id, steward.viewer)
    outcome, _ = commit_decisions.commit_plan(hub, build, steward, undone.decision.pair)
    hub.store.steward_work.drop_rechecks(undone_numbers)
    if outcome.state is DecisionState.WAITING:
        message = f"Logged: decision {undone.id} is undone once a second steward confirms it."
        return replace(outcome, message=message)
    verdict = earlier_verdicts.steward_verdict(undone.decision)
    message = f"Undone: decision {undone.id} ({earlier_verdicts.VERDICT_TEXTS[verdict]})."
    with hub.store.view() as view:
        message += _describe_state(
            refusals.load_decisions(view, undone.decision.pair, steward.viewer), undone
        )
    return replace(outcome, state=DecisionState.DONE, message=message)


def _describe_state(log: Sequence[StoredDecision], undone: StoredDecision) -> str:
    """Return a sentence on the verdict in effect after an undo; empty if nobody would be surprised.

    `log` has all decisions on the pair, with reopened ones marked.
    """
    history = _PairHistory.replay(_sort_by_time(log, undone.decision.pair))
    effective = history.state.effective
    if effective is None or effective.verdict is Verdict.UNSURE:
        return ""
    active = history.active[-1] if history.active else undone
    verdict = earlier_verdicts.VERDICT_TEXTS[earlier_verdicts.steward_verdict(effective)]
    if effective.reopened:
        is_back = f" Decision {active.id} ({verdict}) is back, but it is reopened:"
        return f"{is_back} {effective.reopened}. Look at the pair again."
    if verdict == earlier_verdicts.VERDICT_TEXTS[earlier_verdicts.steward_verdict(undone.decision)]:
        return f" Decision {active.id} still stands: {verdict}."
    return ""


def _find_act(
    view: StoreView, stored: StoredDecision, viewer: Viewer
) -> dict[Pair, StoredDecision]:
    """Return the last decision of an act on each pair that the viewer may see.

    Confirmations by a second steward belong to the act.
    """
    pair = stored.decision.pair
    history = _PairHistory.replay(_sort_by_time(view.decisions(list(pair)), pair))
    latest: dict[Pair, StoredDecision] = {}
    for confirming in history.act_of(stored):
        members = view.decisions_in_revision(confirming.revision)
        for member in refusals.visible_decisions(view, members, viewer):
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
    if target.decision.ends:
        raise refusals.DecisionNotAllowedError(
            f"decision {target.id} says that the last day of a link is over",
            hint="decide the pair again",
        )
    history = _PairHistory.replay(_sort_by_time(log, target.decision.pair))
    effect = history.find_effect(target)
    if effect is None:
        _check_withdrawable(history, target, steward)
        restored = history.active
    else:
        _check_last(history, effect, target)
        restored = effect.before
    undone = {member.number for member in history.act_of(target)}
    is_confirmation = any(
        _undone_number(stored) in undone
        and stored.decision.decided_by.casefold() != steward.name.casefold()
        for stored in history.waiting
    )
    state = history.state
    effective = restored[-1] if restored else None
    if effective is None or effective.decision.verdict is Verdict.UNSURE:
        verdict, shown, versions = StewardVerdict.UNSURE, {}, None
        link = NO_LINK_BASIS
    else:
        link = LinkBasis.of(effective.decision)
        verdict, shown = (
            earlier_verdicts.steward_verdict(effective.decision),
            {name: effective.context[name] for name in _RESTORED if name in effective.context},
        )
        versions = effective.versions
    in_effect = (
        None if state.effective is None else earlier_verdicts.steward_verdict(state.effective)
    )
    is_kept = state.is_binding and verdict is in_effect
    overrules = state.is_binding or verdict is StewardVerdict.RED
    needs_two = (effect is not None and effect.is_confirmed) or (overrules and not is_kept)
    return _Reversal(target, verdict, needs_two, is_confirmation, shown, link, versions)


def _check_withdrawable(history: _PairHistory, target: StoredDecision, steward: Steward) -> None:
    """Raise `DecisionNotAllowedError` unless a decision that had no effect can be withdrawn."""
    if history.is_waiting(target):
        if target.decision.decided_by.casefold() != steward.name.casefold():
            raise refusals.DecisionNotAllowedError(
                f"decision {target.id} is {target.decision.decided_by}'s, "
                "and waits for a second steward",
                hint="decide otherwise, or leave it to them",
            )
        return
    _check_not_withdrawal(target)
    undo = history.find_undo(target)
    if undo is not None:
        _refuse_undone(target, undo)
    index = history.log.index(target)
    later = [*history.waiting, *(effect.last for effect in history.effects)]
    later = [stored for stored in later if history.log.index(stored) > index]
    if later:
        _refuse_later(max(later, key=history.log.index), target)


def _check_not_withdrawal(target: StoredDecision) -> None:
    if earlier_verdicts.UNDOES_KEY in target.context:
        raise refusals.DecisionNotAllowedError(
            f"decision {target.id} withdrew a decision that never took effect",
            hint="decide the pair again",
        )


def _check_last(history: _PairHistory, effect: _Effect, target: StoredDecision) -> None:
    """Raise `DecisionNotAllowedError` if a decision is already undone, or is not the last one."""
    active = history.active
    undone = {member.number for member in effect.members}
    waiting = history.waiting_after(effect)
    if waiting is not None and _undone_number(waiting) not in undone:
        _refuse_later(waiting, target)
    if earlier_verdicts.UNDOES_KEY in target.context:
        if effect.before == effect.after:
            _check_not_withdrawal(target)
        taker = history.find_taker(effect)
        if taker is not None:
            _refuse_undone(target, taker)
        # an undo is the last decision as long as exactly the decisions that it restored are in
        # effect
        if _numbers(active) == _numbers(effect.after):
            return
        later = next(e for e in reversed(history.effects) if e.after == active)
        _refuse_later(later.last, target)
    if effect.last.number not in _numbers(active):
        undo = history.find_undo(target)
        assert undo is not None
        _refuse_undone(target, undo)
    if active[-1].number != effect.last.number:
        _refuse_later(active[-1], target)
    repeated = history.find_repeated(effect)
    if repeated is not None:
        _refuse_later(repeated, target)


def _numbers(stack: _Stack) -> list[int]:
    return [stored.number for stored in stack]


_RESTORED = ("band", "logodds", earlier_verdicts.RELATION_KEY)
"""Entries of a decision's context that it keeps when an undo restores it."""


def _refuse_undone(target: StoredDecision, undo: StoredDecision) -> NoReturn:
    raise refusals.DecisionNotAllowedError(
        f"decision {target.id} is undone already, by decision {undo.id}",
        hint=f"undo decision {undo.id} to bring it back",
    )


def _refuse_later(later: StoredDecision, target: StoredDecision) -> NoReturn:
    verdict = earlier_verdicts.VERDICT_TEXTS[earlier_verdicts.steward_verdict(later.decision)]
    raise refusals.DecisionNotAllowedError(
        f"decision {later.id} by {later.decision.decided_by or 'somebody'} ({verdict}) "
        f"came after decision {target.id} on the same records",
        hint=f"undo decision {later.id} first",
    )


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


_MAX_PAIRS = 400
"""Maximum number of pairs that a split may log. Above it, the split logs only the pairs that are
needed.
"""


def split_entity(
    hub: Hub,
    steward: Steward,
    entity: str,
    record_ids: Iterable[str],
    why: str,
    *,
    shown_digest: str = "",
    rules: refusals.DeskRules | None = None,
) -> DecisionOutcome:
    """Take records out of an entity, and keep them apart from the records that stay.

    `shown_digest` is the `digest` of the entity's page that the steward saw. Raises `InputError`
    for records of other entities, or if no record would stay. Raises a `DecisionRefusedError` if
    the entity has changed since the page was shown.
    """
    removed = tuple(sorted(set(record_ids)))
    build_plan = plan_split(
        steward, entity, removed, why, shown_digest, rules or refusals.DeskRules()
    )
    outcome, _ = commit_decisions.commit_plan(hub, build_plan, steward)
    if outcome.state is DecisionState.WAITING:
        reasons = "; ".join(outcome.second_reasons)
        message = f"Logged. It counts once a second steward confirms it ({reasons})."
    else:
        noun = "record" if len(removed) == 1 else "records"
        message = f"{len(removed)} {noun} taken out of {entity}."
    return replace(outcome, message=message)


def plan_split(
    steward: Steward,
    entity: str,
    removed: Sequence[str],
    why: str,
    shown_digest: str,
    rules: refusals.DeskRules,
) -> commit_decisions.BuildPlan:
    """Return the builder of the log entries of a split."""

    def build(view: StoreView) -> commit_decisions.DecisionPlan:
        """Plan the split on one revision."""
        side = _load_shown_side(view, entity, shown_digest, steward.viewer)
        remaining = sorted(set(side.record_ids) - set(removed))
        foreign = sorted(set(removed) - set(side.record_ids))
        if foreign:
            raise InputError(
                f"{foreign[0]} is not a record of {side.id}", hint="choose among its records"
            )
        if not removed or not remaining:
            raise InputError(
                "a split takes some records out and leaves others",
                hint="choose some of its records, but not all",
            )
        log = refusals.load_decisions(view, side.record_ids, steward.viewer)
        same_pairs = {
            stored.decision.pair
            for stored in earlier_verdicts.effective_decisions(log)
            if stored.decision.verdict is Verdict.SAME
        }
        pairs = _separating_pairs(view, side, set(removed), remaining, same_pairs)
        second_reasons = refusals.second_steward_reasons(
            (side,), sources_by_name(view), rules, StewardVerdict.DIFFERENT
        )
        second_reasons += overturn_reasons(log, pairs, StewardVerdict.DIFFERENT)
        context = {
            "split": side.id,
            earlier_verdicts.LEFT_RECORDS: list(removed[: commit_decisions.MAX_SHOWN_IDS]),
            earlier_verdicts.RIGHT_RECORDS: remaining[: commit_decisions.MAX_SHOWN_IDS],
            "version": view.revision,
        }
        log_entry = commit_decisions.new_log_entry(
            steward,
            StewardVerdict.DIFFERENT,
            why,
            needs_two=bool(second_reasons),
            context=context,
        )
        is_confirmation = bool(second_reasons) and _confirms_split(log, pairs, steward)
        return commit_decisions.DecisionPlan(
            log_entry,
            tuple(log_entry.build_decisions(pairs, log, undoes={})),
            (tuple(removed), tuple(remaining)),
            () if is_confirmation else second_reasons,
        )

    return build


def _confirms_split(
    log: Sequence[StoredDecision], pairs: Sequence[tuple[str, str]], steward: Steward
) -> bool:
    """Return whether a split confirms the same split by another steward, which still waits.

    Raises `DecisionNotAllowedError` if the steward would confirm their own decision.
    """
    separated = {(min(pair), max(pair)) for pair in pairs}
    waiting = [
        stored
        for stored in earlier_verdicts.unconfirmed_decisions(log)
        if stored.decision.pair in separated and stored.decision.verdict is Verdict.DIFFERENT
    ]
    for stored in waiting:
        check_other_steward(stored, steward)
    return bool(waiting)


def _load_shown_side(view: StoreView, entity: str, shown_digest: str, viewer: Viewer) -> EntitySide:
    stored_entity = refusals.find_entity(view, entity, viewer)
    if not stored_entity.records:
        raise refusals.RetiredMeanwhileError(entity, "", "all its records were withdrawn")
    if stored_entity.id != entity and entity.startswith("e-"):
        reason = f"its records now belong to {stored_entity.id}"
        raise refusals.RetiredMeanwhileError(entity, stored_entity.id, reason)
    side = load_sides(view, [stored_entity.number], viewer)[stored_entity.number]
    if shown_digest and side_digest(side) != shown_digest:
        raise refusals.ChangedMeanwhileError(
            side.id, "it has other records, or other versions of them"
        )
    return side


def _linked_pairs(view: StoreView, side: EntitySide) -> list[tuple[str, str]]:
    """Return the pairs of record ids of an entity that have a link."""
    links = view.links_of(list(side.numbers))
    id_of = {stored.number: stored.record.id for stored in side.records}
    inside = np.isin(links.left, side.numbers) & np.isin(links.right, side.numbers)
    ends = zip(links.left[inside].tolist(), links.right[inside].tolist(), strict=True)
    return [(id_of[first], id_of[second]) for first, second in ends]


def _separating_pairs(
    view: StoreView,
    side: EntitySide,
    removed: set[str],
    remaining: Sequence[str],
    same_pairs: set[tuple[str, str]],
) -> list[tuple[str, str]]:
    """Return the pairs of record ids that are to be decided `different`; see the module."""
    if len(removed) * len(remaining) <= _MAX_PAIRS:
        return [(first, second) for first in sorted(removed) for second in remaining]
    across = {
        tuple(sorted(pair))
        for pair in [*_linked_pairs(view, side), *same_pairs]
        if (pair[0] in removed) != (pair[1] in removed)
    }
    across |= {tuple(sorted((record_id, remaining[0]))) for record_id in removed}
    across |= {tuple(sorted((min(removed), record_id))) for record_id in remaining}
    return [(first, second) for first, second in sorted(across)]
