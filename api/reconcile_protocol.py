"""OpenRefine's reconciliation protocol, version 0.2, for the entities of a dataset.

The module reads in this order:

1. JSON schemas of requests and responses, for the OpenAPI document;
2. types and properties that the protocol offers: schemata and properties of FollowTheMoney;
3. the manifest, which states what the service can do and at which addresses;
4. reconciliation (`answer_queries`): candidate entities for the cells of a column;
5. data extension (`extend_entities`): values of some properties of reconciled entities.

A query gives a name with or without properties, or only properties. Each candidate has a score from
0 to 100. `match` is true if it is the only candidate that reaches `MATCH_SCORE`. A query whose name
is the id of an entity returns this entity first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from flask import request

import resolver
from resolver.api.access import count_queries, key_needed, log_access, revision_of, viewer
from resolver.api.endpoints import (
    BOOLEAN,
    COUNT,
    NAME,
    NONBLANK,
    NUMBER,
    STRING,
    TEXT,
    Schema,
    array_of,
    check_length,
    closed_object,
    component,
    enum_of,
    integer,
    map_of,
)
from resolver.api.errors import ApiError
from resolver.api.observability import current_metrics
from resolver.api.other_services import candidate_scores, interpreted_query, query_record
from resolver.api.request_options import sources_in_scope
from resolver.api.routes.match import MAX_QUERIES
from resolver.api.service import current_service
from resolver.check import entity_reader
from resolver.check.screener import MatchQuery, ScreeningMatch
from resolver.lists.formats.ftm import ftm_entity
from resolver.records.properties import BEGINNINGS, HOME_COUNTRIES

_PROPERTY_NAMES = ftm_entity.value_properties("LegalEntity")

# --- schemas of requests

_RECONCILED_CELL: Schema = {"type": "object", "required": ["id"], "properties": {"id": NONBLANK}}
_CELL: Schema = {"anyOf": [TEXT, NUMBER, BOOLEAN, _RECONCILED_CELL]}
_QUERY_PROPERTY: Schema = {
    "type": "object",
    "required": ["pid", "v"],
    "properties": {
        "pid": enum_of(_PROPERTY_NAMES),
        "v": {"anyOf": [_CELL, array_of(_CELL, maxItems=20)]},
    },
}
_QUERY = component(
    "Query",
    {
        "type": "object",
        "required": ["query"],
        "properties": {
            "query": NAME,
            "type": enum_of(["LegalEntity"]),
            "limit": integer(1, 500),
            "properties": array_of(_QUERY_PROPERTY, maxItems=20),
            "type_strict": enum_of(["any", "should", "all"]),
        },
        "additionalProperties": False,
    },
)
QUERIES = component("Queries", {**map_of(_QUERY), "minProperties": 1, "maxProperties": 100})
_WANTED_PROPERTY: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": enum_of(_PROPERTY_NAMES)},
}
EXTENSION_QUERY = component(
    "ExtensionQuery",
    {
        "type": "object",
        "required": ["ids", "properties"],
        "properties": {
            "ids": array_of(NONBLANK, maxItems=100),
            "properties": array_of(_WANTED_PROPERTY, maxItems=50),
        },
    },
)


def _json_text(schema: Schema) -> Schema:
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}


FORM: Schema = {
    "type": "object",
    "anyOf": [{"required": ["queries"]}, {"required": ["extend"]}],
    "properties": {
        "queries": _json_text(QUERIES),
        "extend": _json_text(EXTENSION_QUERY),
    },
}

# --- schemas of responses

_NAMED = component("Named", closed_object({"id": STRING, "name": STRING}))
_CANDIDATE = closed_object(
    {
        "id": STRING,
        "name": STRING,
        "type": array_of(_NAMED),
        "match": BOOLEAN,
        "score": {"type": "number", "minimum": 0, "maximum": 100},
        "features": array_of(closed_object({"id": STRING, "value": NUMBER})),
    },
    {"description": STRING},
)
CANDIDATES = component(
    "Candidates", map_of(closed_object({"result": array_of(_CANDIDATE)}, {"message": STRING}))
)
EXTENSION = component(
    "Extension",
    closed_object(
        {
            "meta": array_of(_NAMED),
            "rows": map_of(map_of(array_of(closed_object({"str": STRING})))),
        }
    ),
)
MANIFEST = component(
    "Manifest",
    {
        "type": "object",
        "required": [
            "versions",
            "name",
            "identifierSpace",
            "schemaSpace",
            "view",
            "preview",
            "suggest",
            "extend",
        ],
    },
)
_SUGGESTION = closed_object(
    {"id": STRING, "name": STRING},
    {"description": STRING, "notable": array_of(_NAMED), "broader": array_of(_NAMED)},
)
SUGGESTIONS = component("Suggestions", closed_object({"result": array_of(_SUGGESTION)}))
PROPOSAL = component(
    "Proposal",
    closed_object({"type": STRING, "properties": array_of(_NAMED)}, {"limit": COUNT}),
)


TYPES = ("Person", "Organization", "Company", "LegalEntity", "Vessel", "Airplane")
"""Schemata that the protocol offers as types."""


def describe_type(schema: str) -> dict[str, Any]:
    """Return a type in the protocol's form: id, name, and its broader types."""
    description = ftm_entity.describe_schema(schema)
    type_row = {"id": schema, "name": description.label if description else schema}
    broader = [
        {"id": parent.name, "name": parent.label}
        for parent in map(ftm_entity.describe_schema, description.broader if description else ())
        if parent
    ]
    return {**type_row, "broader": broader} if broader else type_row


