"""Array operations of rules, against lists."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.blocking.keys import (
    KeySets,
    cross_keys,
    distinct_keys,
    keys_of,
    keys_of_table,
    mix,
    pairs_within,
    sums_within,
    unite_keys,
    years_within,
)
from resolver.records.prepared.batch import Ragged, offsets_of
from resolver.values.normal_values import date_table

lists = st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=5)


def hashed(given_lists: list[list[int]]) -> KeySets:
    flat = [value for items in given_lists for value in items]
    counts = np.array([len(items) for items in given_lists], dtype=np.int64)
    return KeySets(offsets_of(counts), np.array(flat, dtype=np.uint64))


def as_lists(keys: KeySets) -> list[list[int]]:
    return [
        keys.hashes[keys.offsets[row] : keys.offsets[row + 1]].tolist()
        for row in range(len(keys.offsets) - 1)
    ]


def mixed(first: int, second: int) -> int:
    return int(mix(np.array([first], dtype=np.uint64), np.array([second], dtype=np.uint64))[0])


@settings(deadline=None)
@given(lists)
def test_distinct(given_lists: list[list[int]]) -> None:
    assert as_lists(distinct_keys(hashed(given_lists))) == [
        sorted(set(items) - {0}) for items in given_lists
    ]


@settings(deadline=None)
@given(lists)
def test_pairs_within(given_lists: list[list[int]]) -> None:
    expected = [
        [mixed(first, second) for first, second in combinations(items, 2)] for items in given_lists
    ]
    assert as_lists(pairs_within(hashed(given_lists))) == expected


@given(lists, st.randoms(use_true_random=False))
def test_sums_depend_on_the_set_not_its_order(given_lists: list[list[int]], chance: object) -> None:
    keys = as_lists(sums_within(hashed(given_lists)))
    shuffled = [list(items) for items in given_lists]
    for items in shuffled:
        chance.shuffle(items)  # type: ignore[attr-defined]
    assert as_lists(sums_within(hashed(shuffled))) == keys
    for first, second in combinations(range(len(given_lists)), 2):
        assert (keys[first] == keys[second]) == (
            sorted(given_lists[first]) == sorted(given_lists[second])
        )


@given(lists, st.data())
def test_cross(left: list[list[int]], data: st.DataObject) -> None:
    items = st.lists(st.integers(0, 4), max_size=3)
    right = data.draw(st.lists(items, min_size=len(left), max_size=len(left)))
    expected = [
        [mixed(first, second) if first and second else 0 for first in ones for second in twos]
        for ones, twos in zip(left, right, strict=True)
    ]
    sides = hashed(left), hashed(right)
    for keys in sides:
        # arrays of stored records are read from files
        keys.offsets.flags.writeable = keys.hashes.flags.writeable = False
    assert as_lists(cross_keys(*sides)) == expected


@given(lists)
def test_united(left: list[list[int]]) -> None:
    right = [items[::-1] for items in left]
    if left:
        expected = [first + second for first, second in zip(left, right, strict=True)]
        assert as_lists(unite_keys([hashed(left), hashed(right)])) == expected


def test_of_table() -> None:
    keys = keys_of_table(Ragged.of([[1, 0], [], [1]]), np.array([7, 9], dtype=np.uint64))
    assert as_lists(keys) == [[9, 7], [], [9]]


def test_keys_repeat_for_every_refinement() -> None:
    keys = keys_of(hashed([[3, 0, 3, 5], [3], []]), 1, Ragged.of([[8, 9], [], [7]]))
    three, five = (mixed(value, 1) for value in (3, 5))
    rows = zip(keys.rows.tolist(), keys.base.tolist(), keys.refine.tolist(), strict=True)
    assert list(rows) == [(0, three, 8), (0, three, 9), (0, five, 8), (0, five, 9), (1, three, 0)]
    # The same hash gives another key under another rule.
    assert not set(keys_of(hashed([[3]]), 2, None).base.tolist()) & {three, five}


def test_mix_keeps_order() -> None:
    assert mixed(1, 2) != mixed(2, 1)


def test_years_within() -> None:
    texts = ["1960", "1960~", "1960/1962", "1950/1970", "1960~/1961", "never"]
    keys = as_lists(
        years_within(Ragged.of([[code] for code in range(len(texts))]), date_table(texts))
    )
    assert keys == [
        [1960],
        [1959, 1960, 1961],
        [1960, 1961, 1962],
        [1950, 1951, 1952, 1953, 1954, 1955],
        [1960, 1961],
        [],
    ]
