"""Smallest numbers, against sorting all of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.blocking.key_lookup import exclude_members, smallest_numbers

ANY = st.one_of(st.integers(-5, 5), st.integers(-(2**60), 2**60))


@settings(deadline=None)
@given(st.lists(ANY, max_size=60), st.integers(0, 70))
def test_smallest_numbers_are_ascending(numbers: list[int], most: int) -> None:
    assert (
        smallest_numbers(np.array(numbers, dtype=np.int64), most).tolist() == sorted(numbers)[:most]
    )


def test_smallest_of_thousands() -> None:
    drawn = np.random.default_rng(1)
    for spread in (10, 10**6, 2**60):
        numbers = drawn.integers(-spread, spread, 4_500)
        for most in (1, 480, 1_000, 4_499, 4_500):
            assert np.array_equal(smallest_numbers(numbers, most), np.sort(numbers)[:most])


@settings(deadline=None)
@given(st.sets(st.integers(0, 5_000), max_size=20), st.lists(st.integers(0, 5_000), max_size=40))
def test_members_are_excluded(few: set[int], many: list[int]) -> None:
    # Numbers that share a slot of the first check.
    many += [number + 1_024 for number in few]
    others = exclude_members(np.array(sorted(few), dtype=np.int64), np.array(many, dtype=np.int64))
    assert others.tolist() == sorted(few - set(many))
