"""Registers: what they promise of their records, and that slips are slips."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from resolver.errors import DateError
from resolver.records import Kind, Record, parse_date
from resolver.synthetic import generate
from resolver.training.augment.keyboard_errors import date_slip, other_date, word_slips
from resolver.training.augment.registers import (
    REGISTERS,
    Register,
    _spliced,
    registers_of,
)

SMALL = tuple(replace(one, persons=150, homes=one.homes[:2]) for one in REGISTERS)


@pytest.fixture(scope="module")
def people() -> list[tuple[Record, str]]:
    world = generate(3000, seed=71)
    return [
        (one, world.cultures[world.truth[one.id]])
        for one in world.records
        if one.kind is Kind.PERSON
    ]


def test_the_same_seed_gives_the_same_registers(people: list[tuple[Record, str]]) -> None:
    once, again = list(registers_of(people, 7, SMALL)), list(registers_of(people, 7, SMALL))
    assert once == again
    assert [records for _, records, _ in registers_of(people, 8, SMALL)] != [
        records for _, records, _ in once
    ]
    ids = [one.id for _, records, _ in once for one in records]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("register", SMALL, ids=lambda one: one.name)
def test_what_a_register_says_of_itself_holds(
    people: list[tuple[Record, str]], register: Register
) -> None:
    for _, records, truth in registers_of(people, 7, [register]):
        assert set(truth) == {one.id for one in records}
        assert len(set(truth.values())) == register.persons
        assert len(records) > register.persons * (1 + register.repeated / 2)
        dated = sum(bool(one.texts("birthDate")) for one in records) / len(records)
        assert abs(dated - (1 - register.date_gaps)) < 0.08
        assert any(one.texts("email") for one in records) == (register.email > 0)
        assert any(one.identifiers for one in records) == (register.numbered > 0)
        placed = [
            bool(one.addresses) if register.place == "city" else bool(one.texts("birthPlace"))
            for one in records
        ]
        assert abs(sum(placed) / len(placed) - (1 - register.place_gaps)) < 0.1
        # no register tells of a person as a watchlist does
        assert not any(
            one.texts("alias") or one.texts("nationality") or one.relations for one in records
        )


def test_some_family_names_hardly_anybody_else_bears(people: list[tuple[Record, str]]) -> None:
    register = replace(REGISTERS[2], persons=4000, repeated=0.0, slips=0.0, homes=("german",))
    ((_, records, _),) = registers_of(people, 7, [register])
    counts = Counter(name for one in records for name in one.texts("lastName"))
    once = sum(count for count in counts.values() if count <= 3)
    assert 0.05 < once / sum(counts.values()) < 0.25
    assert max(counts.values()) > 40


@pytest.mark.parametrize(
    ("one", "two", "made"),
    [
        ("Petrov", "Ivanov", "Pevanov"),
        ("Garcia", "Schneider", "Gader"),
        ("Li", "Wu", "Li"),
        ("Ng", "Sharma", "Ngrma"),
    ],
)
def test_two_names_make_a_rare_one(one: str, two: str, made: str) -> None:
    assert _spliced(one, two) == made


def test_copies_of_a_person_are_alike_and_not_all_equal(people: list[tuple[Record, str]]) -> None:
    for _, records, truth in registers_of(people, 7, SMALL):
        homes: dict[str, list[tuple[str, ...]]] = {}
        for one in records:
            homes.setdefault(truth[one.id], []).append(one.texts("lastName"))
        shared = [said for said in homes.values() if len(said) > 1]
        assert shared
        assert any(len(set(said)) > 1 for said in shared)
        assert sum(len(set(said)) < len(said) for said in shared) > len(shared) / 3


def test_what_registers_tell_now_and_then(people: list[tuple[Record, str]]) -> None:
    told = dict.fromkeys(("gender", "phone", "fatherName", "position"), 0)
    count = women = 0
    for _, records, _truth in registers_of(people, 7, SMALL):
        count += len(records)
        women += sum("female" in one.texts("gender") for one in records)
        for prop in told:
            told[prop] += sum(bool(one.texts(prop)) for one in records)
    rates = {prop: held / count for prop, held in told.items()}
    wanted = {"gender": 0.4, "phone": 0.3, "fatherName": 0.25, "position": 0.3}
    assert rates == pytest.approx(wanted, abs=0.05)
    assert 0.1 < women / told["gender"] < 0.8


def test_twins_share_family_name_and_day_of_birth(people: list[tuple[Record, str]]) -> None:
    exact: dict[str, Any] = dict.fromkeys(
        ("date_slips", "other_dates", "slips", "swaps", "married", "gaps"), 0.0
    )
    for rate, least, most in ((0.0, 0, 3), (1.0, 100, 400)):
        register = replace(SMALL[3], twins=rate, date_gaps=0.0, homes=SMALL[3].homes[:1], **exact)
        ((_, records, truth),) = registers_of(people, 7, [register])
        homes: dict[tuple[str, ...], set[str]] = {}
        for one in records:
            homes.setdefault(one.texts("lastName", "birthDate"), set()).add(truth[one.id])
        assert least <= sum(len(held) - 1 for held in homes.values()) <= most


def test_other_dates_are_years_away() -> None:
    years = [other_date(1960, random.Random(seed)).year for seed in range(200)]
    assert min(abs(year - 1960) for year in years) >= 4
    assert max(abs(year - 1960) for year in years) <= 20


def test_word_slips_keep_short_words_and_hang_on_the_rate() -> None:
    assert word_slips("Li", 1.0, random.Random(1)) == "Li"
    assert word_slips("Anderson", 0.0, random.Random(1)) == "Anderson"
    slipped = [word_slips("Anderson", 0.2, random.Random(seed)) for seed in range(500)]
    assert 0.12 < sum(text != "Anderson" for text in slipped) / 500 < 0.28


def test_date_slips_leave_most_of_them_dates() -> None:
    texts = [date_slip("1960-11-03", random.Random(seed)) for seed in range(600)]
    assert {"1960-01-01", "1960-03-11"} <= set(texts)
    assert date_slip("1960", random.Random(3)) in ("1960", "1960-01-01")
    assert date_slip("no date", random.Random(3)) == "no date"
    readable = 0
    for text in texts:
        try:
            readable += parse_date(text).year > 0
        except DateError:
            continue
    assert readable > 0.85 * len(texts)
