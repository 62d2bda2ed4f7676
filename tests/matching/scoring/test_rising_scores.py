"""Shipped models: scores never fall as names become more alike, whatever else is stated."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.engines.pair_explanation import Resolver
from resolver.matching.resolution_task import load_models
from resolver.records import Kind, Record, Value
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.population import KindPopulation
from resolver.training.fit.population_fit import RISING

MODELS = load_models().models
PAIRS = 20_000
POPULATIONS = (None, KindPopulation(300, 400, 500), KindPopulation(300_000, 300, 1_500))
NAMES = ("Ivan Petrov", "Salim Ibrahimov", "Abdul Rahman Qasemi", "Nguyen Van Thanh", "Li Xiaoming")


def _draw_evidence(features: tuple[str, ...], seed: int) -> tuple[FloatArray, FloatArray]:
    """Return evidence of pairs, and the same with names that are more alike."""
    chance = np.random.default_rng(seed)
    evidence = chance.random((PAIRS, len(features))).astype(np.float32)
    evidence[chance.random(evidence.shape) < 0.3] = 1
    evidence[chance.random(evidence.shape) < 0.5] = np.nan
    rising = [place for place, name in enumerate(features) if name in RISING]
    evidence[:, rising] = chance.random((PAIRS, len(rising)))
    better = evidence.copy()
    missing = chance.random((PAIRS, len(rising))) < 0.5
    lifted = better[:, rising] + (1 - better[:, rising]) * chance.random((PAIRS, len(rising)))
    better[:, rising] = np.where(missing, better[:, rising], lifted)
    return evidence, better


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("population", POPULATIONS)
def test_more_alike_never_scores_less(kind: str, population: KindPopulation | None) -> None:
    model = MODELS[kind].for_population("S", population)
    evidence, better = _draw_evidence(model.features, 5)
    lower, higher = model.logodds(evidence), model.logodds(better)
    assert (higher >= lower).all()
    assert (higher > lower).mean() > 0.3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("born", ["", "1961-05-04"])
def test_a_name_scores_no_less_than_its_misspelling(name: str, born: str) -> None:
    resolver = Resolver.default()
    own, copy = _person("s:a", name, born), _person("s:b", name, born)
    exact = resolver.compare(own, copy).score
    for at in range(1, len(name)):
        if " " not in name[at - 1 : at + 2]:
            misspelt = _person("s:b", name[:at] + name[at + 1 :], born)
            assert resolver.compare(own, misspelt).score <= exact


def _person(identity: str, name: str, born: str) -> Record:
    values = [Value("name", name), *([Value("birthDate", born)] if born else [])]
    return Record(identity, "s", Kind.PERSON, "Person", tuple(values))
