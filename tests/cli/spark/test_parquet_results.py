"""`dedupe --results parquet`: messages and files of a run whose workers write."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from resolver.cli.app import run
from resolver.world import write_world

pytestmark = pytest.mark.slow
SPARK = ("--engine", "spark", "--master", "local[2]", "--results", "parquet")


@pytest.fixture(autouse=True)
def _needs_spark() -> None:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")


@pytest.mark.nightly
def test_counts_and_notes_are_those_of_one_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = tmp_path / "lists"
    write_world(lists, 400, seed=3)
    (lists / "broken.csv").write_text("id,name\n1,Amelia Earhart\n2\n3,\x00\n", "utf-8")
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(
        "left_id,right_id,verdict,who,when,why\n"
        "nowhere:1,nowhere:2,same,ann,2026-01-01T00:00:00Z,\n",
        "utf-8",
    )
    common = ["dedupe", str(lists), "--decisions", str(decisions), "--json"]
    assert run([*common, "--out", str(tmp_path / "local")]) == 0
    expected = capsys.readouterr()
    assert run([*common, "--out", str(tmp_path / "spark"), *SPARK]) == 0
    actual = capsys.readouterr()
    counts, of_workers = json.loads(expected.out), json.loads(actual.out)
    assert of_workers.pop("out") == str(tmp_path / "spark")
    assert counts.pop("out")
    # only one machine counts them
    assert counts.pop("uncompared") == 0
    assert of_workers == counts
    notes = [line for line in expected.err.splitlines() if line.startswith("note: ")]
    assert len(notes) > 0
    assert set(notes) <= set(actual.err.splitlines())
    table = pq.read_table(tmp_path / "spark" / "entities")
    assert len(table) == counts["records"]
    assert (tmp_path / "spark" / "rejects.csv").read_bytes() == (
        tmp_path / "local" / "rejects.csv"
    ).read_bytes()


def test_unreadable_lists_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("id,name\n", "utf-8")
    assert run(["dedupe", str(path), "--out", str(tmp_path / "out"), *SPARK]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    assert "no record could be read" in lines[0]
    assert list((tmp_path / "out").iterdir()) == []
