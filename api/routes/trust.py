"""`/audit` and `/erasures`: the audit log, and the erasure of records.

`/audit` gives events of the audit log to auditors. An auditor with an agency sees what people and
programs of this agency looked up. An auditor without an agency, and an administrator, see the
events of all agencies. Reading the log is logged, too.

`/erasures` erases records for good. One admin asks and another one confirms. The worker of the
store carries the erasure out (`resolver.trust.erasure`). The pages of the desk use the same
functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from resolver.api import endpoints
from resolver.api.access import Viewer, log_access, revision_of, viewer
from resolver.api.endpoints import (
    COUNT,
    NAME,
    NONBLANK,
    STRING,
    STRINGS,
    Access,
    Disclosure,
    Scope,
    array_of,
    closed_object,
    component,
    content,
    endpoint,
    enum_of,
    errors,
    integer,
    json_response_of,
    map_of,
    query_parameter,
)
from resolver.api.errors import ApiError
from resolver.api.routes.match import read_json_object
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.check.screener import IndexRevision
from resolver.errors import InputError, UnknownIdError
from resolver.hub.admin import AuditEvent
from resolver.trust.audit_chain import LogFilter, read_log
from resolver.trust.erasure import (
    MAX_REASON,
    MAX_RECORDS,
    Erasure,
    ErasureRefusedError,
    ErasureState,
    describe_erasure,
    list_asked_values,
)

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


erasures_blueprint = Blueprint("erasures", __name__)
_ERASURE_ACCESS = Access(Scope.ADMIN, Disclosure.ACTS)
_DECISIONS = ("confirm", "refuse")
MAX_VALUES = 100
"""Maximum number of values that one erasure names; each may stand for all values of a property."""
_PROOF = closed_object(
    {},
    {
        "rewritten": {"type": "object", "additionalProperties": COUNT},
        **dict.fromkeys(("files_removed", "texts", "shared", "short", "files", "bytes"), COUNT),
        "notes": STRINGS,
        "found": {"type": "object", "additionalProperties": COUNT},
    },
)
_ERASURE = component(
    "Erasure",
    closed_object(
        {
            "state": enum_of([*ErasureState]),
            **dict.fromkeys(("id", "reason", "asked_by", "agency", "asked"), STRING),
            **dict.fromkeys(("decided_by", "decided", "finished"), STRING),
            "records": {**STRINGS, "description": "Ids that replace the ids of the records."},
            "value_keys": {
                **STRINGS,
                "description": "Keyed hashes of the values, if the records stay without them.",
            },
            "proof": {
                **_PROOF,
                "description": "Once it is done: rows that were rewritten, texts and bytes that"
                " were searched, and where a value was found (nowhere).",
            },
        },
        {
            "asked_for": {**STRINGS, "description": "Ids of the records, while it is `asked`."},
            "asked_values": {
                **STRINGS,
                "description": "Values that it would erase, of the records that you may see.",
            },
        },
    ),
)
_ERASURES = component("Erasures", closed_object({"erasures": array_of(_ERASURE)}))
_ASK = closed_object(
    {
        "records": array_of(NAME, minItems=1, maxItems=MAX_RECORDS),
        "reason": {**NONBLANK, "maxLength": MAX_REASON},
    },
    {
        "values": {
            **array_of(NAME, minItems=1, maxItems=MAX_VALUES),
            "description": "Values that are erased; the records stay. Each is a property, or"
            " property=text.",
        }
    },
)
_DECIDE = closed_object({"decision": enum_of([*_DECISIONS])})


@dataclass(frozen=True, slots=True)
class Asked:
    """What an erasure that waits for a second person asks for: ids of records, and those of its
    values (property and text) that the person may see.
    """

    ids: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()


def list_shown_erasures(limit: int, person: Viewer) -> list[tuple[Erasure, Asked]]:
    """Return the newest erasures, each with what it asks for; log that they are shown. A caller
    without a name, of a service that asks for no keys, gets none, since records may be hidden.
    """
    rows = current_service().hub.store.erasures.list()[:limit] if person.name else []
    shown = [(row, _find_asked(row, person)) for row in rows]
    _log({"erasures": [row.id for row, _ in shown]}, sum(len(asked.ids) for _, asked in shown))
    return shown


def propose_erasure(
    ids: list[str], reason: str, person: Viewer, values: Sequence[str] = ()
) -> Erasure:
    """Ask for the erasure of records, or of some of their values, in the name of a person, once
    that is logged. Raises `InputError`.
    """
    if len(values) > MAX_VALUES:
        raise InputError(f"an erasure has at most {MAX_VALUES} values")
    # the event names no record, because it would otherwise have to be erased with it
    _log({"what": "ask", "by": person.name}, len(set(ids)))
    rows = current_service().hub.store.erasures
    return rows.ask(ids, reason, who=person.name, agency=person.agency, values=values)


def settle_erasure(erasure_id: str, decision: str, person: Viewer) -> Erasure:
    """Confirm or refuse an erasure that somebody else, or a rule of retention, has asked for, once
    that is logged. Raises `InputError` for a word that is no decision, `UnknownIdError`,
    `ErasureRefusedError`.
    """
    if decision not in _DECISIONS:
        raise InputError("a decision is confirm or refuse", hint="use the buttons of the page")
    rows = current_service().hub.store.erasures
    asked = rows.get(erasure_id)
    _log({"what": decision, "erasure": asked.id, "by": person.name}, len(asked.records))
    return (rows.confirm if decision == "confirm" else rows.refuse)(asked.id, person.name)


def _find_asked(row: Erasure, person: Viewer) -> Asked:
    if row.state is not ErasureState.ASKED:
        return Asked()
    store = current_service().hub.store
    ids = store.erasures.values(row).ids
    return Asked(ids, tuple(list_asked_values(store, row, ids, person)))


def _log(query: dict[str, Any], count: int) -> None:
    revision = IndexRevision(current_service().hub.store.revision, "")
    log_access("erasures", query, {"records": count}, revision)


def _describe_erasure(row: Erasure, asked: Asked) -> dict[str, Any]:
    values = [f"{prop}={text}" for prop, text in asked.values]
    stated = {"asked_for": [*asked.ids], "asked_values": values}
    return {**describe_erasure(row), **{key: some for key, some in stated.items() if some}}


def _person() -> Viewer:
    """Return the caller, under whose name an erasure is asked for or decided. Raises `ApiError`
    without a key.
    """
    if not viewer().name:
        raise ApiError(
            403,
            "erasures are logged under a name: create a key with `resolver keys create NAME"
            " --scope admin`, and send it",
        )
    return viewer()


@endpoint(
    erasures_blueprint,
    "GET",
    "/erasures",
    _ERASURE_ACCESS,
    parameters=[query_parameter("limit", integer(1, 1000))],
    responses={200: json_response_of(_ERASURES)},
)
def list_erasures() -> Response:
    """List the erasures of records, the newest first, with the proof of those that are done."""
    endpoints.reject_undeclared()
    limit = endpoints.read_integer("limit", 100, 1, 1000)
    shown = list_shown_erasures(limit, viewer())
    return json_response({"erasures": [_describe_erasure(*row) for row in shown]})


@endpoint(
    erasures_blueprint,
    "POST",
    "/erasures",
    _ERASURE_ACCESS,
    body=content(_ASK),
    responses={201: json_response_of(_ERASURE), **errors(400, 403, 404, 415)},
)
def ask_erasure_over_http() -> Response:
    """Ask for the erasure of records (`<source>:<id>`), for good. Another admin has to confirm it.

    `reason` is the legal ground; it is kept, so it must not name the person. With `values`, only
    these values are erased, and the records stay.
    """
    endpoints.reject_undeclared()
    person, body = _person(), read_json_object()
    ids, reason = body.get("records"), body.get("reason", "")
    if not isinstance(ids, list) or not all(isinstance(row, str) and row for row in ids):
        raise ApiError(422, "records must be a list of ids")
    if not isinstance(reason, str) or set(body) - {"records", "reason", "values"}:
        raise ApiError(422, "an erasure has records and a reason, which is a text")
    values = body.get("values", [])
    if (
        not isinstance(values, list)
        or not all(isinstance(row, str) and row for row in values)
        or (not values and "values" in body)
    ):
        raise ApiError(422, f"values must be a list of 1 to {MAX_VALUES} texts")
    for row in ids:
        endpoints.check_length("the id of a record", row)
    for row in values:
        endpoints.check_length("a value", row)
    try:
        asked = propose_erasure(ids, reason, person, values)
    except UnknownIdError as error:
        raise ApiError(404, error.line()) from None
    except InputError as error:
        raise ApiError(422, error.line()) from None
    return json_response(_describe_erasure(asked, _find_asked(asked, person)), 201)


@endpoint(
    erasures_blueprint,
    "GET",
    "/erasures/<erasure>",
    _ERASURE_ACCESS,
    responses={200: json_response_of(_ERASURE), **errors(404)},
)
def show_erasure(erasure: str) -> Response:
    """Return an erasure: its state, and its proof once it is done."""
    endpoints.reject_undeclared()
    person = viewer()
    # to callers without a name, no erasure exists: see `list_shown_erasures`
    row = current_service().hub.store.erasures.get(erasure if person.name else "")
    asked = _find_asked(row, person)
    _log({"erasures": [row.id]}, len(asked.ids))
    return json_response(_describe_erasure(row, asked))


@endpoint(
    erasures_blueprint,
    "POST",
    "/erasures/<erasure>/decision",
    _ERASURE_ACCESS,
    body=content(_DECIDE),
    responses={200: json_response_of(_ERASURE), **errors(400, 403, 404, 409, 415)},
)
def decide_erasure_over_http(erasure: str) -> Response:
    """Confirm or refuse (`decision`) what another admin, or a rule of retention, has asked for.

    The worker then erases the records. Whoever asked gets 409, as does a second decision.
    """
    endpoints.reject_undeclared()
    person, body = _person(), read_json_object()
    decision = body.get("decision")
    if decision not in _DECISIONS or set(body) != {"decision"}:
        raise ApiError(422, f"decision must be one of {', '.join(_DECISIONS)}")
    try:
        decided = settle_erasure(erasure, decision, person)
    except ErasureRefusedError as error:
        raise ApiError(409, error.line()) from None
    return json_response(_describe_erasure(decided, Asked()))
