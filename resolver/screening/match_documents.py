"""FtM entities of matches, as a viewer may see their records, and explanations of their scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.merging import (
    GoldenRecord,
    build_ftm_entities,
    build_merge_context,
    build_partition,
    iterate_golden_records,
    to_ftm,
)
from resolver.normalize import country_code
from resolver.records import Batch
from resolver.records.results.explanation import Explanation
from resolver.records.visibility import Viewer, visible_rows
from resolver.scoring import Thresholds
from resolver.scoring.competition import add_competition
from resolver.screening.entity_index import IndexSnapshot
from resolver.screening.index_segment import IndexSegment
from resolver.screening.ranking import Hit

Numbers = npt.NDArray[np.int64]


class LazyExplanations:
    """Explanations of the hits of one answer, all computed when the first is requested."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._hits: list[Hit] = []

    def add(self, hit: Hit) -> Callable[[], Explanation]:
        """Add a hit, and return the function that explains it."""
        self._hits.append(hit)
        return lambda: self._explain(hit)

    def _explain(self, hit: Hit) -> Explanation:
        hits, self._hits = self._hits, []
        for scored_pairs in {id(added.scored_pairs): added.scored_pairs for added in hits}.values():
            scored_pairs.prepare_explanations(
                [added.pair for added in hits if added.scored_pairs is scored_pairs]
            )
        explanation = hit.scored_pairs.explanation(hit.pair, self._thresholds)
        return add_competition(explanation, hit.weight, hit.others, self._thresholds)


class IndexedEntity(Protocol):
    """Entity of the index: its id, segment, and row there."""

    @property
    def id(self) -> str:
        """Id of the entity."""

    @property
    def segment(self) -> int:
        """Number of its segment."""

    @property
    def row(self) -> int:
        """Its row there."""


def build_match_documents(
    hits: Sequence[IndexedEntity], snapshot: IndexSnapshot, viewer: Viewer
) -> list[dict[str, Any]]:
    """Build the golden records of some entities as the viewer may see them."""
    entities: dict[str, dict[str, Any]] = {}
    for number in {hit.segment for hit in hits}:
        segment_hits = [hit for hit in hits if hit.segment == number]
        rows = [hit.row for hit in segment_hits]
        entity_ids = [hit.id for hit in segment_hits]
        segment = snapshot.segments[number]
        if any(segment.is_restricted[row] for row in rows):
            numbers = np.array(rows, dtype=np.int64)
            golden_records = _build_visible_golden(segment, numbers, entity_ids, viewer)
            forms = [to_ftm(golden)[0] for golden in golden_records]
        else:
            # nothing in them is restricted
            records, owner = segment.read_values(rows)
            forms = build_ftm_entities(records, owner, entity_ids, country_code)
        entities |= {form["id"]: form for form in forms}
    return [entities[hit.id] for hit in hits]


def _build_visible_golden(
    segment: IndexSegment, rows: Numbers, entity_ids: Sequence[str], viewer: Viewer
) -> Iterator[GoldenRecord]:
    batch, owner = segment.records(rows)
    visible_mask = visible_rows(batch, viewer)
    if visible_mask is not None:
        batch, owner = batch.take(np.flatnonzero(visible_mask)), owner[visible_mask]
    batch, owner = _canonical(batch, owner)
    _, first, inverse = np.unique(owner, return_index=True, return_inverse=True)
    owner_ids = pa.array([entity_ids[place] for place in owner.tolist()], pa.string())
    return iterate_golden_records(
        build_merge_context(
            batch, build_partition(batch, first[inverse].astype(np.int32), owner_ids), country_code
        )
    )


def _canonical(batch: Batch, owner: Numbers) -> tuple[Batch, Numbers]:
    """Return the batch in canonical form, and the owners of its records."""
    order = pc.sort_indices(batch.ids).to_numpy()
    return batch.canonical(), owner[order]