def list_properties(schema: str) -> list[dict[str, str]]:
    """Return the properties of a type, the most telling first."""
    description = ftm_entity.describe_schema(schema)
    if description is None:
        return []
    return [{"id": name, "name": label} for name, label in description.properties]


def suggest_types(prefix: str) -> list[dict[str, str]]:
    """Return the types with a word in their name that begins with a prefix."""
    return [
        {"id": schema.name, "name": schema.label}
        for schema in _described_types()
        if _has_word_with(prefix, schema.name, schema.label)
    ]


def suggest_properties(prefix: str) -> list[dict[str, str]]:
    """Return the properties of any type with a word in their name that begins with a prefix."""
    properties: dict[str, dict[str, str]] = {}
    for schema in _described_types():
        for name, label in schema.properties:
            if name not in properties and _has_word_with(prefix, name, label):
                properties[name] = {
                    "id": name,
                    "name": label,
                    "description": f"of {schema.label}",
                }
    return list(properties.values())


def _described_types() -> list[ftm_entity.SchemaDescription]:
    return [schema for schema in map(ftm_entity.describe_schema, TYPES) if schema is not None]


def _has_word_with(prefix: str, name: str, label: str) -> bool:
    folded = " ".join(prefix.split()).casefold()
    return any(
        text.startswith(folded) or f" {folded}" in text
        for text in (name.casefold(), label.casefold())
    )


SCHEMA_SPACE = "https://followthemoney.tech/explorer/schemata/"
_PREVIEW_SIZE = {"width": 430, "height": 300}
"""Size of the preview frame in pixels."""


def build_manifest(dataset: str) -> dict[str, Any]:
    """Return the manifest of a dataset.

    If the request has an API key in its address, the addresses of the manifest have it, too.
    """
    base, path = request.host_url.rstrip("/") + request.script_root, f"/reconcile/{quote(dataset)}"
    key = request.args.get("api_key")
    key_query = urlencode({"api_key": key}) if key else ""
    suffix = f"?{key_query}" if key_query else ""
    preview = f"{base}{path}/preview?id={{{{id}}}}" + (f"&{key_query}" if key_query else "")
    manifest: dict[str, Any] = {
        "versions": ["0.2"],
        "name": f"Watchlist resolver: {dataset}",
        "identifierSpace": f"{base}/entities/",
        "schemaSpace": SCHEMA_SPACE,
        "serviceVersion": resolver.__version__,
        "documentation": f"{base}/docs",
        "batchSize": MAX_QUERIES,
        "defaultTypes": [describe_type(name) for name in TYPES],
        "view": {"url": preview},
        "preview": {"url": preview, **_PREVIEW_SIZE},
        "suggest": {
            kind: {"service_url": base, "service_path": f"{path}/suggest/{kind}{suffix}"}
            for kind in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": f"{path}/extend{suffix}"},
            "property_settings": [_LIMIT_SETTING],
        },
    }
    if key_needed():
        manifest["authentication"] = {"type": "apiKey", "name": "api_key", "in": "query"}
    return manifest


