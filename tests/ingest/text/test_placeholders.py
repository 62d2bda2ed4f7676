"""Placeholders in place of names: left out with a reject, and matching nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.cli.app import run
from resolver.ingest.reader_types import LocatedBatch
from resolver.ingest.text import placeholders
from resolver.ingest.text.placeholders import PLACEHOLDERS, is_placeholder, remove_placeholders
from resolver.records import Batch, Kind, Record, Value


def remaining(*records: Record) -> tuple[list[list[str]], list[tuple[int, str]]]:
    chunk = LocatedBatch(
        Batch.from_records(records), np.arange(5, 5 + len(records), dtype=np.int32)
    )
    cleaned, rejects = remove_placeholders(chunk, "list")
    texts = [[value.text for value in record.values] for record in cleaned.batch.to_records()]
    return texts, [(reject.line, reject.reason) for reject in rejects]


def person(identity: str, *values: tuple[str, str]) -> Record:
    return Record(identity, "a", Kind.PERSON, "Person", tuple(Value(*value) for value in values))


@pytest.mark.parametrize(
    "word",
    ["Unknown", " (UNKNOWN) ", "N/A", "n.a.", "-", "???", "FNU", "неизвестно", "未知", "Inconnue"],
)
def test_placeholders_are_left_out_with_a_reject(word: str) -> None:
    texts, rejects = remaining(
        person("a:1", ("name", "Anna Berg"), ("alias", word)), person("a:2", ("name", "Ida Holm"))
    )
    assert texts == [["Anna Berg"], ["Ida Holm"]]
    # one name and a column of them go by the same rule
    assert is_placeholder(word)
    assert rejects == [(5, f"record a:1: its alias is {word!r}, which is no name: left out")]


@pytest.mark.parametrize(
    "name", ["Na", "Anonymous", "None", "Nil", "X", "Unknown Soldier", "Noname Band", "Testa"]
)
def test_names_that_resemble_placeholders_stay(name: str) -> None:
    assert remaining(person("a:1", ("name", name))) == ([[name]], [])
    assert not is_placeholder(name)


def test_other_values_may_be_unknown() -> None:
    assert remaining(person("a:1", ("name", "Anna"), ("notes", "unknown")))[1] == []


def test_the_table_is_in_lower_case_without_gaps() -> None:
    assert all(word and word == word.lower().strip() for word in PLACEHOLDERS)


@given(st.lists(st.sampled_from(sorted(PLACEHOLDERS)) | st.text(max_size=8), max_size=6))
def test_few_names_are_judged_as_many(words: list[str]) -> None:
    texts = [dressed for word in words for dressed in (word, f" ({word.upper()}). ")]
    many = placeholders.are_placeholders(pa.array([*texts, *["Anna"] * 40], pa.string()))
    few = placeholders.are_placeholders(pa.array(texts, pa.string()))
    assert few.tolist() == many[: len(texts)].tolist()


def test_placeholders_match_no_records(tmp_path: Path) -> None:
    rows = "id,name,nationality\n1,Unknown,ru\n2,UNKNOWN,ru\n3,Anna Berg,\n4,N/A,\n"
    (tmp_path / "list.csv").write_text(rows, "utf-8")
    assert run(["dedupe", str(tmp_path / "list.csv"), "--out", str(tmp_path / "out")]) == 0
    entities = (tmp_path / "out" / "entities.csv").read_text("utf-8").splitlines()[1:]
    assert len(entities) == 1
    rejects = (tmp_path / "out" / "rejects.csv").read_text("utf-8")
    assert rejects.count("which is no name: left out") == 3
