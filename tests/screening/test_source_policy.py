"""Which lists are closed, against the obvious way: record by record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.records import Batch, Handling, Record
from resolver.screening.source_policy import Handled, closed
from tests.records.samples import record

CODES = ("", "H0", "H1", "H2", "H3")


def some(chance: np.random.Generator, name: str, count: int) -> list[Record]:
    """Records of a few sources, most of them handled in some way."""
    found = []
    for number in range(count):
        source = f"s{chance.integers(0, 5)}"
        code = CODES[chance.integers(0, 5) if source < "s2" else chance.integers(2, 5)]
        one = record(f"{source}:{name}{number}", name=f"Ann {number}")
        agency = f"a{chance.integers(0, 2)}"
        found.append(replace(one, handling=Handling(agency=agency, code=code)) if code else one)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_list_is_closed_where_nobody_may_see_all_of_it(seed: int) -> None:
    chance = np.random.default_rng(seed)
    parts = [some(chance, "a", 40), some(chance, "b", 12)]
    gone = [
        np.sort(chance.choice(len(part), size=int(chance.integers(0, len(part))), replace=False))
        for part in parts
    ]
    held = [
        (Handled.of(Batch.from_records(part)), rows) for part, rows in zip(parts, gone, strict=True)
    ]
    expected: dict[str, set[Handling]] = {}
    for part, rows in zip(parts, gone, strict=True):
        for row, one in enumerate(part):
            if row not in rows.tolist():
                expected.setdefault(one.source, set()).add(one.handling)
    hidden = {
        name: said for name, said in expected.items() if all(one.code != "H0" for one in said)
    }
    assert closed(held) == {name: frozenset(said) for name, said in hidden.items()}
    assert hidden


def test_a_store_that_nobody_restricts_has_no_closed_list() -> None:
    handled = Handled.of(Batch.from_records([record("s:1", name="Ann"), record("t:1", name="Bob")]))
    assert closed([(handled, np.zeros(0, dtype=np.int64))]) == {}
    assert closed([(handled, np.array([0, 1]))]) == {}
