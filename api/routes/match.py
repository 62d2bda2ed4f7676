"""`POST /match/{dataset}` for programs, in yente's wire format, and `GET /check` for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from flask import Blueprint, Response, request

from resolver.api import query_parameters
from resolver.api.access import consulted, key_needed, viewer
from resolver.api.errors import ApiError
from resolver.api.observability import figures
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.match_options import (
    DEFAULT,
    PARAMETERS,
    Asked,
    asked,
)
from resolver.api.schemas.yente import (
    ALGORITHM,
    check_fitting,
    query_of,
    record_of,
    response_of,
)
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_entity import Single
from resolver.ingest.formats.ftm.ftm_schema import has_property
from resolver.screening.screener import Stand

blueprint = Blueprint("match", __name__)
MOST_QUERIES = 100
_FORMS = ("text/plain", "multipart/form-data")
_CHECK = ("dataset", "schema", query_parameters.PURPOSE)


@blueprint.post("/match/<dataset>")
def match(dataset: str) -> Response:
    """Who in a dataset may each of some entities be?"""
    query_parameters.noted(*PARAMETERS)
    screen = service().ready_screen()
    wanted = asked(dataset, screen.sources(viewer()))
    queries = _queries()
    singles = {name: record_of(query, name) for name, query in queries.items()}
    names = {
        name: query["id"] for name, query in queries.items() if isinstance(query.get("id"), str)
    }
    responses, stand = _look_up(singles, wanted, names)
    said = {"responses": responses, "limit": wanted.limit, "algorithm": ALGORITHM, **_stamp(stand)}
    return json_response(said, headers={**_headers(stand), "X-Batch-Size": len(responses)})


@blueprint.get("/check")
def check() -> Response:
    """Who may this be? Every parameter that is not one of `/match` is a property: `name`, `birthDate`, `nationality`…
    Without a `schema` it may be whatever has these properties: a
    person, a group, or either."""
    query_parameters.readable()
    properties = {
        name: query_parameters.several(name)
        for name in request.args
        if name not in PARAMETERS and name not in _CHECK
    }
    if not any(properties.values()):
        raise ApiError(400, "there is nothing to check: give at least name=…")
    screen = service().ready_screen()
    wanted = asked(request.args.get("dataset") or DEFAULT, screen.sources(viewer()))
    schema = request.args.get("schema", _schema_of(properties))
    query = {
        "schema": schema,
        "properties": {name: list(texts) for name, texts in properties.items()},
    }
    responses, stand = _look_up({"check": record_of(query, "check")}, wanted)
    return json_response(
        {**responses["check"], "limit": wanted.limit, **_stamp(stand)}, headers=_headers(stand)
    )


def _schema_of(properties: Iterable[str]) -> str:
    """What has all of these properties: a person, a group, or either."""
    person, group = (
        all(has_property(schema, prop) for prop in properties) for schema in ("Person", "Company")
    )
    return "LegalEntity" if person == group else "Person" if person else "Company"


def _queries() -> dict[str, Any]:
    body = body_object()
    check_fitting(body)
    queries = body.get("queries")
    if not isinstance(queries, dict):
        raise ApiError(
            422, 'the body must be {"queries": {"any key": {"schema": …, "properties": {…}}}}'
        )
    if not queries:
        raise ApiError(400, "there are no queries")
    if len(queries) > MOST_QUERIES:
        raise ApiError(
            400, f"{len(queries)} queries are too many for one call (at most {MOST_QUERIES})"
        )
    return queries


def body_object() -> dict[str, Any]:
    """The body of the request, a JSON object. Raises `ApiError`."""
    if request.mimetype in _FORMS and not key_needed():
        # pages send these without asking for leave; curl's `-d` and others say x-www-form-urlencoded, in which no form
        # can write JSON
        raise ApiError(415, "say that the body is JSON: Content-Type: application/json")
    try:
        body = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise ApiError(
            400, f"the body is no JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    if not isinstance(body, dict):
        raise ApiError(422, "the body must be a JSON object")
    return body


def _look_up(
    singles: dict[str, Single], wanted: Asked, names: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, Any], Stand]:
    answers, stand = (
        service().ready_screen().check([one.record for one in singles.values()], wanted.wish)
    )
    figures().checks.inc(len(answers))
    for (name, one), answer in zip(singles.items(), answers, strict=True):
        seen = {found.entity["id"]: found.score for found in answer.found}
        consulted(
            "check", {"key": name, **query_of(one)}, {"total": answer.total, "seen": seen}, stand
        )
    return {
        name: response_of(one, answer, wanted.threshold, names.get(name, ""))
        for (name, one), answer in zip(singles.items(), answers, strict=True)
    }, stand


def _stamp(stand: Stand) -> dict[str, Any]:
    return {"version": stand.version, "model": stand.model}


def _headers(stand: Stand) -> dict[str, str]:
    return {"X-Data-Version": str(stand.version), "X-Model": stand.model}
