"""Confirmation of decisions that wait for a second steward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.blind_review import LEFT_RECORDS, RIGHT_RECORDS
from resolver.review.decisions.commit_decisions import DecisionPlan, commit_plan, new_log_entry
from resolver.review.decisions.decision_checks import check_other_steward, find_bonds
from resolver.review.decisions.earlier_verdicts import (
    ACT_KEY,
    COMMENT_KEY,
    UNDOES_KEY,
    VERDICT_TEXTS,
    decision_views,
    steward_verdict,
    unconfirmed_decisions,
)
from resolver.review.models import (
    DecisionOutcome,
    DecisionState,
    DecisionView,
    Steward,
    StewardVerdict,
)
from resolver.review.refusals import DecisionNotAllowedError
from resolver.review.restrictions import (
    find_decision,
    find_entity,
    load_decisions,
    visible_decisions,
)
from resolver.store import NewDecision, StoredDecision, StoreView


def list_pending(hub: Hub, viewer: Viewer = STRANGER) -> tuple[DecisionView, ...]:
    """List the decisions that wait for a second steward, oldest first; of one act only the first.
    Only those on records that the viewer may see.
    """
    with hub.store.view() as view:
        # later decisions on the same pairs may have settled them
        ends = {end for stored in view.two_steward_decisions() for end in stored.decision.pair}
        log = load_decisions(view, ends, viewer)
        waiting_numbers = {stored.number for stored in unconfirmed_decisions(log)}
        waiting = [row for row in decision_views(log) if row.number in waiting_numbers]
    first_of_act: dict[tuple[int, ...], DecisionView] = {}
    for row in sorted(waiting, key=lambda row: row.number):
        first_of_act.setdefault(tuple(sorted((row.number, *row.act_numbers))), row)
    return tuple(first_of_act.values())


def confirm_decision(
    hub: Hub, steward: Steward, decision_id: str, *, comment: str = ""
) -> DecisionOutcome:
    """Confirm a decision that waits for a second steward.

    Raises `UnknownIdError` for an id that the steward may not know, and
    `DecisionNotAllowedError` if it is the steward's own or no longer waits.
    """

    def build(view: StoreView) -> DecisionPlan:
        """Plan the confirmation on one revision."""
        return _plan_confirmation(view, steward, decision_id, comment)

    with hub.store.view() as view:
        pair = find_decision(view, decision_id, steward.viewer).decision.pair
    outcome, plan = commit_plan(hub, build, steward, pair)
    message = f"Confirmed: {_describe_confirmation(hub, plan, outcome.entity)}"
    return replace(outcome, state=DecisionState.DONE, message=message)


def _plan_confirmation(
    view: StoreView, steward: Steward, decision_id: str, comment: str
) -> DecisionPlan:
    stored = find_decision(view, decision_id, steward.viewer)
    members = view.decisions_in_revision(stored.revision)
    group = [
        member
        for member in visible_decisions(view, members, steward.viewer)
        if is_same_act(member, stored)
    ]
    ends = {end for member in group for end in member.decision.pair}
    log = load_decisions(view, ends, steward.viewer)
    waiting_numbers = {waiting.number for waiting in unconfirmed_decisions(log)}
    if stored.number not in waiting_numbers:
        raise DecisionNotAllowedError(
            f"decision {stored.id} does not wait for a second steward", hint="look at the pair"
        )
    check_other_steward(stored, steward)
    group = [member for member in group if member.number in waiting_numbers]
    log_entry = new_log_entry(
        steward,
        steward_verdict(stored.decision),
        stored.decision.reason,
        comment,
        needs_two=True,
        context=_shown_context(stored),
    )
    undoes = {
        member.decision.pair: int(member.context[UNDOES_KEY])
        for member in group
        if UNDOES_KEY in member.context
    }
    decisions: list[NewDecision] = []
    for member in group:
        entry = replace(log_entry, verdict=steward_verdict(member.decision))
        built = entry.build_decisions([member.decision.pair], log, undoes=undoes)
        if member.decision.restores:
            # what was restored may be reopened, and confirming the undo does not change that
            built = [replace(new, versions=member.versions) for new in built]
        decisions += built
    bonds = () if undoes else _find_bonds(view, stored, decisions, steward.viewer)
    return DecisionPlan(
        log_entry,
        tuple(decisions),
        _merge_sets(stored, is_undo=bool(undoes)),
        bonds=bonds,
    )


def _find_bonds(
    view: StoreView, stored: StoredDecision, decisions: Sequence[NewDecision], viewer: Viewer
) -> tuple[tuple[str, str], ...]:
    """Return the pairs of the entity that an act must not part, if it decides within one."""
    if stored.decision.verdict is not Verdict.DIFFERENT or "split" in stored.context:
        return ()
    left, right = stored.decision.pair
    key = view.entity_key(left)
    # records that were withdrawn since are in no entity
    if key is None or key != view.entity_key(right):
        return ()
    records = find_entity(view, left, viewer).records
    return find_bonds(load_decisions(view, records, viewer), decisions)


def _merge_sets(stored: StoredDecision, *, is_undo: bool) -> tuple[tuple[str, ...], ...]:
    """Return the records that a decision merges, or the two parts that a split keeps together."""
    left = tuple(stored.context.get(LEFT_RECORDS, ()))
    right = tuple(stored.context.get(RIGHT_RECORDS, ()))
    if stored.decision.verdict is Verdict.SAME and UNDOES_KEY not in stored.context:
        return ((*left, *right),)
    if "split" in stored.context and not is_undo:
        return left, right
    return ()


def _describe_confirmation(hub: Hub, plan: DecisionPlan, entity: str) -> str:
    undone = [int(new.context[UNDOES_KEY]) for new in plan.decisions if UNDOES_KEY in new.context]
    if undone:
        with hub.store.view() as view:
            stored = view.decision(undone[0])
        assert stored is not None
        return f"decision {stored.id} is taken back."
    text = f"{VERDICT_TEXTS[plan.entry.verdict]}."
    if entity and plan.entry.verdict is not StewardVerdict.UNSURE:
        text += f" They are now {entity}."
    return text


def is_same_act(first: StoredDecision, second: StoredDecision) -> bool:
    """Return whether two decisions of one commit belong to one act."""
    act_id = second.context.get(ACT_KEY)
    return first.number == second.number or bool(act_id and first.context.get(ACT_KEY) == act_id)


def _shown_context(stored: StoredDecision) -> dict[str, object]:
    """Return the snapshot of the first decision, which is also what the second steward saw."""
    return {
        name: value
        for name, value in stored.context.items()
        if name not in (ACT_KEY, UNDOES_KEY, COMMENT_KEY)
    }
