"""Sets of whole numbers against NumPy's own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.kernels.number_sets import exclude, sort_distinct, unite

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
