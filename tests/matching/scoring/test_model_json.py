"""Models as JSON: round trip, and refusal of damaged files."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import ModelError
from resolver.matching.comparators import features_of
from resolver.matching.scoring import (
    Calibration,
    Model,
    PairTerm,
    Term,
    model_from_json,
    model_to_json,
)
from resolver.models import loader
from resolver.records import Kind

FEATURES = ("a", "b", "c", "d")
weight = st.integers(-(10**6), 10**6)
cut_lists = st.lists(st.floats(0, 1), max_size=4, unique=True).map(lambda cuts: tuple(sorted(cuts)))


@st.composite
def models(draw: st.DrawFn) -> Model:
    def weights(count: int) -> tuple[int, ...]:
        return tuple(draw(st.lists(weight, min_size=count, max_size=count)))

    terms = []
    for feature in draw(st.lists(st.sampled_from(FEATURES), unique=True)):
        cuts = draw(cut_lists)
        terms.append(Term(feature, cuts, weights(len(cuts) + 2)))
    first, second = draw(cut_lists), draw(cut_lists)
    grid = tuple(weights(len(second) + 2) for _ in range(len(first) + 2))
    raw = draw(st.lists(weight, min_size=2, max_size=4, unique=True).map(sorted))
    rising = draw(st.lists(weight, min_size=len(raw), max_size=len(raw), unique=True).map(sorted))
    pairs = (PairTerm(("a", "d"), (first, second), grid),) if draw(st.booleans()) else ()
    calibration = Calibration(tuple(raw), tuple(rising))
    version = draw(st.text(max_size=5))
    return Model(
        "person", version, FEATURES, draw(weight), tuple(terms), pairs, calibration, {"n": 1}
    )


@given(models())
def test_json_round_trip(model: Model) -> None:
    text = json.dumps(model_to_json(model))
    assert model_from_json(json.loads(text), FEATURES) == model
    assert json.dumps(model_to_json(model_from_json(json.loads(text), FEATURES))) == text


WHOLE = model_to_json(
    Model(
        "person",
        "1",
        FEATURES,
        -5,
        (Term("a", (0.1, 0.5), (1, 2, 3, 4)), Term("b", (), (1, 2))),
        (PairTerm(("c", "d"), ((0.5,), ()), ((1, 2), (3, 4), (5, 6))),),
        Calibration((-5, 0, 5), (-6, 1, 7)),
    )
)


def _put(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Change the value at a path to the last of the arguments."""

    def change(data: Any) -> None:
        *steps, place, value = path
        for step in steps:
            data = data[step]
        data[place] = value

    return change


def _drop(name: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        del data[name]

    return change


DAMAGES = {
    "no format": _drop("format"),
    "other format": _put("format", 2),
    "no features": _drop("features"),
    "features no list": _put("features", 3),
    "no terms": _drop("terms"),
    "no intercept": _drop("intercept"),
    "no calibration": _drop("calibration"),
    "no pairs": _drop("pairs"),
    "no version": _drop("version"),
    "broken intercept": _put("intercept", 1.5),
    "text for a weight": _put("terms", 0, "weights", 0, "12"),
    "broken weight": _put("terms", 0, "weights", 0, 0.5),
    "no weight": _put("terms", 0, "weights", 0, None),
    "a word for a weight": _put("terms", 0, "weights", 0, True),
    "a weight beyond all bounds": _put("terms", 0, "weights", 0, 10**30),
    "a weight too few": _put("terms", 0, "weights", [1, 2, 3]),
    "a weight too many": _put("terms", 1, "weights", [1, 2, 3]),
    "cuts that fall": _put("terms", 0, "cuts", [0.5, 0.1]),
    "cuts that repeat": _put("terms", 0, "cuts", [0.1, 0.1]),
    "a cut that is none": _put("terms", 0, "cuts", [0.1, float("nan")]),
    "a cut beyond all": _put("terms", 0, "cuts", [0.1, float("inf")]),
    "unknown comparator": _put("terms", 0, "feature", "z"),
    "a comparator twice": _put("terms", 1, "feature", "a"),
    "a term that is none": _put("terms", 0, 7),
    "a row too few": _put("pairs", 0, "weights", [[1, 2], [3, 4]]),
    "a column too many": _put("pairs", 0, "weights", 1, [3, 4, 5]),
    "a pair with an unknown comparator": _put("pairs", 0, "features", ["c", "z"]),
    "a pair of one": _put("pairs", 0, "features", ["c"]),
    "a pair of the same": _put("pairs", 0, "features", ["c", "c"]),
    "cuts of one side only": _put("pairs", 0, "cuts", [[0.5]]),
    "calibration that does not rise": _put("calibration", "logodds", [-6, -6, 7]),
    "calibration that falls": _put("calibration", "raw", [5, 0, -5]),
    "calibration of one point": _put("calibration", {"raw": [1], "logodds": [1]}),
    "calibration of two lengths": _put("calibration", "raw", [-5, 5]),
    "calibration that is no number": _put("calibration", "raw", [-5, 0, float("nan")]),
    "training no mapping": _put("training", [1]),
}


@pytest.mark.parametrize("change", DAMAGES.values(), ids=DAMAGES)
def test_damaged_models_are_refused(change: Callable[[dict[str, Any]], None]) -> None:
    data = copy.deepcopy(WHOLE)
    model_from_json(data, FEATURES)
    change(data)
    with pytest.raises(ModelError) as caught:
        model_from_json(data, FEATURES)
    assert "\n" not in caught.value.line()
    assert caught.value.hint


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (("a", "b", "c"), "(d)"),
        (("a", "b", "d", "c"), "another order"),
        (("a", "e"), "(b, c, d)"),
    ],
)
def test_models_for_other_comparators_are_refused(features: tuple[str, ...], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        model_from_json(WHOLE, features)
    assert message in caught.value.line()


def test_models_give_comparators_that_came_later_no_weight() -> None:
    later = model_from_json(WHOLE, ("a", "new", "b", "c", "d"))
    evidence = np.random.default_rng(3).random((50, 5)).astype(np.float32)
    earlier = model_from_json(WHOLE, FEATURES)
    without = np.ascontiguousarray(evidence[:, [0, 2, 3, 4]])
    assert later.logodds(evidence).tolist() == earlier.logodds(without).tolist()
    assert "new" not in later.used_features


@pytest.mark.parametrize("name", loader.KINDS)
def test_shipped_models_fit_the_comparators(name: str) -> None:
    data = loader.load(name)
    model = model_from_json(data, features_of(Kind[name.upper()]))
    assert model.kind == name
    assert model_to_json(model) == data
