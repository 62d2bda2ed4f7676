"""Parts of a model: which pairs they score, their priors, and storage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.errors import ModelError
from resolver.matching.scoring import (
    LISTED_FEATURE,
    NAME_ONLY_FEATURE,
    Calibration,
    Model,
    Term,
    model_from_json,
    model_to_json,
)

FEATURES = ("name", LISTED_FEATURE)
REGISTER = Model(
    "person",
    "p",
    FEATURES,
    -100,
    (Term("name", (0.5,), (-1_000, 900, 0)),),
    priors={"M": -700},
    calibration=Calibration((-20_000, 20_000), (-19_000, 21_000)),
)
WHOLE = Model(
    "person", "w", FEATURES, 50, (Term("name", (0.5,), (-2_000, 3_000, 10)),), register=REGISTER
)
PAIRS = np.array([[0.9, 1], [0.9, 0], [0.1, 1], [0.1, 0], [np.nan, 0]], dtype=np.float32)


def test_listed_feature_selects_the_part() -> None:
    assert WHOLE.raw(PAIRS).tolist() == [3_050, 800, -1_950, -1_100, -100]
    assert WHOLE.logodds(PAIRS).tolist() == [3_050, 1_800, -1_950, -100, 900]
    for row, pair in enumerate(PAIRS):
        row_evidence = pair[None, :]
        part = replace(WHOLE.part_of(pair.tolist()), register=None)
        assert part.logodds(row_evidence)[0] == WHOLE.logodds(PAIRS)[row]
    assert replace(WHOLE, register=None).raw(PAIRS).tolist() == [3_050, 3_050, -1_950, -1_950, 60]


def test_each_part_has_its_own_prior_per_plan() -> None:
    assert WHOLE.for_plan("M").raw(PAIRS).tolist() == [3_050, 100, -1_950, -1_800, -800]
    assert WHOLE.for_plan("S").raw(PAIRS).tolist() == WHOLE.raw(PAIRS).tolist()
    assert WHOLE.for_plan("M").for_plan("M") == WHOLE.for_plan("M")


def test_parts_are_stored_with_the_model_and_not_nested() -> None:
    data = model_to_json(WHOLE)
    assert model_from_json(data, FEATURES) == WHOLE
    data["plain"]["plain"] = data["plain"] | {}
    with pytest.raises(ModelError, match="does not belong"):
        model_from_json(data, FEATURES)


def test_name_only_pairs_have_a_part_of_their_own() -> None:
    features = (*FEATURES, NAME_ONLY_FEATURE)
    name_only = replace(REGISTER, version="a", features=features, intercept=7, priors={"M": -30})
    whole = replace(
        WHOLE, features=features, register=replace(REGISTER, features=features), name_only=name_only
    )
    pairs = np.column_stack([PAIRS, [0.9, 0.9, np.nan, np.nan, 0.2]]).astype(np.float32)
    assert whole.raw(pairs).tolist() == [907, 907, -1_950, -1_100, 7]
    assert whole.for_plan("M").raw(pairs).tolist() == [877, 877, -1_950, -1_800, -23]
    assert [whole.part_of(pair).version for pair in pairs.tolist()] == ["a", "a", "w", "p", "a"]
    for model in (
        whole,
        replace(whole, name_only=None),
        replace(whole, register=None),
        replace(whole, register=None, name_only=None),
    ):
        parts = (model, model.register, model.name_only)
        for pair, number in zip(pairs.tolist(), model.part_numbers(pairs).tolist(), strict=True):
            assert model.part_of(pair) is parts[number]
    data = model_to_json(whole)
    assert model_from_json(data, features) == whole
    data["alone"]["plain"] = data["plain"]
    with pytest.raises(ModelError, match="does not belong"):
        model_from_json(data, features)


def test_ceilings_limit_name_only_scores_by_plan() -> None:
    features = (*FEATURES, NAME_ONLY_FEATURE)
    capped = replace(REGISTER, features=features, intercept=9_000, ceilings={"M": 2_700})
    whole = replace(WHOLE, features=features, register=None, name_only=capped)
    pairs = np.array([[0.9, 1, 0.9], [0.9, 1, np.nan]], dtype=np.float32)
    assert whole.logodds(pairs).tolist() == [10_900, 3_050]
    assert whole.for_plan("S").logodds(pairs).tolist() == [10_900, 3_050]
    assert whole.for_plan("M").logodds(pairs).tolist() == [2_700, 3_050]
    assert whole.for_plan("M").for_plan("M") == whole.for_plan("M")
    assert model_from_json(model_to_json(whole), features) == whole


def test_used_features() -> None:
    features = ("name", "country", "phone", LISTED_FEATURE, NAME_ONLY_FEATURE)
    name_only = replace(REGISTER, features=features, terms=(Term("country", (0.5,), (0, 1, 0)),))
    assert replace(WHOLE, features=features, register=None).used_features == {"name"}
    whole = replace(
        WHOLE, features=features, register=replace(REGISTER, features=features), name_only=name_only
    )
    assert whole.used_features == {"name", "country", LISTED_FEATURE, NAME_ONLY_FEATURE}
