"""`/healthz`, `/readyz`, `/metrics`: liveness and readiness without a key, and metrics with one.

Endpoint `POST /updatez`, known from yente: make this worker process see the latest commits at
once.

Without it a process looks for commits about once a second. Other worker processes are not affected.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from resolver.api import endpoints
from resolver.api.endpoints import ANY_TEXT, Access, Disclosure, Scope, endpoint
from resolver.api.errors import public_detail
from resolver.api.observability import current_metrics, render_metrics
from resolver.api.openapi.schema import (
    BOOLEAN,
    COUNT,
    STRING,
    array_of,
    closed_object,
    component,
    content,
    errors,
    json_response_of,
    query_parameter,
    response,
)
from resolver.api.schemas.json_response import json_response
from resolver.api.service import UNNAMED_PROXY, Service, current_service
from resolver.errors import ResolverError
from resolver.hub.admin import TOO_OLD, StoreView, source_fault

blueprint = Blueprint("health", __name__)
_LOG = structlog.get_logger("api")
HEALTH = component(
    "Health", closed_object({"status": STRING}, {"version": COUNT, "notes": array_of(STRING)})
)
_ACCESS = Access(None, Disclosure.STATE)
_MAX_DELAY = timedelta(seconds=60)
"""Time after which checks must know of a commit."""


@endpoint(blueprint, "GET", "/healthz", _ACCESS, responses={200: json_response_of(HEALTH)})
def healthz() -> Response:
    """Report that the process is alive."""
    return json_response({"status": "ok"})


@endpoint(
    blueprint,
    "GET",
    "/readyz",
    _ACCESS,
    responses={200: json_response_of(HEALTH), **errors(503)},
)
def readyz() -> Response:
    """Report whether checks can be answered from lists that are as new as they must be."""
    try:
        version, faults = readiness(current_service())
    except ResolverError as error:
        version, faults = None, [public_detail(error)]
    current_metrics().ready.set(0 if faults else 1)
    if faults:
        return json_response(
            {"detail": "; ".join(faults), "version": version}, 503, headers={"Retry-After": "5"}
        )
    answer = {"status": "ok", "version": version}
    if current_service().has_unnamed_proxy:
        return json_response({**answer, "notes": [UNNAMED_PROXY]})
    return json_response(answer)


@endpoint(
    blueprint,
    "GET",
    "/metrics",
    Access(Scope.METRICS, Disclosure.STATE),
    responses={200: response("Metrics", content(STRING, "text/plain"))},
)
def metrics() -> Response:
    """Return metrics for Prometheus.

    They count what all agencies do, so they need a key of scope `metrics`.
    """
    current = current_metrics()
    try:
        current.store_version.set(current_service().hub.store.revision)
        current.held_batches.set(current_service().hub.store.jobs.count_held())
    except ResolverError:
        current.store_version.set(float("nan"))
        current.held_batches.set(float("nan"))
    return Response(render_metrics(current), content_type=CONTENT_TYPE_LATEST)


def readiness(service: Service) -> tuple[int, list[str]]:
    """Return the store's revision and the faults that keep the service from being ready.

    Raises `ResolverError` where the store cannot be read.
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


def _source_faults(view: StoreView, service: Service) -> list[str]:
    """Return the faults of lists that everybody may know of; the log has those of the others."""
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
    """Return the fault of checks that answer from an old revision, given the time of the next."""
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
    parameters=[query_parameter("sync", BOOLEAN), query_parameter("token", ANY_TEXT)],
    responses={200: json_response_of(HEALTH)},
)
def update() -> Response:
    """Bring this process to the present revision of the store.

    The answer comes once that is done. `sync` and `token`, which clients of yente send, make no
    difference: the key of the request decides who may ask.
    """
    endpoints.reject_undeclared()
    endpoints.read_boolean("sync", default=True)
    endpoints.read_text("token")
    current_service().ready_screener()
    return json_response({"status": "ok", "version": current_service().screener.refresh()})
