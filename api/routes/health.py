"""`/healthz`, `/readyz`, `/metrics`: for whoever watches the service. They ask for no key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from resolver.api.observability import figures, shown
from resolver.api.schemas.json_response import json_response
from resolver.api.service import Service, service
from resolver.errors import ResolverError
from resolver.hub.admin import TOO_OLD, fault_of

blueprint = Blueprint("health", __name__)
_LATE = timedelta(seconds=60)
"""For so long a landing may wait for checks to know of it."""


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return json_response({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Checks can be answered from lists that are as new as they must be."""
    try:
        version, faults = standing(service())
    except ResolverError as error:
        version, faults = None, [error.line()]
    figures().ready.set(0 if faults else 1)
    if faults:
        return json_response(
            {"detail": "; ".join(faults), "version": version}, 503, headers={"Retry-After": "5"}
        )
    return json_response({"status": "ok", "version": version})


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus."""
    told = figures()
    try:
        told.version.set(service().hub.store.version)
        told.held.set(service().hub.store.jobs.held())
    except ResolverError:
        told.version.set(float("nan"))
        told.held.set(float("nan"))
    return Response(shown(told), content_type=CONTENT_TYPE_LATEST)


def standing(held: Service) -> tuple[int, list[str]]:
    """The store's version, and what speaks against being ready."""
    faults = []
    with held.hub.store.view() as view:
        if not view.version:
            faults.append("the store is empty: nothing has been submitted yet")
        else:
            held.hub.options_of(view.head)
            if not held.is_warm:
                stage, seconds = held.loading()
                faults.append(f"the service is still loading: {stage}, for {seconds:.0f} s so far")
            answered = held.screen.followed
            if answered is not None and answered < view.version:
                waiting = _age(view.landed([answered + 1])[answered + 1])
                if waiting > _LATE:
                    faults.append(f"checks still answer from version {answered}; the log says why")
        for source in view.sources():
            fault = fault_of(view, source)
            if fault == TOO_OLD:
                faults.append(
                    f"the list {source.name} is older than {source.maximum_age_days} days"
                )
            elif fault:
                faults.append(f"the list {source.name} is {fault}")
        return view.version, faults


def _age(updated: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(updated) if updated else timedelta.max
