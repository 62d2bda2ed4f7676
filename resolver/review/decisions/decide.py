"""Decisions on two entities, logged on record ids; conflicts are reported before anything is
committed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.review.decisions.blind_review import answer_recheck, is_drawn
from resolver.review.decisions.commit_decisions import (
    BuildPlan,
    DecisionPlan,
    LogEntry,
    choose_records,
    commit_plan,
    new_log_entry,
    snapshot_context,
)
from resolver.review.decisions.decision_checks import (
    build_contradiction,
    check_not_locked,
    check_other_steward,
    find_bonds,
    find_forbidding,
    find_forced_same,
    is_decided_by_two,
    load_unchanged_sides,
    overturn_reasons,
    verdict_key,
)
from resolver.review.decisions.earlier_verdicts import (
    VERDICT_TEXTS,
    PairRelation,
    relation_context,
    reopened_decisions,
    steward_verdict,
    unconfirmed_decisions,
)
from resolver.review.entity_sides import (
    EntitySide,
    load_record_side,
    ordered_numbers,
    sources_by_name,
)
from resolver.review.models import (
    BulkOutcome,
    DecisionOutcome,
    DecisionState,
    PairSnapshot,
    QueueItem,
    QueueReason,
    Steward,
    StewardVerdict,
)
from resolver.review.pair import find_strongest_pair, load_side_links, take_snapshot
from resolver.review.queue.queue_filters import visible_row
from resolver.review.refusals import (
    DecisionNotAllowedError,
    DecisionRefusedError,
    DeskRules,
    find_decision,
    find_entity,
    load_decisions,
    second_steward_reasons,
)
from resolver.store import StoredDecision, StoredEntity, StoreView


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """Verdict of a steward on two entities or records.

    `snapshot` is what was shown (None: not checked); `over` are ids of decisions to withdraw;
    `recheck` is the id of the decision that this verdict rechecks blind, or empty; `relation` is
    one between two groups that are different.
    """

    steward: Steward
    left: str
    right: str
    verdict: StewardVerdict
    reason: str = ""
    comment: str = ""
    snapshot: PairSnapshot | None = None
    over: tuple[str, ...] = ()
    recheck: str = ""
    relation: PairRelation | None = None


def decide_pair(
    hub: Hub, request: DecisionRequest, rules: DeskRules | None = None
) -> DecisionOutcome:
    """Decide a pair of entities by the records that the steward may see.

    Raises a `DecisionRefusedError`, and `UnknownIdError` for an id that the steward may not know.
    """
    rules = rules or DeskRules()
    if request.recheck:
        return _decide_recheck(hub, request)
    steward, pair = request.steward, (request.left, request.right)
    outcome, plan = commit_plan(hub, plan_decision(hub, request, rules), steward, pair)
    if plan.pair is not None:
        is_done = outcome.state is DecisionState.DONE
        if not is_done:
            # it still waits, for other stewards
            hub.store.steward_work.release(plan.pair, steward.name)
        elif is_drawn(plan.decisions[0].digest, rules.recheck_share):
            hub.store.steward_work.add_recheck(outcome.numbers[0], plan.rank, steward.name)
    return replace(outcome, message=_message(outcome, request))


def _decide_recheck(hub: Hub, request: DecisionRequest) -> DecisionOutcome:
    verdict = request.verdict
    with hub.store.view() as view:
        stored = find_decision(view, request.recheck, request.steward.viewer)
    answer_recheck(hub, request.steward, stored, verdict, request.reason)
    message = f"Second verdict on decision {stored.id} recorded: {VERDICT_TEXTS[verdict]}."
    return DecisionOutcome(DecisionState.NOTED, (), hub.store.revision, (), "", message)


def _message(outcome: DecisionOutcome, request: DecisionRequest) -> str:
    word = VERDICT_TEXTS[request.verdict]
    if request.relation is not None:
        ends = (request.left, request.right)
        source, target = ends if request.relation.is_from_left else reversed(ends)
        word += f", {source} {request.relation.words} {target}"
    if outcome.state is DecisionState.WAITING:
        reasons = "; ".join(outcome.second_reasons)
        return f"Logged: {word}. It counts once a second steward confirms it ({reasons})."
    if outcome.state is DecisionState.NOTED:
        return "Left unsure; the pair moves down the queue."
    merged = f" They are now {outcome.entity}." if outcome.entity else ""
    return f"Decided: {word}.{merged}"


def plan_decision(hub: Hub, request: DecisionRequest, rules: DeskRules) -> BuildPlan:
    """Return the builder of the log entries of a decision."""

    def build(view: StoreView) -> DecisionPlan:
        """Plan the decision on one revision."""
        viewer = request.steward.viewer
        entities = [find_entity(view, end, viewer) for end in (request.left, request.right)]
        if request.relation is None and _is_within_one_entity(entities, request):
            return _plan_within(hub, view, request, rules)
        sides = load_unchanged_sides(view, request.left, request.right, request.snapshot, viewer)
        check_not_locked(view, request.steward, ordered_numbers(*sides))
        return _plan_between(hub, view, request, rules, sides)

    return build


def _plan_between(
    hub: Hub,
    view: StoreView,
    request: DecisionRequest,
    rules: DeskRules,
    sides: tuple[EntitySide, EntitySide],
) -> DecisionPlan:
    """Plan a decision on two entities."""
    left_side, right_side = sides
    log = load_decisions(
        view, [*left_side.record_ids, *right_side.record_ids], request.steward.viewer
    )
    links = load_side_links(hub, view, sides, request.steward.viewer)
    strongest = find_strongest_pair(hub, view, left_side, right_side, links)
    row = visible_row(view, ordered_numbers(*sides), request.steward.viewer)
    waiting = [stored for stored in unconfirmed_decisions(log) if _is_across(stored, *sides)]
    is_confirmation = _check_waiting(waiting, request)
    pairs = _pairs_across(waiting, sides) or _pairs_across(reopened_decisions(log), sides)
    pairs = pairs or [
        choose_records(view, (request.left, request.right), sides, strongest, request.verdict)
    ]
    if request.verdict.is_merge:
        is_moved = row is not None and row.reason in (QueueReason.MOVED, QueueReason.REOPENED)
        pairs = _overridden_pairs(log, request, sides, pairs[0], is_moved=is_moved) or pairs
    snapshot = request.snapshot or take_snapshot(hub, view, left_side, right_side, strongest)
    reasons = _second_reasons(view, log, pairs, sides, request.verdict, rules)
    log_entry = _new_log_entry(
        request,
        reasons,
        snapshot_context(snapshot, row.reason if row is not None else "")
        | relation_context(request.relation, request.verdict, sides),
    )
    merged = (*left_side.record_ids, *right_side.record_ids)
    return DecisionPlan(
        log_entry,
        tuple(log_entry.build_decisions(pairs, log, undoes={})),
        (merged,) if request.verdict.is_merge else (),
        () if is_confirmation else reasons,
        pair=ordered_numbers(left_side, right_side) if row is not None else None,
        rank=row.rank if row is not None else 0,
    )


def _pairs_across(
    log: Sequence[StoredDecision], sides: tuple[EntitySide, EntitySide]
) -> list[tuple[str, str]]:
    return [stored.decision.pair for stored in log if _is_across(stored, *sides)]


def _check_waiting(waiting: Sequence[StoredDecision], request: DecisionRequest) -> bool:
    """Return whether the request confirms the decision that waits for a second steward.

    Raises `DecisionNotAllowedError` if the steward would confirm their own decision, or would
    replace that of another one by unsure.
    """
    if not waiting:
        return False
    first = waiting[0]
    is_confirmation = verdict_key(request.verdict) == verdict_key(steward_verdict(first.decision))
    if is_confirmation:
        check_other_steward(first, request.steward)
    _check_not_unsure(first, request)
    return is_confirmation


def _overridden_pairs(
    log: Sequence[StoredDecision],
    request: DecisionRequest,
    sides: tuple[EntitySide, EntitySide],
    records: tuple[str, str],
    *,
    is_moved: bool,
) -> list[tuple[str, str]]:
    """Return the pairs of earlier `different` decisions that a merge overrides.

    Raises `ContradictionError` unless the request withdraws them or the score has moved since.
    """
    forbidding = find_forbidding(log, *sides)
    is_withdrawn = {stored.id for stored in forbidding} <= set(request.over)
    if forbidding and not is_moved and not is_withdrawn:
        raise build_contradiction(log, *records, forbidding)
    return [stored.decision.pair for stored in forbidding]


def _new_log_entry(
    request: DecisionRequest, second_reasons: Sequence[str], context: Mapping[str, Any]
) -> LogEntry:
    return new_log_entry(
        request.steward,
        request.verdict,
        request.reason,
        request.comment,
        needs_two=bool(second_reasons),
        context=context,
    )


def _plan_within(
    hub: Hub, view: StoreView, request: DecisionRequest, rules: DeskRules
) -> DecisionPlan:
    """Plan a decision on two records of one entity."""
    viewer = request.steward.viewer
    records = find_entity(view, request.left, viewer).records
    log = load_decisions(view, records, viewer)
    _check_not_forced(log, request)
    pairs = [(request.left, request.right)]
    ends = set(pairs[0])
    waiting = [stored for stored in unconfirmed_decisions(log) if set(stored.decision.pair) == ends]
    is_confirmation = _check_waiting(waiting, request)
    left_side, right_side = (load_record_side(view, end, [end], viewer) for end in pairs[0])
    sides = left_side, right_side
    withdrawn = _withdrawn_decisions(log, request, ends)
    reasons = _second_reasons(view, log, pairs, sides, request.verdict, rules)
    reasons += overturn_reasons(log, [stored.decision.pair for stored in withdrawn])
    links = view.links_of([*left_side.numbers, *right_side.numbers])
    strongest = find_strongest_pair(hub, view, left_side, right_side, links)
    snapshot = request.snapshot or take_snapshot(hub, view, left_side, right_side, strongest)
    log_entry = _new_log_entry(request, reasons, snapshot_context(snapshot, ""))
    decisions = log_entry.build_decisions(pairs, log, undoes={})
    # of the same act, so that all of it waits for a second steward if a part of it does
    decisions += replace(log_entry, verdict=StewardVerdict.UNSURE, context={}).build_decisions(
        [stored.decision.pair for stored in withdrawn],
        log,
        undoes={stored.decision.pair: stored.number for stored in withdrawn},
    )
    return DecisionPlan(
        log_entry,
        tuple(decisions),
        (records,) if request.verdict.is_merge else (),
        () if is_confirmation else reasons,
        find_bonds(log, decisions),
    )


def _second_reasons(
    view: StoreView,
    log: Sequence[StoredDecision],
    pairs: Sequence[tuple[str, str]],
    sides: tuple[EntitySide, EntitySide],
    verdict: StewardVerdict,
    rules: DeskRules,
) -> tuple[str, ...]:
    """Return why a verdict on some pairs takes a second steward; a repeated one does not."""
    if is_decided_by_two(log, pairs, verdict):
        return ()
    reasons = second_steward_reasons(sides, sources_by_name(view), rules, verdict)
    return reasons + overturn_reasons(log, pairs, verdict)


def _check_not_forced(log: Sequence[StoredDecision], request: DecisionRequest) -> None:
    """Raise a `ContradictionError` if other decisions force the records of a pair together."""
    if request.verdict is StewardVerdict.DIFFERENT:
        contradiction = find_forced_same(log, request.left, request.right)
        if contradiction is not None and not set(contradiction.withdrawals) & set(request.over):
            raise contradiction


def _withdrawn_decisions(
    log: Sequence[StoredDecision], request: DecisionRequest, ends: set[str]
) -> list[StoredDecision]:
    """Return the decisions on other pairs that the request withdraws, so that it can stand."""
    if request.verdict is not StewardVerdict.DIFFERENT:
        return []
    return [
        stored for stored in log if stored.id in request.over and set(stored.decision.pair) != ends
    ]


def _check_not_unsure(unconfirmed: StoredDecision, request: DecisionRequest) -> None:
    if (
        request.verdict is StewardVerdict.UNSURE
        and unconfirmed.decision.decided_by != request.steward.name
    ):
        raise DecisionNotAllowedError(
            f"decision {unconfirmed.id} by {unconfirmed.decision.decided_by} waits for a "
            "second steward; an unsure verdict leaves it waiting",
            hint="confirm it, decide otherwise, or go on to the next pair",
        )


def _is_within_one_entity(entities: Sequence[StoredEntity], request: DecisionRequest) -> bool:
    """Return whether the request names two different records of one entity."""
    left_entity, right_entity = entities
    if left_entity.number != right_entity.number or request.left == request.right:
        return False
    return request.left in left_entity.records and request.right in right_entity.records


def _is_across(stored: StoredDecision, left_side: EntitySide, right_side: EntitySide) -> bool:
    left, right = stored.decision.pair
    left_ids, right_ids = set(left_side.record_ids), set(right_side.record_ids)
    return (left in left_ids and right in right_ids) or (left in right_ids and right in left_ids)


def decide_pairs(
    hub: Hub,
    steward: Steward,
    items: Sequence[QueueItem],
    verdict: StewardVerdict,
    *,
    reason: str,
    comment: str = "",
    rules: DeskRules | None = None,
) -> BulkOutcome:
    """Give one verdict on several items of the queue; each is accepted or refused by itself."""
    done, refused = [], []
    for item in items:
        pair = item.left.id, item.right.id
        request = DecisionRequest(steward, *pair, verdict, reason, comment, recheck=item.recheck)
        try:
            done.append(decide_pair(hub, request, rules))
        except (DecisionRefusedError, InputError) as error:
            refused.append((*pair, error.line()))
    return BulkOutcome(tuple(done), tuple(refused))
