"""Datasets that viewers may know against a direct computation, record by record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.records import Batch, Handling, Record, Value
from resolver.records.datasets import Claim, DatasetScope
from resolver.screening.source_policy import HandlingTable, find_claims, find_refused
from tests.records.samples import record

CODES = ("", "H0", "H1", "H2", "H3")


def some(chance: np.random.Generator, name: str, count: int) -> list[Record]:
    """Return records of a few sources, most of them with some handling."""
    records = []
    for number in range(count):
        source = f"s{chance.integers(0, 5)}"
        code = CODES[chance.integers(0, 5) if source < "s2" else chance.integers(2, 5)]
        stated = record(f"{source}:{name}{number}", name=f"Ann {number}")
        agency = f"a{chance.integers(0, 2)}"
        further = {f"d{place}" for place in chance.integers(0, 4, size=int(chance.integers(0, 3)))}
        values = (*stated.values, *(Value("datasets", name) for name in sorted(further)))
        stated = replace(stated, values=values)
        records.append(
            replace(stated, handling=Handling(agency=agency, code=code)) if code else stated
        )
    return records


def claims_of(stated: Record) -> list[Claim]:
    return [(stated.source, name) for name in (stated.source, *stated.texts("datasets"))]


@pytest.mark.parametrize("seed", range(8))
def test_claims_have_the_handling_of_their_current_records(seed: int) -> None:
    chance = np.random.default_rng(seed)
    parts = [some(chance, "a", 40), some(chance, "b", 12)]
    gone = [
        np.sort(chance.choice(len(part), size=int(chance.integers(0, len(part))), replace=False))
        for part in parts
    ]
    tables = [
        (HandlingTable.from_batch(Batch.from_records(part)), rows)
        for part, rows in zip(parts, gone, strict=True)
    ]
    expected: dict[Claim, set[Handling]] = {}
    for part, rows in zip(parts, gone, strict=True):
        for row, stated in enumerate(part):
            if row not in rows.tolist():
                for claim in claims_of(stated):
                    expected.setdefault(claim, set()).add(stated.handling)
    is_open = {
        claim: any(handling.code == "H0" for handling in handlings)
        for claim, handlings in expected.items()
    }
    assert find_claims(tables) == {
        claim: None if is_open[claim] else frozenset(handlings)
        for claim, handlings in expected.items()
    }
    assert set(is_open.values()) == {True, False}


def test_a_scope_has_the_records_of_a_source_and_those_that_name_a_dataset() -> None:
    records = some(np.random.default_rng(1), "a", 60)
    batch = Batch.from_records(records)
    for names in ({"s1"}, {"d1"}, {"s2", "d2"}, {"nowhere"}):
        expected = [any(name in names for _, name in claims_of(stated)) for stated in records]
        assert DatasetScope(frozenset(names)).has(batch).tolist() == expected
    refused = frozenset({("s1", "d1")})
    assert DatasetScope(frozenset({"d1"}), refused).has(batch).tolist() == [
        stated.source != "s1" and "d1" in stated.texts("datasets") for stated in records
    ]


def test_only_an_agency_itself_says_what_is_in_its_list() -> None:
    claims = [("a", "a"), ("a", "b"), ("a", "open"), ("a", "unknown"), ("b2", "b"), ("open", "a")]
    agencies = {"a": "north", "b": "south", "b2": "south", "open": ""}
    assert find_refused(claims, agencies) == {("a", "b"), ("open", "a")}
