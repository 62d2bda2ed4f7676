"""Short forms of given names in the tables of many languages."""

from __future__ import annotations

from itertools import combinations

import pytest

from resolver.normalize.lexicons.nicknames import level_spellings, nickname_symbols
from resolver.normalize.lexicons.short_forms.endings import ENDINGS
from resolver.normalize.lexicons.short_forms.tables import ShortForms, parse_short_forms

UNRELATED = """
maria mario anna johannes paul peter martin marta robert roberta karim ahmed fatima
carlos carla julian alexander wolfgang giuseppe
""".split()


@pytest.fixture(scope="module")
def parsed() -> ShortForms:
    return parse_short_forms(level_spellings, str)


def test_the_languages_of_endings_have_tables(parsed: ShortForms) -> None:
    languages = {language for group in ENDINGS for language in group}
    assert languages <= parsed.names_by_language.keys()


def test_tables_contain_only_folded_words(parsed: ShortForms) -> None:
    words = {*parsed.names_by_word, *parsed.full_names}
    assert [word for word in words if not (word.isascii() and word.isalpha())] == []


def test_names_without_short_forms_are_names_of_their_own(parsed: ShortForms) -> None:
    assert parsed.names_by_language["Italian"]["romina"] == ("romina",)
    assert "romina" in parsed.full_names


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("uschi", "ursula"),
        ("vroni", "veronika"),
        ("pinuccia", "giuseppina"),
        ("dede", "andre"),
        ("soizic", "francoise"),
        ("lencho", "lorenzo"),
        ("ze", "jose"),
        ("molly", "mary"),
        ("sinead", "jane"),
        ("sjaak", "jacob"),
        ("lasse", "lars"),
        ("jussi", "johannes"),
        ("wojtek", "wojciech"),
        ("honza", "jan"),
        ("pista", "istvan"),
        ("costel", "constantin"),
        ("voula", "paraskevi"),
        ("ndoc", "anton"),
        ("vytas", "vytautas"),
        ("yossi", "yosef"),
        ("mido", "mohamed"),
        ("isko", "francisco"),
    ],
)
def test_short_forms_share_a_symbol_with_their_name(short: str, name: str) -> None:
    assert {*nickname_symbols(short)} & {*nickname_symbols(name)}


@pytest.mark.parametrize(("first", "second"), [*combinations(UNRELATED, 2)])
def test_frequent_names_of_different_people_stay_apart(first: str, second: str) -> None:
    assert not {*nickname_symbols(first)} & {*nickname_symbols(second)}
