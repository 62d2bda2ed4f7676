"""Numbers of unique values, against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.comparison.alignment.factorize import numbered


@given(st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 20)))
def test_as_a_dictionary_does(values: list[int]) -> None:
    known: dict[int, int] = {}
    wanted = [known.setdefault(value, len(known)) for value in values]
    unique, numbers = numbered(np.array(values, dtype=np.int64))
    assert unique.tolist() == list(known)
    assert numbers.tolist() == wanted


def test_the_table_grows() -> None:
    values = np.arange(100_000, dtype=np.int64)[::-1] << 32
    unique, numbers = numbered(np.concatenate([values, values]))
    assert np.array_equal(unique, values)
    assert np.array_equal(numbers, np.tile(np.arange(100_000), 2))
