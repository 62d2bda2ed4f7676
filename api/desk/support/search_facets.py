"""Facets of the search page: values that found entities state, each with a count and a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolver import review
from resolver.api.desk.support.text_filters import country_label
from resolver.reference.ftm.schemata import find_schema
from resolver.screening.search.entity_facets import read_facet
from resolver.screening.search.found_entities import FoundEntities

FACET_LABELS = {
    "schema": "Kind",
    "countries": "Country",
    "datasets": "List",
    "topics": "Topic",
    "genders": "Gender",
}
"""Facets by which found entities are narrowed, with their labels."""
_MAX_VALUES = 8

FacetFilter = tuple[str, str]
"""Facet and the value that entities must have."""


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """Value of a facet, the number of found entities with it, whether it is chosen, and the filters
    of the page that its link leads to.
    """

    label: str
    count: int
    is_chosen: bool
    filters: tuple[str, ...]


def read_facet_filters(texts: Sequence[str]) -> tuple[list[FacetFilter], list[str]]:
    """Return the filters of texts such as `countries:ru`, and the texts that are none."""
    filters: dict[str, str] = {}
    unknown = []
    for text in texts:
        facet, _, value = text[:300].partition(":")
        if facet in FACET_LABELS and value:
            filters[facet] = value
        else:
            unknown.append(text[:60])
    return list(filters.items()), unknown


def narrow_search(results: FoundEntities, filters: Sequence[FacetFilter]) -> FoundEntities:
    """Return the found entities that have all wanted values."""
    for facet, value in filters:
        results = results.select(read_facet(facet, results).entities_with(value, len(results)))
    return results


def facet_choices(
    results: FoundEntities, filters: Sequence[FacetFilter]
) -> list[tuple[str, list[FacetChoice]]]:
    """Return by label the values that narrow found entities further, the most frequent first, and
    those chosen.
    """
    chosen = dict(filters)
    groups = []
    for facet, label in FACET_LABELS.items():
        counts = read_facet(facet, results).counts()[:_MAX_VALUES]
        if facet in chosen:
            counts = [(chosen[facet], len(results))]
        elif all(count == len(results) for _, count in counts):
            continue
        choices = [_choice(facet, value, count, chosen) for value, count in counts]
        groups.append((label, choices))
    return groups


def _choice(facet: str, value: str, count: int, chosen: dict[str, str]) -> FacetChoice:
    is_chosen = chosen.get(facet) == value
    rest = {name: other for name, other in chosen.items() if name != facet}
    linked = rest if is_chosen else {**rest, facet: value}
    filters = tuple(f"{name}:{text}" for name, text in linked.items())
    return FacetChoice(_label(facet, value), count, is_chosen, filters)


def _label(facet: str, value: str) -> str:
    if facet == "countries":
        return country_label(value)
    if facet == "topics":
        return review.topic_label(value)
    if facet == "schema":
        schema = find_schema(value)
        return value if schema is None else schema.label
    return value
