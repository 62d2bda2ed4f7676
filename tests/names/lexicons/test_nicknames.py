"""Nicknames and forms of a name in kindred languages, by their symbols."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.lexicons.equivalents import (
    _LEVELLED,
    _LEVELS,
    form_symbols,
    level_spelling,
    level_spellings,
    nickname_symbols,
)
from resolver.records.prepared.value_flags import NICKNAME_BIT


def test_nicknames_share_a_symbol_that_is_marked_as_such() -> None:
    assert set(nickname_symbols("bill")) & set(nickname_symbols("william"))
    assert not set(nickname_symbols("liz")) & set(nickname_symbols("william"))
    assert not set(nickname_symbols("william")) & set(nickname_symbols("robert"))
    assert not set(nickname_symbols("bill")) & set(nickname_symbols("robert"))
    assert set(nickname_symbols("misha")) & set(nickname_symbols("mikhail"))
    assert set(nickname_symbols("giuseppe")) & set(nickname_symbols("josef"))
    assert nickname_symbols("xyzzy") == ()


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("kolia", "mykola"),
        ("kolja", "nikolaj"),
        ("vania", "ivan"),
        ("zhenia", "yevhen"),
        ("grisha", "grigorii"),
        ("hovik", "hovhannes"),
        ("dato", "davit"),
        ("musti", "mustafa"),
        ("abdi", "abdrahman"),
        ("mamad", "mohammad"),
        ("raju", "rajesh"),
        ("tasos", "anastasios"),
        ("kasia", "katarzyna"),
        ("tunde", "babatunde"),
    ],
)
def test_pet_names_of_many_cultures_have_symbols(short: str, name: str) -> None:
    assert set(nickname_symbols(short)) & set(nickname_symbols(name))


def test_names_that_share_a_pet_name_stay_apart() -> None:
    for first, second in (
        ("rajesh", "rajendra"),
        ("abdrahman", "abdkadir"),
        ("gebremariam", "gebrehiwot"),
    ):
        assert not set(nickname_symbols(first)) & set(nickname_symbols(second))
    # Only leveled spellings would agree: Mitchell is no Michel.
    assert not set(nickname_symbols("mitchell")) & set(nickname_symbols("michael"))


@pytest.mark.parametrize("letters", [*_LEVELS, "dd", "oo"])
def test_all_that_transliterations_differ_in_is_leveled(letters: str) -> None:
    word = f"an{letters}an"
    leveled = _LEVELLED.sub(lambda match: _LEVELS[match[0]], word)
    assert level_spelling(word) == level_spelling(leveled)
    assert letters not in level_spelling(word)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_leveling_is_idempotent(word: str) -> None:
    assert level_spelling(word)
    assert len(word) > 3 or level_spelling(word) == word


def level_step_by_step(token: str) -> str:
    """Return a leveled word, one rule after the other."""
    if len(token) < 4 or not token.isascii():
        return token
    word = _LEVELLED.sub(lambda match: _LEVELS[match[0]], token)
    word = re.sub("(?<=[bcdfgklmnprstvz])j(?=[aeou])|(?<=[aeiou])j$", "i", word)
    word = re.sub("c(?![heiy])", "k", word)
    word = re.sub(r"(.)\1+", r"\1", word.translate(str.maketrans("ywq", "ivk")))
    word = word.removeprefix("i") if word.startswith("ie") else word
    return word[:-1] if len(word) > 3 and word.endswith(("ah", "eh", "oh")) else word


@given(
    st.lists(
        st.text(alphabet="abcehijkostyzwqé", max_size=8) | st.text(alphabet="iejha", max_size=6)
    )
)
def test_many_words_are_leveled_as_one_by_one(words: list[str]) -> None:
    expected = list(map(level_step_by_step, words))
    assert level_spellings(words) == list(map(level_spelling, words)) == expected


def test_leveled_spellings_share_symbols_and_other_names_do_not() -> None:
    assert len({level_spelling(word) for word in ("yevgeny", "evgenii", "evgeniy")}) == 1
    assert len({level_spelling(word) for word in ("samir", "samira", "amir", "omar", "omari")}) == 5


def test_the_forms_of_a_name_in_kindred_languages_are_no_nicknames() -> None:
    assert set(form_symbols("mykola")) & set(form_symbols("nikolai"))
    assert form_symbols("xyzzy") == ()
    assert all(symbol < NICKNAME_BIT for symbol in form_symbols("mykola"))


def test_nicknames_are_marked_as_such() -> None:
    for token in ("bill", "william", "liz"):
        symbols = nickname_symbols(token)
        assert symbols == tuple(sorted(set(symbols)))
        assert all(NICKNAME_BIT <= symbol < 2**31 for symbol in symbols)


@pytest.mark.parametrize(
    ("woman", "man"),
    [
        ("karimeh", "karim"),
        ("jamileh", "jamil"),
        ("hamideh", "hamid"),
        ("saideh", "said"),
        ("malikeh", "malik"),
    ],
)
def test_womens_names_are_not_leveled_to_mens(woman: str, man: str) -> None:
    assert not set(form_symbols(woman)) & set(form_symbols(man))
    assert set(form_symbols(woman)) & set(form_symbols(f"{woman[:-2]}a"))


@pytest.mark.parametrize(
    ("first", "second"), [("sadiq", "siddiq"), ("jafar", "ghaffar"), ("shahla", "shohleh")]
)
def test_names_that_only_look_alike_stay_apart(first: str, second: str) -> None:
    assert not set(form_symbols(first)) & set(form_symbols(second))
