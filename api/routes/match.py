"""Endpoints that check names and other values against a dataset.

- `POST /match/{dataset}` checks up to 100 queries, in yente's wire format.
- `GET /check` checks one query, whose values are parameters of the address.
- `POST /match/{dataset}/lines` checks up to 10,000 queries: one JSON object a line, in the request
  and in the response.

The first two share `screen_queries`, which runs the checks and logs the access; lines use it, too.

The endpoint for lines reads all queries before it answers any, so an incomplete request is refused
as a whole. It sends answers as they are computed. Each answer has the number of its line. After a
broken connection, send only the lines again that have no answer yet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
from flask import Blueprint, Response, request, stream_with_context

from resolver.api import endpoints
from resolver.api.access import (
    NO_CONTACT,
    count_queries,
    find_contacts,
    key_needed,
    log_access,
    viewer,
)
from resolver.api.endpoints import (
    BOOLEAN,
    BYTES,
    COUNT,
    FRACTION,
    NAME,
    NULLABLE_FRACTION,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    STRINGS,
    TEXT,
    TEXTS,
    Access,
    Disclosure,
    Schema,
    Scope,
    array_of,
    closed_object,
    component,
    content,
    endpoint,
    enum_of,
    errors,
    json_response_of,
    map_of,
    query_parameter,
    response,
)
from resolver.api.entity_schemas import (
    CONTACTS,
    ENTITY_FIELDS,
    LINKS,
    QUERY_EXAMPLE,
    REVISION_FIELDS,
    STATED_TIMES,
    TOTAL,
)
from resolver.api.errors import ApiError, http_status, public_detail
from resolver.api.observability import current_metrics
from resolver.api.other_services import (
    DEFAULT_ALGORITHM,
    candidate_scores,
    interpreted_query,
    logged_links,
    match_response,
    query_record,
    reject_weights,
)
from resolver.api.request_options import (
    DEFAULT_DATASET,
    MATCH_PARAMETERS,
    RequestOptions,
    read_request_options,
)
from resolver.api.server.responses import JSON_LINES, json_response
from resolver.api.service import current_service
from resolver.check.entity_index import IndexSnapshot
from resolver.check.screener import IndexRevision
from resolver.errors import ResolverError
from resolver.lists.formats.ftm.ftm_entity import ANYTHING, SubmittedRecord
from resolver.records.properties import ASKED
from resolver.screening import find_redress

blueprint = Blueprint("match", __name__)
MAX_QUERIES = 100
MAX_RESULTS = 5_000
"""Maximum number of results of one response: ten queries with the highest limit."""
_PAGE_MEDIA_TYPES = ("text/plain", "multipart/form-data")
"""Media types that a page of another origin can send without a preflight request (CORS).

