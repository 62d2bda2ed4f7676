"""Bearers of terms against a plain loop over the postings."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.matching.kernels.word_codes import (
    PLACE_BIT,
    Bearers,
    Postings,
    TermRanges,
    raise_bearers,
)


@pytest.mark.parametrize("seed", range(6))
def test_bearers_have_their_best_visible_weight(seed: int) -> None:
    chance = np.random.default_rng(seed)
    entities, records, size = 9, 20, 60
    owners = np.sort(chance.integers(0, entities, records)).astype(np.int32)
    postings = Postings(
        chance.integers(0, records, size).astype(np.int32),
        chance.integers(1, 251, size).astype(np.uint8),
        owners,
    )
    firsts = chance.integers(0, size, 5)
    lasts = np.minimum(firsts + chance.integers(0, 20, 5), size)
    factors = chance.choice([0.4, 0.7, 1.0], 5).astype(np.float32)
    visible = chance.random(records) < 0.7 if seed % 2 else np.zeros(0, dtype=bool)
    active = chance.random(entities) < 0.8
    expected: dict[int, float] = {}
    is_place: dict[int, bool] = {}
    for first, last, factor in zip(firsts, lasts, factors, strict=True):
        for at in range(first, last):
            row = postings.records[at]
            if (len(visible) and not visible[row]) or not active[owners[row]]:
                continue
            value = float(factor * np.float32(postings.weights[at]))
            if value > expected.get(int(owners[row]), 0.0):
                expected[int(owners[row])] = value
                is_place[int(owners[row])] = bool(postings.weights[at] & PLACE_BIT)
    bearers = Bearers(
        np.zeros(entities, dtype=np.float32),
        np.zeros(entities, dtype=bool),
        np.empty(entities, dtype=np.int32),
    )
    ranges = TermRanges(firsts, lasts, factors)
    count = raise_bearers(ranges, postings, visible, active, bearers)
    assert sorted(bearers.touched[:count].tolist()) == sorted(expected)
    raised = np.flatnonzero(bearers.best).tolist()
    assert {place: float(bearers.best[place]) for place in raised} == expected
    assert {place: bool(bearers.is_place[place]) for place in raised} == is_place
