"""The commands that work on a store."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from resolver.cli.app import run
from tests.cli.conftest import Lists

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def filled(lists: Lists, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with both lists, added one after the other."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/hub.db"
    assert run(["dedupe", str(lists.coast), "--store", url]) == 0
    assert run(["dedupe", str(lists.river), "--mapping", str(lists.mapping), "--store", url]) == 0
    return url


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_results_cover_the_lists_and_the_entities_they_touch(
    lists: Lists, tmp_path: Path, capsys: Capture
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    river = [str(lists.river), "--mapping", str(lists.mapping), "--store", url]
    assert run(["dedupe", str(lists.coast), "--store", url, "--out", str(tmp_path / "one")]) == 0
    first = {record: entity for entity, record in rows(tmp_path / "one" / "entities.csv")}
    assert set(first) == {"coast:p1", "coast:p2", "coast:p3", "coast:g1"}
    assert run(["dedupe", *river, "--out", str(tmp_path / "two"), "--profile", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["version"], said["new"], said["changed"], said["records"]) == (2, 5, 0, 5)
    second = {record: entity for entity, record in rows(tmp_path / "two" / "entities.csv")}
    # the entity born with the first list keeps its id, and comes with all its records
    assert second["river:9"] == second["coast:p3"] == first["coast:p3"]
    assert {"links.csv", "entities.ftm.json", "statements.csv", "rejects.csv", "report.html"} <= {
        path.name for path in (tmp_path / "two").iterdir()
    }
    golden = [
        json.loads(line)
        for line in (tmp_path / "two" / "entities.ftm.json").read_text("utf-8").splitlines()
    ]
    assert first["coast:p3"] in {entity["id"] for entity in golden}
    assert run(["dedupe", *river, "--dry-run"]) == 0
    assert "Would change: 5 records read, 0 new" in capsys.readouterr().out
    # what would be is written where it is asked for
    assert run(["dedupe", *river, "--dry-run", "--out", str(tmp_path / "would")]) == 0
    assert rows(tmp_path / "would" / "entities.csv") == rows(tmp_path / "two" / "entities.csv")
    assert (tmp_path / "would" / "links.csv").read_bytes() == (
        tmp_path / "two" / "links.csv"
    ).read_bytes()
    assert run(["dedupe", str(lists.river), "--dry-run", "--out", "x"]) == 2
    capsys.readouterr()
    assert run(["dedupe", *river]) == 0
    assert "0 new, 0 changed, 0 withdrawn; 0 entities changed" in capsys.readouterr().out


def test_an_export_is_that_of_one_run(
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


def test_decisions_are_kept(lists: Lists, tmp_path: Path, capsys: Capture) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    log = tmp_path / "decisions.csv"
    log.write_text(
        "left_id,right_id,verdict,who,when\ncoast:p3,river:9,different,kim,2026-03-01\n", "utf-8"
    )
    assert run(["dedupe", str(lists.coast), "--store", url, "--decisions", str(log)]) == 0
    assert run(["dedupe", str(lists.river), "--mapping", str(lists.mapping), "--store", url]) == 0
    assert run(["export", "--store", url, "--out", str(tmp_path / "all")]) == 0
    found = [json.loads(line) for line in (tmp_path / "all").read_text("utf-8").splitlines()]
    (link,) = [one for one in found if one.get("link") == ["coast:p3", "river:9"]]
    assert (link["outcome"], link["colour"]) == ("apart", "green")
    capsys.readouterr()
    assert run(["explain", "coast:p3", "river:9", "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"]["verdict"] == "different"


def test_looking_a_name_up_in_a_store(filled: str, capsys: Capture) -> None:
    assert (
        run(["check", "Ivan Petrov", "--birth-date", "1962-05-01", "--store", filled, "--json"])
        == 0
    )
    found = json.loads(capsys.readouterr().out)["results"]
    assert {"coast:p1", "river:7"} >= {one["id"] for one in found[:1]}
    assert run(["check", "Somebody Unheard", "--store", filled]) == 0
    assert "Nobody in the store" in capsys.readouterr().out
    assert run(["check", "Ivan Petrov", "--store", filled, "--list", "x.csv"]) == 2


def test_a_backup_that_is_cut_off_leaves_no_store_behind(
    filled: str, tmp_path: Path, capsys: Capture
) -> None:
    whole, cut = tmp_path / "hub.backup", tmp_path / "cut.backup"
    assert run(["backup", "--store", filled, "--out", str(whole)]) == 0
    assert whole.stat().st_mode & 0o777 == 0o600
    cut.write_bytes(whole.read_bytes()[:-200])
    url = f"sqlite:///{tmp_path}/new.db"
    assert run(["restore", str(cut), "--store", url]) == 1
    assert "no whole backup" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"hub.backup", "cut.backup"}
    # into a store that was there nothing is restored, and it stays
    assert run(["restore", str(whole), "--store", url]) == 0
    assert run(["restore", str(cut), "--store", url]) == 1
    assert run(["status", "--store", url]) == 0


def test_a_store_is_backed_up_and_restored(filled: str, tmp_path: Path, capsys: Capture) -> None:
    url = f"sqlite:///{tmp_path}/copy.db"
    assert run(["backup", "--store", filled, "--out", str(tmp_path / "hub.backup")]) == 0
    assert run(["restore", str(tmp_path / "hub.backup"), "--store", url]) == 0
    for name, store in (("one", filled), ("two", url)):
        assert run(["export", "--store", store, "--canonical", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    capsys.readouterr()
    assert run(["status", "--store", url, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["version"], said["records"], said["plan"]) == (2, 9, "S")
    assert [source["name"] for source in said["sources"]] == ["coast", "river"]
    assert run(["status", "--store", url]) == 0
    assert "9 records are" in capsys.readouterr().out
    assert run(["replan", "--store", url, "--plan", "M"]) == 0
    assert run(["status", "--store", url]) == 0
    assert "Plan M" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["status", "--store", "sqlite:///absent.db"], 1, "no such store"),
        (["export", "--store", "nonsense", "--out", "x"], 1, "is no store"),
        (["backup", "--store", "sqlite:///absent.db", "--out", "x"], 1, "no such store"),
        (["restore", "absent.backup", "--store", "sqlite:///new.db"], 1, "no such file"),
        (["replan", "--store", "sqlite:///absent.db"], 1, "no such store"),
        (["explain", "a:1", "a:2"], 2, "lists or a store"),
        (["export", "--out", "x"], 2, "--store"),
    ],
)
def test_what_cannot_be(
    args: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(args) == code
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert error.count("\n") == 1


def test_a_complete_list_withdraws_and_very_much_waits_to_be_accepted(
    tmp_path: Path, capsys: Capture
) -> None:
    table, store = tmp_path / "crew.csv", f"sqlite:///{tmp_path}/hub.db"
    (tmp_path / "crew.mapping.yml").write_text(
        "id: nr\nkind: person\nsource: crew\nproperties: {name: who}\n"
    )
    everybody = [f"{number},Sailor Number{number}\n" for number in range(30)]

    def add(count: int, *more: str) -> tuple[int, str]:
        table.write_text("nr,who\n" + "".join(everybody[:count]))
        code = run(["dedupe", str(table), "--store", store, *more])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert add(30)[0] == 0
    assert "0 withdrawn" in add(28)[1]
    assert "2 withdrawn" in add(28, "--complete")[1]
    code, said = add(3, "--complete")
    assert (code, "held back, nothing has landed: 25 of 28" in said) == (1, True)
    assert "25 withdrawn" in add(3, "--complete", "--accept-large-change")[1]
