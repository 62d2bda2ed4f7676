"""Rows of delimited files, with bad rows among them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from resolver.errors import InputError
from resolver.lists.io import text_lines
from resolver.lists.io.csv_rows import (
    MAX_FIELD,
    PlainLines,
    read_csv_items,
    read_csv_rows,
    read_header_rows,
)
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import Reject


def write(folder: Path, content: bytes | str) -> SourceFile:
    path = folder / "list.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return SourceFile(path)


def test_rows_have_the_line_they_begin_on(tmp_path: Path) -> None:
    file = write(tmp_path, 'a,b\n"x\ny",2\n\n,\n"t ""q"" ",3\n\x1a')
    assert list(read_csv_rows(file)) == [(1, ["a", "b"]), (2, ["x\ny", "2"]), (6, ['t "q" ', "3"])]


def test_rows_under_a_header_have_its_columns(tmp_path: Path) -> None:
    file = write(tmp_path, " a ,b\n 1 ,2\n3\n")
    reject = Reject(file.label, 3, "1 column where the header has 2")
    assert list(read_header_rows(file, ("b",))) == [(2, {"a": "1", "b": "2"}), reject]
    with pytest.raises(InputError, match="the header has no column 'c'"):
        list(read_header_rows(file, ("a", "c")))
    with pytest.raises(InputError, match="the file holds no header"):
        list(read_header_rows(write(tmp_path, "\n"), ()))


def test_a_row_with_nul_bytes_costs_that_row_only(tmp_path: Path) -> None:
    rows = list(read_csv_rows(write(tmp_path, b"a,1\nb\0b,2\nc,3\n")))
    assert rows == [
        (1, ["a", "1"]),
        Reject("list.txt", 2, "the row holds NUL bytes"),
        (3, ["c", "3"]),
    ]


def test_a_giant_cell_costs_that_row_only(tmp_path: Path) -> None:
    rows = list(read_csv_rows(write(tmp_path, f'a,"{"x" * (MAX_FIELD + 1)}"\nb,2\n')))
    assert rows == [
        Reject("list.txt", 1, "a cell is longer than 1000000 characters"),
        (2, ["b", "2"]),
    ]


@pytest.mark.parametrize("lines", [3, 2000])
def test_an_open_quote_costs_only_its_line(tmp_path: Path, lines: int) -> None:
    rows = list(read_csv_rows(write(tmp_path, 'a,1\nb,"2\n' + "c,3\n" * lines)))
    assert rows[:2] == [(1, ["a", "1"]), Reject("list.txt", 2, "a quote is opened and not closed")]
    assert rows[2:] == [(line, ["c", "3"]) for line in range(3, lines + 3)]


def test_a_quote_closed_by_the_wrong_one_does_not_join_rows(tmp_path: Path) -> None:
    rows = list(read_csv_rows(write(tmp_path, 'a,"1\nb,2\nc,"3"\n')))
    assert rows == [
        Reject("list.txt", 1, "a quote is opened and not closed"),
        (2, ["b", "2"]),
        (3, ["c", "3"]),
    ]


def test_bytes_of_another_code_page_cost_that_row_only(tmp_path: Path) -> None:
    rows = list(
        read_csv_rows(write(tmp_path, b"a,1\n" + "佐藤花子,2\n".encode("cp932") + b"c,3\n"))
    )
    assert [row[0] if isinstance(row, tuple) else row.line for row in rows] == [1, 2, 3]
    assert isinstance(rows[1], Reject)
    assert "the row is not UTF-8" in rows[1].reason


cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\x1a", exclude_categories=["Cs"]),
    max_size=8,
)
filled = st.lists(cells, min_size=1, max_size=4).filter(any)


@given(st.lists(filled, max_size=8))
def test_the_output_of_a_csv_writer_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    file = write(tmp_path_factory.mktemp("rows"), text.getvalue())
    assert [row[1] for row in read_csv_rows(file) if isinstance(row, tuple)] == rows


pieces = st.sampled_from(["a", "ü", '"', '""', ",", "\n", "\x00", "\x1a", " ", "\r\n", "bc"])


def read_slowly(file: SourceFile) -> list[tuple[int, list[str]] | Reject]:
    """Read each line as a block of its own, so that quotes decide only about their own row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_lines, "BLOCK_CHARS", 1)
        patch.setattr("resolver.lists.io.csv_rows._is_plain", lambda *_: False)
        return list(read_csv_rows(file))


@given(st.lists(pieces, max_size=40).map("".join), st.integers(1, 30))
def test_lines_read_together_are_those_read_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, text: str, size: int
) -> None:
    # a NUL in every second place is a text in UTF-16
    assume(text_lines.detect_encoding(text.encode()) == "utf-8")
    file = write(tmp_path_factory.mktemp("rows"), text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_lines, "BLOCK_CHARS", size)
        rows = list(read_csv_rows(file))
    assert rows == read_slowly(file)


@given(
    st.lists(st.lists(st.sampled_from(["", "a", "ü b", "c,d", 'e"f', " "]), max_size=3)),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_arrays_of_plain_lines_hold_their_rows(rows: list[list[str]], quoting: int) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    lines = PlainLines(1, text.getvalue().removesuffix("\n"), ",", '"')
    arrays = lines.arrays(2, [1, 0])
    if arrays is None:
        assert not rows or any(len(row) != 2 or not any(row) for row in rows)
    else:
        assert [[second.as_py(), first.as_py()] for first, second in zip(*arrays, strict=True)] == [
            cells for _, cells in lines.rows()
        ]
        assert len(arrays[0]) == lines.count == len(rows)


def test_whole_files_without_faults_are_read_together(tmp_path: Path) -> None:
    file = write(tmp_path, 'a,b\n"x, ""y""",1\n"",2\n')
    (lines,) = read_csv_items(file)
    assert isinstance(lines, PlainLines)
    assert list(lines.rows()) == [(1, ["a", "b"]), (2, ['x, "y"', "1"]), (3, ["", "2"])]
    row, rest = lines.split_off_row()
    assert row == (1, ["a", "b"])
    assert rest is not None
    assert list(rest.rows()) == list(lines.rows())[1:]
    arrays = rest.arrays(2, [0])
    assert arrays is not None
    assert arrays[0].to_pylist() == ['x, "y"', ""]
