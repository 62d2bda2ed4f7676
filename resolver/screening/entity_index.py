"""Entity index: every entity of a store as a prepared profile at one revision, kept up with
commits.

It is a chain of segments. The first holds everything as of some revision; each later one holds what
has changed since and replaces earlier entries. Small segments are merged as they add up, and stay
in memory until they are large enough for a file. The files lie in `profiles` beside those of the
record index, may be deleted at any time, and are rebuilt from the store. A snapshot never changes:
checks keep theirs while the next is built.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.blocking.retrieval.key_lookup import StoredKeys
from resolver.blocking.retrieval.word_lookup import ProfileMask
from resolver.errors import StoreError
from resolver.hub.hub import Hub
from resolver.hub.index.fingerprint import fingerprint_records
from resolver.hub.index.record_index import MIN_FILE_RECORDS, index_folder
from resolver.hub.populations.check_models import build_check_models
from resolver.model_set import ModelSet
from resolver.pipeline import normalize
from resolver.records import Batch, Handling, concat
from resolver.records.datasets import Claim, DatasetScope
from resolver.records.prepared.population import DEFAULT_LISTED
from resolver.records.visibility import Viewer, is_visible
from resolver.scoring import Thresholds
from resolver.screening.active_entities import all_active, count_entities, current_masks
from resolver.screening.index_segment import (
    IndexSegment,
    RevisionRange,
    build_index_segment,
    merge_index_segments,
    open_index_segment,
    write_index_segment,
)
from resolver.screening.source_policy import find_claims, find_refused
from resolver.store import StoreView
from resolver.store.segments import open_segment_chain, remove_other_segments

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_FORMAT = "7"
_MAX_CACHED_RIGHTS = 16
"""Viewers of different rights whose datasets a snapshot keeps; each is a set of names."""
_LOG = logging.getLogger("resolver.index")


@dataclass(frozen=True)
class IndexSnapshot:
    """Entity index at one revision of the store, with the thresholds and models for checks there.

    `population_revision` is that of the last refresh (0: none). `active[i]` marks the entities of
    segment i that no later segment has replaced; `agencies` are those of all lists by name.
    """

    revision: int
    population_revision: int
    agencies: Mapping[str, str]
    thresholds: Thresholds
    models: ModelSet
    segments: tuple[IndexSegment, ...]
    active: tuple[Bools, ...]

    @cached_property
    def claims(self) -> Mapping[Claim, frozenset[Handling] | None]:
        """Datasets of its records by the source that says so, with the handling of the records;
        None if everybody may see one.
        """
        return find_claims(
            [
                (segment.handling, segment.inactive_record_rows(active))
                for segment, active in self._masked_segments
            ]
        )

    @cached_property
    def sources(self) -> frozenset[str]:
        """Names of all lists, and of further datasets that their records are in."""
        return frozenset(self.agencies) | {name for _, name in self.claims}

    def active_of_kind(self, kind: int) -> list[ProfileMask]:
        """Return, for each segment, the active entities that may be of a kind."""
        masks = self._masks_by_kind.get(kind)
        if masks is None:
            of_kind = [
                active & ((segment.prepared.kinds & kind) != 0)
                for segment, active in self._masked_segments
            ]
            masks = self._masks_by_kind[kind] = [ProfileMask.of(mask) for mask in of_kind]
        return masks

    @cached_property
    def _masks_by_kind(self) -> dict[int, list[ProfileMask]]:
        return {}

    @property
    def _masked_segments(self) -> Iterator[tuple[IndexSegment, Bools]]:
        return zip(self.segments, self.active, strict=True)

    def sources_for(self, viewer: Viewer) -> frozenset[str]:
        """Return the names of the lists and datasets of which the viewer may see a record; a list
        without records is known to all.
        """
        return self._known_to(viewer)[0]

    def scope(self, names: frozenset[str], viewer: Viewer) -> DatasetScope:
        """Return the scope of some datasets for a viewer."""
        return DatasetScope(names, self._known_to(viewer)[1])

    def _known_to(self, viewer: Viewer) -> tuple[frozenset[str], frozenset[Claim]]:
        """Return the datasets that a viewer may know, and the claims that do not count; computed
        once for viewers of the same rights.
        """
        rights = replace(viewer, name="named" if viewer.name else "")
        datasets = self._known_by_rights.get(rights)
        if datasets is None:
            shown = [
                claim
                for claim, handlings in self.claims.items()
                if handlings is None or any(is_visible(handling, viewer) for handling in handlings)
            ]
            hidden = {name for _, name in self.claims} - {name for _, name in shown}
            lists = {
                source: self.agencies.get(source, "") for source, name in shown if source == name
            }
            if len(self._known_by_rights) >= _MAX_CACHED_RIGHTS:
                self._known_by_rights.clear()
            datasets = self._known_by_rights[rights] = (
                self.sources - hidden,
                find_refused(shown, lists),
            )
        return datasets

    @cached_property
    def _known_by_rights(self) -> dict[Viewer, tuple[frozenset[str], frozenset[Claim]]]:
        return {}

    @cached_property
    def key_tables(self) -> list[StoredKeys]:
        """Key tables of all segments; number n is the n-th entity, segment after segment."""
        firsts = np.cumsum([0, *(len(segment) for segment in self.segments)])
        return [
            StoredKeys(segment.keys, int(first), segment.prepared.kinds, active)
            for segment, active, first in zip(self.segments, self.active, firsts, strict=False)
        ]


class EntityIndex:
    """Builder and holder of the entity index of a hub's store. Not thread-safe, except for
    `snapshot`.
    """

    def __init__(
        self, hub: Hub, min_file_records: int = MIN_FILE_RECORDS, listed: float = DEFAULT_LISTED
    ) -> None:
        self._hub, self._min_file_records, self._listed = hub, min_file_records, listed
        self._snapshot: IndexSnapshot | None = None
        self.activity = ""
        """Description of a long step in progress, or empty."""

    @property
    def snapshot(self) -> IndexSnapshot | None:
        """Latest snapshot, or None before the first refresh."""
        return self._snapshot

    def refresh(self) -> IndexSnapshot:
        """Bring the index to the current revision.

        Raises `StoreError` for an empty store, and for one that was resolved with another model.
        """
        with self._hub.store.view() as view:
            if not view.head.plan:
                raise StoreError(
                    "the store is empty",
                    place=self._hub.store.url,
                    hint="run `resolver dedupe --store` first",
                )
            # refuse a store of another model before anything is built from it
            self._hub.options_of(view.head)
            snapshot = self._snapshot
            if snapshot is not None and (
                snapshot.revision == view.revision and self._same_history(view, snapshot)
            ):
                return snapshot
            if snapshot is None or not self._same_history(view, snapshot):
                self.activity = "reading the entity index"
                snapshot = self._load_files(view)
            if snapshot is None:
                with self._lock(view):
                    # another process may have built it meanwhile
                    snapshot = self._load_files(view) or self._build(view)
            if snapshot.revision < view.revision:
                snapshot = self._catch_up(snapshot, view)
        self._snapshot, self.activity = snapshot, ""
        return snapshot

    def _folder(self, view: StoreView) -> Path:
        return index_folder(self._hub.store, view.head.store_id, self._hub.index_dir) / "profiles"

    def _stamp(self, view: StoreView) -> dict[str, str]:
        return {
            "form": _FORMAT,
            "store": view.head.store_id,
            "made": self._content_digest,
            "population": str(self._hub.store_models.revision_at(view)),
            **self._hub.models.stamp,
        }

    @cached_property
    def _content_digest(self) -> str:
        """Digest of the segment of a few fixed records: a program that builds other arrays builds
        its own files.
        """
        no_entities = np.zeros(0, dtype=np.int64)
        segment = build_index_segment(
            fingerprint_records(),
            np.arange(2),
            {0: "a", 1: "b"},
            RevisionRange(0, 1, "", no_entities),
            lambda batch: normalize(batch, self._hub.models),
        )
        digest = hashlib.sha256()
        for name, array in sorted(segment.arrays.items()):
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def _load_files(self, view: StoreView) -> IndexSnapshot | None:
        """Load the files, as far as they belong to the history of this store."""
        # checks read at random places, for which small pages cost too many page-table look-ups
        segments = open_segment_chain(self._folder(view), self._stamp(view), large_pages=True)
        committed = view.commit_times([stored.until for stored in segments])
        usable: list[IndexSegment] = []
        for stored in segments:
            if stored.until > view.revision or committed.get(stored.until) != stored.committed_at:
                break
            usable.append(open_index_segment(stored))
        return self._build_snapshot(view, usable) if usable else None

    @contextmanager
    def _lock(self, view: StoreView) -> Iterator[None]:
        """Let one process build the whole index while others wait instead of doing the same."""
        folder = self._folder(view)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = open(folder / "lock", "a")  # noqa: SIM115
        except OSError:
            # nothing can be written there, so each process builds its own
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _build(self, view: StoreView) -> IndexSnapshot:
        _LOG.info("building the entity index anew, at revision %d", view.revision)
        record, entity = view.all_members()
        self.activity = f"building the entity index of {len(record):,} records"
        segment = self._build_segment(view, record, entity, 0, np.zeros(0, dtype=np.int64))
        return self._compact(view, [segment])

    def _catch_up(self, snapshot: IndexSnapshot, view: StoreView) -> IndexSnapshot:
        changed = view.changed_entities(snapshot.revision)
        record, entity, _ = view.members(changed.tolist())
        segment = self._build_segment(view, record, entity, snapshot.revision, changed)
        active = [mask.copy() for mask in snapshot.active]
        for earlier, mask in zip(snapshot.segments, active, strict=True):
            mask[earlier.rows_of(changed)] = False
        return self._compact(view, [*snapshot.segments, segment], [*active, *all_active([segment])])

    def _build_segment(
        self,
        view: StoreView,
        record: Numbers,
        entity: Numbers,
        since: int,
        changed_entities: Numbers,
    ) -> IndexSegment:
        names = view.entity_ids(np.unique(entity).tolist())
        revisions = RevisionRange(
            since,
            view.revision,
            view.commit_times([view.revision])[view.revision],
            changed_entities,
        )
        models, workers = self._hub.models_at(view), self._hub.options_of(view.head).workers
        return build_index_segment(
            self._load_records(view, record),
            entity,
            names,
            revisions,
            # deduplicated sources play no part between a query and an entity
            lambda batch: normalize(batch, models, workers=workers),
        )

    def _load_records(self, view: StoreView, numbers: Numbers) -> Batch:
        """Return the records of some numbers, in their order."""
        order = np.argsort(numbers, kind="stable")
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        if len(numbers) > self._min_file_records:
            with self._hub.indexed_view() as (_, index):
                return index.batch(numbers[order]).take(back)
        return concat([part.batch for part in view.batches_of(numbers[order])]).take(back)

    def _compact(
        self,
        view: StoreView,
        segments: Sequence[IndexSegment],
        active: Sequence[Bools] | None = None,
    ) -> IndexSnapshot:
        """Merge small segments, and write large ones to files."""
        merged = list(segments)
        masks = list(active) if active is not None else all_active(merged)
        while len(merged) > 1 and 2 * len(merged[-1]) >= len(merged[-2]):
            earlier, later = merged[-2].stored, merged[-1].stored
            ended = np.union1d(earlier.ended, later.ended)
            revisions = RevisionRange(earlier.since, later.until, later.committed_at, ended)
            united = merge_index_segments(merged[-2:], masks[-2:], revisions)
            merged[-2:], masks[-2:] = [united], all_active([united])
        if merged[-1].stored.path is None and len(merged[-1]) >= self._min_file_records:
            merged = self._write_files(view, merged)
        return self._build_snapshot(view, merged, masks)

    def _write_files(self, view: StoreView, segments: Sequence[IndexSegment]) -> list[IndexSegment]:
        # a chain of files begins at revision 0, so earlier segments are written as well
        try:
            stored_segments = [
                segment
                if segment.stored.path is not None
                else write_index_segment(self._folder(view), segment, self._stamp(view))
                for segment in segments
            ]
            remove_other_segments(
                self._folder(view), [segment.stored for segment in stored_segments]
            )
        except StoreError as error:
            # this process serves from memory; the next one builds the index again
            _LOG.warning("the entity index cannot be written to files: %s", error.line())
            return list(segments)
        return stored_segments

    def _build_snapshot(
        self,
        view: StoreView,
        segments: Sequence[IndexSegment],
        active: Sequence[Bools] | None = None,
    ) -> IndexSnapshot:
        masks = list(active) if active is not None else current_masks(segments)
        snapshot = IndexSnapshot(
            segments[-1].stored.until,
            self._hub.store_models.revision_at(view),
            {source.name: source.agency for source in view.sources()},
            self._hub.options_of(view.head).thresholds,
            build_check_models(self._hub, view, count_entities(segments, masks), self._listed),
            tuple(segments),
            tuple(masks),
        )
        # compute lazy values here, so that no check has to
        _ = snapshot.sources
        for segment in segments:
            segment.warm()
        return snapshot

    def _same_history(self, view: StoreView, snapshot: IndexSnapshot) -> bool:
        """Return whether a view shows a later state of a snapshot, in the same population."""
        last = snapshot.segments[-1].stored
        return (
            snapshot.revision <= view.revision
            and snapshot.population_revision == self._hub.store_models.revision_at(view)
            and view.commit_times([last.until]).get(last.until) == last.committed_at
        )
