"""Rivals: two names that differ in what tells two people or groups apart."""

from __future__ import annotations

import random

import pytest

from resolver.training.augment.hard_negatives import group_rivals, person_rivals

PEOPLE = ("Robert James Quinlan", "Kim Jong-su", "Mario Bellini", "Ilham Tahirov", "Li Wei Ming")
GROUPS = ("Kestrel Minerals Ltd", "Unit 121", "Al Nur Foundation")


@pytest.mark.parametrize("name", PEOPLE)
def test_two_people(name: str) -> None:
    made = [person_rivals(name, random.Random(seed)) for seed in range(60)]
    assert made == [person_rivals(name, random.Random(seed)) for seed in range(60)]
    found = {pair for pair in made if pair}
    assert len(found) > 10
    assert all(one != two for one, two in found)
    # most of the name stands in both
    assert all(set(one.split()) & set(two.split()) for one, two in found)


def test_every_kind_of_difference_is_made() -> None:
    people = [
        pair
        for seed in range(300)
        if (pair := person_rivals("Robert James Quinlan", random.Random(seed)))
    ]
    said = " ".join(word for pair in people for word in pair)
    assert " Jr." in said or " Sr." in said
    assert any(len(two.split()[1].strip(".")) == 1 for _, two in people)
    assert any(two.split()[0] in ("Roberta", "Roberte", "Robertina") for _, two in people)


@pytest.mark.parametrize("name", GROUPS)
def test_two_groups(name: str) -> None:
    found = {pair for seed in range(60) if (pair := group_rivals(name, random.Random(seed)))}
    assert len(found) > 20
    assert all(one != two for one, two in found)


def test_a_number_more_is_another_group() -> None:
    made = {
        pair
        for seed in range(200)
        if (pair := group_rivals("Ocean Star Line", random.Random(seed)))
    }
    more = {two for one, two in made if one == "Ocean Star Line" and len(two) > len(one)}
    assert any(any(word in two.split() for word in ("II", "III", "IV")) for two in more)
    assert any(any(word.isdigit() for word in two.split()) for two in more)


def test_an_abbreviation_of_other_words() -> None:
    found = [
        pair
        for seed in range(400)
        if (pair := group_rivals("Mining Company of Namib Traders", random.Random(seed)))
    ]
    short = [(one, two) for one, two in found if one.isupper() and " " not in one]
    assert short
    assert all("".join(word[0] for word in two.split()) == one for one, two in short)
    assert not any(set(two.split()) & {"Mining", "Company", "Namib", "Traders"} for _, two in short)


def test_one_word_and_other_scripts_have_none() -> None:
    assert person_rivals("Pele", random.Random(1)) is None
    assert group_rivals("شركة النور", random.Random(1)) is None
