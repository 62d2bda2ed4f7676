"""Small runs of the benchmarks of growth and increments, on generated persons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import growth, increment
from benchmarks.harness.timing import Cost

pytestmark = pytest.mark.slow


SCRIPT = """
import random, sys
import pyarrow as pa, pyarrow.parquet as pq
chance, count = random.Random(3), int(sys.argv[1])
words = lambda: "".join(chance.choice("bdklmnrst") + chance.choice("aeiou") for _ in range(3))
rows = [
    dict(unique_id=n, first_name=words(), surname=words(),
         dob=f"{chance.randint(1940, 2000)}-02-03", city=words(), cluster=n)
    for n in range(count)
]
for n in range(1, count, 2):
    rows[n] |= {name: rows[n - 1][name] for name in ("first_name", "surname", "dob", "cluster")}
pq.write_table(pa.Table.from_pylist(rows), sys.argv[2])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "persons.py").write_text(SCRIPT, "utf-8")
    return tmp_path / "data"


@pytest.mark.nightly
def test_growth(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert growth.main(["--sizes", "300,600", "--data", str(data), "--out", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "growth.json").read_text("utf-8"))
    assert [size["records"] for size in report["sizes"]] == [300, 600]
    assert report["start_up"]["cpu"] > 0
    assert capsys.readouterr().out.splitlines()[0].split()[0] == "records"
    entities = (
        (tmp_path / "work" / "growth" / "result" / "entities.csv").read_text("utf-8").splitlines()
    )
    assert len(entities) == 601


def test_growth_is_per_decade_and_without_start_up() -> None:
    costs = [
        Cost(1.0, 1.0 + count * 1e-5 * times, 1.0) for count, times in ((1000, 1), (100_000, 4))
    ]
    first, second = growth.compare_sizes((1000, 100_000), Cost(1.0, 1.0, 1.0), costs)
    assert (first.per_decade, round(first.record_us, 6)) == (None, 10)
    assert second.per_decade == pytest.approx(2)


@pytest.mark.nightly
def test_increment(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--held",
        "400",
        "--added",
        "40",
        "--rounds",
        "1",
        "--data",
        str(data),
        "--out",
        str(tmp_path),
    ]
    assert increment.main(arguments) == 0
    report = json.loads((tmp_path / "increment.json").read_text("utf-8"))
    assert report["cpu"] == report["rounds"][0]["cpu"] > 0
    assert "40 into 400" in capsys.readouterr().out


def test_missing_generator_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(tmp_path / "data"), "--out", str(tmp_path)]
    assert growth.main(arguments) == increment.main(arguments) == 0
    assert capsys.readouterr().err.count("skipped: persons.py is not in") == 2
