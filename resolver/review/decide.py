"""Decisions on two entities, logged on record ids, and their preview.

Conflicts are reported before anything is committed. A preview shows the effect of a decision on
clusters and golden record, without committing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.hub.increment import Increment
from resolver.records.labels import display_text, property_label
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.commit_decisions import (
    BuildPlan,
    DecisionPlan,
    LogEntry,
    PlannedCommit,
    choose_records,
    commit_plan,
    new_log_entry,
    run_plan,
    snapshot_context,
)
from resolver.review.decision_checks import (
    build_contradiction,
    check_link_basis,
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
from resolver.review.earlier_verdicts import (
    VERDICT_TEXTS,
    PairRelation,
    answer_recheck,
    is_drawn,
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
    NO_LINK_BASIS,
    BulkOutcome,
    Cluster,
    DecisionOutcome,
    DecisionPreview,
    DecisionState,
    GoldenChange,
    LinkBasis,
    PairSnapshot,
    QueueItem,
    QueueReason,
    Steward,
    StewardVerdict,
)
from resolver.review.pair import find_strongest_pair, load_side_links, take_snapshot
from resolver.review.queue_filters import visible_row
from resolver.review.refusals import (
    DecisionNotAllowedError,
    DecisionRefusedError,
    DeskRules,
    find_decision,
    find_entity,
    find_hidden_records,
    load_decisions,
    second_steward_reasons,
)
from resolver.review.undo import plan_split
from resolver.store import StoredDecision, StoredEntity, StoreView
from resolver.store.record_contents import INTERNAL_PREFIX


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """Verdict of a steward on two entities or records.

    `snapshot` is the state that was shown (None: not checked); `over` are ids of decisions to
    withdraw; `recheck` is the id of the decision that this verdict rechecks blind, or empty;
    `relation` is a relation between two groups that are different. `link`: authority, legal basis
    and last day.
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
    link: LinkBasis = NO_LINK_BASIS


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
            # the pair still waits, for other stewards
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
    merged = f" The two entities are now one: {outcome.entity}." if outcome.entity else ""
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
    replace another steward's decision by unsure.
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
        link=check_link_basis(request.link),
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
    # part of the same act, so that the whole act waits for a second steward if a part of it does
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
    """Return why a verdict on some pairs takes a second steward; a repeated verdict takes none."""
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
    """Return the decisions on other pairs that the request withdraws, so that its verdict can take
    effect.
    """
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
    """Give one verdict on several items of the queue; each item is accepted or refused by
    itself.
    """
    done, refused = [], []
    for item in items:
        pair = item.left.id, item.right.id
        request = DecisionRequest(steward, *pair, verdict, reason, comment, recheck=item.recheck)
        try:
            done.append(decide_pair(hub, request, rules))
        except (DecisionRefusedError, InputError) as error:
            refused.append((*pair, error.line()))
    return BulkOutcome(tuple(done), tuple(refused))


_MAX_ENTITIES = 50
"""Maximum number of entities shown."""


def preview_decision(
    hub: Hub, request: DecisionRequest, rules: DeskRules | None = None
) -> DecisionPreview:
    """Compute what `decide_pair` with the same request would do (once confirmed, if it takes two
    stewards). Raises the same errors.
    """
    build_plan = plan_decision(hub, request, rules or DeskRules())
    return _preview(hub, build_plan, request.steward)


def preview_split(
    hub: Hub,
    steward: Steward,
    entity: str,
    record_ids: Iterable[str],
    rules: DeskRules | None = None,
) -> DecisionPreview:
    """Compute what `split_entity` would do. Raises the same errors."""
    removed = tuple(sorted(set(record_ids)))
    build_plan = plan_split(steward, entity, removed, "", "", rules or DeskRules())
    return _preview(hub, build_plan, steward)


def _preview(hub: Hub, build_plan: BuildPlan, steward: Steward) -> DecisionPreview:
    previews: list[DecisionPreview] = []
    second_reasons: list[str] = []
    logged_on: list[tuple[str, str]] = []

    def build_confirmed(view: StoreView) -> DecisionPlan:
        """Plan the decision as if a second steward had confirmed it."""
        plan = build_plan(view)
        second_reasons[:] = plan.second_reasons
        logged_on[:] = _find_logged_pairs(view, plan, steward.viewer)
        return plan.as_confirmed()

    def observe(view: StoreView, increment: Increment) -> None:
        """Record the effect of the decision."""
        shown = _build_preview(view, increment, steward.viewer)
        previews.append(
            replace(shown, second_reasons=tuple(second_reasons), logged_on=tuple(logged_on))
        )

    run_plan(hub, PlannedCommit(build_confirmed, observe), steward, dry_run=True)
    return previews[-1]


