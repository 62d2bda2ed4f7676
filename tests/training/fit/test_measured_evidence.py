"""Measured contradictions: counts, weights that follow them, and the shipped models."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from resolver.errors import ModelError
from resolver.matching.resolution_task import build_tables, load_models
from resolver.matching.scoring import Model, Term, interval_index
from resolver.models import loader
from resolver.records import Batch, Identifier, Kind
from resolver.training.data.labeled_pairs import PairSampling, label_blocked_pairs
from resolver.training.fit.measured_evidence import (
    COUNTED,
    LEVELS,
    MAX_DIFFERENCE,
    REASONS,
    STATED,
    Counts,
    LevelCounts,
    apply_measured,
    combine_counts,
    count_levels,
    counts_from_json,
    counts_to_json,
    load_measured,
    measured_levels,
)
from resolver.training.fit.population_model import fit_population_model
from resolver.training.train import CARD_FILE, insert_measured_levels
from resolver.world import generate
from tests.records.samples import record

MODELS = {kind: load_models().models[kind.label] for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET)}
MEASURED = load_measured()


def _level_counts(feature: str, same: int, different: int) -> LevelCounts:
    """Return counts of which the lowest level has these, and the highest the rest."""
    count = len(LEVELS[feature])
    rows = np.zeros((2, count), dtype=np.int64)
    rows[:, 0], rows[:, -1] = (same, different), (1_000 - same, 1_000)
    return LevelCounts(rows[0], rows[1])


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.label)
def test_levels_of_disagreement_take_what_is_measured_or_say_why(kind: Kind) -> None:
    reasons = loader.load(REASONS)[kind.label]
    differing = {
        level.feature
        for level in measured_levels(MODELS[kind], MEASURED[kind])
        if level.is_measured
        and level.measured < 0
        and abs(level.effects[0] - level.measured) > MAX_DIFFERENCE
    }
    assert differing == set(reasons)
    assert all(len(reason.split()) > 5 for reason in reasons.values())


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.label)
def test_shipped_models_have_the_measured_weights(kind: Kind) -> None:
    assert apply_measured(MODELS[kind], MEASURED[kind]) == MODELS[kind]
    assert all(
        any(counts.is_measured) for counts in MEASURED[kind].values() if counts.same.sum() > 400
    )


def test_dates_gender_and_generations_count_in_full() -> None:
    levels = {
        (level.feature, level.label): level
        for level in measured_levels(MODELS[Kind.PERSON], MEASURED[Kind.PERSON])
    }
    for feature, label, least in (
        ("birth_date", "more than ten years apart", 4.5),
        ("birth_date", "six to ten years apart", 4.0),
        ("gender", "another gender", 4.5),
        ("numbers", "another number or generation", 4.0),
        ("identifier", "two numbers of one kind and country, check digits right", 4.5),
    ):
        assert max(levels[feature, label].effects) <= -least, (feature, label)


def test_the_card_shows_what_is_measured() -> None:
    card = (loader.MODEL_DIR / CARD_FILE).read_text(encoding="utf-8")
    assert "| person | birth_date | more than ten years apart | " in card
    assert insert_measured_levels(card, loader.MODEL_DIR) == card


def _lowered(model: Model) -> Model:
    return apply_measured(
        model, {name: _level_counts(name, 1, 300) for name in COUNTED[model.kind]}
    )


def _weakened(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return terms that say next to nothing against a match."""
    return tuple(
        replace(term, weights=tuple(max(weight, -100) for weight in term.weights)) for term in terms
    )


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.label)
def test_a_contradiction_lowers_both_sums_and_weights_still_rise(kind: Kind) -> None:
    model = MODELS[kind]
    assert model.population is not None
    terms = replace(model.population, terms=_weakened(model.population.terms))
    weak = replace(model, terms=_weakened(model.terms), population=terms)
    moved = _lowered(weak)
    assert moved.population is not None
    assert _lowered(moved) == moved
    sums = (
        (weak.terms, moved.terms, moved.pairs),
        (terms.terms, moved.population.terms, moved.population.pairs),
    )
    for before, after, pairs in sums:
        # registers copy by hand: there contradictions weigh as fitted
        in_watchlists = {pair.features[1]: pair for pair in pairs if pair.features[0] == "listed"}
        for old, new in zip(before, after, strict=True):
            if new.feature in STATED.get(model.kind, {}):
                assert new.weights[0] < -1_500
                continue
            if new.feature not in COUNTED[model.kind]:
                assert new == old
                continue
            weights = new.weights
            if kind is Kind.PERSON:
                assert new.weights[0] == old.weights[0]
                rows = in_watchlists[new.feature].weights
                assert not any((*rows[0], *rows[2]))
                weights = tuple(np.add(new.weights, rows[1]).tolist())
            assert all(low <= high for low, high in pairwise(weights[:-1]))
            assert weights[0] < -1_000
            assert (weights[-2] >= 0, weights[-1]) == (True, 0)


