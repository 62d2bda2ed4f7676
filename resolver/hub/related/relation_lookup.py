"""Look-up arrays of an index segment: who states a relation to a record id, and who to a name.

They derive from the segment alone, are built when an increment first needs them, and live as long
as the segment.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records import Batch
from resolver.records.packing import split_fields
from resolver.records.prepared.ragged import spread
from resolver.records.prepared.text_hashes import compute_hash64
from resolver.records.properties import RELATION
from resolver.records.stated_differences import native_target
from resolver.records.visibility import STRANGER, visible_rows
from resolver.scoring.relations.relation_table import stated_name
from resolver.store.segments import Segment

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
_MAX_CACHED_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class RelationLookup:
    """Rows that state relations, by the hash of what they name.

    `keys` ascend; `rows[i]` names `keys[i]`. Ids and names are told apart by a mark.
    """

    keys: Hashes
    rows: Numbers

    def find(self, keys: Hashes) -> tuple[Numbers, Numbers]:
        """Return (place of the key, row) of all rows that name one of some keys."""
        starts = np.searchsorted(self.keys, keys, side="left")
        counts = np.searchsorted(self.keys, keys, side="right") - starts
        return np.repeat(np.arange(len(keys)), counts), self.rows[spread(starts, counts)]


def id_key(record_id: str) -> int:
    """Return the key of a record id."""
    return compute_hash64(f"i {record_id}")


def group_name_key(name: str) -> int:
    """Return the key of a name (`name_key`)."""
    return compute_hash64(f"n {name}")


def build_lookup(batch: Batch) -> RelationLookup:
    """Return the rows of a batch by what their relations name.

    A target that is a native id of its source is there under the full id as well. Records that not
    everybody may see are left out, as their relations do not count.
    """
    column = batch.columns.get(RELATION)
    visible = visible_rows(batch, STRANGER)
    if column is None:
        return RelationLookup(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64))
    texts = column.values.to_pylist()
    ids = [split_fields(text, 2)[1] for text in texts]
    names = [stated_name(text) for text in texts]
    plain = [
        id_key(record_id) if record_id else group_name_key(name) if name else 0
        for record_id, name in zip(ids, names, strict=True)
    ]
    sources = batch.sources.values.to_pylist()
    pairs = np.unique(np.stack([batch.sources.codes[column.rows], column.codes], axis=1), axis=0)
    native = {
        (source, code): id_key(native_target(sources[source], ids[code])) if ids[code] else 0
        for source, code in pairs.tolist()
    }
    source_codes = batch.sources.codes[column.rows].tolist()
    full = [native[pair] for pair in zip(source_codes, column.codes.tolist(), strict=True)]
    keys = np.concatenate(
        [np.array(plain, dtype=np.uint64)[column.codes], np.array(full, dtype=np.uint64)]
    )
    rows = np.concatenate([column.rows, column.rows]).astype(np.int64)
    order = np.lexsort((rows, keys))
    order = order[keys[order] > 0]
    if visible is not None:
        order = order[visible[rows[order]]]
    return RelationLookup(keys[order], rows[order])


_lookup_by_segment: OrderedDict[int, tuple[Segment, RelationLookup]] = OrderedDict()


def load_lookups(segments: Sequence[Segment]) -> list[RelationLookup]:
    """Return the look-up arrays of some segments, cached while these are in use."""
    return [_cached_lookup(segment) for segment in segments]


def _cached_lookup(segment: Segment) -> RelationLookup:
    entry = _lookup_by_segment.get(id(segment))
    if entry is None or entry[0] is not segment:
        entry = _lookup_by_segment[id(segment)] = (segment, build_lookup(segment.batch))
        while len(_lookup_by_segment) > _MAX_CACHED_SEGMENTS:
            # each step is atomic in the interpreter, so threads need no lock
            _lookup_by_segment.popitem(last=False)
    return entry[1]


def state_relations(batches: Iterable[Batch]) -> bool:
    """Return whether some record of some batches states a relation."""
    return any(RELATION in batch.columns for batch in batches)
