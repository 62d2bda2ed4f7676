"""Sets of whole numbers against NumPy's own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.runtime.key_groups import (
    exclude,
    group_numbers,
    order_codes,
    order_hashes,
    sort_distinct,
    unite,
)

Numbers = npt.NDArray[np.int64]


def arrays(largest: int) -> st.SearchStrategy[Numbers]:
    numbers = st.lists(st.integers(-largest, largest), max_size=30)
    return numbers.map(lambda items: np.array(items, dtype=np.int64))


@pytest.mark.parametrize("largest", [5, 2**62])
def test_results_are_those_of_numpy(largest: int) -> None:
    @given(arrays(largest), arrays(largest))
    def check(left: Numbers, right: Numbers) -> None:
        """Compare all three for one pair of arrays."""
        for own, other in (
            (sort_distinct(left), np.unique(left)),
            (unite(left, right), np.union1d(left, right)),
            (exclude(left, right), np.setdiff1d(left, right)),
        ):
            assert own.dtype == other.dtype
            assert own.tolist() == other.tolist()

    check()


def test_types_of_numbers_stay() -> None:
    small = np.array([3, 1, 3], dtype=np.int32)
    assert sort_distinct(small).dtype == exclude(small, small[:1]).dtype == np.int32
    assert sort_distinct(small[::2]).tolist() == [3]


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3)), st.integers(1, 40))
def test_hashes_are_ordered_as_by_a_stable_sort(values: list[int], times: int) -> None:
    hashes = np.array(values * times, dtype=np.uint64)
    ordered, places = order_hashes(hashes)
    expected = np.argsort(hashes, kind="stable")
    assert places.tolist() == expected.tolist()
    assert ordered.tolist() == hashes[expected].tolist()


@pytest.mark.parametrize("largest", [3, 2**62])
def test_groups_are_the_places_of_equal_numbers(largest: int) -> None:
    @given(arrays(largest), st.integers(1, 40))
    def check(numbers: Numbers, times: int) -> None:
        """Compare the groups of one array."""
        repeated = np.tile(numbers, times)
        places, starts = group_numbers(repeated)
        groups = [places[start:stop].tolist() for start, stop in pairwise(starts)]
        expected = [np.flatnonzero(repeated == number).tolist() for number in np.unique(numbers)]
        assert sorted(groups) == sorted(expected)
        assert (starts[0], starts[-1]) == (0, len(repeated))

    check()


@given(st.integers(1, 2**31 - 1), st.data(), st.integers(1, 40))
def test_codes_are_ordered_as_by_a_stable_sort(count: int, data: st.DataObject, times: int) -> None:
    drawn = data.draw(st.lists(st.integers(0, count - 1), max_size=20))
    codes = np.array(drawn * times, dtype=np.int32)
    assert order_codes(codes, count).tolist() == np.argsort(codes, kind="stable").tolist()
