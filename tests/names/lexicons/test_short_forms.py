"""Short forms of given names in the tables of many languages, and endings of familiar names."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from resolver import data
from resolver.data import load_rows
from resolver.names.lexicons.equivalents import (
    ShortForms,
    level_spelling,
    level_spellings,
    nickname_symbols,
    possible_bases,
    read_short_forms,
)

UNRELATED = """
maria mario anna johannes paul peter martin marta robert roberta karim ahmed fatima
carlos carla julian alexander wolfgang giuseppe
""".split()


@pytest.fixture(scope="module")
def parsed() -> ShortForms:
    return read_short_forms(level_spellings, str)


def test_the_languages_of_endings_have_tables(parsed: ShortForms) -> None:
    languages = {row[0] for row in load_rows("short_form_endings")}
    assert languages <= parsed.names_by_language.keys()


def test_a_line_makes_a_nickname(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given_names.tsv").write_text("language\tname\tspelling\n")
    line = "Spanish\tfrancisco\tcisco\n"
    (tmp_path / "short_forms.tsv").write_text(f"language\tname\tshort_form\n{line}")
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    found = read_short_forms(list, str)
    assert found.names_by_word == {"francisco": ("francisco",), "cisco": ("francisco",)}
    assert found.names_by_language == {"Spanish": found.names_by_word}
    assert found.full_names == {"francisco"}


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
