"""A model corrected by pairs: what may change, and what may not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.comparison import COMPARATOR_BY_NAME
from resolver.pipeline import load_models
from resolver.scoring import (
    GATE,
    Model,
    from_json,
    to_json,
)
from resolver.training.fit.refit import STRENGTHS, Strength, refit

PERSON = load_models().models["person"]
RISES = [COMPARATOR_BY_NAME[name].rises for name in PERSON.features]
FIXED = ("same_list",)


def drawn(count: int, seed: int) -> np.ndarray:
    """Evidence by chance, a third of it missing."""
    chance = np.random.default_rng(seed)
    evidence = chance.random((count, len(RISES))).round(2).astype(np.float32)
    evidence[chance.random(evidence.shape) < 0.3] = np.nan
    evidence[:, PERSON.features.index(GATE)] = 1
    return evidence


def corrected(model: Model, evidence: np.ndarray, labels: np.ndarray, strength: Strength) -> Model:
    return refit(model, RISES, evidence, labels, np.ones(len(labels)), strength, FIXED)


@pytest.mark.parametrize("branch", ["listed", "plain"])
@pytest.mark.parametrize("strength", STRENGTHS, ids=lambda one: str(one.ridge))
def test_more_similarity_never_speaks_less_for_a_match(branch: str, strength: Strength) -> None:
    model = PERSON.plain if branch == "plain" and PERSON.plain else replace(PERSON, plain=None)
    evidence = drawn(300, 1)
    # labels that ask for the very opposite
    labels = (np.nan_to_num(evidence[:, 0], nan=0.5) < 0.5).astype(np.int8)
    new = corrected(model, evidence, labels, strength)
    trial = drawn(400, 2)
    for column, (name, rises) in enumerate(zip(model.features, RISES, strict=True)):
        if not rises:
            continue
        levels = np.linspace(0, 1, 21, dtype=np.float32)
        sums = []
        for level in levels:
            trial[:, column] = level
            sums.append(new.raw(trial))
        assert (np.diff(np.stack(sums), axis=0) >= 0).all(), name


def test_the_scale_alone_changes_no_weight() -> None:
    evidence = drawn(200, 3)
    labels = (np.random.default_rng(4).random(200) < 0.5).astype(np.int8)
    model = replace(PERSON, plain=None)
    new = corrected(model, evidence, labels, Strength(None))
    assert (new.terms, new.pairs, new.intercept) == (model.terms, model.pairs, model.intercept)
    assert new.calibration != model.calibration


def test_what_is_stated_is_not_learnt() -> None:
    evidence = drawn(200, 5)
    place = PERSON.features.index("same_list")
    evidence[:100, place], evidence[100:, place] = 0, np.nan
    new = corrected(
        replace(PERSON, plain=None), evidence, (np.arange(200) < 100).astype(np.int8), STRENGTHS[-1]
    )
    stated = [[term for term in one.terms if term.feature == "same_list"] for one in (PERSON, new)]
    assert stated[0] == stated[1]


def test_decisions_move_the_scores_they_speak_of() -> None:
    evidence = drawn(400, 6)
    place = PERSON.features.index("birth_place")
    evidence[:, place] = np.arange(400) % 2
    labels = (np.arange(400) % 2).astype(np.int8)
    old = replace(PERSON, plain=None)
    boldest = corrected(old, evidence, labels, STRENGTHS[-1]).logodds(evidence)
    scaled = corrected(old, evidence, labels, STRENGTHS[0]).logodds(evidence)
    gaps = [said[labels == 1].mean() - said[labels == 0].mean() for said in (scaled, boldest)]
    assert gaps[1] > gaps[0] + 600
    # and the model is one like any other
    new = corrected(old, evidence, labels, STRENGTHS[-1])
    assert from_json(to_json(new), new.features) == new


def test_what_the_model_did_not_weigh_is_learnt_and_what_nobody_says_is_not() -> None:
    name = "birth_place"
    bare = replace(
        PERSON,
        plain=None,
        pairs=(),
        terms=tuple(term for term in PERSON.terms if term.feature != name),
    )
    evidence = drawn(200, 8)
    evidence[:, PERSON.features.index(name)] = np.arange(200) % 2
    evidence[:, PERSON.features.index("phone")] = np.nan
    new = corrected(bare, evidence, (np.arange(200) % 2).astype(np.int8), STRENGTHS[-1])
    terms = {term.feature: term for term in new.terms}
    low, *_, high, missing = terms[name].weights
    assert high > low + 1000
    assert missing == 0
    assert [term for term in bare.terms if term.feature == "phone"] == [
        terms[one] for one in terms if one == "phone"
    ]


def test_the_same_pairs_give_the_same_model() -> None:
    evidence = drawn(200, 7)
    labels = (np.arange(200) % 3 == 0).astype(np.int8)
    one, two = (
        corrected(replace(PERSON, plain=None), evidence, labels, STRENGTHS[-1]) for _ in range(2)
    )
    assert to_json(one) == to_json(two)
