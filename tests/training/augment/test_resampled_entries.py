"""Resampled entries: two copies of each record."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from resolver.records import Batch, Record
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.training.resampled_entries import resample_entries
from resolver.world import generate
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
    repeated = [
        replace(record(f"m:{number}-{odd.id}"), values=odd.values)
        for number in range(60)
        for odd in ODD
    ]
    return sorted(
        [*generate(300, seed=51).records, *ODD, *repeated], key=lambda record_: record_.id
    )


def names(record_: Record) -> tuple[str, ...]:
    return record_.texts(*FULL_NAMES, *NAME_PARTS)


def test_each_record_has_two_copies_with_names(people: list[Record]) -> None:
    copies = list(resample_entries(Batch.from_records(people), 7))
    assert [(first.id, second.id) for first, second in copies] == [
        (f"{entry.id}#a", f"{entry.id}#b") for entry in people
    ]
    for entry, pair in zip(people, copies, strict=True):
        for copy in pair:
            assert names(copy) if names(entry) else not names(copy), copy
            assert set(names(copy)) <= set(names(entry))
            assert (copy.kind, copy.schema, copy.source) == (entry.kind, entry.schema, entry.source)
            assert set(copy.identifiers) <= set(entry.identifiers)
            assert set(copy.addresses) <= set(entry.addresses)


def test_copies_differ_and_share_values(people: list[Record]) -> None:
    copies = list(resample_entries(Batch.from_records(people), 7))
    assert sum(set(names(first)) != set(names(second)) for first, second in copies) > 100
    assert (
        sum(first.texts("birthDate") != second.texts("birthDate") for first, second in copies) > 50
    )
    dated = [
        (entry, first, second)
        for entry, (first, second) in zip(people, copies, strict=True)
        if entry.texts("birthDate")
    ]
    assert (
        sum(
            bool(set(first.texts("birthDate")) & set(second.texts("birthDate")))
            for _, first, second in dated
        )
        > len(dated) / 4
    )


def test_copies_depend_only_on_record_and_seed(people: list[Record]) -> None:
    batch = Batch.from_records(people)
    copies_of = {first.id: (first, second) for first, second in resample_entries(batch, 7)}
    shuffled = random.Random(1).sample(people, 200)
    for first, second in resample_entries(Batch.from_records(shuffled), 7):
        assert copies_of[first.id] == (first, second)
    assert any(
        copies_of[first.id] != (first, second) for first, second in resample_entries(batch, 8)
    )
    sampled = [first.id for first, _ in resample_entries(batch, 7, 0.5)]
    assert 0.3 * len(people) < len(sampled) < 0.7 * len(people)
