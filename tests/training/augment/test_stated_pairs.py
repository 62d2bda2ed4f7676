"""What is stated: the pairs are what they say, with the labels they say."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records import Kind, Record
from resolver.records.prepared.frequencies import Tables
from resolver.synthetic import generate
from resolver.training.augment.stated_pairs import (
    DATE,
    NUMBER,
    OTHER_DATE,
    stated_pairs,
)
from resolver.training.data.labeled_pairs import Labelled
from tests.normalize.preparing import quick_symbols


def made(people: list[Record], seed: int = 7) -> list[Labelled]:
    with quick_symbols(
        "resolver.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.augment.controlled_differences",
    ):
        return [found[Kind.PERSON] for found in stated_pairs(people, Tables(), seed)]


@pytest.fixture(scope="module")
def people() -> list[Record]:
    return list(generate(600, seed=5).records)


@pytest.fixture(scope="module")
def found(people: list[Record]) -> dict[str, Labelled]:
    return dict(zip((NUMBER, DATE, OTHER_DATE), made(people), strict=True))


def column(data: Labelled, feature: str) -> np.ndarray:
    return data.evidence[:, data.features.index(feature)]


def test_a_shared_number_says_neither(found: dict[str, Labelled]) -> None:
    data = found[NUMBER]
    assert np.bincount(data.labels).tolist() == [len(data) // 2] * 2
    assert (column(data, "identifier") == 1).all()
    assert np.median(column(data, "name")) < 0.3


def test_a_date_alone_makes_nobody_the_same(found: dict[str, Labelled]) -> None:
    data = found[DATE]
    assert set(data.labels.tolist()) == {0}
    # 1 January is often a date of which only the year was known
    assert column(data, "birth_date").min() > 0.8
    nameless = np.isnan(column(data, "name"))
    assert 0.3 < nameless.mean() < 0.7


def test_rare_names_are_the_same_whatever_the_date(found: dict[str, Labelled]) -> None:
    data = found[OTHER_DATE]
    assert len(data) > 20
    assert set(data.labels.tolist()) == {1}
    assert (column(data, "name") == 1).all()
    assert column(data, "birth_date").max() < 0.5


def test_told_as_lists_and_as_registers_tell(found: dict[str, Labelled]) -> None:
    for data in found.values():
        # no register has passports
        assert set(column(data, "listed").tolist()) == ({1} if data.origin[0] == NUMBER else {0, 1})


def test_the_same_seed_gives_the_same_pairs(
    people: list[Record], found: dict[str, Labelled]
) -> None:
    for again, data in zip(made(people[::-1][::-1]), found.values(), strict=True):
        np.testing.assert_array_equal(again.evidence, data.evidence)


def test_nobody_to_make_them_of_gives_nothing() -> None:
    assert stated_pairs([], Tables(), 7) == [{}, {}, {}]
