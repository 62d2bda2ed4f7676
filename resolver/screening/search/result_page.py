"""Pages of the entities that a search found, by relevance or in another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolver.hub.hub import Hub
from resolver.screening.change_feed import read_indexed_times
from resolver.screening.match_documents import build_match_documents
from resolver.screening.search.found_entities import FoundEntities

MAX_ENTITIES = 1_000
"""Entities up to which results are paged, sorted and filtered by their documents."""
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
        """Sort entities in place; those without a value come last in either direction."""
        keyed = [(self.key(entity), entity) for entity in entities]
        with_value = [row for row in keyed if row[0] is not None]
        with_value.sort(key=lambda row: row[0], reverse=self.is_descending)
        without_value = [entity for key, entity in keyed if key is None]
        entities[:] = [*(entity for _, entity in with_value), *without_value]


def parse_sort_order(text: str) -> SortOrder:
    """Return the order of a text such as `caption`, `changed:desc` or `properties.X:asc`.

    Raises `ValueError` for any other.
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

    `orders`, the most important first, sort the `MAX_ENTITIES` most relevant.
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
    """Return some entities with the times when they came, were last listed and last changed."""
    times = read_indexed_times(hub, entities, revisions)
    return [{**entity, **times[entity["id"]].to_json()} for entity in entities]
