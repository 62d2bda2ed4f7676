"""Sets of labelled pairs of names: reading, F1, and the rates of a small set."""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness.pair_sets import COLUMNS, f_measure, measure_sets, read_pairs
from resolver.matching.resolution_task import RunOptions

PAIRS = """schema,name1,name2,label,kind
Person,Ivan Petrov,Ivan Petrov,match,same
Person,Ivan Petrov,Boris Lang,distinct,other
Company,Conti Trading Ltd,Conti Trading Limited,match,same
"""


def test_f_measure() -> None:
    assert f_measure([True, True, False], [True, False, True]) == 0.5
    assert f_measure([False], [False]) == 0


def test_sets_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "few.pairs.csv"
    path.write_text(PAIRS, "utf-8")
    assert read_pairs(path).same == (True, False, True)
    header, row = measure_sets(tmp_path, RunOptions())
    assert header == list(COLUMNS)
    assert row[:4] == ["few", "3", "1.000", "1.000"]
    assert row[4].startswith("0 of ")
