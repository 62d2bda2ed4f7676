"""Validation of records of any format."""

from __future__ import annotations

import sys
import unicodedata

import numpy as np
import pytest

from resolver.lists.reader_types import LocatedBatch, Reject
from resolver.lists.validation import (
    MAX_GROWTH,
    MAX_ID,
    MAX_NAME,
    fault_of_record,
    validate_records,
)
from resolver.records import Address, Batch, Handling, Identifier, Kind, Record, Value
from resolver.records.visibility import MAX_LENGTH

VALID = Record("a:1", "a", Kind.PERSON, "Person", (Value("name", "Anna"),))


def validate(
    *records: Record, accept_restricted: bool = False
) -> tuple[list[str], list[tuple[int, str]]]:
    chunk = LocatedBatch(
        Batch.from_records(records), np.arange(11, 11 + len(records), dtype=np.int32)
    )
    valid, rejects = validate_records(chunk, "list", accept_restricted)
    assert len(valid.lines) == len(valid.batch)
    return list(valid.batch.ids.to_pylist()), [(reject.line, reject.reason) for reject in rejects]


def person(identity: str, prop: str, text: str) -> Record:
    return Record(identity, "a", Kind.PERSON, "Person", (Value(prop, text),))


@pytest.mark.parametrize(
    "prop", ["name", "alias", "weakAlias", "previousName", "abbreviation", "firstName", "lastName"]
)
def test_any_kind_of_name_is_enough(prop: str) -> None:
    assert validate(person("a:2", prop, "X")) == (["a:2"], [])


@pytest.mark.parametrize("prop", ["phone", "email"])
def test_a_single_contact_is_enough(prop: str) -> None:
    assert validate(person("a:2", prop, "X")) == (["a:2"], [])


def test_a_single_number_is_enough() -> None:
    record = Record(
        "a:2", "a", Kind.PERSON, "Person", identifiers=(Identifier("passportNumber", "X1"),)
    )
    assert validate(record)[0] == ["a:2"]


def test_a_record_without_identifying_values_is_refused() -> None:
    empty = Record(
        "a:2", "a", Kind.PERSON, "Person", (Value("gender", "male"), Value("notes", "tall"))
    )
    valid, rejects = validate(VALID, empty)
    assert valid == ["a:1"]
    assert rejects == [
        (12, "record a:2: it has no name, number, contact, date or place to identify it")
    ]


def test_a_single_date_or_address_is_enough() -> None:
    with_date = Record("a:2", "a", Kind.PERSON, "Person", (Value("birthDate", "1970"),))
    with_address = Record("a:3", "a", Kind.PERSON, "Person", addresses=(Address("Road"),))
    assert validate(with_date, with_address) == (["a:2", "a:3"], [])


