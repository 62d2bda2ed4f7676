"""Cities in groups' names."""

from __future__ import annotations

import pytest

from resolver.normalize.lexicons.cities import PLACES, city_of
from resolver.normalize.name_tokens import group_tokens
from resolver.records.prepared.batch import TokenFlag


@pytest.mark.parametrize(
    ("one", "two"),
    [("derna", "darnah"), ("benghazi", "banghazi"), ("moscow", "moskva"), ("kyiv", "kiev")],
)
def test_spellings_of_a_city_are_one_place(one: str, two: str) -> None:
    assert city_of(one) == city_of(two) != ""


def test_a_word_that_is_no_city_is_none() -> None:
    assert city_of("ansar") == city_of("") == ""


def test_a_city_is_a_place_in_a_groups_name() -> None:
    ansar, derna = group_tokens("Ansar Derna")
    assert not ansar.flags & TokenFlag.PLACE
    assert derna.flags & TokenFlag.PLACE
    assert derna.symbols == group_tokens("Al-Karama Darnah")[-1].symbols


def test_what_is_known_as_something_else_stays_it() -> None:
    # a country, for one, has a symbol of its own already
    (token,) = (one for one in group_tokens("Bank of Palestine") if one.text == "palestine")
    assert token.flags & TokenFlag.PLACE
    assert len(token.symbols) == 1


def test_no_spelling_means_two_places() -> None:
    words = [word for place in PLACES for word in place]
    assert len(words) == len(set(words))
