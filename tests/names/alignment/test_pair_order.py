"""Order of pairs by the rarest word of their left record."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.name_index import NameIndex
from resolver.names.pair_alignment import FEWEST_PARTNERS, PairOrder
from resolver.records.batch import IntArray
from tests.matching.preparing import prepared
from tests.records.samples import record

NAMES = ("Omar Haddad", "Ivan Zhirinovsky", "", "Omar Zhirinovsky", "Ivan Haddad", "Ivan Omar")


@pytest.fixture(scope="module")
def names() -> NameIndex:
    records = [
        record(f"s:{number}", name=[name] if name else []) for number, name in enumerate(NAMES)
    ]
    return NameIndex.of(prepared(records))


def rows(counts: list[int]) -> IntArray:
    """Return left records: each row as often as `counts` says."""
    return np.repeat(np.arange(len(counts), dtype=np.int32), counts)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.data())
def test_parts_are_runs_in_the_new_order(counts: list[int], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(counts))))
    starts = np.cumsum([0, *counts])[:-1]
    pairs = PairOrder(starts[order], np.cumsum([0, *(counts[run] for run in order)]))
    expected = [place for run in order for place in range(starts[run], starts[run] + counts[run])]
    first, end = sorted(data.draw(st.tuples(*[st.integers(0, sum(counts))] * 2)))
    if first < end:
        assert pairs.places(slice(first, end)).tolist() == expected[first:end]


def test_records_of_one_rare_word_follow_one_another(names: NameIndex) -> None:
    left = rows([FEWEST_PARTNERS] * len(NAMES))
    order = names.order_pairs(left)
    assert order is not None
    places = order.places(slice(0, len(left)))
    assert sorted(places.tolist()) == list(range(len(left)))
    ordered = left[places]
    ordered_names = [
        NAMES[row] for row in ordered[np.flatnonzero(np.diff(ordered, prepend=-1))].tolist()
    ]
    assert len(ordered_names) == len(NAMES)
    rarest = [name.split()[-1] if name else "" for name in ordered_names]
    assert rarest.count("Zhirinovsky") == 2
    at = [place for place, word in enumerate(rarest) if word == "Zhirinovsky"]
    assert at[1] - at[0] == 1


def test_few_pairs_a_record_keep_their_order(names: NameIndex) -> None:
    assert names.order_pairs(rows([FEWEST_PARTNERS - 1] * len(NAMES))) is None
    without = NameIndex.of(prepared([record("s:1"), record("s:2")]))
    assert without.order_pairs(rows([2 * FEWEST_PARTNERS, 0])) is None