_LIMIT_SETTING = {
    "name": "limit",
    "label": "Values at most",
    "type": "number",
    "default": 0,
    "help_text": "How many values of the property to fetch; 0: all.",
}


MATCH_SCORE = 0.95
"""Score that a candidate needs to be a match, if no other candidate reaches it."""
_DEFAULT_LIMIT, _MAX_LIMIT = 10, 500
_FIELDS = frozenset({"query", "type", "limit", "properties", "type_strict"})
_STRICT = ("any", "should", "all")
_UNUSABLE = 400
"""Status of a query of the right form whose type, properties or values cannot be used."""


def answer_queries(dataset: str, text: str) -> dict[str, Any]:
    """Return the candidates for each query of a JSON object, by the query's key.

    If a type, property or value of a query cannot be used, the query gets no candidates and a
    `message` with the reason; all other queries are answered. Raises `ApiError` for a request that
    breaks the protocol.
    """
    screener = current_service().ready_screener()
    sources = sources_in_scope(dataset, screener.visible_sources(viewer()))
    parsed = parse_queries(text)
    count_queries(len(parsed.limits))
    options = MatchQuery(max(parsed.limits.values()), None, sources, viewer=viewer())
    records = [submitted.record for submitted in parsed.records.values()]
    answers, revision = screener.check(records, options)
    current_metrics().checks.inc(len(answers))
    results: dict[str, dict[str, Any]] = {key: {"result": []} for key in parsed.limits}
    for (key, submitted), answer in zip(parsed.records.items(), answers, strict=True):
        query = {"key": key, **interpreted_query(submitted)}
        returned = {"total": answer.total, "seen": candidate_scores(answer)}
        log_access("reconcile", query, returned, revision)
        is_unique = sum(candidate.score >= MATCH_SCORE for candidate in answer.matches) == 1
        candidates = [_candidate(match, is_unique=is_unique) for match in answer.matches]
        shown = _put_first(submitted, candidates, sources)[: parsed.limits[key]]
        results[key] = {"result": shown}
    for key, message in parsed.refusals.items():
        log_access("reconcile", {"key": key, "refused": message}, {"total": 0}, revision)
        results[key]["message"] = message
    return results


@dataclass(frozen=True, slots=True)
class ParsedQueries:
    """Queries of one request, by key.

    `records` has the queries that can be used, and `refusals` the reasons why others cannot.
    `limits` has the largest number of candidates of every query, in the order of the request.
    """

    records: dict[str, ftm_entity.SubmittedRecord]
    refusals: dict[str, str]
    limits: dict[str, int]


def parse_queries(text: str) -> ParsedQueries:
    """Return the queries of a JSON object. Raises `ApiError` if one breaks the protocol."""
    parsed = ParsedQueries({}, {}, {})
    for key, query in _load_queries(text).items():
        try:
            parsed.records[key] = _read_record(key, query)
        except ApiError as error:
            if error.status != _UNUSABLE:
                raise
            parsed.refusals[key] = error.detail
        parsed.limits[key] = _read_limit(key, query)
    return parsed


def load_object(text: str, field: str) -> dict[str, Any]:
    """Return the nonempty JSON object in a field of the request. Raises `ApiError`."""
    try:
        loaded = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"{field}: no JSON: {error.msg}") from None
    if not isinstance(loaded, dict) or not loaded:
        raise ApiError(422, f"{field} must be a JSON object that is not empty")
    return loaded


def _load_queries(text: str) -> dict[str, Any]:
    queries = load_object(text, "queries")
    if len(queries) > MAX_QUERIES:
        # the status that the protocol requires here
        raise ApiError(
            413, f"{len(queries)} queries are too many for one call (at most {MAX_QUERIES})"
        )
    for key in queries:
        check_length("the key of a query", key)
    return queries


