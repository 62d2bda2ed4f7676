"""Pairs of several rules as one list, against a dictionary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.blocking.key_groups import PackedPairs, unite_rule_pairs
from resolver.matching.blocking.keys import NO_PREFILTER_ARRAYS
from resolver.matching.kernels.pair_union import ALL_PAIRS

COUNT = 200
"""Records; those of large numbers are far from each other in a table of pairs."""
Pair = tuple[int, int]


def pack(pairs: list[Pair]) -> PackedPairs:
    """Return pairs as left << 32 | right."""
    return np.array([(left << 32) | right for left, right in pairs], dtype=np.int64)


def lists_of_pairs(left: int) -> st.SearchStrategy[list[list[Pair]]]:
    """Return pairs of a few rules, whose left records are below a number."""
    rows = st.tuples(st.integers(0, left - 1), st.integers(0, COUNT - 1))
    return st.lists(st.lists(rows, max_size=120), min_size=1, max_size=5)


@pytest.mark.parametrize("left", [1, 3, COUNT])
@pytest.mark.parametrize("workers", [1, 2])
def test_each_pair_is_there_once_with_all_its_rules(left: int, workers: int) -> None:
    @given(lists_of_pairs(left), st.lists(st.integers(0, 31), min_size=5, max_size=5, unique=True))
    def check(pairs_of_rules: list[list[Pair]], numbers: list[int]) -> None:
        """Compare the united pairs of some rules."""
        rules: dict[Pair, int] = {}
        for pairs, number in zip(pairs_of_rules, numbers, strict=False):
            for pair in pairs:
                rules[pair] = rules.get(pair, 0) | 1 << number
        *columns, stats = unite_rule_pairs(
            [pack(pairs) for pairs in pairs_of_rules],
            numbers[: len(pairs_of_rules)],
            COUNT,
            NO_PREFILTER_ARRAYS,
            ALL_PAIRS,
            workers,
        )
        united = list(zip(*(column.tolist() for column in columns), strict=True))
        assert united == [(*pair, bits) for pair, bits in sorted(rules.items())]
        for number in range(32):
            bits = list(rules.values())
            assert stats[0, number] == sum(bit >> number & 1 for bit in bits)
            assert stats[1, number] == bits.count(1 << number)

    check()
