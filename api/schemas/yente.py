"""Wire format of yente: queries as records, and the screener's answers as yente's responses.

Results are FtM entities with `score`, `match` and, per feature, an explanation. The `score` of a
feature is its similarity (0 where a side has no value), `weight` its share of the log-odds: prior,
features, calibration and `competition` (what other candidates take) sum exactly to the score's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolver.api.errors import ApiError
from resolver.check.queries import country_code, read_query
from resolver.check.screener import ScreeningMatch, ScreeningResult
from resolver.errors import RecordError
from resolver.lists.formats.ftm.ftm_entity import SubmittedRecord
from resolver.records.properties import COUNTRIES
from resolver.records.results.explanation import EvidenceRow, Explanation, summarize_evidence

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
    """Return the record of a query, and warnings about values it cannot be found by.

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
    *,
    is_explained: bool = True,
) -> dict[str, Any]:
    """Return the response to one query: results, their number, and the query as interpreted.

    threshold: score from which a result counts as a match.
    is_explained: whether results have their evidence by feature.
    """
    return {
        "status": 200,
        "results": [
            _result(candidate, threshold, is_explained=is_explained) for candidate in answer.matches
        ],
        "total": {"value": answer.total, "relation": "eq" if answer.is_complete else "gte"},
        "query": _with_country_codes(interpreted),
        **({"advice": answer.advice} if answer.advice else {}),
    }


def candidate_scores(answer: ScreeningResult) -> dict[str, float]:
    """Return the scores of the returned candidates by entity id, for the audit log."""
    return {candidate.entity["id"]: candidate.score for candidate in answer.matches}


def reject_weights(body: Mapping[str, Any]) -> None:
    """Refuse queries that would reweight the model, since they would get unchanged scores.

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


def _with_country_codes(interpreted: dict[str, Any]) -> dict[str, Any]:
    """Return a query with the codes of its countries, which are how they are compared."""
    properties: dict[str, list[str]] = interpreted["properties"]
    codes = {
        prop: [country_code(text) or text for text in properties[prop]]
        for prop in COUNTRIES
        if prop in properties
    }
    return {**interpreted, "properties": {**properties, **codes}} if codes else interpreted


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
    """Return the evidence of an explanation by feature."""
    return {row.name: _feature(row) for row in why.rows if row.weight or row.similarity is not None}


def _feature(row: EvidenceRow) -> dict[str, Any]:
    return {
        "score": row.similarity or 0.0,
        "detail": f"{row.help} {row.detail}" if row.detail else row.help,
        "query": row.left or None,
        "candidate": row.right or None,
        "weight": row.weight / 1000,
    }
