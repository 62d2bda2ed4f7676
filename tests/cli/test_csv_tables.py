"""CSV tables are read and written."""

from __future__ import annotations

import csv
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.cli.csv_tables import check_writable, read_csv_table, write_csv_table
from resolver.errors import InputError


def table_of(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)
    return path


def test_table_is_read_as_written(tmp_path: Path) -> None:
    path = table_of(
        tmp_path, '\ufeffleft, right,note\r\na:1,b:2,"x, ""y"""\r\n\r\nа:1,b:3,\r\n'.encode()
    )
    table = read_csv_table(path, ("left", "right"))
    assert table.columns == ("left", "right", "note")
    assert table.column("note") == ['x, "y"', ""]
    assert table.column("left") == ["a:1", "а:1"]
    assert table.place_of(table.rows[1]) == f"{path}, line 4"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty (its first line names left, right)"),
        (b"left,score\n", "line 1: no column right (there are: left, score)"),
        (b"left,right,left\n", "column left appears twice"),
        (b"left,right\na,b\nc\n", "line 3: 1 cell where the header has 2"),
        (b"left,right\na,b,c\n", "line 2: 3 cells where the header has 2"),
        (b'left,right\n"a,b\n', "not a CSV table"),
        (b'left,right\n"a"x,b\n', "not a CSV table"),
        ("left,right\nañ,b".encode("latin-1"), "not UTF-8 text (save it as UTF-8)"),
        (b"left,right\n" + b"a" * 1_000_001 + b",b\n", "field larger than field limit"),
    ],
)
def test_invalid_table_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = table_of(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_csv_table(path, ("left", "right"))
    assert caught.value.line().startswith(str(path))
    assert message in caught.value.line()


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_csv_table(tmp_path / "absent.csv", ("left",))


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2
        )
    )
)
def test_written_table_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("tables") / "out.csv"
    write_csv_table(path, ("a", "b"), rows)
    read = read_csv_table(path, ("a", "b"))
    plain = [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows]
    assert [list(row.cells.values()) for row in read.rows] == plain


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "-cmd|x", "@x", "\tx"])
def test_formulas_are_defused(tmp_path: Path, cell: str) -> None:
    write_csv_table(tmp_path / "out.csv", ("a",), [[cell]])
    with (tmp_path / "out.csv").open(newline="") as file:
        assert list(csv.reader(file))[1] == ["'" + cell]


def test_line_ends_in_cells_do_not_break_rows(tmp_path: Path) -> None:
    write_csv_table(tmp_path / "out.csv", ("a", "b"), [["x\ry", "p\r\nq"]])
    assert list(read_csv_table(tmp_path / "out.csv", ("a",)).rows[0].cells.values()) == [
        "x\ny",
        "p\nq",
    ]


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def rows() -> list[list[str]]:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_csv_table(path, ("a",), (row for _ in range(1) for row in rows()))
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_written_table_is_readable_by_others(tmp_path: Path) -> None:
    write_csv_table(tmp_path / "deep" / "out.csv", ("a",), [["1"]])
    assert stat.S_IMODE((tmp_path / "deep" / "out.csv").stat().st_mode) == 0o644


def test_links_are_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    check_writable(link)
    assert target.read_text() == "old"
    write_csv_table(link, ("a",), [["1"]])
    assert link.is_symlink()
    assert target.read_text() == "a\n1\n"


def test_pipes_are_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    check_writable(pipe)
    write_csv_table(pipe, ("a",), [["1"]])
    assert os.read(reader, 100) == b"a\n1\n"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_full_disk_is_an_error(tmp_path: Path) -> None:
    # through a link, so that a bug cannot replace the device
    (tmp_path / "full.csv").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_csv_table(tmp_path / "full.csv", ("a",), [["1"]])


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv_table(Path("-"), ("a", "b"), [["1", "x,y"]])
    assert capsys.readouterr().out == 'a,b\n1,"x,y"\n'


@pytest.mark.parametrize("make", ["folder", "file in the way"])
def test_unwritable_place_is_named(tmp_path: Path, make: str) -> None:
    path = tmp_path / "target"
    if make == "folder":
        path.mkdir()
    else:
        path.write_text("")
        path = path / "out.csv"
    with pytest.raises(OSError, match=str(path)):
        check_writable(path)


def test_checking_leaves_no_file(tmp_path: Path) -> None:
    check_writable(tmp_path / "out.csv")
    assert os.listdir(tmp_path) == []
