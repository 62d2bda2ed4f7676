"""Cities in groups' names."""

from __future__ import annotations

import pytest

from resolver.normalize.group_lexicons.cities import PLACES, city_name
from resolver.normalize.group_tokens import tokenize_group
from resolver.records.prepared.value_flags import TokenFlag


@pytest.mark.parametrize(
    ("name", "two"),
    [("derna", "darnah"), ("benghazi", "banghazi"), ("moscow", "moskva"), ("kyiv", "kiev")],
)
def test_spellings_of_a_city_are_one_place(name: str, two: str) -> None:
    assert city_name(name) == city_name(two) != ""


def test_other_words_are_no_city() -> None:
    assert city_name("ansar") == city_name("") == ""


def test_a_city_is_a_place_in_a_groups_name() -> None:
    ansar, derna = tokenize_group("Ansar Derna")
    assert not ansar.flags & TokenFlag.PLACE
    assert derna.flags & TokenFlag.PLACE
    assert derna.symbols == tokenize_group("Al-Karama Darnah")[-1].symbols


def test_other_symbols_take_precedence() -> None:
    # A country, for example, has a symbol already.
    (token,) = (name for name in tokenize_group("Bank of Palestine") if name.text == "palestine")
    assert token.flags & TokenFlag.PLACE
    assert len(token.symbols) == 1


def test_spellings_are_unique() -> None:
    words = [word for place in PLACES for word in place]
    assert len(words) == len(set(words))
