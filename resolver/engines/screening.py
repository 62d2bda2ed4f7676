"""Single checks: who in a store may this be? Answered from entities, not from records.

Each query is a record. Held records that share a key with it lead to their entities; each of these is compared as a
*profile*, the union of all that its records say, so that a name known to one agency and a birth date known to another
count together. Entities are ranked by how rare the keys are that lead to them, the first `COMPARED` are compared, and
an answer says where there were more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.block.lookup import key_table
from resolver.block.nearest import nearest
from resolver.classify import scores
from resolver.compare import NameIndex
from resolver.engines.homes import Homes
from resolver.engines.hub import Hub
from resolver.engines.index import Index
from resolver.engines.profiles import profiles
from resolver.explaining import explain_rows
from resolver.merge import context, golden_of, partition, to_ftm
from resolver.normalise import country_code
from resolver.normalise.prepare import COMPARED as COMPARED_PROPERTIES
from resolver.pipeline import RunOptions, prepared_of, score_rows, symbol_source
from resolver.records import DEFAULT_SCHEMA, Batch, Kind, Record, concat
from resolver.records.explanation import Explanation
from resolver.records.prepared import Prepared
from resolver.records.sight import STRANGER, Viewer, visible_rows
from resolver.store import View

Numbers = npt.NDArray[np.int64]
COMPARED = 60
"""Entities compared for one query at most."""
_QUERY_ID = "!"


@dataclass(frozen=True, slots=True)
class Look:
    """What a filter may ask about an entity beside what it says."""

    view: View

    def changed(self, entity_id: str) -> str:
        """When the entity last changed, as the store writes times."""
        last = max((change.version for change in self.view.history(entity_id)), default=1)
        return self.view.landed([last])[last]


Accept = Callable[[Mapping[str, Any], Look], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that a query may mean: as an FtM entity, its score, and why (the query is `left`)."""

    entity: dict[str, Any]
    score: float
    why: Explanation


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


@dataclass(frozen=True, slots=True)
class _Near:
    """Entities (numbers) that may be meant, and all their records; `complete` as in `Answer`."""

    entities: list[int]
    members: list[Numbers]
    complete: bool


