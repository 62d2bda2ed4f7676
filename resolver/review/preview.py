"""Preview of a decision: its effect on clusters and golden record, without committing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from resolver.hub.hub import Hub
from resolver.hub.increments.increment import Increment
from resolver.records.labels import display_text, property_label
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.commit_decisions import (
    BuildPlan,
    DecisionPlan,
    PlannedCommit,
    run_plan,
)
from resolver.review.decisions.decide import DecisionRequest, plan_decision
from resolver.review.decisions.undo import plan_split
from resolver.review.entity_sides import EntitySide, load_record_side
from resolver.review.models import Cluster, DecisionPreview, GoldenChange, Steward
from resolver.review.refusals import DeskRules, find_hidden_records
from resolver.store import StoreView
from resolver.store.record_contents import INTERNAL_PREFIX

_MAX_ENTITIES = 50
"""Entities shown at most."""


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
    """Return the pairs of records that a merge is logged on, if not everybody may see all that the
    viewer sees of what it unites.
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
        {view.head.last_entity + 1 + place: identity for place, identity in enumerate(new_ids)}
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
