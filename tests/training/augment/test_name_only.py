"""Name-only pairs made of lists, and misspelled names."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from resolver.matching.comparators import features_of
from resolver.records import Batch, Kind
from resolver.records.prepared.population import FrequencyTables
from resolver.training import typos
from resolver.training.name_only import (
    NAME_ONLY_ORIGIN,
    SimilarNames,
    _spelled_alike,
    name_only_pairs,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

GIVEN = "Ana Boris Carla Dmitri Elena Farid Greta Hassan Irina Jamal".split()
FAMILY = "Abramov Brandt Castillo Dogan Eriksen Fuchs Gruber Haddad Ivanov Jansen".split()
NUMBER_FEATURES = ("numbers", "name_contradicted")
WORD_FEATURES = ("name_contradicted", "qualifier", "faction")


@pytest.fixture(scope="module")
def batch() -> Batch:
    people = [
        record(
            f"l:{given_number}{family_number}",
            name=f"{given_name} {family}",
            alias=f"{family.upper()}, {given_name}ia",
        )
        for given_number, given_name in enumerate(GIVEN)
        for family_number, family in enumerate(FAMILY)
    ]
    firms = [
        record(
            f"l:g{number}",
            Kind.GROUP,
            name=f"{family} Trading Company {number}",
            alias=f"{family} Trade Co",
        )
        for number, family in enumerate(FAMILY)
    ]
    return Batch.from_records([*people, *firms]).canonical()


def test_name_only_pairs(batch: Batch) -> None:
    ids = batch.ids.to_pylist()
    with quick_symbols(
        "resolver.matching.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.name_only",
    ):
        pairs = name_only_pairs(batch, ids, ["l"], FrequencyTables(), seed=3)
        again = name_only_pairs(batch, ids, ["l"], FrequencyTables(), seed=3)
        no_pairs = name_only_pairs(batch, ids, ["m"], FrequencyTables(), seed=3)
    assert no_pairs == {}
    assert set(pairs) == {Kind.PERSON, Kind.GROUP}
    people = pairs[Kind.PERSON]
    assert set(people.origin) == {NAME_ONLY_ORIGIN}
    assert set(people.labels.tolist()) == {0, 1}
    np.testing.assert_array_equal(people.evidence, again[Kind.PERSON].evidence)
    column_of = {name: column for column, name in enumerate(features_of(Kind.PERSON))}
    assert not np.isnan(people.evidence[:, column_of["names_alone"]]).any()
    assert np.isnan(people.evidence[:, column_of["birth_date"]]).all()
    # equal names of two people are no different names
    assert people.evidence[people.labels == 0, column_of["name"]].max() < 1
    same = people.labels == 1
    assert (
        people.evidence[same, column_of["name"]].mean()
        > people.evidence[~same, column_of["name"]].mean() + 0.2
    )


def test_name_with_an_added_number_is_another_name(batch: Batch) -> None:
    with quick_symbols(
        "resolver.matching.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.name_only",
    ):
        groups = name_only_pairs(batch, batch.ids.to_pylist(), ["l"], FrequencyTables(), seed=3)[
            Kind.GROUP
        ]
    numbers, contradicted = (
        groups.evidence[:, features_of(Kind.GROUP).index(name)] for name in NUMBER_FEATURES
    )
    # the one has a number and the other none, and all else agrees
    assert ((groups.labels == 0) & (numbers == 0.5) & (contradicted == 1)).any()
    assert _spelled_alike("Ocean Star", "Oshean Star Line")
    assert not _spelled_alike("Ocean Star", "Ocean Star II")
    assert not _spelled_alike("Unit 12", "Unit")


def test_name_with_an_added_quality_or_part_is_another_group(batch: Batch) -> None:
    movements = {f"m:{family}": (f"{family} Liberation Front",) for family in FAMILY}
    with quick_symbols(
        "resolver.matching.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.name_only",
    ):
        ids = batch.ids.to_pylist()
        pairs = name_only_pairs(batch, ids, ["l"], FrequencyTables(), groups=movements, seed=3)
    groups = pairs[Kind.GROUP]
    contradicted, qualifier, faction = (
        groups.evidence[:, features_of(Kind.GROUP).index(name)] for name in WORD_FEATURES
    )
    longer = (groups.labels == 0) & (contradicted == 1)
    assert (longer & (qualifier < 0.4)).any()
    assert (longer & (faction == 0)).any()


def test_institution_of_another_type_is_another_group() -> None:
    names = [f"{family} University" for family in FAMILY]
    records = [record(f"l:u{number}", Kind.GROUP, name=name) for number, name in enumerate(names)]
    batch = Batch.from_records(records).canonical()
    with quick_symbols(
        "resolver.matching.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.name_only",
    ):
        groups = name_only_pairs(batch, batch.ids.to_pylist(), ["l"], FrequencyTables(), seed=3)[
            Kind.GROUP
        ]
    qualifier, contradicted = (
        groups.evidence[:, features_of(Kind.GROUP).index(name)]
        for name in ("qualifier", "name_contradicted")
    )
    assert ((groups.labels == 0) & (qualifier <= 0.2) & (contradicted == 1)).any()
    assert _spelled_alike("Norvelt University", "Norvelt State University")
    assert not _spelled_alike("Norvelt University", "Norvelt State University", Kind.GROUP)


def test_similar_names_are_other_names() -> None:
    words = [word for word in ("karim", "karima", "kareem", "petrov", "petrova") for _ in range(3)]
    with quick_symbols("resolver.training.name_only"):
        similar = SimilarNames.from_words([*words, "rare"]).similar_words
    assert "rare" not in similar
    assert "karima" in similar["karim"]
    assert "kareem" not in similar["karim"]


@pytest.mark.parametrize("misspell", [typos.misspell_person_name, typos.misspell_group_name])
def test_misspelled_names_are_reproducible_and_varied(
    misspell: Callable[[str, random.Random], str],
) -> None:
    name = "Maria Alexandra Castellano"
    texts = [misspell(name, random.Random(seed)) for seed in range(200)]
    assert all(text.strip() for text in texts)
    assert len(set(texts)) > 50
    assert texts == [misspell(name, random.Random(seed)) for seed in range(200)]


def test_namesake_differs_in_one_word() -> None:
    other = typos.make_namesake("Maria Castellano", ["Petrov"], random.Random(1))
    assert len(set(other.split()) & {"Maria", "Castellano"}) == 1
    assert typos.make_namesake("Maria", ["Petrov"], random.Random(1)) == ""
