"""Looking one record's keys up, against an obvious oracle."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.blocking.retrieval.key_lookup import Held, KeyTable, united_keys
from resolver.blocking.retrieval.nearest_records import nearest

Row = tuple[int, int, int]
ROWS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2)), max_size=12)
KINDS = (1, 2, 3, 1)


def table(rows: list[Row]) -> KeyTable:
    """(base, row, refinement) as a table."""
    columns = [
        np.array([row[place] for row in rows], dtype=kind)
        for place, kind in enumerate(("u8", "i4", "i4"))
    ]
    return united_keys([KeyTable(*columns)], [0])


def held(rows: list[Row], first: int, gone: int) -> Held:
    holds = np.arange(4) != gone
    return Held(table(rows), first, np.array(KINDS, dtype=np.uint8), holds)


@given(asked=ROWS, one=ROWS, two=ROWS, kind=st.sampled_from((1, 2, 3)), gone=st.integers(-1, 3))
def test_the_hits_are_those_that_fit(
    asked: list[Row], one: list[Row], two: list[Row], kind: int, gone: int
) -> None:
    found = nearest(
        table([(base, 0, refine) for base, _, refine in asked]),
        kind,
        [held(one, 1, gone), held(two, 5, gone)],
    )
    bases = sorted({base for base, _, _ in asked})
    expected = {
        (first + row, base)
        for rows, first in ((one, 1), (two, 5))
        for base, row, refine in rows
        for other, _, wanted in asked
        if base == other
        and (refine == wanted or not refine or not wanted)
        and KINDS[row] & kind
        and row != gone
    }
    assert {
        (number, bases[key])
        for number, key in zip(found.numbers.tolist(), found.keys.tolist(), strict=True)
    } == expected
    assert found.passed_over == 0


def test_rare_keys_come_first_and_what_is_left_out_is_said() -> None:
    rows = [(1, 0, 0), *((2, row, 0) for row in range(4))]
    found = nearest(table([(1, 0, 0), (2, 0, 0)]), 3, [held(rows, 1, -1)], budget=4)
    assert (found.numbers.tolist(), found.passed_over) == ([1], 1)
    both = nearest(table([(1, 0, 0), (2, 0, 0)]), 3, [held(rows, 1, -1)], budget=5)
    assert both.passed_over == 0
    weight = dict(zip(both.keys.tolist(), both.weights.tolist(), strict=True))
    assert weight[0] > weight[1] > 0


def test_nothing_held() -> None:
    assert len(nearest(table([(1, 0, 0)]), 1, []).numbers) == 0
