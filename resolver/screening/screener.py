"""Single checks: who in a store may this be? Answered from entities, not from records.

Each query is a record. It is compared with *profiles*, each the union of all that an entity's records say, so that a
name known to one agency and a birth date known to another count together. Profiles lie prepared in the catalogue
(`resolver.screening.entity_index`). Those that may be meant are compared in rounds, the likeliest first, until a round finds
nobody or `MOST_COMPARED` have been compared; an answer says where there may be more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.blocking.keys import identity_tokens
from resolver.errors import ResolverError
from resolver.hub.hub import Hub
from resolver.merging import (
    GoldenRecord,
    context,
    ftm_few,
    golden_of,
    partition,
    to_ftm,
)
from resolver.normalize import country_code
from resolver.pipeline import prepared_of, symbol_source
from resolver.records import DEFAULT_SCHEMA, Batch, Kind, Record
from resolver.records.batch import batch_of
from resolver.records.results.explanation import Explanation
from resolver.records.visibility import STRANGER, Viewer, visible_rows
from resolver.screening.entity_index import Catalogue, State
from resolver.screening.fair_queue import Turns
from resolver.screening.index_segment import Shelf
from resolver.screening.ranking import (
    MOST_COMPARED,
    Hit,
    Reasons,
    Scored,
    best_of,
    compared,
    share_of,
)
from resolver.screening.retrieval import Finder
from resolver.screening.visible_history import told
from resolver.screening.visible_profiles import Sight
from resolver.store import Store

Numbers = npt.NDArray[np.int64]
_REST, _LONGEST = 4, 0.8
"""Between two looks for landings: so many times what the last took, and these seconds at most."""
_LOG = logging.getLogger("resolver.index")


@dataclass(frozen=True)
class Look:
    """What a filter may ask about an entity beside what it says."""

    store: Store
    version: int
    viewer: Viewer = STRANGER

    def changed(self, entity_id: str) -> str:
        """When the entity last changed, as far as the viewer may know, as the store writes times."""
        with self.store.view(self.version) as view:
            last = max(
                (change.version for change in told(view, view.history(entity_id), self.viewer)),
                default=1,
            )
            return view.landed([last])[last]


Accept = Callable[[Mapping[str, Any], Look], bool]


@dataclass(frozen=True)
class Found:
    """An entity that a query may mean: as an FtM entity, its score, and why (the query is `left`)."""

    entity: dict[str, Any]
    score: float
    explain: Callable[[], Explanation]

    @cached_property
    def why(self) -> Explanation:
        """The sum of its evidence; worked out when it is asked for."""
        return self.explain()


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a query may mean, best first (ties by id): the first of them, how many there are at or above the cutoff, and
    whether that is all (`complete` is false where common keys or far entities were passed over)."""

    found: tuple[Found, ...]
    total: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """What answers are of: the store's version and the model."""

    version: int
    model: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: at most `limit` entities from the score `cutoff` (None: the review border) on. `sources`: only
    entities known to one of these (None: to any). `accept` says of an FtM entity whether it may be an answer. `viewer`:
    who asks; entities are compared and shown as far as that viewer sees their records."""

    limit: int = 5
    cutoff: float | None = None
    sources: frozenset[str] | None = None
    accept: Accept | None = None
    viewer: Viewer = STRANGER


class Screen:
    """Answers single checks from a hub. Safe to use from several threads."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._catalogue = Catalogue(hub)
        self._finder = Finder()
        self._lock = threading.Lock()
        self._follower: threading.Thread | None = None
        self._ended = threading.Event()
        self._turns: AbstractContextManager[None] = nullcontext()

    def take_turns(self, at_once: int) -> None:
        """From now on work out so many answers at once and no more; to be called before anybody asks."""
        self._turns = Turns(at_once)

    def warm(self) -> Stand:
        """Load all that takes seconds, so that the first check need not wait. Raises `StoreError` for an empty
        store."""
        symbol_source().load()
        state = self._refreshed()
        # one person and one group of the store, so that every part of an answer is exercised
        rows = np.unique(state.shelves[0].prepared.kinds, return_index=True)[1]
        somebody = list(state.shelves[0].records(np.sort(rows))[0].to_records())
        for found in (answer.found for answer in self.check(somebody, Wish(cutoff=0.0))[0]):
            for one in found:
                assert one.why.rows
        return Stand(state.version, self._hub.models.stamp["model"])

    def follow(self, seconds: float) -> None:
        """From now on look for new landings in the background every so often, and not at each check."""
        if self._follower is None:
            self._follower = threading.Thread(
                target=self._follow, args=(seconds,), name="catalogue", daemon=True
            )
            self._follower.start()

    @property
    def followed(self) -> int | None:
        """The version that answers come from now; None where each check looks for itself."""
        state = self._catalogue.state
        return state.version if self._follower is not None and state is not None else None

    @property
    def doing(self) -> str:
        """What loads now; empty where nothing does."""
        return self._catalogue.doing

    def refresh(self) -> int:
        """Look for new landings now; the version that answers are of from then on. Raises `StoreError`."""
        return self._refreshed().version

    def close(self) -> None:
        """Stop following."""
        self._ended.set()
        if self._follower is not None:
            self._follower.join(timeout=10)

    def check(self, queries: Sequence[Record], wish: Wish) -> tuple[list[Answer], Stand]:
        """Answer some queries, all from one moment of the store. Raises `StoreError` where nothing has landed yet."""
        state = self._present()
        turned = [_variants(query) for query in queries]
        answers = [
            _merged([self._answer(one, state, wish) for one in variants], wish.limit)
            for variants in turned
        ]
        return answers, Stand(state.version, self._hub.models.stamp["model"])

    def sources(self, viewer: Viewer = STRANGER) -> frozenset[str]:
        """The names of the lists there are, as far as a viewer may know of them. Raises `StoreError` where nothing has
        landed yet."""
        return self._present().sources_for(viewer)

    def _follow(self, seconds: float) -> None:
        pause = seconds
        while not self._ended.wait(pause):
            began = time.monotonic()
            try:
                self._refreshed()
            except (ResolverError, OSError) as error:
                # what was known last still answers
                _LOG.warning("the store cannot be followed: %s", error)
            # where much lands catching up must not take what answers need
            pause = max(seconds, min(_REST * (time.monotonic() - began), _LONGEST))

    def _refreshed(self) -> State:
        with self._lock:
            return self._catalogue.refresh()

    def _present(self) -> State:
        state = self._catalogue.state if self._follower is not None else None
        return state or self._refreshed()

    def _answer(self, query: Record, state: State, wish: Wish) -> Answer:
        with self._turns:
            return self._worked_out(query, state, wish)

    def _worked_out(self, query: Record, state: State, wish: Wish) -> Answer:
        # its id plays no part: it gets another beside those that it is compared with
        asked = prepared_of(batch_of(query).canonical(), self._hub.models)
        near = self._finder.near(asked, state, wish.sources, MOST_COMPARED, share_of(asked))
        sight = Sight(wish.viewer, wish.sources, self._hub.models)
        least = state.borders.review if wish.cutoff is None else wish.cutoff
        scored, all_compared = compared(asked, state, near, least, self._wanted(wish), sight)
        # where words lead to nobody there is nobody more; of a query without words that cannot be said
        complete = all_compared if len(near) else bool(identity_tokens(asked).any())
        return self._told(scored, complete, state, wish)

    def _wanted(self, wish: Wish) -> int:
        # of those that are found any number may be refused
        return max(wish.limit, 1) if wish.accept is None else MOST_COMPARED

    def _told(self, scored: Sequence[Scored], complete: bool, state: State, wish: Wish) -> Answer:
        total = sum(map(len, scored))
        look, reasons = Look(self._hub.store, state.version, wish.viewer), Reasons(state.borders)
        found: list[Found] = []
        refused = 0
        # any of those that are found may be refused
        wanted = best_of(scored, state, wish.limit if wish.accept is None else total)
        for hit, entity in zip(wanted, _as_ftm(wanted, state, wish.viewer), strict=True):
            if wish.accept is not None and not wish.accept(entity, look):
                refused += 1
            elif len(found) < wish.limit:
                found.append(Found(entity, hit.score, reasons.of(hit)))
        return Answer(tuple(found), total - refused, complete)


