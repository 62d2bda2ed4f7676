"""Pair view: two entities side by side, with the evidence of their strongest pair of records.

`build_pair_view` returns everything that the page of a pair shows. The module reads in this order:

1. names of the pair, word by word (`build_name_view`);
2. the strongest pair of records across the two entities (`find_strongest_pair`), and the
   explanation of its score (`explain_strongest_pair`);
3. the view, with its helpers: loading the two sides, the snapshot, the waterfall of evidence and
   the other entities that each side may be.

Nothing in a view depends on a record that the steward may not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.engines.pair_explanation import DecidedPair, explain_decided, explain_two
from resolver.errors import InputError
from resolver.hub.entity_preview import load_visible_links
from resolver.hub.hub import Hub
from resolver.hub.shared_relations import compare_stored_entities
from resolver.hub.stored_results import find_rival_id
from resolver.matching.pipeline import PairScorer, normalize
from resolver.matching.scoring import scores
from resolver.names.name_index import NameIndex
from resolver.records import Batch
from resolver.records.results.explanation import (
    AlignedPart,
    EvidenceRow,
    Explanation,
    Fate,
    describe_names,
    format_alignment,
    summarize_evidence,
)
from resolver.records.results.resolution import Band, Outcome
from resolver.records.stated_links import find_stated_difference
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review.attributes import (
    StatementIndex,
    compare_attributes,
    latin_transliteration,
    put_decisive_first,
)
from resolver.review.earlier_verdicts import decision_views, shown_records
from resolver.review.entity_page import load_events
from resolver.review.entity_sides import (
    EntitySide,
    build_party,
    load_record_side,
    load_sides,
    ordered_numbers,
    side_digest,
    sources_by_name,
)
from resolver.review.models import (
    Candidate,
    EvidenceWaterfall,
    NameView,
    PairSnapshot,
    PairView,
    QueueReason,
    SideView,
    Steward,
    WaterfallStep,
)
from resolver.review.queue_filters import visible_row
from resolver.review.queue_refresh import refresh_queue
from resolver.review.refusals import (
    DeskRules,
    RetiredMeanwhileError,
    find_decision,
    find_entity,
    load_decisions,
    second_steward_reasons,
    select_visible_numbers,
)
from resolver.store import (
    LinkTable,
    StoredDecision,
    StoredSource,
    StoreView,
    steward_work,
)


def build_name_view(explanation: Explanation) -> NameView | None:
    """Return the alignment of the two names that were compared; None if none were."""
    parts: Sequence[AlignedPart] = explanation.parts
    name_row: EvidenceRow | None = next(
        (row for row in explanation.rows if row.name.startswith("name") and row.left and row.right),
        None,
    )
    if not parts or name_row is None:
        return None
    transliterations = latin_transliteration(name_row.left), latin_transliteration(name_row.right)
    return NameView(name_row.left, name_row.right, *transliterations, face_contradictions(parts))


def face_contradictions(parts: Sequence[AlignedPart]) -> tuple[AlignedPart, ...]:
    """Return the parts of two names; contradicting parts of both names become one part.

    Example: `Sergei` in one name and `Aleksei` in the other are one difference, not two.
    """
    rest = [part for part in parts if part.fate is Fate.CONTRADICTED and not part.left]
    faced = []
    for part in parts:
        if part.fate is not Fate.CONTRADICTED:
            faced.append(part)
        elif part.left and not part.right and rest:
            faced.append(part._replace(right=rest.pop(0).right))
        elif part.left:
            faced.append(part)
    return (*faced, *rest)


_MAX_COMPARED_RECORDS = 60
"""Maximum number of records of a side that are compared, if the store has no link between the two
sides.

