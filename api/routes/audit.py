"""`/audit`: events of the audit log, for auditors.

An auditor with an agency sees what people and programs of this agency looked up. An auditor without
an agency, and an administrator, see the events of all agencies. Reading the log is logged, too.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from resolver.api import endpoints
from resolver.api.access import Viewer, log_access, revision_of, viewer
from resolver.api.endpoints import (
    COUNT,
    STRING,
    Access,
    Disclosure,
    Scope,
    array_of,
    closed_object,
    component,
    endpoint,
    errors,
    integer,
    json_response_of,
    map_of,
    query_parameter,
)
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.hub.admin import AuditEvent
from resolver.trust.audit_chain import LogFilter, read_log

blueprint = Blueprint("audit", __name__)
_FILTERS = ("since", "before", "who", "agency", "action", "record")
_MAX_EVENTS = 1_000
_MAX_NUMBER = 2**53
_EVENT = component(
    "AuditEvent",
    closed_object(
        {
            "number": COUNT,
            "at": STRING,
            "who": STRING,
            "agency": STRING,
            "action": STRING,
            "purpose": STRING,
            "request_id": STRING,
            "version": COUNT,
            "model": STRING,
            "query": map_of({}),
            "answer": map_of({}),
        }
    ),
)
_EVENTS = component(
    "AuditEvents",
    closed_object({"events": array_of(_EVENT), "next": COUNT}),
)


@endpoint(
    blueprint,
    "GET",
    "/audit",
    Access(Scope.AUDIT, Disclosure.VALUES),
    parameters=[
        *(query_parameter(name, STRING) for name in _FILTERS),
        query_parameter("after", integer(0, _MAX_NUMBER)),
        query_parameter("limit", integer(1, _MAX_EVENTS)),
    ],
    responses={200: json_response_of(_EVENTS), **errors(404)},
)
def audit_events() -> Response:
    """Return events of the audit log, the oldest first.

    `since` and `before` are times in UTC, such as `2026-03-01`. `record` selects the events that
    showed a record, by its id or by the id of an entity that it was in at that time. Send `next` as
    `after` to read on; an empty page is the end for now.
    """
    endpoints.reject_undeclared()
    after = endpoints.read_integer("after", 0, 0, _MAX_NUMBER)
    limit = endpoints.read_integer("limit", 100, 1, _MAX_EVENTS)
    events = logged_events(viewer(), after=after, limit=limit)
    return json_response(
        {
            "events": [_describe(event) for event in events],
            "next": events[-1].number if events else after,
        }
    )


def logged_events(
    auditor: Viewer, *, after: int = 0, limit: int = _MAX_EVENTS, newest: bool = False
) -> list[AuditEvent]:
    """Return the events that the request selects and the auditor may see, and log this access.

    The result has at most `limit` events, the oldest first; with `newest`, these are the last
    events instead of the first.
    """
    store = current_service().hub.store
    stated = {name: endpoints.read_text(name).strip() for name in _FILTERS}
    choice = LogFilter(**stated, only_agency=auditor.agency if is_bound(auditor) else "")
    # an event names the requested filters, not the events that were read
    query = {name: text for name, text in stated.items() if text} | {"after": after}
    events = read_log(store, choice, after=after, limit=limit, newest=newest)
    log_access("audit", query, {"events": len(events)}, revision_of(store.revision))
    return events


def is_bound(auditor: Viewer) -> bool:
    """Return whether an auditor sees only the events of their own agency."""
    return bool(auditor.agency) and Scope.ADMIN not in auditor.scopes


def _describe(event: AuditEvent) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": event.at,
        "who": event.actor,
        "agency": event.agency,
        "action": event.action,
        "purpose": event.purpose,
        "request_id": event.request_id,
        "version": event.revision,
        "model": event.model,
        "query": dict(event.query),
        "answer": dict(event.answer),
    }
