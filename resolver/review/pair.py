"""Pair view: two entities side by side, with the evidence of their strongest pair of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.results.evidence_summary import describe_names, summarize_evidence
from resolver.records.results.explanation import (
    Explanation,
)
from resolver.records.results.resolution import Band, Outcome
from resolver.records.stated_differences import find_stated_difference
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review.attributes import (
    StatementIndex,
    compare_attributes,
    put_decisive_first,
)
from resolver.review.decisions.blind_review import shown_records
from resolver.review.decisions.earlier_verdicts import decision_views
from resolver.review.decisions.four_eyes import second_steward_reasons
from resolver.review.desk_rules import DeskRules
from resolver.review.entity_events import load_events
from resolver.review.entity_sides import (
    EntitySide,
    build_party,
    load_record_side,
    load_sides,
    ordered_numbers,
    side_digest,
    sources_by_name,
)
from resolver.review.models import PairSnapshot, QueueReason, Steward
from resolver.review.name_alignment import build_name_view
from resolver.review.queue.queue_access import visible_row
from resolver.review.refusals import RetiredMeanwhileError
from resolver.review.restrictions import (
    find_decision,
    find_entity,
    load_decisions,
    select_visible_numbers,
)
from resolver.review.strongest_pair import (
    StrongestPair,
    explain_strongest_pair,
    find_strongest_pair,
    load_side_links,
)
from resolver.review.view_models import (
    Candidate,
    EvidenceWaterfall,
    PairView,
    SideView,
    WaterfallStep,
)
from resolver.scoring import scores
from resolver.store import LinkTable, StoredDecision, StoredEntity, StoredSource, StoreView
from resolver.store.desk import steward_work

_MAX_CANDIDATES = 8


def build_pair_view(
    hub: Hub,
    left: str,
    right: str,
    *,
    steward: Steward | None = None,
    rules: DeskRules | None = None,
    recheck: str = "",
    hide_score: bool = False,
) -> PairView:
    """Build everything that the page of a pair shows.

    With `recheck`, the id of a decision, the pair is shown as that decision saw it and without
    score. Raises `UnknownIdError` for an id or decision that the viewer may not know, and
    `RetiredMeanwhileError` where both ids belong to one entity or one was withdrawn.
    """
    viewer = steward.viewer if steward is not None else STRANGER
    with hub.store.view() as view:
        rechecked = find_decision(view, recheck, viewer) if recheck else None
        if rechecked is not None:
            sides = _load_recheck_sides(view, rechecked, viewer)
        else:
            sides = load_pair_sides(view, left, right, viewer)
        left_side, right_side = sides
        sources = sources_by_name(view)
        statements = StatementIndex.load(view, sides, sources)
        links = load_side_links(hub, view, sides, viewer)
        strongest = find_strongest_pair(hub, view, left_side, right_side, links)
        explanation = explain_strongest_pair(hub, view, left_side, right_side, strongest, links)
        blind = PairView(
            _build_side_view(left_side, sources, statements),
            _build_side_view(right_side, sources, statements),
            put_decisive_first(
                compare_attributes(
                    left_side.golden, right_side.golden, statements, explanation.rows
                )
            ),
            build_name_view(explanation),
            evidence=None,
            left_others=(),
            right_others=(),
            decisions=(),
            reason=QueueReason.BLIND,
            why="",
            second_reasons=second_steward_reasons(sides, sources, rules or DeskRules()),
            holder=_other_holder(view, (-rechecked.number, -rechecked.number), steward)
            if rechecked is not None
            else "",
            snapshot=take_snapshot(
                hub, view, left_side, right_side, strongest, hide_score=hide_score or bool(recheck)
            ),
            is_blind=True,
            stated_difference=_describe_difference(left_side, right_side),
        )
        if recheck:
            return blind
        left_others, right_others = _find_candidates(view, sides, links, viewer)
        return replace(
            _add_queue_state(view, blind, sides, steward),
            evidence=_build_waterfall(explanation, strongest),
            left_others=left_others,
            right_others=right_others,
            is_blind=False,
        )


def _describe_difference(left: EntitySide, right: EntitySide) -> str:
    """Return the sentence of a list that visible records of the sides differ, or empty."""
    sides = ((stored.record for stored in side.records) for side in (left, right))
    return str(find_stated_difference(*sides) or "")


def _add_queue_state(
    view: StoreView,
    shown: PairView,
    sides: tuple[EntitySide, EntitySide],
    steward: Steward | None,
) -> PairView:
    """Add earlier decisions, and why and with whom the pair waits."""
    viewer = steward.viewer if steward is not None else STRANGER
    pair = ordered_numbers(*sides)
    row = visible_row(view, pair, viewer)
    log = load_decisions(
        view, [record_id for side in sides for record_id in side.record_ids], viewer
    )
    return replace(
        shown,
        decisions=decision_views(log),
        reason=QueueReason(row.reason) if row else None,
        why=row.why if row else "",
        holder=_other_holder(view, pair, steward) if row else "",
    )


def _build_side_view(
    side: EntitySide, sources: Mapping[str, StoredSource], statements: StatementIndex
) -> SideView:
    return SideView(
        build_party(side, sources),
        tuple(statements.by_record[stored.record.id] for stored in side.records),
        side.golden.birth_date,
        side.golden.conflicts,
    )


def _other_holder(view: StoreView, pair: tuple[int, int], steward: Steward | None) -> str:
    """Return the other steward who has the pair open, or empty."""
    lease = steward_work.current_hold(view.connection, pair)
    if lease is None or (steward is not None and lease.steward == steward.name):
        return ""
    return lease.steward


def load_pair_sides(
    view: StoreView, left: str, right: str, viewer: Viewer = OPERATOR
) -> tuple[EntitySide, EntitySide]:
    """Load two living entities by any id, as the viewer sees them.

    Raises `UnknownIdError` for an id that the viewer may not know, and `RetiredMeanwhileError`
    where an entity is gone or both are one.
    """
    left_entity, right_entity = _find_two_entities(view, left, right, viewer)
    sides = load_sides(view, [left_entity.number, right_entity.number], viewer)
    return sides[left_entity.number], sides[right_entity.number]


def _find_two_entities(
    view: StoreView, left: str, right: str, viewer: Viewer
) -> tuple[StoredEntity, StoredEntity]:
    left_entity, right_entity = (find_entity(view, end, viewer) for end in (left, right))
    for entity_id, entity in ((left, left_entity), (right, right_entity)):
        if not entity.records:
            raise RetiredMeanwhileError(entity_id, "", "all its records were withdrawn")
    if left == right:
        raise InputError(f"{left} was given twice", hint="name two entities or records")
    if left_entity.number == right_entity.number:
        retired_id = right if left == left_entity.id else left
        raise RetiredMeanwhileError(
            retired_id,
            left_entity.id,
            f"{left} and {right} are both {left_entity.id} by now"
            f"{_merge_note(view, retired_id, viewer)}",
        )
    return left_entity, right_entity


def _merge_note(view: StoreView, retired_id: str, viewer: Viewer) -> str:
    """Return by whom and when an entity was merged, as the end of a sentence, as far as the viewer
    may know.
    """
    merges = [
        event
        for event in load_events(view, retired_id, viewer)
        if event.kind == "merged" and event.entity == retired_id
    ]
    if not merges:
        return ""
    last = max(merges, key=lambda event: event.revision)
    return f", merged on {last.at[:10]} {last.at[11:16]} UTC" + (
        f" by {last.actor}" if last.actor else ""
    )


def _load_recheck_sides(
    view: StoreView, stored: StoredDecision, viewer: Viewer
) -> tuple[EntitySide, EntitySide]:
    left, right = (
        load_record_side(view, end, records, viewer) for end, records in shown_records(stored)
    )
    return left, right


def take_snapshot(
    hub: Hub,
    view: StoreView,
    left: EntitySide,
    right: EntitySide,
    strongest: StrongestPair,
    *,
    hide_score: bool = False,
) -> PairSnapshot:
    """Record the state of two sides as a steward sees them."""
    score = float(scores(np.array([strongest.logodds]))[0])
    band = Band(int(hub.options_of(view.head).thresholds.bands(np.array([score]))[0]))
    return PairSnapshot(
        view.revision,
        left.id,
        right.id,
        side_digest(left),
        side_digest(right),
        left.record_ids,
        right.record_ids,
        score,
        strongest.logodds,
        band.label,
        hub.models.stamp["model"],
        hide_score,
    )


def _build_waterfall(explanation: Explanation, strongest: StrongestPair) -> EvidenceWaterfall:
    steps = []
    total = 0
    for row in explanation.rows:
        steps.append(WaterfallStep(row, total, total + row.weight))
        total += row.weight
    return EvidenceWaterfall(
        explanation.left_id,
        explanation.right_id,
        tuple(steps),
        explanation.logodds,
        explanation.score,
        explanation.band,
        strongest.is_compared,
        summarize_evidence(explanation),
        describe_names(explanation),
    )


def _find_candidates(
    view: StoreView, sides: tuple[EntitySide, EntitySide], links: LinkTable, viewer: Viewer
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Return the other entities that each of two sides may be, the likeliest first."""
    is_unmerged = links.outcome != Outcome.MERGED
    ends = np.unique(np.concatenate([links.left[is_unmerged], links.right[is_unmerged]])).tolist()
    visible = select_visible_numbers(view, ends, viewer)
    record, entity, _ = view.memberships(visible)
    entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
    left_ranked, right_ranked = (_rank_candidates(side, sides, links, entity_of) for side in sides)
    loaded = load_sides(view, sorted({*left_ranked, *right_ranked}), viewer)
    left = _build_candidates(left_ranked, loaded, links)
    right = _build_candidates(right_ranked, loaded, links)
    return left, right


