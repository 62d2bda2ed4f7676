"""Restricted lists against a direct computation, record by record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.records import Batch, Handling, Record
from resolver.screening.source_policy import HandlingTable, find_restricted_sources
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
        records.append(
            replace(stated, handling=Handling(agency=agency, code=code)) if code else stated
        )
    return records


@pytest.mark.parametrize("seed", range(8))
def test_list_without_public_records_is_restricted(seed: int) -> None:
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
    expected: dict[str, set[Handling]] = {}
    for part, rows in zip(parts, gone, strict=True):
        for row, stated in enumerate(part):
            if row not in rows.tolist():
                expected.setdefault(stated.source, set()).add(stated.handling)
    hidden = {
        name: handlings
        for name, handlings in expected.items()
        if all(handling.code != "H0" for handling in handlings)
    }
    assert find_restricted_sources(tables) == {
        name: frozenset(handlings) for name, handlings in hidden.items()
    }
    assert hidden


def test_unrestricted_store_has_no_restricted_lists() -> None:
    table = HandlingTable.from_batch(
        Batch.from_records([record("s:1", name="Ann"), record("t:1", name="Bob")])
    )
    assert find_restricted_sources([(table, np.zeros(0, dtype=np.int64))]) == {}
    assert find_restricted_sources([(table, np.array([0, 1]))]) == {}
