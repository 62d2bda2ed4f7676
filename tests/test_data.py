"""Tables of the package: well-formed, sorted, with a known source, and used."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from resolver import data
from resolver.data import FOLDER, load_pairs, load_rows, load_words
from resolver.hub import segment_contents
from resolver.hub.segment_contents import fingerprint_program
from resolver.matching.blocking.rules import choose_plan_by_size
from resolver.matching.preparation import prepare
from resolver.records import Batch
from resolver.records.prepared.batch import PreparedBatch
from tests.matching import preparing

TABLES = sorted(path.stem for path in FOLDER.glob("*.tsv") if path.stem != "SOURCES")


def may_be_empty(name: str) -> list[str]:
    rows = {row[0]: row for row in load_rows("SOURCES")}
    return rows[f"resolver/data/{name}.tsv"][4].split()


def sort_key(row: list[str]) -> list[tuple[bool, int, str]]:
    return [
        (False, int(cell), "") if cell.isascii() and cell.isdigit() else (True, 0, cell)
        for cell in row
    ]


def find_faults(data: bytes, empty: list[str]) -> list[str]:
    """Return what is wrong with the content of a table, with numbers of lines."""
    text = data.decode("utf-8")
    faults = [] if text.endswith("\n") else ["the last line has no end"]
    columns, *rows = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    if not all(re.fullmatch("[a-z][a-z_0-9]*", column) for column in columns):
        faults.append(f"line 1: not the names of columns: {columns}")
    last: list[str] | None = None
    for number, row in enumerate(rows, 2):
        if len(row) != len(columns):
            faults.append(f"line {number}: {len(row)} cells for {len(columns)} columns")
            continue
        for column, cell in zip(columns, row, strict=True):
            if cell != " ".join(cell.split()):
                faults.append(f"line {number}: spaces in {column}: {cell!r}")
            if not cell and column not in empty:
                faults.append(f"line {number}: {column} is empty")
        if unicodedata.normalize("NFC", "".join(row)) != "".join(row):
            faults.append(f"line {number}: not in Unicode's form NFC")
        if last is not None and sort_key(row) <= sort_key(last):
            faults.append(f"line {number}: belongs before line {number - 1}, or repeats it")
        last = row
    return faults


@pytest.mark.parametrize("name", ["SOURCES", *TABLES])
def test_a_table_is_well_formed(name: str) -> None:
    empty = ["may_be_empty", "note"] if name == "SOURCES" else may_be_empty(name)
    assert find_faults((FOLDER / f"{name}.tsv").read_bytes(), empty) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\tb\nx\ty", "no end"),
        ("A b\nx\n", "names of columns"),
        ("a\tb\nx\n", "1 cells for 2 columns"),
        ("a\nx \n", "spaces"),
        ("a\tb\nx\t\n", "b is empty"),
        ("a\ne\u0301\n", "NFC"),
        ("a\ny\nx\n", "belongs before line 2"),
        ("a\nx\nx\n", "repeats"),
        ("a\n10\n9\n", "belongs before"),
    ],
)
def test_a_fault_of_a_table_is_found(text: str, fault: str) -> None:
    (found,) = find_faults(text.encode(), [])
    assert fault in found


def test_every_table_has_a_row_in_the_index() -> None:
    listed = {row[0] for row in load_rows("SOURCES")}
    assert [name for name in TABLES if f"resolver/data/{name}.tsv" not in listed] == []


@cache
def named_in_python(root: Path) -> tuple[set[str], set[str]]:
    """Return the tables that programs load, and all words and phrases in quotes."""
    tables: set[str] = set()
    quoted: set[str] = set()
    for path in (path for folder in ("resolver", "api") for path in (root / folder).rglob("*.py")):
        text = path.read_text("utf-8")
        tables.update(re.findall(r'load_(?:rows|words|pairs)\(\s*"(\w+)"', text))
        quoted.update(re.findall(r"(?<=[\"'])[\w, ]+(?=[\"'])", text))
    return tables, quoted


@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_each_part_of_it_is_used(root: Path, name: str) -> None:
    tables, quoted = named_in_python(root)
    assert name in tables
    columns = (FOLDER / f"{name}.tsv").read_text("utf-8").partition("\n")[0].split("\t")
    # programs choose rows by their use, so one that no program names would never be read
    if "use" in columns:
        assert {row[columns.index("use")] for row in load_rows(name)} - quoted == set()


def test_rows_are_chosen_by_columns() -> None:
    rows = load_rows("titles")
    assert ("title", "sheikh") in rows
    assert ("sheikh",) in load_rows("titles", use="title")
    assert load_words("titles", use="title") == {word for use, word in rows if use == "title"}
    assert load_pairs("address_words")["piazza"] == "sq"
    with pytest.raises(ValueError, match="not in"):
        load_rows("titles", language="English")


def test_files_made_with_other_words_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    table, generated = tmp_path / "short_forms.tsv", tmp_path / "world_names.tsv"
    digests = []
    for path, text in ((table, "a\n"), (generated, "a\n"), (generated, "b\n"), (table, "b\n")):
        path.write_text(text)
        digests.append(data.digest_tables())
    assert digests[0] == digests[1] == digests[2] != digests[3]


def prepare_few(batch: Batch) -> PreparedBatch:
    return prepare(batch, preparing.TABLES, preparing.lookup)


def test_an_index_made_with_other_words_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = choose_plan_by_size(1)
    before, again = (fingerprint_program(plan, prepare_few) for _ in range(2))
    monkeypatch.setattr(segment_contents, "digest_tables", lambda: "other words")
    assert before == again != fingerprint_program(plan, prepare_few)