class Screen:
    """Answers single checks from a hub. Safe to use from several threads."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._homes = Homes()
        self._lock = threading.Lock()

    def warm(self) -> Stand:
        """Load all that takes seconds, so that the first check need not wait. Raises `StoreError` for an empty
        store."""
        symbol_source().load()
        with self._lock, self._hub.index() as (view, _):
            self._homes.refresh(view)
            known = next(view.batches())
            # one person and one group of the store, so that every part of an answer is exercised
            rows = np.unique(known.batch.kinds, return_index=True)[1]
            somebody = list(known.batch.take(np.sort(rows)).to_records())
        return self.check(somebody, Wish(cutoff=0.0))[1]

    def check(self, queries: Sequence[Record], wish: Wish) -> tuple[list[Answer], Stand]:
        """Answer some queries, all from one moment of the store. Raises `StoreError` where nothing has landed yet."""
        turned = [_variants(query) for query in queries]
        asked = [_asked(one) for variants in turned for one in variants]
        prepared = [prepared_of(one, self._hub.models) for one in asked]
        with self._lock, self._hub.index() as (view, index):
            self._homes.refresh(view)
            options = self._hub.options_of(view.head)
            answers = [
                self._answer(one, self._near(ready, index, wish), view, index, options, wish)
                for one, ready in zip(asked, prepared, strict=True)
            ]
            stand = Stand(view.version, self._hub.models.stamp["model"])
        each = iter(answers)
        return [_merged([next(each) for _ in variants], wish.limit) for variants in turned], stand

    def sources(self) -> frozenset[str]:
        """The names of the lists there are."""
        with self._hub.store.view() as view:
            return frozenset(source.name for source in view.sources())

    def _near(self, prepared: Prepared, index: Index, wish: Wish) -> _Near:
        """The entities that the query's keys lead to, those that share the rarest with it first."""
        hits = nearest(key_table(prepared, index.plan), int(prepared.kinds[0]), index.held)
        entity = self._homes.of(hits.numbers)
        inside = entity >= 0
        # a key counts once for an entity, however many of its records bear it
        width = int(hits.keys.max(initial=0)) + 1
        shared, first = np.unique(entity[inside] * width + hits.keys[inside], return_index=True)
        entities, place = np.unique(shared // width, return_inverse=True)
        weight = np.bincount(place, hits.weights[inside][first], minlength=len(entities))
        ranked = entities[np.lexsort((entities, -weight))].tolist()
        members = [self._homes.members_of(one) for one in ranked[: None if wish.sources is not None else COMPARED]]
        if wish.sources is not None:
            known = [index.any_of(records, wish.sources) for records in members]
            ranked = [one for one, fits in zip(ranked, known, strict=True) if fits]
            members = [records for records, fits in zip(members, known, strict=True) if fits]
        complete = not hits.passed_over and len(ranked) <= COMPARED
        return _Near(ranked[:COMPARED], members[:COMPARED], complete)

    def _answer(self, asked: Batch, near: _Near, view: View, index: Index, options: RunOptions, wish: Wish) -> Answer:
        if not near.entities:
            return Answer((), 0, near.complete)
        numbers = np.concatenate(near.members)
        order = np.argsort(numbers)
        owner = np.repeat(np.arange(len(near.entities)), [len(one) for one in near.members])[order]
        near, owner, batch = _seen(near, owner, index.batch(numbers[order]), wish.viewer)
        if not near.entities:
            return Answer((), 0, near.complete)
        # an id that sorts before all others, so that the query is row 0
        both = concat(
            [asked, profiles(_compared(batch), owner, [f"p{place:06d}" for place in range(len(near.entities))])]
        )
        models = self._hub.models.at(index.plan.name)
        work = prepared_of(both.canonical(), models)
        names = NameIndex.of(work)
        right = np.arange(1, len(work), dtype=np.int32)
        score = scores(score_rows(work, names, models, np.zeros_like(right), right, options.workers))
        least = options.borders.review if wish.cutoff is None else wish.cutoff
        good = np.flatnonzero(score >= least)
        ids = view.entity_ids([near.entities[place] for place in good.tolist()])
        ranked = sorted(good.tolist(), key=lambda place: (-score[place], ids[near.entities[place]]))
        found: list[Found] = []
        refused = 0
        for place in ranked:
            if len(found) == wish.limit and wish.accept is None:
                break
            entity = _as_ftm(batch.take(np.flatnonzero(owner == place)), ids[near.entities[place]])
            if wish.accept is not None and not wish.accept(entity, Look(view)):
                refused += 1
            elif len(found) < wish.limit:
                why = explain_rows(work, names, models, options.borders, 0, place + 1)
                found.append(Found(entity, float(score[place]), why))
        return Answer(tuple(found), len(good) - refused, near.complete)


def _variants(query: Record) -> list[Record]:
    """A query for what may be a person or a group is asked as each, since their names are read in different ways."""
    if query.kind is not Kind.LEGAL:
        return [query]
    return [replace(query, kind=kind, schema=DEFAULT_SCHEMA[kind]) for kind in (Kind.PERSON, Kind.GROUP)]


def _merged(answers: list[Answer], limit: int) -> Answer:
    """The answers to the variants of a query as one: each entity with its best score."""
    if len(answers) == 1:
        return answers[0]
    ranked = sorted((one for answer in answers for one in answer.found), key=lambda one: (-one.score, one.entity["id"]))
    best: dict[str, Found] = {}
    for one in ranked:
        best.setdefault(one.entity["id"], one)
    total = sum(answer.total for answer in answers) - (len(ranked) - len(best))
    return Answer(tuple(best.values())[:limit], total, all(answer.complete for answer in answers))


def _seen(near: _Near, owner: Numbers, batch: Batch, viewer: Viewer) -> tuple[_Near, Numbers, Batch]:
    """The entities that a viewer sees something of, with the owners and the batch of the records they see."""
    seen = visible_rows(batch, viewer)
    if seen is None:
        return near, owner, batch
    kept, place = np.unique(owner[seen], return_inverse=True)
    fewer = replace(near, entities=[near.entities[one] for one in kept], members=[near.members[one] for one in kept])
    return fewer, place.astype(np.int64), batch.take(np.flatnonzero(seen))


def _compared(batch: Batch) -> Batch:
    """What keys and scores look at."""
    return replace(batch, columns={prop: held for prop, held in batch.columns.items() if prop in COMPARED_PROPERTIES})


def _asked(query: Record) -> Batch:
    return Batch.from_records([replace(query, id=_QUERY_ID)]).canonical()


def _as_ftm(batch: Batch, identity: str) -> dict[str, Any]:
    """The golden record of the records of one entity."""
    batch = batch.canonical()
    labels = np.zeros(len(batch), dtype=np.int32)
    names = pa.array([identity] * len(batch), pa.string())
    (golden,) = golden_of(context(batch, partition(batch, labels, names), country_code))
    return to_ftm(golden)[0]
