"""Results that the workers of a cluster write: their rows equal those of one machine."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from resolver.engines import local
from resolver.engines.parquet_files import PARQUET_FOLDERS
from resolver.engines.result_files import write_results
from resolver.errors import InputError
from resolver.lists.parallel_reading import ReadingRules
from resolver.lists.readers import plan_reads, read_lists
from resolver.matching.resolution_task import RunOptions
from resolver.records.decisions import Verdict
from resolver.records.progress import SILENT
from resolver.records.results.resolution import Outcome
from resolver.records.visibility import STRANGER, visible_rows
from resolver.spark import worker_reader
from resolver.spark.engine import dedupe_to_parquet
from resolver.spark.worker_reader import ReadingPlan
from resolver.world import write_world
from tests.engines.local_runs import make_decision
from tests.lists.samples_lists import build_un_document, un_individual
from tests.spark.clusters import SMALL_PARTS, find_executors

pytestmark = pytest.mark.slow
Rows = list[tuple[str, ...]]
OPTIONS = RunOptions()
UN_PERSONS = (("201", "ALPHA"), ("202", "BETA"), ("203", "GAMMA"), ("204", "DELTA"))
KIN_MAPPING = """
id: id
kind: person
source: kin
handling: code
properties: {name: name, birthDate: born}
relations:
  - {type: familyOf, name: kin}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, 1_000, seed=23, networks=True)
    (folder / "truth.csv").unlink()
    return folder


def read_local(folder: Path, lists: Path, options: RunOptions = OPTIONS) -> dict[str, Rows]:
    """Return the rows of the files of one machine, sorted."""
    write_results(folder, local.dedupe(read_lists([lists]), options), rejects=(), report="")
    return read_files(folder)


