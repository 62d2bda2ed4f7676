"""Ids and files that are not there: what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.cli.record_ids import must_exist, no_such_record
from resolver.errors import InputError
from tests.cli.conftest import Lists

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("p1", "did you mean x:p1 or y:p1? "),
        ("X:P1", "did you mean x:p1? "),
        ("xx:p12", "did you mean x:p12 or x:p1? "),
        ("nothing like it", "name the lists that hold it; "),
    ],
)
def test_the_ids_that_may_be_meant(asked: str, meant: str) -> None:
    error = no_such_record(asked, {"x:p1", "y:p1", "x:p12", "z:77"}, where="p.csv, line 2")
    assert error.line() == (
        f"p.csv, line 2: there is no record {asked!r} in the lists ({meant}ids are <source>:<id>, as in entities.csv)"
    )


def test_files_that_will_be_read(tmp_path: Path) -> None:
    must_exist(None)
    (tmp_path / "there.csv").touch()
    must_exist(tmp_path / "there.csv")
    with pytest.raises(InputError, match=r"absent\.csv: there is no such file"):
        must_exist(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="this is a folder"):
        must_exist(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["evaluate", "absent.csv", "LISTS", "--by", "foo"], 2, "error: --by knows no 'foo'"),
        (
            ["evaluate", "absent.csv", "LISTS"],
            1,
            "error: absent.csv: there is no such file (check the path)",
        ),
        (
            ["train", "LISTS", "--judged", "absent.csv", "--out", "OUT"],
            1,
            "error: absent.csv: there is no such file",
        ),
        (
            ["train", "LISTS", "--clusters", "absent.csv", "--out", "OUT"],
            1,
            "error: absent.csv: there is no such file",
        ),
        (
            ["sample", "LISTS", "--judged", "absent.csv", "--out", "-"],
            1,
            "error: absent.csv: there is no such file",
        ),
        (
            ["check", "Ann", "--list", "LISTS", "--birth-date", "31.2.1962"],
            1,
            "error: --birth-date: there is no 1962",
        ),
        (
            ["dedupe", "LISTS", "--out", "OUT", "--merge-at", "95"],
            2,
            "95 is no probability: write 0.95 for 95 %",
        ),
        (["explain", "p1", "river:7", "LISTS"], 1, "did you mean coast:p1?"),
    ],
)
def test_what_is_wrong_is_said_first_and_on_one_line(
    arguments: list[str], code: int, said: str, lists: Lists, tmp_path: Path, capsys: Capture
) -> None:
    out = {"OUT": [str(tmp_path / "out")], "LISTS": [str(lists.coast)]}
    assert run([word for one in arguments for word in out.get(one, [one])]) == code
    lines = capsys.readouterr().err.splitlines()
    assert said in lines[-1]
    assert [line.partition(":")[0] for line in lines if not line.startswith("note")] == ["error"]


def test_a_record_on_both_sides_is_told(lists: Lists, tmp_path: Path, capsys: Capture) -> None:
    assert (
        run(["link", str(lists.coast), "--to", str(lists.coast), "--out", str(tmp_path / "out")])
        == 0
    )
    assert (
        "note: 4 records stand on both sides; none is compared with itself"
        in capsys.readouterr().err
    )


def test_a_year_of_another_calendar_is_asked_about(lists: Lists, capsys: Capture) -> None:
    assert run(["check", "Ann", "--list", str(lists.coast), "--birth-date", "1341"]) == 0
    assert "write '1341 AH' or '1341 SH'" in capsys.readouterr().err
