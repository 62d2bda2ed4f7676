"""Values that say nothing of anybody: left out with a reject, and matching nothing."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.cli.app import run
from resolver.lists.reader_types import LocatedBatch
from resolver.lists.text import placeholders
from resolver.lists.text.placeholders import PLACEHOLDERS, is_placeholder, remove_placeholders
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
    "name",
    ["Na", "Anonymous", "None", "Nil", "X", "Unknown Soldier", "Noname Band", "Testa"],
)
def test_names_that_resemble_placeholders_stay(name: str) -> None:
    assert remaining(person("a:1", ("name", name))) == ([[name]], [])
    assert not is_placeholder(name)


LONG = " ".join(["Word"] * 25)
TOMORROW = datetime.date.today() + datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("prop", "text", "reason"),
    [
        ("name", "Dr. Prof.", "titles alone, which is no name"),
        ("name", "COL", "titles alone, which is no name"),
        ("name", LONG, "more than 24 words, which is no name of a person"),
        ("birthDate", "2999", "which lies in the future"),
        ("birthDate", f"{TOMORROW.year + 1}-02", "which lies in the future"),
    ],
)
def test_values_of_a_person_that_say_nothing(prop: str, text: str, reason: str) -> None:
    texts, rejects = remaining(person("a:1", ("name", "Anna Berg"), (prop, text)))
    assert texts == [["Anna Berg"]]
    assert rejects == [(5, f"record a:1: its {prop} is {text[:60]!r}, {reason}: left out")]


@pytest.mark.parametrize(
    ("prop", "text"),
    [
        ("name", "Dr. No"),
        ("name", "Major"),
        ("name", "Sheikh"),
        ("name", " ".join(["Word"] * 24)),
        ("birthDate", TOMORROW.isoformat()),
        ("birthDate", str(TOMORROW.year)),
        ("birthDate", f"{TOMORROW.year}~"),
        ("birthDate", f"1980/{TOMORROW.year + 1}"),
    ],
)
def test_values_of_a_person_that_say_something(prop: str, text: str) -> None:
    assert remaining(person("a:1", (prop, text))) == ([[text]], [])


def test_a_group_may_have_one_letter_and_many_words() -> None:
    group = replace(
        person("a:1", ("name", "X"), ("alias", LONG)), kind=Kind.GROUP, schema="Company"
    )
    assert remaining(group)[1] == []


def test_what_says_nothing_gives_no_confident_score(tmp_path: Path) -> None:
    """Records that only a date describes, or a date that nobody can have, wait for a steward."""
    names = ["Q", "Q", "Dr. Prof.", "Prof. Dr.", LONG, LONG, "Zeynel Korkmazer", "Zeynel Korkmazer"]
    dates = [
        "1970-01-02",
        "1970-01-02",
        *["1971-01-03"] * 2,
        *["1972-01-04"] * 2,
        *["2999-01-02"] * 2,
    ]
    rows = [
        f"{place},{name},{date}"
        for place, (name, date) in enumerate(zip(names, dates, strict=True))
    ]
    (tmp_path / "list.csv").write_text("\n".join(["id,name,birthDate", *rows]), "utf-8")
    assert run(["dedupe", str(tmp_path / "list.csv"), "--out", str(tmp_path / "out")]) == 0
    entities = (tmp_path / "out" / "entities.csv").read_text("utf-8").splitlines()[1:]
    assert len({line.split(",")[0] for line in entities}) == len(rows)
    assert (tmp_path / "out" / "rejects.csv").read_text("utf-8").count("left out") == len(rows) - 2


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
