"""The benchmark of cores, on few generated persons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import cores
from benchmarks.harness.timing import Cost
from resolver.runtime.threads import available_cores
from tests.benchmarks.test_growth import SCRIPT


@pytest.mark.slow
@pytest.mark.skipif(available_cores() < 2, reason="there is one core")
@pytest.mark.nightly
def test_runs_on_one_core_and_on_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "persons.py").write_text(SCRIPT, "utf-8")
    before = available_cores()
    arguments = ["--records", "300", "--cores", "2", "--rounds", "1", "--all-files"]
    places = ["--data", str(tmp_path / "data"), "--out", str(tmp_path)]
    assert cores.main([*arguments, *places]) == 0
    assert available_cores() == before
    report = json.loads((tmp_path / "cores.json").read_text("utf-8"))
    assert [sorted(costs) for costs in report["rounds"]] == [["1", "2"]]
    assert (tmp_path / "work" / "cores" / "result-2" / "statements.csv").is_file()
    assert "in parallel: " in capsys.readouterr().out


def test_parallel_share_is_that_of_amdahls_law() -> None:
    rounds = [{1: Cost(10.0, 10.0, 1.0), 2: Cost(wall, 10.0, 1.0)} for wall in (6.0, 5.0, 9.0)]
    assert cores.parallel_share(rounds) == pytest.approx(0.8)
    assert cores.parallel_share([{1: rounds[0][1]}]) == 0
    assert "4 cores 2.50" in cores.describe_share(0.8)
