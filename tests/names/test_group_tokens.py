"""Tokens of groups' names: things under names of several languages, and parts of groups."""

from __future__ import annotations

import pytest

from resolver.names.group_tokens import stem_symbol, tokenize_group
from resolver.records.prepared.value_flags import FACTION, TokenFlag


def words(text: str) -> list[str]:
    return [token.text for token in tokenize_group(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Liberation Army - Minni Minawi",
        "Liberation Army \u2013 Minni Minawi",
        "ULIMO - K",
        "PFLP - General Command",
        "Red Front (Northern wing)",
        "Frente Rojo - fracción del Norte",
    ],
)
def test_parts_of_groups_are_marked(text: str) -> None:
    assert words(text).count(FACTION) == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Red Cartel - Los Mendes faction", "mendes"),
        ("Red Liberation Front-General Command", "general command"),
        ("Red Front (Northern faction)", "northern"),
        ("Frente Rojo de Liberaci\u00f3n-Movimiento Sur", "movement sur"),
        ("Red Liberation Front- Khan", "khan"),
        ("Red Front - North - Adan", "adan"),
    ],
)
def test_the_mark_stands_before_the_part(text: str, part: str) -> None:
    tokens = tokenize_group(text)
    at = [token.text for token in tokens].index(FACTION)
    assert [token.text for token in tokens[at + 1 :] if not token.flags & TokenFlag.PARTICLE] == (
        part.split()
    )


@pytest.mark.parametrize(
    "text",
    [
        "Party for the Independence of Guinea-Bissau",
        "Anti-Liberation Front",
        "Hizb-i Islami-yi Afghanistan",
        "Red Movement for Self-Defence",
        "Liberation Front of Congo-\nKinshasa",
        "National Liberation Army - NLA",
        "PFLP - Popular Front for the Liberation of Palestine",
        "Blue Harbor Shipping - Dakar",
        "Al-Shabaab",
        "Liberation Army",
        " - ",
    ],
)
def test_whole_groups_are_not(text: str) -> None:
    assert FACTION not in words(text)


@pytest.mark.parametrize(
    ("first", "second"),
    [("Suqour", "Hawks"), ("Noor", "Light"), ("Zvezda", "Star"), ("Звезда", "Estrella")],
)
def test_things_share_a_symbol_and_keep_their_word(first: str, second: str) -> None:
    left, right = (tokenize_group(f"{word} Trading")[0] for word in (first, second))
    assert set(left.symbols) & set(right.symbols)
    assert left.text != right.text


def test_proper_names_in_han_have_the_symbols_of_their_readings() -> None:
    (han, _), (latin, _) = tokenize_group("三菱公司"), tokenize_group("Mitsubishi Company")
    assert han.flags & TokenFlag.FOREIGN
    assert stem_symbol(latin) in han.symbols


def test_words_in_han_have_the_symbols_of_all_their_senses() -> None:
    (han, _), (latin, _) = tokenize_group("民主基金会"), tokenize_group("Democratic Foundation")
    assert stem_symbol(latin) in han.symbols
    assert stem_symbol(latin) not in tokenize_group("Democracy Foundation")[0].symbols


def test_a_single_word_is_neither_legal_form_nor_particle() -> None:
    (token,) = tokenize_group("CPA")
    assert not token.flags & TokenFlag.LEGAL
    assert any(token.flags & TokenFlag.LEGAL for token in tokenize_group("Norvelt GmbH"))


@pytest.mark.parametrize("text", ["Norvelt Congo", "Army of Korea", "Republic of Bosnia"])
def test_regions_are_places(text: str) -> None:
    assert any(token.flags & TokenFlag.PLACE for token in tokenize_group(text))


def test_a_single_v_is_left_of_a_legal_form() -> None:
    assert tokenize_group("Norvelt V Veldhoven")[1].flags == TokenFlag.LEGAL
    assert not tokenize_group("H V Norvelt Works")[1].flags & TokenFlag.LEGAL


@pytest.mark.parametrize(
    ("text", "is_legal"),
    [
        ("B NORVELT OSTRAVA V", True),
        ("A NORVELT P S", True),
        ("B NORVELT D V", False),
        ("B NORVELT OSTRAVA D", False),
    ],
)
def test_letters_of_a_legal_form_may_be_separated(text: str, is_legal: bool) -> None:
    letters = [token for token in tokenize_group(text) if len(token.text) == 1]
    assert all(token.flags & TokenFlag.LEGAL for token in letters) == is_legal


def test_in_is_a_preposition_unless_the_name_has_a_legal_form() -> None:
    assert tokenize_group("Norvelt University in Ostrava")[2].flags == TokenFlag.PARTICLE
    assert tokenize_group("Norvelt Inc")[1].flags & TokenFlag.LEGAL


@pytest.mark.parametrize(
    ("name", "is_generic"),
    [("Western University", True), ("Northern Bank Ltd", True), ("Western Norvelt Bank", False)],
)
def test_a_direction_with_generic_words_only_is_generic(name: str, is_generic: bool) -> None:
    assert bool(tokenize_group(name)[0].flags & TokenFlag.GENERIC) == is_generic
