"""`resolver comparators` lists every row, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from resolver.cli.app import run
from resolver.engines.result_files import comparator_rows, rule_rows


def test_all_rows_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["comparators"]) == 0
    printed = capsys.readouterr().out.splitlines()
    names = {line.split()[0] for line in printed if line.startswith("  ")}
    assert names == {row.name for row in comparator_rows()} | {row.name for row in rule_rows()}


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["comparators", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in printed["comparators"]] == [
        row.name for row in comparator_rows()
    ]
    assert [row["name"] for row in printed["rules"]] == [row.name for row in rule_rows()]
    assert printed["rules"][0]["plans"]
