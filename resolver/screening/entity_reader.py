"""Entities of a store as FtM entities, one at a time: by any id that ever led to them, with their relations and their
history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from followthemoney import model

from resolver.hub.hub import Hub
from resolver.hub.increments.record_index import Index
from resolver.merging import (
    context,
    golden_of,
    partition,
    to_ftm,
)
from resolver.normalize import country_code
from resolver.records import Batch
from resolver.records.packing import split
from resolver.records.properties import RELATION
from resolver.records.visibility import (
    STRANGER,
    Viewer,
    visible,
    visible_part,
    visible_rows,
)
from resolver.screening.visible_history import seen_ever, told
from resolver.search.name_search import beginning_with, naming
from resolver.store import Change, Source, View

Numbers = npt.NDArray[np.int64]
MOST_RELATED = 200
"""Related records shown with an entity at most."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of an entity: at which version and time, and what other entity had to do with it."""

    version: int
    at: str
    kind: str
    entity: str
    other: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An entity: the id it has now, its FtM form (relations nested, where that was asked for), and the version. Without
    records it was dissolved: `entity` is None."""

    id: str
    entity: dict[str, Any] | None
    version: int


def entity(
    hub: Hub, asked: str, viewer: Viewer = STRANGER, *, nested: bool = False
) -> Shown | None:
    """The entity of an id: its own, a retired one, or that of a record; None where the id is unknown, or the viewer
    sees none of its records or not the one that was asked for."""
    with hub.index() as (view, index):
        found = view.entity(asked)
        if found is None:
            return None
        past = asked not in (found.id, *found.records) or not found.records
        if past and not seen_ever(view, asked, viewer):
            # a retired id, or an entity without records, of which the viewer may never have known
            return None
        if not found.records:
            return Shown(found.id, None, view.version)
        batch, names = _around(view, index, found.number, viewer, related=nested)
        if found.id not in names.values() or (asked in found.records and asked not in names):
            return None
        forms = [form for golden in golden_of(_context(batch, names)) for form in to_ftm(golden)]
        own = next(form for form in forms if form["id"] == found.id)
        return Shown(found.id, _nested(own, forms) if nested else own, view.version)


def present_ids(hub: Hub, ids: Iterable[str], viewer: Viewer = STRANGER) -> frozenset[str]:
    """Some ids, and those that the retired ones among them lead to now, as far as a viewer may know."""
    found = set(ids)
    with hub.store.view() as view:
        for asked in sorted(found):
            one = view.entity(asked)
            if (
                one is not None
                and asked not in (one.id, *one.records)
                and seen_ever(view, asked, viewer)
            ):
                found.add(one.id)
    return frozenset(found)


def sees_record(hub: Hub, record_id: str, viewer: Viewer = STRANGER) -> bool:
    """Whether the store holds a record that a viewer may see."""
    with hub.store.view() as view:
        held = view.record(record_id)
        return held is not None and visible(held.record.handling, viewer)


def history(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> list[Event]:
    """What became of an entity, as far as a viewer may know it, the oldest first."""
    with hub.store.view() as view:
        return _events(view, told(view, view.history(entity_id), viewer))


@dataclass(frozen=True, slots=True)
class Feed:
    """A part of the change feed: the store's `version`, the `events`, and where to go on: all up to version `until` has
    been told, and of what follows the first `skip`. `more`: whether there is more by now."""

    version: int
    events: list[Event]
    until: int
    skip: int
    more: bool


def changes(hub: Hub, since: int, limit: int, viewer: Viewer = STRANGER, *, skip: int = 0) -> Feed:
    """What became of entities after a version, as far as a viewer may know it: of the next `limit` changes after the
    first `skip`."""
    with hub.store.view() as view:
        found = view.changes(since, limit=limit + 1, skip=skip)
        more, found = len(found) > limit, found[:limit]
        since = min(since, view.version)
        if not more:
            return Feed(
                view.version, _events(view, told(view, found, viewer)), view.version, 0, False
            )
        last = found[-1].version
        here = sum(one.version == last for one in found)
        # of the version at which this part ends, parts before it may have told some already
        begun = (
            sum(one.version == last for one in view.changes(since, limit=skip))
            if here == len(found)
            else 0
        )
        return Feed(
            view.version, _events(view, told(view, found, viewer)), last - 1, begun + here, True
        )


def _events(view: View, changes: Sequence[Change]) -> list[Event]:
    times = view.landed(sorted({one.version for one in changes}))
    return [
        Event(one.version, times[one.version], str(one.kind), one.entity, one.other)
        for one in changes
    ]


def catalogue(hub: Hub, viewer: Viewer = STRANGER) -> tuple[int, list[Source]]:
    """The version of the store, and its sources with the number of their records, as far as a viewer sees these; those
    of which something has come that they see."""
    with hub.store.view() as view:
        if not view.head.plan:
            return view.version, []
    with hub.index() as (view, index):
        hidden = _hidden(index, viewer)
        found = [(one, one.records - hidden.get(one.name, 0)) for one in view.sources(counted=True)]
        return view.version, [
            replace(one, records=seen) for one, seen in found if seen or _may_be_empty(one, viewer)
        ]


def _may_be_empty(source: Source, viewer: Viewer) -> bool:
    """Whether a viewer may know of a source of which they see no record."""
    own = "admin" in viewer.scopes or bool(viewer.agency and viewer.agency == source.agency)
    return bool(source.updated) and (own or not (source.records or source.agency))


def _hidden(index: Index, viewer: Viewer) -> Counter[str]:
    """How many records of each source hold that a viewer does not see."""
    found: Counter[str] = Counter()
    for segment in index.segments:
        seen = visible_rows(segment.batch, viewer)
        if seen is not None:
            rows = np.flatnonzero(~seen)
            codes = segment.batch.sources.codes[rows[index.holds(segment.first + rows)]]
            names = segment.batch.sources.values
            for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
                found[names[int(code)].as_py()] += int(count)
    return found


def _around(
    view: View, index: Index, number: int, viewer: Viewer, *, related: bool
) -> tuple[Batch, dict[str, str]]:
    """The records of an entity that a viewer sees, with those of the entities it names, and the entity id of each. Of
    the relations of those the ones to other records of the store are not among them."""
    own = visible_part(index.batch(view.members([number])[0]), viewer)
    numbers = sorted({number, *_related(view, index, own)}) if related else [number]
    record, owner, _ = view.members(numbers)
    batch = index.batch(record)
    if related:
        batch = _without_others(view, batch, owner, number, frozenset(own.ids.to_pylist()))
    ids = view.entity_ids(numbers)
    owners = {
        identity: ids[one]
        for identity, one in zip(batch.ids.to_pylist(), owner.tolist(), strict=True)
    }
    batch = visible_part(batch, viewer).canonical()
    return batch, {identity: owners[identity] for identity in batch.ids.to_pylist()}


def _without_others(
    view: View, batch: Batch, owner: Numbers, number: int, ids: frozenset[str]
) -> Batch:
    """The records of some entities (`owner`) without relations to others of the store: what an entity `number` states,
    whatever names one of its records (`ids`) and what entities say of themselves stays. Whoever is related to many has
    them named by thousands of relations that an answer has no place for."""
    column = batch.columns.get(RELATION)
    if column is None:
        return batch
    named = [split(text, 2)[1] for text in column.values.to_pylist()]
    held = view.numbers_of(sorted({*named} - {"", *ids}))
    homes = dict(zip(batch.ids.to_pylist(), owner.tolist(), strict=True))
    free = np.array([one not in held for one in named], dtype=bool)
    within = np.array([homes.get(one, -1) for one in named], dtype=np.int64)
    theirs = owner[column.rows]
    kept = (theirs == number) | free[column.codes] | (within[column.codes] == theirs)
    columns = {prop: part for prop, part in batch.columns.items() if prop != RELATION}
    if kept.any():
        rows, codes, origins = column.rows[kept], column.codes[kept], column.origins[kept]
        columns[RELATION] = replace(column, rows=rows, codes=codes, origins=origins)
    return replace(batch, columns=columns)


def _related(view: View, index: Index, batch: Batch) -> list[int]:
    """The entities that some records name, and those that name them."""
    column = batch.columns.get(RELATION)
    named = (
        {split(text, 2)[1] for text in column.values.to_pylist()} - {""}
        if column is not None
        else set()
    )
    records = [held for held, _ in view.numbers_of(sorted(named)[:MOST_RELATED]).values()]
    records += naming(index.segments, batch.ids.to_pylist())[:MOST_RELATED].tolist()
    return np.unique(view.memberships(records)[1]).tolist() if records else []


def some(
    hub: Hub, sources: frozenset[str] | None, viewer: Viewer = STRANGER, *, limit: int
) -> tuple[int, list[dict[str, Any]], bool]:
    """The version of the store, its first entities known to some sources (None: any) as far as a viewer sees them, and
    whether these are all."""
    with hub.index() as (view, index):
        numbers = view.first_entities(sources, limit + 1)
        forms = _forms(view, index, numbers[:limit], viewer)
    seen = [one for one in forms if sources is None or not sources.isdisjoint(one["datasets"])]
    return view.version, seen, len(numbers) <= limit


def suggested(
    hub: Hub, prefix: str, viewer: Viewer = STRANGER, *, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """The version of the store, and the entities with a name of which a word begins with a prefix, as far as a viewer
    sees them, in the order of their captions; an id finds its entity."""
    direct = entity(hub, prefix, viewer)
    with hub.index() as (_, index):
        segments = index.segments
    # looked at outside of the lock: no check waits for it
    records = beginning_with(segments, prefix)
    with hub.index() as (view, index):
        found = _forms(
            view, index, _homes(view, index, records, viewer)[: limit + MOST_RELATED], viewer
        )
    if direct is not None and direct.entity is not None:
        found = [direct.entity, *(one for one in found if one["id"] != direct.id)]
    return view.version, found[:limit]


def _homes(view: View, index: Index, records: Numbers, viewer: Viewer) -> list[int]:
    """The entities of the records that a viewer sees, in the order of these."""
    if not len(records):
        return []
    ordered = np.sort(records)
    seen = visible_rows(index.batch(ordered), viewer)
    record, owner, _ = view.memberships((ordered if seen is None else ordered[seen]).tolist())
    home = dict(zip(record.tolist(), owner.tolist(), strict=True))
    return list(dict.fromkeys(home[one] for one in records.tolist() if one in home))


def _forms(view: View, index: Index, numbers: list[int], viewer: Viewer) -> list[dict[str, Any]]:
    """The FtM entities of some entities, without their edges, in the order of their captions."""
    if not numbers:
        return []
    record, owner, _ = view.members(numbers)
    ids = view.entity_ids(numbers)
    batch = index.batch(record)
    owners = {
        identity: ids[one]
        for identity, one in zip(batch.ids.to_pylist(), owner.tolist(), strict=True)
    }
    batch = visible_part(batch, viewer).canonical()
    if not len(batch):
        return []
    forms = [to_ftm(golden)[0] for golden in golden_of(_context(batch, owners))]
    return sorted(forms, key=lambda form: (str(form["caption"]).casefold(), form["id"]))


def _context(batch: Batch, names: Mapping[str, str]) -> Any:
    held = [names[identity] for identity in batch.ids.to_pylist()]
    _, first, inverse = np.unique(
        np.array(held, dtype=object), return_index=True, return_inverse=True
    )
    labels = first[inverse.reshape(-1)].astype(np.int32)
    return context(batch, partition(batch, labels, pa.array(held, pa.string())), country_code)


def _nested(own: dict[str, Any], forms: list[dict[str, Any]]) -> dict[str, Any]:
    """The entity with its edges inside it, and in each the entity at its other end, as FtM's nested form has it."""
    by_id = {form["id"]: form for form in forms}
    properties: dict[str, list[Any]] = {
        prop: list(values) for prop, values in own["properties"].items()
    }
    for form in forms:
        schema = model.get(form["schema"])
        if schema is None or not schema.edge:
            continue
        ends = [prop for prop in (schema.edge_source, schema.edge_target) if prop is not None]
        mine = next((prop for prop in ends if own["id"] in form["properties"].get(prop, ())), None)
        described = schema.get(mine) if mine is not None else None
        if described is None or described.reverse is None:
            continue
        inner = {
            prop: [
                by_id.get(value, value) if prop in ends and prop != mine else value
                for value in values
            ]
            for prop, values in form["properties"].items()
            if prop != mine
        }
        properties.setdefault(described.reverse.name, []).append({**form, "properties": inner})
    return {**own, "properties": properties}
