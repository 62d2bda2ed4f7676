"""Splink as a process of its own, on a few persons; needs `python -m benchmarks.peers setup`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks.harness.datasets import DEDUPE, ROOT, Task, person_mapping, write_truth
from benchmarks.harness.measures import cluster_pairs
from benchmarks.harness.tool_answers import TruthTable, labels_of
from benchmarks.peers.table import PEER_BY_NAME, is_installed

PEER = PEER_BY_NAME["splink"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not is_installed(PEER), reason="Splink is not installed"),
]


def run(task: Task, way: str, folder: Path) -> Path:
    job = folder / "task.json"
    job.write_text(json.dumps({**task.to_json(), "tool": "splink"}), "utf-8")
    command = [str(PEER.python), "-m", f"benchmarks.peers.{PEER.script}"]
    out = folder / "out"
    done = subprocess.run(
        [*command, *([way] if way else []), str(job), str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return out


@pytest.fixture
def frame(small_data: Path) -> pd.DataFrame:
    """Return persons with the columns of generated ones."""
    table = pd.read_csv(small_data / "peers" / "fake_1000.csv", dtype=str)
    return table[["unique_id", "first_name", "surname", "dob", "city", "cluster"]]


@pytest.mark.parametrize("name", ["persons_100k", "persons_1m"])
def test_generated_persons_are_clustered(frame: pd.DataFrame, name: str, tmp_path: Path) -> None:
    path = tmp_path / "persons.parquet"
    frame.to_parquet(path, index=False)
    truth = write_truth(tmp_path, frame["unique_id"], frame["cluster"])
    task = Task(name, "", DEDUPE, (path,), (person_mapping("persons", {}),), truth)
    out = run(task, "clusters", tmp_path)
    clusters = pq.read_table(out / "clusters.parquet").to_pandas()
    table = TruthTable.load(truth)
    labels = labels_of(clusters["id"].astype(str), clusters.iloc[:, 1], table)
    assert cluster_pairs(table.clusters, labels).rates.f1 > 0.5


def test_only_pairs_with_a_chance_are_kept_of_a_million(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "persons.parquet"
    frame.to_parquet(path, index=False)
    truth = write_truth(tmp_path, frame["unique_id"], frame["cluster"])
    scores = {}
    for name in ("persons_100k", "persons_1m"):
        folder = tmp_path / name
        folder.mkdir()
        task = Task(name, "", DEDUPE, (path,), (person_mapping("persons", {}),), truth)
        scores[name] = pq.read_table(run(task, "", folder) / "pairs.parquet")["score"].to_numpy()
    assert scores["persons_100k"].min() < 0.01 <= scores["persons_1m"].min()
    assert len(scores["persons_1m"]) == (scores["persons_100k"] >= 0.01).sum()
