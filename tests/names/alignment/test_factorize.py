"""Numbers of distinct values, against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.pair_alignment import factorize


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 20)))
def test_values_are_numbered_in_order_of_first_use(values: list[int]) -> None:
    number_of: dict[int, int] = {}
    expected = [number_of.setdefault(value, len(number_of)) for value in values]
    unique, numbers = factorize(np.array(values, dtype=np.int64))
    assert unique.tolist() == list(number_of)
    assert numbers.tolist() == expected


def test_table_grows() -> None:
    values = np.arange(100_000, dtype=np.int64)[::-1] << 32
    unique, numbers = factorize(np.concatenate([values, values]))
    assert np.array_equal(unique, values)
    assert np.array_equal(numbers, np.tile(np.arange(100_000), 2))
