"""Words that are spelled as Arabic names are, and the given name Al."""

from __future__ import annotations

import pytest

from resolver.names.name_tokens import tokenize_person
from resolver.names.scripts.arabic import is_arabic_shaped
from resolver.records.prepared.value_flags import TokenFlag


def al_flags(name: str) -> list[int]:
    return [token.flags for token in tokenize_person(name) if token.text == "al"]


@pytest.mark.parametrize(
    "name",
    [
        "Al Green",
        "AL GREEN",
        "al green",
        "Green Al",
        "Green, Al",
        "Al Green Jr.",
        "Al Sharpton III",
        "Dr Al Franken",
        "Al J. Jolson",
        "Al van der Bilt",
    ],
)
def test_al_is_a_given_name_with_a_name_that_is_not_arabic(name: str) -> None:
    assert al_flags(name) == [0]


@pytest.mark.parametrize(
    "name",
    [
        "Al Zawahiri",
        "AL MASRI Adil",
        "Hamad Al Thani",
        "Al-Green",
        "al Green",
        "Al Franken Abu Bakr",
        "Sheikh Al Sabah",
        "Robert Al Smith",
        "Al B",
    ],
)
def test_al_is_an_article_before_an_arabic_name_or_inside_a_name(name: str) -> None:
    assert al_flags(name) == [TokenFlag.PARTICLE]


@pytest.mark.parametrize(
    ("arabic", "words"),
    [
        (True, "hariri maliki maktoum nahyan khalifa assad otaibi shammari dosari"),
        (False, "sharpton jolson roker leiter horford jardine joyner hunter michaels"),
    ],
)
def test_arabic_names_are_told_from_others(arabic: bool, words: str) -> None:
    assert [word for word in words.split() if is_arabic_shaped(word) != arabic] == []
