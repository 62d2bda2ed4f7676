"""State of the service: health, metrics, catalog of datasets, scoring, and the feed of changes.

`/healthz` and `/readyz` need no key. `POST /updatez` is known from yente: it makes this worker
process see the latest commits at once. Without it, a process looks for commits about once a second.
Other worker processes are not affected.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import ANY_TEXT, Access, Disclosure, Scope, endpoint
from resolver.api.entity_schemas import CHANGE_EVENT
from resolver.api.errors import public_detail
from resolver.api.observability import current_metrics, render_metrics
from resolver.api.other_services import DEFAULT_ALGORITHM
from resolver.api.request_options import DEFAULT_DATASET
from resolver.api.server.responses import json_response
from resolver.api.service import UNNAMED_PROXY, Service, current_service
from resolver.check import change_feed, source_policy
from resolver.engines.pair_scoring import FeatureWeights, feature_weights
from resolver.errors import ResolverError
from resolver.feeds.feeds import KnownSources, find_visible_feeds, load_statuses
from resolver.hub.admin import TOO_OLD, StoredSource, StoreView, source_fault
from resolver.records.visibility import STRANGER

blueprint = Blueprint("health", __name__)
_LOG = structlog.get_logger("api")
_LIST_AGE = endpoints.closed_object(
    {
        "name": endpoints.STRING,
        "state": endpoints.STRING,
        "age_seconds": {"type": ["integer", "null"]},
    }
)
HEALTH = endpoints.component(
    "Health",
    endpoints.closed_object(
        {"status": endpoints.STRING},
        {
            "version": endpoints.COUNT,
            "notes": endpoints.array_of(endpoints.STRING),
            "lists": endpoints.array_of(_LIST_AGE),
        },
    ),
)
_ACCESS = Access(None, Disclosure.STATE)
_MAX_DELAY = timedelta(seconds=60)
"""Time after which checks must know of a commit."""


@endpoint(
    blueprint, "GET", "/healthz", _ACCESS, responses={200: endpoints.json_response_of(HEALTH)}
)
def healthz() -> Response:
    """Report that the process is alive."""
    return json_response({"status": "ok"})


@endpoint(
    blueprint,
    "GET",
    "/readyz",
    _ACCESS,
    responses={200: endpoints.json_response_of(HEALTH), **endpoints.errors(503)},
)
def readyz() -> Response:
    """Report whether checks can be answered from sufficiently recent lists."""
    try:
        version, faults = readiness(current_service())
    except ResolverError as error:
        version, faults = None, [public_detail(error)]
    current_metrics().ready.set(0 if faults else 1)
    if faults:
        return json_response(
            {"detail": "; ".join(faults), "version": version}, 503, headers={"Retry-After": "5"}
        )
    answer: dict[str, Any] = {"status": "ok", "version": version}
    lists = _list_ages(current_service())
    if lists:
        answer["lists"] = lists
    if current_service().has_unnamed_proxy:
        return json_response({**answer, "notes": [UNNAMED_PROXY]})
    return json_response(answer)


@endpoint(
    blueprint,
    "GET",
    "/metrics",
    Access(Scope.METRICS, Disclosure.STATE),
    responses={
        200: endpoints.response("Metrics", endpoints.content(endpoints.STRING, "text/plain"))
    },
)
def metrics() -> Response:
    """Return metrics for Prometheus.

    They count what all agencies do, so they need a key of scope `metrics`.
    """
    current = current_metrics()
    try:
        current.store_version.set(current_service().hub.store.revision)
        current.held_batches.set(current_service().hub.store.jobs.count_held())
        current.set_feeds(load_statuses(current_service().hub.store))
    except ResolverError:
        current.store_version.set(float("nan"))
        current.held_batches.set(float("nan"))
    return Response(render_metrics(current), content_type=CONTENT_TYPE_LATEST)


def readiness(service: Service) -> tuple[int, list[str]]:
    """Return the store's revision and the faults that keep the service from being ready.

    Raises `ResolverError` if the store cannot be read.
    """
    with service.hub.store.view() as view:
        if not view.revision:
            return 0, ["the store is empty: nothing has been submitted yet"]
        service.hub.options_of(view.head)
        faults = _loading_faults(service)
        answered = service.screener.followed_revision
        if answered is not None and answered < view.revision:
            faults += _delay_faults(answered, view.commit_times([answered + 1])[answered + 1])
        faults += _source_faults(view, service)
        return view.revision, faults


def _list_ages(service: Service) -> list[dict[str, Any]]:
    """Return age and state of the feeds that everybody may know."""

    def find_known() -> KnownSources:
        snapshot = service.screener.snapshot_for(STRANGER)
        return KnownSources(snapshot.sources, snapshot.agencies)

    feeds = find_visible_feeds(service.hub.store, STRANGER, find_known)
    return [
        {name: value for name, value in feed.fields.items() if name != "title"} for feed in feeds
    ]


def _source_faults(view: StoreView, service: Service) -> list[str]:
    """Return the faults of lists that everybody may know; the faults of other lists are in the
    log.
    """
    if not service.is_warm:
        return []
    visible = service.screener.visible_sources()
    faults = []
    for source in view.sources():
        fault = source_fault(view, source)
        if fault and source.name not in visible and view.has_records(source):
            _LOG.warning("a list is overdue", source=source.name)
            continue
        if fault == TOO_OLD:
            fault = f"older than {source.maximum_age_days} days"
        if fault:
            faults.append(f"the list {source.name} is {fault}")
    return faults


def _loading_faults(service: Service) -> list[str]:
    if service.is_warm:
        return []
    return [service.loading_text()]


def _delay_faults(answered: int, next_commit: str) -> list[str]:
    """Return the fault of checks that answer from an old revision; `next_commit` is the time of the
    commit after it.
    """
    if _age(next_commit) <= _MAX_DELAY:
        return []
    return [f"checks still answer from version {answered}; the log says why"]


def _age(updated: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(updated) if updated else timedelta.max


updates_blueprint = Blueprint("updates", __name__)


@endpoint(
    updates_blueprint,
    "POST",
    "/updatez",
    Access(Scope.ADMIN, Disclosure.STATE),
    parameters=[
        endpoints.query_parameter("sync", endpoints.BOOLEAN),
        endpoints.query_parameter("token", ANY_TEXT),
    ],
    responses={200: endpoints.json_response_of(HEALTH)},
)
def update() -> Response:
    """Bring this process to the present revision of the store.

    The answer comes once that is done. `sync` and `token`, which clients of yente send, have no
    effect: the key of the request decides who may use it.
    """
    endpoints.reject_undeclared()
    endpoints.read_boolean("sync", default=True)
    endpoints.read_text("token")
    current_service().require_ready()
    return json_response({"status": "ok", "version": current_service().screener.refresh()})


catalog_blueprint = Blueprint("catalog", __name__)
_CATALOG_ACCESS = Access(Scope.CHECK, Disclosure.STATE)
_DATASET = endpoints.component(
    "Dataset",
    endpoints.closed_object(
        {
            "name": endpoints.STRING,
            "title": endpoints.STRING,
            "version": endpoints.STRING,
            "records": endpoints.COUNT,
            "updated_at": endpoints.NULLABLE_STRING,
            "children": endpoints.STRINGS,
            "load": endpoints.BOOLEAN,
            "index_current": endpoints.BOOLEAN,
            "index_version": endpoints.STRING,
        },
        {"publisher": endpoints.NULLABLE_STRING},
    ),
)
_CATALOG = endpoints.component(
    "Catalog",
    endpoints.closed_object(
        {
            "datasets": endpoints.array_of(_DATASET),
            "current": endpoints.STRINGS,
            "outdated": endpoints.STRINGS,
            "index_stale": endpoints.BOOLEAN,
            "version": endpoints.COUNT,
        }
    ),
)
_FEATURE = endpoints.closed_object(
    {
        "description": endpoints.STRING,
        "coefficient": endpoints.NUMBER,
        "least": endpoints.NUMBER,
        "url": endpoints.STRING,
    }
)
_ALGORITHM_FIELDS = {
    "name": endpoints.STRING,
    "description": endpoints.STRING,
    "config": {"type": "object"},
    "features": endpoints.map_of(_FEATURE),
}
_ABOUT = "An additive, calibrated model: evidence in log-odds, summed; the score is a probability."
_ALGORITHMS = endpoints.component(
    "Algorithms",
    endpoints.closed_object(
        {
            "algorithms": endpoints.array_of(
                endpoints.closed_object(
                    {**_ALGORITHM_FIELDS, "docs": endpoints.closed_object(_ALGORITHM_FIELDS)}
                )
            ),
            "default": endpoints.STRING,
            "best": endpoints.STRING,
            "model": endpoints.STRING,
        }
    ),
)
_CHANGES = endpoints.component(
    "Changes",
    endpoints.closed_object(
        {
            "version": endpoints.COUNT,
            "until": endpoints.COUNT,
            "skip": endpoints.COUNT,
            "more": endpoints.BOOLEAN,
            "changes": endpoints.array_of(CHANGE_EVENT),
        }
    ),
)
_INDEX_FIELDS = {"load": True, "index_current": True}
"""Fields that yente computes: here each commit is searchable at once, so no dataset is outdated."""


@endpoint(
    catalog_blueprint,
    "GET",
    "/catalog",
    _CATALOG_ACCESS,
    responses={200: endpoints.json_response_of(_CATALOG)},
)
def catalog() -> Response:
    """List the datasets: each source, the further datasets that lists name, and `default`, which
    contains them all.
    """
    return _catalog_response()


@endpoint(
    catalog_blueprint,
    "GET",
    "/manifest",
    _CATALOG_ACCESS,
    responses={200: endpoints.json_response_of(_CATALOG)},
)
def manifest() -> Response:
    """List the datasets at the address that older clients of yente use."""
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


@endpoint(
    catalog_blueprint,
    "GET",
    "/algorithms",
    _CATALOG_ACCESS,
    responses={200: endpoints.json_response_of(_ALGORITHMS)},
)
def algorithms() -> Response:
    """Describe the scoring algorithm and its features.

    `coefficient` is the most that a feature can add to the log-odds, and `least` is the most that
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
    catalog_blueprint,
    "GET",
    "/changes",
    Access(Scope.CHECK, Disclosure.VALUES),
    parameters=[
        endpoints.query_parameter("since", endpoints.integer(0, 2**40)),
        endpoints.query_parameter("limit", endpoints.integer(1, 100_000)),
        endpoints.query_parameter("skip", endpoints.integer(0, 2**40)),
    ],
    responses={200: endpoints.json_response_of(_CHANGES)},
)
def changes() -> Response:
    """List the changes of entities after the revision `since`: the name of each entity, the sources
    of its records, and the fields of its records that changed.

    For the next page, send `until` as `since`, and `skip` as it is; `more` says whether there is a
    next page. Changes that the caller may not see are left out and not counted.
    """
    endpoints.reject_undeclared()
    since = endpoints.read_integer("since", 0, 0, 2**40)
    limit = endpoints.read_integer("limit", 1000, 1, 100_000)
    skip = endpoints.read_integer("skip", 0, 0, 2**40)
    hub = current_service().hub
    feed = change_feed.read_changes(hub, since, limit, viewer(), skip=skip)
    # the events themselves stay in the store, and revisions identify them
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
