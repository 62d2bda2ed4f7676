"""Keys in several places: the same keys are passed over, and the same pairs counted as cut, as in one place."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.blocking.key_groups import join_keys
from resolver.blocking.keys import Keys
from resolver.blocking.purging import (
    Tally,
    gathered,
    sizes,
    without_heavy,
)
from resolver.records.prepared.batch import ByteArray
from tests.normalize.preparing import same

ROWS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2), st.integers(0, 1)),
    max_size=60,
)
Rows = list[tuple[int, int, int, int]]
PARTS = ("base", "refine", "side", "times")


def keys(rows: Rows) -> tuple[Keys, ByteArray]:
    """One record a key: (base, refinement, place, side); and the sides."""
    base, refine, _, side = ([row[part] for row in rows] for part in range(4))
    found = Keys(
        np.arange(len(rows), dtype=np.int32), np.array(base, np.uint64), np.array(refine, np.int32)
    )
    return found, np.array(side, np.uint8)


def joined(found: Keys, sides: ByteArray, linking: bool, cap: int) -> tuple[set[int], int, int]:
    packed, distinct, cut = join_keys(found, np.ones(len(sides), np.uint8), sides, linking, cap)
    return set(packed.tolist()), distinct, cut


@given(ROWS, st.booleans(), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_places_together_are_as_one(rows: Rows, linking: bool, cap: int) -> None:
    whole, sides = keys(rows)
    places = np.array([row[2] for row in rows], dtype=np.int64)
    parts = []
    for place in range(3):
        held = places == place
        here = Keys(whole.rows[held], whole.base[held], whole.refine[held])
        parts.append(without_heavy(here, sides[held], linking, cap))
    light = Keys(
        *(
            np.concatenate([getattr(one, name) for one, _ in parts])
            for name in ("rows", "base", "refine")
        )
    )
    tally = Tally(*(np.concatenate([getattr(two, name) for _, two in parts]) for name in PARTS))
    rest, passed_over, cut = gathered(light, sides[light.rows], linking, tally)
    pairs, distinct, cut_here = joined(rest, sides, linking, cap)
    assert (pairs, distinct + passed_over, cut + cut_here) == joined(whole, sides, linking, cap)


@given(ROWS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_sizes_count_the_pairs(rows: Rows, linking: bool) -> None:
    expected: dict[int, int] = {}
    for number, (base, refine, _, side) in enumerate(rows):
        others = [(two, its) for one, two, _, its in rows[:number] if one == base]
        met = [
            (refine == two or not refine or not two) and (side != its or not linking)
            for two, its in others
        ]
        expected[base] = expected.get(base, 0) + sum(met)
    found, sides = keys(rows)
    bases, size = sizes(
        Tally(found.base, found.refine, sides, np.ones(len(rows), dtype=np.int64)), linking
    )
    assert dict(zip(bases.tolist(), size.tolist(), strict=True)) == expected


def test_a_key_of_everybody_travels_as_a_few_numbers() -> None:
    crowd = Keys(
        np.arange(5_000, dtype=np.int32),
        np.full(5_000, 7, np.uint64),
        np.arange(5_000, dtype=np.int32) % 3,
    )
    light, tally = without_heavy(crowd, np.zeros(5_000, np.uint8), False, 1_000)
    assert len(light.rows) == 0
    times = np.array([1667, 1667, 1666], np.int64)
    few = Tally(
        np.array([7, 7, 7], np.uint64), np.array([0, 1, 2], np.int32), np.zeros(3, np.uint8), times
    )
    assert same(tally, few)
