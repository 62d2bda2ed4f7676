"""Frequency tables: which names and numbers are common enough."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records import Batch, Identifier, Kind, Record
from resolver.training.frequency_counts import (
    MIN_BEARERS,
    build_frequency_tables,
    census_shares,
    mass_used_numbers,
)
from tests.records.samples import record

pytestmark = pytest.mark.slow


def batch(records: list[Record]) -> Batch:
    return Batch.from_records(records).canonical()


def people(source: str, count: int, name: str, number: str = "") -> list[Record]:
    identifiers = [Identifier("idNumber", number)] if number else []
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        record(
            f"{source}:{row}",
            name=f"{name} Qu{letters[row % 26]}x{letters[row // 26]}zz",
            identifiers=identifiers,
        )
        for row in range(count)
    ]


def test_a_word_needs_twenty_bearers_in_one_list() -> None:
    enough = build_frequency_tables([batch(people("a", MIN_BEARERS, "Zorble"))])
    assert "zorble" in enough["person_counts"]
    too_few = build_frequency_tables(
        [batch(people("a", MIN_BEARERS - 1, "Zorble") + people("b", MIN_BEARERS - 1, "Zorble"))]
    )
    # thirty-eight records, yet perhaps nineteen people
    assert "zorble" not in too_few["person_counts"]
    apart = build_frequency_tables(
        [batch(people("a", MIN_BEARERS, "Zorble")), batch(people("b", MIN_BEARERS, "Zorble"))]
    )
    assert apart["person_counts"]["zorble"] == pytest.approx(20_000)


def test_words_of_groups_are_counted_apart() -> None:
    groups = [
        record(f"a:{row}", Kind.GROUP, name=f"Zorble {'abcdefghijklmnopqrstu'[row]}qq")
        for row in range(MIN_BEARERS)
    ]
    tables = build_frequency_tables([batch(groups)])
    assert "zorble" in tables["group_counts"]
    assert "zorble" not in tables["person_counts"]


def test_number_under_twenty_names_is_mass_used() -> None:
    records = people("a", MIN_BEARERS, "Ann", "AB 00-1") + people(
        "b", MIN_BEARERS - 1, "Bo", "77-77"
    )
    # the same name twenty times is one person in many lists, not twenty people
    records += [
        record(f"c:{row}", name="Cy Dee", identifiers=[Identifier("idNumber", "999")])
        for row in range(MIN_BEARERS)
    ]
    assert build_frequency_tables([batch(records)])["mass_used"] == ["AB001"]


def test_mass_used_contacts_are_prefixed() -> None:
    records = [
        record(
            f"a:{row}",
            name=f"Ann {chr(97 + row)}qq",
            phone="+49 30 1234567",
            email="Info@x.org",
            passportNumber="301234567",
        )
        for row in range(MIN_BEARERS)
    ]
    numbers = build_frequency_tables([batch(records)])["mass_used"]
    assert numbers == ["301234567", "email:info@x.org", "phone:301234567"]


def test_an_entity_in_many_lists_is_one_bearer() -> None:
    # twenty names that share a word with each other
    records = batch(people("a", MIN_BEARERS, "Ann", "AB-1"))
    bearers = np.arange(MIN_BEARERS, dtype=np.int64)
    assert mass_used_numbers(lambda: [(records, bearers)]) == ["AB1"]
    assert mass_used_numbers(lambda: [(records, bearers // 2)]) == []
    # in two pieces as in one
    parts = [records.take(bearers[:7]), records.take(bearers[7:])]
    assert mass_used_numbers(lambda: zip(parts, (bearers[:7], bearers[7:]), strict=True)) == ["AB1"]
    assert mass_used_numbers(lambda: []) == []


def test_unrelated_names_in_one_entity_count_separately() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"[:MIN_BEARERS]
    number = [Identifier("passportNumber", "F-55871")]
    records = batch(
        [
            record(f"a:{letter}", name=f"{letter}orbl Qu{letter}xz", identifiers=number)
            for letter in letters
        ]
    )
    assert mass_used_numbers(lambda: [(records, np.zeros(MIN_BEARERS, dtype=np.int64))]) == [
        "F55871"
    ]


def test_census_counts_need_no_lists() -> None:
    tables = build_frequency_tables([])
    assert tables["person_counts"]["smith"] >= MIN_BEARERS
    assert tables["group_counts"] == {}
    assert min(census_shares("given", "family").values()) > 0


def test_given_name_percentages() -> None:
    percentages = build_frequency_tables([])["person_given"]
    assert percentages["muhammad"] > 90
    assert percentages["john"] > 90
    assert percentages["smith"] < 10
    assert 20 < percentages["thomas"] < 90
    assert {type(share) for share in percentages.values()} == {int}
    assert min(percentages.values()) >= 0
    assert max(percentages.values()) <= 100
