"""Share of true pairs, estimated from scores alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from resolver.matching.scoring.score_links import score_histogram
from resolver.matching.scoring.source_shifts import (
    BINS,
    DATE_ERROR,
    MAX_DATE_SHIFT,
    MAX_PARTNER_SHIFT,
    PARTNERS_RANGE,
    SAME_DATE,
    count_logodds,
    estimate_date_errors,
    estimate_partners,
    estimate_partners_by_source,
    shift_histogram,
    shift_logodds,
    shifted_score_histogram,
)
from resolver.matching.scoring.terms import scores
from resolver.records.prepared.population import Partners


def scored_pairs(records: int, share: float) -> npt.NDArray[np.int32]:
    """Return log-odds at the reference share (0.5) of pairs of which `share` per record are true.

    True pairs have evidence around 6 nats, false ones around −6, with the densities of normal
    distributions whose log ratio is linear.
    """
    chance = np.random.default_rng(3)
    true, false = round(records * share), records * 20
    evidence = np.concatenate([chance.normal(6, 3, true), chance.normal(-6, 3, false)])
    # log(density of true / density of false) = 12 x / 9; prior odds at the reference share
    logodds = 12 * evidence / 9 + np.log(0.5 * records / false)
    limited: npt.NDArray[np.int32] = np.rint(1000 * logodds).clip(-13_816, 13_816).astype(np.int32)
    return limited


@pytest.mark.parametrize("share", [0.1, 0.5, 3.0])
def test_share_is_found_without_labels(share: float) -> None:
    histogram = count_logodds(scored_pairs(20_000, share))
    assert estimate_partners(histogram, 20_000) == pytest.approx(1000 * share, rel=0.08)


def test_small_data_stay_near_the_reference() -> None:
    histogram = count_logodds(scored_pairs(20, 0.0))
    assert 400 < estimate_partners(histogram, 20) < 500


def test_pairs_within_a_source_have_a_share_of_their_own() -> None:
    """A tenth of all pairs are within a source, and a hundredth of the true ones."""
    true_across, true_within = scored_pairs(20_000, 0.495), scored_pairs(2_000, 0.05)
    within, across = count_logodds(true_within), count_logodds(true_across)
    estimate = estimate_partners_by_source(within, across, 20_000, 0.1)
    share = estimate.partners / 1000
    assert share == pytest.approx(0.5, rel=0.1)
    assert share * np.exp(estimate.within / 1000) == pytest.approx(0.05, rel=0.35)
    assert share * np.exp(estimate.across / 1000) == pytest.approx(0.495 / 0.9, rel=0.1)


@pytest.mark.parametrize("within_share", [0.0, 1.0])
def test_pairs_of_one_class_are_not_told_apart(within_share: float) -> None:
    histogram, none = count_logodds(scored_pairs(5_000, 0.5)), np.zeros(BINS, dtype=np.int64)
    estimate = estimate_partners_by_source(histogram, none, 5_000, within_share)
    assert estimate == Partners(estimate_partners(histogram, 5_000))


def test_few_records_hardly_tell_sources_apart() -> None:
    none = np.zeros(BINS, dtype=np.int64)
    estimate = estimate_partners_by_source(none, none, 10, 0.5)
    assert -150 < estimate.within < 0


def test_estimates_stay_within_bounds() -> None:
    lowest, highest = PARTNERS_RANGE
    none, certain = np.zeros(BINS, dtype=np.int64), np.zeros(BINS, dtype=np.int64)
    certain[-1] = 10**9
    assert estimate_partners(none, 10**7) == lowest
    assert estimate_partners(certain, 1000) == highest


def test_shifts_keep_the_limits_of_scores() -> None:
    logodds = np.array([-13_816, -5, 13_000, 13_816], dtype=np.int32)
    moved = shift_logodds(logodds, np.array([0, 1000, 1000, -1000]))
    assert moved.tolist() == [-13_816, 995, 13_816, 12_816]
    assert 1000 * np.log(PARTNERS_RANGE[1] / 500) <= MAX_PARTNER_SHIFT


def test_histogram_of_shifted_scores_is_near_the_exact_one() -> None:
    logodds = scored_pairs(5_000, 0.5)
    counts = {"person": count_logodds(logodds)}
    near = shifted_score_histogram(counts, {"person": 700})
    exact = score_histogram(shift_logodds(logodds, np.full(len(logodds), 700)))
    assert near.sum() == exact.sum() == len(logodds)
    assert abs(np.cumsum(near) - np.cumsum(exact)).max() < 0.01 * len(logodds)


def test_shifted_histogram_keeps_pairs_and_moves_them_by_whole_bins() -> None:
    logodds = scored_pairs(2_000, 0.3)
    counts = {"person": count_logodds(logodds), "group": count_logodds(logodds[:100])}
    moved = shift_histogram(counts, {"person": 700})
    exact = count_logodds(logodds + 700) + count_logodds(logodds[:100])
    assert np.array_equal(moved.counts, exact)
    middle = moved.scores[len(moved.scores) // 2]
    assert middle == pytest.approx(scores(np.array([50]))[0], abs=1e-6)


def errors_in(logodds: list[int], marks: list[np.uint8]) -> int:
    return estimate_date_errors(np.array(logodds, dtype=np.int32), np.array(marks, dtype=np.uint8))


def test_errors_in_dates_count_where_they_are_common() -> None:
    assert errors_in([9_000] * 1_000, [SAME_DATE] * 940 + [DATE_ERROR] * 60) == 0
    some = errors_in([9_000] * 1_000, [SAME_DATE] * 850 + [DATE_ERROR] * 150)
    assert 500 < some < MAX_DATE_SHIFT
    assert errors_in([9_000] * 1_000, [SAME_DATE] * 600 + [DATE_ERROR] * 400) == MAX_DATE_SHIFT
    # ten pairs prove little, and pairs of no date prove nothing
    assert errors_in([9_000] * 10, [SAME_DATE] * 8 + [DATE_ERROR] * 2) < 300
    assert errors_in([9_000] * 1_000, [np.uint8(0)] * 1_000) == 0


def test_look_alikes_are_no_errors_in_dates() -> None:
    marks = [SAME_DATE] * 950 + [DATE_ERROR] * 550
    assert errors_in([9_000] * 1_000 + [1_900] * 500, marks) == 0
    assert errors_in([9_000] * 1_000 + [2_100] * 500, marks) == MAX_DATE_SHIFT
    # true pairs mostly agree
    assert errors_in([9_000] * 1_000 + [2_100] * 1_500, marks + [DATE_ERROR] * 1_000) == 0


def test_look_alikes_do_not_raise_the_share() -> None:
    """Where names come from few words, many pairs are somewhat likely, and few of them are true."""
    clear, look_alikes = [9_000] * 500, [-1_000] * 40_000
    usual = estimate_partners(count_logodds(np.array(clear, dtype=np.int32)), 5_000)
    raised = estimate_partners(count_logodds(np.array(clear + look_alikes, dtype=np.int32)), 5_000)
    assert usual < 150
    assert raised < 2.5 * usual


def test_unclear_pairs_count_in_small_data() -> None:
    unclear = count_logodds(np.full(60, 1_000, dtype=np.int32))
    assert estimate_partners(unclear, 50) > estimate_partners(np.zeros_like(unclear), 50) + 100
