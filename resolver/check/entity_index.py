"""Entity index: every entity of a store as a prepared profile at one revision, kept up with
commits.

It has a layer for each class of viewers that has asked. A layer has the entities of which the class
sees more records than the class before it (`viewer_classes`), as profiles of the visible records.
The first layer, with what everybody may see, holds most of a store. So an answer reads profiles
that were prepared for its viewer from visible records only. A commit of other records changes no
layer that the viewer reads.

A layer is a chain of segments. The first segment holds everything up to some revision. Each later
one holds the changes since, and replaces earlier entries. Small segments are merged as they add up,
and stay in memory until they are large enough for a file. The files are in the folder `profiles`
beside the files of the record index. They may be deleted at any time, and are rebuilt from the
store. A snapshot never changes: checks keep theirs while the next snapshot is built.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.check.index_segment import (
    EntityContent,
    IndexSegment,
    RevisionRange,
    build_index_segment,
    merge_index_segments,
    open_index_segment,
    write_index_segment,
)
from resolver.check.source_policy import find_refused
from resolver.check.visible_history import visible_events
from resolver.data import digest_tables
from resolver.errors import StoreError
from resolver.hub.hub import Hub
from resolver.hub.job_worker import build_check_models
from resolver.hub.record_index import MIN_FILE_RECORDS, index_folder
from resolver.hub.segment_contents import fingerprint_records, keep_fingerprint
from resolver.matching.blocking.key_lookup import StoredKeys
from resolver.matching.blocking.word_lookup import ProfileMask
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import ModelSet
from resolver.matching.scoring import Thresholds
from resolver.records import Batch, Handling, concat
from resolver.records.kinds import count_kinds
from resolver.records.packing import unpack_handling
from resolver.records.prepared.population import find_dated_shift
from resolver.records.properties import HANDLING
from resolver.records.visibility import (
    STRANGER,
    Audience,
    Claim,
    DatasetScope,
    Viewer,
    is_visible,
    viewer_classes,
    visible_rows,
)
from resolver.store import StoredSource, StoreHead, StoreView
from resolver.store.segments import open_segment_chain, remove_other_segments

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_FORMAT = "11"
_LOG = logging.getLogger("resolver.index")


class IndexPlace(Protocol):
    """Entity of the index: its id, the number of its segment, and its row there."""

    @property
    def id(self) -> str:
        """Id of the entity."""

    @property
    def segment(self) -> int:
        """Number of its segment."""

    @property
    def row(self) -> int:
        """Its row there."""


@dataclass(frozen=True)
class IndexSnapshot:
    """Entity index at one revision of the store, as a class of viewers sees it, with the thresholds
    and models for checks.

    `dated_shift` (thousandths of log-odds) is added to people if a query states a birth date.
    `population_revision` is the revision of the last refresh (0: none). `active[i]` is true if
    neither a later segment nor a layer of the viewer replaces entity i of the segment. `sources`
    are the names of the lists and datasets that the viewer may know (everybody may know a list
    without records). `refused` are the claims on datasets that do not count. `partial` are the
    numbers of the entities of which the viewer may not see all records. `decision_count` is the
    number of decisions.
    """

    revision: int
    population_revision: int
    sources: frozenset[str]
    refused: frozenset[Claim]
    thresholds: Thresholds
    models: ModelSet
    segments: tuple[IndexSegment, ...]
    active: tuple[Bools, ...]
    partial: frozenset[int] = frozenset()
    decision_count: int = 0
    dated_shift: int = 0

    @cached_property
    def entity_count(self) -> int:
        """Number of entities of which the viewer may see a record."""
        return sum(int(mask.sum()) for mask in self.active)

    @cached_property
    def agencies(self) -> frozenset[tuple[str, str]]:
        """(source, agency) for each agency whose handling a record states that the viewer may
        see.
        """
        return frozenset().union(
            *(
                segment.agencies_of(mask)
                for segment, mask in zip(self.segments, self.active, strict=True)
            )
        )

    def scope(self, names: frozenset[str]) -> DatasetScope:
        """Return the scope of some datasets."""
        return DatasetScope(names, self.refused)

    def change_span(self, place: IndexPlace) -> tuple[int, int]:
        """Return the revisions of the first and the last of those changes of an entity that the
        viewer may know.
        """
        segment, row = self.segments[place.segment], place.row
        return int(segment.first_revisions[row]), int(segment.last_revisions[row])

    def active_of_kind(self, kind: int) -> list[ProfileMask]:
        """Return, for each segment, the active entities that may be of a kind."""
        masks = self._masks_by_kind.get(kind)
        if masks is None:
            of_kind = [
                active & ((segment.prepared.kinds & kind) != 0)
                for segment, active in zip(self.segments, self.active, strict=True)
            ]
            masks = self._masks_by_kind[kind] = [ProfileMask.of(mask) for mask in of_kind]
        return masks

    def has_kind(self, kind: int) -> bool:
        """Return whether any active entity may be of a kind."""
        if kind not in self._kinds_present:
            self._kinds_present[kind] = any(mask.active.any() for mask in self.active_of_kind(kind))
        return self._kinds_present[kind]

    @cached_property
    def _kinds_present(self) -> dict[int, bool]:
        return {}

    @cached_property
    def _masks_by_kind(self) -> dict[int, list[ProfileMask]]:
        return {}

    @cached_property
    def key_tables(self) -> list[StoredKeys]:
        """Key tables of all segments; number n is the n-th entity, counted through all segments."""
        firsts = np.cumsum([0, *(len(segment) for segment in self.segments)])
        return [
            StoredKeys(segment.keys, int(first), segment.prepared.kinds, active)
            for segment, active, first in zip(self.segments, self.active, firsts, strict=False)
        ]


@dataclass(frozen=True)
class _Layer:
    """Entities of which a class of viewers sees more than the class before, up to a `revision`.

    `active[i]` marks the entities of segment i that no later segment has replaced.
    """

    revision: int
    segments: tuple[IndexSegment, ...]
    active: tuple[Bools, ...]

    @cached_property
    def entities(self) -> Numbers:
        """Numbers of the active entities, ascending."""
        numbers = [
            segment.entities[mask] for segment, mask in zip(self.segments, self.active, strict=True)
        ]
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *numbers]))

    def without(self, entities: Numbers) -> list[Bools]:
        """Return the masks of active entities without some (ascending)."""
        if not len(entities):
            return list(self.active)
        masks = [mask.copy() for mask in self.active]
        for segment, mask in zip(self.segments, masks, strict=True):
            mask[segment.rows_of(entities)] = False
        return masks

    def contents(self, entities: Sequence[int]) -> dict[int, EntityContent]:
        """Return the contents of the active entities among some entities."""
        contents: dict[int, EntityContent] = {}
        sought = np.array(sorted(entities), dtype=np.int64)
        for segment, mask in zip(self.segments, self.active, strict=True):
            rows = segment.rows_of(sought)
            for row in rows[mask[rows]].tolist():
                contents[int(segment.entities[row])] = segment.describe(row)
        return contents


@dataclass(frozen=True)
class _IndexState:
    """Layers of the classes that have asked, and the snapshots that were made from them, at one
    revision.

    `restricted`: handling of the records that not everybody may see, by the number of their entity.
    `head`: state of the store.
    """

    revision: int
    population_revision: int
    restricted: Mapping[int, frozenset[Handling]]
    layers: Mapping[Viewer, _Layer]
    head: StoreHead
    snapshots: dict[Viewer, IndexSnapshot] = field(default_factory=dict)

    def partial_for(self, viewer: Viewer) -> frozenset[int]:
        """Return the entities with a record that a viewer may not see."""
        hidden = {
            handling
            for handlings in set(self.restricted.values())
            for handling in handlings
            if not is_visible(handling, viewer)
        }
        return frozenset(
            entity
            for entity, handlings in self.restricted.items()
            if not hidden.isdisjoint(handlings)
        )


@dataclass(frozen=True)
class _Members:
    """Records of some entities: their batch, with the number and the entity of each record; ordered
    by entity, then record.
    """

    entities: Numbers
    numbers: Numbers
    owners: Numbers
    batch: Batch

    def visible_to(self, viewer: Viewer) -> Bools:
        """Return which records a viewer may see."""
        visible = visible_rows(self.batch, viewer)
        return np.ones(len(self.batch), dtype=bool) if visible is None else visible

    def restricted(self) -> dict[int, frozenset[Handling]]:
        """Return the handling of the records that not everybody may see, by entity."""
        column = self.batch.columns.get(HANDLING)
        handlings: dict[int, set[Handling]] = {}
        if column is not None:
            values = [unpack_handling(text) for text in column.values.to_pylist()]
            for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True):
                if not is_visible(values[code], STRANGER):
                    handlings.setdefault(int(self.owners[row]), set()).add(values[code])
        return {entity: frozenset(stated) for entity, stated in handlings.items()}


class EntityIndex:
    """Builder and holder of the entity index of a hub's store. Not thread-safe, except for
    `snapshot_for`.

    `is_private`: the store ends with this process and is only used for checks. So no files are
    written, and terms are made only when a search needs them.
    """

    def __init__(
        self,
        hub: Hub,
        min_file_records: int = MIN_FILE_RECORDS,
        listed: float | None = None,
        *,
        is_private: bool = False,
    ) -> None:
        self._hub, self._min_file_records, self._listed = hub, min_file_records, listed
        self._is_private = is_private
        self._state: _IndexState | None = None
        self.head: StoreHead | None = None
        """State of the store at the last refresh; None before the first."""
        self._digest = ""
        self._restricted: dict[int, frozenset[Handling]] | None = None
        self.activity = ""
        """Description of a long step in progress, or empty."""

    def snapshot_for(self, viewer: Viewer = STRANGER) -> IndexSnapshot | None:
        """Return the latest snapshot of a viewer's class; None before `refresh` has made one."""
        state = self._state
        return None if state is None else state.snapshots.get(viewer_classes(viewer)[-1])

    def refresh(self, viewer: Viewer = STRANGER) -> IndexSnapshot:
        """Bring the index to the current revision, for a viewer and all viewers that asked before.

        Raises `StoreError` for an empty store, and for a store that was resolved with another
        model.
        """
        own = viewer_classes(viewer)[-1]
        with self._hub.store.view() as view:
            state = self._state
            if state is not None and own in state.snapshots and view.head == state.head:
                return state.snapshots[own]
            if not view.head.plan:
                raise StoreError(
                    "the store is empty",
                    place=self._hub.store.url,
                    hint="run `resolver dedupe --store` first",
                )
            # refuse a store of another model before anything is built from it
            self._hub.options_of(view.head)
            is_usable = state is not None and self._same_history(view, state)
            if state is not None and is_usable and state.revision == view.revision:
                if own in state.snapshots:
                    self._state, self.head = replace(state, head=view.head), view.head
                    return state.snapshots[own]
                viewers = {own}
            else:
                viewers = {STRANGER, own, *(state.snapshots if state is not None else ())}
            state = self._update(view, state if is_usable else None, viewers)
        self._state, self.head, self.activity = state, state.head, ""
        return state.snapshots[own]

    def _update(
        self, view: StoreView, state: _IndexState | None, viewers: set[Viewer]
    ) -> _IndexState:
        """Return the state at the revision of a view, with the snapshots of some viewers."""
        self._restricted = None
        classes = dict.fromkeys(
            row for viewer in sorted(viewers, key=_label) for row in viewer_classes(viewer)
        )
        layers: dict[Viewer, _Layer] = dict(state.layers) if state is not None else {}
        for viewer in classes:
            if viewer not in layers:
                self.activity = "reading the entity index"
                layers[viewer] = self._open_layer(view, viewer)
        members: dict[int, _Members] = {}
        for viewer, layer in layers.items():
            if layer.revision < view.revision:
                if layer.revision not in members:
                    changed = view.changed_entities(layer.revision)
                    members[layer.revision] = self._load_members(view, changed)
                layers[viewer] = self._catch_up(view, viewer, layer, members[layer.revision])
        if state is None:
            restricted = self._find_restricted(view)
        elif state.revision == view.revision:
            restricted = dict(state.restricted)
        else:
            changes = members[state.revision]
            restricted = {**state.restricted}
            for entity in changes.entities.tolist():
                restricted.pop(entity, None)
            restricted |= changes.restricted()
        updated = _IndexState(
            view.revision,
            self._hub.store_models.revision_at(view),
            restricted,
            layers,
            view.head,
            dict(state.snapshots) if state is not None and state.revision == view.revision else {},
        )
        models = build_check_models(
            self._hub, view, _count_entities(layers[STRANGER]), self._listed
        )
        sources = view.sources(counted=True)
        for viewer in viewers:
            updated.snapshots[viewer] = self._build_snapshot(view, updated, viewer, models, sources)
        return updated

    def _folder(self, view: StoreView, viewer: Viewer) -> Path:
        folder = index_folder(self._hub.store, view.head.store_id, self._hub.index_dir) / "profiles"
        return folder if viewer == STRANGER else folder / _digest(viewer)

    def _stamp(self, view: StoreView, viewer: Viewer) -> dict[str, str]:
        return {
            "form": _FORMAT,
            "viewers": _digest(viewer),
            "store": view.head.store_id,
            "made": self._find_digest(view),
            "population": str(self._hub.store_models.revision_at(view)),
            **({"erasures": str(view.head.erasures)} if view.head.erasures else {}),
            **self._hub.models.stamp,
        }

    def _find_digest(self, view: StoreView) -> str:
        """Return the digest of the tables of words and of the segment of a few fixed records. A
        program with another digest builds its own files.
        """
        if not self._digest:
            stamp = {"form": _FORMAT, **self._hub.models.stamp}
            self._digest = keep_fingerprint(
                self._folder(view, STRANGER), stamp, self._compute_digest
            )
        return self._digest

    def _compute_digest(self) -> str:
        segment = build_index_segment(
            fingerprint_records(),
            {0: EntityContent("a", 1, 1, (1,)), 1: EntityContent("b", 1, 1, (2,))},
            RevisionRange(0, 1, "", np.zeros(0, dtype=np.int64)),
            lambda batch: normalize(batch, self._hub.models),
        )
        digest = hashlib.sha256(digest_tables().encode())
        for name, array in sorted(segment.arrays.items()):
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def _open_layer(self, view: StoreView, viewer: Viewer) -> _Layer:
        layer = self._load_files(view, viewer)
        if layer is None:
            with self._lock(view, viewer):
                # another process may have built the layer meanwhile
                layer = self._load_files(view, viewer) or self._build(view, viewer)
        return layer

    def _load_files(self, view: StoreView, viewer: Viewer) -> _Layer | None:
        """Load those files of a layer that belong to the history of this store."""
        folder = self._folder(view, viewer)
        # checks read at random places; with small pages this costs too many page-table look-ups
        segments = open_segment_chain(folder, lambda: self._stamp(view, viewer), large_pages=True)
        committed = view.commit_times([stored.until for stored in segments])
        usable: list[IndexSegment] = []
        for stored in segments:
            if stored.until > view.revision or committed.get(stored.until) != stored.committed_at:
                break
            usable.append(open_index_segment(stored))
        if not usable:
            return None
        return _Layer(usable[-1].stored.until, tuple(usable), tuple(current_masks(usable)))

    @contextmanager
    def _lock(self, view: StoreView, viewer: Viewer) -> Iterator[None]:
        """Let one process build a whole layer, while other processes wait instead of building it,
        too.
        """
        folder = self._folder(view, viewer)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = open(folder / "lock", "a")  # noqa: SIM115
        except OSError:
            # nothing can be written to the folder, so each process builds its own index
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _build(self, view: StoreView, viewer: Viewer) -> _Layer:
        _LOG.info("building the entity index anew, at revision %d", view.revision)
        record, entity = view.all_members()
        if viewer != STRANGER:
            # entities without restricted records have only records that everybody may see
            restricted = sorted(self._find_restricted(view))
            if not restricted:
                return _Layer(view.revision, (), ())
            record, entity, _ = view.members(restricted)
        # no number of records: viewers see this text, but perhaps not all records
        self.activity = "building the entity index"
        members = self._order_members(view, np.unique(entity), record, entity)
        layer = _Layer(view.revision, (), ())
        contents = self._describe(view, viewer, members)
        return self._append(view, viewer, layer, members, contents, np.zeros(0, dtype=np.int64))

    def _catch_up(
        self, view: StoreView, viewer: Viewer, layer: _Layer, members: _Members
    ) -> _Layer:
        """Bring a layer to the revision of a view; `members` are the records of all changed
        entities.

        If only records change that the class does not see, the layer does not change.
        """
        before = layer.contents(members.entities.tolist())
        contents = self._describe(view, viewer, members)
        changed = [
            entity
            for entity in members.entities.tolist()
            if before.get(entity) != contents.get(entity)
        ]
        if not changed:
            return _Layer(view.revision, layer.segments, layer.active)
        contents = {entity: contents[entity] for entity in changed if entity in contents}
        return self._append(view, viewer, layer, members, contents, np.array(changed))

    def _append(
        self,
        view: StoreView,
        viewer: Viewer,
        layer: _Layer,
        members: _Members,
        contents: Mapping[int, EntityContent],
        changed: Numbers,
    ) -> _Layer:
        """Return a layer with one more segment, of some of the entities of `members`."""
        since = layer.segments[-1].stored.until if layer.segments else 0
        if not contents and not layer.segments:
            return _Layer(view.revision, (), ())
        until = RevisionRange(
            since, view.revision, view.commit_times([view.revision])[view.revision], changed
        )
        models, workers = self._hub.models_at(view), self._hub.options_of(view.head).workers
        shown = [number for content in contents.values() for number in content.records]
        rows = np.flatnonzero(np.isin(members.numbers, shown))
        segment = build_index_segment(
            members.batch.take(rows),
            contents,
            until,
            # deduplicated sources do not matter between a query and an entity
            lambda batch: normalize(batch, models, workers=workers),
        )
        masks = [*layer.without(changed), *all_active([segment])]
        return self._compact(view, viewer, [*layer.segments, segment], masks)

    def _describe(
        self, view: StoreView, viewer: Viewer, members: _Members
    ) -> dict[int, EntityContent]:
        """Return the contents of the layer of a class for some entities, by number, ascending."""
        visible = members.visible_to(viewer)
        classes = viewer_classes(viewer)
        if len(classes) > 1:
            is_more = visible & ~members.visible_to(classes[-2])
            visible = visible & np.isin(members.owners, members.owners[is_more])
        rows = np.flatnonzero(visible)
        owners, starts = np.unique(members.owners[rows], return_index=True)
        numbers = np.split(members.numbers[rows], starts[1:])
        view = view.seen_by(viewer)
        ids = view.entity_ids(owners.tolist())
        revisions = _find_revisions(view, viewer, ids)
        return {
            entity: EntityContent(ids[entity], *revisions[entity], tuple(part.tolist()))
            for entity, part in zip(owners.tolist(), numbers, strict=False)
        }

    def _find_restricted(self, view: StoreView) -> dict[int, frozenset[Handling]]:
        """Return the handling of all records that not everybody may see, by entity; read once for
        all layers of an update.
        """
        if self._restricted is not None:
            return self._restricted
        handling = {
            number: stated
            for number, stated in view.all_handling().items()
            if not is_visible(stated, STRANGER)
        }
        record, entity, _ = view.memberships(sorted(handling))
        restricted: dict[int, set[Handling]] = {}
        for number, owner in zip(record.tolist(), entity.tolist(), strict=True):
            restricted.setdefault(owner, set()).add(handling[number])
        self._restricted = {owner: frozenset(stated) for owner, stated in restricted.items()}
        return self._restricted

    def _load_members(self, view: StoreView, entities: Numbers) -> _Members:
        record, entity, _ = view.members(entities.tolist())
        return self._order_members(view, entities, record, entity)

    def _order_members(
        self, view: StoreView, entities: Numbers, record: Numbers, entity: Numbers
    ) -> _Members:
        order = np.lexsort((record, entity))
        numbers = record[order]
        return _Members(entities, numbers, entity[order], self._load_records(view, numbers))

    def _load_records(self, view: StoreView, numbers: Numbers) -> Batch:
        """Return the records of some numbers, in their order."""
        order = np.argsort(numbers, kind="stable")
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        if not len(numbers):
            return Batch.from_records([])
        if len(numbers) > self._min_file_records:
            with self._hub.indexed_view() as (_, index):
                return index.batch(numbers[order]).take(back)
        return concat([part.batch for part in view.batches_of(numbers[order])]).take(back)

    def _compact(
        self,
        view: StoreView,
        viewer: Viewer,
        segments: Sequence[IndexSegment],
        active: Sequence[Bools],
    ) -> _Layer:
        """Merge small segments, and write large ones to files."""
        merged, masks = list(segments), list(active)
        while len(merged) > 1 and 2 * len(merged[-1]) >= len(merged[-2]):
            earlier, later = merged[-2].stored, merged[-1].stored
            ended = np.union1d(earlier.ended, later.ended)
            revisions = RevisionRange(earlier.since, later.until, later.committed_at, ended)
            united = merge_index_segments(merged[-2:], masks[-2:], revisions)
            merged[-2:], masks[-2:] = [united], all_active([united])
        is_large = len(merged[-1]) >= self._min_file_records
        if merged[-1].stored.path is None and is_large and not self._is_private:
            merged = self._write_files(view, viewer, merged)
        # compute lazy values here, so that no check has to do it
        for segment in merged:
            segment.warm(with_terms=not self._is_private)
        return _Layer(view.revision, tuple(merged), tuple(masks))

    def _write_files(
        self, view: StoreView, viewer: Viewer, segments: Sequence[IndexSegment]
    ) -> list[IndexSegment]:
        # a chain of files begins at revision 0, so earlier segments are written, too
        folder, stamp = self._folder(view, viewer), self._stamp(view, viewer)
        try:
            stored_segments = [
                segment
                if segment.stored.path is not None
                else write_index_segment(folder, segment, stamp)
                for segment in segments
            ]
            remove_other_segments(folder, [segment.stored for segment in stored_segments])
        except StoreError as error:
            # this process serves from memory; the next process builds the index again
            _LOG.warning("the entity index cannot be written to files: %s", error.line())
            return list(segments)
        return stored_segments

    def _build_snapshot(
        self,
        view: StoreView,
        state: _IndexState,
        viewer: Viewer,
        models: ModelSet,
        sources: Sequence[StoredSource],
    ) -> IndexSnapshot:
        """Build the snapshot of a viewer; `sources` are all lists, with their numbers of records.

        `models`: models for checks in the population that everybody may see. A viewer who sees far
        more gets answers in a larger population.
        """
        layers = [state.layers[row] for row in viewer_classes(viewer)]
        masks: list[Bools] = []
        replaced = np.zeros(0, dtype=np.int64)
        for layer in reversed(layers):
            masks = [*layer.without(replaced), *masks]
            replaced = np.union1d(replaced, layer.entities)
        segments = [segment for layer in layers for segment in layer.segments]
        population = self._hub.models_at(view).population
        key = "" if population is None else population.find_key(Audience.of([viewer]))
        if key:
            counts: Counter[str] = Counter()
            for segment, mask in zip(segments, masks, strict=True):
                counts.update(count_kinds(segment.prepared.kinds[mask]))
            models = build_check_models(self._hub, view, counts, self._listed, key)
        claims: set[Claim] = set()
        for segment, mask in zip(segments, masks, strict=True):
            claims |= segment.claims_of(mask)
        visible = {source for source, name in claims if source == name}
        agencies = {source.name: source.agency for source in sources if source.name in visible}
        names = {source.name for source in sources if not source.records}
        names |= {name for _, name in claims}
        return IndexSnapshot(
            state.revision,
            state.population_revision,
            frozenset(names),
            find_refused(claims, agencies),
            self._hub.options_of(view.head).thresholds,
            models,
            tuple(segments),
            tuple(masks),
            state.partial_for(viewer),
            view.decision_count(),
            find_dated_shift(self._listed),
        )

    def _same_history(self, view: StoreView, state: _IndexState) -> bool:
        """Return whether a view shows a later state of the store, in the same population. The store
        may have been restored from a backup and then have had other commits.
        """
        if state.revision > view.revision:
            return False
        if view.commit_times([state.revision]).get(state.revision) != state.head.committed_at:
            return False
        if state.head.erasures != view.head.erasures:
            # segments that were made before an erasure hold erased values
            return False
        # a population is measured by a commit, so at the same revision it is the same; this saves a
        # query, which would be a twentieth of the time of each check
        is_same = state.revision == view.revision
        return is_same or state.population_revision == self._hub.store_models.revision_at(view)


