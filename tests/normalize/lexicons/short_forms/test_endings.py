"""Endings of familiar names."""

from __future__ import annotations

import pytest

from resolver.normalize.lexicons.nicknames import level_spelling, nickname_symbols
from resolver.normalize.lexicons.short_forms.endings import possible_bases


def test_an_ending_is_replaced_in_the_languages_that_have_it() -> None:
    languages = dict(possible_bases(level_spelling("carlino")))["karlo"]
    assert "Italian" in languages
    assert "East Slavic" not in languages


@pytest.mark.parametrize("word", ["", "a", "ino", "bino", "xyzzy"])
def test_bases_are_other_words_of_three_letters_or_more(word: str) -> None:
    bases = [base for base, _ in possible_bases(word)]
    assert word not in bases
    assert all(len(base) >= 3 for base in bases)


@pytest.mark.parametrize(
    ("familiar", "name"),
    [
        ("ruggerino", "ruggero"),
        ("agostinuccio", "agostino"),
        ("paquito", "francisco"),
        ("gustavinho", "gustavo"),
        ("patricita", "patricia"),
        ("basilito", "basilio"),
        ("sashenka", "aleksandra"),
        ("sashenka", "aleksandr"),
        ("giorgakis", "georgios"),
        ("rameshbhai", "ramesh"),
    ],
)
def test_regular_forms_share_a_symbol_with_their_name(familiar: str, name: str) -> None:
    assert {*nickname_symbols(familiar)} & {*nickname_symbols(name)}


@pytest.mark.parametrize("word", ["tavolino", "mesita", "brotchen", "xyzzyenka"])
def test_words_that_are_no_names_have_no_symbol(word: str) -> None:
    assert nickname_symbols(word) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("martina", "marta"),
        ("antonina", "anton"),
        ("carmelita", "carmelo"),
        ("paolina", "paolo"),
        ("carlina", "carlo"),
        ("simone", "simona"),
        ("karima", "karim"),
    ],
)
def test_endings_keep_names_of_their_own_and_genders_apart(first: str, second: str) -> None:
    assert not {*nickname_symbols(first)} & {*nickname_symbols(second)}
