"""yente's wire format: what its clients send, as records; what the screen found, as they expect it.

Results are FtM entities with `score`, `match` and, per feature, an explanation. `score` of a feature is its similarity
(0 where a side says nothing), `weight` what it adds to the log-odds: prior, features and calibration sum to the score's
exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from resolver.api.errors import ApiError
from resolver.errors import RecordError
from resolver.ingest.formats.ftm.ftm_entity import Single, single
from resolver.ingest.text.placeholders import is_placeholder
from resolver.records import Record
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.records.results.explanation import EvidenceRow, Explanation
from resolver.screening.screener import Answer, Found

ALGORITHM = "evidence"
"""The one way of scoring there is."""
ALGORITHMS = (
    ALGORITHM,
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
"""Names under which clients of yente ask for a way of scoring: all are answered by the one there is."""
_SOURCE, _ID = "query", "1"
_NAMES = frozenset((*FULL_NAMES, *NAME_PARTS))


def record_of(query: object, name: str) -> Single:
    """The record of a query. Raises `ApiError`."""
    if not isinstance(query, dict):
        raise ApiError(422, f"query {name!r}: must be an object with schema and properties")
    try:
        found = single(
            query.get("schema", "LegalEntity"),
            query.get("properties", {}),
            source=_SOURCE,
            native_id=_ID,
        )
    except TypeError as error:
        raise ApiError(422, f"query {name!r}: {error}") from None
    except RecordError as error:
        raise ApiError(400, f"query {name!r}: {error.line()}") from None
    told = _saying_nothing(found.record)
    return replace(found, left_out=(*found.left_out, *told)) if told else found


def _saying_nothing(record: Record) -> list[str]:
    """A line for each name that is none: nobody can be found by it, and whoever asks must not take that for an
    all-clear."""
    names = [value for value in record.values if value.prop in _NAMES]
    unsaid = [
        one for one in names if is_placeholder(one.text) or not any(map(str.isalnum, one.text))
    ]
    return [f"{one.prop} {one.text[:40]!r} is no name: nobody is found by it" for one in unsaid]


def response_of(
    asked: Single, answer: Answer, threshold: float, identity: str = ""
) -> dict[str, Any]:
    """One response: what was found, how many there are, and what was understood of the query, which may have called
    itself something (`identity`)."""
    said: dict[str, Any] = {
        "status": 200,
        "results": [_result(found, threshold) for found in answer.found],
        "total": {"value": answer.total, "relation": "eq" if answer.complete else "gte"},
        "query": query_of(asked) if not identity else {"id": identity, **query_of(asked)},
    }
    if asked.left_out:
        said["warnings"] = list(asked.left_out)
    return said


def check_fitting(body: Mapping[str, Any]) -> None:
    """Refuse what would make another model of ours: a client that weighs features anew must not be answered as if it
    had not. Raises `ApiError`."""
    for name in ("weights", "config"):
        if not isinstance(body.get(name, {}), dict | None):
            raise ApiError(422, f"{name} must be an object")
        if body.get(name):
            raise ApiError(
                400,
                f"{name} cannot be changed by a query: scores are those of the model (see /algorithms)",
            )


def query_of(asked: Single) -> dict[str, Any]:
    """What was understood of a query."""
    record = asked.record
    properties: dict[str, list[str]] = {}
    for value in record.values:
        properties.setdefault(value.prop, []).append(value.text)
    for identifier in record.identifiers:
        properties.setdefault(identifier.prop, []).append(identifier.number)
    for address in record.addresses:
        properties.setdefault("address", []).append(address.text)
    return {"schema": record.schema, "properties": properties}


def _result(found: Found, threshold: float) -> dict[str, Any]:
    return {
        **found.entity,
        "target": True,
        "score": found.score,
        "match": found.score >= threshold,
        "features": {
            row.name: row.similarity for row in found.why.rows if row.similarity is not None
        },
        "explanations": explanations(found.why),
    }


def explanations(why: Explanation) -> dict[str, dict[str, Any]]:
    """The evidence of an explanation, by feature."""
    return {row.name: _feature(row) for row in why.rows if row.weight or row.similarity is not None}


def _feature(row: EvidenceRow) -> dict[str, Any]:
    return {
        "score": row.similarity or 0.0,
        "detail": f"{row.help} {row.detail}".strip(),
        "query": row.left or None,
        "candidate": row.right or None,
        "weight": row.weight / 1000,
    }
