"""Split: take records out of an entity and keep them apart from the rest.

It is logged as `different` between every record taken out and every one left (if that would be too
many: between linked ones, and to the first record of either part), and as `same` where a part would
fall apart by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict
from resolver.records.visibility import Viewer
from resolver.review.decisions.blind_review import LEFT_RECORDS, RIGHT_RECORDS
from resolver.review.decisions.commit_decisions import (
    MAX_SHOWN_IDS,
    BuildPlan,
    DecisionPlan,
    commit_plan,
    new_log_entry,
)
from resolver.review.decisions.decision_checks import check_other_steward, overturn_reasons
from resolver.review.decisions.earlier_verdicts import (
    effective_decisions,
    unconfirmed_decisions,
)
from resolver.review.decisions.four_eyes import second_steward_reasons
from resolver.review.entity_sides import (
    EntitySide,
    load_sides,
    side_digest,
    sources_by_name,
)
from resolver.review.models import (
    DecisionOutcome,
    DecisionState,
    Steward,
    StewardVerdict,
)
from resolver.review.refusals import (
    ChangedMeanwhileError,
    DeskRules,
    RetiredMeanwhileError,
)
from resolver.review.restrictions import find_entity, load_decisions
from resolver.store import StoredDecision, StoreView

_MAX_PAIRS = 400


def split_entity(
    hub: Hub,
    steward: Steward,
    entity: str,
    record_ids: Iterable[str],
    why: str,
    *,
    shown_digest: str = "",
    rules: DeskRules | None = None,
) -> DecisionOutcome:
    """Take records out of an entity; `shown_digest` is the `digest` of its page.

    Raises `InputError` for records that are not in it or if none would be left, and a
    `DecisionRefusedError` if the entity has changed.
    """
    removed = tuple(sorted(set(record_ids)))
    build_plan = plan_split(steward, entity, removed, why, shown_digest, rules or DeskRules())
    outcome, _ = commit_plan(hub, build_plan, steward)
    return replace(outcome, message=_outcome_message(outcome, len(removed), entity))


def _outcome_message(outcome: DecisionOutcome, count: int, entity: str) -> str:
    if outcome.state is DecisionState.WAITING:
        reasons = "; ".join(outcome.second_reasons)
        return f"Logged. It counts once a second steward confirms it ({reasons})."
    noun = "record" if count == 1 else "records"
    return f"{count} {noun} taken out of {entity}."


def plan_split(
    steward: Steward,
    entity: str,
    removed: Sequence[str],
    why: str,
    shown_digest: str,
    rules: DeskRules,
) -> BuildPlan:
    """Return the builder of the log entries of a split."""

    def build(view: StoreView) -> DecisionPlan:
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
        log = load_decisions(view, side.record_ids, steward.viewer)
        same_pairs = {
            stored.decision.pair
            for stored in effective_decisions(log)
            if stored.decision.verdict is Verdict.SAME
        }
        pairs = _separating_pairs(view, side, set(removed), remaining, same_pairs)
        second_reasons = second_steward_reasons(
            (side,), sources_by_name(view), rules, StewardVerdict.DIFFERENT
        )
        second_reasons += overturn_reasons(log, pairs, StewardVerdict.DIFFERENT)
        context = {
            "split": side.id,
            LEFT_RECORDS: list(removed[:MAX_SHOWN_IDS]),
            RIGHT_RECORDS: remaining[:MAX_SHOWN_IDS],
            "version": view.revision,
        }
        log_entry = new_log_entry(
            steward,
            StewardVerdict.DIFFERENT,
            why,
            needs_two=bool(second_reasons),
            context=context,
        )
        is_confirmation = bool(second_reasons) and _is_confirmation(log, pairs, steward)
        return DecisionPlan(
            log_entry,
            tuple(log_entry.build_decisions(pairs, log, undoes={})),
            (tuple(removed), tuple(remaining)),
            () if is_confirmation else second_reasons,
        )

    return build


def _is_confirmation(
    log: Sequence[StoredDecision], pairs: Sequence[tuple[str, str]], steward: Steward
) -> bool:
    """Return whether a split confirms the same split by another steward, which waits.

    Raises `DecisionNotAllowedError` if the steward would confirm their own decision.
    """
    separated = {(min(pair), max(pair)) for pair in pairs}
    waiting = [
        stored
        for stored in unconfirmed_decisions(log)
        if stored.decision.pair in separated and stored.decision.verdict is Verdict.DIFFERENT
    ]
    for stored in waiting:
        check_other_steward(stored, steward)
    return bool(waiting)


def _load_shown_side(view: StoreView, entity: str, shown_digest: str, viewer: Viewer) -> EntitySide:
    stored_entity = find_entity(view, entity, viewer)
    if not stored_entity.records:
        raise RetiredMeanwhileError(entity, "", "all its records were withdrawn")
    if stored_entity.id != entity and entity.startswith("e-"):
        reason = f"its records now belong to {stored_entity.id}"
        raise RetiredMeanwhileError(entity, stored_entity.id, reason)
    side = load_sides(view, [stored_entity.number], viewer)[stored_entity.number]
    if shown_digest and side_digest(side) != shown_digest:
        raise ChangedMeanwhileError(side.id, "it has other records, or other versions of them")
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
    """Return the pairs of record ids that keep the two parts apart."""
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
