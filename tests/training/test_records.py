"""Invented records to learn from: entries told twice, and entries as registers hold them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from resolver.records import Batch, Record
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.synthetic import generate
from resolver.training.augment.resampled_entries import split_records
from tests.records.samples import record

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
        replace(record(f"m:{number}-{odd.id}"), values=odd.values)
        for number in range(60)
        for odd in ODD
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
    known = [
        (one, a, b) for one, (a, b) in zip(people, copies, strict=True) if one.texts("birthDate")
    ]
    assert (
        sum(bool(set(a.texts("birthDate")) & set(b.texts("birthDate"))) for _, a, b in known)
        > len(known) / 4
    )


def test_what_happens_to_a_record_hangs_on_it_and_the_seed_alone(people: list[Record]) -> None:
    batch = Batch.from_records(people)
    told = {a.id: (a, b) for a, b in split_records(batch, 7)}
    shuffled = random.Random(1).sample(people, 200)
    for a, b in split_records(Batch.from_records(shuffled), 7):
        assert told[a.id] == (a, b)
    assert any(told[a.id] != (a, b) for a, b in split_records(batch, 8))
    some = [a.id for a, _ in split_records(batch, 7, 0.5)]
    assert 0.3 * len(people) < len(some) < 0.7 * len(people)
