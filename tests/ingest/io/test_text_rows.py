"""Rows of CSV and JSON files, with bad rows among them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.errors import InputError
from resolver.ingest.io import text_rows
from resolver.ingest.io.source_files import MAX_LINE, SourceFile
from resolver.ingest.io.text_rows import (
    MAX_FIELD,
    MAX_PIECE,
    read_csv_rows,
    read_header_rows,
    read_json_objects,
    read_json_rows,
)
from resolver.ingest.reader_types import Reject


def write(folder: Path, content: bytes | str) -> SourceFile:
    path = folder / "list.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return SourceFile(path)


def test_rows_have_the_line_they_begin_on(tmp_path: Path) -> None:
    file = write(tmp_path, 'a,b\n"x\ny",2\n\n,\n"t ""q"" ",3\n\x1a')
    assert list(read_csv_rows(file)) == [(1, ["a", "b"]), (2, ["x\ny", "2"]), (6, ['t "q" ', "3"])]


def test_rows_under_a_header_have_its_columns(tmp_path: Path) -> None:
    file = write(tmp_path, " a ,b\n 1 ,2\n3\n")
    reject = Reject(file.label, 3, "1 columns where the header has 2")
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
    rows = list(read_csv_rows(write(tmp_path, b"a,1\n" + "Иванов,2\n".encode("cp1251") + b"c,3\n")))
    assert [row[0] if isinstance(row, tuple) else row.line for row in rows] == [1, 2, 3]
    assert isinstance(rows[1], Reject)
    assert "neither UTF-8 nor windows-1252" in rows[1].reason


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


def test_json_lines_other_than_objects_are_rejects(tmp_path: Path) -> None:
    rows = list(
        read_json_rows(
            write(tmp_path, b'{"a": 1}\n\n[1]\n{"a":\n{"a": "\\ud800"}\n{"a": "\0"}\n{"b": 2}\n')
        )
    )
    assert [row for row in rows if isinstance(row, tuple)] == [(1, {"a": 1}), (7, {"b": 2})]
    assert [(row.line, row.reason.split(":")[0]) for row in rows if isinstance(row, Reject)] == [
        (3, "the line is no JSON object"),
        (4, "no JSON"),
        (5, "no JSON"),
        (6, "the row holds NUL bytes"),
    ]


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.lists(st.dictionaries(st.text(max_size=3), values, max_size=3), max_size=5)


@given(objects, st.sampled_from([None, 0, 2]), st.booleans())
def test_objects_of_an_array_are_those_of_the_whole_parse(
    tmp_path_factory: pytest.TempPathFactory,
    content: list[dict[str, Any]],
    indent: int | None,
    inner: bool,
) -> None:
    document: Any = {"total": 1, "x": {"items": content}, "more": [{"a": 1}]} if inner else content
    file = write(
        tmp_path_factory.mktemp("json"), json.dumps(document, indent=indent, ensure_ascii=False)
    )
    begin = re.compile(r'"items": \[') if inner else None
    rows = list(read_json_objects(file, begin))
    assert [row[1] for row in rows if isinstance(row, tuple)] == content
    assert [row for row in rows if isinstance(row, Reject)] == []


def test_objects_have_the_line_they_begin_on(tmp_path: Path) -> None:
    rows = list(read_json_objects(write(tmp_path, '[\n {"a": "}"},\n {\n "b": [{}]}]\n')))
    assert rows == [(2, {"a": "}"}), (3, {"b": [{}]})]


def test_a_bad_line_costs_only_its_object(tmp_path: Path) -> None:
    content = b'[{"a": 1,\n "b": "x\0y",\n "c": 2},\n{"a": "\xff\xfe"},\n{"a": 3}]'
    rows = list(read_json_objects(write(tmp_path, content)))
    assert [row for row in rows if isinstance(row, tuple)] == [(4, {"a": "ÿþ"}), (5, {"a": 3})]
    assert [row for row in rows if isinstance(row, Reject)] == [
        Reject("list.txt", 1, "the row holds NUL bytes")
    ]


def test_an_array_cut_off_says_so(tmp_path: Path) -> None:
    rows = list(read_json_objects(write(tmp_path, '[{"a": 1}, {"b": "x')))
    assert rows == [(1, {"a": 1}), Reject("list.txt", 1, "the last object is cut off")]


def test_text_after_the_array_is_not_dropped_silently(tmp_path: Path) -> None:
    rows = list(read_json_objects(write(tmp_path, '[{"a": 1}]\n[{"b": 1}]\n')))
    assert rows == [
        (1, {"a": 1}),
        Reject("list.txt", 2, "text after the end of the list is not read"),
    ]


def test_an_endless_object_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.ingest.io.text_rows.MAX_LINE", 1000)
    with pytest.raises(InputError, match=r"list\.txt, line 1: an object is longer"):
        list(read_json_objects(write(tmp_path, "[{\n" + '"a": 1,\n' * 1000)))


@pytest.mark.parametrize(
    "text", ['"' * 200_000, '{"' + '\\"' * 200_000, "{" * 200_000, '\\"' * 200_000]
)
def test_hostile_lines_are_scanned_in_linear_time(tmp_path: Path, text: str) -> None:
    assert not [
        row for row in read_json_objects(write(tmp_path, "[" + text)) if isinstance(row, tuple)
    ]


@settings(deadline=None)
@given(objects, st.integers(1, 40), st.sampled_from([None, 2]))
def test_pieces_of_long_lines_join_to_the_same_objects(
    tmp_path_factory: pytest.TempPathFactory,
    content: list[dict[str, Any]],
    size: int,
    indent: int | None,
) -> None:
    file = write(
        tmp_path_factory.mktemp("json"), json.dumps(content, indent=indent, ensure_ascii=False)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_rows, "MAX_PIECE", size)
        rows = list(read_json_objects(file))
    assert [row[1] for row in rows if isinstance(row, tuple)] == content
    assert [row for row in rows if isinstance(row, Reject)] == []


def test_an_array_on_one_line_may_be_longer_than_any_line(tmp_path: Path) -> None:
    content = [{"id": number, "name": "x" * 1_000} for number in range(MAX_LINE // 1_000 + 500)]
    rows = list(read_json_rows(write(tmp_path, json.dumps(content))))
    assert len(rows) == len(content)
    assert rows[-1] == (1, content[-1])


def test_a_string_that_never_ends_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, '[{"a": 1}, "' + "x" * (MAX_LINE + MAX_PIECE))
    with pytest.raises(InputError, match="an object is longer than"):
        list(read_json_rows(file))


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=3), values, min_size=1, max_size=3), min_size=1))
def test_the_layout_of_json_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, content: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    layouts = [
        "\n".join(json.dumps(row) for row in content),
        json.dumps(content),
        json.dumps(content, indent=2),
        "[" + ",\n".join(json.dumps(row) for row in content) + "]",
        "\n".join(json.dumps(row, indent=4) for row in content),
    ]
    for text in layouts:
        rows = list(read_json_rows(write(folder, text)))
        assert [row[1] for row in rows if isinstance(row, tuple)] == content
        assert [row for row in rows if isinstance(row, Reject)] == []
