"""Nearest records of a query, against a loop over all keys."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.blocking.key_lookup import (
    KeyTable,
    StoredKeys,
    find_nearest,
    merge_key_tables,
)

Row = tuple[int, int, int]
ROWS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2)), max_size=12)
KINDS = (1, 2, 3, 1)


def table(rows: list[Row]) -> KeyTable:
    """Return rows (base, row, refinement) as a table."""
    columns = [
        np.array([row[place] for row in rows], dtype=kind)
        for place, kind in enumerate(("u8", "i4", "i4"))
    ]
    return merge_key_tables([KeyTable(*columns)], [0])


def stored(rows: list[Row], first: int, ended: int) -> StoredKeys:
    is_valid = np.arange(4) != ended
    return StoredKeys(table(rows), first, np.array(KINDS, dtype=np.uint8), is_valid)


@given(
    query=ROWS, first=ROWS, second=ROWS, kind=st.sampled_from((1, 2, 3)), ended=st.integers(-1, 3)
)
def test_hits_are_bearers_that_fit(
    query: list[Row], first: list[Row], second: list[Row], kind: int, ended: int
) -> None:
    nearest = find_nearest(
        table([(base, 0, refine) for base, _, refine in query]),
        kind,
        [stored(first, 1, ended), stored(second, 5, ended)],
    )
    bases = sorted({base for base, _, _ in query})
    expected = {
        (first + row, base)
        for rows, first in ((first, 1), (second, 5))
        for base, row, refine in rows
        for other, _, query_refine in query
        if base == other
        and (refine == query_refine or not refine or not query_refine)
        and KINDS[row] & kind
        and row != ended
    }
    assert {
        (number, bases[key])
        for number, key in zip(nearest.numbers.tolist(), nearest.keys.tolist(), strict=True)
    } == expected
    assert nearest.skipped_keys == 0


def test_rare_keys_come_first_and_skipped_ones_are_counted() -> None:
    rows = [(1, 0, 0), *((2, row, 0) for row in range(4))]
    nearest = find_nearest(table([(1, 0, 0), (2, 0, 0)]), 3, [stored(rows, 1, -1)], budget=4)
    assert (nearest.numbers.tolist(), nearest.skipped_keys) == ([1], 1)
    both = find_nearest(table([(1, 0, 0), (2, 0, 0)]), 3, [stored(rows, 1, -1)], budget=5)
    assert both.skipped_keys == 0
    weight = dict(zip(both.keys.tolist(), both.weights.tolist(), strict=True))
    assert weight[0] > weight[1] > 0


def test_without_tables_there_are_no_hits() -> None:
    assert len(find_nearest(table([(1, 0, 0)]), 1, []).numbers) == 0
