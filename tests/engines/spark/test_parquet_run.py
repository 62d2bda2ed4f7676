"""Results that the workers of a cluster write: their rows equal those of one machine."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from resolver.engines import local
from resolver.engines.parquet_files import PARQUET_FOLDERS
from resolver.engines.result_files import write_results
from resolver.engines.spark.parquet_run import dedupe_to_parquet
from resolver.ingest.reader_types import Intake
from resolver.records.decisions import Verdict
from resolver.records.progress import SILENT
from resolver.records.results.resolution import Outcome
from resolver.run_options import RunOptions
from resolver.synthetic import World, generate
from tests.engines.local_runs import build_intake, make_decision
from tests.engines.spark.clusters import SMALL_PARTS, find_executors

pytestmark = pytest.mark.slow
Rows = list[tuple[str, ...]]


@pytest.fixture(scope="module")
def world() -> World:
    return generate(1_000, seed=23, networks=True)


def read_local(folder: Path, intake: Intake, options: RunOptions) -> dict[str, Rows]:
    """Return the rows of the files of one machine, sorted."""
    write_results(folder, local.dedupe(intake, options), rejects=(), report="")
    rows = {}
    for name in ("entities", "links", "statements"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows[name] = sorted(map(tuple, list(csv.reader(file))[1:]))
    lines = (folder / "entities.ftm.json").read_text("utf-8").splitlines()
    rows["golden"] = sorted((json.loads(line)["id"], line) for line in lines)
    return rows


def read_parts(folder: Path) -> dict[str, Rows]:
    """Return the rows of Parquet files in the form of `read_local`."""
    tables = {
        name: pq.read_table(folder / name) for name in ("entities", "links", "golden", "statements")
    }
    rows = {name: sorted(_texts(table.to_pylist())) for name, table in tables.items()}
    rows["golden"] = sorted((row[0], row[2]) for row in rows["golden"])
    return rows


def _texts(rows: list[dict[str, object]]) -> Rows:
    return [
        tuple(
            "" if value is None else f"{value:.6f}" if isinstance(value, float) else str(value)
            for value in row.values()
        )
        for row in rows
    ]


def assert_same_rows(expected: dict[str, Rows], actual: dict[str, Rows]) -> None:
    for name, rows in expected.items():
        assert actual[name] == rows, name


def test_files_equal_those_of_one_machine(cluster: str, world: World, tmp_path: Path) -> None:
    intake = build_intake(world.records)
    run = dedupe_to_parquet(
        intake, RunOptions(), tmp_path / "spark", master=cluster, partitioning=SMALL_PARTS
    )
    expected = read_local(tmp_path / "local", intake, RunOptions())
    assert_same_rows(expected, read_parts(tmp_path / "spark"))
    assert run.records == len(intake.batch)
    assert run.merge.entities == len({row[0] for row in expected["entities"]})
    outcomes = Counter(row[4] for row in expected["links"])
    assert {word.label: count for word, count in run.merge.outcomes.items() if count} == outcomes
    assert len(run.merge.waiting) == outcomes["queued"]
    assert len(list((tmp_path / "spark" / "entities").iterdir())) > 4
    assert {path.name for path in (tmp_path / "spark").iterdir()} == set(PARQUET_FOLDERS)


def test_decisions_and_deduplicated_sources(cluster: str, world: World, tmp_path: Path) -> None:
    sources = sorted({first.source for first in world.records})[:2]
    intake = build_intake(world.records, deduplicated_sources=sources)
    ids, links = intake.batch.ids.to_pylist(), local.dedupe(intake, RunOptions()).links
    merged = np.flatnonzero(links.outcome == Outcome.MERGED)[:2].tolist()
    decisions = [
        *(
            make_decision(ids[links.left[at]], ids[links.right[at]], Verdict.DIFFERENT)
            for at in merged
        ),
        make_decision(ids[0], ids[-1], Verdict.SAME),
    ]
    options = RunOptions(decisions=decisions, merge_at=0.6)
    dedupe_to_parquet(intake, options, tmp_path / "spark", master=cluster, partitioning=SMALL_PARTS)
    expected = read_local(tmp_path / "local", intake, options)
    assert_same_rows(expected, read_parts(tmp_path / "spark"))
    entity_of = {record: entity for entity, record in expected["entities"]}
    assert entity_of[ids[0]] == entity_of[ids[-1]]


def test_a_lost_executor_does_not_change_files(cluster: str, world: World, tmp_path: Path) -> None:
    intake, out = build_intake(world.records), tmp_path / "spark"
    killed: list[int] = []

    class Killer:
        """Progress that kills an executor before parts are merged."""

        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "merge":
                victim = find_executors()[0]
                victim.kill()
                victim.wait(30)
                killed.append(victim.pid)

        advance, finish = SILENT.advance, SILENT.finish

    dedupe_to_parquet(intake, RunOptions(), out, Killer(), master=cluster, partitioning=SMALL_PARTS)
    assert killed
    assert_same_rows(
        read_local(tmp_path / "local", intake, RunOptions()), read_parts(tmp_path / "spark")
    )


def test_a_failed_run_leaves_the_results_before_it(
    cluster: str, world: World, tmp_path: Path
) -> None:
    intake, out = build_intake(list(world.records)[:300]), tmp_path / "spark"
    only = RunOptions(only_entities=True)
    dedupe_to_parquet(intake, only, out, master=cluster, partitioning=SMALL_PARTS)
    assert [path.name for path in out.iterdir()] == ["entities"]
    before = {path.name: path.read_bytes() for path in (out / "entities").iterdir()}

    class Stopped:
        """Progress that stops the run before parts are merged."""

        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "merge":
                raise KeyboardInterrupt

        advance, finish = SILENT.advance, SILENT.finish

    with pytest.raises(KeyboardInterrupt):
        dedupe_to_parquet(intake, RunOptions(), out, Stopped(), master=cluster)
    assert [path.name for path in out.iterdir()] == ["entities"]
    assert {path.name: path.read_bytes() for path in (out / "entities").iterdir()} == before
