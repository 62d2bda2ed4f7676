"""Profiles as a viewer may see them: those with a hidden record are rebuilt without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.comparison import NameMaterial, name_material
from resolver.model_set import ModelSet
from resolver.pipeline import normalize
from resolver.records.prepared.entity_profiles import build_profiles
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.visibility import Viewer, visible_rows
from resolver.screening.index_segment import IndexSegment

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VisibleProfiles:
    """Profiles visible to one viewer. `sources`: only entities with a visible record of one of
    these (None: any).
    """

    viewer: Viewer
    sources: frozenset[str] | None
    models: ModelSet

    def visible_parts(
        self, segment: IndexSegment, rows: Numbers
    ) -> Iterator[tuple[BatchRows, NameMaterial, Numbers]]:
        """Yield some rows of a segment as the viewer may see them, in parts: prepared profiles,
        their name material, and the positions of the rows in `rows`. Entities without visible
        records are left out.
        """
        is_restricted = segment.is_restricted[rows]
        unrestricted = np.flatnonzero(~is_restricted)
        if len(unrestricted):
            yield BatchRows(segment.prepared, rows[unrestricted]), segment.material, unrestricted
        if is_restricted.any():
            yield from self._restricted_parts(segment, rows, np.flatnonzero(is_restricted))

    def _restricted_parts(
        self, segment: IndexSegment, rows: Numbers, places: Numbers
    ) -> Iterator[tuple[BatchRows, NameMaterial, Numbers]]:
        batch, owner = segment.records(rows[places])
        visible_mask = visible_rows(batch, self.viewer)
        if visible_mask is None:
            yield BatchRows(segment.prepared, rows[places]), segment.material, places
            return
        if self.sources is not None:
            is_selected = np.array(
                [name in self.sources for name in batch.sources.values.to_pylist()], dtype=bool
            )
            selected_owners = np.unique(owner[visible_mask & is_selected[batch.sources.codes]])
            visible_mask &= np.isin(owner, selected_owners)
        visible_owners, place = np.unique(owner[visible_mask], return_inverse=True)
        if len(visible_owners):
            ids = [f"{number:06d}" for number in range(len(visible_owners))]
            visible_batch = build_profiles(
                batch.take(np.flatnonzero(visible_mask)), place.astype(np.int64), ids
            )
            prepared = normalize(visible_batch.canonical(), self.models)
            yield (
                BatchRows(prepared, np.arange(len(visible_owners))),
                name_material(prepared),
                places[visible_owners],
            )


def count_visible_members(segment: IndexSegment, row: int, viewer: Viewer) -> tuple[int, list[str]]:
    """Return the number of records of an entity row that the viewer may see, and the ids of its
    other records.
    """
    if segment.is_restricted[row]:
        batch, _ = segment.records(np.array([row]))
        visible_mask = visible_rows(batch, viewer)
        if visible_mask is not None:
            hidden_ids = batch.ids.filter(pa.array(~visible_mask)).to_pylist()
            return len(batch) - len(hidden_ids), hidden_ids
    return int(segment.member_offsets[row + 1] - segment.member_offsets[row]), []