def test_a_giant_name_is_refused_with_its_length_and_not_cut() -> None:
    valid, rejects = validate(
        person("a:2", "alias", "x" * 100_000),
        VALID,
        person("a:3", "name", "é " * (MAX_NAME // 2)),
    )
    assert valid == ["a:1", "a:3"]
    assert rejects == [(11, "record a:2: its alias is 100,000 characters long, more than 2,000")]


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize(
    ("prop", "text", "reason"),
    [
        ("birthPlace", "x " * 1_500, "3,000 characters long, more than 2,000"),
        ("position", "\ufdfa" * 150, "longer than 2,000 characters in plain letters"),
        ("name", "b" * 101, "a word of more than 100 letters"),
        ("notes", "x " * 20_000, "40,000 characters long, more than 20,000"),
        ("name", "漢字" * 900, ""),
        ("notes", "x" * 15_000, ""),
        ("website", "https://a.example/" + "path/" * 60, ""),
    ],
)
def test_every_value_has_a_bound(prop: str, text: str, reason: str, count: int) -> None:
    others = [person(f"a:{number}", "name", f"Ann {number}") for number in range(10, 10 + count)]
    values = (Value("birthDate", "1970-01-02"), Value(prop, text))
    valid, rejects = validate(Record("a:2", "a", Kind.PERSON, "Person", values), *others)
    assert ("a:2" in valid) == (not reason)
    assert len(rejects) == bool(reason)
    assert all(reason in fault for _, fault in rejects)


def test_no_character_grows_more_than_stated() -> None:
    lengths = [len(unicodedata.normalize("NFKC", chr(code))) for code in range(sys.maxunicode + 1)]
    assert max(lengths) == MAX_GROWTH
    # normal forms with composed letters are never longer than those without
    assert (
        max(len(unicodedata.normalize("NFKD", chr(code))) for code in range(sys.maxunicode + 1))
        == MAX_GROWTH
    )


def test_all_that_outgrows_its_bound_is_refused_in_large_batches() -> None:
    """Test texts of every character that grows, in words of 50: single records show the same."""
    texts: list[str] = []
    for code in range(sys.maxunicode + 1):
        growth = len(unicodedata.normalize("NFKC", chr(code)))
        if growth > 1:
            words = f"{chr(code) * 50} " * (MAX_NAME // (50 * growth) + 1)
            texts.append(words[: MAX_NAME - 1])
    assert len(texts) > 1_000
    records = [person(f"a:{at}", "name", text) for at, text in enumerate(texts)]
    valid, rejects = validate(*records)
    assert valid == [record.id for record in records if validate(record)[0]]
    assert len(rejects) > 1_000


def test_a_reject_of_a_record_names_it_in_a_field() -> None:
    reject = Reject.of_record("list", 3, "a:x y\u200b: z", "it has no name")
    assert reject.record_id == "a:x y\u200b: z"
    assert reject.reason == "record a:x y\\u200b: z: it has no name"
    assert reject.fault == "it has no name"
    assert Reject("list", 3, "record a: b").fault == "record a: b"


def test_a_record_has_a_bound() -> None:
    names = tuple(Value("alias", f"{number} " + "abc " * 400) for number in range(200))
    large = Record("a:2", "a", Kind.PERSON, "Person", names)
    valid, rejects = validate(large, VALID)
    assert valid == ["a:1"]
    assert "more than 200,000 characters together" in rejects[0][1]


def test_nul_bytes_are_refused_in_any_value() -> None:
    address = Record(
        "a:3", "a", Kind.PERSON, "Person", (Value("name", "B"),), addresses=(Address(city="T\0wn"),)
    )
    valid, rejects = validate(person("a:2", "name", "An\0na"), address, VALID)
    assert valid == ["a:1"]
    assert [reason for _, reason in rejects] == [
        "record a:2: its name holds NUL bytes",
        "record a:3: its address holds NUL bytes",
    ]


def test_restricted_records_are_refused_unless_accepted() -> None:
    restricted = Record(
        "a:2", "a", Kind.PERSON, "Person", VALID.values, handling=Handling("Agency", "H2")
    )
    unrestricted = Record(
        "a:3", "a", Kind.PERSON, "Person", VALID.values, handling=Handling("Agency", "H0")
    )
    valid, rejects = validate(VALID, restricted, unrestricted)
    assert valid == ["a:1", "a:3"]
    assert rejects == [
        (12, "record a:2: its handling code is H2; only H0 is taken without --accept-restricted")
    ]
    assert validate(VALID, restricted, unrestricted, accept_restricted=True) == (
        ["a:1", "a:2", "a:3"],
        [],
    )


def test_a_record_with_several_faults_is_one_reject() -> None:
    record = Record(
        "a:2", "a", Kind.PERSON, "Person", (Value("name", "\0" * 3000), Value("alias", "\0"))
    )
    assert len(validate(record)[1]) == 1


def test_single_records_and_batches_get_the_same_faults() -> None:
    faults = [
        person("a:1\u200b", "name", "Ivan"),
        person("a:2", "name", "x" * (MAX_NAME + 1)),
        person("a:3", "name", "Iv\x00an"),
        person("a:4", "gender", "male"),
        VALID,
    ]
    batch = [*faults, *(person(f"b:{number}", "name", f"Ivan {number}") for number in range(200))]
    single_faults = [reason for record in faults for _, reason in validate(record)[1]]
    assert len(single_faults) == 4
    assert [reason for _, reason in validate(*batch)[1]] == single_faults


def test_long_ids_are_refused_and_cut_off_in_the_reason() -> None:
    fitting, longer = "a:" + "ф" * (MAX_ID - 2), "a:" + "ф" * 300_000
    valid, rejects = validate(VALID, person(fitting, "name", "X"), person(longer, "name", "X"))
    assert valid == ["a:1", fitting]
    ((line, reason),) = rejects
    assert (line, len(reason) < 600) == (13, True)
    assert f"its id is longer than {MAX_ID} characters" in reason


@pytest.mark.parametrize(("length", "is_valid"), [(MAX_LENGTH, True), (MAX_LENGTH + 1, False)])
def test_long_names_of_sources_are_refused(length: int, is_valid: bool) -> None:
    source = "ф" * length
    record = Record(f"{source}:2", source, Kind.PERSON, "Person", (Value("name", "Anna"),))
    valid, rejects = validate(VALID, record)
    assert len(valid) == 1 + is_valid
    assert ["is not a valid source name" in reason for _, reason in rejects] == [True] * (
        not is_valid
    )


@pytest.mark.parametrize("accept_restricted", [False, True])
def test_a_single_record_has_the_fault_for_which_a_batch_refuses_it(
    accept_restricted: bool,
) -> None:
    faults = set()
    for record in (
        VALID,
        Record("a:2\x07", "a", Kind.PERSON, "Person", VALID.values),
        Record("a:" + "2" * MAX_ID, "a", Kind.PERSON, "Person", VALID.values),
        person("a:2", "name", "Anna\x00"),
        Record("!:2", "!", Kind.PERSON, "Person", VALID.values),
        person("a:2", "name", "x" * (MAX_NAME + 1)),
        person("a:2", "name", "x" * 101),
        person("a:2", "name", "ﷺ " * (MAX_NAME // 2 - 1)),
        person("a:2", "name", "ab " * 600),
        person("a:2", "notes", "x" * 101),
        Record(
            "a:2",
            "a",
            Kind.PERSON,
            "Person",
            tuple(Value("alias", f"{place} " + "ab " * 600) for place in range(200)),
        ),
        person("a:2", "gender", "male"),
        Record("a:2", "a", Kind.PERSON, "Person", VALID.values, handling=Handling(code="H2")),
    ):
        _, rejects = validate(record, accept_restricted=accept_restricted)
        fault = fault_of_record(record, accept_restricted=accept_restricted)
        assert [reason.endswith(f": {fault}") for _, reason in rejects] == [True] * bool(fault)
        faults.add(fault)
    assert len(faults) == (10 if accept_restricted else 11)
