"""Profiles as a viewer may see them: hidden records play no part in what a check finds.

Entities of which a viewer may see all records are found in the entity index. Of those with hidden
records the visible rest is prepared and indexed for the query, and looked up in the same way: a
name or number that only a hidden record bears leads nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from resolver.blocking.prefilter import prefilter_arrays
from resolver.blocking.retrieval.key_lookup import StoredKeys, build_key_table
from resolver.blocking.retrieval.word_lookup import IndexedNames, index_names
from resolver.comparison import NameMaterial, name_material
from resolver.hub.hub import Hub
from resolver.hub.related.visible_links import find_pairs_in_review
from resolver.kernels.blocking.prefilter_records import PrefilterArrays
from resolver.model_set import ModelSet
from resolver.pipeline import normalize
from resolver.records import Batch, concat
from resolver.records.datasets import DatasetScope
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.entity_profiles import build_profiles
from resolver.records.visibility import Viewer, visible_rows
from resolver.screening.index_segment import CHECK_PLAN, IndexSegment

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SegmentVisibility:
    """Entities of a segment of which a viewer may see all records (`open`) or some (`partial`).

    `count`: how many these are. `is_whole`: whether the viewer may see everything.
    """

    open: Bools
    partial: Bools
    count: int
    is_whole: bool


_VISIBILITY: WeakKeyDictionary[IndexSegment, dict[Viewer, SegmentVisibility]] = WeakKeyDictionary()
"""What viewers may see of segments, as long as these are in use."""
_MAX_VIEWERS = 64
"""Viewers of different rights of whom that is cached for one segment."""


def segment_visibility(segment: IndexSegment, viewer: Viewer) -> SegmentVisibility:
    """Return what a viewer may see of a segment; computed once for viewers of the same rights."""
    rights = replace(viewer, name="named" if viewer.name else "")
    by_rights = _VISIBILITY.setdefault(segment, {})
    visibility = by_rights.get(rights)
    if visibility is None:
        if len(by_rights) >= _MAX_VIEWERS:
            by_rights.clear()
        visibility = by_rights[rights] = _compute_visibility(segment, rights)
    return visibility


def _compute_visibility(segment: IndexSegment, viewer: Viewer) -> SegmentVisibility:
    count = len(segment)
    visible = visible_rows(segment.stored.batch, viewer) if segment.is_restricted.any() else None
    if visible is None:
        everything = np.ones(count, dtype=bool)
        return SegmentVisibility(everything, np.zeros(count, dtype=bool), count, is_whole=True)
    ends = np.concatenate([[0], np.cumsum(visible)])
    shown = ends[segment.member_offsets[1:]] - ends[segment.member_offsets[:-1]]
    is_open = shown == np.diff(segment.member_offsets)
    return SegmentVisibility(
        is_open, (shown > 0) & ~is_open, int((shown > 0).sum()), is_whole=bool(is_open.all())
    )


@dataclass(frozen=True)
class VisibleProfiles:
    """Visible profiles of m partly hidden entities, indexed as those of a segment.

    Profile i is that of row `rows[i]` of the segment with number `segment`.
    """

    segment: int
    rows: Numbers
    prepared: PreparedBatch
    material: NameMaterial
    words: IndexedNames
    prefilter_arrays: PrefilterArrays
    keys: StoredKeys

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class ProfileBuilder:
    """Builder of visible profiles for one viewer.

    `scope`: only of entities with a visible record in it (None: any).
    """

    viewer: Viewer
    scope: DatasetScope | None
    models: ModelSet

    def build(self, number: int, segment: IndexSegment, rows: Numbers) -> VisibleProfiles | None:
        """Return the visible profiles of some rows of segment `number`; None without any."""
        batch, owner = self._visible_records(segment, rows)
        owners, place = np.unique(owner, return_inverse=True)
        if not len(owners):
            return None
        ids = [f"{position:06d}" for position in range(len(owners))]
        profiles = build_profiles(batch, place.astype(np.int64), ids).canonical()
        prepared = normalize(profiles, self.models)
        keys = StoredKeys(
            build_key_table(prepared, CHECK_PLAN),
            0,
            prepared.kinds,
            np.ones(len(owners), dtype=bool),
        )
        return VisibleProfiles(
            number,
            rows[owners],
            prepared,
            name_material(prepared),
            index_names(prepared),
            prefilter_arrays(prepared),
            keys,
        )

    def _visible_records(self, segment: IndexSegment, rows: Numbers) -> tuple[Batch, Numbers]:
        """Return the visible records of some rows, and the position of the row of each."""
        batch, owner = segment.records(rows)
        visible = visible_rows(batch, self.viewer)
        mask = np.ones(len(batch), dtype=bool) if visible is None else visible
        if self.scope is not None:
            mask &= np.isin(owner, np.unique(owner[mask & self.scope.has(batch)]))
        chosen = np.flatnonzero(mask)
        return batch.take(chosen), owner[chosen]


@dataclass(frozen=True, slots=True)
class VisibleMembers:
    """Records of an entity row of a segment that a viewer may see: `rows` there, and whether these
    are all of them.
    """

    segment: IndexSegment
    rows: Numbers
    is_complete: bool

    @classmethod
    def of(cls, segment: IndexSegment, row: int, viewer: Viewer) -> VisibleMembers:
        """Return the records of an entity row that the viewer may see."""
        rows = np.arange(segment.member_offsets[row], segment.member_offsets[row + 1])
        if segment.is_restricted[row]:
            visible = visible_rows(segment.stored.take(rows), viewer)
            if visible is not None:
                return cls(segment, rows[visible], is_complete=bool(visible.all()))
        return cls(segment, rows, is_complete=True)

    def __len__(self) -> int:
        return len(self.rows)

    def read(self) -> Batch:
        """Read the records, with their values."""
        return self.segment.stored.take(self.rows)


def find_members_in_review(
    members: Mapping[int, VisibleMembers], revision: int, hub: Hub
) -> set[tuple[int, int]]:
    """Return the pairs of some entities, by number, that are in review with each other as far as
    records that a viewer may see tell.

    The links that the store has of an entity with hidden records may come from these.
    """
    complete = {number for number, shown in members.items() if shown.is_complete}
    pairs = hub.store.entities_in_review(revision, sorted(complete)) if len(complete) > 1 else set()
    if len(complete) < len(members):
        batch = concat([shown.read() for shown in members.values()])
        owners = np.repeat(list(members), [len(shown) for shown in members.values()])
        among = find_pairs_in_review(hub, revision, batch, owners)
        pairs |= {pair for pair in among if not complete.issuperset(pair)}
    return pairs
