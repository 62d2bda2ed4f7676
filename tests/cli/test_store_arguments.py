"""Commands on a store."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.store import Store
from tests.cli.conftest import Lists

pytestmark = pytest.mark.slow


Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def filled(lists: Lists, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a store with both lists, added one after the other."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/hub.db"
    assert run(["dedupe", str(lists.coast), "--store", url]) == 0
    assert run(["dedupe", str(lists.river), "--mapping", str(lists.mapping), "--store", url]) == 0
    return url


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_results_cover_lists_and_changed_entities(
    lists: Lists, tmp_path: Path, capsys: Capture
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    river = [str(lists.river), "--mapping", str(lists.mapping), "--store", url]
    assert run(["dedupe", str(lists.coast), "--store", url, "--out", str(tmp_path / "one")]) == 0
    first = {record: entity for entity, record in rows(tmp_path / "one" / "entities.csv")}
    assert set(first) == {"coast:p1", "coast:p2", "coast:p3", "coast:g1"}
    assert run(["dedupe", *river, "--out", str(tmp_path / "two"), "--profile", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (printed["version"], printed["new"], printed["changed"], printed["records"]) == (
        2,
        5,
        0,
        5,
    )
    second = {record: entity for entity, record in rows(tmp_path / "two" / "entities.csv")}
    # the entity of the first list keeps its id, and is written with all its records
    assert second["river:9"] == second["coast:p3"] == first["coast:p3"]
    assert {"links.csv", "entities.ftm.json", "statements.csv", "rejects.csv", "report.html"} <= {
        path.name for path in (tmp_path / "two").iterdir()
    }
    report = " ".join((tmp_path / "two" / "report.html").read_text("utf-8").split())
    assert "Pairs below the score from which they wait were not counted" in report
    assert "The patterns of this run were not counted" in report
    golden = [
        json.loads(line)
        for line in (tmp_path / "two" / "entities.ftm.json").read_text("utf-8").splitlines()
    ]
    assert first["coast:p3"] in {entity["id"] for entity in golden}
    assert run(["dedupe", *river, "--dry-run"]) == 0
    assert "Would change: 5 records read, 0 new" in capsys.readouterr().out
    # a dry run with --out writes what would change
    assert run(["dedupe", *river, "--dry-run", "--out", str(tmp_path / "would")]) == 0
    assert rows(tmp_path / "would" / "entities.csv") == rows(tmp_path / "two" / "entities.csv")
    assert (tmp_path / "would" / "links.csv").read_bytes() == (
        tmp_path / "two" / "links.csv"
    ).read_bytes()
    assert run(["dedupe", str(lists.river), "--dry-run", "--out", "x"]) == 2
    capsys.readouterr()
    assert run(["dedupe", *river]) == 0
    assert "0 new, 0 changed, 0 withdrawn; 0 entities changed" in capsys.readouterr().out


def test_what_could_not_be_read_is_said(tmp_path: Path, capsys: Capture) -> None:
    folder, url = tmp_path / "lists", f"sqlite:///{tmp_path}/hub.db"
    folder.mkdir()
    (folder / "empty.csv").write_bytes(b"")
    (folder / "unknown.csv").write_text("foo,bar\n1,2\n", "utf-8")
    people = "".join(f"{number},Amelia Earhart,31.02.1897\n" for number in range(6))
    (folder / "people.csv").write_text(f"id,name,birthDate\n{people}7\n", "utf-8")
    dedupe = ["dedupe", str(folder), "--store", url]
    assert run(dedupe) == 0
    shown = capsys.readouterr()
    note, *listed = shown.err[shown.err.index("note: 7 rows") :].splitlines()
    assert note == (
        "note: 7 rows or values and 2 files could not be read; "
        "to list all in rejects.csv, add --out FOLDER"
    )
    assert [line.partition(": ")[0].strip() for line in listed[:5]] == [
        "empty.csv",
        "unknown.csv",
        "people.csv:2",
        "people.csv:3",
        "people.csv:4",
    ]
    assert listed[0] == "  empty.csv: skipped: the file is empty"
    assert listed[5:] == ["  and 4 more"]
    assert "could not be read" not in shown.out
    assert run([*dedupe, "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    line = f"7 rows or values and 2 files could not be read: {tmp_path}/out/rejects.csv\n"
    assert line in shown.out
    assert "could not be read" not in shown.err
    assert len(rows(tmp_path / "out" / "rejects.csv")) == 9
    assert run([*dedupe, "--out", str(tmp_path / "few"), "--only", "entities"]) == 0
    assert "leave out --only entities\n" in capsys.readouterr().err
    assert run([*dedupe, "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["rejects"] == 9
    assert "7 rows or values and 2 files could not be read" in shown.err


def test_restricted_rows_that_were_refused_are_said(tmp_path: Path, capsys: Capture) -> None:
    path, mapping = tmp_path / "list.csv", tmp_path / "list.mapping.yml"
    path.write_text("id,name,code\n1,Amelia Earhart,H0\n2,Bo Asen,H3\n", "utf-8")
    columns = "id: id\nkind: person\nhandling: code\nproperties: {name: name}\n"
    mapping.write_text(f"source: list\n{columns}", "utf-8")
    assert run(["dedupe", str(path), "--store", f"sqlite:///{tmp_path}/hub.db"]) == 0
    shown = capsys.readouterr().err
    assert "note: 1 row or value could not be read" in shown
    assert "  list.csv:3: record list:2: its handling code is H3" in shown


def test_export_equals_that_of_one_run(
    filled: str, lists: Lists, tmp_path: Path, capsys: Capture
) -> None:
    url = f"sqlite:///{tmp_path}/whole.db"
    assert run(["dedupe", *lists.args, "--store", url]) == 0
    for name, store in (("two", filled), ("one", url)):
        assert run(["export", "--store", store, "--canonical", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    capsys.readouterr()
    assert run(["export", "--store", url, "--canonical", "--out", "-"]) == 0
    assert capsys.readouterr().out == (tmp_path / "one").read_text("utf-8")
    assert run(["export", "--store", url, "--out", str(tmp_path / "all")]) == 0
    assert '"store":' in (tmp_path / "all").read_text("utf-8")


def test_decisions_stay_valid(lists: Lists, tmp_path: Path, capsys: Capture) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    log = tmp_path / "decisions.csv"
    log.write_text(
        "left_id,right_id,verdict,who,when\ncoast:p3,river:9,different,kim,2026-03-01\n", "utf-8"
    )
    assert run(["dedupe", str(lists.coast), "--store", url, "--decisions", str(log)]) == 0
    assert run(["dedupe", str(lists.river), "--mapping", str(lists.mapping), "--store", url]) == 0
    assert run(["export", "--store", url, "--out", str(tmp_path / "all")]) == 0
    lines = [json.loads(line) for line in (tmp_path / "all").read_text("utf-8").splitlines()]
    (link,) = [line for line in lines if line.get("link") == ["coast:p3", "river:9"]]
    assert (link["outcome"], link["colour"]) == ("apart", "green")
    capsys.readouterr()
    assert run(["explain", "coast:p3", "river:9", "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"]["verdict"] == "different"


def test_check_in_a_store(filled: str, capsys: Capture) -> None:
    assert (
        run(["check", "Ivan Petrov", "--birth-date", "1962-05-01", "--store", filled, "--json"])
        == 0
    )
    results = json.loads(capsys.readouterr().out)["results"]
    assert {"coast:p1", "river:7"} >= {result["id"] for result in results[:1]}
    assert run(["check", "Somebody Unheard", "--store", filled]) == 0
    assert "No match for Somebody Unheard in the store" in capsys.readouterr().out
    assert run(["check", "Ivan Petrov", "--store", filled, "--list", "x.csv"]) == 2


def test_truncated_backup_leaves_no_store(filled: str, tmp_path: Path, capsys: Capture) -> None:
    complete, truncated = tmp_path / "hub.backup", tmp_path / "cut.backup"
    assert run(["backup", "--store", filled, "--out", str(complete)]) == 0
    assert complete.stat().st_mode & 0o777 == 0o600
    truncated.write_bytes(complete.read_bytes()[:-200])
    url = f"sqlite:///{tmp_path}/new.db"
    assert run(["restore", str(truncated), "--store", url]) == 1
    assert "not a complete backup" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"hub.backup", "cut.backup"}
    # an existing store is not overwritten
    assert run(["restore", str(complete), "--store", url]) == 0
    assert run(["restore", str(truncated), "--store", url]) == 1
    assert run(["status", "--store", url]) == 0


def test_backup_and_restore(filled: str, tmp_path: Path, capsys: Capture) -> None:
    url = f"sqlite:///{tmp_path}/copy.db"
    assert run(["backup", "--store", filled, "--out", str(tmp_path / "hub.backup")]) == 0
    assert run(["restore", str(tmp_path / "hub.backup"), "--store", url]) == 0
    for name, store in (("one", filled), ("two", url)):
        assert run(["export", "--store", store, "--canonical", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    capsys.readouterr()
    assert run(["status", "--store", url, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["version"], printed["records"], printed["plan"]) == (3, 9, "S")
    assert [source["name"] for source in printed["sources"]] == ["coast", "river"]
    assert run(["status", "--store", url]) == 0
    assert "9 records are" in capsys.readouterr().out
    assert run(["rebuild", "--store", url, "--plan", "M"]) == 0
    assert run(["status", "--store", url]) == 0
    assert "Plan M" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "code", "printed"),
    [
        (["status", "--store", "sqlite:///absent.db"], 1, "no such store"),
        (["export", "--store", "nonsense", "--out", "x"], 1, "is not the URL of a store"),
        (["backup", "--store", "sqlite:///absent.db", "--out", "x"], 1, "no such store"),
        (["restore", "absent.backup", "--store", "sqlite:///new.db"], 1, "no such file"),
        (["rebuild", "--store", "sqlite:///absent.db"], 1, "no such store"),
        (["explain", "a:1", "a:2"], 2, "lists or a store"),
        (["export", "--out", "x"], 2, "--store"),
    ],
)
def test_invalid_arguments_are_one_line(
    args: list[str],
    code: int,
    printed: str,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(args) == code
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert printed in error
    assert error.count("\n") == 1


def test_complete_list_withdraws_and_large_change_is_refused(
    tmp_path: Path, capsys: Capture
) -> None:
    table, store = tmp_path / "crew.csv", f"sqlite:///{tmp_path}/hub.db"
    (tmp_path / "crew.mapping.yml").write_text(
        "id: nr\nkind: person\nsource: crew\nproperties: {name: who}\n"
    )
    sailors = [f"{number},Sailor Number{number}\n" for number in range(30)]

    def add(count: int, *options: str) -> tuple[int, str]:
        table.write_text("nr,who\n" + "".join(sailors[:count]))
        code = run(["dedupe", str(table), "--store", store, *options])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    assert add(30)[0] == 0
    assert "0 withdrawn" in add(28)[1]
    assert "2 withdrawn" in add(28, "--complete")[1]
    code, printed = add(3, "--complete", "--dry-run", "--out", str(tmp_path / "out"))
    assert (code, "these lists would be held back and nothing committed: 25 of 28" in printed) == (
        0,
        True,
    )
    assert printed.count("25 of 28") == 1
    assert "would be held back and nothing committed" in (tmp_path / "out/report.html").read_text()
    for options, is_held in ((("--complete",), True), ((), False)):
        answer = add(3, *options, "--dry-run", "--json")[1]
        assert f'"would_be_held": {str(is_held).lower()}' in answer
    accepted = add(3, "--complete", "--dry-run", "--accept-large-change")[1]
    assert "held back" not in accepted
    code, printed = add(3, "--complete")
    assert (code, "held back, nothing was committed: 25 of 28" in printed) == (1, True)
    assert "25 withdrawn" in add(3, "--complete", "--accept-large-change")[1]


@pytest.mark.parametrize("command", ["rebuild", "refresh"])
def test_engine_that_cannot_start_changes_nothing(
    filled: str, command: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with Store.open(filled) as store:
        before = store.revision
    assert run([command, "--store", filled, "--engine", "spark"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "error: /nowhere: JAVA_HOME names a folder without Java (set it to another folder)"
    ]
    with Store.open(filled) as store:
        assert store.revision == before
    assert run([command, "--store", filled, "--master", "local[2]"]) == 2
    assert "use it with --engine spark" in capsys.readouterr().err


def test_engine_that_cannot_start_makes_no_store(
    lists: Lists, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    url = f"sqlite:///{tmp_path}/hub.db"
    arguments = ["dedupe", str(lists.coast), "--store", url, "--engine", "spark"]
    assert run([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_later_lists_are_not_for_a_cluster(filled: str, tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    # which is said before the list is read
    empty = tmp_path / "empty.csv"
    empty.write_text("id,name\n1,\n", "utf-8")
    assert run(["dedupe", str(empty), "--store", filled, "--engine", "spark"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "a cluster takes the first lists of a store" in line
    assert "leave out --engine spark; `resolver rebuild --engine spark`" in line
