"""Terms of values and typed texts."""

from __future__ import annotations

import pytest

from resolver.records import Identifier
from resolver.records.packing import identifier_text
from resolver.search import MAX_TERM, MAX_WORDS, SEARCHED, read_typed_text


def terms_of(prop: str, text: str) -> set[str]:
    return {term for term, _ in SEARCHED[prop].terms(text)}


@pytest.mark.parametrize(
    ("typed", "prop", "value"),
    [
        ("X 482-916", "passportNumber", "X482916"),
        ("x482916", "passportNumber", "X 482 916"),
        ("+31 20 555 0101", "phone", "0031205550101"),
        ("020 555 0101", "phone", "+31 20 555 0101"),
        ("Tamara.U@Example.org", "email", "tamara.u@example.org"),
        ("putin", "lastName", "Путин"),
        ("ПУТИН ВЛАДИМИР", "name", "Vladimir Putin"),
        ("vladimirputin", "name", "Vladimir PUTIN"),
        ("O'Brien", "lastName", "O’BRIEN"),
    ],
)
def test_a_text_is_found_in_any_writing(typed: str, prop: str, value: str) -> None:
    assert set(read_typed_text(typed).wholes) & terms_of(prop, value)


def test_words_of_a_short_value_weigh_more() -> None:
    weights = dict(SEARCHED["name"].terms("Ann Lee"))
    assert weights["ann"] > dict(SEARCHED["name"].terms("Ann Mary Lee"))["ann"]
    assert max(weights.values()) == 1.0 == dict(SEARCHED["name"].terms("Ann"))["ann"]
    assert all(0 < searched.weight <= 1 for searched in SEARCHED.values())


def test_notes_of_a_number_are_not_searched() -> None:
    packed = identifier_text(Identifier("idNumber", "AB 17", country="ru", note="forged"))
    assert terms_of("idNumber", packed) == {"ab", "17", "=ab17", "=17ab"}


@pytest.mark.parametrize("text", ["", "*", '"', "''", "---", "\u200b", "()"])
def test_a_text_without_letters_has_no_words(text: str) -> None:
    typed = read_typed_text(text)
    assert (typed.words, typed.wholes) == ((), ())


def test_long_texts_are_bounded() -> None:
    typed = read_typed_text(" ".join(f"word{number}" for number in range(500)) + "x" * 5_000)
    assert len(typed.words) == MAX_WORDS
    assert max(map(len, (*typed.words, *typed.wholes))) <= MAX_TERM + 1
