"""Index of a store: records, blocking keys and normal forms, in memory-mapped segments.

The index derives from the store alone and can be deleted at any time: `refresh` reads the commits
since its last segment, or everything where there is none. A commit adds a small segment; small
segments are merged as they add up, so that there are never many, and stay in memory until they are
worth a file. The files lie beside a SQLite store (`file.db.index`), or in a folder per store within
the user's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.hub.segment_contents import (
    PrepareBatch,
    assemble_rows,
    build_segment_arrays,
    concat_prepared,
    fingerprint_program,
    keep_fingerprint,
    load_keys,
    load_prepared,
    merge_segments,
    with_row_ids,
)
from resolver.matching.blocking import RULES, Plan
from resolver.matching.blocking.key_join import hash_contents
from resolver.matching.blocking.key_lookup import (
    BlockPurge,
    KeyTable,
    StoredKeys,
    build_key_table,
    find_stored_pairs,
    merge_key_tables,
)
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.runtime.key_groups import sort_distinct, unite
from resolver.store import OutdatedError, Store, StoreView
from resolver.store.segments import (
    Segment,
    build_segment,
    open_segment_chain,
    remove_other_segments,
    write_segment,
)

Numbers = npt.NDArray[np.int64]
_FORMAT = "6"
_RECORDS_PER_PART = 200_000
_MAX_MISSING_RECORDS = 20_000
MIN_FILE_RECORDS = 5_000
"""Records from which a segment becomes a file; smaller ones are read from the store again."""


def index_folder(store: Store, store_id: str, folder: Path | None = None) -> Path:
    """Return the folder of a store's index; `folder` holds those of several stores."""
    if folder is not None:
        return folder / store_id
    if store.path is not None:
        return Path(f"{store.path}.index")
    return Path.home() / ".cache" / "resolver" / "indexes" / store_id


