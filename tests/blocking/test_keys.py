"""The array operations that rules are written with, against lists."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.blocking.keys import (
    Hashed,
    cross,
    distinct,
    keys_of,
    mix,
    of_table,
    pairs_within,
    sums_within,
    united,
    years_within,
)
from resolver.normalize.values import date_table
from resolver.records.prepared.ragged import Ragged, offsets_of

lists = st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=5)


def hashed(given_lists: list[list[int]]) -> Hashed:
    flat = [value for items in given_lists for value in items]
    counts = np.array([len(items) for items in given_lists], dtype=np.int64)
    return Hashed(offsets_of(counts), np.array(flat, dtype=np.uint64))


def as_lists(found: Hashed) -> list[list[int]]:
    return [
        found.hashes[found.offsets[row] : found.offsets[row + 1]].tolist()
        for row in range(len(found.offsets) - 1)
    ]


def mixed(one: int, two: int) -> int:
    return int(mix(np.array([one], dtype=np.uint64), np.array([two], dtype=np.uint64))[0])


@settings(deadline=None)
@given(lists)
def test_distinct(given_lists: list[list[int]]) -> None:
    assert as_lists(distinct(hashed(given_lists))) == [
        sorted(set(items) - {0}) for items in given_lists
    ]


@settings(deadline=None)
@given(lists)
def test_pairs_within(given_lists: list[list[int]]) -> None:
    wanted = [[mixed(one, two) for one, two in combinations(items, 2)] for items in given_lists]
    assert as_lists(pairs_within(hashed(given_lists))) == wanted


@given(lists, st.randoms(use_true_random=False))
def test_sums_know_the_set_and_not_its_order(given_lists: list[list[int]], chance: object) -> None:
    found = as_lists(sums_within(hashed(given_lists)))
    shuffled = [list(items) for items in given_lists]
    for items in shuffled:
        chance.shuffle(items)  # type: ignore[attr-defined]
    assert as_lists(sums_within(hashed(shuffled))) == found
    for one, two in combinations(range(len(given_lists)), 2):
        assert (found[one] == found[two]) == (sorted(given_lists[one]) == sorted(given_lists[two]))


@given(lists, st.data())
def test_cross(left: list[list[int]], data: st.DataObject) -> None:
    items = st.lists(st.integers(0, 4), max_size=3)
    right = data.draw(st.lists(items, min_size=len(left), max_size=len(left)))
    wanted = [
        [mixed(one, two) if one and two else 0 for one in ones for two in twos]
        for ones, twos in zip(left, right, strict=True)
    ]
    assert as_lists(cross(hashed(left), hashed(right))) == wanted


@given(lists)
def test_united(left: list[list[int]]) -> None:
    right = [items[::-1] for items in left]
    if left:
        wanted = [one + two for one, two in zip(left, right, strict=True)]
        assert as_lists(united([hashed(left), hashed(right)])) == wanted


def test_of_table() -> None:
    found = of_table(Ragged.of([[1, 0], [], [1]]), np.array([7, 9], dtype=np.uint64))
    assert as_lists(found) == [[9, 7], [], [9]]


def test_keys_stand_once_for_every_refinement() -> None:
    keys = keys_of(hashed([[3, 0, 3, 5], [3], []]), 1, Ragged.of([[8, 9], [], [7]]))
    three, five = (mixed(value, 1) for value in (3, 5))
    found = list(zip(keys.rows.tolist(), keys.base.tolist(), keys.refine.tolist(), strict=True))
    assert found == [(0, three, 8), (0, three, 9), (0, five, 8), (0, five, 9), (1, three, 0)]
    # the same hash under another rule is another key
    assert not set(keys_of(hashed([[3]]), 2, None).base.tolist()) & {three, five}


def test_mix_keeps_order() -> None:
    assert mixed(1, 2) != mixed(2, 1)


def test_years_within() -> None:
    texts = ["1960", "1960~", "1960/1962", "1950/1970", "1960~/1961", "never"]
    found = as_lists(
        years_within(Ragged.of([[code] for code in range(len(texts))]), date_table(texts))
    )
    assert found == [
        [1960], [1959, 1960, 1961], [1960, 1961, 1962], [1950, 1951, 1952, 1953, 1954, 1955], [1960, 1961], [],
    ]  # fmt: skip
