"""Facets: by what results are filtered and counted. Adding one is a row in `FACETS`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from resolver.api import query_parameters
from resolver.records.properties import IDENTIFIERS
from resolver.screening.uncompared_values import country_code

Entity = Mapping[str, Any]
_COUNTRIES = ("nationality", "country", "citizenship", "jurisdiction", "flag")


def _of(*props: str) -> Callable[[Entity], Iterable[str]]:
    return lambda entity: {value for prop in props for value in entity["properties"].get(prop, ())}


COUNTRY = "countries"
FACETS: Mapping[str, Callable[[Entity], Iterable[str]]] = {
    COUNTRY: _of(*_COUNTRIES),
    "topics": _of("topics"),
    "datasets": lambda entity: entity["datasets"],
    "schema": lambda entity: (entity["schema"],),
    "genders": _of("gender"),
    "identifiers": _of(*IDENTIFIERS),
}
"""facet -> its values in an entity."""
_OPERATORS: Mapping[str, Callable[[Iterable[bool]], bool]] = {"OR": any, "AND": all}


def _code(text: str) -> str:
    return country_code(text) or text.casefold()


def operator() -> Callable[[Iterable[bool]], bool]:
    """How several values of one filter go together (parameter `filter_op`). Raises `ApiError`."""
    return _OPERATORS[query_parameters.one_of("filter_op", tuple(_OPERATORS)) or "OR"]


def fits(
    wanted: Mapping[str, Sequence[str]], together: Callable[[Iterable[bool]], bool]
) -> Callable[[Entity], bool]:
    """Whether an entity has the values asked for of each facet; countries may be written as they are by people."""
    wanted = {
        facet: [_code(text) if facet == COUNTRY else text for text in texts]
        for facet, texts in wanted.items()
    }

    def accept(entity: Entity) -> bool:
        for facet, values in wanted.items():
            held = set(FACETS[facet](entity)) if values else ()
            if values and not together(value in held for value in values):
                return False
        return True

    return accept


def counted(facet: str, entities: Iterable[Entity]) -> dict[str, Any]:
    """How many entities have each value of a facet, the most frequent first."""
    counts = Counter(value for entity in entities for value in FACETS[facet](entity))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    values = [{"name": name, "label": name, "count": count} for name, count in ranked]
    return {"label": facet.capitalize(), "values": values}
