"""The catalogue: every entity of a store as a prepared profile, at one version, kept up with the store's landings.

It is a chain of shelves. The first holds everything as it was at some version; each later one what has changed since,
and takes the place of what stands before it. Small shelves are united as they add up and stay in memory until they are
worth a file; the files lie in `profiles` beside those of the look-up index, may be deleted at any time, and are made
again from the store. A state is never changed: whoever answers from one keeps it while the next is made.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.blocking.retrieval.key_lookup import Held
from resolver.blocking.retrieval.word_lookup import packed_of
from resolver.errors import StoreError
from resolver.hub.fingerprint import invented
from resolver.hub.hub import Hub
from resolver.hub.increments.record_index import KEPT_FROM, index_folder
from resolver.pipeline import ModelSet, prepared_of
from resolver.records import Batch, Handling, concat
from resolver.records.prepared.batch import Prepared
from resolver.records.visibility import Viewer, visible
from resolver.scoring import Borders
from resolver.screening.index_segment import (
    Shelf,
    Stretch,
    opened,
    shelf_of,
    united,
    written,
)
from resolver.screening.source_policy import closed
from resolver.store import View
from resolver.store.segments import chain, forget

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]
_FORM = "6"
_LOG = logging.getLogger("resolver.index")


@dataclass(frozen=True)
class State:
    """The catalogue at one version of the store, with what is judged under there. `kept[i]`: which entities of shelf i
    have not been replaced; `sources` are the names of the lists there are."""

    version: int
    sources: frozenset[str]
    borders: Borders
    models: ModelSet
    shelves: tuple[Shelf, ...]
    kept: tuple[Bools, ...]

    @cached_property
    def closed(self) -> Mapping[str, frozenset[Handling]]:
        """The sources none of whose records everybody sees, and how their records are handled."""
        return closed([(shelf.handled, shelf.rows_without(kept)) for shelf, kept in self._marked])

    def kept_of(self, kind: int) -> list[tuple[Bools, Bits]]:
        """Of `kept`, what may be of a kind; and the same packed."""
        found = self._by_kind.get(kind)
        if found is None:
            marked = [kept & ((shelf.prepared.kinds & kind) != 0) for shelf, kept in self._marked]
            found = self._by_kind[kind] = [(kept, packed_of(kept)) for kept in marked]
        return found

    @cached_property
    def _by_kind(self) -> dict[int, list[tuple[Bools, Bits]]]:
        return {}

    @property
    def _marked(self) -> Iterator[tuple[Shelf, Bools]]:
        return zip(self.shelves, self.kept, strict=True)

    def sources_for(self, viewer: Viewer) -> frozenset[str]:
        """The names of the lists there are of which a viewer sees a record."""
        if not self.closed:
            return self.sources
        hidden = {
            name
            for name, said in self.closed.items()
            if not any(visible(one, viewer) for one in said)
        }
        return self.sources - hidden

    @cached_property
    def held(self) -> list[Held]:
        """The keys of all shelves; number n is the n-th entity, shelf after shelf."""
        firsts = np.cumsum([0, *(len(one) for one in self.shelves)])
        return [
            Held(shelf.keys, int(first), shelf.prepared.kinds, kept)
            for shelf, kept, first in zip(self.shelves, self.kept, firsts, strict=False)
        ]


class Catalogue:
    """Makes and keeps the catalogue of a hub's store. Not for several threads at once, but for `state`."""

    def __init__(self, hub: Hub, kept_from: int = KEPT_FROM) -> None:
        self._hub, self._kept_from = hub, kept_from
        self._state: State | None = None
        self.doing = ""
        """What it does now, where that takes time."""

    @property
    def state(self) -> State | None:
        """The newest that has been made."""
        return self._state

    def refresh(self) -> State:
        """Bring it to the present. Raises `StoreError` where nothing has landed yet, and where what has was resolved
        with another model."""
        with self._hub.store.view() as view:
            if not view.head.plan:
                raise StoreError(
                    "the store is empty",
                    where=self._hub.store.url,
                    mend="run `resolver dedupe --store` first",
                )
            # a store of another model is refused before anything is made of it
            self._hub.options_of(view.head)
            state = self._state
            if state is not None and (state.version == view.version and _same_history(view, state)):
                return state
            if state is None or not _same_history(view, state):
                self.doing = "reading the catalogue of entities"
                state = self._from_files(view)
            if state is None:
                with self._alone(view):
                    # somebody else may have made it meanwhile
                    state = self._from_files(view) or self._anew(view)
            if state.version < view.version:
                state = self._caught_up(state, view)
        self._state, self.doing = state, ""
        return state

    # --- files

    def _folder(self, view: View) -> Path:
        return index_folder(self._hub.store, view.head.store_id, self._hub.index_dir) / "profiles"

    def _stamp(self, view: View) -> dict[str, str]:
        return {
            "form": _FORM,
            "store": view.head.store_id,
            "made": self._made_of,
            **self._hub.models.stamp,
        }

    @cached_property
    def _made_of(self) -> str:
        """A digest of the shelf of a few invented records: a program that makes other ones makes its own."""
        nothing = np.zeros(0, dtype=np.int64)
        shelf = shelf_of(
            invented(),
            np.arange(2),
            {0: "a", 1: "b"},
            Stretch(0, 1, "", nothing),
            self._prepare,
        )
        digest = hashlib.sha256()
        for name, array in sorted(shelf.segment.extra.items()):
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def _prepare(self, batch: Batch) -> Prepared:
        # which sources are declared plays no part between a query and an entity
        return prepared_of(batch, self._hub.models)

    def _from_files(self, view: View) -> State | None:
        """What the files say, as far as it is of this store's history."""
        # a check reads here and there: in small pages it would wait for what says where each lies
        segments = chain(self._folder(view), self._stamp(view), large_pages=True)
        landed = view.landed([one.until for one in segments])
        usable: list[Shelf] = []
        for one in segments:
            if one.until > view.version or landed.get(one.until) != one.landed:
                break
            usable.append(opened(one))
        return self._state_of(view, usable) if usable else None

    @contextmanager
    def _alone(self, view: View) -> Iterator[None]:
        """While one process makes the whole catalogue, others wait for it instead of doing the same."""
        folder = self._folder(view)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = open(folder / "lock", "a")  # noqa: SIM115
        except OSError:
            # nothing can be written there: then everybody makes their own
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # --- making

    def _anew(self, view: View) -> State:
        _LOG.info("making the catalogue of entities anew, at version %d", view.version)
        record, entity = view.all_members()
        self.doing = f"making the catalogue anew, of {len(record):,} records"
        shelf = self._shelf(view, record, entity, 0, np.zeros(0, dtype=np.int64))
        return self._settled(view, [shelf])

    def _caught_up(self, state: State, view: View) -> State:
        changed = view.entities_changed(state.version)
        record, entity, _ = view.members(changed.tolist())
        shelf = self._shelf(view, record, entity, state.version, changed)
        kept = [one.copy() for one in state.kept]
        for held, one in zip(state.shelves, kept, strict=True):
            one[held.rows_of(changed)] = False
        return self._settled(
            view, [*state.shelves, shelf], [*kept, np.ones(len(shelf), dtype=bool)]
        )

    def _shelf(
        self, view: View, record: Numbers, entity: Numbers, since: int, changed: Numbers
    ) -> Shelf:
        names = view.entity_ids(np.unique(entity).tolist())
        stretch = Stretch(since, view.version, view.landed([view.version])[view.version], changed)
        return shelf_of(self._records(view, record), entity, names, stretch, self._prepare)

    def _records(self, view: View, numbers: Numbers) -> Batch:
        """The records of some numbers, in that order."""
        order = np.argsort(numbers, kind="stable")
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        if len(numbers) > self._kept_from:
            with self._hub.index() as (_, index):
                return index.batch(numbers[order]).take(back)
        return concat([part.batch for part in view.some_batches(numbers[order])]).take(back)

    def _settled(
        self, view: View, shelves: Sequence[Shelf], kept: Sequence[Bools] | None = None
    ) -> State:
        """Unite what is small, and put into files what is worth one."""
        held = list(shelves)
        marks = list(kept) if kept is not None else [np.ones(len(one), dtype=bool) for one in held]
        while len(held) > 1 and 2 * len(held[-1]) >= len(held[-2]):
            one, two = held[-2].segment, held[-1].segment
            stretch = Stretch(one.since, two.until, two.landed, np.union1d(one.ended, two.ended))
            both = united(held[-2:], marks[-2:], stretch)
            held[-2:], marks[-2:] = [both], [np.ones(len(both), dtype=bool)]
        if held[-1].segment.path is None and len(held[-1]) >= self._kept_from:
            held = self._filed(view, held)
        return self._state_of(view, held, marks)

    def _filed(self, view: View, held: Sequence[Shelf]) -> list[Shelf]:
        # a chain of files begins at version 0, so what lies before becomes one as well
        try:
            filed = [
                one
                if one.segment.path is not None
                else written(self._folder(view), one, self._stamp(view))
                for one in held
            ]
            forget(self._folder(view), [one.segment for one in filed])
        except StoreError as error:
            # it serves from memory all the same; whoever starts next makes it again
            _LOG.warning("the catalogue of entities cannot be kept: %s", error.line())
            return list(held)
        return filed

    def _state_of(
        self, view: View, shelves: Sequence[Shelf], kept: Sequence[Bools] | None = None
    ) -> State:
        marks = (
            list(kept) if kept is not None else [np.ones(len(one), dtype=bool) for one in shelves]
        )
        if kept is None:
            for place, shelf in enumerate(shelves):
                for earlier, mark in zip(shelves[:place], marks, strict=False):
                    mark[earlier.rows_of(np.asarray(shelf.segment.ended))] = False
        borders = self._hub.options_of(view.head).borders
        models = self._hub.models.at(view.head.plan)
        sources = frozenset(source.name for source in view.sources())
        state = State(
            shelves[-1].segment.until, sources, borders, models, tuple(shelves), tuple(marks)
        )
        # worked out here, so that no check has to
        assert state.closed is not None
        assert all(shelf.reader is not None for shelf in shelves)
        assert all(len(shelf.material.listed) == len(shelf) for shelf in shelves)
        assert all(len(shelf.material.source.names_at) == len(shelf) + 1 for shelf in shelves)
        return state


def _same_history(view: View, state: State) -> bool:
    last = state.shelves[-1].segment
    return (
        state.version <= view.version and view.landed([last.until]).get(last.until) == last.landed
    )