def _find_logged_pairs(
    view: StoreView, plan: DecisionPlan, viewer: Viewer
) -> list[tuple[str, str]]:
    """Return the pairs of records that a merge is logged on; empty if everybody may see all records
    that it unites and the viewer sees.
    """
    if not plan.entry.verdict.is_merge:
        return []
    records = [record for merged in plan.merge_sets for record in merged]
    hidden = find_hidden_records(view, records, viewer)
    if not find_hidden_records(view, [end for end in records if end not in hidden], STRANGER):
        return []
    return [new.decision.pair for new in plan.decisions]


def _build_preview(view: StoreView, increment: Increment, viewer: Viewer) -> DecisionPreview:
    ids = increment.resolution.batch.ids.to_pylist()
    hidden = find_hidden_records(view, ids, viewer)
    ids = [record_id for record_id in ids if record_id not in hidden]
    number_of = {record_id: number for record_id, (number, _) in view.numbers_of(ids).items()}
    record, entity, _ = view.memberships(sorted(number_of.values()))
    entity_before = dict(zip(record.tolist(), entity.tolist(), strict=True))
    entity_after = dict(entity_before)
    entity_after.update(zip(*(part.tolist() for part in increment.commit.new_members), strict=True))
    before = _record_sets(ids, number_of, entity_before)
    after = _record_sets(ids, number_of, entity_after)
    changed = {number for number in {*before, *after} if before.get(number) != after.get(number)}
    entity_ids = view.seen_by(viewer).entity_ids(sorted(changed))
    new_ids = increment.commit.new_entities
    entity_ids.update(
        {view.head.last_entity + 1 + index: identity for index, identity in enumerate(new_ids)}
    )
    for number, records in after.items():
        if entity_ids.get(number, "").startswith(INTERNAL_PREFIX):
            entity_ids[number] = view.restricted_name(records)
    sides = {
        (state, number): load_record_side(view, entity_ids.get(number, ""), records)
        for state, parts in (("before", before), ("after", after))
        for number, records in sorted(parts.items())
        if number in changed
    }
    largest = _largest(after, changed)
    golden = _golden_changes(sides, largest, before)
    return DecisionPreview(
        _clusters(sides, "before"),
        _clusters(sides, "after"),
        golden,
        _conflicts(sides["after", largest]) if largest is not None else {},
    )


def _record_sets(
    ids: Sequence[str], number_of: Mapping[str, int], entity_of: Mapping[int, int]
) -> dict[int, tuple[str, ...]]:
    """Map each entity to its records."""
    records_of: dict[int, list[str]] = {}
    for identity in ids:
        if identity in number_of and number_of[identity] in entity_of:
            records_of.setdefault(entity_of[number_of[identity]], []).append(identity)
    return {number: tuple(sorted(records)) for number, records in records_of.items()}


def _largest(after: Mapping[int, tuple[str, ...]], changed: set[int]) -> int | None:
    remaining = [number for number in sorted(changed) if number in after]
    return min(remaining, key=lambda number: (-len(after[number]), number)) if remaining else None


def _clusters(sides: Mapping[tuple[str, int], EntitySide], state: str) -> tuple[Cluster, ...]:
    shown = [side for (side_state, _), side in sides.items() if side_state == state]
    return tuple(
        Cluster(side.id, side.golden.caption, side.record_ids) for side in shown[:_MAX_ENTITIES]
    )


def _conflicts(side: EntitySide) -> dict[str, tuple[str, ...]]:
    return {
        property_label(p): tuple(display_text(p, text) for text in texts)
        for p, texts in side.golden.conflicts.items()
    }


def _golden_changes(
    sides: Mapping[tuple[str, int], EntitySide],
    largest: int | None,
    before: Mapping[int, tuple[str, ...]],
) -> tuple[GoldenChange, ...]:
    """Return the changes of the golden record: the largest new entity against its largest
    predecessor.
    """
    if largest is None:
        return ()
    after_side = sides["after", largest]
    after_records = set(after_side.record_ids)
    predecessors = [
        number
        for number, records in before.items()
        if after_records & set(records) and ("before", number) in sides
    ]
    if not predecessors:
        return ()
    before_side = sides[
        "before", min(predecessors, key=lambda number: (-len(before[number]), number))
    ]
    changes = []
    for prop in sorted({*after_side.golden.values, *before_side.golden.values}):
        old_values, new_values = (
            tuple(display_text(prop, value.text) for value in side.golden.values.get(prop, ()))
            for side in (before_side, after_side)
        )
        if old_values != new_values:
            changes.append(GoldenChange(prop, property_label(prop), old_values, new_values))
    if before_side.golden.caption != after_side.golden.caption:
        changes.insert(
            0,
            GoldenChange(
                "caption", "Shown as", (before_side.golden.caption,), (after_side.golden.caption,)
            ),
        )
    return tuple(changes)
