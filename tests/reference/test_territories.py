"""Territories by code and name: `rigour`, whose tables these are, answers the same."""

from __future__ import annotations

import pytest
from rigour.territories import get_territories
from rigour.territories import lookup_territory as lookup_in_library
from rigour.territories.lookup import _load_territory_names

from resolver.reference import (
    all_territories,
    find_territory,
    ftm_country,
    han_territories,
    lookup_territory,
    territory_code,
    territory_name,
)

TEXTS = (
    "France",
    "fr",
    "FRA",
    "US_ND",
    "República Bolivariana de Venezuela",
    "RUSSIAN FEDERATION",
    "Российская Федерация",
    "ایران",
    "Cote d'Ivoire",
    "Côte d’Ivoire",
    "USSR",
    "Q142",
    "Tehran",
    "nowhere",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
def test_answers_are_those_of_rigour(text: str) -> None:
    answer = lookup_in_library(text)
    assert territory_code(text) == (answer.code if answer else "")


def test_names_in_all_languages_are_found_as_by_rigour() -> None:
    names = [name for _, *tiers in _load_territory_names() for tier in tiers for name in tier]
    for name in names[::7]:
        answer, territory = lookup_in_library(name), lookup_territory(name)
        assert (answer and answer.code) == (territory and territory.code), name
    assert len(names) > 25_000


def test_facts_are_those_of_rigour() -> None:
    assert [item.code for item in all_territories()] == [item.code for item in get_territories()]
    for item in get_territories():
        territory = find_territory(item.code)
        assert territory is not None
        assert (territory.name, territory.full_name) == (item.name, item.full_name)
        assert territory.alpha3 == (item.alpha3 or "")
        assert territory.is_historical == item.is_historical
        assert list(territory.places) == item.places
        assert list(territory.successors) == [other.code for other in item.successors]
        assert ftm_country(territory) == (item.ftm_country or "")


def test_unknown_codes_have_no_territory() -> None:
    assert find_territory("xx-none") is None
    assert territory_name("xx-none") == ""
    assert territory_name("DE") == "Germany"


def test_territories_in_han_have_english_names() -> None:
    assert han_territories()["阿根廷"] == "argentina"
    assert not any(name.isascii() for name in han_territories())
