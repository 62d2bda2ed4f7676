"""Records that are related to other records, and the relations of a part of a store.

The evidence of relations between two entities depends on their common neighbors. It depends on
which entities these are, resolved by their own values, and on how many records are related to them.
So an increment also resolves the neighbors of the records that it may change. If a record changes,
the evidence of every record that shares a neighbor with it may change, too.

Look-up arrays tell which records of an index segment state a relation to a record id or to a name.
They are built from the segment when an increment first needs them, and exist as long as the
segment.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resolver.hub.increment_candidates import IncrementContext, WorkingSet
from resolver.matching.scoring.relation_evidence import (
    MAX_RELATED,
    RelationTable,
    build_relation_table,
    stated_name,
)
from resolver.records import Batch, concat
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import spread
from resolver.records.properties import HANDLING, RELATION
from resolver.records.stated_links import native_target
from resolver.records.visibility import STRANGER, visible_rows
from resolver.runtime.key_groups import exclude, unite
from resolver.runtime.text_cache import compute_hash64
from resolver.store.segments import Segment

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
_MAX_CACHED_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class RelationLookup:
    """Rows that state relations, by the hash of the id or name that they state.

    `keys` ascend; row `rows[i]` states `keys[i]`. A mark distinguishes ids from names.
    """

    keys: Hashes
    rows: Numbers

    def find(self, keys: Hashes) -> tuple[Numbers, Numbers]:
        """Return (position of the key, row) for all rows that state one of some keys."""
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
    """Return the rows of a batch by the ids and names that their relations state.

    If a target is a native id of its source, the row is also found by the full id. Records that not
    everybody may see are left out, because their relations do not count.
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


_READ_COLUMNS = ("name", RELATION, HANDLING)
_NONE = np.zeros(0, dtype=np.int64)
_MAX_STUBS = 10 * MAX_RELATED
"""Largest number of records that are read around a hub; it would be a hub with more records,
too.
"""


