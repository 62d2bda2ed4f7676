"""What checks say of names: read from JSON, and added to the log-odds of names."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from resolver.errors import ModelError
from resolver.matching.comparators import features_of
from resolver.matching.resolution_task import CHECKS, load_models
from resolver.matching.scoring.model import interval_index, interval_indices
from resolver.matching.scoring.terms import (
    LOGODDS_LIMIT,
    CheckTerms,
    check_terms_from_json,
    even_odds_shift,
)
from resolver.models import loader
from resolver.records import Kind
from resolver.records.prepared.population import KindPopulation
from resolver.training.fit.measured_evidence import counted_terms, load_measured

FEATURES = {kind.label: features_of(kind) for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET)}
PERSON = FEATURES["person"]


def shipped() -> dict[str, Any]:
    return loader.load(CHECKS)


def evidence(rows: int = 200) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return random similarities of persons, a third of them missing."""
    dice = np.random.default_rng(3)
    values = dice.random((rows, len(PERSON)), dtype=np.float32)
    values[dice.random(values.shape) < 1 / 3] = np.nan
    values[:, PERSON.index("name")] = dice.random(rows, dtype=np.float32)
    values[:, PERSON.index("names_alone")] = np.nan
    return values


def test_files_are_read_as_they_are_written() -> None:
    terms = check_terms_from_json(shipped(), FEATURES)
    assert set(terms) == {"person", "group", "asset"}
    again = {"format": 1, "kinds": {kind: own.to_json() for kind, own in terms.items()}}
    assert check_terms_from_json(again, FEATURES) == terms


@pytest.mark.parametrize(
    "change",
    [
        {"names": ["no comparator"]},
        {"curve": {"raw": [0, 0], "logodds": [0, 1]}},
        {"curve": {"raw": [0, 1], "logodds": [1, 0]}},
        {"curve": {"raw": [0]}},
        {"curve": None},
        {"stated": [{"feature": "name", "cuts": [0.5], "weights": [-1, 1, 0]}]},
    ],
)
def test_damaged_files_are_refused(change: dict[str, Any]) -> None:
    data = shipped()
    data["kinds"]["person"].update(change)
    with pytest.raises(ModelError, match="terms of checks are damaged"):
        check_terms_from_json(data, FEATURES)
    with pytest.raises(ModelError, match="format"):
        check_terms_from_json({"format": 9, "kinds": {}}, FEATURES)


def names_alone(terms: CheckTerms, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the evidence without everything that is not a name."""
    own = np.asfortranarray(rows)
    own[:, ~np.isin(terms.features, terms.names)] = np.nan
    return own


def test_adjustments_are_those_of_the_curve() -> None:
    terms = check_terms_from_json(shipped(), FEATURES)["person"]
    rows = evidence()
    names, sums = np.random.default_rng(4).integers(-15_000, 9_000, (2, len(rows)))
    rows[::7, PERSON.index("name")] = np.nan
    expected = np.where(
        np.isnan(rows[:, PERSON.index("name")]), 0, terms.curve.apply(names) - names + sums
    )
    assert terms.adjustments(rows, names, sums).tolist() == expected.tolist()


@pytest.mark.parametrize("kind", ["person", "group", "asset"])
def test_checks_add_to_pairs_what_they_add_to_names(kind: str) -> None:
    """The sums of names and of everything else, found in one pass, against two passes."""
    model = load_models().models[kind]
    terms = model.checks
    assert terms is not None
    dice = np.random.default_rng(5)
    rows = dice.random((400, len(model.features)), dtype=np.float32)
    rows[dice.random(rows.shape) < 1 / 3] = np.nan
    rows[:100] = names_alone(terms, rows[:100].copy())
    rows[-9:, model.features.index("name")] = np.nan
    basis = KindPopulation(5_000, concentration=1_000, listed=200_000)
    check = model.for_population("S", basis)
    pair = replace(model, checks=None).for_population("S", basis)
    assert check.is_check
    assert not pair.is_check
    assert model.for_population("S", KindPopulation(5_000)).is_check is False
    names = pair.logodds(names_alone(terms, rows.copy()))
    # beside a name, a stated fact adds what was counted in place of what it adds to a pair
    nameless = terms.are_nameless(rows)
    undated = rows.copy()
    stated = np.zeros(len(rows), dtype=np.int64)
    for term in terms.stated:
        column = model.features.index(term.feature)
        undated[~nameless, column] = np.nan
        stated += np.array(term.weights)[interval_indices(rows[:, column], term.cuts)]
    assert [term.feature for term in terms.stated] == ["birth_date"] * (kind == "person")
    inner = (np.abs(pair.logodds(undated)) < 13_000) & (np.abs(names) < 13_000)
    sums = np.zeros(len(rows), dtype=np.int64)
    for term in terms.terms:
        values = rows[:, model.features.index(term.feature)]
        sums += np.array(term.weights)[interval_indices(values, term.cuts)]
    assert sums.any() == (kind != "asset")
    added = terms.adjustments(rows, names - pair.shift, sums) + np.where(nameless, 0, stated)
    added += even_odds_shift(basis.true_share, pair.shift)
    expected = np.clip(pair.logodds(undated) + added, -LOGODDS_LIMIT, LOGODDS_LIMIT)
    assert inner.sum() > 50
    assert (check.logodds(rows) == expected)[inner].all()
    assert (check.raw(rows) == pair.raw(rows)).all()


def test_the_share_of_listed_callers_shifts_all_names_alike() -> None:
    model = load_models().models["person"]
    rows = evidence()
    half, fifth = (
        model.for_population("S", KindPopulation(5_000, listed=listed)).logodds(rows)
        for listed in (500_000, 200_000)
    )
    inner = (np.abs(half) < 11_000) & (np.abs(fifth) < 11_000)
    assert inner.any()
    assert np.abs((half - fifth)[inner] - round(1000 * math.log(4))).max() <= 1


def test_a_birth_date_weighs_as_counted() -> None:
    """Each level of a birth date moves the log-odds of a name by the log-ratio that is counted."""
    model = load_models().models["person"]
    counted = counted_terms("person", load_measured()[Kind.PERSON])
    assert model.checks is not None
    assert model.checks.stated == counted
    (term,) = counted
    assert list(term.weights[:-1]) == sorted(term.weights[:-1])
    assert term.weights[0] < -5_000 < 9_000 < term.weights[-2]
    check = model.for_population("S", KindPopulation(5_000, listed=250_000))
    rows = np.full((2, len(PERSON)), np.nan, dtype=np.float32)
    rows[:, : PERSON.index("names_alone")] = 0.9
    rows[:, PERSON.index("name_rarity")] = 0.4
    for value in (0.0, 0.4, 0.7, 0.8):
        weight = term.weights[interval_index(value, term.cuts)]
        rows[1, PERSON.index("birth_date")] = value
        undated, dated = check.logodds(rows).tolist()
        assert dated - undated == weight


def test_models_without_checks_answer_as_pairs(tmp_path: Any) -> None:
    for name in (*loader.KINDS, "tables"):
        loader.save(name, loader.load(name), tmp_path)
    model = load_models(tmp_path).models["person"]
    assert model.checks is None
    assert not model.for_population("S", KindPopulation(5_000, listed=200_000)).is_check
