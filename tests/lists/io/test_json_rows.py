"""Objects of JSON files, with bad ones among them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.errors import InputError
from resolver.lists.io import json_rows
from resolver.lists.io.json_rows import (
    MAX_PIECE,
    PlainObjects,
    read_json_items,
    read_json_objects,
    read_json_rows,
)
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import MAX_LINE
from resolver.lists.reader_types import Reject


def write(folder: Path, content: bytes | str) -> SourceFile:
    path = folder / "list.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return SourceFile(path)


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


@given(objects, st.booleans(), st.sampled_from(["", " ", "\r"]))
def test_objects_of_one_line_each_are_those_of_their_lines(
    tmp_path_factory: pytest.TempPathFactory,
    content: list[dict[str, Any]],
    in_array: bool,
    end: str,
) -> None:
    texts = [json.dumps(item, ensure_ascii=False) for item in content]
    array = ["[", *(f"{text},{end}" for text in texts[:-1]), *texts[-1:], "]"]
    lines = "\n".join(array if in_array else [text + end for text in texts])
    rows = list(read_json_objects(write(tmp_path_factory.mktemp("json"), lines)))
    assert rows == list(enumerate(content, 2 if in_array else 1))


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
    monkeypatch.setattr("resolver.lists.io.json_rows.MAX_LINE", 1000)
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
        patch.setattr(json_rows, "MAX_PIECE", size)
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


@pytest.mark.parametrize("spoiled", ["", "[1]", '{"a": "\0"}', '{"a"', "{}{}"])
def test_one_bad_line_does_not_keep_others_from_being_read(tmp_path: Path, spoiled: str) -> None:
    file = write(tmp_path, f'{{"a": 1}}\n{spoiled}\n{{"b": 2}}\n')
    assert [row for row in read_json_rows(file) if isinstance(row, tuple)] == [
        (1, {"a": 1}),
        (3, {"b": 2}),
    ]


def test_lines_without_faults_are_read_together(tmp_path: Path) -> None:
    file = write(tmp_path, '{"a": 1}\n{"b": {"c": []}}')
    assert list(read_json_items(file)) == [PlainObjects(1, [{"a": 1}, {"b": {"c": []}}])]
