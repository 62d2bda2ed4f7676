from __future__ import annotations

import numpy as np
import pytest

from resolver.ingest.reader_types import BatchAt
from resolver.ingest.validation import MAX_NAME, admit
from resolver.records import Address, Batch, Handling, Identifier, Kind, Record, Value

GOOD = Record("a:1", "a", Kind.PERSON, "Person", (Value("name", "Anna"),))


def at_the_door(
    *records: Record, accept_restricted: bool = False
) -> tuple[list[str], list[tuple[int, str]]]:
    chunk = BatchAt(Batch.from_records(records), np.arange(11, 11 + len(records), dtype=np.int32))
    kept, rejects = admit(chunk, "list", accept_restricted)
    assert len(kept.lines) == len(kept.batch)
    return list(kept.batch.ids.to_pylist()), [(reject.line, reject.reason) for reject in rejects]


def named(identity: str, prop: str, text: str) -> Record:
    return Record(identity, "a", Kind.PERSON, "Person", (Value(prop, text),))


@pytest.mark.parametrize(
    "prop", ["name", "alias", "weakAlias", "previousName", "abbreviation", "firstName", "lastName"]
)
def test_any_name_will_do(prop: str) -> None:
    assert at_the_door(named("a:2", prop, "X")) == (["a:2"], [])


@pytest.mark.parametrize("prop", ["phone", "email"])
def test_what_a_person_is_reached_by_will_do(prop: str) -> None:
    assert at_the_door(named("a:2", prop, "X")) == (["a:2"], [])


def test_a_number_alone_will_do() -> None:
    record = Record(
        "a:2", "a", Kind.PERSON, "Person", identifiers=(Identifier("passportNumber", "X1"),)
    )
    assert at_the_door(record)[0] == ["a:2"]


def test_a_record_of_which_nothing_is_known_is_refused() -> None:
    empty = Record(
        "a:2", "a", Kind.PERSON, "Person", (Value("gender", "male"), Value("notes", "tall"))
    )
    kept, rejects = at_the_door(GOOD, empty)
    assert kept == ["a:1"]
    assert rejects == [
        (12, "record a:2: it has no name, number, contact, date or place to know it by")
    ]


def test_a_date_or_an_address_alone_will_do() -> None:
    dated = Record("a:2", "a", Kind.PERSON, "Person", (Value("birthDate", "1970"),))
    placed = Record("a:3", "a", Kind.PERSON, "Person", addresses=(Address("Road"),))
    assert at_the_door(dated, placed) == (["a:2", "a:3"], [])


def test_a_giant_name_is_refused_with_its_length_and_not_cut() -> None:
    kept, rejects = at_the_door(
        named("a:2", "alias", "x" * 100_000), GOOD, named("a:3", "name", "é" * MAX_NAME)
    )
    assert kept == ["a:1", "a:3"]
    assert rejects == [(11, "record a:2: its alias is 100000 characters long, more than 2000")]


def test_nul_bytes_are_refused_wherever_they_stand() -> None:
    address = Record(
        "a:3", "a", Kind.PERSON, "Person", (Value("name", "B"),), addresses=(Address(city="T\0wn"),)
    )
    kept, rejects = at_the_door(named("a:2", "name", "An\0na"), address, GOOD)
    assert kept == ["a:1"]
    assert [reason for _, reason in rejects] == [
        "record a:2: its name holds NUL bytes",
        "record a:3: its address holds NUL bytes",
    ]


def test_restricted_records_stay_outside_unless_they_are_accepted() -> None:
    secret = Record(
        "a:2", "a", Kind.PERSON, "Person", GOOD.values, handling=Handling("Agency", "H2")
    )
    open_ = Record(
        "a:3", "a", Kind.PERSON, "Person", GOOD.values, handling=Handling("Agency", "H0")
    )
    kept, rejects = at_the_door(GOOD, secret, open_)
    assert kept == ["a:1", "a:3"]
    assert rejects == [
        (12, "record a:2: its handling code is H2; only H0 is taken without --accept-restricted")
    ]
    assert at_the_door(GOOD, secret, open_, accept_restricted=True) == (["a:1", "a:2", "a:3"], [])


def test_a_record_with_several_faults_is_one_reject() -> None:
    record = Record(
        "a:2", "a", Kind.PERSON, "Person", (Value("name", "\0" * 3000), Value("alias", "\0"))
    )
    assert len(at_the_door(record)[1]) == 1


def test_a_record_is_judged_alone_as_among_many() -> None:
    faults = [
        named("a:1\u200b", "name", "Ivan"),
        named("a:2", "name", "x" * (MAX_NAME + 1)),
        named("a:3", "name", "Iv\x00an"),
        named("a:4", "gender", "male"),
        GOOD,
    ]
    many = [*faults, *(named(f"b:{number}", "name", f"Ivan {number}") for number in range(200))]
    alone = [reason for one in faults for _, reason in at_the_door(one)[1]]
    assert len(alone) == 4
    assert [reason for _, reason in at_the_door(*many)[1]] == alone
