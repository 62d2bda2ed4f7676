"""Benchmark of the Spark engine on small data, and its count of processes."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.cluster import main
from benchmarks.harness.timing import time_command

pytestmark = pytest.mark.slow


@pytest.mark.nightly
def test_tiny_round_of_all_engines(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(
        "pyspark", reason="pyspark is not installed (pip install 'watchlist-resolver[spark]')"
    )
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    arguments = [
        "--set",
        "fake_1000",
        "--rounds",
        "1",
        "--data",
        str(small_data),
        "--out",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "local" in shown
    report = json.loads((tmp_path / "cluster.json").read_text("utf-8"))
    local, spark, parquet = report["engines"]
    # starting Java twice over costs more than 360 records do
    assert spark["rounds"][0]["cpu"] > local["rounds"][0]["cpu"] > 0
    assert spark["times"] == [spark["rounds"][0]["wall"] / local["rounds"][0]["wall"]]
    assert (tmp_path / "cluster.md").read_text("utf-8").count("fake_1000") == 3
    assert 0 < parquet["rounds"][0]["driver_mib"] < parquet["rounds"][0]["peak_mib"]


def test_missing_data_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["--set", "fake_1000", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    )
    assert capsys.readouterr().err.startswith("fake_1000: ")


def test_orphans_are_counted() -> None:
    """Time a grandchild that works on after its parent has ended."""
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {busy!r}])"
    command = [sys.executable, "-c", parent]
    assert time_command(command, Path(__file__).parents[2]).cpu < 0.4
    tree = time_command(command, Path(__file__).parents[2], with_descendants=True)
    assert tree.cpu >= 0.5
    assert tree.peak_mib > 0
