"""Texts beyond their bounds, of kinds that once cost minutes: refused at once, and clearly."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.text_fields import KINDS, text_of

pytestmark = pytest.mark.slow

PROPERTIES = ("name", "alias", "address", "birthPlace", "position", "passportNumber", "email")
SECONDS = 2.0
"""Seconds in which each is refused; on an idle machine it takes a tenth."""


def send(client: Client, path: str, prop: str, text: str) -> Any:
    properties = {"name": ["Ann Lee"], prop: [text]}
    if path == "/records":
        body = {"id": "1", "datasets": ["hostile"], "schema": "Person", "properties": properties}
    else:
        body = {"queries": {"q": {"schema": "Person", "properties": properties}}}
    return client.post(path, data=json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [8_001, 1_000_000, 3_000_000])
@pytest.mark.parametrize("path", ["/match/default", "/records"])
def test_long_texts_are_refused_at_once(path: str, length: int, kind: str, client: Client) -> None:
    for prop in PROPERTIES:
        start = time.monotonic()
        answer = send(client, path, prop, text_of(kind, length))
        assert time.monotonic() - start < SECONDS, prop
        assert 400 <= answer.status_code < 500, prop
        assert "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("prop", PROPERTIES)
def test_a_refusal_says_what_is_too_long(prop: str, client: Client) -> None:
    answer = send(client, "/match/default", prop, text_of("latin words", 8_001))
    assert answer.status_code == 400
    assert prop in answer.json["detail"]
    assert "characters long" in answer.json["detail"]


def test_a_word_of_a_thousand_letters_is_no_name(client: Client) -> None:
    answer = send(client, "/match/default", "name", "a" * 1_000)
    assert answer.status_code == 400
    assert "word of more than 100 letters" in answer.json["detail"]
    # scripts without spaces have no such words
    assert send(client, "/match/default", "name", "漢字" * 200).status_code == 200
