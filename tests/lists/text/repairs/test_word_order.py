"""Order of words in names taken from a printed page."""

from __future__ import annotations

import pytest

from resolver.lists.text.repairs import restore_word_order


@pytest.mark.parametrize(
    ("text", "forenames", "family", "ordered"),
    [
        ("سفرﻯ پرستو", "Parastou", "SAFARI", "پرستو سفرﻯ"),
        ("منصورﻯ هادﻯ سید", "Seyed Hadi", "MANSOURI", "سید هادﻯ منصورﻯ"),
        ("موسوﻯ سید رحیم", "Sayyed Rahim", "MOUSAVI", "سید رحیم موسوﻯ"),
    ],
)
def test_given_names_come_first(text: str, forenames: str, family: str, ordered: str) -> None:
    assert restore_word_order(text, forenames, family) == ordered


@pytest.mark.parametrize(
    ("text", "forenames", "family"),
    [
        ("پرستو سفرﻯ", "Parastou", "SAFARI"),
        ("سفری پرستو", "Parastou", "SAFARI"),
        ("سفرﻯ پرستو", "Anna", "SAFARI"),
        ("سفرﻯ پرستو", "Safari", "PARASTOU"),
        ("سفرﻯ", "Parastou", "SAFARI"),
        ("سفرﻯ " * 9, "Parastou", "SAFARI"),
        ("Safari Parastou", "Parastou", "SAFARI"),
    ],
)
def test_other_names_stay(text: str, forenames: str, family: str) -> None:
    assert restore_word_order(text, forenames, family) == text
