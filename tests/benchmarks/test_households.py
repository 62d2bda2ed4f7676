"""The benchmark of households: what it counts, and that few relatives are merged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.households import (
    ONE_PERSON,
    RELATIVES,
    Tallies,
    format_rows,
    main,
    measure,
)
from resolver.records.results.resolution import Outcome


def test_rows_name_the_culture_that_fares_worst() -> None:
    tallies = Tallies(300)
    for outcome in (Outcome.MERGED, Outcome.QUEUED):
        tallies.add(RELATIVES, "siblings", "greek", outcome)
        tallies.add(ONE_PERSON, "typo", "greek", outcome)
    tallies.add(RELATIVES, "siblings", "german", Outcome.APART)
    tallies.add(ONE_PERSON, "typo", "german", Outcome.MERGED)
    kin, typo = tallies.rows()
    assert (kin["pairs"], kin["merged"], kin["waiting"]) == (3, 1, 1)
    assert (kin["worst_culture"], typo["worst_culture"]) == ("greek", "greek")
    assert "| siblings | 3 | 33.3 % | 33.3 % | 33.3 % | greek 50 % |" in format_rows([kin])


@pytest.mark.slow
def test_few_relatives_are_merged_and_few_records_of_one_person_are_lost() -> None:
    rows = {row["name"]: row for row in measure(3_000, [5], 0.15).rows()}

    def merged(*names: str) -> float:
        pairs = sum(int(rows[name]["pairs"]) for name in names)
        return sum(int(rows[name]["merged"]) for name in names) / pairs

    assert merged("twins of one sex", "twins of unlike sex") <= 0.06
    assert merged("siblings", "spouses", "parent and child", "cousins") <= 0.01
    assert merged("all differences") >= 0.95


@pytest.mark.slow
def test_the_command_writes_its_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sizes", "300", "--seeds", "1", "--out", str(tmp_path)]) == 0
    rows = json.loads((tmp_path / "households.json").read_text("utf-8"))
    assert "| 300 | siblings |" in capsys.readouterr().out
    assert {row["topic"] for row in rows} == {RELATIVES, ONE_PERSON}
