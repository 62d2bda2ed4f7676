"""Directories: sites, their branches, and how entries of one site differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from resolver.records import Kind, Record
from resolver.training.directories import DIRECTORIES, Directory, generate_directory
from resolver.training.registers import RegisterVocabulary, WordPool

WORDS = WordPool.from_counts(
    "Adler Becker Conti Dumont Evans Fischer Garcia Hansen".split(), 3, 1.0
)
VOCABULARY = RegisterVocabulary(
    {"english": WORDS}, {"english": WORDS}, WORDS, ["english"], frozenset()
)


def generate(seed: int = 7, **rates: Any) -> tuple[list[Record], dict[str, str]]:
    directory = Directory("test", "XS", 300, 1.5, 0.6, **rates)
    return generate_directory(directory, "english", VOCABULARY, seed)


def test_every_entry_has_a_site_and_some_sites_several() -> None:
    records, truth = generate()
    assert set(truth) == {record.id for record in records}
    sizes = Counter(truth.values())
    assert len(sizes) == 300
    assert 0.4 < sum(size > 1 for size in sizes.values()) / 300 < 0.75
    assert {record.kind for record in records} == {Kind.GROUP}
    assert all(record.texts("name")[0].strip() for record in records)


def test_branches_may_share_a_switchboard_but_no_entry_of_two_sites_is_one() -> None:
    records, truth = generate(branches=0.9, switchboards=1.0, new_phones=0.0, phones=1.0)
    sites_of: dict[str, set[str]] = defaultdict(set)
    for record in records:
        sites_of[record.texts("phone")[0]].add(truth[record.id])
    assert max(map(len, sites_of.values())) > 3


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_rates_decide_which_fields_are_stated(rate: float) -> None:
    records, _ = generate(phones=rate, streets=rate, websites=rate)
    for values in (
        [record.texts("phone") for record in records],
        [record.texts("website") for record in records],
        [record.addresses for record in records],
    ):
        assert all(bool(value) == bool(rate) for value in values)


def test_same_seed_same_directory() -> None:
    assert generate() == generate()
    assert generate() != generate(seed=8)


def test_every_directory_has_a_name_of_its_own_and_a_culture() -> None:
    names = [directory.name for directory in DIRECTORIES]
    assert len(set(names)) == len(names)
    assert all(directory.home_cultures for directory in DIRECTORIES)
