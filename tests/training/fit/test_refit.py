"""Models corrected by pairs: which weights may change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.matching.resolution_task import load_models
from resolver.matching.scoring import (
    LISTED_FEATURE,
    Model,
    model_from_json,
    model_to_json,
)
from resolver.training.data.labeled_pairs import LabeledEvidence
from resolver.training.fit.correction import STRENGTHS, CorrectionStrength, refit_model

PERSON = load_models().models["person"]
RISES = [COMPARATOR_BY_NAME[name].rises for name in PERSON.features]
FIXED = ("same_list",)


def random_evidence(count: int, seed: int) -> np.ndarray:
    """Draw random evidence, a third of it missing."""
    chance = np.random.default_rng(seed)
    evidence = chance.random((count, len(RISES))).round(2).astype(np.float32)
    evidence[chance.random(evidence.shape) < 0.3] = np.nan
    evidence[:, PERSON.features.index(LISTED_FEATURE)] = 1
    return evidence


def correct(
    model: Model, evidence: np.ndarray, labels: np.ndarray, strength: CorrectionStrength
) -> Model:
    return refit_model(
        model, RISES, LabeledEvidence(evidence, labels, np.ones(len(labels))), strength, FIXED
    )


@pytest.mark.parametrize("strength", STRENGTHS, ids=lambda strength: str(strength.ridge))
def test_corrected_weights_never_fall_with_similarity(strength: CorrectionStrength) -> None:
    # joint terms of the shipped model may fall
    model = replace(PERSON, pairs=())
    evidence = random_evidence(300, 1)
    # labels that ask for the very opposite
    labels = (np.nan_to_num(evidence[:, 0], nan=0.5) < 0.5).astype(np.int8)
    new = correct(model, evidence, labels, strength)
    trial = random_evidence(400, 2)
    for column, (name, rises) in enumerate(zip(model.features, RISES, strict=True)):
        if not rises:
            continue
        levels = np.linspace(0, 1, 21, dtype=np.float32)
        sums = []
        for level in levels:
            trial[:, column] = level
            sums.append(new.raw(trial))
        assert (np.diff(np.stack(sums), axis=0) >= 0).all(), name


def test_scale_only_correction_changes_no_weight() -> None:
    evidence = random_evidence(200, 3)
    labels = (np.random.default_rng(4).random(200) < 0.5).astype(np.int8)
    model = replace(PERSON, register=None)
    new = correct(model, evidence, labels, CorrectionStrength(None))
    assert (new.terms, new.pairs, new.intercept) == (model.terms, model.pairs, model.intercept)
    assert new.calibration != model.calibration


def test_fixed_terms_are_not_corrected() -> None:
    evidence = random_evidence(200, 5)
    place = PERSON.features.index("same_list")
    evidence[:100, place], evidence[100:, place] = 0, np.nan
    new = correct(
        replace(PERSON, register=None),
        evidence,
        (np.arange(200) < 100).astype(np.int8),
        STRENGTHS[-1],
    )
    stated = [
        [term for term in model.terms if term.feature == "same_list"] for model in (PERSON, new)
    ]
    assert stated[0] == stated[1]


def test_corrections_move_scores_toward_decisions() -> None:
    evidence = random_evidence(400, 6)
    place = PERSON.features.index("birth_place")
    evidence[:, place] = np.arange(400) % 2
    labels = (np.arange(400) % 2).astype(np.int8)
    old = replace(PERSON, register=None, checks=None)
    boldest = correct(old, evidence, labels, STRENGTHS[-1]).logodds(evidence)
    scaled = correct(old, evidence, labels, STRENGTHS[0]).logodds(evidence)
    gaps = [
        logodds[labels == 1].mean() - logodds[labels == 0].mean() for logodds in (scaled, boldest)
    ]
    assert gaps[1] > gaps[0] + 600
    # and the model is one like any other
    new = correct(old, evidence, labels, STRENGTHS[-1])
    assert model_from_json(model_to_json(new), new.features) == new


def test_missing_terms_are_added_only_where_values_exist() -> None:
    name = "birth_place"
    bare = replace(
        PERSON,
        register=None,
        pairs=(),
        terms=tuple(term for term in PERSON.terms if term.feature != name),
    )
    evidence = random_evidence(200, 8)
    evidence[:, PERSON.features.index(name)] = np.arange(200) % 2
    evidence[:, PERSON.features.index("phone")] = np.nan
    new = correct(bare, evidence, (np.arange(200) % 2).astype(np.int8), STRENGTHS[-1])
    terms = {term.feature: term for term in new.terms}
    low, *_, high, missing = terms[name].weights
    assert high > low + 1000
    assert missing == 0
    assert [term for term in bare.terms if term.feature == "phone"] == [
        terms[feature] for feature in terms if feature == "phone"
    ]


def test_the_same_pairs_give_the_same_model() -> None:
    evidence = random_evidence(200, 7)
    labels = (np.arange(200) % 3 == 0).astype(np.int8)
    first, second = (
        correct(replace(PERSON, register=None), evidence, labels, STRENGTHS[-1]) for _ in range(2)
    )
    assert model_to_json(first) == model_to_json(second)
