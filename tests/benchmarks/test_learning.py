"""Benchmark of learning, on a generated set of the same columns."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from benchmarks import learning
from benchmarks.charts.learning_chart import draw_learning_chart
from tests.api.desk.world import word
from tests.training.decision_store import symbols


def write_people(path: Path) -> None:
    """Write forty people, three records each, the later records with a typo."""
    rows = []
    for number in range(40):
        first, last = word(number), word(number + 41)
        for copy in range(3):
            rows.append(
                {
                    "unique_id": f"Q{number}-{copy}",
                    "cluster": f"Q{number}",
                    "full_name": f"{first} {last[: len(last) - copy]}",
                    "first_name": first,
                    "surname": last[: len(last) - copy],
                    "dob": f"{1850 + number + copy}-03-0{1 + copy}",
                    "birth_place": "Ulm" if copy else None,
                }
            )
    path.mkdir(parents=True)
    pd.DataFrame(rows).to_parquet(path / "historical_figures_with_errors_50k.parquet", index=False)


def test_small_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_people(tmp_path / "data" / "peers")
    arguments = [
        "--data",
        str(tmp_path / "data"),
        "--out",
        str(tmp_path / "out"),
        "--chart",
        str(tmp_path / "c.svg"),
    ]
    with symbols():
        assert learning.main([*arguments, "--decisions", "12", "--share", "1", "--part", "0"]) == 0
    report = json.loads((tmp_path / "out" / "learning.json").read_text("utf-8"))
    assert sum(curve["untouched"] for curve in report["curves"]) == 120
    for curve in report["curves"]:
        first, *others = curve["rows"]
        assert first["decisions"] == 0
        assert all(sum(row["said"].values()) == row["decisions"] for row in others)
        assert all("kept" in row or row["held_out"]["gain"] > 0 for row in others)
    assert capsys.readouterr().out.count("\n| half ") == sum(
        len(curve["rows"]) for curve in report["curves"]
    )
    assert ElementTree.fromstring((tmp_path / "c.svg").read_text("utf-8")).tag.endswith("svg")


def test_missing_data_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert learning.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err.startswith("skipped: ")


def test_chart_has_a_point_for_each_figure() -> None:
    rows = [
        {"decisions": step, "0.5": {"f1": 0.8 + step / 2000}, "0.95": {"f1": 0.6}}
        for step in (0, 100, 200)
    ]
    drawn = ElementTree.fromstring(draw_learning_chart([{"rows": rows}, {"rows": rows[:2]}]))
    assert len([curve for curve in drawn.iter() if curve.tag.endswith("circle")]) == 10
