"""The description of the service fits the service."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from resolver.api.openapi import described
from resolver.api.openapi.bodies import BODIES, HEADERS
from resolver.api.openapi.parameters import QUERY, REQUIRED
from resolver.api.openapi.responses import ANSWERS, MORE_ERRORS
from resolver.hub.admin import create_key
from tests.api.conftest import Client
from tests.api.serving import served


def operations(app: Flask) -> dict[tuple[str, str], dict[str, Any]]:
    with app.app_context():
        paths = described(app)["paths"]
    return {(path, method): one for path, item in paths.items() for method, one in item.items()}


def test_every_route_is_described(app: Flask, client: Client) -> None:
    said = client.get("/openapi.json").json
    with app.app_context():
        assert said == described(app)
    assert said["openapi"] == "3.1.0"
    found = operations(app)
    assert {("/match/{dataset}", "post"), ("/check", "get"), ("/batches", "post")} <= set(found)
    ids = [one["operationId"] for one in found.values()]
    assert len(ids) == len(set(ids)) >= 24
    for (path, _), one in found.items():
        assert one["summary"]
        named = {part["name"] for part in one["parameters"] if part["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))
        assert any(status.startswith("2") for status in one["responses"])
    open_to_all = {path for (path, _), one in found.items() if "security" not in one}
    assert open_to_all == {"/healthz", "/readyz", "/metrics", "/openapi.json"}


def test_the_rows_are_of_routes_there_are(app: Flask) -> None:
    assert set(QUERY) | set(BODIES) | set(HEADERS) | set(REQUIRED) | set(MORE_ERRORS) <= set(
        app.view_functions
    )
    assert {one["operationId"] for one in operations(app).values()} == {
        name.replace(".", "_") for name in ANSWERS
    }


def test_components_are_schemas_and_all_are_used(app: Flask) -> None:
    with app.app_context():
        said = described(app)
    text = json.dumps(said)
    for name, schema in said["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema)
        assert f'"#/components/schemas/{name}"' in text, name
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in said["components"]["schemas"]


def test_parameters_that_are_described_are_taken(app: Flask, client: Client) -> None:
    values = {"string": "x", "array": "x", "boolean": "true", "integer": "1", "number": "0.5"}
    for endpoint, path in (
        ("match.check", "/check?name=A"),
        ("search.search", "/search/default?q=A"),
        ("catalog.changes", "/changes?"),
        ("batches.listed", "/batches?"),
    ):
        for name, schema in QUERY[endpoint].items():
            value = (
                schema.get("enum")
                or schema.get("items", {}).get("enum")
                or [values[schema["type"]]]
            )[0]
            value = {"changed_since": "2026-01-01", "sort": "caption:asc"}.get(name, value)
            status = 404 if name in ("dataset", "include_dataset", "exclude_dataset") else 200
            answer = client.get(f"{path}&{name}={value}")
            assert answer.status_code == status, (path, name, answer.json)


@pytest.fixture(scope="module")
def guarded(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A served store of its own, and a key of an administrator."""
    path = tmp_path_factory.mktemp("tried") / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    secret = create_key(f"sqlite:///{path}", "chief", "Coast", ["admin"])
    with served(f"sqlite:///{path}", ready=True) as (_, address, _):
        yield address, secret


CONFIG = """
[parameters]
"path.dataset" = "default"
"path.entity_id" = "river:3"

[phases.stateful]
enabled = false

# 413 refuses too: OpenRefine's protocol names it for too many queries
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]

# a form that holds JSON in a text: what may stand in it cannot be told to whoever makes up texts
[[operations]]
include-operation-id = "reconcile_reconcile_form"
checks.positive_data_acceptance.enabled = false

# what a file of bytes must hold to be a list cannot be told either: what no reader knows is refused at once
[[operations]]
include-operation-id = "batches_take"
checks.positive_data_acceptance.enabled = false

# entities of every schema with each of their properties are thousands of cases: a few of them will do here
[[operations]]
include-operation-id = "match_match"
phases.coverage.enabled = false

[[operations]]
include-operation-id = "records_post"
phases.coverage.enabled = false
"""


@pytest.mark.slow
def test_schemathesis_finds_no_failure(guarded: tuple[str, str], tmp_path: Path) -> None:
    address, secret = guarded
    (tmp_path / "schemathesis.toml").write_text(CONFIG, "utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json",
        "--header", f"Authorization: ApiKey {secret}", "--max-examples", "2", "--max-time", "60", "--seed", "7",
        "--request-timeout", "120", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
