"""Kernels of word look-ups, against loops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolver.matching.blocking.keys import NO_PREFILTER_ARRAYS
from resolver.matching.blocking.word_lookup import pack_mask
from resolver.matching.kernels.prefilter import HEAD_KINDS
from resolver.matching.kernels.profile_sums import (
    ProfileBirths,
    choose_profiles,
    sum_weights_of_profiles,
)
from resolver.matching.kernels.word_codes import WordMatches, find_codes

PROFILES = 90
Words = list[list[tuple[int, bool]]]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=30), st.lists(st.integers(0, 42), max_size=8))
def test_codes_are_at_their_places(indexed: list[int], query: list[int]) -> None:
    codes, table = np.array(query, dtype=np.uint64), np.sort(np.array(indexed, dtype=np.uint64))
    out = np.empty(len(codes), dtype=np.int64)
    find_codes(codes, table, out)
    assert out.tolist() == np.searchsorted(table, codes).tolist()


@st.composite
def words(draw: st.DrawFn) -> tuple[list[list[int]], Words]:
    """Draw bearers of indexed words, a few of them many, and matches of each query word."""
    some = st.lists(st.integers(0, PROFILES - 1), unique=True, min_size=1, max_size=5).map(sorted)
    indexed = draw(st.lists(some, min_size=1, max_size=6))
    indexed += [list(range(start, PROFILES, 2)) for start in range(draw(st.integers(0, 2)))]
    match = st.tuples(st.integers(0, len(indexed) - 1), st.booleans())
    return indexed, draw(st.lists(st.lists(match, max_size=6), min_size=1, max_size=4))


# A frequent word is matched twice, first as a similar one, which exceeds the budget.
@example(([[0], list(range(0, PROFILES, 2))], [[(1, False), (1, True)]]), 60, 0)
@settings(deadline=None)
@given(words(), st.sampled_from([10_000, 60, 10, 0]), st.integers(0, PROFILES))
def test_sums_are_those_of_a_loop(
    case: tuple[list[list[int]], Words], budget: int, ended: int
) -> None:
    indexed, query = case
    flat = [match for word in query for match in word]
    tokens = np.array([token for token, _ in flat], dtype=np.int64)
    equal = np.array([same for _, same in flat], dtype=bool)
    weights = np.arange(1, len(flat) + 1, dtype=np.uint32)[::-1].copy()
    mask = np.arange(PROFILES) != ended
    sums = np.zeros(PROFILES, dtype=np.uint32)
    touched, totals = (
        np.empty(PROFILES + 1, dtype=np.int32),
        np.empty(PROFILES + 1, dtype=np.uint32),
    )
    ends = np.cumsum([0, *map(len, query)]).astype(np.int64)
    starts = np.cumsum([0, *map(len, indexed)]).astype(np.int64)
    bearers = np.concatenate([np.array(profiles, dtype=np.int32) for profiles in indexed])
    matches = WordMatches(tokens, weights, equal, ends)
    count = sum_weights_of_profiles(
        matches, starts, bearers, pack_mask(mask), budget, sums, touched, totals
    )
    sums_by_profile = dict(zip(touched[:count].tolist(), totals[:count].tolist(), strict=True))
    assert sums_by_profile == {
        profile: sum_ for profile, sum_ in _slowly(indexed, query, budget).items() if mask[profile]
    }
    assert len(sums_by_profile) == count
    assert not sums.any()


def _slowly(indexed: list[list[int]], query: Words, budget: int) -> dict[int, int]:
    """Return the sum of each profile: of each query word its first match within the budget."""
    flat = [match for word in query for match in word]
    sizes = [len(indexed[token]) for token, _ in flat]
    budget_left = budget - sum(size for size, (_, same) in zip(sizes, flat, strict=True) if same)
    others = sorted(
        size for size, (_, same) in zip(sizes, flat, strict=True) if not same or budget_left < 0
    )
    counted_size, largest = 0, 10**9
    for size in others:
        counted_size += size
        if sum(sizes) > budget and counted_size > (budget_left if budget_left >= 0 else budget):
            largest = size
            break
    sums_by_profile: dict[int, int] = {}
    at = len(flat)
    for word in query:
        counted: set[int] = set()
        for token, same in word:
            walked = len(indexed[token]) < largest or (same and budget_left >= 0)
            for profile in indexed[token] if walked else ():
                if profile not in counted:
                    counted.add(profile)
                    sums_by_profile[profile] = sums_by_profile.get(profile, 0) + at
            at -= 1
    return sums_by_profile


def _born(year: int, last: int, month: int = 0, day: int = 0) -> npt.NDArray[np.int32]:
    return np.array([[year, last, month, day]], dtype=np.int32)


@pytest.mark.parametrize("most", [1, 7, 40, 200, 400])
@pytest.mark.parametrize("scale", [1, 37, 50_000])
def test_the_highest_sums_are_chosen(most: int, scale: int) -> None:
    drawn = np.random.default_rng(3)
    touched = drawn.permutation(300).astype(np.int32)
    totals = (drawn.integers(1, 200, 300) * scale).astype(np.uint32)
    none = NO_PREFILTER_ARRAYS
    births = ProfileBirths(np.zeros(300, dtype=np.int32), none.heads, none.births)
    chosen, sums = choose_profiles(touched, totals, 300, most, none.births, births)
    expected = is_chosen(totals.tolist(), most)
    assert chosen.tolist() == touched[expected].tolist()
    assert sums.tolist() == totals[expected].tolist()
    assert most <= len(chosen) <= 2 * most or len(chosen) == 300


def is_chosen(totals: list[int], most: int) -> list[bool]:
    """Return a mask of sums: full steps from the highest down, and part of the last step."""
    if len(totals) <= most:
        return [True] * len(totals)
    step = max(totals) // 1023 + 1
    steps = [value // step for value in totals]
    counted_size, border = 0, 1024
    while counted_size < most:
        border -= 1
        counted_size += steps.count(border)
    ties = (
        steps.count(border)
        if counted_size <= 2 * most
        else most - (counted_size - steps.count(border))
    )
    mask = []
    for number in steps:
        mask.append(number > border or (number == border and ties > 0))
        ties -= number == border
    return mask


def test_births_of_the_query_are_chosen_below_the_limit() -> None:
    touched = np.arange(6, dtype=np.int32)
    totals = np.array([900, 400, 400, 400, 200, 400], dtype=np.uint32)
    day = [0, 0, 1960 * 512 + 5 * 32 + 4, 1977 * 512 + 5 * 32 + 4, 1960 * 512, -1]
    heads = np.zeros((7, 5), dtype=np.int32)
    heads[6, :HEAD_KINDS] = 1
    query, births = _born(1960, 1960, 5, 4), _born(1958, 1961)
    profiles = ProfileBirths(np.array(day, dtype=np.int32), heads, births)
    chosen, _ = choose_profiles(touched, totals, 6, 1, query, profiles)
    # Day and month suffice; sums below a third of the best are left out.
    assert chosen.tolist() == [0, 2, 3, 5]
