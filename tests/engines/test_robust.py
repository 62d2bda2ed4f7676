"""What must not bring a run down: keys that half of all records share, a name borne by all, thousands of aliases, no
memory, no disk, a process that is killed. It ends right, or with one clear line and nothing half done."""

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

from resolver.blocking import candidates, plan_for
from resolver.cli.app import run
from resolver.engines import local
from resolver.engines.checkpoints import FOLDER
from resolver.ingest.reader_types import Intake
from resolver.pipeline import RunOptions
from resolver.records import Batch, Record
from resolver.records.results.resolution import Resolution
from tests.normalize.preparing import prepared
from tests.records.samples import record, values


def resolved(records: list[Record]) -> tuple[Resolution, list[str]]:
    """A run over records, and their ids."""
    batch = Batch.from_records(records).canonical()
    return local.dedupe(Intake(batch, (), ()), RunOptions()), batch.ids.to_pylist()


def person(number: int, name: str, birth: str = "") -> Record:
    said = {"name": [name], **({"birthDate": [birth]} if birth else {})}
    return replace(record(f"s:{number:05d}"), values=values(said))


def letters(number: int) -> str:
    """A word that no other number has."""
    return "".join(
        "bdfgklmnprstvz"[number // 14**place % 14] + "aeiou"[number // 5**place % 5]
        for place in range(4)
    )


def test_a_key_that_half_of_all_records_share() -> None:
    """The safety valve passes the key over, says so, and other keys still find who is the same."""
    common = [person(number, "Ivan Petrov") for number in range(1_100)]
    others = [
        person(2_000 + number, f"{letters(number)} {letters(number * 7 + 3)}", "1970-05-05")
        for number in range(1_100)
    ]
    twins = [
        person(9_000 + number, f"{letters(number)} {letters(number * 7 + 3)}", "1970-05-05")
        for number in range(9)
    ]
    found, ids = resolved([*common, *others, *twins])
    assert sum(rule.cut for rule in found.stats.rules) >= 1_100 * 1_099 // 2
    place = {identity: row for row, identity in enumerate(ids)}
    for number in range(9):
        one, two = place[f"s:{2_000 + number:05d}"], place[f"s:{9_000 + number:05d}"]
        assert found.labels[one] == found.labels[two]


def test_a_name_that_all_records_bear() -> None:
    everybody = prepared([person(number, "Muhammad Ali") for number in range(3_000)])
    pairs, rules = candidates(everybody, plan_for(len(everybody)), cap=10_000)
    assert len(pairs) == 0
    assert all(
        rule.cut == 3_000 * 2_999 // 2 for rule in rules if rule.keys and rule.name == "name_set"
    )


def test_a_record_with_thousands_of_aliases() -> None:
    aliases = [f"{letters(number)} {letters(number + 91)}" for number in range(5_000)]
    known = replace(record("s:1"), values=values({"name": ["Olga Zaytseva"], "alias": aliases}))
    found, ids = resolved(
        [known, *(person(number, aliases[17 * number]) for number in range(10, 40))]
    )
    assert ids[0] == "s:00010"
    assert len(found.labels) == 31
    # each of the thirty is weighed against it
    assert found.stats.candidate_pairs >= 30


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of persons, some of whom stand in it twice."""
    path = tmp_path_factory.mktemp("table") / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "first_name", "surname", "dob"])
        for number in range(600):
            who = number % 400
            out.writerow(
                [
                    number,
                    letters(who),
                    letters(who * 3 + 1),
                    f"19{who % 60 + 30}-0{who % 9 + 1}-1{who % 9}",
                ]
            )
    return path


def write_people(path: Path, rows: int) -> None:
    """A table of so many persons with different surnames."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "first_name", "surname", "dob"])
        for number in range(rows):
            born = f"19{number % 60 + 30}-0{number % 9 + 1}-1{number % 9}"
            out.writerow([number, letters(number % 900), letters(number * 3 + 1), born])


def call(table: Path, out: Path, *more: str) -> list[str]:
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
        *more,
    ]


def said(errors: str) -> list[str]:
    """The lines of standard error, without the note that columns were guessed."""
    return [line for line in errors.splitlines() if not line.startswith("note: ")]


def plain(table: Path, out: Path) -> bytes:
    assert run(["dedupe", str(table), "--out", str(out), "--only", "entities"]) == 0
    return (out / "entities.csv").read_bytes()


def test_a_run_goes_on_from_the_last_finished_stage(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = plain(table, tmp_path / "plain")
    again = ["dedupe", str(table), "--out", str(tmp_path / "out"), "--only", "entities", "--resume"]

    def too_large(*_args: object, **_options: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(local, "cluster", too_large)
        capsys.readouterr()
        assert run(again) == 1
    (line,) = said(capsys.readouterr().err)
    assert line.startswith("error: there is not enough memory")
    assert not (tmp_path / "out" / "entities.csv").exists()
    assert {path.name for path in (tmp_path / "out" / FOLDER).iterdir()} == {
        "block.npz",
        "compare-0.npz",
    }
    with monkeypatch.context() as patch:
        patch.setattr(local, "candidates", lambda *_args, **_options: pytest.fail("blocked twice"))
        patch.setattr(local, "score_rows", lambda *_args, **_options: pytest.fail("compared twice"))
        assert run(again) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"entities.csv"}
    assert (tmp_path / "out" / "entities.csv").read_bytes() == wanted


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_what_was_kept_of_other_records_or_is_damaged_is_made_anew(
    table: Path, tmp_path: Path, damage: str
) -> None:
    wanted = plain(table, tmp_path / "plain")
    out, kept = tmp_path / "out", tmp_path / "out" / FOLDER
    kept.mkdir(parents=True)
    if damage == "cut":
        (kept / "block.npz").write_bytes(b"PK\x03\x04 half a file")
    else:
        np.savez(
            kept / "block.npz",
            depends=np.array("of other records"),
            left=np.zeros(1, dtype=np.int32),
        )
    assert run(["dedupe", str(table), "--out", str(out), "--only", "entities", "--resume"]) == 0
    assert (out / "entities.csv").read_bytes() == wanted


def test_a_killed_run_leaves_no_half_result_and_can_go_on(table: Path, tmp_path: Path) -> None:
    wanted = plain(table, tmp_path / "plain")
    out = tmp_path / "out"
    process = subprocess.Popen(
        call(table, out, "--resume"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    give_up = time.monotonic() + 300
    while process.poll() is None and not (out / FOLDER).exists() and time.monotonic() < give_up:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "entities.csv").exists() or (out / "entities.csv").read_bytes() == wanted
    assert run(["dedupe", str(table), "--out", str(out), "--only", "entities", "--resume"]) == 0
    assert {path.name for path in out.iterdir() if not path.name.startswith(".partial-")} == {
        "entities.csv"
    }
    assert (out / "entities.csv").read_bytes() == wanted


def test_no_room_for_what_is_kept(table: Path, tmp_path: Path) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    command = call(table, tmp_path / "out", "--resume")
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=little_room
    )
    assert done.returncode == 1
    (line,) = said(done.stderr)
    assert line.startswith(f"error: {tmp_path / 'out' / FOLDER}: file too large (")
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / FOLDER]
    assert list((tmp_path / "out" / FOLDER).iterdir()) == []
