"""`resolver search`: the entities and the order of `/search`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.cli.app import run
from tests.cli.conftest import Lists
from tests.matching.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, lists: Lists) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('search')}/hub.db"
    assert run(["dedupe", *lists.args, "--store", url]) == 0
    return url


@pytest.fixture(scope="module")
def service(url: str) -> Iterator[Any]:
    app = create_app(ServiceSettings(url))
    app.extensions["resolver"].warm()
    yield app.test_client()
    app.extensions["resolver"].close()


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("petrov", []),
        ("vektor trading", []),
        ("A4419207", []),
        ("river:10", []),
        ("al tikriti", ["caption:desc"]),
        ("*", ["changed:desc", "id"]),
        ("a", ["properties.birthDate:desc", "caption"]),
        ("nobody at all", []),
    ],
)
def test_order_is_that_of_the_service(
    text: str, orders: list[str], url: str, service: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    sorting = [word for order in orders for word in ("--sort", order)]
    assert run(["search", text, "--store", url, "--json", *sorting]) == 0
    printed = json.loads(capsys.readouterr().out)
    answer = service.get("/search/default", query_string={"q": text, "sort": orders}).json
    assert printed["results"] == answer["results"]
    assert printed["total"] == answer["total"]["value"]


def test_entities_are_shown_in_a_line_each(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", "petrov", "--store", url, "--limit", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("(coast, river)")
    assert run(["search", "*", "--store", url, "--limit", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert run(["search", "xyzzy", "--store", url]) == 0
    assert capsys.readouterr().out == "Nothing in the store states xyzzy.\n"


def test_faulty_calls(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", "x", "--store", url, "--sort", "age"]) == 2
    assert "cannot sort by 'age'" in capsys.readouterr().err
    assert run(["search", " ", "--store", url]) == 2
    assert run(["search", "x"]) == 2
    assert run(["search", "x", "--store", f"sqlite:///{tmp_path}/absent.db"]) == 1
