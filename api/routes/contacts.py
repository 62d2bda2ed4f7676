"""`/contacts`: requests to the agencies behind sources that answer with a contact
(`resolver.trust.contacts`).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import (
    BOOLEAN,
    NAME,
    STRING,
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
    query_parameter,
)
from resolver.api.errors import ApiError
from resolver.api.routes.match import read_json_object
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.errors import InputError, UnknownIdError
from resolver.trust import contacts as cases
from resolver.trust.contacts import (
    ANSWERS,
    DEFAULT_DAYS,
    MAX_DAYS,
    MAX_TEXT,
    STATES,
    ContactCase,
)

blueprint = Blueprint("contacts", __name__)
_TEXT = {"type": "string", "maxLength": MAX_TEXT}
_CASE = component(
    "ContactRequest",
    closed_object(
        {
            **dict.fromkeys(("id", "reference", "agency", "asker", "asked_by", "question"), STRING),
            "state": enum_of(list(STATES)),
            **dict.fromkeys(("asked", "due", "answered_by", "answered", "answer", "until"), STRING),
            "is_overdue": BOOLEAN,
            "is_ours": BOOLEAN,
        },
        {"record": {"type": "object"}},
    ),
)
_CASES = component("ContactRequests", closed_object({"contacts": array_of(_CASE)}))
_ASK = closed_object({"reference": NAME, "question": _TEXT}, {"days": integer(1, MAX_DAYS)})
_ANSWER = closed_object({"state": enum_of(list(ANSWERS)), "answer": _TEXT}, {"until": STRING})


def log_cases(shown: list[ContactCase], *, seen: tuple[str, ...] = (), sought: str = "") -> None:
    """Log that requests are shown, with the ids of the records that are shown with them, or that
    the one sought by its id was not found.
    """
    revision = revision_of(current_service().hub.store.revision)
    query: dict[str, Any] = {"act": "list", "contacts": [case.id for case in shown]}
    if sought:
        query["sought"] = sought[:40]
    log_access("contact", query, {"seen": list(seen)}, revision)


def show_case(case: ContactCase, *, with_record: bool = False) -> dict[str, Any]:
    """Return a request as JSON, as the viewer may see it."""
    store = current_service().hub.store
    return cases.describe_case(store, viewer(), case, with_record=with_record)


def ask(reference: str, question: str, days: int) -> ContactCase:
    """Ask the agency behind a reference, once that is logged. Raises `InputError`."""
    screener = current_service().ready_screener()
    _log_act({"act": "ask", "reference": reference.strip()[:40]}, {})
    return cases.ask_agency(screener, viewer(), reference, question, days)


def answer(case_id: str, state: str, text: str, until: str) -> ContactCase:
    """Answer a request to the viewer's agency, once that is logged. Raises `InputError`,
    `OwnerError`.
    """
    store = current_service().hub.store
    case = cases.find_case(store, viewer(), case_id)
    query = {"act": state[:40], "contact": case.id, "reference": case.reference}
    _log_act(query, {"agency": case.owner, "asker": case.asker})
    return cases.answer_case(store, viewer(), case, state, text, until)


def _log_act(query: dict[str, Any], parties: dict[str, str]) -> None:
    log_access("contact", query, parties, revision_of(current_service().hub.store.revision))


@endpoint(
    blueprint,
    "GET",
    "/contacts",
    Access(Scope.CHECK, Disclosure.ACTS),
    parameters=[query_parameter("limit", integer(1, 1000))],
    responses={200: json_response_of(_CASES)},
)
def list_contacts() -> Response:
    """List the requests that your agency has sent or was sent, the newest first."""
    endpoints.reject_undeclared()
    limit = endpoints.read_integer("limit", 100, 1, 1000)
    rows = cases.list_cases(current_service().hub.store, viewer(), limit)
    log_cases(rows)
    return json_response({"contacts": list(map(show_case, rows))})


@endpoint(
    blueprint,
    "POST",
    "/contacts",
    Access(Scope.CHECK, Disclosure.ACTS),
    body=content(_ASK),
    responses={201: json_response_of(_CASE), **errors(400, 404, 415)},
)
def ask_contact() -> Response:
    """Ask the agency that an answer named about the record behind its reference.

    `question` says what you need to know, and why. The agency should answer within `days` (14 by
    default); it is reminded three days before, and both of you are told when the time is over.
    """
    endpoints.reject_undeclared()
    body = read_json_object()
    days = body.get("days", DEFAULT_DAYS)
    if not isinstance(days, int) or isinstance(days, bool):
        raise ApiError(422, "days must be a whole number")
    try:
        case = ask(_read(body, "reference"), _read(body, "question"), days)
    except UnknownIdError as error:
        raise ApiError(404, error.line()) from None
    except InputError as error:
        raise ApiError(422, error.line()) from None
    return json_response(show_case(case), 201)


@endpoint(
    blueprint,
    "GET",
    "/contacts/<contact>",
    Access(Scope.CHECK, Disclosure.VALUES),
    responses={200: json_response_of(_CASE), **errors(404)},
)
def show_contact(contact: str) -> Response:
    """Return a request, with its record for the agency that owns it.

    The agency that asked gets the record once it was disclosed, and until the disclosure ends.
    """
    endpoints.reject_undeclared()
    try:
        case = cases.find_case(current_service().hub.store, viewer(), contact)
    except UnknownIdError as error:
        log_cases([], sought=contact)
        raise ApiError(404, error.line()) from None
    described = show_case(case, with_record=True)
    log_cases([case], seen=(case.record_id,) if "record" in described else ())
    return json_response(described)


@endpoint(
    blueprint,
    "POST",
    "/contacts/<contact>/answer",
    Access(Scope.REVIEW, Disclosure.ACTS),
    body=content(_ANSWER),
    responses={200: json_response_of(_CASE), **errors(400, 403, 404, 415)},
)
def answer_contact(contact: str) -> Response:
    """Answer a request to your agency: in words, by a refusal, or by disclosing the record.

    A disclosure holds for the agency that asked, for good or to the end of the day `until`. You can
    answer again, which replaces the answer before.
    """
    endpoints.reject_undeclared()
    body = read_json_object()
    try:
        case = answer(contact, _read(body, "state"), _read(body, "answer"), _read(body, "until"))
    except UnknownIdError as error:
        raise ApiError(404, error.line()) from None
    except InputError as error:
        raise ApiError(422, error.line()) from None
    return json_response(show_case(case))


def _read(body: dict[str, Any], name: str) -> str:
    text = body.get(name, "")
    if not isinstance(text, str):
        raise ApiError(422, f"{name} must be a text")
    endpoints.check_length(name, text, MAX_TEXT)
    return text
