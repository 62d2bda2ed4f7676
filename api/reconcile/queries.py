"""Queries and their candidates: who in a dataset may the cells of a column be?

A query is a name with properties, or properties alone; candidates come with their score in 0…100, and `match` where it
is one by the bands' border and no other candidate is. A query that is an id finds its entity.
"""

from __future__ import annotations

from typing import Any

import orjson

from resolver.api.access import consulted, viewer
from resolver.api.errors import ApiError
from resolver.api.observability import figures
from resolver.api.routes.match import MOST_QUERIES
from resolver.api.schemas.match_options import scope
from resolver.api.schemas.yente import query_of, record_of
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_entity import Single
from resolver.screening import entity_reader
from resolver.screening.screener import (
    Answer,
    Found,
    Stand,
    Wish,
)

MATCH = 0.95
_LIMIT, _MOST = 10, 500
_FIELDS = frozenset({"query", "type", "limit", "properties", "type_strict"})
_STRICT = ("any", "should", "all")


def answers(dataset: str, text: str) -> dict[str, Any]:
    """The answers to queries in JSON. Raises `ApiError`."""
    screen = service().ready_screen()
    sources = scope(dataset, screen.sources(viewer()))
    singles, limits = understood(text)
    wish = Wish(max(limits.values()), None, sources, viewer=viewer())
    found, stand = screen.check([one.record for one in singles.values()], wish)
    figures().checks.inc(len(found))
    said = {}
    for (name, one), answer in zip(singles.items(), found, strict=True):
        _log(name, one, answer, stand)
        alone = sum(candidate.score >= MATCH for candidate in answer.found) == 1
        candidates = [_candidate(candidate, alone=alone) for candidate in answer.found]
        said[name] = {"result": _with_direct(one, candidates, sources)[: limits[name]]}
    return said


def understood(text: str) -> tuple[dict[str, Single], dict[str, int]]:
    """The queries as records, and how many candidates each wants. Raises `ApiError`."""
    queries = _queries(text)
    singles = {name: _single(name, query) for name, query in queries.items()}
    return singles, {name: _limit(name, query) for name, query in queries.items()}


def load(text: str, what: str) -> dict[str, Any]:
    """A JSON object out of a field of the form. Raises `ApiError`."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"{what}: no JSON: {error.msg}") from None
    if not isinstance(found, dict) or not found:
        raise ApiError(422, f"{what} must be a JSON object that holds something")
    return found


def _queries(text: str) -> dict[str, Any]:
    queries = load(text, "queries")
    if len(queries) > MOST_QUERIES:
        # the status that the protocol names for this
        raise ApiError(
            413, f"{len(queries)} queries are too many for one call (at most {MOST_QUERIES})"
        )
    return queries


def _single(name: str, query: object) -> Single:
    if not isinstance(query, dict) or not (
        isinstance(query.get("query"), str) or query.get("properties")
    ):
        raise ApiError(422, f"query {name!r}: must be an object with query (a text) or properties")
    unknown = sorted(set(query) - _FIELDS)
    if unknown:
        raise ApiError(422, f"query {name!r}: there is no field {unknown[0][:60]!r}")
    if query.get("type_strict", "any") not in _STRICT:
        raise ApiError(422, f"query {name!r}: type_strict must be one of {', '.join(_STRICT)}")
    properties = _properties(name, query.get("properties") or [])
    if "query" in query:
        if not isinstance(query["query"], str):
            raise ApiError(422, f"query {name!r}: query must be a text")
        properties.setdefault("name", []).insert(0, query["query"])
    return record_of({"schema": _type(name, query.get("type")), "properties": properties}, name)


def _type(name: str, said: object) -> str:
    """The type asked for; of several, what all of them may be."""
    some = said if isinstance(said, list) else [said] if said else []
    ids = [one.get("id") if isinstance(one, dict) else one for one in some]
    if not all(isinstance(one, str) for one in ids):
        raise ApiError(422, f"query {name!r}: type must be the id of a type, or a list of ids")
    return str(ids[0]) if len(ids) == 1 else "LegalEntity"


def _properties(name: str, given: object) -> dict[str, list[Any]]:
    if not isinstance(given, list) or not all(
        isinstance(one, dict) and isinstance(one.get("pid"), str) and "v" in one for one in given
    ):
        raise ApiError(422, f"query {name!r}: properties must be a list of objects with pid and v")
    properties: dict[str, list[Any]] = {}
    for one in given:
        for value in one["v"] if isinstance(one["v"], list) else [one["v"]]:
            # a cell that was reconciled before comes as an object
            said = value.get("name") or value.get("id") if isinstance(value, dict) else value
            properties.setdefault(one["pid"], []).append(
                str(said) if isinstance(said, bool) else said
            )
    return properties


def _limit(name: str, query: dict[str, Any]) -> int:
    limit = query.get("limit", _LIMIT)
    # in JSON 3.0 is a whole number too
    if (
        not isinstance(limit, int | float)
        or isinstance(limit, bool)
        or limit != limit // 1
        or not 1 <= limit <= _MOST
    ):
        raise ApiError(422, f"query {name!r}: limit must be a whole number from 1 to {_MOST}")
    return int(limit)


def _candidate(found: Found, *, alone: bool) -> dict[str, Any]:
    return {
        **named(found.entity),
        "score": round(100 * found.score, 4),
        "match": alone and found.score >= MATCH,
        "features": [
            {"id": row.name, "value": row.similarity}
            for row in found.why.rows
            if row.similarity is not None
        ],
    }


def named(entity: dict[str, Any]) -> dict[str, Any]:
    """An entity as the protocol names it: id, name, type, and what tells namesakes apart."""
    said = {
        "id": entity["id"],
        "name": entity["caption"],
        "type": [{"id": entity["schema"], "name": entity["schema"]}],
    }
    description = describe(entity)
    return {**said, "description": description} if description else said


def describe(entity: dict[str, Any]) -> str:
    """A few words that tell namesakes apart: birth dates, countries, lists."""
    properties = entity["properties"]
    dates = properties.get("birthDate", [])[:1] or properties.get("incorporationDate", [])[:1]
    countries = [
        code.upper()
        for prop in ("nationality", "country", "citizenship", "jurisdiction")
        for code in properties.get(prop, ())
    ]
    parts = [*dates, ", ".join(dict.fromkeys(countries)), ", ".join(entity["datasets"])]
    return "; ".join(part for part in parts if part)


def _with_direct(
    asked: Single, candidates: list[dict[str, Any]], sources: frozenset[str] | None
) -> list[dict[str, Any]]:
    """The candidates, first the entity whose id was given in place of a name."""
    names = asked.record.texts("name")
    if len(names) != 1 or " " in names[0] or any(one["id"] == names[0] for one in candidates):
        return candidates
    found = entity_reader.entity(service().hub, names[0], viewer())
    if (
        found is None
        or found.entity is None
        or (sources is not None and sources.isdisjoint(found.entity["datasets"]))
    ):
        return candidates
    rest = [{**one, "match": False} for one in candidates if one["id"] != found.id]
    return [{**named(found.entity), "score": 100.0, "match": True, "features": []}, *rest]


def _log(name: str, asked: Single, answer: Answer, stand: Stand) -> None:
    seen = {found.entity["id"]: found.score for found in answer.found}
    consulted(
        "reconcile", {"key": name, **query_of(asked)}, {"total": answer.total, "seen": seen}, stand
    )
