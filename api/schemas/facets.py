"""Facets of search results: filters of a request, and counts in an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flask import request

from resolver.api import query_parameters
from resolver.api.errors import ApiError
from resolver.ingest.formats.ftm.ftm_schema import (
    has_property,
    is_kind_of,
    suggest_property,
    topic_names,
)
from resolver.records import kind_of_schema
from resolver.records.kinds import SCHEMATA
from resolver.screening.search.entity_facets import COUNTRY, FACETS, read_facet
from resolver.screening.search.found_entities import FoundEntities
from resolver.screening.uncompared_values import country_code

FILTERS = ("countries", "topics", "datasets")
"""Facets that are parameters by their own name; `filter` takes all."""
DEFAULT_FACETS = FILTERS
_ANYTHING = "Thing"
_PROPERTY = "properties."
"""Beginning of a filter by the values of a property rather than a facet."""
PropertyFilters = frozenset[tuple[str, frozenset[str]]]
"""Properties, and values of which an entity must have one."""
_OPERATORS = {"OR": np.logical_or, "AND": np.logical_and}


def read_facets() -> tuple[str, ...]:
    """Return the facets to count. Raises `ApiError`."""
    return query_parameters.read_choices("facets", tuple(FACETS)) or DEFAULT_FACETS


def read_schema() -> str:
    """Return the schema that entities must be of. Raises `ApiError`."""
    schema = request.args.get("schema", _ANYTHING)
    if schema != _ANYTHING and kind_of_schema(schema) is None:
        raise ApiError(400, f"the schema {schema[:60]!r} is no person, group or asset")
    return schema


def read_filters() -> dict[str, list[str]]:
    """Return the wanted values by facet, those of the parameter `filter` among them.

    Raises `ApiError`.
    """
    query_parameters.read_choices("topics", topic_names())
    filters = {facet: list(query_parameters.read_texts(facet)) for facet in FILTERS}
    for text in query_parameters.read_texts("filter"):
        facet, _, value = text.partition(":")
        if facet.startswith(_PROPERTY) and value:
            continue
        if facet not in FACETS or not value:
            raise ApiError(
                422,
                f"cannot filter by {text[:60]!r}; use {', '.join(FACETS)} or {_PROPERTY}X, as in"
                " countries:ru",
            )
        filters.setdefault(facet, []).append(value)
    # countries may be written in any usual form
    filters[COUNTRY] = [country_code(text) or text for text in filters[COUNTRY]]
    return {facet: values for facet, values in filters.items() if values}


def read_property_filters() -> PropertyFilters:
    """Return the wanted values of properties, as in `filter=properties.birthDate:1952-10-07`.

    One value of each set is enough; with `filter_op=AND` each value is a set of its own.
    """
    values_of: dict[str, set[str]] = {}
    for text in query_parameters.read_texts("filter"):
        facet, _, value = text.partition(":")
        if facet.startswith(_PROPERTY):
            prop = facet.removeprefix(_PROPERTY)
            _check_property(prop)
            values_of.setdefault(prop, set()).add(value)
    if query_parameters.read_choice("filter_op", tuple(_OPERATORS)) == "AND":
        return frozenset(
            (prop, frozenset({value})) for prop, values in values_of.items() for value in values
        )
    return frozenset((prop, frozenset(values)) for prop, values in values_of.items())


def _check_property(prop: str) -> None:
    """Raise `ApiError` for a property that no schema has."""
    if not any(has_property(schema, prop) for schema in SCHEMATA):
        suggested = suggest_property("LegalEntity", prop)
        hint = f": did you mean {_PROPERTY}{suggested}?" if suggested else ""
        raise ApiError(422, f"cannot filter by {_PROPERTY}{prop[:60]}, which nobody has{hint}")


def select_with_facets(
    results: FoundEntities, schema: str, filters: Mapping[str, Sequence[str]]
) -> FoundEntities:
    """Return the entities of a schema that have the wanted values of each facet: any of them, or
    with the parameter `filter_op=AND` all. Raises `ApiError`.
    """
    operator = query_parameters.read_choice("filter_op", tuple(_OPERATORS)) or "OR"
    if schema != _ANYTHING:
        schemata = read_facet("schema", results)
        names = [name for name in schemata.names if is_kind_of(name, schema)]
        masks = [schemata.entities_with(name, len(results)) for name in names]
        results = results.select(np.logical_or.reduce([np.zeros(len(results), dtype=bool), *masks]))
    for facet, values in filters.items():
        stated = read_facet(facet, results)
        masks = [stated.entities_with(value, len(results)) for value in values]
        results = results.select(_OPERATORS[operator].reduce(masks))
    return results


def count_facet(facet: str, results: FoundEntities) -> dict[str, Any]:
    """Return the number of entities with each value of a facet, the most frequent first."""
    counts = read_facet(facet, results).counts()
    values = [{"name": name, "label": name, "count": count} for name, count in counts]
    return {"label": facet.capitalize(), "values": values}
