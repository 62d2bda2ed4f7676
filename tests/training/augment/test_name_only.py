"""Pairs of names alone: what is made of lists, and slips that stay the same name."""

from __future__ import annotations

import random

import numpy as np
import pytest

from resolver.comparison import features_of
from resolver.records import Batch, Kind
from resolver.records.prepared.frequencies import Tables
from resolver.training.augment import typos
from resolver.training.augment.name_only import (
    ORIGIN,
    Neighbours,
    _spelled_alike,
    alone_pairs,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

GIVEN = "Ana Boris Carla Dmitri Elena Farid Greta Hassan Irina Jamal".split()
FAMILY = "Abramov Brandt Castillo Dogan Eriksen Fuchs Gruber Haddad Ivanov Jansen".split()
NUMBERED = ("numbers", "name_contradicted")


@pytest.fixture(scope="module")
def batch() -> Batch:
    people = [
        record(f"l:{a}{b}", name=f"{one} {two}", alias=f"{two.upper()}, {one}ia")
        for a, one in enumerate(GIVEN)
        for b, two in enumerate(FAMILY)
    ]
    firms = [
        record(f"l:g{n}", Kind.GROUP, name=f"{two} Trading Company {n}", alias=f"{two} Trade Co")
        for n, two in enumerate(FAMILY)
    ]
    return Batch.from_records([*people, *firms]).canonical()


def test_pairs_of_names_alone(batch: Batch) -> None:
    ids = batch.ids.to_pylist()
    with quick_symbols(
        "resolver.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.augment.name_only",
    ):
        made = alone_pairs(batch, ids, ["l"], Tables(), seed=3)
        again = alone_pairs(batch, ids, ["l"], Tables(), seed=3)
        none = alone_pairs(batch, ids, ["m"], Tables(), seed=3)
    assert none == {}
    assert set(made) == {Kind.PERSON, Kind.GROUP}
    people = made[Kind.PERSON]
    assert set(people.origin) == {ORIGIN}
    assert set(people.labels.tolist()) == {0, 1}
    np.testing.assert_array_equal(people.evidence, again[Kind.PERSON].evidence)
    place = {name: column for column, name in enumerate(features_of(Kind.PERSON))}
    assert not np.isnan(people.evidence[:, place["names_alone"]]).any()
    assert np.isnan(people.evidence[:, place["birth_date"]]).all()
    # equal names of two people are no different names
    assert people.evidence[people.labels == 0, place["name"]].max() < 1
    same = people.labels == 1
    assert (
        people.evidence[same, place["name"]].mean()
        > people.evidence[~same, place["name"]].mean() + 0.2
    )


def test_a_number_more_is_another_name(batch: Batch) -> None:
    with quick_symbols(
        "resolver.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.augment.name_only",
    ):
        made = alone_pairs(batch, batch.ids.to_pylist(), ["l"], Tables(), seed=3)[Kind.GROUP]
    numbers, contradicted = (
        made.evidence[:, features_of(Kind.GROUP).index(name)] for name in NUMBERED
    )
    # the one has a number and the other none, and all else agrees
    assert ((made.labels == 0) & (numbers == 0.5) & (contradicted == 1)).any()
    assert _spelled_alike("Ocean Star", "Oshean Star Line")
    assert not _spelled_alike("Ocean Star", "Ocean Star II")
    assert not _spelled_alike("Unit 12", "Unit")


def test_neighbours_are_other_names_written_alike() -> None:
    words = [word for word in ("karim", "karima", "kareem", "petrov", "petrova") for _ in range(3)]
    with quick_symbols("resolver.training.augment.name_only"):
        found = Neighbours.of([*words, "rare"]).of_word
    assert "rare" not in found
    assert "karima" in found["karim"]
    assert "kareem" not in found["karim"]


@pytest.mark.parametrize("slip", [typos.person_slip, typos.group_slip])
def test_slips_keep_a_name(slip: object) -> None:
    name = "Maria Alexandra Castellano"
    made = [slip(name, random.Random(seed)) for seed in range(200)]  # type: ignore[operator]
    assert all(text.strip() for text in made)
    assert len(set(made)) > 50
    assert made == [slip(name, random.Random(seed)) for seed in range(200)]  # type: ignore[operator]


def test_a_namesake_differs_in_one_word() -> None:
    other = typos.namesake("Maria Castellano", ["Petrov"], random.Random(1))
    assert len(set(other.split()) & {"Maria", "Castellano"}) == 1
    assert typos.namesake("Maria", ["Petrov"], random.Random(1)) == ""
