"""Command `resolver demo`: what it prints leads to somebody."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from resolver.cli.app import run


@pytest.mark.slow
@pytest.mark.parametrize(("records", "seed"), [(100, 1), (300, 4)])
def test_the_person_to_look_up_is_found(
    records: int, seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "demo")
    assert run(["demo", "--records", str(records), "--seed", str(seed), "--out", out]) == 0
    *_, command, link = capsys.readouterr().out.splitlines()
    words = shlex.split(command.partition(": ")[2])
    assert words[:2] == ["resolver", "check"]
    assert run([*words[1:], "--json"]) == 0
    best = json.loads(capsys.readouterr().out)["results"][0]
    assert best["score"] > 0.5
    query = parse_qs(urlsplit(link.partition(": ")[2]).query)
    assert query == {"name": [words[2]], "birthDate": [words[4]]}


def test_make_demo_prints_the_link_of_the_demo(root: Path) -> None:
    makefile = (root / "Makefile").read_text("utf-8")
    assert "$(BIN)/resolver demo --records $(DEMO_RECORDS) --out $(DEMO_OUT) | tee" in makefile
    assert "name=Ivan" not in makefile