@dataclass(frozen=True)
class RelatedRecords:
    """Relations among the records that a store will hold after an increment.

    `fresh` are the new records, `ended` the records that end. All numbers are ascending.
    """

    context: IncrementContext
    fresh: WorkingSet
    ended: Numbers

    @cached_property
    def exist(self) -> bool:
        """True if relations count, and a record of the store or a new record states a relation."""
        segments = self.context.index.segments
        return bool(self.context.models.relations.kinds) and state_relations(
            [self.fresh.batch, *(segment.batch for segment in segments)]
        )

    def touched_by(
        self, changed: Numbers, edges: Numbers, expand: Callable[[Numbers], Numbers]
    ) -> Numbers:
        """Return the stored records whose evidence some records may change.

        Records in `changed` may get another entity. Relations of the records in `edges` begin or
        end, so their neighbors have another number of relations. `expand` returns all records of
        the entities of some records, because relations count by entities.
        """
        whole = unite(changed, expand(changed))
        direct = self._around(whole, most=self._max_degree, with_names=True)
        neighbors = expand(self._around(edges, most=MAX_RELATED))
        return unite(direct, self._around(neighbors, most=self._max_degree))

    def around(self, numbers: Numbers) -> Numbers:
        """Return the stored records that some records are related to."""
        return self._around(numbers, most=MAX_RELATED)

    def build_table(self, working_set: WorkingSet) -> RelationTable | None:
        """Return the relations among the records of a working set, with degrees in the store."""
        if not self.exist:
            return None
        numbers = np.sort(working_set.numbers)
        stubs = self._around(numbers, most=_MAX_STUBS, with_names=True, cut=True)
        stored = exclude(unite(numbers, stubs), self.fresh.numbers)
        batch = concat([_strip(self.fresh.batch), *self._read(stored)])
        whole = WorkingSet.of(batch, np.concatenate([self.fresh.numbers, stored]))
        table = build_relation_table(whole.batch)
        return (
            None
            if table is None
            else table.select(whole.rows_of(working_set.numbers).astype(np.int64))
        )

    @property
    def _max_degree(self) -> int:
        return self.context.models.relations.max_degree

    def _around(
        self, numbers: Numbers, *, most: int, with_names: bool = False, cut: bool = False
    ) -> Numbers:
        """Return the stored records that remain and are related to some records.

        If more than `most` records state relations to one record, before and after, these are left
        out, or all but `most` of them (`cut`). `with_names`: also include records that state the
        same names.
        """
        if not len(numbers) or not self.context.index.segments:
            # the store has no records that could be related
            return numbers[:0]
        batch = concat([self._take_fresh(numbers), *self._read(self._stored(numbers))])
        ids, names = _read_targets(batch)
        targets = self.context.view.numbers_of(sorted(ids))
        keys = [id_key(text) for text in batch.ids.to_pylist()]
        if with_names:
            keys += [group_name_key(name) for name in sorted(names - {""})]
        stating = self._stating(keys, most, cut=cut)
        numbers_of_ids = [number for number, _ in targets.values()]
        return exclude(unite(np.array(numbers_of_ids, dtype=np.int64), stating), self.ended)

    def _stating(self, keys: Sequence[int], most: int, *, cut: bool) -> Numbers:
        """Return the stored records that state relations to some keys."""
        unique = np.unique(np.array(keys, dtype=np.uint64))
        places, rows = self._fresh_lookup.find(unique)
        pairs = np.unique(np.stack([places, rows], axis=1), axis=0)
        after = np.bincount(pairs[:, 0], minlength=len(unique))
        parts = [(_NONE, _NONE)]
        index = self.context.index
        for segment, lookup in zip(index.segments, load_lookups(index.segments), strict=True):
            places, rows = lookup.find(unique)
            pairs = np.unique(np.stack([places, rows + segment.first], axis=1), axis=0)
            pairs = pairs[index.are_current(pairs[:, 1])]
            parts.append((pairs[:, 0], pairs[:, 1]))
        place, number = (np.concatenate(part) for part in zip(*parts, strict=True))
        stays = ~np.isin(number, self.ended)
        before = np.bincount(place, minlength=len(unique))
        after = after + np.bincount(place[stays], minlength=len(unique))
        is_small = np.minimum(before, after) <= most
        is_chosen = is_small[place]
        if cut:
            order = np.lexsort((number, place))
            first = np.searchsorted(place[order], place[order])
            is_chosen[order] |= np.arange(len(order)) - first < most
        chosen: Numbers = np.unique(number[is_chosen & stays])
        return chosen

    @cached_property
    def _fresh_lookup(self) -> RelationLookup:
        return build_lookup(self.fresh.batch)

    def _stored(self, numbers: Numbers) -> Numbers:
        return exclude(numbers, self.fresh.numbers)

    def _take_fresh(self, numbers: Numbers) -> Batch:
        rows = np.flatnonzero(np.isin(self.fresh.numbers, numbers))
        return _strip(self.fresh.batch.take(rows))

    def _read(self, numbers: Numbers) -> list[Batch]:
        """Return some stored records with only those values that this module reads."""
        return [_strip(self.context.index.batch(numbers))] if len(numbers) else []


def _strip(batch: Batch) -> Batch:
    """Return a batch with only the values from which relations are read."""
    columns = {prop: batch.columns[prop] for prop in _READ_COLUMNS if prop in batch.columns}
    return replace(batch, columns=columns)


def _read_targets(batch: Batch) -> tuple[set[str], set[str]]:
    """Return the ids, in either form, and the names that the relations of a batch state."""
    column = batch.columns.get(RELATION)
    if column is None:
        return set(), set()
    sources, texts = batch.sources.texts(), column.values.to_pylist()
    ids: set[str] = set()
    for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True):
        target_id = split_fields(texts[code], 2)[1]
        if target_id:
            ids |= {target_id, native_target(sources[row], target_id)}
    used = np.unique(column.codes).tolist()
    return ids, {stated_name(texts[code]) for code in used}
