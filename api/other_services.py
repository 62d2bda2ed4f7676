"""Wire formats of Senzing and yente.

For `Accept: application/vnd.senzing+json`, an entity is one record of the data source `RESOLVER` in
Senzing's entity format; its relations are pointers to the anchors of other entities. If the format
has no attribute for a property, the property keeps its own name, as in Senzing. Reading the output
again gives the same names, dates, numbers and relations.

In yente's format, queries are read as records, and results are FtM entities with `score`, `match`
and, per feature, an explanation. The `score` of a feature is its similarity (0 if a side has no
value), and `weight` its share of the log-odds. The weights of prior, features, calibration and
`competition` (what other candidates take) add up exactly to the log-odds of the score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
from flask import request

from resolver.api.errors import ApiError
from resolver.check.queries import country_code, read_query
from resolver.check.screener import ScreeningMatch, ScreeningResult
from resolver.errors import RecordError
from resolver.lists.formats.ftm.ftm_entity import SubmittedRecord, edge_ends, is_link_schema
from resolver.records.properties import COUNTRIES, PROPERTIES, ValueType
from resolver.records.results.explanation import Explanation, summarize_evidence
from resolver.review import EntityLink, EntityLinks

SENZING = "application/vnd.senzing+json"
"""Media type of Senzing's entity format."""
SOURCE = "RESOLVER"
_RECORD_TYPES = {
    "Person": "PERSON",
    "Vessel": "VESSEL",
    "Airplane": "AIRCRAFT",
    "Vehicle": "VEHICLE",
    "Organization": "ORGANIZATION",
    "Company": "ORGANIZATION",
    "PublicBody": "ORGANIZATION",
}
_ATTRIBUTES = {
    row.name: row.senzing
    for row in PROPERTIES
    if row.senzing and row.type is not ValueType.IDENTIFIER
} | {"topics": "TOPIC"}
"""Senzing's attribute of each property; other properties keep their own name."""
_IDENTIFIERS = {
    row.name: (row.senzing, row.senzing_type)
    for row in PROPERTIES
    if row.senzing and row.type is ValueType.IDENTIFIER
} | {"isinCode": ("OTHER_ID", "ISIN")}
"""Family of Senzing's attributes of each identifier, and the type where the family is general."""
_NAME_TYPES = {"alias": "AKA", "weakAlias": "AKA", "abbreviation": "AKA", "previousName": "FORMER"}
_Entity = Mapping[str, Any]


def wants_senzing() -> bool:
    """Return whether the client prefers Senzing's format to any other."""
    accepted = request.accept_mimetypes
    return accepted[SENZING] > 0 and SENZING in accepted.values() and accepted.best == SENZING


def to_senzing(entity: _Entity) -> dict[str, Any]:
    """Return an FtM entity, its relations nested or not, in Senzing's format."""
    features = list(_features(entity))
    return {"DATA_SOURCE": SOURCE, "RECORD_ID": entity["id"], "FEATURES": features}


def senzing_lines(entities: Iterable[_Entity]) -> Iterator[bytes]:
    """Yield a JSON line for each entity; its edges follow it in the input, as a run writes them."""
    node: _Entity | None = None
    edges: list[_Entity] = []
    for entity in entities:
        if edge_ends(entity["schema"]) is not None:
            edges.append(entity)
            continue
        if is_link_schema(entity["schema"]):
            # its content is already among the values of the entity
            continue
        if node is not None:
            yield _line(node, edges)
        node, edges = entity, []
    if node is not None:
        yield _line(node, edges)


def _line(entity: _Entity, edges: list[_Entity]) -> bytes:
    row = to_senzing(entity)
    row["FEATURES"] += [_pointer(edge, entity["id"]) for edge in edges]
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


_REPEATED = ("name", "addressEntity", "sanctions", "identification", "positionOccupancies")


def _features(entity: _Entity) -> Iterator[dict[str, str]]:
    record_type = _RECORD_TYPES.get(entity["schema"], "")
    if record_type:
        yield {"RECORD_TYPE": record_type}
    names = [text for text in entity["properties"].get("name", ()) if isinstance(text, str)]
    name_attribute = "NAME_ORG" if record_type == "ORGANIZATION" else "NAME_FULL"
    for i, name in enumerate(names):
        yield {"NAME_TYPE": "AKA" if i else "PRIMARY", name_attribute: name}
    for prop, values in entity["properties"].items():
        # the entities nested in these repeat texts of the entity itself
        if prop not in _REPEATED:
            for value in values:
                yield _feature(prop, value, entity["id"])
    yield {"REL_ANCHOR_DOMAIN": SOURCE, "REL_ANCHOR_KEY": entity["id"]}
    for referent in entity.get("referents", ()):
        yield {"REFERENT": referent}


def _feature(prop: str, value: Any, entity_id: str) -> dict[str, str]:
    if isinstance(value, dict):
        return _pointer(value, entity_id)
    if prop in _NAME_TYPES:
        return {"NAME_TYPE": _NAME_TYPES[prop], "NAME_FULL": value}
    if prop in _IDENTIFIERS:
        family, kind = _IDENTIFIERS[prop]
        number = {f"{family}_NUMBER": value}
        return {**number, f"{family}_TYPE": kind} if kind else number
    return {_ATTRIBUTES.get(prop, prop): value}


