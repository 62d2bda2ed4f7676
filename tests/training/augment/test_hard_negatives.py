"""Hard negatives: two names that differ in what distinguishes two people or groups."""

from __future__ import annotations

import random

import pytest

from resolver.training.hard_negatives import group_hard_negative, person_hard_negative

PEOPLE = ("Robert James Quinlan", "Kim Jong-su", "Mario Bellini", "Ilham Tahirov", "Li Wei Ming")
GROUPS = ("Kestrel Minerals Ltd", "Unit 121", "Al Nur Foundation")


@pytest.mark.parametrize("name", PEOPLE)
def test_person_hard_negatives(name: str) -> None:
    drawn = [person_hard_negative(name, random.Random(seed)) for seed in range(60)]
    assert drawn == [person_hard_negative(name, random.Random(seed)) for seed in range(60)]
    pairs = {pair for pair in drawn if pair}
    assert len(pairs) > 10
    assert all(first != second for first, second in pairs)
    # most of the name stands in both
    assert all(set(first.split()) & set(second.split()) for first, second in pairs)


def test_each_kind_of_difference_occurs() -> None:
    pairs = [
        pair
        for seed in range(300)
        if (pair := person_hard_negative("Robert James Quinlan", random.Random(seed)))
    ]
    text = " ".join(word for pair in pairs for word in pair)
    assert " Jr." in text or " Sr." in text
    assert any(len(second.split()[1].strip(".")) == 1 for _, second in pairs)
    assert any(second.split()[0] in ("Roberta", "Roberte", "Robertina") for _, second in pairs)


@pytest.mark.parametrize("name", GROUPS)
def test_group_hard_negatives(name: str) -> None:
    pairs = {pair for seed in range(60) if (pair := group_hard_negative(name, random.Random(seed)))}
    assert len(pairs) > 20
    assert all(first != second for first, second in pairs)


def test_group_with_an_added_number_is_another_group() -> None:
    pairs = {
        pair
        for seed in range(200)
        if (pair := group_hard_negative("Ocean Star Line", random.Random(seed)))
    }
    longer = {
        second for first, second in pairs if first == "Ocean Star Line" and len(second) > len(first)
    }
    assert any(any(word in second.split() for word in ("II", "III", "IV")) for second in longer)
    assert any(any(word.isdigit() for word in second.split()) for second in longer)


def test_abbreviation_paired_with_other_words() -> None:
    pairs = [
        pair
        for seed in range(400)
        if (pair := group_hard_negative("Mining Company of Namib Traders", random.Random(seed)))
    ]
    abbreviated = [
        (first, second) for first, second in pairs if first.isupper() and " " not in first
    ]
    assert abbreviated
    assert all(
        "".join(word[0] for word in second.split()) == first for first, second in abbreviated
    )
    assert not any(
        set(second.split()) & {"Mining", "Company", "Namib", "Traders"} for _, second in abbreviated
    )


def test_single_words_and_other_scripts_have_no_hard_negative() -> None:
    assert person_hard_negative("Pele", random.Random(1)) is None
    assert group_hard_negative("شركة النور", random.Random(1)) is None


def test_the_institution_of_another_place_with_one_at_this_place() -> None:
    pairs = [
        pair
        for seed in range(300)
        if (pair := group_hard_negative("University of Norvelt", random.Random(seed)))
    ]
    others = [second.split() for first, second in pairs if first == "University of Norvelt"]
    assert any(
        words[:2] == ["University", "of"] and words[-2:] in (["at", "Norvelt"], ["in", "Norvelt"])
        for words in others
    )


def test_qualities_and_factions_of_a_group() -> None:
    pairs = {
        pair
        for seed in range(300)
        if (pair := group_hard_negative("Workers Liberation Front", random.Random(seed)))
    }
    longer = {second for first, second in pairs if first == "Workers Liberation Front"}
    assert any(second.startswith("Workers Liberation Front (") for second in longer)
    assert any(second.endswith(" Workers Liberation Front") for second in longer)


def test_generic_words_are_another_name() -> None:
    pairs = {
        pair
        for seed in range(300)
        if (pair := group_hard_negative("National Front of Norvelt", random.Random(seed)))
    }
    assert ("National Front of Norvelt", "National Front") in pairs
    others = {group_hard_negative("Norvelt Holding", random.Random(seed)) for seed in range(300)}
    assert not any(pair and len(pair[1].split()) < 2 for pair in others)


def test_institution_of_another_type_is_another_institution() -> None:
    types = {"Technical", "Medical", "Veterinary", "Polytechnic", "Catholic", "Pedagogical"}

    def added_types(name: str) -> set[str]:
        pairs = (group_hard_negative(name, random.Random(seed)) for seed in range(300))
        return {word for pair in pairs if pair for word in pair[1].split()} & types

    assert len(added_types("University of Norvelt")) > 2
    assert not added_types("Norvelt Line")


def test_institution_of_another_founder_at_the_same_place_is_another_institution() -> None:
    drawn = (
        group_hard_negative("University of Norvelt", random.Random(seed)) for seed in range(300)
    )
    others = {pair[1] for pair in drawn if pair and "Humboldt" in pair[1]}
    assert others
    assert all({"University", "Norvelt"} <= set(other.replace(",", "").split()) for other in others)
    plain = (group_hard_negative("Norvelt University", random.Random(seed)) for seed in range(300))
    assert not any("Humboldt" in pair[1] for pair in plain if pair)
