"""Sample requests: one for each endpoint, built from its declaration.

A declared parameter is sent if there is a sample value for its name. An endpoint with a new path
parameter, a new required parameter or a body needs a row in the tables below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from resolver.api.endpoints import ENDPOINTS, Endpoint

ROWS = sorted(ENDPOINTS.values(), key=lambda row: row.name)
"""Declared endpoints, for tests that run one body over each of them."""
_PATH_PART = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
_PERSON = {"schema": "Person", "properties": {"name": ["John Smith"], "birthDate": ["1990-01-01"]}}
_RECORD = {"id": "s-1", "datasets": ["samples"], **_PERSON}


class Samples(NamedTuple):
    """Sample values: of path parameters, of query parameters, and bodies by endpoint."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    bodies: Mapping[str, Mapping[str, Any]]


SAMPLES = Samples(
    {
        "dataset": "default",
        "entity_id": "absent",
        "prop": "membershipMember",
        "job_id": "absent",
        "what": "report",
        "source": "samples",
        "native_id": "absent",
        "verdict_id": "absent",
        "watch": "absent",
        "subscription": "absent",
        "left": "coast:2",
        "right": "river:3",
        "name": "docs.js",
        "feed": "absent",
        "act": "run",
        "contact": "absent",
        "erasure": "absent",
    },
    {
        "name": "John Smith",
        "birthDate": "1990-01-01",
        "q": "John Smith",
        "id": "absent",
        "prefix": "john",
        "change": "added",
        "output": "json",
        "history": "true",
        "from": "absent",
        "to": "absent",
        "queries": json.dumps({"q": {"query": "John Smith"}}),
    },
    {
        "match.match": {"json": {"queries": {"q": _PERSON}}},
        "match_lines.match_lines": {
            "data": json.dumps(_PERSON).encode(),
            "content_type": "application/x-ndjson",
        },
        "records.post": {"json": _RECORD},
        "batches.submit": {"data": json.dumps(_RECORD).encode() + b"\n"},
        "screenings.post_screening": {"data": json.dumps(_RECORD).encode() + b"\n"},
        "review.decide_over_http": {
            "json": {"left": "absent:1", "right": "absent:2", "verdict": "unsure"}
        },
        "review.confirm_over_http": {"json": {"decision": "absent"}},
        "review.undo_over_http": {"json": {"decision": "absent"}},
        "screenings.give_hit_verdict": {
            "json": {
                "subject": "s-1",
                "entity": "absent",
                "verdict": "cleared",
                "reason": "another face",
            }
        },
        "erasures.ask_erasure_over_http": {
            "json": {"records": ["absent:1"], "reason": "court order"}
        },
        "erasures.decide_erasure_over_http": {"json": {"decision": "refuse"}},
        "contacts.ask_contact": {"json": {"reference": "R-ABSENT", "question": "Who is it?"}},
        "contacts.answer_contact": {"json": {"state": "refused", "answer": ""}},
        "watches.mark_notices": {"json": {"cursor": 0}},
        "watches.add_subscription": {"json": {"kind": "words", "value": "john smith"}},
        "reconcile.reconcile_form": {
            "data": {"queries": json.dumps({"q": {"query": "John Smith"}})}
        },
    },
)


class SampleRequest(NamedTuple):
    """Request in the terms of Flask's test client."""

    method: str
    path: str
    query: dict[str, str]
    body: Mapping[str, Any]

    def send(self, client: Any, **options: Any) -> Any:
        """Send the request with a test client and return its response."""
        return client.open(
            self.path, method=self.method, query_string=self.query, **self.body, **options
        )


def document_path(row: Endpoint) -> str:
    """Return the path of an endpoint as the OpenAPI document writes it."""
    return _PATH_PART.sub(r"{\1}", row.path)


def sample_request(row: Endpoint, samples: Samples = SAMPLES) -> SampleRequest:
    """Build a request for an endpoint. Raises `KeyError` where a sample value is missing."""
    path = _PATH_PART.sub(lambda part: samples.path[part[1]], row.path)
    in_query = [parameter for parameter in row.parameters if parameter["in"] == "query"]
    query = {
        parameter["name"]: samples.query[parameter["name"]]
        for parameter in in_query
        if parameter.get("required") or parameter["name"] in samples.query
    }
    return SampleRequest(row.method, path, query, samples.bodies[row.name] if row.body else {})
