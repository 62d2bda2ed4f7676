"""Branches that are stated: the pairs are what they say, with the labels they say."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records import Kind, Record
from resolver.records.prepared.frequencies import Tables
from resolver.synthetic import generate
from resolver.training.augment.branches import BRANCH, branch_pairs
from resolver.training.augment.controlled_differences import invented_pairs
from resolver.training.data.labeled_pairs import Labelled
from tests.normalize.preparing import quick_symbols


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(generate(1_500, seed=5).records)


@pytest.fixture(scope="module")
def found(records: list[Record]) -> Labelled:
    with quick_symbols(
        "resolver.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.augment.controlled_differences",
    ):
        return invented_pairs(branch_pairs(records, 7), Tables(), BRANCH)[Kind.GROUP]


def column(data: Labelled, feature: str) -> np.ndarray:
    return data.evidence[:, data.features.index(feature)]


def test_either_label_is_told_as_often(found: Labelled) -> None:
    assert len(found) > 50
    assert np.bincount(found.labels).tolist() == [len(found) // 2] * 2


def test_places_differ_between_branches(found: Labelled) -> None:
    place = column(found, "branch")
    assert np.mean(place[found.labels == 0] == 0) > 0.8
    assert np.mean(place[found.labels == 1] >= 0.5) > 0.9


def test_most_branches_share_the_name_of_the_whole(found: Labelled) -> None:
    assert np.mean(column(found, "name")[found.labels == 0] == 1) > 0.5


def test_the_same_seed_tells_the_same(records: list[Record]) -> None:
    first, again = (list(branch_pairs(records, 7)) for _ in range(2))
    assert first == again
    assert first != list(branch_pairs(records, 8))


def test_persons_have_no_branches(records: list[Record]) -> None:
    people = [one for one in records if one.kind == Kind.PERSON]
    assert list(branch_pairs(people, 7)) == []
