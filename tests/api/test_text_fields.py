"""Texts beyond their bounds in every text field of every endpoint: refused at once."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from tests.api.conftest import Client
from tests.api.text_fields import KINDS, TextField, find_text_fields, request_of, text_of

pytestmark = pytest.mark.slow

LARGEST_BOUND = 20_000
"""Characters of notes, the longest text that a property may have."""
SECONDS = 2.0
"""Seconds in which each is refused; on an idle machine it takes a tenth."""
UNREAD = {"api_key"}
"""Fields that are not read where no keys are needed."""


@pytest.fixture
def document(client: Client) -> Any:
    return client.get("/openapi.json").json


def fields_of(document: Any) -> list[TextField]:
    return [field for field in find_text_fields(document) if field.name not in UNREAD]


def is_refused(field: TextField, answer: Any) -> bool:
    """Return whether an answer refuses a request, or by OpenRefine's protocol its only query."""
    if 400 <= answer.status_code < 500:
        return "Traceback" not in answer.get_data(as_text=True)
    results = answer.json.values() if field.path == "/reconcile/{dataset}" else ()
    return answer.status_code == 200 and bool(results) and all("message" in row for row in results)


def find_faults(
    client: Client, document: Any, fields: Sequence[TextField], length: int | None
) -> list[tuple[str, str, int, float]]:
    """Send a text in each field, of one kind after the other; return those that are not refused at
    once: field, kind, status and seconds. Without a length, texts are one character too long.
    """
    faults = []
    kinds = list(KINDS)
    for number, field in enumerate(fields):
        kind = kinds[number % len(kinds)]
        bound = max(field.bound, LARGEST_BOUND) if field.place == "body" else field.bound
        request = request_of(document, field, text_of(kind, length or bound + 1))
        # what the client takes to encode the request does not count
        with closing(EnvironBuilder(**request)) as builder:
            environ = builder.get_environ()
            start = time.monotonic()
            # a long form is sent from a file
            with closing(environ["wsgi.input"]), client.open(environ) as answer:
                seconds = time.monotonic() - start
                if seconds > SECONDS or not is_refused(field, answer):
                    faults.append((str(field), kind, answer.status_code, seconds))
    return faults


def test_fields_are_found(document: Any) -> None:
    """Find parameters, keys, values and nested texts, at each endpoint that takes any."""
    fields = fields_of(document)
    names = {str(field) for field in fields}
    assert {
        "GET /check query name",
        "GET /entities/{entity_id} path entity_id",
        "POST /batches header Idempotency-Key",
        "POST /batches body mapping multipart/form-data",
        "POST /match/{dataset} body queries.* application/json",
        "POST /match/{dataset} body queries.q.properties.address.0 application/json",
        "POST /match/{dataset}/lines body properties.notes.0 application/x-ndjson",
        "POST /reconcile/{dataset} body queries.json.q.query application/x-www-form-urlencoded",
        "POST /records body DATA_SOURCE application/vnd.senzing+json",
    } <= names
    assert {path for path, operations in document["paths"].items() if takes_text(operations)} == {
        field.path for field in fields
    }


def takes_text(operations: Any) -> bool:
    text = json.dumps([{**row, "responses": None} for row in operations.values()])
    return '"string"' in text or "$ref" in text


def test_texts_beyond_their_bounds_are_refused(client: Client, document: Any) -> None:
    assert find_faults(client, document, fields_of(document), None) == []


@pytest.mark.parametrize(
    "step", [16, pytest.param(1, marks=pytest.mark.nightly)], ids=["suite", "nightly"]
)
@pytest.mark.parametrize("length", [1_000_000, 3_000_000])
def test_huge_texts_in_bodies_are_refused_at_once(
    length: int, step: int, client: Client, document: Any
) -> None:
    # a step that shares no factor with the number of kinds, so that each field gets another one
    bodies = [field for field in fields_of(document) if field.place == "body"]
    outer = [field for field in bodies if "properties" not in field.at]
    fields = [*outer, *[field for field in bodies if field not in outer][::step]]
    assert find_faults(client, document, fields, length) == []
