"""The tables are the booster: its own decision function, read out exactly."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from resolver.records.prepared.batch import FloatArray
from resolver.scoring import Model, from_json, to_json
from resolver.training.fit.boosting import FitOptions, fit_additive

FEATURES = ("a", "b", "c", "d", "e")
RISES = (True, True, False, True, True)
PAIRS = (("a", "b"),)
OPTIONS = FitOptions(rounds=40)


def material(
    seed: int, rows: int = 1_500
) -> tuple[FloatArray, npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    """Evidence with missing values and ties, labels that depend on it, and weights."""
    chance = np.random.default_rng(seed)
    evidence = chance.random((rows, len(FEATURES))).astype(np.float32)
    evidence[:, 3] = np.round(evidence[:, 3] * 4) / 4
    evidence[chance.random(evidence.shape) < 0.25] = np.nan
    evidence[:, 4] = np.nan
    known = np.nan_to_num(evidence, nan=0.4)
    signal = 3 * known[:, 0] * known[:, 1] + known[:, 3] - 8 * (known[:, 2] - 0.5) ** 2 - 0.7
    labels = (signal + chance.normal(0, 0.4, rows) > 0).astype(np.int8)
    return evidence, labels, chance.uniform(0.5, 2, rows)


class Kept(HistGradientBoostingClassifier):  # type: ignore[misc]
    """The booster, kept so that it can be asked."""

    last: Any = None

    def fit(self, *args: Any, **more: Any) -> Any:
        Kept.last = super().fit(*args, **more)
        return Kept.last


def fitted(
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    options: FitOptions = OPTIONS,
    pairs: tuple[tuple[str, str], ...] = PAIRS,
) -> tuple[Model, Any]:
    monkeypatch.setattr("resolver.training.fit.boosting.HistGradientBoostingClassifier", Kept)
    evidence, labels, weights = material(seed)
    model = fit_additive("person", FEATURES, RISES, pairs, evidence, labels, weights, options)
    return model, Kept.last


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("pairs", [PAIRS, (("a", "b"), ("b", "d"))])
def test_tables_are_the_booster(
    monkeypatch: pytest.MonkeyPatch, seed: int, pairs: tuple[tuple[str, str], ...]
) -> None:
    model, booster = fitted(monkeypatch, seed, pairs=pairs)
    assert {term.feature for term in model.terms} >= {"c"}
    assert [pair.features for pair in model.pairs] == list(pairs)
    evidence = np.concatenate(
        [material(seed)[0], material(seed + 50)[0], np.full((1, 5), np.nan, dtype=np.float32)]
    )
    # values at the very cuts are where an off-by-one interval would show
    cuts = [cut for term in model.terms for cut in term.cuts]
    cuts += [cut for pair in model.pairs for side in pair.cuts for cut in side]
    at_cuts = np.repeat(np.array(cuts, dtype=np.float32)[:, None], 5, axis=1)
    beside = [np.nextafter(at_cuts, np.float32(end)) for end in (0, 1)]
    evidence = np.concatenate([evidence, at_cuts, *beside])
    data = evidence.astype(np.float64)
    data[:, 4] = 0.0
    wanted = 1000 * booster.decision_function(np.column_stack([data, np.zeros(len(data))]))
    # every term, pair and the intercept is rounded once
    rounded = len(model.terms) + len(model.pairs) + 1
    assert np.max(np.abs(model.raw(evidence) - wanted)) <= 0.5 * rounded + 1e-6


def test_the_same_bytes_on_refit(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {json.dumps(to_json(fitted(monkeypatch, 3)[0]), sort_keys=True) for _ in range(2)}
    assert len(texts) == 1
    assert from_json(json.loads(texts.pop()), FEATURES).features == FEATURES


def test_rising_comparators_rise() -> None:
    evidence, labels, weights = material(4)
    model = fit_additive("person", FEATURES, RISES, (), evidence, labels, weights, OPTIONS)
    for term in model.terms:
        if RISES[FEATURES.index(term.feature)]:
            assert np.all(np.diff(term.weights[:-1]) >= 0), term.feature
    assert any(
        np.any(np.diff(term.weights[:-1]) < 0) for term in model.terms if term.feature == "c"
    )


def test_pairs_rise_on_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair's grid and its comparators' own steps rise together."""
    model, _ = fitted(monkeypatch, 5)
    points = np.linspace(0, 1, 60, dtype=np.float32)
    for column in (0, 1):
        for other in (0.1, 0.5, 0.9, np.nan):
            evidence = np.full((60, 5), np.nan, dtype=np.float32)
            evidence[:, 1 - column] = other
            evidence[:, column] = points
            # each of up to three roundings may lose half a thousandth
            assert np.all(np.diff(model.raw(evidence)) >= -2)


def test_stated_weights_are_not_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = fitted(monkeypatch, 6, FitOptions(rounds=20, fixed={"d": -3_000}))
    (term,) = [term for term in model.terms if term.feature == "d"]
    assert (term.cuts, term.weights) == ((), (-3_000, 0))


def test_every_plan_has_its_prior() -> None:
    evidence, labels, weights = material(8, 600)
    plans = np.where(np.arange(len(labels)) % 2 == 0, "S", "M").astype(object)
    # under plan M most pairs are namesakes
    labels = np.where((plans == "M") & (np.arange(len(labels)) % 3 != 0), 0, labels).astype(
        labels.dtype
    )
    model = fit_additive("person", FEATURES, RISES, (), evidence, labels, weights, OPTIONS, plans)
    assert model.priors["S"] == 0
    assert model.priors["M"] < -500
    shifted = model.at("M")
    np.testing.assert_array_equal(shifted.raw(evidence), model.raw(evidence) + model.priors["M"])
    np.testing.assert_array_equal(model.at("unheard of").raw(evidence), model.raw(evidence))


def test_what_is_given_is_not_changed() -> None:
    evidence, labels, weights = material(8, 200)
    before = evidence.copy()
    fit_additive(
        "person",
        FEATURES,
        RISES,
        PAIRS,
        evidence,
        labels,
        weights,
        FitOptions(rounds=3, fixed={"a": 5}),
    )
    np.testing.assert_array_equal(evidence, before)
