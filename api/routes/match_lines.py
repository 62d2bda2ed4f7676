"""`POST /match/{dataset}/lines`: checks by the thousand, one JSON object a line in both directions.

All queries are read first, so a request that stops in the middle is refused whole. Answers are sent
as they are computed. Each names the line of its query: a client whose connection broke sends the
lines that it has no answer to again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, Response, request, stream_with_context

from resolver.api import query_parameters
from resolver.api.access import viewer
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.errors import ApiError, http_status, public_detail
from resolver.api.openapi.json_schema import BYTES, STRING
from resolver.api.openapi.objects import content, errors, response
from resolver.api.routes.match import is_query_id, refuse_page_form, screen_queries
from resolver.api.schemas.request_options import (
    MATCH_PARAMETERS,
    RequestOptions,
    read_request_options,
)
from resolver.api.schemas.yente import query_record
from resolver.api.server.response_compression import JSON_LINES
from resolver.api.service import current_service
from resolver.errors import ResolverError
from resolver.ingest.formats.ftm.ftm_entity import SubmittedRecord

blueprint = Blueprint("match_lines", __name__)
MAX_LINES = 10_000
_LINES_AT_ONCE = 20
"""Queries that are answered from one revision and sent together."""


@dataclass(frozen=True, slots=True)
class QueryLine:
    """Line of the body: its number from 1, and its text."""

    number: int
    text: bytes


@endpoint(
    blueprint,
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
    be used is answered with its `status` and `detail`, and the others go on.
    """
    query_parameters.ignore_undeclared()
    refuse_page_form()
    service = current_service()
    screener = service.ready_screener()
    options = read_request_options(dataset, screener.visible_sources(viewer()))
    lines = _read_lines()
    parts = _part_lines(lines)
    release = _take_stream_slot(service.stream_slots)
    try:
        # what cannot be answered or logged at all is refused before anything is sent
        first = _answer_part(parts[0], options)
    except BaseException:
        release()
        raise
    answers = _answer_parts(first, parts[1:], options, release)
    streamed = Response(stream_with_context(answers), mimetype=JSON_LINES)
    # a response that is cut off may never have begun
    streamed.call_on_close(release)
    streamed.headers["X-Accel-Buffering"] = "no"
    return streamed


def _take_stream_slot(slots: threading.Semaphore) -> Callable[[], None]:
    """Take a slot; return the function that gives it back, once however often it is called.

    Raises `ApiError` where all are taken.
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
    """Return the lines in parts, the first of which reaches to a line that can be used.

    So the access is logged before anything is sent. Raises `ApiError` if no line can be used.
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
    lines = [QueryLine(place, text) for place, text in enumerate(texts, 1) if text.strip()]
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
    """Yield the first answers and those to the other parts, and call `release`.

    After a failure a last line says why the rest has no answers.
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
