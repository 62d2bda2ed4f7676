"""Look-up arrays of an index segment: who states a relation to a record, who has an artefact.

They derive from the segment alone, are built when a network is first read (seconds for a million
records) and live as long as the segment. A commit adds a small segment, so it costs little.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.hub.index.segment_contents import load_prepared
from resolver.network.artefacts import Hashes, Numbers, find_artefact_rows
from resolver.records import Batch, Column
from resolver.records.packing import SEPARATOR
from resolver.records.prepared.ragged import spread
from resolver.records.prepared.text_hashes import compute_hash64
from resolver.records.properties import RELATION
from resolver.records.visibility import Viewer, viewer_classes, visible_rows
from resolver.store.segments import Segment

_MAX_CACHED_SEGMENTS = 64
_MAX_CACHED_RIGHTS = 16


class RecordVisibility:
    """Flags of the records of a batch that viewers may see, cached by their rights."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._flags: dict[Viewer, npt.NDArray[np.bool_]] = {}

    def flags(self, viewer: Viewer) -> npt.NDArray[np.bool_]:
        """Return a flag for each record; an empty array if the viewer may see all of them."""
        rights = viewer_classes(viewer)[-1]
        flags = self._flags.get(rights)
        if flags is None:
            visible = visible_rows(self._batch, rights)
            flags = np.zeros(0, dtype=bool) if visible is None else visible
            if len(self._flags) >= _MAX_CACHED_RIGHTS:
                self._flags.clear()
            self._flags[rights] = flags
        return flags


@dataclass(frozen=True, slots=True)
class SortedRows:
    """Rows of a segment by key: `keys` ascend, `rows[i]` has `keys[i]`; rows ascend within one."""

    keys: Hashes
    rows: Numbers

    @classmethod
    def sort(cls, keys: Hashes, rows: Numbers) -> SortedRows:
        """Sort rows by key."""
        order = np.lexsort((rows, keys))
        return cls(keys[order], rows[order])

    def find(self, keys: Hashes) -> tuple[Numbers, Numbers]:
        """Return (place of the key, row) of all rows that have one of some keys."""
        starts = np.searchsorted(self.keys, keys, side="left")
        counts = np.searchsorted(self.keys, keys, side="right") - starts
        return np.repeat(np.arange(len(keys)), counts), self.rows[spread(starts, counts)]


@dataclass(frozen=True, slots=True)
class SegmentEdges:
    """Segment with the rows that state relations to a record id and that have an artefact."""

    segment: Segment
    stating: SortedRows
    holding: SortedRows
    visibility: RecordVisibility

    def visible_mask(self, rows: Numbers, viewer: Viewer) -> npt.NDArray[np.bool_]:
        """Return for each of some rows whether the viewer may see its record."""
        flags = self.visibility.flags(viewer)
        return flags[rows] if len(flags) else np.ones(len(rows), dtype=bool)


def _build_edges(segment: Segment) -> SegmentEdges:
    column = segment.batch.columns.get(RELATION)
    nothing = SortedRows(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64))
    return SegmentEdges(
        segment,
        nothing if column is None else _build_stating(column),
        SortedRows(*find_artefact_rows(segment.batch, load_prepared(segment))),
        RecordVisibility(segment.batch),
    )


def _build_stating(column: Column) -> SortedRows:
    """Return the rows of records by the hash of the ids that their relations name."""
    parts = pc.split_pattern(column.values, SEPARATOR)
    has_target = pc.list_value_length(parts).to_numpy(zero_copy_only=False) > 1
    hashes = np.zeros(len(column.values), dtype=np.uint64)
    coded = pc.list_element(parts.filter(pa.array(has_target)), 1).dictionary_encode()
    unique = np.array(
        [compute_hash64(text) if text else 0 for text in coded.dictionary.to_pylist()],
        dtype=np.uint64,
    )
    if len(unique):
        hashes[has_target] = unique[coded.indices.to_numpy()]
    keys = hashes[column.codes]
    is_named = keys > 0
    return SortedRows.sort(keys[is_named], column.rows[is_named].astype(np.int64))


_edges_by_segment: OrderedDict[int, SegmentEdges] = OrderedDict()


def load_edges(segments: Sequence[Segment]) -> list[SegmentEdges]:
    """Return the look-up arrays of some segments, cached while these are in use."""
    return [_cached_edges(segment) for segment in segments]


def _cached_edges(segment: Segment) -> SegmentEdges:
    edges = _edges_by_segment.get(id(segment))
    if edges is None or edges.segment is not segment:
        edges = _edges_by_segment[id(segment)] = _build_edges(segment)
        while len(_edges_by_segment) > _MAX_CACHED_SEGMENTS:
            # each step is atomic in the interpreter, so threads need no lock
            _edges_by_segment.popitem(last=False)
    return edges
