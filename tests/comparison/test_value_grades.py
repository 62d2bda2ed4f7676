"""Grades of shared values, in comparators that use them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from resolver.comparison import COMPARATOR_BY_NAME, Context, NameIndex
from resolver.comparison.value_grades import country_grades, exclusive_grades, place_grades
from resolver.records import Address, Identifier, Record
from resolver.records.prepared.frequencies import FrequencyTables, KindCounts, ValueCounts
from resolver.records.prepared.text_hashes import hash64
from tests.normalize.preparing import prepared
from tests.records.samples import record

CROWDED = FrequencyTables(
    at_hand=ValueCounts(
        KindCounts(10_000, countries={"de": 9_000, "mt": 3}, places={"berlin": 4_000}),
        bearers={
            "phone": {"30123456": 22},
            "email": {"info@firm.example": 22},
            "website": {"firm.example": 9},
            "identifier": {"K8812345": 30},
        },
    )
)
FIRST, SECOND = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)


def similarity(name: str, left: Record, right: Record, frequencies: FrequencyTables) -> float:
    batch = prepared([left, right])
    context = Context(batch, NameIndex.of(batch), FIRST, SECOND, False, frequencies=frequencies)
    return float(COMPARATOR_BY_NAME[name].compare(context)[0])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("phone", {"phone": "+49 30 123456"}),
        ("email", {"email": "info@firm.example"}),
        ("website", {"website": "www.firm.example"}),
        ("identifier", {"identifiers": [Identifier("passportNumber", "K8812345")]}),
        ("nationality", {"nationality": "Germany"}),
        ("country", {"country": "Germany"}),
        ("birth_place", {"birthPlace": "Berlin"}),
        ("address", {"addresses": [Address(city="Berlin")]}),
    ],
)
def test_values_that_many_share_say_less(name: str, values: dict[str, Any]) -> None:
    left, right = record("s:1", name="Ann", **values), record("s:2", name="Ann", **values)
    common = similarity(name, left, right, CROWDED)
    rare = similarity(name, left, right, FrequencyTables())
    assert 0 < common < rare <= 1


def test_a_shared_mailbox_says_more_than_two_of_one_kind() -> None:
    shared, other = (record(f"s:{n}", name="Ann", email="info@firm.example") for n in (1, 2))
    alike = record("s:3", name="Ann", email="info@firm1.example")
    assert similarity("email", shared, other, CROWDED) > similarity("email", shared, alike, CROWDED)


def test_grades_are_between_0_and_1_and_cached_by_tables() -> None:
    codes = ("", "de", "mt")
    grades = country_grades(CROWDED, codes, group=False)
    assert grades is country_grades(CROWDED, codes, group=False)
    assert grades[1] < grades[2] <= 1
    places = np.array(["berlin", "ambridge"], dtype=object)
    assert place_grades(CROWDED, places, group=False)[0] < 0.2
    hashes = np.array([hash64("30123456"), hash64("30654321")], dtype=np.uint64)
    assert exclusive_grades(CROWDED, "phone", hashes).tolist() == pytest.approx(
        [0.224, 1], abs=0.01
    )
    assert exclusive_grades(CROWDED, "email", hashes).tolist() == [1, 1]
