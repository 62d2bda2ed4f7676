"""The tables of names and numbers: what is common enough to be in them."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records import Batch, Identifier, Kind, Record
from resolver.training.frequency_counts import census_shares, count_tables
from resolver.training.shared_numbers import LEAST, mass_used
from tests.records.samples import record


def batch(records: list[Record]) -> Batch:
    return Batch.from_records(records).canonical()


def people(source: str, count: int, name: str, number: str = "") -> list[Record]:
    held = [Identifier("idNumber", number)] if number else []
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        record(
            f"{source}:{row}",
            name=f"{name} Qu{letters[row % 26]}x{letters[row // 26]}zz",
            identifiers=held,
        )
        for row in range(count)
    ]


def test_a_word_needs_twenty_bearers_in_one_list() -> None:
    enough = count_tables([batch(people("a", LEAST, "Zorble"))])
    assert "zorble" in enough["person_counts"]
    few = count_tables([batch(people("a", LEAST - 1, "Zorble") + people("b", LEAST - 1, "Zorble"))])
    # thirty-eight records, yet perhaps nineteen people
    assert "zorble" not in few["person_counts"]
    apart = count_tables([batch(people("a", LEAST, "Zorble")), batch(people("b", LEAST, "Zorble"))])
    assert apart["person_counts"]["zorble"] == pytest.approx(20_000)


def test_words_of_groups_are_counted_apart() -> None:
    groups = [
        record(f"a:{row}", Kind.GROUP, name=f"Zorble {'abcdefghijklmnopqrstu'[row]}qq")
        for row in range(LEAST)
    ]
    found = count_tables([batch(groups)])
    assert "zorble" in found["group_counts"]
    assert "zorble" not in found["person_counts"]


def test_a_number_used_under_twenty_names_is_used_by_many() -> None:
    held = people("a", LEAST, "Ann", "AB 00-1") + people("b", LEAST - 1, "Bo", "77-77")
    # the same name twenty times is one person in many lists, not twenty people
    held += [
        record(f"c:{row}", name="Cy Dee", identifiers=[Identifier("idNumber", "999")])
        for row in range(LEAST)
    ]
    assert count_tables([batch(held)])["mass_used"] == ["AB001"]


def test_contacts_that_many_use_are_told_from_numbers() -> None:
    held = [
        record(
            f"a:{row}",
            name=f"Ann {chr(97 + row)}qq",
            phone="+49 30 1234567",
            email="Info@x.org",
            passportNumber="301234567",
        )
        for row in range(LEAST)
    ]
    found = count_tables([batch(held)])["mass_used"]
    assert found == ["301234567", "email:info@x.org", "phone:301234567"]


def test_an_entity_in_many_lists_is_one_bearer() -> None:
    # twenty names that share a word with each other
    held = batch(people("a", LEAST, "Ann", "AB-1"))
    everybody = np.arange(LEAST, dtype=np.int64)
    assert mass_used(lambda: [(held, everybody)]) == ["AB1"]
    assert mass_used(lambda: [(held, everybody // 2)]) == []
    # in two pieces as in one
    parts = [held.take(everybody[:7]), held.take(everybody[7:])]
    assert mass_used(lambda: zip(parts, (everybody[:7], everybody[7:]), strict=True)) == ["AB1"]
    assert mass_used(lambda: []) == []


def test_strangers_whom_a_number_has_made_one_are_many() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"[:LEAST]
    number = [Identifier("passportNumber", "F-55871")]
    held = batch(
        [record(f"a:{one}", name=f"{one}orbl Qu{one}xz", identifiers=number) for one in letters]
    )
    assert mass_used(lambda: [(held, np.zeros(LEAST, dtype=np.int64))]) == ["F55871"]


def test_censuses_are_there_without_any_list() -> None:
    found = count_tables([])
    assert found["person_counts"]["smith"] >= LEAST
    assert found["group_counts"] == {}
    assert min(census_shares("given", "family").values()) > 0


def test_given_names_are_told_from_family_names() -> None:
    found = count_tables([])["person_given"]
    assert found["muhammad"] > 90
    assert found["john"] > 90
    assert found["smith"] < 10
    assert 20 < found["thomas"] < 90
    assert {type(share) for share in found.values()} == {int}
    assert min(found.values()) >= 0
    assert max(found.values()) <= 100