def read_files(folder: Path) -> dict[str, Rows]:
    """Return the rows of CSV files and of merged records, sorted."""
    rows = {}
    for name in ("entities", "links", "statements"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows[name] = sorted(map(tuple, list(csv.reader(file))[1:]))
    lines = (folder / "entities.ftm.json").read_text("utf-8").splitlines()
    rows["golden"] = sorted((json.loads(line)["id"], line) for line in lines)
    return rows


def plan_reading(lists: Path, *, strict: bool = False) -> ReadingPlan:
    planned, skipped = plan_reads([lists])
    return ReadingPlan(planned, skipped, strict=strict)


def read_parts(folder: Path) -> dict[str, Rows]:
    """Return the rows of Parquet files in the form of `read_local`."""
    tables = {
        name: pq.read_table(folder / name) for name in ("entities", "links", "golden", "statements")
    }
    rows = {name: sorted(_texts(table.to_pylist())) for name, table in tables.items()}
    # a link entity that records of several parts state is in the file of each part
    rows["golden"] = sorted({(row[0], row[2]) for row in rows["golden"]})
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


def test_files_equal_those_of_one_machine(cluster: str, world: Path, tmp_path: Path) -> None:
    """Lists of eight agencies in five formats, with networks."""
    run = dedupe_to_parquet(
        plan_reading(world), OPTIONS, tmp_path / "spark", master=cluster, partitioning=SMALL_PARTS
    )
    expected = read_local(tmp_path / "local", world)
    assert_same_rows(expected, read_parts(tmp_path / "spark"))
    intake = read_lists([world])
    assert replace(run.intake, batch=intake.batch) == intake
    assert len(run.intake.batch) == len(intake.batch)
    assert run.merge.entities == len({row[0] for row in expected["entities"]})
    outcomes = Counter(row[4] for row in expected["links"])
    assert {word.label: count for word, count in run.merge.outcomes.items() if count} == outcomes
    assert len(run.merge.waiting) == outcomes["queued"]
    assert len(list((tmp_path / "spark" / "entities").iterdir())) > 4
    assert {path.name for path in (tmp_path / "spark").iterdir()} == set(PARQUET_FOLDERS)


@pytest.mark.nightly
def test_tables_are_read_in_shares(
    cluster: str, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_reader, "MIN_PARALLEL_BYTES", 1)
    monkeypatch.setattr(worker_reader, "BYTES_PER_TASK", 40_000)
    lists = tmp_path / "lists"
    shutil.copytree(world, lists)
    rows = "".join(f"{row},Amelia Namesake {row},19{row % 80 + 10}\n" for row in range(4_000))
    (lists / "late.csv").write_text(f"id,name,birth_date\n{rows}4001,Amelia\x00\n", "utf-8")
    intake = read_lists([lists])
    run = dedupe_to_parquet(
        plan_reading(lists), OPTIONS, tmp_path / "spark", master=cluster, partitioning=SMALL_PARTS
    )
    assert replace(run.intake, batch=intake.batch) == intake
    assert_same_rows(read_local(tmp_path / "local", lists), read_parts(tmp_path / "spark"))


def test_decisions_and_deduplicated_sources(cluster: str, world: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    shutil.copytree(world, lists)
    mapping = lists / "levant-registry.mapping.yml"
    mapping.write_text(mapping.read_text("utf-8") + "deduplicated: true\n", "utf-8")
    intake = read_lists([lists])
    assert intake.deduplicated_sources == {"levant-registry"}
    ids, links = intake.batch.ids.to_pylist(), local.dedupe(intake, OPTIONS).links
    merged = np.flatnonzero(links.outcome == Outcome.MERGED)[:2].tolist()
    pairs = [(ids[links.left[at]], ids[links.right[at]]) for at in merged]
    decisions = [
        *(make_decision(*pair, Verdict.DIFFERENT) for pair in pairs),
        make_decision(ids[0], ids[-1], Verdict.SAME),
        make_decision(ids[0], "nowhere:1", Verdict.SAME),
    ]
    options = replace(OPTIONS, decisions=decisions, merge_at=0.6)
    out = tmp_path / "spark"
    run = dedupe_to_parquet(
        plan_reading(lists), options, out, master=cluster, partitioning=SMALL_PARTS
    )
    expected = read_local(tmp_path / "local", lists, options)
    assert_same_rows(expected, read_parts(out))
    entity_of = {record: entity for entity, record in expected["entities"]}
    assert entity_of[ids[0]] == entity_of[ids[-1]]
    assert run.unknown_ids == ("nowhere:1",)


@pytest.mark.nightly
def test_versions_repeated_ids_and_named_targets(cluster: str, world: Path, tmp_path: Path) -> None:
    """Three versions of a list, the last of which breaks off, ids with the same and with other
    content, restricted records, and relations whose targets have a name and no id.
    """
    lists = tmp_path / "lists"
    shutil.copytree(world, lists)
    write_conflicts(lists)
    intake = read_lists([lists], rules=ReadingRules(accept_restricted=True))
    assert min(len(intake.withdrawn), intake.collapsed, len(intake.rejects)) > 0
    days = {record_id: version[:10] for record_id, version in intake.retained.items()}
    assert days == {"un-sc:201": "2026-02-27", "un-sc:204": "2025-01-01"}
    assert any("names another person" in warning for warning in intake.warnings)
    assert visible_rows(intake.batch, STRANGER) is not None
    reading = replace(plan_reading(lists), rules=ReadingRules(accept_restricted=True))
    run = dedupe_to_parquet(
        reading, OPTIONS, tmp_path / "spark", master=cluster, partitioning=SMALL_PARTS
    )
    write_results(tmp_path / "local", local.dedupe(intake, OPTIONS), rejects=(), report="")
    assert_same_rows(read_files(tmp_path / "local"), read_parts(tmp_path / "spark"))
    assert run.withdrawn == len(intake.withdrawn)
    driver = replace(run.intake, batch=intake.batch, withdrawn=intake.withdrawn)
    assert replace(driver, retained=intake.retained) == intake


def write_conflicts(lists: Path) -> None:
    """Write lists that have ids in common, with relations that give names."""
    older = "".join(un_individual(number, name) for number, name in UN_PERSONS)
    newer = un_individual("201", "ZULU QUEBEC") + un_individual("202", "BETA")
    unread = un_individual("204", "").replace("<SECOND_NAME>EXAMPLE</SECOND_NAME>", "")
    newest = un_individual("202", "BETA PRIME") + un_individual("205", "EPSILON")
    for version, persons in (
        ("2025-01-01", older),
        ("2026-02-27", newer + unread),
        ("2026-03-01", newest),
    ):
        text = build_un_document(persons).replace("2026-02-27", version)
        text = text[: text.rindex("<DATAID>205")] if persons == newest else text
        (lists / f"un-{version}.xml").write_text(text.replace("EXAMPLE", version), "utf-8")
    lines = ["id,name,born,kin,code"]
    for row in range(60):
        name, kin = f"Amelia Namesake {row % 50}", f"Amelia Namesake {(row + 7) % 60}"
        lines.append(f"{row},{name},19{row + 10}-02-03,{kin},{'H0' if row % 9 else 'H1'}")
    lines += [lines[5], lines[6].replace("Amelia", "Amalia"), lines[7]]
    (lists / "kin.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (lists / "kin.mapping.yml").write_text(KIN_MAPPING, "utf-8")


@pytest.mark.nightly
def test_a_lost_executor_does_not_change_files(cluster: str, world: Path, tmp_path: Path) -> None:
    """One is killed before pairs are compared, another before parts are merged."""
    killed: list[str] = []

    class Killer:
        """Progress that kills an executor at the start of two stages."""

        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage in ("compare and classify", "merge"):
                victim = find_executors()[0]
                victim.kill()
                victim.wait(30)
                killed.append(stage)

        advance, finish = SILENT.advance, SILENT.finish

    out = tmp_path / "spark"
    dedupe_to_parquet(
        plan_reading(world), OPTIONS, out, Killer(), master=cluster, partitioning=SMALL_PARTS
    )
    assert len(killed) == 2
    assert_same_rows(read_local(tmp_path / "local", world), read_parts(out))


def test_a_failed_run_leaves_the_results_before_it(
    cluster: str, world: Path, tmp_path: Path
) -> None:
    out, only = tmp_path / "spark", replace(OPTIONS, only_entities=True)
    list_ = plan_reading(world / "interpol.json")
    dedupe_to_parquet(list_, only, out, master=cluster, partitioning=SMALL_PARTS)
    assert [path.name for path in out.iterdir()] == ["entities"]
    before = {path.name: path.read_bytes() for path in (out / "entities").iterdir()}

    class Stopped:
        """Progress that stops the run before parts are merged."""

        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "merge":
                raise KeyboardInterrupt

        advance, finish = SILENT.advance, SILENT.finish

    with pytest.raises(KeyboardInterrupt):
        dedupe_to_parquet(list_, OPTIONS, out, Stopped(), master=cluster)
    assert [path.name for path in out.iterdir()] == ["entities"]
    assert {path.name: path.read_bytes() for path in (out / "entities").iterdir()} == before


def test_lists_that_cannot_be_read_are_named(cluster: str, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "a.csv").write_text("id,name,birth_date\n1,Amelia Earhart,1897-07-24\n", "utf-8")
    reading = plan_reading(lists)
    (lists / "a.csv").unlink()
    with pytest.raises(InputError, match=r"a\.csv: cannot be opened") as caught:
        dedupe_to_parquet(reading, OPTIONS, tmp_path / "out", master=cluster)
    assert "all workers reach under the same path" in caught.value.line()
    assert not list((tmp_path / "out").glob("*"))