def _variants(query: Record) -> list[Record]:
    """A query for what may be a person or a group is asked as each, since their names are read in different ways."""
    if query.kind is not Kind.LEGAL:
        return [query]
    return [
        replace(query, kind=kind, schema=DEFAULT_SCHEMA[kind]) for kind in (Kind.PERSON, Kind.GROUP)
    ]


def _merged(answers: list[Answer], limit: int) -> Answer:
    """The answers to the variants of a query as one: each entity with its best score."""
    if len(answers) == 1:
        return answers[0]
    ranked = sorted(
        (one for answer in answers for one in answer.found),
        key=lambda one: (-one.score, one.entity["id"]),
    )
    best: dict[str, Found] = {}
    for one in ranked:
        best.setdefault(one.entity["id"], one)
    total = sum(answer.total for answer in answers) - (len(ranked) - len(best))
    return Answer(tuple(best.values())[:limit], total, all(answer.complete for answer in answers))


def _as_ftm(hits: Sequence[Hit], state: State, viewer: Viewer) -> list[dict[str, Any]]:
    """The golden records of some entities, as far as a viewer sees them."""
    entities: dict[str, dict[str, Any]] = {}
    for number in {hit.shelf for hit in hits}:
        here = [hit for hit in hits if hit.shelf == number]
        rows = [hit.row for hit in here]
        names = [hit.id for hit in here]
        shelf = state.shelves[number]
        if any(shelf.guarded[row] for row in rows):
            found = [
                to_ftm(golden)[0]
                for golden in _guarded(shelf, np.array(rows, dtype=np.int64), names, viewer)
            ]
        else:
            # there is nothing in them that not everybody may see
            records, owner = shelf.spelled(rows)
            found = ftm_few(records, owner, names, country_code)
        entities |= {one["id"]: one for one in found}
    return [entities[hit.id] for hit in hits]


def _guarded(
    shelf: Shelf, rows: Numbers, names: Sequence[str], viewer: Viewer
) -> Iterator[GoldenRecord]:
    batch, owner = shelf.records(rows)
    seen = visible_rows(batch, viewer)
    if seen is not None:
        batch, owner = batch.take(np.flatnonzero(seen)), owner[seen]
    batch, owner = _canonical(batch, owner)
    _, first, inverse = np.unique(owner, return_index=True, return_inverse=True)
    named = pa.array([names[place] for place in owner.tolist()], pa.string())
    return golden_of(
        context(batch, partition(batch, first[inverse].astype(np.int32), named), country_code)
    )


def _canonical(batch: Batch, owner: Numbers) -> tuple[Batch, Numbers]:
    """The batch in canonical form, and the owners of its records."""
    order = pc.sort_indices(batch.ids).to_numpy()
    return batch.canonical(), owner[order]
