"""The plain part of a model: which pairs it judges, under which prior, and that it is stored and read whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.errors import ModelError
from resolver.scoring import (
    ALONE_GATE,
    GATE,
    Calibration,
    Model,
    Term,
    from_json,
    to_json,
)

FEATURES = ("name", GATE)
PLAIN = Model(
    "person", "p", FEATURES, -100, (Term("name", (0.5,), (-1_000, 900, 0)),), priors={"M": -700},
    calibration=Calibration((-20_000, 20_000), (-19_000, 21_000)),
)  # fmt: skip
WHOLE = Model(
    "person", "w", FEATURES, 50, (Term("name", (0.5,), (-2_000, 3_000, 10)),), plain=PLAIN
)
PAIRS = np.array([[0.9, 1], [0.9, 0], [0.1, 1], [0.1, 0], [np.nan, 0]], dtype=np.float32)


def test_the_gate_says_which_part_judges() -> None:
    assert WHOLE.raw(PAIRS).tolist() == [3_050, 800, -1_950, -1_100, -100]
    assert WHOLE.logodds(PAIRS).tolist() == [3_050, 1_800, -1_950, -100, 900]
    for row, pair in enumerate(PAIRS):
        one = pair[None, :]
        judge = WHOLE.of(one)
        assert judge.plain is None
        assert judge.logodds(one)[0] == WHOLE.logodds(PAIRS)[row]
    assert replace(WHOLE, plain=None).raw(PAIRS).tolist() == [3_050, 3_050, -1_950, -1_950, 60]


def test_the_prior_of_a_plan_is_each_part_s_own() -> None:
    assert WHOLE.at("M").raw(PAIRS).tolist() == [3_050, 100, -1_950, -1_800, -800]
    assert WHOLE.at("S").raw(PAIRS).tolist() == WHOLE.raw(PAIRS).tolist()
    assert WHOLE.at("M").at("M") == WHOLE.at("M")


def test_it_is_stored_with_the_model_and_never_twice_deep() -> None:
    said = to_json(WHOLE)
    assert from_json(said, FEATURES) == WHOLE
    said["plain"]["plain"] = said["plain"] | {}
    with pytest.raises(ModelError, match="does not belong"):
        from_json(said, FEATURES)


def test_names_alone_are_judged_by_a_part_of_their_own() -> None:
    features = (*FEATURES, ALONE_GATE)
    alone = replace(PLAIN, version="a", features=features, intercept=7, priors={"M": -30})
    whole = replace(WHOLE, features=features, plain=replace(PLAIN, features=features), alone=alone)
    pairs = np.column_stack([PAIRS, [0.9, 0.9, np.nan, np.nan, 0.2]]).astype(np.float32)
    assert whole.raw(pairs).tolist() == [907, 907, -1_950, -1_100, 7]
    assert whole.at("M").raw(pairs).tolist() == [877, 877, -1_950, -1_800, -23]
    assert [whole.of(pair[None, :]).version for pair in pairs] == ["a", "a", "w", "p", "a"]
    for one in (
        whole,
        replace(whole, alone=None),
        replace(whole, plain=None),
        replace(whole, plain=None, alone=None),
    ):
        assert [one.which_of(pair) for pair in pairs.tolist()] == one.which(pairs).tolist()
    said = to_json(whole)
    assert from_json(said, features) == whole
    said["alone"]["plain"] = said["plain"]
    with pytest.raises(ModelError, match="does not belong"):
        from_json(said, features)


def test_under_some_plans_names_alone_never_reach_a_border() -> None:
    features = (*FEATURES, ALONE_GATE)
    capped = replace(PLAIN, features=features, intercept=9_000, ceilings={"M": 2_700})
    whole = replace(WHOLE, features=features, plain=None, alone=capped)
    pairs = np.array([[0.9, 1, 0.9], [0.9, 1, np.nan]], dtype=np.float32)
    assert whole.logodds(pairs).tolist() == [10_900, 3_050]
    assert whole.at("S").logodds(pairs).tolist() == [10_900, 3_050]
    assert whole.at("M").logodds(pairs).tolist() == [2_700, 3_050]
    assert whole.at("M").at("M") == whole.at("M")
    assert from_json(to_json(whole), features) == whole


def test_it_says_which_comparators_it_reads() -> None:
    features = ("name", "country", "phone", GATE, ALONE_GATE)
    alone = replace(PLAIN, features=features, terms=(Term("country", (0.5,), (0, 1, 0)),))
    assert replace(WHOLE, features=features, plain=None).reads == {"name"}
    whole = replace(WHOLE, features=features, plain=replace(PLAIN, features=features), alone=alone)
    assert whole.reads == {"name", "country", GATE, ALONE_GATE}
