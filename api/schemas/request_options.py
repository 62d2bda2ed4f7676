"""Query parameters of `/match` and `/check`, as options for the screener."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import request

from resolver.api import query_parameters
from resolver.api.access import viewer
from resolver.api.errors import ApiError
from resolver.api.openapi.json_schema import (
    BOOLEAN,
    FRACTION,
    TEXTS,
    array_of,
    enum_of,
    integer,
)
from resolver.api.openapi.objects import query_parameter
from resolver.api.schemas.facets import PropertyFilters
from resolver.api.schemas.yente import ALGORITHMS, DEFAULT_ALGORITHM
from resolver.api.service import current_service
from resolver.ingest.formats.ftm.ftm_schema import is_kind_of, topic_names
from resolver.records.kinds import SCHEMATA
from resolver.records.source_names import EVERYTHING
from resolver.screening import entity_reader
from resolver.screening.screener import EntityFilter, MatchQuery

if TYPE_CHECKING:
    from resolver.screening.screener import FilterContext

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


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """Options of a request.

    match_query: limits and filters for the screener.
    threshold: score from which a result counts as a match.
    limit: results per query at most.
    is_explained: whether results come with their evidence by feature.
    """

    match_query: MatchQuery
    threshold: float
    limit: int
    is_explained: bool = True


def read_request_options(dataset: str, visible_sources: frozenset[str]) -> RequestOptions:
    """Read the options of the request.

    `visible_sources`: names of the sources that the viewer can see. Raises `ApiError`.
    """
    if not request.args and dataset == DEFAULT_DATASET:
        return RequestOptions(
            MatchQuery(_DEFAULT_LIMIT, viewer=viewer()), _DEFAULT_THRESHOLD, _DEFAULT_LIMIT
        )
    algorithm = request.args.get("algorithm", DEFAULT_ALGORITHM)
    if algorithm not in ALGORITHMS:
        raise ApiError(
            400, f"there is no algorithm {algorithm[:60]!r}; use one of {', '.join(ALGORITHMS)}"
        )
    # Checked but without effect: yente's clients send it, and there is one way of scoring here.
    query_parameters.read_boolean("fuzzy", default=True)
    limit = query_parameters.read_integer("limit", _DEFAULT_LIMIT, 0, 500)
    threshold = query_parameters.read_number("threshold", _DEFAULT_THRESHOLD, 0.0, 1.0)
    match_query = MatchQuery(
        limit,
        query_parameters.read_number("cutoff", None, 0.0, 1.0),
        sources_in_scope(dataset, visible_sources),
        read_entity_filter(),
        viewer(),
    )
    return RequestOptions(
        match_query,
        _DEFAULT_THRESHOLD if threshold is None else threshold,
        limit,
        query_parameters.read_boolean("explain", default=True),
    )


def sources_in_scope(dataset: str, visible_sources: frozenset[str]) -> frozenset[str] | None:
    """Return the sources that a dataset and the parameters about datasets leave; None for all.

    Raises `ApiError` for a dataset that the viewer cannot see.
    """
    if dataset != DEFAULT_DATASET and dataset not in visible_sources:
        raise ApiError(404, f"there is no dataset {dataset[:60]!r}; /catalog lists them")
    include = set(query_parameters.read_texts("include_dataset"))
    exclude = set(query_parameters.read_texts("exclude_dataset"))
    unknown = sorted((include | exclude) - visible_sources - {DEFAULT_DATASET})
    if unknown:
        raise ApiError(404, f"there is no dataset {unknown[0][:60]!r}; /catalog lists them")
    if dataset == DEFAULT_DATASET and not (include - {DEFAULT_DATASET}) and not exclude:
        return None
    scope = visible_sources if dataset == DEFAULT_DATASET else frozenset({dataset})
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
    excluded = frozenset(query_parameters.read_choices("exclude_schema", SCHEMATA))
    since = query_parameters.read_datetime("changed_since")
    ids = query_parameters.read_texts("exclude_entity_ids")
    accept = _Filter(
        # a schema includes its subschemata
        frozenset(
            name for name in SCHEMATA if any(is_kind_of(name, schema) for schema in excluded)
        ),
        entity_reader.add_current_ids(current_service().hub, ids, viewer()) if ids else frozenset(),
        frozenset(query_parameters.read_choices("topics", topic_names()) if with_topics else ()),
        since.astimezone(UTC) if since else None,
        properties,
    )
    return accept if accept != _Filter(frozenset(), frozenset(), frozenset(), None) else None
