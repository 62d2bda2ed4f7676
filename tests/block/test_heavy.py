"""Keys in several places: the same keys are passed over, and the same pairs counted as cut, as in one place."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.block.heavy import Tally, gathered, sizes, without_heavy
from resolver.block.join import join_keys
from resolver.block.keys import Keys
from tests.normalise.preparing import same

ROWS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2)), max_size=60)


def keys(rows: list[tuple[int, int, int]]) -> Keys:
    """One record a key: (base, refinement, place)."""
    base, refine = ([row[part] for row in rows] for part in (0, 1))
    return Keys(np.arange(len(rows), dtype=np.int32), np.array(base, np.uint64), np.array(refine, np.int32))


def joined(found: Keys, cap: int) -> tuple[set[int], int, int]:
    count = int(found.rows.max(initial=-1)) + 1
    packed, distinct, cut = join_keys(found, np.ones(count, np.uint8), np.zeros(count, np.uint8), False, cap)
    return set(packed.tolist()), distinct, cut


@given(ROWS, st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_places_together_are_as_one(rows: list[tuple[int, int, int]], cap: int) -> None:
    whole, places = keys(rows), np.array([row[2] for row in rows], dtype=np.int64)
    parts = []
    for place in range(3):
        held = places == place
        parts.append(without_heavy(Keys(whole.rows[held], whole.base[held], whole.refine[held]), cap))
    light = Keys(*(np.concatenate([getattr(one, name) for one, _ in parts]) for name in ("rows", "base", "refine")))
    tally = Tally(*(np.concatenate([getattr(two, name) for _, two in parts]) for name in ("base", "refine", "times")))
    rest, passed_over, cut = gathered(light, tally)
    pairs, distinct, cut_here = joined(rest, cap)
    assert (pairs, distinct + passed_over, cut + cut_here) == joined(whole, cap)


@given(ROWS)
@settings(max_examples=100, deadline=None)
def test_sizes_count_the_pairs(rows: list[tuple[int, int, int]]) -> None:
    expected: dict[int, int] = {}
    for number, (base, refine, _) in enumerate(rows):
        others = [two for one, two, _ in rows[:number] if one == base]
        expected[base] = expected.get(base, 0) + sum(refine == two or not refine or not two for two in others)
    found = keys(rows)
    bases, size = sizes(Tally(found.base, found.refine, np.ones(len(rows), dtype=np.int64)))
    assert dict(zip(bases.tolist(), size.tolist(), strict=True)) == expected


def test_a_key_of_everybody_travels_as_a_few_numbers() -> None:
    crowd = Keys(np.arange(5_000, dtype=np.int32), np.full(5_000, 7, np.uint64), np.arange(5_000, dtype=np.int32) % 3)
    light, tally = without_heavy(crowd, 1_000)
    assert len(light.rows) == 0
    none = np.array([7, 7, 7], np.uint64), np.array([0, 1, 2], np.int32), np.array([1667, 1667, 1666], np.int64)
    assert same(tally, Tally(*none))
