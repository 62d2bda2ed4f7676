"""Movements: groups, their factions and rivals, and how records of one group differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from resolver.records import Kind, Record
from resolver.training.hard_negatives import (
    MOVEMENT_LISTS,
    MovementList,
    generate_movements,
)
from resolver.training.registers import RegisterVocabulary, WordPool

WORDS = WordPool.from_counts(
    "Adler Becker Conti Dumont Evans Fischer Garcia Hansen".split(), 3, 1.0
)
VOCABULARY = RegisterVocabulary(
    {"english": WORDS}, {"english": WORDS}, WORDS, ["english"], frozenset()
)


def generate(seed: int = 7, **rates: Any) -> tuple[list[Record], dict[str, str]]:
    return generate_movements(MovementList("test", "XS", 300, 1.5, 0.6, **rates), VOCABULARY, seed)


def test_every_record_has_a_group_and_some_groups_several() -> None:
    records, truth = generate()
    assert set(truth) == {record.id for record in records}
    sizes = Counter(truth.values())
    assert len(sizes) == 300
    assert 0.4 < sum(size > 1 for size in sizes.values()) / 300 < 0.75
    assert {record.kind for record in records} == {Kind.GROUP}
    assert all(record.texts("name")[0].strip() for record in records)


def test_factions_bear_the_whole_name_and_a_leader() -> None:
    records, _ = generate(factions=1.0, likenesses=0.0, abroad=0.0, short=0.0, typos=0.0)
    names = [record.texts("name")[0] for record in records]
    leaders = set(WORDS.words)
    parts = [name for name in names if any(leader in name for leader in leaders)]
    assert 0.3 < len(parts) / len(names) < 0.9


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_rates_decide_which_fields_are_stated(rate: float) -> None:
    records, _ = generate(countries=rate, years=rate)
    for prop in ("country", "incorporationDate"):
        assert all(bool(record.texts(prop)) == bool(rate) for record in records)


def test_names_at_home_are_of_other_languages() -> None:
    records, truth = generate(abroad=0.5, short=0.0, typos=0.0)
    names: dict[str, set[str]] = defaultdict(set)
    for record in records:
        names[truth[record.id]].add(record.texts("name")[0].lower())
    assert sum(len(own) > 1 for own in names.values()) > 60


def test_same_seed_same_list() -> None:
    assert generate() == generate()
    assert generate() != generate(seed=8)
    assert len({movements.name for movements in MOVEMENT_LISTS}) == len(MOVEMENT_LISTS)
