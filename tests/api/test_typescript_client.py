"""TypeScript client: generated from the OpenAPI document, checked by its types, and run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from tests.api.conftest import Client, Serve

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def package(root: Path, app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the package with its dependencies, and the types generated from the document."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js and npm are not installed (on Debian: nodejs npm)")
    folder = tmp_path_factory.mktemp("typescript")
    for path in (root / "api" / "typescript").iterdir():
        if path.suffix in (".json", ".ts") and path.name != "schema.d.ts":
            shutil.copy(path, folder)
    installed = npm(folder, "ci", "--no-audit", "--no-fund", "--prefer-offline")
    if installed.returncode:
        pytest.skip(f"npm cannot install the package's dependencies: {installed.stderr[-300:]}")
    client: Client = app.test_client()
    document = client.get("/openapi.json").get_data(as_text=True)
    (folder / "openapi.json").write_text(document, encoding="utf-8")
    generated = npm(folder, "run", "generate", OPENAPI="openapi.json")
    assert generated.returncode == 0, generated.stdout + generated.stderr
    return folder


def npm(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["npm", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_client_fits_the_document(package: Path) -> None:
    checked = npm(package, "run", "check")
    assert checked.returncode == 0, checked.stdout


def test_a_program_that_does_not_fit_is_refused(package: Path) -> None:
    options = json.loads((package / "tsconfig.json").read_text(encoding="utf-8"))
    options["files"] = ["wrong.ts"]
    (package / "tsconfig.wrong.json").write_text(json.dumps(options), encoding="utf-8")
    (package / "wrong.ts").write_text(
        'import { connect } from "./client.js";\n'
        'await connect("").GET("/search/{dataset}", {\n'
        '  params: { path: { dataset: "default" }, query: { facets: ["colours"] } },\n'
        "});\n",
        encoding="utf-8",
    )
    checked = npm(package, "exec", "--", "tsc", "--noEmit", "--project", "tsconfig.wrong.json")
    assert checked.returncode != 0
    assert "colours" in checked.stdout


def test_the_example_runs_against_a_service(
    package: Path, serve_fork: Serve, store_url: str
) -> None:
    built = npm(package, "run", "build")
    assert built.returncode == 0, built.stdout
    with serve_fork(store_url, ready=True) as (_, address, _):
        command = ["node", "dist/example.js", address, "Maria Quispe Huanca"]
        done = subprocess.run(
            command, cwd=package, capture_output=True, text=True, check=True, timeout=60
        )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Maria Quispe Huanca 0.")
    assert lines[1] == "coast:2 river:2"
    assert lines[2].startswith("1 of version ")
    assert lines[3].startswith("404 there is no entity 'nobody'")
