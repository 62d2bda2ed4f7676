"""Links found against links stored: what ends and what begins, against a plain set of rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.hub.link_changes import TABLE_COLUMNS, diff_links
from resolver.store import LinkRows, LinkTable

Row = tuple[int, ...]


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Rows of links: each pair once, few different values."""
    pairs = draw(st.sets(st.tuples(st.integers(1, 6), st.integers(7, 12)), max_size=12))
    flags = st.integers(0, 1)
    return [
        (left, right, draw(st.integers(-1, 1)), *(draw(flags) for _ in range(6)))
        for left, right in sorted(pairs)
    ]


def columns(rows: list[Row]) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    return [np.array([row[place] for row in rows], dtype=np.int64) for place in range(9)]


def link_rows(rows: list[Row]) -> LinkRows:
    left, right, logodds, *others = columns(rows)
    return LinkRows(left, right, logodds, logodds / 2, *others)


@given(tables(), tables(), st.randoms())
def test_ended_and_begun_links(stored: list[Row], current: list[Row], chance: object) -> None:
    chance.shuffle(current)  # type: ignore[attr-defined]
    changes = diff_links(LinkTable(*columns(stored)), link_rows(current))
    (lefts, rights), begun = changes.ended, changes.begun
    ended = {row[:2] for row in stored if row not in current}
    assert set(zip(lefts.tolist(), rights.tolist(), strict=True)) == ended
    assert len(lefts) == len(ended)
    begins = [getattr(begun, name).tolist() for name in TABLE_COLUMNS]
    assert sorted(zip(*begins, strict=True)) == sorted(row for row in current if row not in stored)
    assert begun.score.tolist() == (begun.logodds / 2).tolist()


def test_all_links_begin_in_an_empty_store() -> None:
    rows = link_rows([(1, 2, 3, 1, 1, 1, 3, 1, 0)])
    changes = diff_links(None, rows)
    (lefts, rights), begun = changes.ended, changes.begun
    assert (len(lefts), len(rights)) == (0, 0)
    assert begun is rows