All pairs are compared: twice as many records take four times as long.
"""


@dataclass(frozen=True, slots=True)
class StrongestPair:
    """Strongest pair of records across two sides.

    `left` is a record number of the left side, and `right` of the right side. `link` is the
    position of their link in the table of links (None: the store has no link). `logodds`
    (thousandths) are the log-odds of the entities; without a link, of the two records.
    """

    left: int
    right: int
    logodds: int
    link: int | None

    @property
    def is_compared(self) -> bool:
        """Whether the store has a link between the two entities."""
        return self.link is not None


def load_side_links(
    hub: Hub, view: StoreView, sides: Sequence[EntitySide], viewer: Viewer
) -> LinkTable:
    """Return the links of the records of two sides. Hidden records do not change these links."""
    numbers = np.array([number for side in sides for number in side.numbers], dtype=np.int64)
    return load_visible_links(hub, view, numbers, viewer)


def find_strongest_pair(
    hub: Hub, view: StoreView, left_side: EntitySide, right_side: EntitySide, links: LinkTable
) -> StrongestPair:
    """Find the pair of records across two sides with the highest score.

    If the store has links between the sides, their strongest is returned. Otherwise all pairs of
    records are compared, up to a limit.
    """
    left, right = np.array(left_side.numbers), np.array(right_side.numbers)
    is_forward = np.isin(links.left, left) & np.isin(links.right, right)
    is_backward = np.isin(links.left, right) & np.isin(links.right, left)
    across = np.flatnonzero(is_forward | is_backward)
    if len(across):
        order = np.lexsort((links.right[across], links.left[across], -links.logodds[across]))
        best = int(across[order[0]])
        first, second = int(links.left[best]), int(links.right[best])
        left_number, right_number = (first, second) if is_forward[best] else (second, first)
        return StrongestPair(left_number, right_number, int(links.logodds[best]), best)
    return _compare_records(hub, view, left_side, right_side)


def _compare_records(
    hub: Hub, view: StoreView, left_side: EntitySide, right_side: EntitySide
) -> StrongestPair:
    lefts, rights = (side.records[:_MAX_COMPARED_RECORDS] for side in (left_side, right_side))
    number_of = {stored.record.id: stored.number for stored in (*lefts, *rights)}
    batch = Batch.from_records(stored.record for stored in (*lefts, *rights)).canonical()
    models = hub.models_at(view)
    prepared = normalize(batch, models, _deduplicated_sources(view))
    row_of = {record_id: row for row, record_id in enumerate(batch.ids.to_pylist())}
    pairs = [(first.record.id, second.record.id) for first in lefts for second in rights]
    left = np.array([min(row_of[a], row_of[b]) for a, b in pairs], dtype=np.int32)
    right = np.array([max(row_of[a], row_of[b]) for a, b in pairs], dtype=np.int32)
    logodds = PairScorer.of_records(prepared, models, batch).score(left, right, 1).logodds
    best = int(np.lexsort((right, left, -logodds))[0])
    return StrongestPair(
        number_of[pairs[best][0]], number_of[pairs[best][1]], int(logodds[best]), None
    )


def _deduplicated_sources(view: StoreView) -> list[str]:
    return [source.name for source in view.sources() if source.deduplicated]


def explain_strongest_pair(
    hub: Hub,
    view: StoreView,
    left_side: EntitySide,
    right_side: EntitySide,
    strongest: StrongestPair,
    links: LinkTable,
) -> Explanation:
    """Explain the score of the strongest pair, with the left side on the left.

    `links` is the table in which the pair was found. If the pair has a link, the explanation has
    the score of the link, which compares the two entities.
    """
    left = next(stored.record for stored in left_side.records if stored.number == strongest.left)
    right = next(stored.record for stored in right_side.records if stored.number == strongest.right)
    records = Batch.from_records([left, right]).canonical()
    models = hub.models_at(view).for_records(records)
    prepared = normalize(records, models, _deduplicated_sources(view))
    thresholds = hub.options_of(view.head).thresholds
    explanation = explain_two(prepared, NameIndex.of(prepared), models, thresholds)
    if explanation.left_id != left.id:
        explanation = _swap_sides(explanation)
    if strongest.link is None:
        return explanation
    # count visible records only: the viewer must not learn how many are hidden
    sizes = len(left_side.numbers), len(right_side.numbers)
    compared = compare_stored_entities(hub, strongest.left, strongest.right)
    rival = find_rival_id(view, links, strongest.link)
    decided = DecidedPair.of_link(links, strongest.link, sizes, compared, rival)
    return explain_decided(explanation, decided)


def _swap_sides(explanation: Explanation) -> Explanation:
    """Swap the sides of an explanation, including the name alignment in its details."""
    parts = tuple(part._replace(left=part.right, right=part.left) for part in explanation.parts)
    line, swapped_line = format_alignment(explanation.parts), format_alignment(parts)

    def detail(text: str) -> str:
        """Swap the name alignment in the detail of a row."""
        return text.replace(line, swapped_line) if line else text

    return replace(
        explanation,
        left_id=explanation.right_id,
        right_id=explanation.left_id,
        rows=tuple(
            row._replace(left=row.right, right=row.left, detail=detail(row.detail))
            for row in explanation.rows
        ),
        parts=parts,
    )


_MAX_CANDIDATES = 8
"""Maximum number of other entities that the page shows for each side."""


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

    `recheck` is the id of a decision under blind recheck: the pair is then shown with the records
    that this decision saw, and without a score. Raises `UnknownIdError` for an id or decision that
    the viewer may not know. Raises `RetiredMeanwhileError` if both ids belong to one entity, or if
    all records of a side were withdrawn.
    """
    viewer = steward.viewer if steward is not None else STRANGER
    refresh_queue(hub, complete=False, viewer=viewer)
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
    """Return a sentence if a list states that visible records of the two sides differ; otherwise an
    empty text.
    """
    sides = ((stored.record for stored in side.records) for side in (left, right))
    return str(find_stated_difference(*sides) or "")


def _add_queue_state(
    view: StoreView,
    shown: PairView,
    sides: tuple[EntitySide, EntitySide],
    steward: Steward | None,
) -> PairView:
    """Return the view with earlier decisions, the reason why the pair waits, and the steward who
    holds it.
    """
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

    Raises `UnknownIdError` for an id that the viewer may not know, `InputError` if both ids are
    equal, and `RetiredMeanwhileError` if an entity has no records left or both are one.
    """
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
    sides = load_sides(view, [left_entity.number, right_entity.number], viewer)
    return sides[left_entity.number], sides[right_entity.number]


def _merge_note(view: StoreView, retired_id: str, viewer: Viewer) -> str:
    """Return the end of a sentence on when and by whom an entity was merged.

    Empty if the viewer may not know of the merge.
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
    """Return the state of two sides as the steward sees them now."""
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
    """Return, for each side, the other entities that could be the same as it, likeliest first."""
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
    """Return entity number → position of its strongest link with a side, likeliest first.

    Only the likeliest `_MAX_CANDIDATES` entities are returned.
    """
    own_numbers = np.array(side.numbers)
    lefts, rights = np.isin(links.left, own_numbers), np.isin(links.right, own_numbers)
    indices = np.flatnonzero((lefts ^ rights) & (links.outcome != Outcome.MERGED))
    other_numbers = np.where(lefts[indices], links.right[indices], links.left[indices])
    best: dict[int, int] = {}
    for link, record_number in zip(indices.tolist(), other_numbers.tolist(), strict=True):
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
