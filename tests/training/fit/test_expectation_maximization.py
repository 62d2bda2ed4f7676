"""Expectation-maximization, compared with recordlinkage and with known mixtures."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.comparators import COMPARATOR_BY_NAME, features_of
from resolver.matching.scoring import model_from_json, model_to_json
from resolver.records import Kind
from resolver.training.fit.unlabeled import (
    VARIABLES,
    AgreementVariable,
    Mixture,
    PairPatterns,
    agreement_ramp,
    fit_isotonic,
    fit_mixture,
    mixture_to_model,
)

HALF = (0.5,)


def draw_agreements(
    rates: list[tuple[float, float]], matches: int, others: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw agreement vectors of independent variables, and whether each is of a match.

    `rates` holds the agreement rates of matches and of others.
    """
    chance = np.random.default_rng(3)
    same = np.array([match_rate for match_rate, _ in rates]) > chance.random((matches, len(rates)))
    different = np.array([other_rate for _, other_rate in rates]) > chance.random(
        (others, len(rates))
    )
    return np.concatenate([same, different]).astype(np.int64), np.repeat(
        [True, False], [matches, others]
    )


def patterns_of(codes: np.ndarray, rest: np.ndarray) -> PairPatterns:
    """Return patterns of the agreement vectors of candidates and of unjoined pairs."""
    patterns, counts = np.unique(codes, axis=0, return_counts=True)
    names = ("gender", "phone", "nationality", "country", "relation")[: codes.shape[1]]
    variables = tuple(AgreementVariable((name,), (HALF,)) for name in names)
    unjoined = tuple(np.bincount(column, minlength=2).astype(np.float64) for column in rest.T)
    return PairPatterns(
        variables, patterns, counts.astype(np.float64), unjoined, float(len(codes) + len(rest))
    )


def test_posterior_equals_recordlinkage_on_complete_pairs() -> None:
    recordlinkage = pytest.importorskip("recordlinkage")
    codes, _ = draw_agreements([(0.95, 0.1), (0.9, 0.05), (0.8, 0.2), (0.85, 0.3)], 2_000, 8_000)
    patterns = patterns_of(codes, codes[:0])
    mixture = fit_mixture(patterns)
    frame = pd.DataFrame(
        codes, index=pd.MultiIndex.from_arrays([np.arange(10_000), np.arange(10_000)])
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = recordlinkage.ECMClassifier(atol=1e-6)
        peer.fit(frame)
        expected = peer.prob(
            pd.DataFrame(
                patterns.codes, index=pd.MultiIndex.from_arrays([range(len(patterns.codes))] * 2)
            )
        )
    assert mixture.posterior == pytest.approx(expected.to_numpy(), abs=0.02)


def test_prior_includes_unjoined_pairs() -> None:
    codes, truth = draw_agreements(
        [(0.9, 0.02), (0.9, 0.03), (0.9, 0.02), (0.9, 0.03)], 500, 300_000
    )
    joined = codes.sum(axis=1) >= 2
    mixture = fit_mixture(patterns_of(codes[joined], codes[~joined]))
    assert mixture.expected == pytest.approx(truth[joined].sum(), rel=0.05)
    assert mixture.prior == pytest.approx(np.log(500 / 300_000), abs=0.05)


@settings(deadline=None)
@given(st.lists(st.floats(-9, 9), min_size=12, max_size=12))
def test_weights_rise_along_both_comparators(values: list[float]) -> None:
    grid = fit_isotonic(np.array(values), np.ones(12), (3, 4)).reshape(3, 4)
    assert (np.diff(grid, axis=0) >= 0).all()
    assert (np.diff(grid, axis=1) >= 0).all()


def test_start_weights_rise_with_agreement() -> None:
    start = agreement_ramp((3, 2))
    assert start.tolist() == [-1.0, 0.0, -0.5, 0.5, 0.0, 1.0]


def test_model_equals_the_mixture_and_missing_weighs_zero() -> None:
    variables = (
        AgreementVariable(("name", "name_rarity"), (HALF, HALF)),
        AgreementVariable(("gender",), (HALF,)),
    )
    mixture = Mixture(
        -5.0, (np.array([-1.0, 0.0, 0.5, 2.0]), np.array([-3.0, 1.0])), np.zeros(0), 1, 0.0
    )
    model = mixture_to_model(Kind.PERSON, variables, mixture, {"same_list": -3_000})
    assert model_from_json(model_to_json(model), features_of(Kind.PERSON)) == model
    column_of = {name: number for number, name in enumerate(model.features)}
    evidence = np.full((4, len(column_of)), np.nan, dtype=np.float32)
    evidence[1, [column_of["name"], column_of["name_rarity"]]] = 1.0, 0.2
    evidence[2, [column_of["name"], column_of["gender"]]] = 1.0, 1.0
    evidence[3, column_of["same_list"]] = 0.0
    assert model.raw(evidence).tolist() == [-5_000, -4_500, -4_000, -8_000]


@pytest.mark.parametrize("kind", list(VARIABLES))
def test_variables_use_each_comparator_once(kind: Kind) -> None:
    names = [name for variable in VARIABLES[kind] for name in variable.features]
    assert len(set(names)) == len(names)
    assert set(names) <= set(features_of(kind))
    # weights are made to rise with similarity
    assert all(COMPARATOR_BY_NAME[name].rises for name in names)
    assert all(set(variable.unless) <= set(names) for variable in VARIABLES[kind])