def all_active(segments: Sequence[IndexSegment]) -> list[Bools]:
    """Return masks of all rows of each segment."""
    return [np.ones(len(segment), dtype=bool) for segment in segments]


def current_masks(segments: Sequence[IndexSegment]) -> list[Bools]:
    """Return the rows of each segment that no later segment has ended."""
    masks = all_active(segments)
    for place, segment in enumerate(segments):
        for earlier, mask in zip(segments[:place], masks, strict=False):
            mask[earlier.rows_of(np.asarray(segment.stored.ended))] = False
    return masks


def _count_entities(layer: _Layer) -> dict[str, int]:
    """Count the active entities of a layer by label of kind.

    Each segment is counted once, and the number of replaced entities is subtracted.
    """
    counts: Counter[str] = Counter()
    for segment, mask in zip(layer.segments, layer.active, strict=True):
        counts.update(segment.kind_counts)
        counts.subtract(count_kinds(segment.prepared.kinds[~mask]))
    return dict(counts)


def _find_revisions(
    view: StoreView, viewer: Viewer, ids: Mapping[int, str]
) -> dict[int, tuple[int, int]]:
    """Return, for some entities (number → id), the revisions of the first and the last of those
    changes that a viewer may know.
    """
    revisions = view.change_revisions(list(ids))
    record, entity, _ = view.members(list(ids), include_ended=True)
    handling = view.handling_of(record.tolist())
    hidden = [number for number, stated in handling.items() if not is_visible(stated, viewer)]
    partial = set(entity[np.isin(record, hidden)].tolist())
    events = view.changes_of([ids[number] for number in sorted(partial)])
    changed: dict[str, list[int]] = {}
    for event in visible_events(view, events, viewer):
        changed.setdefault(event.entity, []).append(event.revision)
    for number in partial:
        visible = changed.get(ids[number], [view.revision])
        revisions[number] = min(visible), max(visible)
    return revisions


def _label(viewer: Viewer) -> tuple[str, str, tuple[str, ...]]:
    return viewer.name, viewer.agency, tuple(sorted(viewer.scopes))


def _digest(viewer: Viewer) -> str:
    """Return a name for the folder of a class of viewers."""
    return hashlib.sha256(repr(_label(viewer)).encode()).hexdigest()[:16]
