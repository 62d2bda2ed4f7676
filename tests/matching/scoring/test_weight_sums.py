"""Sums of weights: those of many pairs are those of each pair, term by term."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.matching.kernels.agreement_patterns import TILE
from resolver.matching.scoring.model import interval_index
from resolver.matching.scoring.terms import Calibration, PairTerm, Term
from resolver.matching.scoring.weight_sums import Weights

FEATURES = ("name", "country", "gender")
CUTS = {"name": (0.25, 0.5, 0.75), "country": (0.5,), "gender": ()}
VALUES = (np.nan, 0.0, 0.25, 0.3, 0.5, 0.6, 0.75, 1.0)
START = -700


def make_group(
    generator: np.random.Generator, pair_count: int
) -> tuple[list[Term], list[PairTerm]]:
    """Return terms of every feature, and pair terms, with random weights."""

    def draw(*shape: int) -> np.ndarray:
        return generator.integers(-5_000, 5_000, shape)

    terms = [Term(name, CUTS[name], tuple(draw(len(CUTS[name]) + 2).tolist())) for name in FEATURES]
    pairs = []
    for _ in range(pair_count):
        first, second = generator.permutation(FEATURES)[:2].tolist()
        weights = draw(len(CUTS[first]) + 2, len(CUTS[second]) + 2).tolist()
        rows = tuple(tuple(row) for row in weights)
        pairs.append(PairTerm((first, second), (CUTS[first], CUTS[second]), rows))
    return terms, pairs


def slow_sum(terms: list[Term], pairs: list[PairTerm], row: np.ndarray) -> int:
    """Sum the weights of one pair of records."""
    values = dict(zip(FEATURES, row.tolist(), strict=True))
    total = sum(term.weights[interval_index(values[term.feature], term.cuts)] for term in terms)
    for pair in pairs:
        place = [
            interval_index(values[name], cuts)
            for name, cuts in zip(pair.features, pair.cuts, strict=True)
        ]
        total += pair.weights[place[0]][place[1]]
    return total


@pytest.mark.parametrize("count", [0, 1, TILE - 1, TILE, 2 * TILE + 3])
def test_sums_are_those_of_single_pairs(count: int) -> None:
    generator = np.random.default_rng(count)
    groups = [make_group(generator, 3), make_group(generator, 0), make_group(generator, 1)]
    evidence = generator.choice(VALUES, (count, len(FEATURES))).astype(np.float32)
    parts = generator.integers(0, 2, count).astype(np.uint8)
    raw = np.full((len(groups), count), 99, dtype=np.int64)
    logodds = np.full(count, 99, dtype=np.int64)
    curve = Calibration((-1_000, 1_000), (-500, 500)).curve(START)
    Weights.of(FEATURES, groups).add(evidence, parts, 1, curve, raw, logodds)
    for number, (terms, pairs) in enumerate(groups):
        start = START if number == 0 else 0
        expected = [
            start + slow_sum(terms, pairs, row) if part == 1 else 99
            for row, part in zip(evidence, parts, strict=True)
        ]
        assert raw[number].tolist() == expected
    halved = np.clip(np.rint(raw[0] / 2), curve.least, curve.most)
    assert logodds.tolist() == np.where(parts == 1, halved, 99).tolist()


def test_equal_cuts_of_a_feature_are_one_axis() -> None:
    generator = np.random.default_rng(0)
    weights = Weights.of(FEATURES, [make_group(generator, 5), make_group(generator, 5)])
    assert len(weights.columns) == len(FEATURES)
    assert len(weights.first) == 2 * (len(FEATURES) + 5)
