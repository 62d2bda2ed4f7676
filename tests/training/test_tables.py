"""The tables of names and numbers: what is common enough to be in them."""

from __future__ import annotations

import pytest

from resolver.records import Batch, Identifier, Kind, Record
from resolver.training.tables import LEAST, census_shares, count_tables
from tests.records.samples import record


def batch(records: list[Record]) -> Batch:
    return Batch.from_records(records).canonical()


def people(source: str, count: int, name: str, number: str = "") -> list[Record]:
    held = [Identifier("idNumber", number)] if number else []
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        record(f"{source}:{row}", name=f"{name} Qu{letters[row % 26]}x{letters[row // 26]}zz", identifiers=held)
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
    groups = [record(f"a:{row}", Kind.GROUP, name=f"Zorble {'abcdefghijklmnopqrstu'[row]}qq") for row in range(LEAST)]
    found = count_tables([batch(groups)])
    assert "zorble" in found["group_counts"]
    assert "zorble" not in found["person_counts"]


def test_a_number_used_under_twenty_names_is_used_by_many() -> None:
    held = people("a", LEAST, "Ann", "AB 00-1") + people("b", LEAST - 1, "Bo", "77-77")
    # the same name twenty times is one person in many lists, not twenty people
    held += [record(f"c:{row}", name="Cy Dee", identifiers=[Identifier("idNumber", "999")]) for row in range(LEAST)]
    assert count_tables([batch(held)])["mass_used"] == ["AB001"]


def test_censuses_are_there_without_any_list() -> None:
    found = count_tables([])
    assert found["person_counts"]["smith"] >= LEAST
    assert found["group_counts"] == {}
    assert min(census_shares().values()) > 0
