"""Registers match their stated rates; typos and date errors."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from resolver.errors import DateError
from resolver.records import Kind, Record
from resolver.training.registers import (
    REGISTERS,
    Register,
    generate_registers,
    splice_names,
)
from resolver.training.typos import add_date_error, add_word_typos, draw_other_date
from resolver.values.dates import parse_date
from resolver.world import generate

SMALL = tuple(
    replace(register, persons=150, home_cultures=register.home_cultures[:2])
    for register in REGISTERS
)


@pytest.fixture(scope="module")
def people() -> list[tuple[Record, str]]:
    world = generate(3000, seed=71)
    return [
        (record, world.cultures[world.truth[record.id]])
        for record in world.records
        if record.kind is Kind.PERSON
    ]


def test_the_same_seed_gives_the_same_registers(people: list[tuple[Record, str]]) -> None:
    first, again = (
        list(generate_registers(people, 7, SMALL)),
        list(generate_registers(people, 7, SMALL)),
    )
    assert first == again
    assert [records for _, records, _ in generate_registers(people, 8, SMALL)] != [
        records for _, records, _ in first
    ]
    ids = [record.id for _, records, _ in first for record in records]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("register", SMALL, ids=lambda record: record.name)
def test_registers_match_their_stated_rates(
    people: list[tuple[Record, str]], register: Register
) -> None:
    for _, records, truth in generate_registers(people, 7, [register]):
        assert set(truth) == {record.id for record in records}
        assert len(set(truth.values())) == register.persons
        assert len(records) > register.persons * (1 + register.duplicate_share / 2)
        date_share = sum(bool(record.texts("birthDate")) for record in records) / len(records)
        assert abs(date_share - (1 - register.date_gaps)) < 0.08
        assert any(record.texts("email") for record in records) == (register.email > 0)
        assert any(record.identifiers for record in records) == (register.id_numbers > 0)
        has_place = [
            bool(record.addresses) if register.place == "city" else bool(record.texts("birthPlace"))
            for record in records
        ]
        assert abs(sum(has_place) / len(has_place) - (1 - register.place_gaps)) < 0.1
        # no register tells of a person as a watchlist does
        assert not any(
            record.texts("alias") or record.texts("nationality") or record.relations
            for record in records
        )


def test_some_family_names_are_rare(people: list[tuple[Record, str]]) -> None:
    register = replace(
        REGISTERS[2], persons=4000, duplicate_share=0.0, typos=0.0, home_cultures=("german",)
    )
    ((_, records, _),) = generate_registers(people, 7, [register])
    counts = Counter(name for record in records for name in record.texts("lastName"))
    rare = sum(count for count in counts.values() if count <= 3)
    assert 0.05 < rare / sum(counts.values()) < 0.25
    assert max(counts.values()) > 40


@pytest.mark.parametrize(
    ("first", "second", "spliced"),
    [
        ("Petrov", "Ivanov", "Pevanov"),
        ("Garcia", "Schneider", "Gader"),
        ("Li", "Wu", "Li"),
        ("Ng", "Sharma", "Ngrma"),
    ],
)
def test_splicing_two_names(first: str, second: str, spliced: str) -> None:
    assert splice_names(first, second) == spliced


def test_records_of_a_person_are_similar_but_not_all_equal(
    people: list[tuple[Record, str]],
) -> None:
    for _, records, truth in generate_registers(people, 7, SMALL):
        names_of: dict[str, list[tuple[str, ...]]] = {}
        for record in records:
            names_of.setdefault(truth[record.id], []).append(record.texts("lastName"))
        shared = [names for names in names_of.values() if len(names) > 1]
        assert shared
        assert any(len(set(names)) > 1 for names in shared)
        assert sum(len(set(names)) < len(names) for names in shared) > len(shared) / 3


def test_optional_fields_match_their_rates(people: list[tuple[Record, str]]) -> None:
    counts = dict.fromkeys(("gender", "phone", "fatherName", "position"), 0)
    count = women = 0
    for _, records, _truth in generate_registers(people, 7, SMALL):
        count += len(records)
        women += sum("female" in record.texts("gender") for record in records)
        for prop in counts:
            counts[prop] += sum(bool(record.texts(prop)) for record in records)
    rates = {prop: number / count for prop, number in counts.items()}
    expected = {"gender": 0.4, "phone": 0.3, "fatherName": 0.25, "position": 0.3}
    assert rates == pytest.approx(expected, abs=0.05)
    assert 0.1 < women / counts["gender"] < 0.8


def test_twins_share_family_name_and_day_of_birth(people: list[tuple[Record, str]]) -> None:
    exact: dict[str, Any] = dict.fromkeys(
        ("date_errors", "other_dates", "typos", "swaps", "maiden_names", "gaps"), 0.0
    )
    for rate, least, most in ((0.0, 0, 3), (1.0, 100, 400)):
        register = replace(
            SMALL[3], twins=rate, date_gaps=0.0, home_cultures=SMALL[3].home_cultures[:1], **exact
        )
        ((_, records, truth),) = generate_registers(people, 7, [register])
        people_by_birth: dict[tuple[str, ...], set[str]] = {}
        for record in records:
            people_by_birth.setdefault(record.texts("lastName", "birthDate"), set()).add(
                truth[record.id]
            )
        assert least <= sum(len(twins) - 1 for twins in people_by_birth.values()) <= most


def test_other_dates_are_years_away() -> None:
    years = [draw_other_date(1960, random.Random(seed)).year for seed in range(200)]
    assert min(abs(year - 1960) for year in years) >= 4
    assert max(abs(year - 1960) for year in years) <= 20


def test_word_typos_follow_the_rate_and_keep_short_words() -> None:
    assert add_word_typos("Li", 1.0, random.Random(1)) == "Li"
    assert add_word_typos("Anderson", 0.0, random.Random(1)) == "Anderson"
    slipped = [add_word_typos("Anderson", 0.2, random.Random(seed)) for seed in range(500)]
    assert 0.12 < sum(text != "Anderson" for text in slipped) / 500 < 0.28


def test_most_dates_with_errors_stay_dates() -> None:
    texts = [add_date_error("1960-11-03", random.Random(seed)) for seed in range(600)]
    assert {"1960-01-01", "1960-03-11"} <= set(texts)
    assert add_date_error("1960", random.Random(3)) in ("1960", "1960-01-01")
    assert add_date_error("no date", random.Random(3)) == "no date"
    readable = 0
    for text in texts:
        try:
            readable += parse_date(text).year > 0
        except DateError:
            continue
    assert readable > 0.85 * len(texts)
