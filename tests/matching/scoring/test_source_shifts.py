"""Shares of true pairs of single sources, estimated from scores alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.scoring.source_shifts import (
    SINGLE_SOURCE_RANGE,
    PairSources,
    SourceCounts,
    _count_keys,
    estimate_source_shifts,
    shifts_by_source,
)
from resolver.records.prepared.population import KindPopulation, Partners, SourceShift

NAMES = ("copied", "apart", "other")
SIZES = np.array([1_000.0, 8_000.0, 9_000.0])
TRUE = {(0, 1): 900, (0, 2): 800, (1, 2): 300, (2, 2): 600}
"""True pairs by sources: most entries of the first list stand on both others."""
POOLED = KindPopulation(18_000, 144, across=240)
"""Share of true pairs: 2,600 of 18,000 records, as all across pairs together would say."""


def made_pairs(
    true: dict[tuple[int, int], int], false_per_source: int = 20_000
) -> tuple[PairSources, npt.NDArray[np.int32]]:
    """Return pairs of all sources with log-odds at the reference share: true ones have evidence
    around 6 nats, false ones around −6.
    """
    chance = np.random.default_rng(5)
    left, right, logodds = [], [], []
    records = SIZES.sum()
    for first in range(3):
        for second in range(first, 3):
            count = true.get((first, second), 0)
            evidence = np.concatenate(
                [chance.normal(6, 3, count), chance.normal(-6, 3, false_per_source)]
            )
            pairs = SIZES[first] * SIZES[second] / (2 if first == second else 1)
            # prior odds of a pair at the reference share, were all pairs compared
            false = false_per_source * (records * records / 2) / pairs
            logodds.append(12 * evidence / 9 + np.log(0.5 * records / false))
            left.append(np.full(len(evidence), first))
            right.append(np.full(len(evidence), second))
    codes = [np.concatenate(side).astype(np.int32) for side in (left, right)]
    limited = np.rint(1000 * np.concatenate(logodds)).clip(-13_816, 13_816).astype(np.int32)
    return PairSources(NAMES, codes[0], codes[1], codes[0] == codes[1]), limited


def estimate(
    sources: PairSources, logodds: npt.NDArray[np.int32], sizes: npt.NDArray[np.float64]
) -> dict[str, SourceShift]:
    """Return the estimated shifts by source."""
    counts = SourceCounts.of(sources, logodds, np.ones(len(logodds), dtype=bool))
    pooled = Partners(POOLED.partners, across=POOLED.across)
    shifts = estimate_source_shifts(counts, sources.names, sizes, pooled)
    assert [shift.name for shift in shifts] == sorted(shift.name for shift in shifts)
    return {shift.name: shift for shift in shifts}


def test_sources_are_told_apart_by_their_partners() -> None:
    sources, logodds = made_pairs(TRUE)
    estimates = estimate(sources, logodds, SIZES)
    records = SIZES.sum()
    own = replace(POOLED, sources=tuple(estimates[name] for name in sorted(estimates)))
    pairs = PairSources(
        NAMES,
        np.array([0, 0, 1, 2], dtype=np.int32),
        np.array([1, 2, 2, 2], dtype=np.int32),
        np.array([False, False, False, True]),
    )
    shares = own.partners / 1000 * np.exp(shifts_by_source(own, pairs) / 1000)
    exposure = [
        2 * SIZES[first] * SIZES[second] / records / (2 if first == second else 1)
        for first, second in TRUE
    ]
    assert shares * exposure == pytest.approx(list(TRUE.values()), rel=0.25)
    assert estimates["copied"].across > estimates["apart"].across + 1_000


def test_the_order_of_sources_does_not_matter() -> None:
    sources, logodds = made_pairs(TRUE)
    place = np.array([2, 0, 1])
    names = tuple(NAMES[number] for number in np.argsort(place))
    left, right = place[sources.left], place[sources.right]
    moved = sources._replace(names=names, left=left, right=right)
    other = estimate(moved, logodds, SIZES[np.argsort(place)])
    for name, shift in estimate(sources, logodds, SIZES).items():
        assert other[name] == pytest.approx(shift, abs=1)


def test_sources_of_few_records_stay_near_the_others() -> None:
    sources, logodds = made_pairs({(1, 2): 1}, false_per_source=5)
    assert all(
        abs(shift.across) < 400
        for shift in estimate(sources, logodds, np.array([3.0, 3.0, 3.0])).values()
    )


def test_sources_without_others_have_no_shift() -> None:
    sources, logodds = made_pairs(TRUE)
    assert "copied" not in estimate(sources, logodds, np.array([0.0, 8_000.0, 9_000.0]))
    assert not estimate_source_shifts(
        SourceCounts.of(sources, logodds, np.zeros(len(logodds), dtype=bool)),
        NAMES,
        np.array([9_000.0, 0.0, 0.0]),
        Partners(500),
    )


BASIS = KindPopulation(
    within=-500,
    across=100,
    sources=(SourceShift("apart", -2_000, -1_500), SourceShift("copied", 300, 1_200)),
)


def shift(first: str, second: str, *, is_within: bool = False) -> int:
    """Return the shift of a pair of records of two sources."""
    sources = PairSources(
        (first, second),
        np.array([0], dtype=np.int32),
        np.array([0 if first == second else 1], dtype=np.int32),
        np.array([is_within]),
    )
    return int(shifts_by_source(BASIS, sources)[0])


def test_a_pair_has_the_shifts_of_both_sources() -> None:
    assert shift("apart", "copied") == 100 - 1_500 + 1_200
    assert shift("copied", "new") == 1_300
    assert shift("new", "newer") == 100
    assert shift("apart", "apart", is_within=True) == -2_000
    assert shift("new", "new", is_within=True) == -500


def test_entries_that_a_source_declares_to_be_different_have_no_shift_of_it() -> None:
    assert shift("apart", "apart") == 100


def test_shifts_stay_within_their_range() -> None:
    far = replace(BASIS, sources=(SourceShift("a", 0, 1_900), SourceShift("b", 0, 1_800)))
    sources = PairSources(
        ("a", "b"),
        np.array([0], dtype=np.int32),
        np.array([1], dtype=np.int32),
        np.array([False]),
    )
    assert shifts_by_source(far, sources).tolist() == [SINGLE_SOURCE_RANGE[1]]


def test_nothing_known_is_no_shift() -> None:
    sources, _ = made_pairs({}, false_per_source=1)
    assert not shifts_by_source(None, sources).any()
    assert shifts_by_source(BASIS, None).tolist() == [0]


@given(st.lists(st.sampled_from([0, 1, 7, 1 << 19, (1 << 20) - 1, 1 << 20, 1 << 40])))
def test_keys_are_counted_with_and_without_counters(keys: list[int]) -> None:
    distinct, counts = _count_keys(np.array(keys, dtype=np.int64))
    assert dict(zip(distinct.tolist(), counts.tolist(), strict=True)) == Counter(keys)
    assert distinct.tolist() == sorted(set(keys))
