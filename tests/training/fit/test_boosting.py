"""Tables equal the decision function of the booster they are read from."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from resolver.matching.scoring import Model, model_from_json, model_to_json
from resolver.training.data.labeled_pairs import LabeledEvidence
from resolver.training.fit.model_parts import FitOptions, ModelSpec, fit_additive

FEATURES = ("a", "b", "c", "d", "e")
RISES = (True, True, False, True, True)
PAIRS = (("a", "b"),)
OPTIONS = FitOptions(rounds=40)


def spec(interactions: tuple[tuple[str, str], ...] = ()) -> ModelSpec:
    return ModelSpec("person", FEATURES, RISES, interactions)


def random_pairs(seed: int, rows: int = 1_500) -> LabeledEvidence:
    """Return evidence with missing values and ties, labels that depend on it, and weights."""
    chance = np.random.default_rng(seed)
    evidence = chance.random((rows, len(FEATURES))).astype(np.float32)
    evidence[:, 3] = np.round(evidence[:, 3] * 4) / 4
    evidence[chance.random(evidence.shape) < 0.25] = np.nan
    evidence[:, 4] = np.nan
    filled = np.nan_to_num(evidence, nan=0.4)
    signal = 3 * filled[:, 0] * filled[:, 1] + filled[:, 3] - 8 * (filled[:, 2] - 0.5) ** 2 - 0.7
    labels = (signal + chance.normal(0, 0.4, rows) > 0).astype(np.int8)
    return LabeledEvidence(evidence, labels, chance.uniform(0.5, 2, rows))


class RecordingClassifier(HistGradientBoostingClassifier):  # type: ignore[misc]
    """Booster that keeps the last fitted instance."""

    last: Any = None

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        RecordingClassifier.last = super().fit(*args, **kwargs)
        return RecordingClassifier.last


def fitted(
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    options: FitOptions = OPTIONS,
    pairs: tuple[tuple[str, str], ...] = PAIRS,
) -> tuple[Model, Any]:
    monkeypatch.setattr(
        "resolver.training.fit.model_parts.HistGradientBoostingClassifier", RecordingClassifier
    )
    model = fit_additive(spec(pairs), random_pairs(seed), options)
    return model, RecordingClassifier.last


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("pairs", [PAIRS, (("a", "b"), ("b", "d"))])
def test_tables_equal_the_booster(
    monkeypatch: pytest.MonkeyPatch, seed: int, pairs: tuple[tuple[str, str], ...]
) -> None:
    model, booster = fitted(monkeypatch, seed, pairs=pairs)
    assert {term.feature for term in model.terms} >= {"c"}
    assert [pair.features for pair in model.pairs] == list(pairs)
    evidence = np.concatenate(
        [
            random_pairs(seed).evidence,
            random_pairs(seed + 50).evidence,
            np.full((1, 5), np.nan, dtype=np.float32),
        ]
    )
    # values at the very cuts are where an off-by-one interval would show
    cuts = [cut for term in model.terms for cut in term.cuts]
    cuts += [cut for pair in model.pairs for side in pair.cuts for cut in side]
    at_cuts = np.repeat(np.array(cuts, dtype=np.float32)[:, None], 5, axis=1)
    neighbors = [np.nextafter(at_cuts, np.float32(end)) for end in (0, 1)]
    evidence = np.concatenate([evidence, at_cuts, *neighbors])
    data = evidence.astype(np.float64)
    data[:, 4] = 0.0
    expected = 1000 * booster.decision_function(np.column_stack([data, np.zeros(len(data))]))
    # every term, pair and the intercept is rounded once
    rounded = len(model.terms) + len(model.pairs) + 1
    assert np.max(np.abs(model.raw(evidence) - expected)) <= 0.5 * rounded + 1e-6


def test_refit_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {json.dumps(model_to_json(fitted(monkeypatch, 3)[0]), sort_keys=True) for _ in range(2)}
    assert len(texts) == 1
    assert model_from_json(json.loads(texts.pop()), FEATURES).features == FEATURES


def test_weights_of_rising_comparators_never_fall() -> None:
    model = fit_additive(spec(), random_pairs(4), OPTIONS)
    for term in model.terms:
        if RISES[FEATURES.index(term.feature)]:
            assert np.all(np.diff(term.weights[:-1]) >= 0), term.feature
    assert any(
        np.any(np.diff(term.weights[:-1]) < 0) for term in model.terms if term.feature == "c"
    )


def test_interactions_rise_along_both_comparators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that a pair's grid and the steps of its comparators rise together."""
    model, _ = fitted(monkeypatch, 5)
    points = np.linspace(0, 1, 60, dtype=np.float32)
    for column in (0, 1):
        for other in (0.1, 0.5, 0.9, np.nan):
            evidence = np.full((60, 5), np.nan, dtype=np.float32)
            evidence[:, 1 - column] = other
            evidence[:, column] = points
            # each of up to three roundings may lose half a thousandth
            assert np.all(np.diff(model.raw(evidence)) >= -2)


def test_fixed_weights_are_not_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = fitted(monkeypatch, 6, FitOptions(rounds=20, fixed={"d": -3_000}))
    (term,) = [term for term in model.terms if term.feature == "d"]
    assert (term.cuts, term.weights) == ((), (-3_000, 0))


def test_each_plan_has_a_prior() -> None:
    pairs = random_pairs(8, 600)
    evidence, labels = pairs.evidence, pairs.labels
    plans = np.where(np.arange(len(labels)) % 2 == 0, "S", "M").astype(object)
    # under plan M most pairs are namesakes
    labels = np.where((plans == "M") & (np.arange(len(labels)) % 3 != 0), 0, labels).astype(
        labels.dtype
    )
    model = fit_additive(spec(), replace(pairs, labels=labels), OPTIONS, plans)
    assert model.priors["S"] == 0
    assert model.priors["M"] < -500
    shifted = model.for_plan("M")
    np.testing.assert_array_equal(shifted.raw(evidence), model.raw(evidence) + model.priors["M"])
    np.testing.assert_array_equal(model.for_plan("unheard of").raw(evidence), model.raw(evidence))


def test_fit_does_not_modify_its_input() -> None:
    pairs = random_pairs(8, 200)
    before = pairs.evidence.copy()
    fit_additive(spec(PAIRS), pairs, FitOptions(rounds=3, fixed={"a": 5}))
    np.testing.assert_array_equal(pairs.evidence, before)
