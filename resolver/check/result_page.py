"""Pages of the entities that a search found, ordered by relevance or in another way.

The module also has the facets of found entities: the countries, topics, sources and so on that
their visible records state, as filters and as counts.

Values are read from the columns of the index, so that no document is built for entities that are
only counted. Countries and genders are codes; a text that is no code does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.check.change_feed import read_indexed_times
from resolver.check.index_segment import IndexSegment
from resolver.check.screener import build_match_documents
from resolver.check.term_search import FoundEntities
from resolver.hub.hub import Hub
from resolver.merging.ftm_values import TOPICS
from resolver.merging.golden_record import choose_schema, valid_schema
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import spread
from resolver.records.properties import ACTIVITY, HOME_COUNTRIES, IDENTIFIERS
from resolver.records.visibility import dataset_rows, find_vulnerable
from resolver.values.normal_values import country_code, gender_bit

MAX_ENTITIES = 1_000
"""Maximum number of entities for which results are paged, sorted and filtered by the documents of
the entities.
"""
_Entity = dict[str, Any]
_TIMES = frozenset(("first_seen", "last_seen", "last_change", "changed"))
"""Sort words of times."""
SORT_KEYS: Mapping[str, Callable[[_Entity], Any]] = {
    "score": lambda entity: entity["score"],
    "_score": lambda entity: entity["score"],
    "caption": lambda entity: str(entity["caption"]).casefold(),
    "schema": lambda entity: entity["schema"],
    "id": lambda entity: entity["id"],
    "first_seen": lambda entity: entity.get("first_seen") or None,
    "last_seen": lambda entity: entity.get("last_seen") or None,
    "last_change": lambda entity: entity.get("last_change") or None,
    "changed": lambda entity: entity.get("last_change") or None,
}
"""Sort keys by word; `properties.X` sorts by the smallest value of a property."""


@dataclass(frozen=True, slots=True)
class SortOrder:
    """Word that names a sort key, its key (None for an entity without a value), and direction."""

    word: str
    key: Callable[[_Entity], Any]
    is_descending: bool

    def apply(self, entities: list[_Entity]) -> None:
        """Sort entities in place; entities without a value come last in either direction."""
        keyed = [(self.key(entity), entity) for entity in entities]
        with_value = [row for row in keyed if row[0] is not None]
        with_value.sort(key=lambda row: row[0], reverse=self.is_descending)
        without_value = [entity for key, entity in keyed if key is None]
        entities[:] = [*(entity for _, entity in with_value), *without_value]


def parse_sort_order(text: str) -> SortOrder:
    """Return the order of a text such as `caption`, `changed:desc` or `properties.X:asc`.

    Raises `ValueError` for any other text.
    """
    word, _, direction = text.partition(":")
    key = SORT_KEYS.get(word)
    prop = word.removeprefix("properties.")
    if key is None and prop != word and prop.isalpha():
        key = _by_property(prop)
    if key is None or direction not in ("", "asc", "desc"):
        allowed = f"{', '.join(SORT_KEYS)} or properties.X, with :asc or :desc"
        raise ValueError(f"cannot sort by {text[:60]!r}; use {allowed}")
    return SortOrder(word, key, direction == "desc")


def _by_property(prop: str) -> Callable[[_Entity], Any]:
    def smallest(entity: _Entity) -> str | None:
        """Return the smallest value of the property, or None."""
        return min(map(str, entity["properties"].get(prop, ())), default=None)

    return smallest


def read_page(
    results: FoundEntities, orders: Sequence[SortOrder], offset: int, limit: int, hub: Hub
) -> list[_Entity]:
    """Return the FtM entities of a page, with their relevance as `score` and their times.

    `orders`, the most important first, sort the `MAX_ENTITIES` most relevant entities.
    """
    last = min(offset + limit, MAX_ENTITIES)
    best = results.best(MAX_ENTITIES if orders else last)
    shown = best if orders else best[offset:]
    documents = build_match_documents(shown, results.snapshot)
    revisions = {entity.id: results.snapshot.change_span(entity) for entity in shown}
    entities = [
        {**document, "target": True, "score": entity.score}
        for entity, document in zip(shown, documents, strict=True)
    ]
    by_time = any(order.word in _TIMES for order in orders)
    if by_time:
        entities = _with_times(entities, hub, revisions)
    for order in reversed(orders):
        order.apply(entities)
    page = entities[offset:last] if orders else entities
    return page if by_time else _with_times(page, hub, revisions)


def _with_times(
    entities: list[_Entity], hub: Hub, revisions: Mapping[str, tuple[int, int]]
) -> list[_Entity]:
    """Return some entities with three times: when they came, when they were last listed, and when
    they last changed.
    """
    times = read_indexed_times(hub, entities, revisions)
    return [{**entity, **times[entity["id"]].to_json()} for entity in entities]


Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
COUNTRY = "countries"
_GENDERS = {1: "male", 2: "female", 4: "other"}


@dataclass(frozen=True, slots=True)
class FacetValues:
    """Values of a facet, and which entity has which value: distinct pairs of positions and
    values.
    """

    names: Sequence[str]
    entities: Numbers
    values: Numbers

    def counts(self) -> list[tuple[str, int]]:
        """Return the number of entities with each value, the most frequent first."""
        used, counts = np.unique(self.values, return_counts=True)
        # a name without a count may belong only to entities that do not count
        counted = [(self.names[value], count) for value, count in zip(used, counts, strict=True)]
        return sorted(
            ((name, int(count)) for name, count in counted), key=lambda row: (-row[1], row[0])
        )

    def entities_with(self, name: str, count: int) -> Bools:
        """Return which of `count` entities have a value."""
        mask = np.zeros(count, dtype=bool)
        if name in self.names:
            mask[self.entities[self.values == self.names.index(name)]] = True
        return mask


_Texts = tuple[Sequence[str], Numbers, Numbers]
"""Texts, and in parallel arrays the position of an entity and the position of one of its texts."""


def read_facet(facet: str, results: FoundEntities) -> FacetValues:
    """Return the values of a facet (one of `FACETS`) of some entities."""
    names = {"": 0}
    pairs = [np.zeros((2, 0), dtype=np.int64)]
    for texts, entities, places in FACETS[facet](results):
        codes = np.array([names.setdefault(text, len(names)) for text in texts], dtype=np.int64)
        pairs.append(np.stack([entities, codes[places]]) if len(places) else pairs[0])
    entities, values = np.concatenate(pairs, axis=1)
    keys = np.unique(entities[values > 0] * len(names) + values[values > 0])
    return FacetValues(list(names)[1:], keys // len(names), keys % len(names) - 1)


def _read_gender(text: str) -> str:
    return _GENDERS.get(gender_bit(text), "")


def _read_number(text: str) -> str:
    return split_fields(text, 1)[0]


def _read_properties(
    props: Sequence[str], read: Callable[[str], str], results: FoundEntities
) -> list[_Texts]:
    return [
        _read_column(segment, prop, read, records, owners)
        for segment, records, owners in results.records()
        for prop in props
        if prop in segment.stored.batch.columns
    ]


def _read_topics(results: FoundEntities) -> list[_Texts]:
    """Read the topics that records state, and the topics that FtM documents have for kinds of
    crime.
    """
    activities = []
    for segment, records, owners in results.records():
        batch = segment.stored.batch
        if ACTIVITY in batch.columns:
            # a crime that a victim or a witness states is not their own
            is_suspect = ~np.isin(records, find_vulnerable(batch))
            chosen = records[is_suspect], owners[is_suspect]
            read = _read_column(segment, ACTIVITY, lambda text: TOPICS.get(text, ""), *chosen)
            activities.append(read)
    return _read_properties(["topics"], str, results) + activities


def _read_column(
    segment: IndexSegment, prop: str, read: Callable[[str], str], records: Numbers, owners: Numbers
) -> _Texts:
    column, offsets = segment.stored.batch.columns[prop], segment.stored.offsets[prop]
    starts = offsets[records]
    counts = offsets[records + 1] - starts
    used, places = np.unique(column.codes[spread(starts, counts)], return_inverse=True)
    texts = [read(text) for text in column.values.take(pa.array(used)).to_pylist()]
    return texts, np.repeat(owners, counts), places


def _read_datasets(results: FoundEntities) -> list[_Texts]:
    refused = results.snapshot.refused
    parts: list[_Texts] = []
    for segment, records, owners in results.records():
        rows, codes, claims = dataset_rows(segment.stored.batch)
        order = np.argsort(rows, kind="stable")
        rows, codes = rows[order], codes[order]
        starts = np.searchsorted(rows, records)
        counts = np.searchsorted(rows, records, side="right") - starts
        names = ["" if claim in refused else claim[1] for claim in claims]
        parts.append((names, np.repeat(owners, counts), codes[spread(starts, counts)]))
    return parts


def _read_schemata(results: FoundEntities) -> list[_Texts]:
    parts = []
    for segment, records, owners in results.records():
        batch = segment.stored.batch
        # the schema that a record states if it exists, otherwise the schema of its kind
        pairs = batch.schemas.codes[records].astype(np.int64) * 256 + batch.kinds[records]
        used, places = np.unique(pairs, return_inverse=True)
        stated = batch.schemas.values.to_pylist()
        texts = [valid_schema(stated[pair >> 8], pair & 255) for pair in used.tolist()]
        parts.append(_choose_schemata(texts, owners, places))
    return parts


def _choose_schemata(texts: list[str], owners: Numbers, places: Numbers) -> _Texts:
    """Return the schema of each entity from the schemata of its records, which are adjacent."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    if not len(starts):
        return texts, owners, places
    chosen, ends = places[starts], np.append(starts[1:], len(places))
    is_mixed = np.minimum.reduceat(places, starts) != np.maximum.reduceat(places, starts)
    for entity in np.flatnonzero(is_mixed).tolist():
        members = places[starts[entity] : ends[entity]].tolist()
        schema, _ = choose_schema([texts[place] for place in members])
        chosen[entity] = texts.index(schema)
    return texts, owners[starts], chosen


FACETS: Mapping[str, Callable[[FoundEntities], list[_Texts]]] = {
    COUNTRY: partial(_read_properties, HOME_COUNTRIES, country_code),
    "topics": _read_topics,
    "datasets": _read_datasets,
    "schema": _read_schemata,
    "genders": partial(_read_properties, ("gender",), _read_gender),
    "identifiers": partial(_read_properties, IDENTIFIERS, _read_number),
}
"""Function that reads the values of each facet."""
