"""`/catalog`, `/algorithms`, `/changes`: datasets, scoring, and the feed of changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.openapi.schema import (
    BOOLEAN,
    COUNT,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    STRINGS,
    array_of,
    closed_object,
    component,
    integer,
    json_response_of,
    map_of,
    query_parameter,
)
from resolver.api.schemas.entity_schemas import EVENT
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.request_options import DEFAULT_DATASET
from resolver.api.schemas.yente import DEFAULT_ALGORITHM
from resolver.api.service import current_service
from resolver.check import change_feed, source_policy
from resolver.engines.pair_scoring import FeatureWeights, feature_weights
from resolver.hub.admin import StoredSource

blueprint = Blueprint("catalog", __name__)
_ACCESS = Access(Scope.CHECK, Disclosure.STATE)
_DATASET = component(
    "Dataset",
    closed_object(
        {
            "name": STRING,
            "title": STRING,
            "version": STRING,
            "records": COUNT,
            "updated_at": NULLABLE_STRING,
            "children": STRINGS,
            "load": BOOLEAN,
            "index_current": BOOLEAN,
            "index_version": STRING,
        },
        {"publisher": NULLABLE_STRING},
    ),
)
_CATALOG = component(
    "Catalog",
    closed_object(
        {
            "datasets": array_of(_DATASET),
            "current": STRINGS,
            "outdated": STRINGS,
            "index_stale": BOOLEAN,
            "version": COUNT,
        }
    ),
)
_FEATURE = closed_object(
    {"description": STRING, "coefficient": NUMBER, "least": NUMBER, "url": STRING}
)
_ALGORITHM_FIELDS = {
    "name": STRING,
    "description": STRING,
    "config": {"type": "object"},
    "features": map_of(_FEATURE),
}
_ABOUT = "An additive, calibrated model: evidence in log-odds, summed; the score is a probability."
_ALGORITHMS = component(
    "Algorithms",
    closed_object(
        {
            "algorithms": array_of(
                closed_object({**_ALGORITHM_FIELDS, "docs": closed_object(_ALGORITHM_FIELDS)})
            ),
            "default": STRING,
            "best": STRING,
            "model": STRING,
        }
    ),
)
_CHANGES = component(
    "Changes",
    closed_object(
        {
            "version": COUNT,
            "until": COUNT,
            "skip": COUNT,
            "more": BOOLEAN,
            "changes": array_of(EVENT),
        }
    ),
)
_INDEX_FIELDS = {"load": True, "index_current": True}
"""Fields that yente computes: here each commit is searchable at once, so no dataset is outdated."""


@endpoint(blueprint, "GET", "/catalog", _ACCESS, responses={200: json_response_of(_CATALOG)})
def catalog() -> Response:
    """List the datasets: each source, the further datasets that lists name, and `default`, which
    contains them all.
    """
    return _catalog_response()


@endpoint(blueprint, "GET", "/manifest", _ACCESS, responses={200: json_response_of(_CATALOG)})
def manifest() -> Response:
    """List the datasets under the address that older clients of yente know."""
    return _catalog_response()


def _catalog_response() -> Response:
    version, sources, further = source_policy.read_datasets(current_service().hub, viewer())
    further_by_name = {dataset.name: dataset for dataset in further}
    datasets = [
        _source_view(source, further_by_name.pop(source.name, None), version) for source in sources
    ]
    datasets += [_further_view(dataset, version) for dataset in further_by_name.values()]
    names = [dataset["name"] for dataset in datasets]
    return json_response(
        {
            "datasets": [_default_view(sources, names, version), *datasets],
            "current": [DEFAULT_DATASET, *names],
            "outdated": [],
            "index_stale": False,
            "version": version,
        }
    )


def _source_view(
    source: StoredSource, further: source_policy.FurtherDataset | None, version: int
) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title or source.name,
        "publisher": source.agency or None,
        "version": source.list_version or source.updated,
        "updated_at": source.updated or None,
        "records": source.records + (further.records if further else 0),
        "children": [],
        **_INDEX_FIELDS,
        "index_version": str(version),
    }


def _further_view(dataset: source_policy.FurtherDataset, version: int) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "title": dataset.name,
        "publisher": None,
        "version": dataset.updated,
        "updated_at": dataset.updated or None,
        "records": dataset.records,
        "children": [],
        **_INDEX_FIELDS,
        "index_version": str(version),
    }


def _default_view(
    sources: Sequence[StoredSource], names: Sequence[str], version: int
) -> dict[str, Any]:
    return {
        "name": DEFAULT_DATASET,
        "title": "Everything",
        "version": str(version),
        "updated_at": max((source.updated for source in sources), default="") or None,
        "records": sum(source.records for source in sources),
        "children": list(names),
        **_INDEX_FIELDS,
        "index_version": str(version),
    }


@endpoint(blueprint, "GET", "/algorithms", _ACCESS, responses={200: json_response_of(_ALGORITHMS)})
def algorithms() -> Response:
    """Describe the scoring algorithm and its features.

    `coefficient` and `least` are the most that a feature can add to the log-odds and the most that
    it can take from them.
    """
    hub = current_service().hub
    features = {feature.name: _feature_view(feature) for feature in feature_weights(hub.models)}
    docs = {"name": DEFAULT_ALGORITHM, "description": _ABOUT, "config": {}, "features": features}
    return json_response(
        {
            "algorithms": [{**docs, "docs": docs}],
            "default": DEFAULT_ALGORITHM,
            "best": DEFAULT_ALGORITHM,
            "model": hub.models.stamp["model"],
        }
    )


def _feature_view(feature: FeatureWeights) -> dict[str, Any]:
    return {
        "description": feature.help,
        "coefficient": feature.max_weight / 1000,
        "least": feature.min_weight / 1000,
        "url": "",
    }


@endpoint(
    blueprint,
    "GET",
    "/changes",
    Access(Scope.CHECK, Disclosure.VALUES),
    parameters=[
        query_parameter("since", integer(0, 2**40)),
        query_parameter("limit", integer(1, 100_000)),
        query_parameter("skip", integer(0, 2**40)),
    ],
    responses={200: json_response_of(_CHANGES)},
)
def changes() -> Response:
    """List the changes of entities after the revision `since`.

    For the next page give `until` as `since`, and the same `skip`; `more` says whether there is
    one. Changes that the caller may not see are left out and not counted.
    """
    endpoints.reject_undeclared()
    since = endpoints.read_integer("since", 0, 0, 2**40)
    limit = endpoints.read_integer("limit", 1000, 1, 100_000)
    skip = endpoints.read_integer("skip", 0, 0, 2**40)
    hub = current_service().hub
    feed = change_feed.read_changes(hub, since, limit, viewer(), skip=skip)
    # the events themselves stay in the store: revisions name them
    log_access(
        "changes",
        {"since": since, "skip": skip, "limit": limit},
        {"until": feed.until, "events": len(feed.events)},
        revision_of(feed.revision),
    )
    return json_response(
        {
            "version": feed.revision,
            "until": feed.until,
            "skip": feed.skip,
            "more": feed.has_more,
            "changes": [event.to_json() for event in feed.events],
        }
    )