def _read_record(key: str, query: object) -> ftm_entity.SubmittedRecord:
    if not isinstance(query, dict) or not (
        isinstance(query.get("query"), str) or query.get("properties")
    ):
        raise ApiError(422, f"query {key!r}: must be an object with query (a text) or properties")
    unknown = sorted(set(query) - _FIELDS)
    if unknown:
        raise ApiError(422, f"query {key!r}: there is no field {unknown[0][:60]!r}")
    if query.get("type_strict", "any") not in _STRICT:
        raise ApiError(422, f"query {key!r}: type_strict must be one of {', '.join(_STRICT)}")
    properties = _read_properties(key, query.get("properties") or [])
    if "query" in query:
        if not isinstance(query["query"], str):
            raise ApiError(422, f"query {key!r}: query must be a text")
        properties.setdefault("name", []).insert(0, query["query"])
    schema = _read_type(key, query.get("type"))
    return query_record({"schema": schema, "properties": properties}, key)


def _read_type(key: str, value: object) -> str:
    """Return the type that a query asks for.

    If a query asks for several types or none, return `LegalEntity`, which includes them all.
    """
    types = value if isinstance(value, list) else [value] if value else []
    ids = [row.get("id") if isinstance(row, dict) else row for row in types]
    if not all(isinstance(row, str) for row in ids):
        raise ApiError(422, f"query {key!r}: type must be the id of a type, or a list of ids")
    return str(ids[0]) if len(ids) == 1 else "LegalEntity"


def _read_properties(key: str, rows: object) -> dict[str, list[Any]]:
    """Return the values of a query by property. Raises `ApiError`."""
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("pid"), str) and "v" in row for row in rows
    ):
        raise ApiError(422, f"query {key!r}: properties must be a list of objects with pid and v")
    properties: dict[str, list[Any]] = {}
    for row in rows:
        check_length(f"query {key!r}: a pid", row["pid"])
        for cell in row["v"] if isinstance(row["v"], list) else [row["v"]]:
            properties.setdefault(row["pid"], []).append(_cell_value(cell))
    return properties


def _cell_value(cell: Any) -> Any:
    """Return the value of a cell. A cell that was reconciled before is an object with a name."""
    value = cell.get("name") or cell.get("id") if isinstance(cell, dict) else cell
    return str(value) if isinstance(value, bool) else value


def _read_limit(key: str, query: dict[str, Any]) -> int:
    limit = query.get("limit", _DEFAULT_LIMIT)
    # 3.0 is a whole number in JSON, too
    is_whole = (
        isinstance(limit, int | float) and not isinstance(limit, bool) and limit == limit // 1
    )
    if not is_whole or not 1 <= limit <= _MAX_LIMIT:
        raise ApiError(422, f"query {key!r}: limit must be a whole number from 1 to {_MAX_LIMIT}")
    return int(limit)


def _candidate(candidate: ScreeningMatch, *, is_unique: bool) -> dict[str, Any]:
    return {
        **identify(candidate.entity),
        "score": round(100 * candidate.score, 4),
        "match": is_unique and candidate.score >= MATCH_SCORE,
        "features": [
            {"id": row.name, "value": row.similarity}
            for row in candidate.why.rows
            if row.similarity is not None
        ],
    }


def identify(entity: dict[str, Any]) -> dict[str, Any]:
    """Return an entity in the protocol's form: id, name, type and a description."""
    identity = {
        "id": entity["id"],
        "name": entity["caption"],
        "type": [{"id": entity["schema"], "name": entity["schema"]}],
    }
    description = describe(entity)
    return {**identity, "description": description} if description else identity


def describe(entity: dict[str, Any]) -> str:
    """Return a short text that tells namesakes apart: birth date, countries, lists."""
    properties = entity["properties"]
    dates: list[str] = next(
        (properties[prop][:1] for prop in BEGINNINGS if properties.get(prop)), []
    )
    countries = [code.upper() for prop in HOME_COUNTRIES for code in properties.get(prop, ())]
    parts = [*dates, ", ".join(dict.fromkeys(countries)), ", ".join(entity["datasets"])]
    return "; ".join(part for part in parts if part)