def test_what_kin_share_says_nothing_where_given_names_contradict() -> None:
    for kind, (first, second), similar in (
        (Kind.PERSON, ("name_sides", "phone"), 0.3),
        (Kind.PERSON, ("name_order", "address"), 0.5),
        (Kind.GROUP, ("qualifier", "legal_form"), 0.0),
    ):
        moved = _lowered(MODELS[kind])
        assert moved.population is not None
        own = {term.feature: term for term in moved.population.terms}
        (joint,) = (pair for pair in moved.population.pairs if pair.features == (first, second))
        rows = [interval_index(value, joint.cuts[0]) for value in (similar, 1.0)]
        link = own[second].weights
        against, nothing = (joint.weights[row] for row in rows)
        assert max(link) > 0
        assert all(a + b <= 0 for a, b in zip(link, against, strict=True) if a > 0)
        assert not any(nothing)


def test_counts_against_pairs_by_hand() -> None:
    number = [Identifier("passportNumber", "K8812345", "de")]
    people = [
        record(
            "a:1", name="Ada Kowal", birthDate="1970-01-02", gender="female", identifiers=number
        ),
        record(
            "b:1", name="Ada Kowal", birthDate="1990-05-06", gender="female", identifiers=number
        ),
        record("a:2", name="Jan Nowak", birthDate="1990-01-02", gender="male"),
    ]
    tables = build_tables(loader.load("tables"))
    batch = Batch.from_records(people).canonical()
    for truth in (None, {"a:1": "x", "b:1": "x", "a:2": "y"}):
        counts = count_levels(batch, tables, truth=truth)[Kind.PERSON]
        assert counts["birth_date"].same.tolist() == [1, *[0] * 16]
        assert counts["gender"].same.tolist() == [0, 1]
        assert counts["gender"].different[0] > 0
        assert (counts["gender"].different[1] > 0) == (truth is None)
        # what establishes a pair is not measured by it
        assert counts["identifier"].same.sum() == (truth is not None)
    # two entries of a list without duplicates are never the same
    assert not count_levels(batch, tables, ["a", "b"])[Kind.PERSON]["gender"].same[0]


def test_a_list_that_tells_its_entries_apart_establishes_no_pair() -> None:
    number = [Identifier("passportNumber", "K8812345", "de")]
    people = [record(f"a:{n}", name="Ada Kowal", gender="female", identifiers=number) for n in "12"]
    tables = build_tables(loader.load("tables"))
    batch = Batch.from_records(people).canonical()
    for deduplicated, expected in (([], 1), (["a"], 0)):
        counts = count_levels(batch, tables, deduplicated)[Kind.PERSON]
        assert counts["gender"].same.sum() == expected


def test_counts_as_json_and_their_sums() -> None:
    counts: Counts = {Kind.PERSON: {"gender": _level_counts("gender", 3, 400)}}
    again = counts_from_json(counts_to_json(counts))
    assert counts_to_json(again) == counts_to_json(counts)
    both = combine_counts([counts, again])[Kind.PERSON]["gender"]
    assert both.same.tolist() == [6, 1_994]
    assert both.log_ratios[0] < -3 < both.log_ratios[1]


def test_counts_of_other_levels_are_refused() -> None:
    data = counts_to_json({Kind.PERSON: {"gender": _level_counts("gender", 3, 400)}})
    data["person"]["gender"] = data["person"]["gender"][:1]
    with pytest.raises(ModelError, match="counts other levels of gender"):
        counts_from_json(data)


def test_a_fit_moves_weights_by_the_slope_through_which_they_act() -> None:
    world = generate(1_000, seed=4)
    tables = build_tables(loader.load("tables"))
    sampling = PairSampling(20_000, 5_000, 7, by_guess=True)
    pairs = label_blocked_pairs(
        world.records, dict(world.truth), tables, "world", plan="XS", sampling=sampling
    )[Kind.PERSON]
    counts = MEASURED[Kind.PERSON]
    model = fit_population_model(pairs, {}, counts)
    level = next(row for row in measured_levels(model, counts) if row.feature == "gender")
    # the curves are fitted anew after the weights were moved
    assert level.effects[0] == pytest.approx(level.measured, abs=0.3)
    plain = next(
        row
        for row in measured_levels(fit_population_model(pairs, {}), counts)
        if row.feature == "gender"
    )
    assert plain.effects[0] > level.measured + 3


def test_no_contradiction_weighs_more_than_wrong_statements_allow() -> None:
    counts = _level_counts("gender", 0, 10_000_000)
    assert -6 < counts.log_ratios[0] < -5.7
