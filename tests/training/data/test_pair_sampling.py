"""Tests of the drawing of pairs: what is drawn, and what it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.training.data.labeled_pairs import PairSampling, guess_likeness


def _pairs(count: int, true: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return evidence of which the first comparator tells true pairs, and labels."""
    chance = np.random.default_rng(seed)
    labels = (np.arange(count) < true).astype(np.int8)
    values = chance.random((count, 3)).astype(np.float32) ** 2
    values[:, 0] = np.where(labels == 1, 1 - values[:, 0], values[:, 0])
    values[chance.random(count) < 0.2, 1] = np.nan
    return values, labels


@given(st.integers(1, 300), st.integers(0, 50), st.integers(1, 60), st.integers(0, 5))
def test_as_many_false_pairs_are_drawn_as_stated_and_no_true_one_is_left_out(
    count: int, true: int, most: int, seed: int
) -> None:
    evidence, labels = _pairs(count, min(true, count), seed)
    stands_for = PairSampling(seed=seed).draw_false(evidence, labels, most)
    assert (stands_for[labels == 1] == 1).all()
    drawn = stands_for[(labels == 0) & (stands_for > 0)]
    assert len(drawn) == min(most, int((labels == 0).sum()))
    assert (drawn >= 1 - 1e-9).all()


def test_the_chosen_pairs_weigh_as_much_as_all() -> None:
    """Sums over the drawn pairs are near those of all, and nearer than with even draws."""
    evidence, labels = _pairs(20_000, 200)
    false = labels == 0
    values = np.where(false, guess_likeness(evidence, labels, 9), 0.0)
    drawn = [PairSampling(seed=seed).draw_false(evidence, labels, 500) for seed in range(30)]
    sums = [float((weights * values).sum()) for weights in drawn]
    even = [
        values[np.random.default_rng(seed).choice(np.flatnonzero(false), 500)].sum() * 19_800 / 500
        for seed in range(30)
    ]
    assert np.mean(sums) == pytest.approx(values.sum(), rel=0.05)
    assert np.std(sums) < 0.5 * np.std(even)
    assert max(weights.max() for weights in drawn) <= 2 * 19_800 / 500 + 1


def test_a_guess_follows_what_tells_true_pairs_and_needs_some() -> None:
    evidence, labels = _pairs(2_000, 200)
    guess = guess_likeness(evidence, labels, 7)
    assert guess[labels == 1].mean() > 2 * guess[labels == 0].mean()
    assert (guess_likeness(evidence, np.zeros(2_000, dtype=np.int8), 7) == 1).all()


def test_even_drawing_compares_no_pair_that_is_not_drawn() -> None:
    same = np.arange(1_000) % 10 == 0
    rows, weights = PairSampling(300, 40).choose_compared(same)
    assert (same[rows].sum(), (~same[rows]).sum()) == (40, 300)
    assert (weights.true, weights.false) == (2.5, 3.0)
    rows, weights = PairSampling(300, 40, by_guess=True).choose_compared(same)
    assert (~same[rows]).sum() == 900
    assert weights.false == 1.0
