"""Ragged arrays against lists of lists."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.records.prepared.batch import Ragged, offsets_of, spread

lists = st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=6)


def as_lists(ragged: Ragged) -> list[list[int]]:
    return [ragged[row].tolist() for row in range(len(ragged))]


@given(lists)
def test_of_holds_the_lists(given_lists: list[list[int]]) -> None:
    ragged = Ragged.of(given_lists)
    assert as_lists(ragged) == given_lists
    assert ragged.counts.tolist() == [len(items) for items in given_lists]
    assert ragged.rows.tolist() == [row for row, items in enumerate(given_lists) for _ in items]
    assert ragged.offsets.dtype == ragged.items.dtype == np.dtype(np.int32)


@given(lists, st.data())
def test_take(given_lists: list[list[int]], data: st.DataObject) -> None:
    rows = (
        data.draw(st.lists(st.integers(0, len(given_lists) - 1), max_size=6)) if given_lists else []
    )
    ragged = Ragged.of(given_lists).take(np.array(rows, dtype=np.int64))
    assert as_lists(ragged) == [given_lists[row] for row in rows]


@given(lists, st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=6, max_size=6))
def test_through(outer: list[list[int]], inner: list[list[int]]) -> None:
    ragged = Ragged.of(outer).through(Ragged.of(inner))
    assert as_lists(ragged) == [
        [item for number in items for item in inner[number]] for items in outer
    ]


codes = st.one_of(st.integers(-2, 2), st.sampled_from([-(2**31), 2**31 - 1]))


@given(st.lists(st.tuples(st.integers(0, 4), codes)), st.booleans())
def test_from_rows(pairs: list[tuple[int, int]], unique: bool) -> None:
    rows = np.array([row for row, _ in pairs], dtype=np.int64)
    items = np.array([item for _, item in pairs], dtype=np.int64)
    expected = [
        sorted(item for row, item in (set(pairs) if unique else pairs) if row == number)
        for number in range(5)
    ]
    assert as_lists(Ragged.from_rows(rows, items, 5, unique=unique)) == expected


def test_empty() -> None:
    assert as_lists(Ragged.empty(2)) == [[], []]
    assert len(Ragged.empty(0)) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4))))
def test_spread(runs: list[tuple[int, int]]) -> None:
    starts, counts = (np.array([run[side] for run in runs], dtype=np.int64) for side in (0, 1))
    assert spread(starts, counts).tolist() == [
        start + step for start, count in runs for step in range(count)
    ]
    assert offsets_of(counts).tolist() == [sum(counts[:number]) for number in range(len(runs) + 1)]
