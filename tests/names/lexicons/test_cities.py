"""Cities in groups' names."""

from __future__ import annotations

import pytest

from resolver.names.group_tokens import tokenize_group
from resolver.names.lexicons.group_words import city_name, city_spellings
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


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Samara", "Kuybyshev"),
        ("Vienna", "Wien"),
        ("Moskovskiy", "Moscow"),
        ("Helsingin", "Helsinki"),
        ("دمشق", "Damascus"),
        ("القاهرة", "Cairo"),
    ],
)
def test_spellings_share_a_symbol_of_ours(name: str, other: str) -> None:
    first, second = (tokenize_group(f"Norvelt {city}")[-1] for city in (name, other))
    assert first.flags & ~TokenFlag.FOREIGN == second.flags == TokenFlag.PLACE
    assert set(first.symbols) & set(second.symbols)


def test_spellings_are_unique() -> None:
    words = [word for place in city_spellings() for word in place]
    assert len(words) == len(set(words))


def test_a_further_seat_is_a_place_and_the_first_of_a_state_is_none() -> None:
    assert city_name("flint") == "flint"
    assert city_name("duluth") == "duluth"
    assert [town for town in ("urbana", "champaign", "knoxville") if city_name(town)] == []