class RecordIndex:
    """Open index at a `revision` of its store. Not safe for several threads at once.

    `stamp` names the store, the model and all else that `prepare` depends on: files with another
    one are built again.
    """

    def __init__(
        self,
        folder: Path,
        stamp: Mapping[str, str],
        plan: Plan,
        prepare: PrepareBatch,
        min_file_records: int = MIN_FILE_RECORDS,
    ) -> None:
        self._folder, self.plan, self._prepare, self._min_file_records = (
            folder,
            plan,
            prepare,
            min_file_records,
        )
        rules = ",".join(f"{rule.name}:{plan.rules.get(rule.name, '-')}" for rule in RULES)
        self._rules_stamp = {"form": _FORMAT, **stamp, "plan": plan.name, "rules": rules}
        self._segments: list[Segment] = []
        self._is_current = np.zeros(0, dtype=bool)
        self._key_segments: list[StoredKeys] = []
        self._prepared_by_first: dict[int, PreparedBatch] = {}
        self._tables: list[tuple[PreparedBatch, KeyTable]] = []

    @cached_property
    def _stamp(self) -> dict[str, str]:
        keys = keep_fingerprint(
            self._folder, self._rules_stamp, lambda: fingerprint_program(self.plan, self._prepare)
        )
        return {**self._rules_stamp, "keys": keys}

    @property
    def revision(self) -> int:
        """Revision of the store up to which the index is complete."""
        return self._segments[-1].until if self._segments else 0

    def refresh(self, view: StoreView, *, certain: bool = False) -> None:
        """Bring the index to the revision of a view of the present.

        Raises `OutdatedError` where the index is at a later revision: take a newer view. Where that
        is impossible (`certain`: no other process can have committed), and where the index belongs
        to another history, it is built again. Raises `StoreError` where it cannot be written.
        """
        if self.revision == view.revision:
            return
        if not self._segments or view.head.last_record - self._last_record > _MAX_MISSING_RECORDS:
            self._set_segments(open_segment_chain(self._folder, lambda: self._stamp))
        if self.revision > view.revision and not certain:
            raise OutdatedError("the store has moved on", hint="run the command again")
        self._drop_other_history(view)
        if self.revision < view.revision:
            ended = view.records_ended_after(self.revision)
            batch = concat(
                part.batch for part in view.batches(after=self._last_record, include_ended=True)
            )
            self._append(batch, None, view, ended)

    def add(
        self,
        batch: Batch,
        prepared: PreparedBatch | None,
        ended: Numbers,
        view: StoreView,
        keys: KeyTable | None = None,
    ) -> None:
        """Add the records of the commit that a view shows, in the order of their numbers.

        `prepared`: their normal form, where it is at hand, and `keys` those of that. Do nothing
        where the index is not at the revision before.
        """
        if self.revision == view.revision - 1:
            self._append(batch, prepared, view, ended, keys)

    @property
    def _last_record(self) -> int:
        """Highest record number in the index."""
        return self._segments[-1].first + len(self._segments[-1]) - 1 if self._segments else 0

    @property
    def key_segments(self) -> Sequence[StoredKeys]:
        """Keys of all records in the index, one table per segment."""
        return self._key_segments

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Segments in the order of their record numbers; they include records that have ended."""
        return tuple(self._segments)

    def without(self, numbers: Numbers) -> RecordIndex:
        """Return an index in which some records count as ended; it shares the contents of this one.

        Valid until this index is brought to another revision.
        """
        other = copy(self)
        other._is_current, other._tables = self._is_current.copy(), []
        other._is_current[numbers] = False
        other._key_segments = other._load_key_segments()
        return other

    def are_current(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Return for each of some indexed records whether it is current."""
        flags: npt.NDArray[np.bool_] = self._is_current[numbers]
        return flags

    def find_candidates(
        self, prepared: PreparedBatch, purge: BlockPurge | None = None
    ) -> tuple[IntArray, Numbers, int]:
        """Return the pairs (row of a prepared record, number of an indexed one) that the plan
        joins.

        Also return the number of pairs lost to block purging. An indexed record of equal normal
        form is a partner even so, of one of the prepared records that share it. `purge`: counts of
        keys, where the prepared records are not all that is new, or some of them are indexed.
        """
        if not self._key_segments:
            # keys take long to build
            none = np.zeros(0, dtype=np.int64)
            return none.astype(np.int32), none, 0
        keys = self.build_keys(prepared)
        purge = purge or BlockPurge(self._key_segments, keys)
        rows, numbers, purged = find_stored_pairs(
            keys, prepared.kinds, self._key_segments, purge=purge
        )
        twins = self._find_twins(prepared, keys, purge) if purged else None
        if twins is not None:
            rows = np.concatenate([rows, twins[0]])
            numbers = np.concatenate([numbers, twins[1]])
        return rows, numbers, purged

    def _find_twins(
        self, prepared: PreparedBatch, keys: KeyTable, purge: BlockPurge
    ) -> tuple[IntArray, Numbers] | None:
        """Return pairs of a prepared record all of whose keys are purged and each indexed record of
        equal normal form; of equal prepared records one stands for all.
        """
        bases, place = np.unique(keys.base, return_inverse=True)
        is_open = purge.purged_pairs(bases)[place.reshape(-1)] == 0
        if is_open.all():
            return None
        is_purged = np.zeros(len(prepared), dtype=bool)
        is_purged[keys.rows] = True
        is_purged[keys.rows[is_open]] = False
        rows = np.flatnonzero(is_purged)
        if not len(rows):
            return None
        hashes, first = np.unique(hash_contents([BatchRows(prepared, rows)]), return_index=True)
        rows = rows[first]
        # one key of each is enough, since equal records have the same
        of_hubs = np.flatnonzero(np.isin(keys.rows, rows))
        _, one_key = np.unique(keys.rows[of_hubs], return_index=True)
        numbers = purge.bearers(np.unique(keys.base[of_hubs[one_key]]))
        if not len(numbers):
            return None
        stored = hash_contents(self.parts(numbers))
        match = np.minimum(np.searchsorted(hashes, stored), len(hashes) - 1)
        is_equal = hashes[match] == stored
        return rows[match[is_equal]].astype(np.int32), numbers[is_equal]

    def build_purge(
        self, prepared: PreparedBatch | None, fresh: npt.NDArray[np.bool_], ended: Numbers
    ) -> BlockPurge:
        """Count the keys of indexed records without those that end, and of fresh prepared records.

        `fresh`: one flag per row of the prepared records. In an empty index nothing is counted:
        a batch that meets no stored records counts its own keys.
        """
        if prepared is None or not self._key_segments:
            return BlockPurge(self._key_segments, merge_key_tables([], []), ended)
        self._tables.clear()
        keys = self.build_keys(prepared)
        if not fresh.all():
            is_fresh = fresh[keys.rows]
            keys = KeyTable(keys.base[is_fresh], keys.rows[is_fresh], keys.refine[is_fresh])
        return BlockPurge(self._key_segments, keys, ended)

    def records_with_changed_keys(self, purge: BlockPurge) -> Numbers:
        """Return the indexed records with a key that is purged now and was not before, or vice
        versa, and those for which a record that ends may have stood.
        """
        if not self._key_segments:
            return purge.ended[:0]
        bases, twins = purge.fresh.base, None
        if len(purge.ended):
            ended = assemble_rows(self.parts(purge.ended))
            keys = build_key_table(ended, self.plan)
            twins = self._find_twins(ended, keys, purge)
            bases = np.concatenate([bases, keys.base])
        crossed = purge.changed_keys(sort_distinct(bases))
        changed = purge.bearers(crossed) if len(crossed) else purge.ended[:0]
        return changed if twins is None else unite(changed, twins[1])

    def ids(self, numbers: Numbers) -> pa.StringArray:
        """Return the ids of some records by numbers (ascending), in that order."""
        return pa.concat_arrays(
            [segment.batch.ids.take(pa.array(rows)) for segment, rows in self._rows(numbers)]
        )

    def parts(self, numbers: Numbers) -> list[BatchRows]:
        """Return the normal forms of some records, in that order; they lack the sources."""
        return [
            BatchRows(self._prepared_by_first[segment.first], rows)
            for segment, rows in self._rows(numbers)
        ]

    def sources(self, numbers: Numbers) -> list[str]:
        """Return the names of the sources of some records, in that order."""
        names: list[str] = []
        for segment, rows in self._rows(numbers):
            sources = segment.batch.sources
            names += sources.values.take(pa.array(sources.codes[rows])).to_pylist()
        return names

    def batch(self, numbers: Numbers) -> Batch:
        """Return some records by numbers (ascending), in that order; the batch is not canonical."""
        return concat([segment.take(rows) for segment, rows in self._rows(numbers)])

    def _rows(self, numbers: Numbers) -> Iterator[tuple[Segment, Numbers]]:
        """Yield the segments that hold some records, with the rows of these in the segment."""
        for segment in self._segments:
            low, high = np.searchsorted(numbers, [segment.first, segment.first + len(segment)])
            if low < high:
                yield segment, numbers[low:high] - segment.first

    def _append(
        self,
        batch: Batch,
        prepared: PreparedBatch | None,
        view: StoreView,
        ended: Numbers,
        keys: KeyTable | None = None,
    ) -> None:
        normal = prepared if prepared is not None else self._prepare_versions(batch)
        keys = self.build_keys(normal) if keys is None else keys
        segment = build_segment(
            batch,
            since=self.revision,
            until=view.revision,
            committed_at=view.commit_times([view.revision])[view.revision],
            first=self._last_record + 1,
            ended=ended,
            extra=build_segment_arrays(keys, normal),
        )
        segments = self._extend_chain(segment)
        self._set_segments(segments)
        self._tables.clear()
        remove_other_segments(self._folder, segments)

    def _drop_other_history(self, view: StoreView) -> None:
        """Delete the segments where one of them does not belong to the history of the store."""
        times = view.commit_times([segment.until for segment in self._segments])
        if any(times.get(segment.until) != segment.committed_at for segment in self._segments):
            for segment in self._segments:
                if segment.path is not None:
                    segment.path.unlink(missing_ok=True)
            self._set_segments([])

    def _extend_chain(self, segment: Segment) -> list[Segment]:
        """Return the segments with a new one, merged and written to files where that is due."""
        segments = [*self._segments, segment]
        while len(segments) > 1 and 2 * len(segments[-1]) >= len(segments[-2]):
            segments = [*segments[:-2], merge_segments(segments[-2], segments[-1])]
        if segments[-1].path is None and len(segments[-1]) >= self._min_file_records:
            # a chain of files begins at revision 0, so the segments before become files as well
            segments = [self._write(segment) for segment in segments]
        return segments

    def _prepare_versions(self, batch: Batch) -> PreparedBatch:
        """Return the normal form of a batch in any order; each version of a record has its own."""
        parts = []
        for start in range(0, max(len(batch), 1), _RECORDS_PER_PART):
            rows = np.arange(start, min(start + _RECORDS_PER_PART, len(batch)))
            parts.append(self._prepare(with_row_ids(batch.take(rows)).canonical()))
        return parts[0] if len(parts) == 1 else concat_prepared(parts)

    def build_keys(self, prepared: PreparedBatch) -> KeyTable:
        """Return the keys of prepared records.

        Those of the records that a commit began with are kept until it adds them, those of others
        until the next.
        """
        for batch, keys in self._tables:
            if batch is prepared:
                return keys
        keys = build_key_table(prepared, self.plan)
        self._tables = [*self._tables[:1], (prepared, keys)]
        return keys

    def _write(self, segment: Segment) -> Segment:
        return (
            segment
            if segment.path is not None
            else write_segment(self._folder, segment, self._stamp)
        )

    def _set_segments(self, segments: Sequence[Segment]) -> None:
        self._segments = list(segments)
        count = max((segment.first + len(segment) for segment in segments), default=1)
        self._is_current = np.ones(count, dtype=bool)
        self._prepared_by_first = {segment.first: load_prepared(segment) for segment in segments}
        for segment in segments:
            self._is_current[segment.ended] = False
        self._key_segments = self._load_key_segments()

    def _load_key_segments(self) -> list[StoredKeys]:
        return [
            StoredKeys(
                load_keys(segment),
                segment.first,
                segment.batch.kinds,
                self._is_current[segment.first : segment.first + len(segment)],
            )
            for segment in self._segments
        ]
