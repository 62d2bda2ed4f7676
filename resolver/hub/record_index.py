"""Index of a store: records, blocking keys and normal forms, in memory-mapped segments.

The index derives from the store, so you can delete it at any time. `refresh` reads the commits
since its last segment, or the whole store if there is no segment. Each commit adds a small segment.
Small segments are merged, so there are never many of them, and stay in memory until they are large
enough for a file.

The files are next to a SQLite store (`file.db.index`). For other stores, they are in a folder of
the store in the user's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.hub import segment_contents
from resolver.matching.blocking import RULES, Plan, key_lookup
from resolver.matching.blocking.key_join import hash_contents
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
_FORMAT = "7"
_RECORDS_PER_PART = 200_000
_MAX_MISSING_RECORDS = 20_000
"""If more records than this are missing, `refresh` opens the files again, because another process
may have written newer segments.
"""
MIN_FILE_RECORDS = 5_000
"""Minimum number of records of a file. After a restart, smaller segments are read from the store.
"""


def index_folder(store: Store, store_id: str, folder: Path | None = None) -> Path:
    """Return the folder of the index of a store; `folder` is a folder for several stores."""
    if folder is not None:
        return folder / store_id
    if store.path is not None:
        return Path(f"{store.path}.index")
    return Path.home() / ".cache" / "resolver" / "indexes" / store_id


class RecordIndex:
    """Open index at a `revision` of its store. Only one thread may use it at a time; give another
    thread its own `snapshot`.

    `stamp` names the store, the model and everything else that the result of `prepare` depends on.
    Files with another stamp are not used, and the index is built anew.
    """

    def __init__(
        self,
        folder: Path,
        stamp: Mapping[str, str],
        plan: Plan,
        prepare: segment_contents.PrepareBatch,
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
        self._key_segments: list[key_lookup.StoredKeys] = []
        self._prepared_by_first: dict[int, PreparedBatch] = {}
        self._tables: list[tuple[PreparedBatch, key_lookup.KeyTable]] = []

    @cached_property
    def _stamp(self) -> dict[str, str]:
        keys = segment_contents.keep_fingerprint(
            self._folder,
            self._rules_stamp,
            lambda: segment_contents.fingerprint_program(self.plan, self._prepare),
        )
        return {**self._rules_stamp, "keys": keys}

    @property
    def revision(self) -> int:
        """Revision of the store up to which the index is complete."""
        return self._segments[-1].until if self._segments else 0

    def refresh(self, view: StoreView, *, certain: bool = False) -> None:
        """Bring the index to the revision of a view of the present.

        Raises `OutdatedError` if the index is at a later revision: take a newer view. With
        `certain`, no other process can have committed, so the index is then built anew instead. It
        is also built anew if it belongs to another history, such as that of a restored backup.
        Raises `StoreError` if it cannot be written.
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
        keys: key_lookup.KeyTable | None = None,
    ) -> None:
        """Add the records of the commit that a view shows, in the order of their numbers.

        `prepared` is their normal form, and `keys` are its blocking keys, if the caller has them.
        If the index is not at the revision before the commit, nothing happens.
        """
        if self.revision == view.revision - 1:
            self._append(batch, prepared, view, ended, keys)

    @property
    def _last_record(self) -> int:
        """Highest record number in the index."""
        return self._segments[-1].first + len(self._segments[-1]) - 1 if self._segments else 0

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Segments in the order of their record numbers; they include records that have ended."""
        return tuple(self._segments)

    def snapshot(self) -> RecordIndex:
        """Return a copy of this index as it is now, for one thread. The copy shares the contents of
        this index, and stays at its revision when this index moves on.
        """
        other = copy(self)
        # the other parts are replaced, and never changed, when an index moves on
        other._tables = []
        return other

    def without(self, numbers: Numbers) -> RecordIndex:
        """Return a snapshot of this index in which some records count as ended."""
        other = self.snapshot()
        other._is_current = self._is_current.copy()
        other._is_current[numbers] = False
        other._key_segments = other._load_key_segments()
        return other

    def are_current(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Return, for each of these indexed records, whether it is current."""
        flags: npt.NDArray[np.bool_] = self._is_current[numbers]
        return flags

    def find_candidates(
        self, prepared: PreparedBatch, purge: key_lookup.BlockPurge | None = None
    ) -> tuple[IntArray, Numbers, int]:
        """Return the candidate pairs of prepared records with indexed records.

        Return (rows of prepared records, numbers of indexed records, number of pairs that block
        purging removed). Purging never removes a pair of equal normal forms completely: each such
        indexed record is paired with one of the equal prepared records. Give `purge`, the counts of
        keys, if the prepared records are not all new records, or if some of them are indexed.
        """
        if not self._key_segments:
            # return early: keys take long to build
            none = np.zeros(0, dtype=np.int64)
            return none.astype(np.int32), none, 0
        keys = self.build_keys(prepared)
        purge = purge or key_lookup.BlockPurge(self._key_segments, keys)
        rows, numbers, purged = key_lookup.find_stored_pairs(
            keys, prepared.kinds, self._key_segments, purge=purge
        )
        twins = self._find_twins(prepared, keys, purge) if purged else None
        if twins is not None:
            rows = np.concatenate([rows, twins[0]])
            numbers = np.concatenate([numbers, twins[1]])
        return rows, numbers, purged

    def _find_twins(
        self, prepared: PreparedBatch, keys: key_lookup.KeyTable, purge: key_lookup.BlockPurge
    ) -> tuple[IntArray, Numbers] | None:
        """Return the pairs with equal normal forms for prepared records whose keys are all purged.

        Return (rows of prepared records, numbers of indexed records), or None if there are none.
        One of several equal prepared records stands for all.
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
        # one key of each record is enough, since equal records have equal keys
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
    ) -> key_lookup.BlockPurge:
        """Count the keys of indexed records that do not end, and of prepared records that are new.

        `fresh` has one flag per row of the prepared records. For an empty index nothing is counted,
        because the engine counts the keys of a first batch itself.
        """
        if prepared is None or not self._key_segments:
            return key_lookup.BlockPurge(
                self._key_segments, key_lookup.merge_key_tables([], []), ended
            )
        self._tables.clear()
        keys = self.build_keys(prepared)
        if not fresh.all():
            is_fresh = fresh[keys.rows]
            keys = key_lookup.KeyTable(
                keys.base[is_fresh], keys.rows[is_fresh], keys.refine[is_fresh]
            )
        return key_lookup.BlockPurge(self._key_segments, keys, ended)

    def records_with_changed_keys(self, purge: key_lookup.BlockPurge) -> Numbers:
        """Return the indexed records whose keys the commit starts or stops to purge.

        Records that are equal to a record that ends are included, since that record may have stood
        for them (see `find_candidates`).
        """
        if not self._key_segments:
            return purge.ended[:0]
        bases, twins = purge.fresh.base, None
        if len(purge.ended):
            ended = segment_contents.assemble_rows(self.parts(purge.ended))
            keys = key_lookup.build_key_table(ended, self.plan)
            twins = self._find_twins(ended, keys, purge)
            bases = np.concatenate([bases, keys.base])
        crossed = purge.changed_keys(sort_distinct(bases))
        changed = purge.bearers(crossed) if len(crossed) else purge.ended[:0]
        return changed if twins is None else unite(changed, twins[1])

    def ids(self, numbers: Numbers) -> pa.StringArray:
        """Return the ids of some records, given by ascending numbers, in the same order."""
        return pa.concat_arrays(
            [segment.batch.ids.take(pa.array(rows)) for segment, rows in self._rows(numbers)]
        )

    def parts(self, numbers: Numbers) -> list[BatchRows]:
        """Return the normal forms of some records, in the same order, without their sources."""
        return [
            BatchRows(self._prepared_by_first[segment.first], rows)
            for segment, rows in self._rows(numbers)
        ]

    def sources(self, numbers: Numbers) -> list[str]:
        """Return the name of the source of each record, in the same order."""
        names: list[str] = []
        for segment, rows in self._rows(numbers):
            sources = segment.batch.sources
            names += sources.values.take(pa.array(sources.codes[rows])).to_pylist()
        return names

    def batch(self, numbers: Numbers) -> Batch:
        """Return some records, given by ascending numbers. The batch is not canonical."""
        return concat([segment.take(rows) for segment, rows in self._rows(numbers)])

    def _rows(self, numbers: Numbers) -> Iterator[tuple[Segment, Numbers]]:
        """Yield (segment, rows of these records in the segment)."""
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
        keys: key_lookup.KeyTable | None = None,
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
            extra=segment_contents.build_segment_arrays(keys, normal),
        )
        segments = self._extend_chain(segment)
        self._set_segments(segments)
        self._tables.clear()
        remove_other_segments(self._folder, segments)

    def _drop_other_history(self, view: StoreView) -> None:
        """Delete all segments if one of them is not of the history of the store."""
        times = view.commit_times([segment.until for segment in self._segments])
        if any(times.get(segment.until) != segment.committed_at for segment in self._segments):
            for segment in self._segments:
                if segment.path is not None:
                    segment.path.unlink(missing_ok=True)
            self._set_segments([])

    def _extend_chain(self, segment: Segment) -> list[Segment]:
        """Return the segments with a new segment added: small segments are merged, and large ones
        become files.
        """
        segments = [*self._segments, segment]
        while len(segments) > 1 and 2 * len(segments[-1]) >= len(segments[-2]):
            segments = [*segments[:-2], segment_contents.merge_segments(segments[-2], segments[-1])]
        if segments[-1].path is None and len(segments[-1]) >= self._min_file_records:
            # the files must cover all revisions from 0, so write the earlier segments as well
            segments = [self._write(segment) for segment in segments]
        return segments

    def _prepare_versions(self, batch: Batch) -> PreparedBatch:
        """Return the normal form of a batch in any order, which can have several versions of a
        record.
        """
        parts = []
        for start in range(0, max(len(batch), 1), _RECORDS_PER_PART):
            rows = np.arange(start, min(start + _RECORDS_PER_PART, len(batch)))
            parts.append(self._prepare(segment_contents.with_row_ids(batch.take(rows)).canonical()))
        return parts[0] if len(parts) == 1 else segment_contents.concat_prepared(parts)

    def build_keys(self, prepared: PreparedBatch) -> key_lookup.KeyTable:
        """Return the blocking keys of prepared records; two results are cached.

        The first result after a commit is kept until the records are added, since these are its new
        records. The segment that was replaced is kept until the next call.
        """
        for batch, keys in self._tables:
            if batch is prepared:
                return keys
        keys = key_lookup.build_key_table(prepared, self.plan)
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
        self._prepared_by_first = {
            segment.first: segment_contents.load_prepared(segment) for segment in segments
        }
        for segment in segments:
            self._is_current[segment.ended] = False
        self._key_segments = self._load_key_segments()

    def _load_key_segments(self) -> list[key_lookup.StoredKeys]:
        return [
            key_lookup.StoredKeys(
                segment_contents.load_keys(segment),
                segment.first,
                segment.batch.kinds,
                self._is_current[segment.first : segment.first + len(segment)],
            )
            for segment in self._segments
        ]
