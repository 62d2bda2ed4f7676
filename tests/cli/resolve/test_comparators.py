"""`resolver comparators`: every row is listed, for people and for programs."""

from __future__ import annotations

import json

import pytest

from resolver.cli.app import run
from resolver.engines.table_rows import comparators, rules


def test_every_row_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["comparators"]) == 0
    said = capsys.readouterr().out.splitlines()
    names = {line.split()[0] for line in said if line.startswith("  ")}
    assert names == {row.name for row in comparators()} | {row.name for row in rules()}


def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["comparators", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in said["comparators"]] == [row.name for row in comparators()]
    assert [row["name"] for row in said["rules"]] == [row.name for row in rules()]
    assert said["rules"][0]["plans"]
