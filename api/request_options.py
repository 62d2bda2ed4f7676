"""Query parameters of requests, as the options that the engine takes.

The first part reads the parameters of `/match` and `/check` into options of the screener. The
second part is about facets of search results: it reads the filters of a request, and writes the
counts of an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import request

from resolver.api import endpoints
from resolver.api.access import viewer
from resolver.api.endpoints import (
    BOOLEAN,
    FRACTION,
    TEXTS,
    array_of,
    enum_of,
    integer,
    query_parameter,
)
from resolver.api.errors import ApiError
from resolver.api.other_services import ALGORITHMS, DEFAULT_ALGORITHM
from resolver.api.service import current_service
from resolver.check import entity_reader
from resolver.check.queries import country_code
from resolver.check.result_page import COUNTRY, FACETS, read_facet
from resolver.check.screener import EntityFilter, MatchQuery
from resolver.check.term_search import FoundEntities
from resolver.lists.formats.ftm.ftm_entity import (
    has_property,
    is_kind_of,
    suggest_property,
    topic_names,
)
from resolver.records import kind_of_schema
from resolver.records.kinds import SCHEMATA
from resolver.records.visibility import EVERYTHING

if TYPE_CHECKING:
    from resolver.check.screener import FilterContext


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
    return endpoints.read_choices("facets", tuple(FACETS)) or DEFAULT_FACETS


def read_schema() -> str:
    """Return the schema that entities must have. Raises `ApiError`."""
    schema = request.args.get("schema", _ANYTHING)
    if schema != _ANYTHING and kind_of_schema(schema) is None:
        raise ApiError(400, f"the schema {schema[:60]!r} is no person, group or asset")
    return schema


def read_filters() -> dict[str, list[str]]:
    """Return the wanted values by facet, including the values of the parameter `filter`.

    Raises `ApiError`.
    """
    endpoints.read_choices("topics", topic_names())
    filters = {facet: list(endpoints.read_texts(facet)) for facet in FILTERS}
    for text in endpoints.read_texts("filter"):
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
    """Return the wanted values of properties, as in `filter=properties.gender:female`.

    One value of each set is enough; with `filter_op=AND` each value is a set of its own.
    """
    values_of: dict[str, set[str]] = {}
    for text in endpoints.read_texts("filter"):
        facet, _, value = text.partition(":")
        if facet.startswith(_PROPERTY):
            prop = facet.removeprefix(_PROPERTY)
            _check_property(prop)
            values_of.setdefault(prop, set()).add(value)
    if endpoints.read_choice("filter_op", tuple(_OPERATORS)) == "AND":
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
    """Return the entities of a schema that have one of the wanted values of each facet; with the
    parameter `filter_op=AND`, all of them. Raises `ApiError`.
    """
    operator = endpoints.read_choice("filter_op", tuple(_OPERATORS)) or "OR"
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


DEFAULT_DATASET = EVERYTHING
_DEFAULT_LIMIT, _DEFAULT_THRESHOLD = 5, 0.5
COMMON_FILTERS = (
    query_parameter("include_dataset", TEXTS),
    query_parameter("exclude_dataset", TEXTS),
    query_parameter("exclude_schema", array_of(enum_of(SCHEMATA))),
    query_parameter("changed_since", {"type": "string", "format": "date"}),
)
"""Parameters that `/match`, `/check` and `/search` share."""
MATCH_PARAMETERS = (
    query_parameter("limit", integer(0, 500)),
    query_parameter("threshold", FRACTION, description="`match` is true from this score on."),
    query_parameter(
        "cutoff",
        FRACTION,
        description="Lowest score in the results. By default the review threshold; if no candidate"
        " reaches 0.5, people of the same name are shown below it, too.",
    ),
    query_parameter(
        "explain",
        BOOLEAN,
        description="`false` leaves out `features` and `explanations`; `summary` stays.",
    ),
    query_parameter("algorithm", enum_of(ALGORITHMS)),
    query_parameter("fuzzy", BOOLEAN),
    query_parameter("exclude_entity_ids", TEXTS),
    query_parameter("topics", array_of(enum_of(topic_names()))),
    *COMMON_FILTERS,
)
"""Parameters of `/match` and `/check`."""
_OPTION_NAMES = frozenset(row["name"] for row in MATCH_PARAMETERS)
_SCOPE_NAMES = frozenset(("include_dataset", "exclude_dataset"))
"""Parameters that `sources_in_scope` reads."""
_FILTER_NAMES = frozenset(("exclude_schema", "changed_since", "exclude_entity_ids", "topics"))
"""Parameters that `read_entity_filter` reads."""


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """Options of a request.

    `match_query`: limits and filters for the screener. `threshold`: score from which a result
    counts as a match. `limit`: largest number of results per query. `is_explained`: whether results
    come with their evidence by feature.
    """

    match_query: MatchQuery
    threshold: float
    limit: int
    is_explained: bool = True


def read_request_options(dataset: str, visible_sources: frozenset[str]) -> RequestOptions:
    """Read the options of the request.

    `visible_sources`: names of the sources that the viewer can see. Raises `ApiError`.
    """
    if dataset == DEFAULT_DATASET and _OPTION_NAMES.isdisjoint(request.args):
        return RequestOptions(
            MatchQuery(_DEFAULT_LIMIT, viewer=viewer()), _DEFAULT_THRESHOLD, _DEFAULT_LIMIT
        )
    algorithm = request.args.get("algorithm", DEFAULT_ALGORITHM)
    if algorithm not in ALGORITHMS:
        raise ApiError(
            400, f"there is no algorithm {algorithm[:60]!r}; use one of {', '.join(ALGORITHMS)}"
        )
    # Checked but without effect: yente's clients send it, but there is only one way of scoring
    # here.
    endpoints.read_boolean("fuzzy", default=True)
    limit = endpoints.read_integer("limit", _DEFAULT_LIMIT, 0, 500)
    threshold = endpoints.read_fraction("threshold", _DEFAULT_THRESHOLD)
    match_query = MatchQuery(
        limit,
        endpoints.read_fraction("cutoff", None),
        sources_in_scope(dataset, visible_sources),
        read_entity_filter(),
        viewer(),
    )
    return RequestOptions(
        match_query,
        _DEFAULT_THRESHOLD if threshold is None else threshold,
        limit,
        endpoints.read_boolean("explain", default=True),
    )


def sources_in_scope(dataset: str, visible_sources: frozenset[str]) -> frozenset[str] | None:
    """Return the sources that a dataset and the parameters about datasets select; None for all.

    Raises `ApiError` for a dataset that the viewer cannot see.
    """
    is_everything = dataset == DEFAULT_DATASET
    if not is_everything and dataset not in visible_sources:
        raise ApiError(404, f"there is no dataset {dataset[:60]!r}; /catalog lists them")
    if is_everything and _SCOPE_NAMES.isdisjoint(request.args):
        return None
    include = set(endpoints.read_texts("include_dataset"))
    exclude = set(endpoints.read_texts("exclude_dataset"))
    unknown = sorted((include | exclude) - visible_sources - {DEFAULT_DATASET})
    if unknown:
        raise ApiError(404, f"there is no dataset {unknown[0][:60]!r}; /catalog lists them")
    if is_everything and not (include - {DEFAULT_DATASET}) and not exclude:
        return None
    scope = visible_sources if is_everything else frozenset({dataset})
    if include and DEFAULT_DATASET not in include:
        scope &= include
    return scope - exclude if DEFAULT_DATASET not in exclude else frozenset()


@dataclass(frozen=True, slots=True)
class _Filter:
    """Filter of results by schema, id, topic, time of the last change and values of properties."""

    excluded_schemata: frozenset[str]
    excluded_ids: frozenset[str]
    required_topics: frozenset[str]
    since: datetime | None
    properties: PropertyFilters = frozenset()

    def __call__(self, entity: Mapping[str, Any], context: FilterContext) -> bool:
        """Return whether an entity may be a result."""
        if (
            entity["schema"] in self.excluded_schemata
            or entity["id"] in self.excluded_ids
            or self.excluded_ids.intersection(entity["referents"])
            or self.excluded_ids.intersection(map(_native_id, entity["referents"]))
        ):
            return False
        if self.required_topics and self.required_topics.isdisjoint(
            entity["properties"].get("topics", ())
        ):
            return False
        stated = entity["properties"]
        if any(values.isdisjoint(stated.get(prop, ())) for prop, values in self.properties):
            return False
        return (
            self.since is None
            or datetime.fromisoformat(context.last_changed(entity["id"])) >= self.since
        )


def _native_id(record_id: str) -> str:
    """Return the id of a record within its source."""
    return record_id.partition(":")[2]


def read_entity_filter(
    *, with_topics: bool = True, properties: PropertyFilters = frozenset()
) -> EntityFilter | None:
    """Return the filter that the parameters of the request describe, if any. Raises `ApiError`."""
    if not properties and _FILTER_NAMES.isdisjoint(request.args):
        return None
    excluded = frozenset(endpoints.read_choices("exclude_schema", SCHEMATA))
    since = endpoints.read_datetime("changed_since")
    ids = endpoints.read_texts("exclude_entity_ids")
    accept = _Filter(
        # a schema includes its subschemata
        frozenset(
            name for name in SCHEMATA if any(is_kind_of(name, schema) for schema in excluded)
        ),
        entity_reader.add_current_ids(current_service().hub, ids, viewer()) if ids else frozenset(),
        frozenset(endpoints.read_choices("topics", topic_names()) if with_topics else ()),
        since.astimezone(UTC) if since else None,
        properties,
    )
    return accept if accept != _Filter(frozenset(), frozenset(), frozenset(), None) else None