def _put_first(
    submitted: ftm_entity.SubmittedRecord,
    candidates: list[dict[str, Any]],
    sources: frozenset[str] | None,
) -> list[dict[str, Any]]:
    """If a query gives the id of an entity as its name, put this entity first.

    It is then the only match. The entity must be in one of `sources` (None: in any).
    """
    names = submitted.record.texts("name")
    is_id = len(names) == 1 and " " not in names[0] and not names[0].isdecimal()
    if not is_id or any(row["id"] == names[0] for row in candidates):
        return candidates
    read = entity_reader.read_entity(current_service().hub, names[0], viewer())
    if (
        read is None
        or read.entity is None
        or (sources is not None and sources.isdisjoint(read.entity["datasets"]))
    ):
        return candidates
    others = [{**row, "match": False} for row in candidates if row["id"] != read.id]
    return [{**identify(read.entity), "score": 100.0, "match": True, "features": []}, *others]


def propose_properties(schema: str, limit: int) -> dict[str, Any]:
    """Return the properties of a type that can be fetched. Raises `ApiError` if there is no such
    type.
    """
    properties = list_properties(schema)
    if not properties:
        raise ApiError(404, f"there is no type {schema[:60]!r}")
    return {
        "type": schema,
        "properties": properties[:limit] if limit else properties,
        "limit": limit or len(properties),
    }


def extend_entities(text: str) -> dict[str, Any]:
    """Return the values that an extension query (JSON) asks for. Raises `ApiError`."""
    query = load_object(text, "extend")
    ids, properties = query.get("ids"), query.get("properties")
    if not isinstance(ids, list) or not all(isinstance(entity_id, str) for entity_id in ids):
        raise ApiError(422, "extend: ids must be a list of texts")
    if not isinstance(properties, list) or not all(isinstance(row, dict) for row in properties):
        raise ApiError(422, "extend: properties must be a list of objects")
    if not all(isinstance(row.get("id"), str) for row in properties):
        raise ApiError(422, "extend: properties must each have an id, a text")
    if len(ids) > MAX_QUERIES:
        raise ApiError(413, f"{len(ids)} ids are too many for one call (at most {MAX_QUERIES})")
    for entity_id in ids:
        check_length("extend: an id", entity_id)
    count_queries(max(1, len(ids)))
    limits = {row["id"]: _read_extend_limit(row) for row in properties}
    if not ids:
        _log({"id": ""}, [], current_service().hub.store.revision)
    rows = {entity_id: _read_values(entity_id, limits) for entity_id in ids}
    return {
        "meta": [{"id": prop, "name": ftm_entity.property_label(prop)} for prop in limits],
        "rows": rows,
    }


def _read_extend_limit(row: dict[str, Any]) -> int:
    """Return how many values of a property to fetch at most; 0 for no limit.

    Raises `ApiError` for a property that no type has.
    """
    prop = row["id"]
    if not any(ftm_entity.has_property(schema, prop) for schema in TYPES):
        raise ApiError(400, f"extend: there is no property {prop[:60]!r}")
    settings = row.get("settings") or {}
    # OpenRefine sends numbers as texts
    text = str(settings.get("limit") or 0) if isinstance(settings, dict) else ""
    if not text.isascii() or not text.isdigit():
        raise ApiError(422, f"extend: the limit of {prop} must be a whole number")
    return int(text[:9])


def _read_values(entity_id: str, limits: dict[str, int]) -> dict[str, list[dict[str, str]]]:
    """Return values of an entity by property; empty lists for an unknown entity."""
    hub = current_service().hub
    read = entity_reader.read_entity(hub, entity_id, viewer())
    if read is None or read.entity is None:
        _log({"id": entity_id}, [], hub.store.revision if read is None else read.revision)
        return {prop: [] for prop in limits}
    _log({"id": entity_id}, [read.id], read.revision)
    entity = read.entity
    properties = entity["properties"]
    return {
        prop: [{"str": str(value)} for value in properties.get(prop, [])[: limit or None]]
        for prop, limit in limits.items()
    }


def _log(query: dict[str, str], entity_ids: list[str], revision: int) -> None:
    log_access("extend", query, {"seen": entity_ids}, revision_of(revision))