def _pointer(edge: _Entity, entity_id: str) -> dict[str, str]:
    """Return the relation of an entity to the other end of an edge, with its role."""
    ends = [
        _id_of(end)
        for prop in edge_ends(edge["schema"]) or ()
        for end in edge["properties"].get(prop, ())
    ]
    others = [end for end in ends if end != entity_id]
    roles = [text for text in edge["properties"].get("role", ()) if isinstance(text, str)]
    role = roles[0] if roles else edge["schema"]
    return {
        "REL_POINTER_DOMAIN": SOURCE,
        "REL_POINTER_KEY": others[0] if others else edge["id"],
        "REL_POINTER_ROLE": str(role).upper(),
    }


def _id_of(value: Any) -> str:
    return str(value["id"]) if isinstance(value, dict) else str(value)


DEFAULT_ALGORITHM = "evidence"
"""Name of the only scoring algorithm."""
ALGORITHMS = (
    DEFAULT_ALGORITHM,
    "best",
    "default",
    "logic-v1",
    "logic-v2",
    "name-based",
    "name-qualified",
    "regression-v1",
    "er-unstable",
    "ofac",
    "ofac-249",
)
"""Names of algorithms that clients of yente ask for; the only one there is answers them all."""


def query_record(query: object, key: str, *, skip_unknown: bool = False) -> SubmittedRecord:
    """Return the record of a query, and warnings about values by which it cannot be found.

    `skip_unknown`: properties that its schema lacks are left out, with a warning. Raises
    `ApiError`.
    """
    if not isinstance(query, dict):
        raise ApiError(422, f"query {key!r}: must be an object with schema and properties")
    if "schema" not in query:
        raise ApiError(
            422, f"query {key!r}: give a schema: Person, Company …, or Thing for any of them"
        )
    try:
        return read_query(query["schema"], query.get("properties", {}), skip_unknown=skip_unknown)
    except TypeError as error:
        raise ApiError(422, f"query {key!r}: {error}") from None
    except RecordError as error:
        raise ApiError(400, f"query {key!r}: {error.line()}") from None


def match_response(
    interpreted: dict[str, Any],
    answer: ScreeningResult,
    threshold: float,
    links: EntityLinks = MappingProxyType({}),
    *,
    is_explained: bool = True,
) -> dict[str, Any]:
    """Return the response to one query: results, their number, and the query as interpreted.

    `threshold`: score from which a result counts as a match. `is_explained`: whether results have
    their evidence by feature. `links`: links of the results.
    """
    # countries are compared, and shown, by their codes
    properties = dict(interpreted["properties"])
    for prop in COUNTRIES:
        if prop in properties:
            properties[prop] = [country_code(text) or text for text in properties[prop]]
    return {
        "status": 200,
        "results": [
            {
                **_result(candidate, threshold, is_explained=is_explained),
                **describe_links(links.get(candidate.entity["id"], ())),
            }
            for candidate in answer.matches
        ],
        "total": {"value": answer.total, "relation": "eq" if answer.is_complete else "gte"},
        "query": {**interpreted, "properties": properties},
        **({"advice": answer.advice} if answer.advice else {}),
    }


def candidate_scores(answer: ScreeningResult) -> dict[str, float]:
    """Return the scores of the returned candidates by entity id, for the audit log."""
    return {candidate.entity["id"]: candidate.score for candidate in answer.matches}


def describe_links(links: Sequence[EntityLink]) -> dict[str, list[dict[str, str]]]:
    """Return the links of an entity as a member of its JSON; nothing for an entity without."""
    return {"links": [link.to_json() for link in links]} if links else {}


def logged_links(links: EntityLinks) -> list[str]:
    """Return the entities that links lead to, for the audit log."""
    return sorted({link.entity for rows in links.values() for link in rows})


def reject_weights(body: Mapping[str, Any]) -> None:
    """Refuse queries that try to change the weights of the model, since they would get unchanged
    scores.

    Raises `ApiError`.
    """
    for name in ("weights", "config"):
        if not isinstance(body.get(name, {}), dict | None):
            raise ApiError(422, f"{name} must be an object")
        if body.get(name):
            raise ApiError(
                400,
                f"{name} cannot be changed by a query: scores are those of the model"
                " (see /algorithms)",
            )


def interpreted_query(submitted: SubmittedRecord) -> dict[str, Any]:
    """Return schema and properties of a query as they were interpreted."""
    record = submitted.record
    properties: dict[str, list[str]] = {}
    for value in record.values:
        properties.setdefault(value.prop, []).append(value.text)
    for identifier in record.identifiers:
        properties.setdefault(identifier.prop, []).append(identifier.number)
    for address in record.addresses:
        properties.setdefault("address", []).append(address.text)
    return {"schema": record.schema, "properties": properties}


def _result(candidate: ScreeningMatch, threshold: float, *, is_explained: bool) -> dict[str, Any]:
    why = candidate.why
    result = {
        **candidate.entity,
        "target": True,
        "score": candidate.score,
        "match": candidate.score >= threshold,
        "summary": summarize_evidence(why),
        "name_similarity": candidate.name_similarity,
    }
    if is_explained:
        result["features"] = {
            row.name: row.similarity for row in why.rows if row.similarity is not None
        }
        result["explanations"] = explanations(why)
    return result


def explanations(why: Explanation) -> dict[str, dict[str, Any]]:
    """Return the evidence of an explanation by feature, in the form of yente."""
    return {
        row.name: {
            "score": row.similarity or 0.0,
            "detail": f"{row.help} {row.detail}" if row.detail else row.help,
            "query": row.left or None,
            "candidate": row.right or None,
            "weight": row.weight / 1000,
        }
        for row in why.rows
        if row.weight or row.similarity is not None
    }
