"""Errors for record ids and files that do not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.cli.arguments import check_file_exists, unknown_record_error
from resolver.errors import InputError
from tests.cli.conftest import Lists

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("identity", "suggestion"),
    [
        ("p1", "did you mean x:p1 or y:p1? "),
        ("X:P1", "did you mean x:p1? "),
        ("xx:p12", "did you mean x:p12 or x:p1? "),
        ("nothing like it", "name the lists that hold it; "),
    ],
)
def test_similar_ids_are_suggested(identity: str, suggestion: str) -> None:
    error = unknown_record_error(identity, {"x:p1", "y:p1", "x:p12", "z:77"}, place="p.csv, line 2")
    assert error.line() == (
        f"p.csv, line 2: there is no record {identity!r} in the lists "
        f"({suggestion}ids are <source>:<id>, as in entities.csv)"
    )


def test_missing_files_are_refused(tmp_path: Path) -> None:
    check_file_exists(None)
    (tmp_path / "table.csv").touch()
    check_file_exists(tmp_path / "table.csv")
    with pytest.raises(InputError, match=r"absent\.csv: there is no such file"):
        check_file_exists(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="this is a folder"):
        check_file_exists(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["evaluate", "absent.csv", "LISTS", "--by", "foo"], 2, "error: --by has no group 'foo'"),
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
            "95 is not a probability: write 0.95 for 95 %",
        ),
        (["explain", "p1", "river:7", "LISTS"], 1, "did you mean coast:p1?"),
    ],
)
def test_errors_come_before_work_on_one_line(
    arguments: list[str], code: int, message: str, lists: Lists, tmp_path: Path, capsys: Capture
) -> None:
    out = {"OUT": [str(tmp_path / "out")], "LISTS": [str(lists.coast)]}
    assert run([word for argument in arguments for word in out.get(argument, [argument])]) == code
    lines = capsys.readouterr().err.splitlines()
    assert message in lines[-1]
    assert [line.partition(":")[0] for line in lines if not line.startswith("note")] == ["error"]


def test_records_on_both_sides_are_noted(lists: Lists, tmp_path: Path, capsys: Capture) -> None:
    assert (
        run(["link", str(lists.coast), "--to", str(lists.coast), "--out", str(tmp_path / "out")])
        == 0
    )
    assert (
        "note: 4 records are on both sides; none is compared with itself" in capsys.readouterr().err
    )


def test_year_of_another_calendar_is_noted(lists: Lists, capsys: Capture) -> None:
    assert run(["check", "Ann", "--list", str(lists.coast), "--birth-date", "1341"]) == 0
    assert "write '1341 AH' or '1341 SH'" in capsys.readouterr().err


def test_a_doubtful_birth_date_is_compared_both_ways(lists: Lists, capsys: Capture) -> None:
    assert run(["check", "Ann", "--list", str(lists.coast), "--birth-date", "3/4/1970"]) == 0
    expected = "note: 3/4/1970 may be 1970-04-03 or 1970-03-04; both are compared"
    assert expected in capsys.readouterr().err
    assert run(["check", "Ann", "--list", str(lists.coast), "--birth-date", "3.4.1970"]) == 0
    assert "both are compared" not in capsys.readouterr().err
