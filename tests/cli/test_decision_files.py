"""Decision files are read and settled."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.cli.csv_tables import read_decisions
from resolver.errors import DecisionError, InputError
from resolver.records.decisions import Verdict

HEADER = "left_id,right_id,verdict,who,when,why,unlawful\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "decisions.csv"
    path.write_text(text, "utf-8")
    return path


def test_no_decisions_without_a_file() -> None:
    assert read_decisions(None) == ()


def test_latest_decision_of_each_pair(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER + "b:2,a:1,same,ana,2026-01-01,photo,\n"
        "a:1,b:2,different,ben,2026-02-01,twins,no\n"
        "c:3,a:1,unsure,ana,,,\n",
    )
    assert [(decision.pair, decision.verdict) for decision in read_decisions(path)] == [
        (("a:1", "b:2"), Verdict.DIFFERENT),
        (("a:1", "c:3"), Verdict.UNSURE),
    ]


def test_three_columns_are_enough(tmp_path: Path) -> None:
    (decision,) = read_decisions(write(tmp_path, "left_id,right_id,verdict\na:1,b:2,same\n"))
    assert decision.verdict is Verdict.SAME


def test_invalid_row_names_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "a:1,b:2,same,,,,\na:1,b:3,maybe,,,,\n")
    with pytest.raises(DecisionError, match=r"decisions\.csv, line 3: unknown verdict 'maybe'"):
        read_decisions(path)


def test_contradictions_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "a:1,b:2,same,,,,\nb:2,a:1,different,,,,\n")
    with pytest.raises(DecisionError, match="line 2"):
        read_decisions(path)


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column left_id, right_id, verdict"):
        read_decisions(write(tmp_path, "left,right\na,b\n"))
