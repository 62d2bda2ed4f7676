"""Facets: filters and counts of search results. Adding one is a row in `FACETS`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from resolver.api import query_parameters
from resolver.records.properties import IDENTIFIERS
from resolver.screening.uncompared_values import country_code

_Entity = Mapping[str, Any]
_COUNTRIES = ("nationality", "country", "citizenship", "jurisdiction", "flag")


def _values_of(*props: str) -> Callable[[_Entity], Iterable[str]]:
    return lambda entity: {value for prop in props for value in entity["properties"].get(prop, ())}


COUNTRY = "countries"
FACETS: Mapping[str, Callable[[_Entity], Iterable[str]]] = {
    COUNTRY: _values_of(*_COUNTRIES),
    "topics": _values_of("topics"),
    "datasets": lambda entity: entity["datasets"],
    "schema": lambda entity: (entity["schema"],),
    "genders": _values_of("gender"),
    "identifiers": _values_of(*IDENTIFIERS),
}
"""Values of an entity by facet."""
_OPERATORS: Mapping[str, Callable[[Iterable[bool]], bool]] = {"OR": any, "AND": all}


def _country_code(text: str) -> str:
    return country_code(text) or text.casefold()


def read_operator() -> Callable[[Iterable[bool]], bool]:
    """Return the function that combines several values of one filter (parameter `filter_op`).

    Raises `ApiError`.
    """
    return _OPERATORS[query_parameters.read_choice("filter_op", tuple(_OPERATORS)) or "OR"]


def facet_filter(
    filters: Mapping[str, Sequence[str]], combine: Callable[[Iterable[bool]], bool]
) -> Callable[[_Entity], bool]:
    """Return a predicate of entities that have the wanted values of each facet.

    filters: wanted values by facet; countries may be written in any usual form.
    combine: `any` or `all`, over the values of one facet.
    """
    wanted_values = {
        facet: [_country_code(text) if facet == COUNTRY else text for text in texts]
        for facet, texts in filters.items()
        if texts
    }

    def accept(entity: _Entity) -> bool:
        """Return whether an entity has the wanted values."""
        for facet, values in wanted_values.items():
            entity_values = set(FACETS[facet](entity))
            if not combine(value in entity_values for value in values):
                return False
        return True

    return accept


def count_facet(facet: str, entities: Iterable[_Entity]) -> dict[str, Any]:
    """Return the number of entities with each value of a facet, the most frequent first."""
    counts = Counter(value for entity in entities for value in FACETS[facet](entity))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    values = [{"name": name, "label": name, "count": count} for name, count in ranked]
    return {"label": facet.capitalize(), "values": values}
