"""The benchmark of the Spark engine runs, on data made here, and counts every process."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.cluster import main
from benchmarks.harness.timing import timed


def test_a_tiny_round_of_both_engines(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(
        "pyspark", reason="pyspark is not installed (pip install 'watchlist-resolver[spark]')"
    )
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    call = [
        "--set",
        "fake_1000",
        "--rounds",
        "1",
        "--data",
        str(small_data),
        "--out",
        str(tmp_path),
    ]
    assert main(call) == 0
    shown = capsys.readouterr().out
    assert "local" in shown
    found = json.loads((tmp_path / "cluster.json").read_text("utf-8"))
    local, spark = found["engines"]
    # starting Java twice over costs more than 360 records do
    assert spark["rounds"][0]["cpu"] > local["rounds"][0]["cpu"] > 0
    assert spark["times"] == [spark["rounds"][0]["wall"] / local["rounds"][0]["wall"]]
    assert (tmp_path / "cluster.md").read_text("utf-8").count("fake_1000") == 2


def test_data_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["--set", "fake_1000", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    )
    assert capsys.readouterr().err.startswith("fake_1000: ")


def test_what_orphans_use_is_counted() -> None:
    """A grandchild that works on after its parent has gone."""
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {busy!r}])"
    command = [sys.executable, "-c", parent]
    assert timed(command, Path(__file__).parents[2]).cpu < 0.4
    everybody = timed(command, Path(__file__).parents[2], everybody=True)
    assert everybody.cpu >= 0.5
    assert everybody.peak_mib > 0
