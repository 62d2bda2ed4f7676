"""`/reconcile/{dataset}`: OpenRefine's reconciliation protocol, version 0.2: the manifest and queries.

A query is a name with properties; candidates come with their score in 0…100, and `match` where it is a match by the
bands' border and no other candidate is.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from api import params
from api.access import consulted
from api.answers import json_response
from api.errors import ApiError
from api.match import MOST_QUERIES
from api.service import service
from api.watching import figures
from api.wire import query_of, record_of
from api.wishes import scope
from resolver.engines.screening import Answer, Found, Stand, Wish
from resolver.ingest.ftm_single import Single

blueprint = Blueprint("reconcile", __name__)
_TYPES = ("Person", "Organization", "Company", "LegalEntity", "Vessel", "Airplane")
_SPACE = "https://followthemoney.tech/explorer/schemata/"
_MATCH = 0.95
_LIMIT = 10


@blueprint.get("/reconcile/<dataset>")
def reconcile(dataset: str) -> Response:
    """The manifest; with `queries` (JSON) their answers."""
    params.only("queries")
    text = request.args.get("queries")
    if text is None:
        scope(dataset, service().screen.sources())
        return json_response(_manifest(dataset))
    return json_response(_answers(dataset, text))


@blueprint.post("/reconcile/<dataset>")
def reconcile_form(dataset: str) -> Response:
    """Answers to `queries` (JSON), sent as a form."""
    params.only()
    text = request.form.get("queries")
    if text is None:
        raise ApiError(422, "the form must hold queries: a JSON object of queries")
    return json_response(_answers(dataset, text))


def _manifest(dataset: str) -> dict[str, Any]:
    return {
        "versions": ["0.2"],
        "name": f"Watchlist resolver: {dataset}",
        "identifierSpace": f"{request.host_url}entities/",
        "schemaSpace": _SPACE,
        "defaultTypes": [{"id": name, "name": name} for name in _TYPES],
        "view": {"url": f"{request.host_url}entities/{{{{id}}}}"},
    }


def _answers(dataset: str, text: str) -> dict[str, Any]:
    screen = service().ready_screen()
    sources = scope(dataset, screen.sources())
    singles, limits = {}, {}
    for name, query in _queries(text).items():
        singles[name] = _single(name, query)
        limits[name] = _limit(name, query)
    wish = Wish(max(limits.values()), None, sources)
    answers, stand = screen.check([one.record for one in singles.values()], wish)
    figures().checks.inc(len(answers))
    said = {}
    for (name, one), answer in zip(singles.items(), answers, strict=True):
        found = answer.found[: limits[name]]
        _log(name, one, answer, stand)
        alone = sum(candidate.score >= _MATCH for candidate in answer.found) == 1
        said[name] = {"result": [_candidate(candidate, alone=alone) for candidate in found]}
    return said


def _queries(text: str) -> dict[str, Any]:
    try:
        queries = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"queries are no JSON: {error.msg}") from None
    if not isinstance(queries, dict) or not queries:
        raise ApiError(422, 'queries must be an object: {"q0": {"query": "a name"}}')
    if len(queries) > MOST_QUERIES:
        raise ApiError(400, f"{len(queries)} queries are too many for one call (at most {MOST_QUERIES})")
    return queries


def _single(name: str, query: object) -> Single:
    if not isinstance(query, dict) or not isinstance(query.get("query"), str):
        raise ApiError(422, f"query {name!r}: must be an object with query, a text")
    kind = query.get("type") or "LegalEntity"
    kind = kind[0] if isinstance(kind, list) and kind else kind
    kind = kind.get("id") if isinstance(kind, dict) else kind
    properties: dict[str, list[Any]] = {"name": [query["query"]]}
    given = query.get("properties") or []
    if not isinstance(given, list) or not all(
        isinstance(one, dict) and isinstance(one.get("pid"), str) for one in given
    ):
        raise ApiError(422, f"query {name!r}: properties must be a list of objects with pid and v")
    for one in given:
        values = one.get("v")
        for value in values if isinstance(values, list) else [values]:
            # a cell that was reconciled before comes as an object
            said = value.get("name") or value.get("id") if isinstance(value, dict) else value
            properties.setdefault(one["pid"], []).append(said)
    return record_of({"schema": kind, "properties": properties}, name)


def _limit(name: str, query: dict[str, Any]) -> int:
    limit = query.get("limit", _LIMIT)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= 500:
        raise ApiError(422, f"query {name!r}: limit must be a whole number from 1 to 500")
    return limit


def _candidate(found: Found, *, alone: bool) -> dict[str, Any]:
    entity = found.entity
    return {
        "id": entity["id"],
        "name": entity["caption"],
        "type": [{"id": entity["schema"], "name": entity["schema"]}],
        "score": round(100 * found.score, 4),
        "match": alone and found.score >= _MATCH,
        "features": [{"id": row.name, "value": row.similarity} for row in found.why.rows if row.similarity is not None],
    }


def _log(name: str, asked: Single, answer: Answer, stand: Stand) -> None:
    seen = {found.entity["id"]: found.score for found in answer.found}
    consulted("reconcile", {"key": name, **query_of(asked)}, {"total": answer.total, "seen": seen}, stand)
