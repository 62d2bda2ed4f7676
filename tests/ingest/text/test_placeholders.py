"""Words for "not known" are no names: they are left out and told, and nobody is the same as another by them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from resolver.cli.app import run
from resolver.ingest.reader_types import BatchAt
from resolver.ingest.text.placeholders import PLACEHOLDERS, is_placeholder, without_placeholders
from resolver.records import Batch, Kind, Record, Value


def left(*records: Record) -> tuple[list[list[str]], list[tuple[int, str]]]:
    chunk = BatchAt(Batch.from_records(records), np.arange(5, 5 + len(records), dtype=np.int32))
    kept, rejects = without_placeholders(chunk, "list")
    texts = [[value.text for value in record.values] for record in kept.batch.to_records()]
    return texts, [(reject.line, reject.reason) for reject in rejects]


def person(identity: str, *values: tuple[str, str]) -> Record:
    return Record(identity, "a", Kind.PERSON, "Person", tuple(Value(*one) for one in values))


@pytest.mark.parametrize(
    "word",
    ["Unknown", " (UNKNOWN) ", "N/A", "n.a.", "-", "???", "FNU", "неизвестно", "未知", "Inconnue"],
)
def test_what_is_no_name_is_left_out_and_told(word: str) -> None:
    texts, rejects = left(
        person("a:1", ("name", "Anna Berg"), ("alias", word)), person("a:2", ("name", "Ida Holm"))
    )
    assert texts == [["Anna Berg"], ["Ida Holm"]]
    # one name and a column of them go by the same rule
    assert is_placeholder(word)
    assert rejects == [(5, f"record a:1: its alias is {word!r}, which is no name: left out")]


@pytest.mark.parametrize(
    "name", ["Na", "Anonymous", "None", "Nil", "X", "Unknown Soldier", "Noname Band", "Testa"]
)
def test_names_that_only_look_so_stay(name: str) -> None:
    assert left(person("a:1", ("name", name))) == ([[name]], [])
    assert not is_placeholder(name)


def test_other_values_may_be_unknown() -> None:
    assert left(person("a:1", ("name", "Anna"), ("notes", "unknown")))[1] == []


def test_the_table_is_in_lower_case_without_gaps() -> None:
    assert all(word and word == word.lower().strip() for word in PLACEHOLDERS)


def test_nobody_is_the_same_by_being_unknown(tmp_path: Path) -> None:
    rows = "id,name,nationality\n1,Unknown,ru\n2,UNKNOWN,ru\n3,Anna Berg,\n4,N/A,\n"
    (tmp_path / "list.csv").write_text(rows, "utf-8")
    assert run(["dedupe", str(tmp_path / "list.csv"), "--out", str(tmp_path / "out")]) == 0
    entities = (tmp_path / "out" / "entities.csv").read_text("utf-8").splitlines()[1:]
    assert len(entities) == 1
    told = (tmp_path / "out" / "rejects.csv").read_text("utf-8")
    assert told.count("which is no name: left out") == 3
