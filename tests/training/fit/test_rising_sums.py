"""Sums that never fall as the likeness of names rises, against all combinations of values."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import check_grad

from resolver.training.fit.population_fit import Floats, RisingSums, TermCuts

CUTS = TermCuts(
    ("name", "rarity", "date"),
    ("name", "rarity", "date"),
    ((0.3, 0.6, 0.9), (0.5, 0.8), (0.5,)),
    (("name", "rarity"), ("rarity", "date"), ("name", "date")),
    (((0.6,), (0.5, 0.8)), ((0.8,), (0.5,)), ((0.3, 0.9), (0.5,))),
)
GUARDED = {"name", "rarity"}
VALUES = ((0.1, 0.5, 0.7, 1.0), (0.2, 0.6, 0.9), (0.2, 0.7, float("nan")))


def _weights(seed: int) -> Floats:
    return np.append(np.random.default_rng(seed).normal(size=CUTS.count), 0.0)


def _least_step(weights: Floats) -> float:
    """Return the largest fall of the sum where one guarded value rises to the next."""
    evidence = np.array(list(product(*VALUES)))
    sums = (CUTS.indicators(evidence.astype(np.float32)) @ weights).reshape(4, 3, 3)
    return float(min(np.diff(sums, axis=0).min(), np.diff(sums, axis=1).min()))


@pytest.mark.parametrize("seed", range(5))
def test_lifted_sums_never_fall(seed: int) -> None:
    weights = _weights(seed)
    rising = RisingSums.of(CUTS, GUARDED)
    assert _least_step(weights) < 0
    lifted = rising.lift(weights)
    assert _least_step(lifted) >= -1e-9
    assert rising.shortfalls(lifted).min() >= -1e-9
    assert (lifted[CUTS.term_count :] == weights[CUTS.term_count :]).all()


@pytest.mark.parametrize("seed", range(3))
def test_gradient_of_the_penalty(seed: int) -> None:
    rising = RisingSums.of(CUTS, GUARDED)
    error = check_grad(
        lambda weights: rising.penalty(weights)[0],
        lambda weights: rising.penalty(weights)[1],
        _weights(seed),
    )
    assert error < 1e-5


def test_sums_that_rise_stay_as_they_are() -> None:
    weights = np.concatenate(
        [np.arange(4.0), np.arange(3.0), [0, 1], np.zeros(CUTS.count - 9), [0]]
    )
    rising = RisingSums.of(CUTS, GUARDED)
    assert rising.penalty(weights)[0] == 0
    assert (rising.lift(weights) == weights).all()
