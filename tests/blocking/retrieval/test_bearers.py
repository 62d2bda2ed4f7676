"""The kernels that walk lists of bearers, against the same told slowly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolver.blocking.prefilter import BLIND, KINDS
from resolver.blocking.retrieval.bearers import _places_of, added, first_of
from resolver.blocking.retrieval.word_lookup import packed_of

PROFILES = 90
Words = list[list[tuple[int, bool]]]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=30), st.lists(st.integers(0, 42), max_size=8))
def test_codes_are_found_together_where_each_is_found_alone(
    held: list[int], asked: list[int]
) -> None:
    codes, table = np.array(asked, dtype=np.uint64), np.sort(np.array(held, dtype=np.uint64))
    out = np.empty(len(codes), dtype=np.int64)
    _places_of(codes, table, out)
    assert out.tolist() == np.searchsorted(table, codes).tolist()


@st.composite
def words(draw: st.DrawFn) -> tuple[list[list[int]], Words]:
    """The bearers of some held words, a few of them many, and which held words are alike of each word asked for."""
    some = st.lists(st.integers(0, PROFILES - 1), unique=True, min_size=1, max_size=5).map(sorted)
    held = draw(st.lists(some, min_size=1, max_size=6))
    held += [list(range(start, PROFILES, 2)) for start in range(draw(st.integers(0, 2)))]
    one = st.tuples(st.integers(0, len(held) - 1), st.booleans())
    return held, draw(st.lists(st.lists(one, max_size=6), min_size=1, max_size=4))


# a long word stands twice, first as one that is only alike, for which there is no room
@example(([[0], list(range(0, PROFILES, 2))], [[(1, False), (1, True)]]), 60, 0)
@settings(deadline=None)
@given(words(), st.sampled_from([10_000, 60, 10, 0]), st.integers(0, PROFILES))
def test_sums_are_those_told_slowly(
    case: tuple[list[list[int]], Words], budget: int, gone: int
) -> None:
    held, asked = case
    flat = [one for word in asked for one in word]
    tokens = np.array([token for token, _ in flat], dtype=np.int64)
    equal = np.array([same for _, same in flat], dtype=bool)
    worth = np.arange(1, len(flat) + 1, dtype=np.uint32)[::-1].copy()
    kept = np.arange(PROFILES) != gone
    sums = np.zeros(PROFILES, dtype=np.uint32)
    touched, said = np.empty(PROFILES + 1, dtype=np.int32), np.empty(PROFILES + 1, dtype=np.uint32)
    ends = np.cumsum([0, *map(len, asked)]).astype(np.int64)
    starts = np.cumsum([0, *map(len, held)]).astype(np.int64)
    bearers = np.concatenate([np.array(one, dtype=np.int32) for one in held])
    count = added(
        tokens, worth, equal, ends, starts, bearers, packed_of(kept), budget, sums, touched, said
    )
    found = dict(zip(touched[:count].tolist(), said[:count].tolist(), strict=True))
    assert found == {
        profile: sum_ for profile, sum_ in _slowly(held, asked, budget).items() if kept[profile]
    }
    assert len(found) == count
    assert not sums.any()


def _slowly(held: list[list[int]], asked: Words, budget: int) -> dict[int, int]:
    """What each profile says: of each word asked for the first held word it bears, of those within the budget."""
    flat = [one for word in asked for one in word]
    sizes = [len(held[token]) for token, _ in flat]
    room = budget - sum(size for size, (_, same) in zip(sizes, flat, strict=True) if same)
    others = sorted(
        size for size, (_, same) in zip(sizes, flat, strict=True) if not same or room < 0
    )
    seen, largest = 0, 10**9
    for size in others:
        seen += size
        if sum(sizes) > budget and seen > (room if room >= 0 else budget):
            largest = size
            break
    found: dict[int, int] = {}
    at = len(flat)
    for word in asked:
        counted: set[int] = set()
        for token, same in word:
            walked = len(held[token]) < largest or (same and room >= 0)
            for profile in held[token] if walked else ():
                if profile not in counted:
                    counted.add(profile)
                    found[profile] = found.get(profile, 0) + at
            at -= 1
    return found


def _born(year: int, last: int, month: int = 0, day: int = 0) -> npt.NDArray[np.int32]:
    return np.array([[year, last, month, day]], dtype=np.int32)


@pytest.mark.parametrize("most", [1, 7, 40, 200, 400])
@pytest.mark.parametrize("scale", [1, 37, 50_000])
def test_about_so_many_of_the_highest_sums_are_chosen(most: int, scale: int) -> None:
    drawn = np.random.default_rng(3)
    touched = drawn.permutation(300).astype(np.int32)
    said = (drawn.integers(1, 200, 300) * scale).astype(np.uint32)
    chosen, sums = first_of(
        touched, said, 300, most, BLIND[4], np.zeros(300, dtype=np.int32), BLIND[0], BLIND[4]
    )
    taken = _taken(said.tolist(), most)
    assert chosen.tolist() == touched[taken].tolist()
    assert sums.tolist() == said[taken].tolist()
    assert most <= len(chosen) <= 2 * most or len(chosen) == 300


def _taken(said: list[int], most: int) -> list[bool]:
    """Which of some sums are taken: whole steps from the highest down, and of the last as many as there is room for."""
    if len(said) <= most:
        return [True] * len(said)
    step = max(said) // 1023 + 1
    steps = [value // step for value in said]
    seen, border = 0, 1024
    while seen < most:
        border -= 1
        seen += steps.count(border)
    ties = steps.count(border) if seen <= 2 * most else most - (seen - steps.count(border))
    found = []
    for one in steps:
        found.append(one > border or (one == border and ties > 0))
        ties -= one == border
    return found


def test_of_those_who_say_less_whoever_was_born_as_asked_is_chosen() -> None:
    touched = np.arange(6, dtype=np.int32)
    said = np.array([900, 400, 400, 400, 200, 400], dtype=np.uint32)
    day = [0, 0, 1960 * 512 + 5 * 32 + 4, 1977 * 512 + 5 * 32 + 4, 1960 * 512, -1]
    heads = np.zeros((7, 5), dtype=np.int32)
    heads[6, :KINDS] = 1
    asked, births = _born(1960, 1960, 5, 4), _born(1958, 1961)
    chosen, _ = first_of(touched, said, 6, 1, asked, np.array(day, dtype=np.int32), heads, births)
    # who shares day and month too; who says less than a third of the best is not looked at
    assert chosen.tolist() == [0, 2, 3, 5]
