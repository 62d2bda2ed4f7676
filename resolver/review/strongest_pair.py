"""Strongest pair of records across two entities, and the explanation of its score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.comparison import NameIndex
from resolver.engines.entity_explanation import DecidedPair, explain_decided
from resolver.engines.pair_explanation import explain_rows
from resolver.hub.hub import Hub
from resolver.hub.related.shared_relations import compare_stored_entities
from resolver.hub.related.stored_explanation import find_rival_id
from resolver.hub.related.visible_links import load_visible_links
from resolver.pipeline import PairScorer, normalize
from resolver.records import Batch
from resolver.records.results.explanation import Explanation, format_alignment
from resolver.records.visibility import Viewer
from resolver.review.entity_sides import EntitySide
from resolver.store import LinkTable, StoreView

_MAX_COMPARED_RECORDS = 60
"""Records of a side that are compared if the store has no link across the two sides."""


@dataclass(frozen=True, slots=True)
class StrongestPair:
    """Strongest pair of records across two sides: record numbers (left of the left side), log-odds
    in thousandths, and the place of the link among those of the two (None: they have none).

    The log-odds are those of the entities, or without a link those of the two records.
    """

    left: int
    right: int
    logodds: int
    link: int | None

    @property
    def is_compared(self) -> bool:
        """Whether the store has a link of the two entities."""
        return self.link is not None


def load_side_links(
    hub: Hub, view: StoreView, sides: Sequence[EntitySide], viewer: Viewer
) -> LinkTable:
    """Return the links of the records of two sides, without any influence of hidden records."""
    numbers = np.array([number for side in sides for number in side.numbers], dtype=np.int64)
    return load_visible_links(hub, view, numbers, viewer)


def find_strongest_pair(
    hub: Hub, view: StoreView, left_side: EntitySide, right_side: EntitySide, links: LinkTable
) -> StrongestPair:
    """Find the pair of records across two sides with the highest score.

    Pairs that the store has linked come first; without any, all pairs are compared.
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

    `links` are those that the pair was found in. A pair that a link names is explained with the
    score that was decided on, which is that of the entities.
    """
    left = next(stored.record for stored in left_side.records if stored.number == strongest.left)
    right = next(stored.record for stored in right_side.records if stored.number == strongest.right)
    records = Batch.from_records([left, right]).canonical()
    models = hub.models_at(view).for_records(records)
    prepared = normalize(records, models, _deduplicated_sources(view))
    thresholds = hub.options_of(view.head).thresholds
    explanation = explain_rows(prepared, NameIndex.of(prepared), models, thresholds, 0, 1)
    if explanation.left_id != left.id:
        explanation = _swap_sides(explanation)
    if strongest.link is None:
        return explanation
    # the number of records that the viewer may not see is not for them
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