def _rank_candidates(
    side: EntitySide,
    sides: tuple[EntitySide, EntitySide],
    links: LinkTable,
    entity_of: Mapping[int, int],
) -> dict[int, int]:
    """Map entity number to the row of its strongest link with a side, the likeliest few first."""
    own_numbers = np.array(side.numbers)
    lefts, rights = np.isin(links.left, own_numbers), np.isin(links.right, own_numbers)
    places = np.flatnonzero((lefts ^ rights) & (links.outcome != Outcome.MERGED))
    other_numbers = np.where(lefts[places], links.right[places], links.left[places])
    best: dict[int, int] = {}
    for link, record_number in zip(places.tolist(), other_numbers.tolist(), strict=True):
        entity = entity_of.get(record_number)
        if entity is None or entity in (sides[0].number, sides[1].number):
            continue
        if entity not in best or links.logodds[link] > links.logodds[best[entity]]:
            best[entity] = link
    likeliest = sorted(best, key=lambda number: (-links.logodds[best[number]], number))
    return {number: best[number] for number in likeliest[:_MAX_CANDIDATES]}


def _build_candidates(
    ranked: Mapping[int, int], loaded: Mapping[int, EntitySide], links: LinkTable
) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            loaded[number].id,
            loaded[number].golden.caption,
            float(scores(links.logodds[[link]])[0]),
            int(links.logodds[link]),
            Outcome(int(links.outcome[link])).label,
        )
        for number, link in ranked.items()
        if number in loaded
    )