`application/x-www-form-urlencoded` is missing on purpose: a form cannot write JSON in it, and
`curl -d` uses it.
"""
_OPTIONS = frozenset(
    {row["name"] for row in MATCH_PARAMETERS}
    | {"dataset", "schema", "reference", endpoints.PURPOSE}
)
"""Parameters of `/check` that are not properties of the entity."""
_ACCESS = Access(Scope.CHECK, Disclosure.VALUES)
_EVIDENCE = component(
    "Evidence",
    closed_object(
        {
            "score": FRACTION,
            "weight": NUMBER,
            "detail": STRING,
            "query": NULLABLE_STRING,
            "candidate": NULLABLE_STRING,
        }
    ),
)
_RESULT = component(
    "Result",
    closed_object(
        {
            **ENTITY_FIELDS,
            "target": BOOLEAN,
            "score": FRACTION,
            "match": BOOLEAN,
            "summary": {**STRING, "description": "The evidence in one sentence."},
            "name_similarity": {
                **NULLABLE_FRACTION,
                "description": "How alike the names are; `null` if the query states none.",
            },
        },
        {
            "features": map_of(FRACTION),
            "explanations": {
                **map_of(_EVIDENCE),
                "description": "Evidence by feature; weights add up to the log-odds of the score."
                " `prior` and `calibration` frame the sum; `competition` is what other candidates"
                " that fit as well take from it.",
            },
            **STATED_TIMES,
            "links": LINKS,
        },
    ),
)
_QUERY = component(
    "Understood", closed_object({"schema": STRING, "properties": map_of(STRINGS)}, {"id": STRING})
)
_MATCHES_FIELDS = {
    "status": {"const": 200},
    "results": array_of(_RESULT),
    "total": TOTAL,
    "query": _QUERY,
}
_NOTES = {
    "warnings": STRINGS,
    "advice": {
        **STRING,
        "description": "What to add to the query, where several entities fit and none stands out.",
    },
    "contacts": CONTACTS,
}
_MATCHES = component("Matches", closed_object(_MATCHES_FIELDS, _NOTES))
_CLEARED = {
    **STRINGS,
    "description": "With `reference`: ids of the results that the person was cleared of.",
}
_CHECK_RESPONSE = component(
    "Checked",
    closed_object(
        {**_MATCHES_FIELDS, "limit": COUNT, **REVISION_FIELDS}, {**_NOTES, "cleared": _CLEARED}
    ),
)
_MATCH_RESPONSE = component(
    "Matched",
    closed_object(
        {"responses": map_of(_MATCHES), "limit": COUNT, "algorithm": STRING, **REVISION_FIELDS}
    ),
)
_EMPTY_OBJECT: Schema = {"type": ["object", "null"], "maxProperties": 0}
_MATCH_BODY: Schema = {
    "type": "object",
    "required": ["queries"],
    "properties": {
        "queries": {
            **map_of(QUERY_EXAMPLE),
            "minProperties": 1,
            "maxProperties": MAX_QUERIES,
        },
        "weights": _EMPTY_OBJECT,
        "config": _EMPTY_OBJECT,
    },
    "examples": [
        {
            "queries": {
                "one": {
                    "schema": "Person",
                    "properties": {"name": ["Ivan Petrov"], "birthDate": ["1962"]},
                }
            }
        }
    ],
}
_CHECK_PARAMETERS = (
    query_parameter(
        "name",
        array_of(NAME, minItems=1, maxItems=20),
        is_required=True,
        description="Any other FollowTheMoney property may be given too, or instead of the name"
        " where it identifies the entity. Words have at most 100 letters where a script parts"
        " words.",
    ),
    *(query_parameter(name, TEXTS) for name in ASKED),
    query_parameter("dataset", TEXT),
    query_parameter("schema", enum_of(["LegalEntity", "Person", "Thing"])),
    query_parameter(
        "reference",
        TEXT,
        description="Id of a clearance that the person states: `cleared` then has the ids of the"
        " results that are somebody else, if name and birth date or number are those of the"
        " clearance.",
    ),
    *MATCH_PARAMETERS,
)


@endpoint(
    blueprint,
    "POST",
    "/match/<dataset>",
    _ACCESS,
    parameters=MATCH_PARAMETERS,
    body=content(_MATCH_BODY),
    responses={200: json_response_of(_MATCH_RESPONSE), **errors(400, 404, 413, 415)},
)
def match(dataset: str) -> Response:
    """Return the candidates of a dataset for each of some example entities.

    If the schema of a query lacks a property, the property is left out and named in `warnings`.
    """
    endpoints.ignore_undeclared()
    snapshot = current_service().ready_screener().snapshot_for(viewer())
    options = read_request_options(dataset, snapshot.sources)
    queries = _read_queries()
    if len(queries) * options.limit > MAX_RESULTS:
        raise ApiError(
            422,
            f"{len(queries)} queries with limit={options.limit} may have more than "
            f"{MAX_RESULTS:,} results: send fewer, or lower the limit",
        )
    records = {key: query_record(query, key, skip_unknown=True) for key, query in queries.items()}
    ids = {key: str(query["id"]) for key, query in queries.items() if is_query_id(query.get("id"))}
    responses, revision = screen_queries(records, options, ids, snapshot)
    body = {
        "responses": responses,
        "limit": options.limit,
        "algorithm": DEFAULT_ALGORITHM,
    }
    return _revised_response(body, revision, {"X-Batch-Size": len(responses)})


@endpoint(
    blueprint,
    "GET",
    "/check",
    _ACCESS,
    parameters=_CHECK_PARAMETERS,
    responses={200: json_response_of(_CHECK_RESPONSE), **errors(400, 404)},
)
def check() -> Response:
    """Check one entity against a dataset.

    Every parameter that `/match` does not have is a property, such as `name`, `birthDate` or
    `nationality`. Without a `schema` the entity may be of any kind that has these properties: a
    person, a group, a vessel or another asset.
    """
    endpoints.require_utf8()
    parameters = request.args.to_dict(flat=False)
    properties = {
        # values have limits of their own, by property
        name: list(filter(None, texts))
        for name, texts in parameters.items()
        if name not in _OPTIONS
    }
    if not any(properties.values()):
        raise ApiError(400, "there is nothing to check: give at least name=…")
    for name in ASKED:
        # a stored identifier has several parts, and may be longer than its number
        for text in properties.get(name, ()):
            endpoints.check_length(name, text)
    snapshot = current_service().ready_screener().snapshot_for(viewer())
    dataset = parameters.get("dataset", [""])[0] or DEFAULT_DATASET
    options = read_request_options(dataset, snapshot.sources)
    schemata = parameters.get("schema", [ANYTHING])
    if len(set(schemata)) > 1:
        raise ApiError(422, "give one schema, or none for a person, a group or an asset")
    record = query_record({"schema": schemata[0], "properties": properties}, "check")
    reference = endpoints.read_text("reference")
    responses, revision = screen_queries(
        {"check": record}, options, snapshot=snapshot, reference=reference
    )
    body = {**responses["check"], "limit": options.limit}
    if "reference" in parameters:
        service = current_service()
        found = find_redress(
            service.hub.store,
            service.screener,
            record.record,
            reference,
            options.match_query,
            snapshot,
        )
        shown = {row["id"] for row in body["results"]}
        body["cleared"] = [entity for entity in found if entity in shown]
    return _revised_response(body, revision)


def _read_queries() -> dict[str, Any]:
    """Return the queries in the body of the request by their keys. Raises `ApiError`."""
    body = read_json_object()
    reject_weights(body)
    queries = body.get("queries")
    if not isinstance(queries, dict):
        raise ApiError(
            422, 'the body must be {"queries": {"any key": {"schema": …, "properties": {…}}}}'
        )
    if not queries:
        raise ApiError(400, "there are no queries")
    if len(queries) > MAX_QUERIES:
        raise ApiError(
            400, f"{len(queries)} queries are too many for one call (at most {MAX_QUERIES})"
        )
    for key in queries:
        endpoints.check_length("the key of a query", key)
    return queries


def refuse_page_form() -> None:
    """Raise `ApiError` for a body that a page of another origin could have sent.

    This only matters for a service that needs no key.
    """
    if request.mimetype in _PAGE_MEDIA_TYPES and not key_needed():
        raise ApiError(415, "say that the body is JSON: Content-Type: application/json")


def read_json_object() -> dict[str, Any]:
    """Return the body of the request, a JSON object. Raises `ApiError`."""
    refuse_page_form()
    try:
        body = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise ApiError(
            400, f"the body is no JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    if not isinstance(body, dict):
        raise ApiError(422, "the body must be a JSON object")
    return body


def is_query_id(value: object) -> bool:
    """Return whether a value can be the id of a query: a nonempty text or a whole number."""
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def screen_queries(
    records: dict[str, SubmittedRecord],
    options: RequestOptions,
    ids: Mapping[str, str] = MappingProxyType({}),
    snapshot: IndexSnapshot | None = None,
    reference: str = "",
) -> tuple[dict[str, Any], IndexRevision]:
    """Return the response to each query and the revision that it was computed from.

    `ids` are the ids that senders gave to queries; they are returned with the responses.
    `snapshot`: snapshot of the viewer, if it is known. The access is logged, with the `reference`
    of a clearance that the caller states.
    """
    service = current_service()
    screener = service.ready_screener() if snapshot is None else service.screener
    queries = [submitted.record for submitted in records.values()]
    count_queries(len(queries))
    answers, revision = screener.check(queries, options.match_query, snapshot)
    current_metrics().checks.inc(len(answers))
    responses = {}
    stated = {"reference": reference} if reference else {}
    contacts = [NO_CONTACT] * len(queries)
    if (
        screener.contacts.has_sources
        and options.match_query.sources is None
        and (sources := screener.contacts.sources_for(viewer()))
    ):
        own = snapshot or screener.snapshot_for(viewer())
        contacts = find_contacts(queries, sources, own)
    for (key, submitted), answer, contact in zip(records.items(), answers, contacts, strict=True):
        links = service.candidate_links.of_answer(answer, revision.revision, viewer())
        returned = {
            "total": answer.total,
            "seen": candidate_scores(answer),
            **({"links": logged_links(links)} if links else {}),
            **(contact.logged if contact.contacts else {}),
        }
        interpreted = interpreted_query(submitted)
        log_access("check", {"key": key, **interpreted, **stated}, returned, revision)
        own_id = {"id": ids[key]} if ids.get(key) else {}
        responses[key] = match_response(
            {**own_id, **interpreted},
            answer,
            options.threshold,
            links,
            is_explained=options.is_explained,
        )
        if submitted.omissions or contact.warning:
            responses[key]["warnings"] = [*submitted.omissions, *contact.warnings]
        if contact.contacts:
            responses[key] |= contact.fields
    return responses, revision


def _revised_response(
    body: Mapping[str, Any],
    revision: IndexRevision,
    headers: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """Return a JSON response that states the revision and model it was computed from."""
    own = {"X-Data-Version": str(revision.revision), "X-Model": revision.model}
    stated = {"version": revision.revision, "model": revision.model}
    return json_response({**body, **stated}, headers={**own, **headers})


match_lines_blueprint = Blueprint("match_lines", __name__)
MAX_LINES = 10_000
_LINES_AT_ONCE = 20
"""Number of queries that are answered from one revision of the store and sent together."""


@dataclass(frozen=True, slots=True)
class QueryLine:
    """Line of the body: its number from 1, and its text."""

    number: int
    text: bytes


@endpoint(
    match_lines_blueprint,
    "POST",
    "/match/<dataset>/lines",
    Access(Scope.CHECK, Disclosure.VALUES),
    parameters=MATCH_PARAMETERS,
    body={**content(STRING, JSON_LINES), **content(BYTES, "application/octet-stream")},
    responses={
        200: response("One answer a line", content(STRING, JSON_LINES)),
        **errors(400, 404, 413, 415, 503),
    },
)
def match_lines(dataset: str) -> Response:
    """Check up to 10,000 entities, one a line, and stream one answer a line.

    A line is `{"schema": …, "properties": {…}}` with an optional `id`; its answer is as in
    `/match`, with its number as `line`, its `id` and the revision as `version`. A line that cannot
    be used is answered with its `status` and `detail`; all other lines are answered.
    """
    endpoints.ignore_undeclared()
    refuse_page_form()
    service = current_service()
    screener = service.ready_screener()
    options = read_request_options(dataset, screener.visible_sources(viewer()))
    lines = _read_lines()
    parts = _part_lines(lines)
    release = _take_stream_slot(service.stream_slots)
    try:
        # if checks or the log fail, the request is refused before anything is sent
        first = _answer_part(parts[0], options)
    except BaseException:
        release()
        raise
    answers = _answer_parts(first, parts[1:], options, release)
    streamed = Response(stream_with_context(answers), mimetype=JSON_LINES)
    # a connection can break before the first answer, and then the generator never runs
    streamed.call_on_close(release)
    streamed.headers["X-Accel-Buffering"] = "no"
    return streamed


def _take_stream_slot(slots: threading.Semaphore) -> Callable[[], None]:
    """Take a slot, and return the function that gives it back.

    The function can be called several times; only the first call has an effect. Raises `ApiError`
    if all slots are taken.
    """
    if not slots.acquire(blocking=False):
        raise ApiError(503, "too many streams are open", headers={"Retry-After": "5"})
    open_slots = [slots]

    def release() -> None:
        """Give the slot back."""
        if open_slots:
            open_slots.pop().release()

    return release


def _part_lines(lines: list[QueryLine]) -> list[list[QueryLine]]:
    """Split the lines into parts. The first part is long enough to have a line that can be used.

    Its answers are computed before anything is sent, so the access is logged first. Raises
    `ApiError` if no line can be used.
    """
    refusals = []
    for line in lines:
        try:
            query_record(_read_query(line), str(line.number), skip_unknown=True)
            break
        except ApiError as error:
            refusals.append(error)
    else:
        raise ApiError(refusals[0].status, f"no line can be used: {refusals[0].detail}")
    first = max(len(refusals) + 1, _LINES_AT_ONCE)
    others = range(first, len(lines), _LINES_AT_ONCE)
    return [lines[:first], *(lines[at : at + _LINES_AT_ONCE] for at in others)]


def _read_lines() -> list[QueryLine]:
    """Return the lines of the body that are not empty. Raises `ApiError`."""
    texts = request.get_data(cache=False).split(b"\n")
    lines = [QueryLine(index, text) for index, text in enumerate(texts, 1) if text.strip()]
    if not lines:
        raise ApiError(400, "there are no queries: send one JSON object a line")
    if len(lines) > MAX_LINES:
        raise ApiError(413, f"{len(lines):,} lines are too many (at most {MAX_LINES:,})")
    return lines


def _answer_parts(
    first: bytes,
    parts: Sequence[Sequence[QueryLine]],
    options: RequestOptions,
    release: Callable[[], None],
) -> Iterator[bytes]:
    """Yield the answers to the first part, then to each further part; call `release` at the end.

    After a failure, a last line says why all further lines have no answers.
    """
    try:
        yield first
        for part in parts:
            try:
                yield _answer_part(part, options)
            except ResolverError as error:
                failure = {"status": http_status(error), "detail": public_detail(error)}
                yield _json_line({"line": part[0].number, **failure})
                return
    finally:
        release()


def _answer_part(part: Sequence[QueryLine], options: RequestOptions) -> bytes:
    """Return the answers to some lines, in their order."""
    records: dict[str, SubmittedRecord] = {}
    ids: dict[str, str] = {}
    heads: dict[str, dict[str, Any]] = {}
    answers: dict[str, dict[str, Any]] = {}
    for line in part:
        key = str(line.number)
        heads[key] = {"line": line.number}
        try:
            query = _read_query(line)
            if is_query_id(query.get("id")):
                heads[key]["id"] = query["id"]
                ids[key] = str(query["id"])
            records[key] = query_record(query, key, skip_unknown=True)
        except ApiError as error:
            answers[key] = {"status": error.status, "detail": error.detail}
    if records:
        responses, revision = screen_queries(records, options, ids)
        for key, answer in responses.items():
            answers[key] = {**answer, "version": revision.revision}
    return b"".join(_json_line({**head, **answers[key]}) for key, head in heads.items())


def _read_query(line: QueryLine) -> dict[str, Any]:
    """Return the query of a line. Raises `ApiError`."""
    try:
        query = orjson.loads(line.text)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"line {line.number} is no JSON: {error.msg}") from None
    if not isinstance(query, dict):
        raise ApiError(422, f"line {line.number} must be an object with schema and properties")
    return query


def _json_line(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
