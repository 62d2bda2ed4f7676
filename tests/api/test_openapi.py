"""The description of the service fits the service."""

from __future__ import annotations

import re

from flask import Flask

from api.openapi import BODIES, QUERY, described
from tests.api.conftest import Client


def test_every_route_is_described(app: Flask, client: Client) -> None:
    said = client.get("/openapi.json").json
    assert said == described(app)
    assert said["openapi"] == "3.1.0"
    operations = {(path, method): one for path, item in said["paths"].items() for method, one in item.items()}
    assert {("/match/{dataset}", "post"), ("/check", "get"), ("/batches", "post")} <= set(operations)
    ids = [one["operationId"] for one in operations.values()]
    assert len(ids) == len(set(ids)) >= 18
    for (path, _), one in operations.items():
        assert one["summary"]
        named = {part["name"] for part in one["parameters"] if part["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))
    open_to_all = {path for (path, _), one in operations.items() if "security" not in one}
    assert open_to_all == {"/healthz", "/readyz", "/metrics", "/openapi.json"}


def test_the_rows_are_of_routes_there_are(app: Flask) -> None:
    assert set(QUERY) | set(BODIES) <= set(app.view_functions)


def test_parameters_that_are_described_are_taken(app: Flask, client: Client) -> None:
    values = {"string": "", "array": "", "boolean": "true", "integer": "1", "number": "0.5"}
    for endpoint, path in (
        ("match.check", "/check?name=A"),
        ("search.search", "/search/default?q=A"),
        ("catalog.changes", "/changes?"),
        ("batches.listed", "/batches?"),
    ):
        for name, schema in QUERY[endpoint].items():
            answer = client.get(f"{path}&{name}={values[schema['type']]}")
            assert answer.status_code == 200, (path, name, answer.json)
