"""Odd requests of version 0.2 of the protocol are answered or refused, by GET and by POST alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import Client

BASE = "/reconcile/default"
MARIA = "Maria Quispe Huanca"

VALUES: list[Any] = [None, True, 0, 1.5, 10**20, "", " ", "???", "😀", "\u0301", [], [None], [[]]]
VALUES += [{}, {"id": 5}, {"id": ["x"]}, {"name": {"a": 1}}, {"str": "x"}, "31/02/1990", "a\x00b"]
TEXTS: list[Any] = ["", " ", "???", "42", "\x00", "../x", "山田", "e-x", 5]
FIELDS: list[tuple[str, list[Any]]] = [
    ("type", ["", [], "Nope", "Thing", "Vessel", [0]]),
    ("limit", [0, -1, None, "5", 1e300, True]),
    ("type_strict", [None, [], {}, "any"]),
    ("properties", [None, {}, [0], [{"p": "x"}]]),
]
ODD: list[Any] = [None, [], "x", {}]
QUERIES: list[Any] = [
    *({"q0": {"query": text}} for text in TEXTS),
    *({"q0": {"query": MARIA, field: value}} for field, values in FIELDS for value in values),
    *({"q0": query} for query in ODD),
    {},
    {"": {"query": MARIA}},
]
SETTINGS: list[Any] = [[], 5, *({"limit": limit} for limit in (5.0, "", None, 10**30))]
EXTENSIONS: list[Any] = [
    {},
    {"ids": [], "properties": []},
    {"ids": ["nobody", ""], "properties": [{"id": "name"}]},
    {"ids": ["nobody"], "properties": [{"id": "nothing"}]},
    {"ids": ["\x00"], "properties": [{"id": "\x00"}]},
    {"ids": [None], "properties": [{"id": None}]},
    {"ids": ["nobody"]},
    *({"ids": ["nobody"], "properties": [{"id": "name", "settings": row}]} for row in SETTINGS),
]


@pytest.mark.parametrize("field", ["queries", "extend"])
def test_odd_queries_and_extensions_are_answered_or_refused(field: str, client: Client) -> None:
    contents: list[Any] = QUERIES if field == "queries" else EXTENSIONS
    texts = [json.dumps(content) for content in contents]
    for text in [*texts, "", "null", "[1]", "{", "NaN", '{"q0": {"query": "\\ud800"}}']:
        posted = client.post(BASE, data={field: text})
        assert posted.status_code in (200, 400, 404, 422), text
        got = client.get(BASE, query_string={field: text})
        assert got.status_code == posted.status_code, text
        assert got.json == posted.json, text


def test_odd_values_are_answered_or_refused(client: Client) -> None:
    for prop in ("name", "birthDate", "country", "passportNumber", "address", "topics", ""):
        for value in VALUES:
            query = {"query": MARIA, "properties": [{"pid": prop, "v": value}]}
            answer = client.post(BASE, data={"queries": json.dumps({"q0": query})})
            assert answer.status_code in (200, 400, 422), (prop, value)


@pytest.mark.parametrize("part", ["entity", "property", "type"])
def test_odd_suggestions_are_answered_or_refused(part: str, client: Client) -> None:
    for query in ("", "?prefix=", "?prefix=%00", f"?prefix={'a' * 3000}", "?prefix=x&cursor=-1"):
        answer = client.get(f"{BASE}/suggest/{part}{query}")
        assert answer.status_code in (200, 400, 422), query
        assert answer.json is not None


def test_previews_of_nobody_are_pages(client: Client) -> None:
    for address in ("/preview?id=nobody", "/preview", "/extend/property?type=Nope", "?callback=f"):
        assert client.get(BASE + address).status_code in (200, 400, 404, 422), address
