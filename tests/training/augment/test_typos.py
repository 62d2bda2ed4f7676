"""Variations of names leave the name the same, and are reproducible."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from resolver.training.typos import misspell_group_name, misspell_person_name


@pytest.mark.parametrize("misspell", [misspell_person_name, misspell_group_name])
def test_variations_are_reproducible(misspell: Callable[[str, random.Random], str]) -> None:
    name = "Kestrel Minerals Trading Company"
    drawn = [misspell(name, random.Random(seed)) for seed in range(200)]
    assert drawn == [misspell(name, random.Random(seed)) for seed in range(200)]
    assert len(set(drawn)) > 50
    assert all(drawn)


def test_words_of_firms_are_cut_to_their_beginning() -> None:
    name = "Kestrel Minerals Engineering"
    drawn = {misspell_group_name(name, random.Random(seed)) for seed in range(400)}
    assert {"Kestrel Min Engineering", "Kestrel Minerals Eng"} <= drawn


def test_words_that_tell_groups_apart_stay() -> None:
    name = "Eritrean Peoples Liberation Kestrel Front"
    drawn = {misspell_group_name(name, random.Random(seed)) for seed in range(2_000)}
    assert "Eritrean Peoples Liberation Front" in drawn
    assert not {"Eritrean Liberation Kestrel Front", "Eritrean Peoples Kestrel Front"} & drawn
