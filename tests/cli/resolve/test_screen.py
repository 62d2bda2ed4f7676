"""`resolver screen`: what it refuses before it compares anybody, and what its summary says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.cli.app import run
from tests.cli.conftest import Lists
from tests.matching.preparing import quick_symbols

WIDE = ",".join(f"col{number}" for number in range(300))


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, lists: Lists) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('screen')}/hub.db"
    assert run(["dedupe", *lists.args, "--store", url]) == 0
    return url


def write(folder: Path, text: str) -> str:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_files_that_cannot_be_written_are_refused_before_the_screening(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, hits = write(tmp_path, "id,name\nP1,Ilse Brandt\n"), str(tmp_path / "hits.csv")
    start = ["screen", people, "--store", f"sqlite:///{tmp_path}/none.db"]
    assert run([*start, "--out", hits, "--report", hits]) == 2
    assert "--out and --report are both" in capsys.readouterr().err
    assert run([*start, "--out", str(tmp_path / "none" / "hits.csv")]) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_rows_that_were_not_compared_are_counted(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = write(tmp_path, "id,name\nP1,Ilse Brandt\nP2,-\n")
    assert run(["screen", people, "--store", url, "--out", str(tmp_path / "hits.csv")]) == 0
    assert "1 row was not compared" in capsys.readouterr().err
    assert run(["clearances", "--store", url]) == 0
    assert capsys.readouterr().out == "No verdicts.\n"


def test_a_dry_run_says_how_the_list_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = write(tmp_path, "id,name,birthDate\nP1,Ilse Brandt,1960-02-03\nP2,,1970-01-01\n")
    before = sorted(tmp_path.iterdir())
    # the store need not be there, as nothing is compared
    absent = f"sqlite:///{tmp_path}/none.db"
    assert run(["screen", people, "--store", absent, "--dry-run"]) == 0
    answer = capsys.readouterr()
    assert answer.out.splitlines()[:3] == [
        "2 subjects; nothing was compared or kept",
        "  Name: 1, for example Ilse Brandt",
        "  Birth date: 2, for example 1960-02-03",
    ]
    assert "1 subject: it has no name" in answer.out
    assert "birthDate from birthDate" in answer.err
    assert sorted(tmp_path.iterdir()) == before


def test_a_note_names_few_of_many_columns(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = write(tmp_path, f"id,name,{WIDE}\nP1,Ilse Brandt{',x' * 300}\n")
    assert run(["screen", people, "--store", url, "--out", str(tmp_path / "hits.csv")]) == 0
    notes = capsys.readouterr().err
    assert "col19 and 280 more" in notes
    assert "col20" not in notes


def test_hits_come_in_the_order_of_the_table(url: str, tmp_path: Path) -> None:
    rows = "".join(f"{name},Maria Quispe Huanca\n" for name in ("Z9", "", "A1", "B10", "B2"))
    hits = tmp_path / "hits.csv"
    assert run(["screen", write(tmp_path, f"id,name\n{rows}"), "--store", url, "--out", str(hits)])
    ids = [line.split(",")[0] for line in hits.read_text().splitlines()[1:]]
    assert [row for row in ids if not row.startswith("~")] == ["Z9", "A1", "B10", "B2"]
    assert ids[1].startswith("~")


def test_all_passengers_of_one_booking_are_compared(url: str, tmp_path: Path) -> None:
    people = write(tmp_path, "id,name\nB7,Ilse Brandt\nB7,Maria Quispe Huanca\nB7,Ilse Brandt\n")
    hits = tmp_path / "hits.csv"
    assert run(["screen", people, "--store", url, "--out", str(hits)]) == 3
    (line,) = hits.read_text().splitlines()[1:]
    assert line.startswith("~B7#")
    subject, _, entity = line.split(",")[:3]
    act = ["--subject", subject, "--entity", entity, "--reason", "another face", "--store", url]
    assert run(["clear", people, *act]) == 0
    assert run(["screen", people, "--store", url, "--out", str(hits)]) == 0


def test_a_watch_is_run_shown_and_removed(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = write(tmp_path, "id,name,gender\nP1,Ilse Brandt,f\nP2,Maria Quispe Huanca,f\n")
    hits, store = str(tmp_path / "hits.csv"), ["--store", url]
    start = ["screen", people, *store, "--out", hits]
    for wrong, message in (
        (["--watch", "crew"], "a watch needs an end"),
        (["--watch", " ", "--until", "2031-01-31"], "cannot name a watch"),
        (["--until", "2031-01-31"], "--until ends a watch"),
    ):
        assert run([*start, *wrong]) == 2
        assert message in capsys.readouterr().err
    assert run([*start, "--watch", "crew", "--until", "2031-01-31"]) == 3
    assert run(["watches", "list", *store]) == 0
    listed = "crew: 2 subjects until 2031-01-31, waits to be screened again\n"
    assert capsys.readouterr().out == listed
    assert run(["watches", "run", *store]) == 0
    assert capsys.readouterr().out == "crew: 2 subjects screened, 0 changes\n"
    assert run(["watches", "run", *store]) == 0
    assert capsys.readouterr().out == "crew: 0 subjects screened, 0 changes\n"
    again = str(tmp_path / "again.csv")
    assert run(["watches", "show", "crew", *store, "--out", again]) == 0
    assert Path(again).read_text() == Path(hits).read_text()
    assert run(["watches", "remove", "crew", "--subject", "P9", *store]) == 2
    assert "has no subject 'P9'" in capsys.readouterr().err
    assert run(["watches", "remove", "crew", "--subject", "P2", *store]) == 0
    assert run(["watches", "show", "crew", "--json", *store]) == 0
    out = capsys.readouterr().out
    assert out.endswith("The subject P2 is erased from the watch crew.\n")
    assert run(["watches", "remove", "crew", *store]) == 0
    assert run(["watches", "show", "crew", *store]) == 1
    assert "there is no watch 'crew'" in capsys.readouterr().err
