"""Deciding on the command line: what waits, saying what it is, taking it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.hub.hub import Hub
from resolver.synthetic import generate
from tests.hub.hubs import OPTIONS, intake
from tests.normalize.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("store")
    url = f"sqlite:///{folder}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        hub.add(intake(generate(240, seed=5).records))
    return url


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert run(list(words)) == code
    found = capsys.readouterr()
    return found.err if code else found.out


def test_from_the_queue_to_a_decision_and_back(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = told(capsys, "queue", "--store", url)
    assert "pairs wait, the oldest since" in shown
    lines = told(capsys, "queue", "--store", url, "--json", "--kind", "person").splitlines()
    item = json.loads(lines[0])
    assert shown.splitlines()[0].split()[0] != "0"
    pair = item["left"]["id"], item["right"]["id"]
    would = told(capsys, "decide", *pair, "same", "--store", url, "--dry-run")
    assert would.startswith("before  ")
    said = told(
        capsys,
        "decide",
        *pair,
        "same",
        "--store",
        url,
        "--why",
        "same passport",
        "--who",
        "kim",
        "--json",
    )
    outcome = json.loads(said)
    assert outcome["entity"] in pair
    refused = told(capsys, "decide", *pair, "different", "--store", url, code=1)
    assert "by kim" in refused
    split = told(
        capsys, "split", outcome["entity"], item["left_record"], "--store", url, "--dry-run"
    )
    assert "after" in split
    back = told(capsys, "undo", str(outcome["numbers"][0]), "--store", url)
    assert back.startswith(f"Undone: decision {outcome['numbers'][0]} (the same).")
    assert item["key"] in told(capsys, "queue", "--store", url, "--json", "--limit", "1000")


def test_red_is_confirmed_by_another(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    item = json.loads(told(capsys, "queue", "--store", url, "--json").splitlines()[0])
    pair = item["left"]["id"], item["right"]["id"]
    said = json.loads(
        told(capsys, "decide", *pair, "red", "--store", url, "--who", "kim", "--json")
    )
    assert said["state"] == "waits"
    assert "by kim" in told(capsys, "queue", "--store", url, "--pending")
    number = str(said["numbers"][0])
    assert "another steward" in told(
        capsys, "confirm", number, "--store", url, "--who", "kim", code=1
    )
    assert "Confirmed: red" in told(capsys, "confirm", number, "--store", url, "--who", "lee")


def test_bad_input_is_one_line(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (("decide", "nobody:1", "nobody:2", "same"), "no entity or record nobody:1"),
        (("undo", "4711"), "there is no decision 4711"),
        (("split", "e-nothing", "nobody:1"), "no entity or record e-nothing"),
        (("queue", "--kind", "ship"), "there is no kind 'ship'"),
    ):
        line = told(capsys, *words, "--store", url, code=1)
        assert said in line
        assert len(line.splitlines()) == 1
