"""Hyphens at the end of a printed line."""

from __future__ import annotations

import pytest

from resolver.lists.text.repairs import join_line_breaks


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Научно- производственный центр", "Научно-производственный центр"),
        ("РАКЕТНО- АРТИЛЛЕРИЙСКИЙ ЗАВОД", "РАКЕТНО-АРТИЛЛЕРИЙСКИЙ ЗАВОД"),
        ("Nauchno- Issledovatelskii Institut", "Nauchno-Issledovatelskii Institut"),
        ("Harakat al- Fulan", "Harakat al-Fulan"),
        ("Ahl- al-Fulan", "Ahl-al-Fulan"),
        ("Завод‐Маяк", "Завод-Маяк"),
        ("Insti\u00adtute", "Institute"),
    ],
)
def test_words_of_groups_are_joined_at_a_line_break(text: str, joined: str) -> None:
    assert join_line_breaks(text, is_person=False) == joined


@pytest.mark.parametrize(
    "text",
    [
        "RT- Russia Today",
        "Завод- управляющая компания",
        "Society- Testville",
        "Red - Blue",
        "Mayak- and Sons",
    ],
)
def test_dashes_between_names_of_groups_stay(text: str) -> None:
    assert join_line_breaks(text, is_person=False) == text


def test_hyphens_of_persons_always_join() -> None:
    assert join_line_breaks("Kim Chol- Su", is_person=True) == "Kim Chol-Su"
    assert join_line_breaks("Anna- Maria- Eva Al- Fulani", is_person=True) == (
        "Anna-Maria-Eva Al-Fulani"
    )
