"""Leave one set out: each set is scored by a model that saw no pair of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.records import Kind
from resolver.training.data.labeled_pairs import LabeledPairs, concat_pairs
from resolver.training.train import default_fit_options, measure_left_out
from tests.training.fit.test_population_fit import make_free, make_population

pytestmark = pytest.mark.slow
OPTIONS = default_fit_options(7)


def rename_origin(data: LabeledPairs, origin: str) -> LabeledPairs:
    """Return pairs under another origin."""
    return replace(data, origin=np.full(len(data), origin, dtype=object))


def upside_down(data: LabeledPairs) -> LabeledPairs:
    """Return a set with the labels exchanged, which only a model that saw it could get right."""
    return replace(data, labels=1 - data.labels)


@pytest.fixture(scope="module")
def figures() -> dict[str, dict[str, float]]:
    world, census = make_population(500, 1), make_population(1_500, 2)
    odd = upside_down(make_population(400, 3))
    small = make_population(600, 4)
    few = small.select(np.arange(len(small)) < 40)
    parts = [
        world,
        rename_origin(census, "census"),
        rename_origin(odd, "odd"),
        rename_origin(few, "few"),
        make_free(9),
    ]
    measured = measure_left_out({Kind.PERSON: concat_pairs(parts)}, OPTIONS)
    assert list(measured) == ["person"]
    return {row["set"]: row for row in measured["person"]}


def test_each_set_with_both_labels_is_measured(figures: dict[str, dict[str, float]]) -> None:
    assert sorted(figures) == ["census", "lists", "odd", "world"]


def test_set_like_the_others_is_known(figures: dict[str, dict[str, float]]) -> None:
    assert figures["census"]["f1"] > 0.8


def test_tested_set_teaches_nothing(figures: dict[str, dict[str, float]]) -> None:
    assert figures["odd"]["f1"] < 0.3


def test_other_pairs_of_a_tested_entity_teach_nothing() -> None:
    world, census = make_population(500, 1), rename_origin(make_population(1_500, 2), "census")
    # the pairs of the census again, with the labels exchanged, as pairs that are no set
    unknown = np.full(len(census), np.nan)
    wrong = rename_origin(upside_down(census), "names alone")
    outside = replace(wrong, chance=unknown, partners=unknown)
    measured = measure_left_out({Kind.PERSON: concat_pairs([world, census, outside])}, OPTIONS)
    assert {row["set"]: row["f1"] for row in measured["person"]}["census"] > 0.8


def test_kinds_without_population_are_skipped() -> None:
    assert measure_left_out({Kind.PERSON: make_free(2)}, OPTIONS) == {}
