"""Stated pairs: evidence and labels."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records import Kind, Record
from resolver.records.prepared.population import FrequencyTables
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.resampled_entries import (
    OTHER_DATE_ORIGIN,
    SHARED_DATE_ORIGIN,
    SHARED_NUMBER_ORIGIN,
    build_stated_pairs,
)
from resolver.world import generate
from tests.matching.preparing import quick_symbols


def stated_persons(people: list[Record], seed: int = 7) -> list[LabeledPairs]:
    with quick_symbols(
        "resolver.matching.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.resampled_entries",
    ):
        return [
            pairs_of_origin[Kind.PERSON]
            for pairs_of_origin in build_stated_pairs(people, FrequencyTables(), seed)
        ]


@pytest.fixture(scope="module")
def people() -> list[Record]:
    return list(generate(600, seed=5).records)


@pytest.fixture(scope="module")
def pairs_of_origin(people: list[Record]) -> dict[str, LabeledPairs]:
    return dict(
        zip(
            (SHARED_NUMBER_ORIGIN, SHARED_DATE_ORIGIN, OTHER_DATE_ORIGIN),
            stated_persons(people),
            strict=True,
        )
    )


def column(data: LabeledPairs, feature: str) -> np.ndarray:
    return data.evidence[:, data.features.index(feature)]


def test_shared_number_has_both_labels(pairs_of_origin: dict[str, LabeledPairs]) -> None:
    data = pairs_of_origin[SHARED_NUMBER_ORIGIN]
    assert np.bincount(data.labels).tolist() == [len(data) // 2] * 2
    assert (column(data, "identifier") > 0.6).all()
    assert np.median(column(data, "name")) < 0.3


def test_only_a_shared_date_is_labeled_different(pairs_of_origin: dict[str, LabeledPairs]) -> None:
    data = pairs_of_origin[SHARED_DATE_ORIGIN]
    assert set(data.labels.tolist()) == {0}
    # 1 January is often a date of which only the year was known
    assert column(data, "birth_date").min() > 0.8
    nameless = np.isnan(column(data, "name"))
    assert 0.3 < nameless.mean() < 0.7


def test_rare_names_with_other_dates_are_labeled_same(
    pairs_of_origin: dict[str, LabeledPairs],
) -> None:
    data = pairs_of_origin[OTHER_DATE_ORIGIN]
    assert len(data) > 20
    assert set(data.labels.tolist()) == {1}
    assert (column(data, "name") == 1).all()
    assert column(data, "birth_date").max() < 0.5


def test_pairs_occur_as_list_and_register_entries(pairs_of_origin: dict[str, LabeledPairs]) -> None:
    for data in pairs_of_origin.values():
        # no register has passports
        assert set(column(data, "listed").tolist()) == (
            {1} if data.origin[0] == SHARED_NUMBER_ORIGIN else {0, 1}
        )


def test_the_same_seed_gives_the_same_pairs(
    people: list[Record], pairs_of_origin: dict[str, LabeledPairs]
) -> None:
    for again, data in zip(
        stated_persons(people[::-1][::-1]), pairs_of_origin.values(), strict=True
    ):
        np.testing.assert_array_equal(again.evidence, data.evidence)


def test_no_people_give_no_pairs() -> None:
    assert build_stated_pairs([], FrequencyTables(), 7) == [{}, {}, {}]
