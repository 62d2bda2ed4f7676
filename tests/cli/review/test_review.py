"""Review on the command line: queue, decisions, undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.hub.hub import Hub
from resolver.world import generate
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    """Use small symbol tables."""
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a store with pairs that wait."""
    folder: Path = tmp_path_factory.mktemp("store")
    url = f"sqlite:///{folder}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(generate(240, seed=5).records))
    return url


def output_of(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert run(list(words)) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_decision_from_queue_and_undo(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = output_of(capsys, "queue", "--store", url)
    assert "pairs of entities wait, the oldest since" in shown
    lines = output_of(capsys, "queue", "--store", url, "--json", "--kind", "person").splitlines()
    item = json.loads(lines[0])
    assert shown.splitlines()[0].split()[0] != "0"
    pair = item["left"]["id"], item["right"]["id"]
    effects = output_of(capsys, "decide", *pair, "same", "--store", url, "--dry-run")
    assert effects.startswith("before  ")
    options = ["--store", url, "--why", "same passport", "--who", "kim", "--json"]
    outcome = json.loads(output_of(capsys, "decide", *pair, "same", *options))
    assert outcome["entity"] in pair
    refused = output_of(capsys, "decide", *pair, "different", "--store", url, code=1)
    assert "by kim" in refused
    split = output_of(
        capsys, "split", outcome["entity"], item["left_record"], "--store", url, "--dry-run"
    )
    assert "after" in split
    back = output_of(capsys, "undo", outcome["ids"][0], "--store", url)
    assert back.startswith(f"Undone: decision {outcome['ids'][0]} (the same).")
    assert item["key"] in output_of(capsys, "queue", "--store", url, "--json", "--limit", "1000")


def test_red_is_confirmed_by_another_steward(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    item = json.loads(output_of(capsys, "queue", "--store", url, "--json").splitlines()[0])
    pair = item["left"]["id"], item["right"]["id"]
    outcome = json.loads(
        output_of(capsys, "decide", *pair, "red", "--store", url, "--who", "kim", "--json")
    )
    assert outcome["state"] == "waits"
    assert "by kim" in output_of(capsys, "queue", "--store", url, "--pending")
    # programs of before name decisions by their numbers
    number, decision_id = str(outcome["numbers"][0]), outcome["ids"][0]
    assert "another steward" in output_of(
        capsys, "confirm", decision_id, "--store", url, "--who", "kim", code=1
    )
    assert "Confirmed: red" in output_of(capsys, "confirm", number, "--store", url, "--who", "lee")


def test_invalid_input_is_one_line(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in (
        (("decide", "nobody:1", "nobody:2", "same"), "no entity or record nobody:1"),
        (("undo", "4711"), "there is no decision 4711"),
        (("split", "e-nothing", "nobody:1"), "no entity or record e-nothing"),
        (("queue", "--kind", "ship"), "there is no kind 'ship'"),
        (("queue", "--source", "nosuch"), "the store has no list 'nosuch' (it has: "),
        (("queue", "--agency", "nosuch"), "the store has no agency 'nosuch' (it has: "),
        (("decide", "e-a", "e-a", "same"), "e-a"),
    ):
        line = output_of(capsys, *words, "--store", url, code=1)
        assert message in line
        assert len(line.splitlines()) == 1
