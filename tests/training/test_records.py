"""Invented records to learn from: entries told twice, and entries as registers hold them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from resolver.errors import DateError
from resolver.records import Batch, Kind, Record, Value, parse_date
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.synthetic import generate
from resolver.training.split import split_records
from resolver.training.thin import thin_records
from tests.records.samples import record, values

ODD = [
    record("o:1", firstName="Ann", lastName="Lee"),
    record("o:2", weakAlias="Zed"),
    record("o:3", fatherName="Carl", birthDate="1960"),
    record("o:4", secondName="Maria"),
    record("o:5", alias=["Ann", "Bo"]),
    record("o:6", name="Ann", firstName="Ann", birthDate="2200-12-31"),
    record("o:7", name="Ann", birthDate="0001-01-01"),
    record("o:8", name="Ann", birthDate=["1960/1965", "never", "1960-02-29"]),
    record("o:9", previousName="Ann", nationality="Iran"),
]


@pytest.fixture(scope="module")
def people() -> list[Record]:
    many = [
        replace(record(f"m:{number}-{odd.id}"), values=odd.values) for number in range(60) for odd in ODD
    ]
    return sorted([*generate(300, seed=51).records, *ODD, *many], key=lambda one: one.id)


def names(one: Record) -> tuple[str, ...]:
    return one.texts(*FULL_NAMES, *NAME_PARTS)


def test_every_record_is_told_twice_and_no_copy_is_nameless(people: list[Record]) -> None:
    copies = list(split_records(Batch.from_records(people), 7))
    assert [(a.id, b.id) for a, b in copies] == [(f"{one.id}#a", f"{one.id}#b") for one in people]
    for one, pair in zip(people, copies, strict=True):
        for copy in pair:
            assert names(copy) if names(one) else not names(copy), copy
            assert set(names(copy)) <= set(names(one))
            assert (copy.kind, copy.schema, copy.source) == (one.kind, one.schema, one.source)
            assert set(copy.identifiers) <= set(one.identifiers)
            assert set(copy.addresses) <= set(one.addresses)


def test_the_copies_differ_and_share(people: list[Record]) -> None:
    copies = list(split_records(Batch.from_records(people), 7))
    assert sum(set(names(a)) != set(names(b)) for a, b in copies) > 100
    assert sum(a.texts("birthDate") != b.texts("birthDate") for a, b in copies) > 50
    known = [(one, a, b) for one, (a, b) in zip(people, copies, strict=True) if one.texts("birthDate")]
    assert sum(bool(set(a.texts("birthDate")) & set(b.texts("birthDate"))) for _, a, b in known) > len(known) / 4


def test_what_happens_to_a_record_hangs_on_it_and_the_seed_alone(people: list[Record]) -> None:
    batch = Batch.from_records(people)
    told = {a.id: (a, b) for a, b in split_records(batch, 7)}
    shuffled = random.Random(1).sample(people, 200)
    for a, b in split_records(Batch.from_records(shuffled), 7):
        assert told[a.id] == (a, b)
    assert any(told[a.id] != (a, b) for a, b in split_records(batch, 8))
    some = [a.id for a, _ in split_records(batch, 7, 0.5)]
    assert 0.3 * len(people) < len(some) < 0.7 * len(people)


def test_thin_records_keep_a_name_and_little_else(people: list[Record]) -> None:
    persons = [one for one in people if one.kind is Kind.PERSON]
    thin = list(thin_records(people, 7))
    assert [one.id for one in thin] == [one.id for one in persons]
    for one, found in zip(persons, thin, strict=True):
        assert bool(names(found)) == bool(names(one)), found
        assert not found.relations
        assert {value.prop for value in found.values} <= {
            *NAME_PARTS, "name", "birthDate", "birthPlace", "nationality", "gender",
        }  # fmt: skip
        assert len(found.texts("birthDate")) <= 1
    assert sum(names(a) != names(b) for a, b in zip(persons, thin, strict=True)) > len(persons) / 3
    assert list(thin_records(people, 7)) == thin
    assert list(thin_records(random.Random(2).sample(people, 100), 7)) != thin
    assert list(thin_records(people, 8)) != thin
    by_id = {one.id: one for one in thin}
    assert all(by_id[one.id] == one for one in thin_records(people[::3], 7))


def test_slips_in_dates_leave_most_of_them_dates() -> None:
    one = replace(record("s:1"), values=values({"name": "Ann Lee", "birthDate": "1960-11-03"}))
    found = [next(iter(thin_records([replace(one, id=f"s:{number}")], 7))) for number in range(600)]
    texts = [text for item in found for text in item.texts("birthDate")]
    assert {"1960-11-03", "1960-01-01", "1960-03-11"} <= set(texts)
    assert 0.8 < texts.count("1960-11-03") / len(texts) < 0.97
    readable = 0
    for text in texts:
        try:
            readable += parse_date(text).year > 0
        except DateError:
            continue
    assert readable > 0.95 * len(texts)


def test_roles_of_parts_survive_thinning() -> None:
    one = replace(record("s:1"), values=(Value("firstName", "Ann"), Value("lastName", "Lee"), Value("name", "Ann Lee")))
    found = [next(iter(thin_records([replace(one, id=f"s:{number}")], 7))) for number in range(100)]
    assert {frozenset(value.prop for value in item.values) for item in found} >= {
        frozenset({"firstName", "lastName"}), frozenset({"name"}),
    }  # fmt: skip
