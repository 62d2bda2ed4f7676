"""Combinations and best similarities of values, against loops."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.context import Context, _run_slices, combinations
from resolver.names.name_index import NameIndex
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, Ragged
from tests.matching.preparing import prepared

sides = st.lists(
    st.lists(st.integers(0, 5), max_size=3, unique=True).map(sorted), min_size=2, max_size=5
)
GRID = np.array(
    [[abs(a - b) / 7 if (a * b) % 4 != 3 else np.nan for b in range(6)] for a in range(6)],
    dtype=np.float32,
)


def pairs_of(data: st.DataObject, count: int) -> tuple[IntArray, IntArray]:
    row = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(row, row), max_size=6))
    return np.array([a for a, _ in pairs], dtype=np.int32), np.array(
        [b for _, b in pairs], dtype=np.int32
    )


@given(sides, st.data())
def test_combinations(given_side: list[list[int]], data: st.DataObject) -> None:
    left, right = pairs_of(data, len(given_side))
    first, second = combinations(Ragged.of(given_side), left, right)
    expected = [
        (a, b)
        for x, y in zip(left.tolist(), right.tolist(), strict=True)
        for a in given_side[x]
        for b in given_side[y]
    ]
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == expected


@settings(deadline=None)
@given(sides, st.data())
def test_best_of(given_side: list[list[int]], data: st.DataObject) -> None:
    left, right = pairs_of(data, len(given_side))
    empty = prepared([])
    context = Context(empty, NameIndex.of(empty), left, right, False)
    compared: list[tuple[int, int]] = []

    def compare(first: IntArray, second: IntArray) -> FloatArray:
        compared.extend(zip(first.tolist(), second.tolist(), strict=True))
        return GRID[first, second]

    answer = context.best_of(Ragged.of(given_side), compare)
    assert answer.dtype == np.float32
    for place, (x, y) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        values = [GRID[min(a, b), max(a, b)] for a in given_side[x] for b in given_side[y]]
        numbers = [value for value in values if not np.isnan(value)]
        np.testing.assert_array_equal(
            answer[place], max(numbers) if numbers else np.float32(np.nan)
        )
    # unique pairs only, the lower code first
    assert len(set(compared)) == len(compared)
    assert all(first <= second for first, second in compared)


def test_slices_cover_all_once() -> None:
    for count, workers in ((10, 2), (50_000, 2), (50_001, 3), (50_000, 1)):
        hits = np.zeros(count, dtype=np.int32)

        def run(start: int, end: int, hits: IntArray = hits) -> None:
            hits[start:end] += 1

        _run_slices(run, count, workers)
        assert np.all(hits == 1)
