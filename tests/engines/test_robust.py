"""Robustness of runs: keys of half of all records, names of all records, thousands of aliases, no
memory, no disk, killed processes. A run succeeds, or fails with one clear line and no partial
result.
"""

from __future__ import annotations

import csv
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resolver.cli.app import run
from resolver.engines import local
from resolver.engines.local import RESUME_FOLDER
from resolver.lists.reader_types import Intake
from resolver.matching import pipeline
from resolver.matching.blocking import choose_plan_by_size, join_candidates
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch, Record
from resolver.records.results.resolution import Resolution
from tests.matching.preparing import prepared
from tests.records.samples import plain_values, record

pytestmark = pytest.mark.slow


def resolve_records(records: list[Record]) -> tuple[Resolution, list[str]]:
    """Run over records; return the resolution and the ids."""
    batch = Batch.from_records(records).canonical()
    return local.dedupe(Intake(batch, (), ()), RunOptions()), batch.ids.to_pylist()


def person(number: int, name: str, birth: str = "") -> Record:
    properties = {"name": [name], **({"birthDate": [birth]} if birth else {})}
    return replace(record(f"s:{number:05d}"), values=plain_values(properties))


def make_word(number: int) -> str:
    """Return a word that differs for every number."""
    return "".join(
        "bdfgklmnprstvz"[number // 14**place % 14] + "aeiou"[number // 5**place % 5]
        for place in range(4)
    )


def test_a_key_of_half_of_all_records_is_purged() -> None:
    """Purging is reported, and other keys still find the duplicates."""
    common = [person(number, "Ivan Petrov") for number in range(1_100)]
    others = [
        person(2_000 + number, f"{make_word(number)} {make_word(number * 7 + 3)}", "1970-05-05")
        for number in range(1_100)
    ]
    twins = [
        person(9_000 + number, f"{make_word(number)} {make_word(number * 7 + 3)}", "1970-05-05")
        for number in range(9)
    ]
    resolution, ids = resolve_records([*common, *others, *twins])
    assert sum(rule.cut for rule in resolution.stats.rules) >= 1_100 * 1_099 // 2
    place = {identity: row for row, identity in enumerate(ids)}
    for number in range(9):
        original, twin = place[f"s:{2_000 + number:05d}"], place[f"s:{9_000 + number:05d}"]
        assert resolution.labels[original] == resolution.labels[twin]


def test_a_name_of_all_records_is_purged() -> None:
    records = prepared([person(number, "Muhammad Ali") for number in range(3_000)])
    pairs, rules = join_candidates(records, choose_plan_by_size(len(records)), cap=10_000)
    # all are equal, so one stands for them
    assert pairs.left.tolist() == [0] * 2_999
    assert all(
        rule.cut == 3_000 * 2_999 // 2 for rule in rules if rule.keys and rule.name == "name_set"
    )


def test_a_record_with_thousands_of_aliases() -> None:
    aliases = [f"{make_word(number)} {make_word(number + 91)}" for number in range(5_000)]
    target = replace(
        record("s:1"), values=plain_values({"name": ["Olga Zaytseva"], "alias": aliases})
    )
    resolution, ids = resolve_records(
        [target, *(person(number, aliases[17 * number]) for number in range(10, 40))]
    )
    assert ids[0] == "s:00010"
    assert len(resolution.labels) == 31
    # each of the thirty is weighed against it
    assert resolution.stats.candidate_pairs >= 30


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a table of persons, some of them twice."""
    path = tmp_path_factory.mktemp("table") / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "first_name", "surname", "dob"])
        for number in range(600):
            person_number = number % 400
            out.writerow(
                [
                    number,
                    make_word(person_number),
                    make_word(person_number * 3 + 1),
                    f"19{person_number % 60 + 30}-0{person_number % 9 + 1}-1{person_number % 9}",
                ]
            )
    return path


def write_people(path: Path, rows: int) -> None:
    """Write a table of persons with different surnames."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "first_name", "surname", "dob"])
        for number in range(rows):
            born = f"19{number % 60 + 30}-0{number % 9 + 1}-1{number % 9}"
            out.writerow([number, make_word(number % 900), make_word(number * 3 + 1), born])


def build_command(table: Path, out: Path, *options: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "resolver",
        "dedupe",
        str(table),
        "--out",
        str(out),
        "--only",
        "entities",
        *options,
    ]


def error_lines(errors: str) -> list[str]:
    """Return the lines of standard error, without the note on guessed columns."""
    return [line for line in errors.splitlines() if not line.startswith("note: ")]


def run_without_resume(table: Path, out: Path) -> bytes:
    assert run(["dedupe", str(table), "--out", str(out), "--only", "entities"]) == 0
    return (out / "entities.csv").read_bytes()


def test_a_run_continues_after_the_last_finished_stage(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = run_without_resume(table, tmp_path / "plain")
    arguments = [
        "dedupe",
        str(table),
        "--out",
        str(tmp_path / "out"),
        "--only",
        "entities",
        "--resume",
    ]

    def too_large(*_args: object, **_options: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "cluster_with_merges", too_large)
        capsys.readouterr()
        assert run(arguments) == 1
    (line,) = error_lines(capsys.readouterr().err)
    assert line.startswith("error: there is not enough memory")
    assert not (tmp_path / "out" / "entities.csv").exists()
    assert {path.name for path in (tmp_path / "out" / RESUME_FOLDER).iterdir()} == {
        "block.npz",
        "compare-0.npz",
    }
    with monkeypatch.context() as patch:
        patch.setattr(local, "block", lambda *_args, **_options: pytest.fail("blocked twice"))
        patch.setattr(
            pipeline.PairScorer, "score", lambda *_args, **_options: pytest.fail("compared twice")
        )
        assert run(arguments) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"entities.csv"}
    assert (tmp_path / "out" / "entities.csv").read_bytes() == expected


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_foreign_or_damaged_checkpoints_are_ignored(
    table: Path, tmp_path: Path, damage: str
) -> None:
    expected = run_without_resume(table, tmp_path / "plain")
    out, folder = tmp_path / "out", tmp_path / "out" / RESUME_FOLDER
    folder.mkdir(parents=True)
    if damage == "cut":
        (folder / "block.npz").write_bytes(b"PK\x03\x04 half a file")
    else:
        np.savez(
            folder / "block.npz",
            depends=np.array("of other records"),
            left=np.zeros(1, dtype=np.int32),
        )
    assert run(["dedupe", str(table), "--out", str(out), "--only", "entities", "--resume"]) == 0
    assert (out / "entities.csv").read_bytes() == expected


def test_a_killed_run_leaves_no_partial_result(table: Path, tmp_path: Path) -> None:
    expected = run_without_resume(table, tmp_path / "plain")
    out = tmp_path / "out"
    process = subprocess.Popen(
        build_command(table, out, "--resume"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 300
    while (
        process.poll() is None
        and not (out / RESUME_FOLDER).exists()
        and time.monotonic() < deadline
    ):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "entities.csv").exists() or (out / "entities.csv").read_bytes() == expected
    assert run(["dedupe", str(table), "--out", str(out), "--only", "entities", "--resume"]) == 0
    assert {path.name for path in out.iterdir() if not path.name.startswith(".partial-")} == {
        "entities.csv"
    }
    assert (out / "entities.csv").read_bytes() == expected


def test_a_full_disk_for_checkpoints_is_reported(table: Path, tmp_path: Path) -> None:
    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    command = build_command(table, tmp_path / "out", "--resume")
    process = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=limit_file_size
    )
    assert process.returncode == 1
    (line,) = error_lines(process.stderr)
    assert line.startswith(f"error: {tmp_path / 'out' / RESUME_FOLDER}: file too large (")
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / RESUME_FOLDER]
    assert list((tmp_path / "out" / RESUME_FOLDER).iterdir()) == []
