"""Classes of characters: `rigour` answers the same for names of every script."""

from __future__ import annotations

import pytest
import rigour._core
from hypothesis import given
from hypothesis import strategies as st
from rigour.names import tokenize_name as tokenize_by_library
from rigour.text.normalize import Normalize, normalize

from resolver.reference import (
    is_word_end,
    phrase_form,
    text_scripts,
    tokenize_name,
    word_starts,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXT)
def test_tokens_are_those_of_rigour(text: str) -> None:
    assert tokenize_name(text) == tokenize_by_library(text)


@given(TEXT)
def test_scripts_are_those_of_rigour(text: str) -> None:
    assert text_scripts(text) == rigour._core.text_scripts(text)


@given(st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=["Cs", "Cn"]), max_size=20))
def test_phrases_are_written_as_by_rigour(text: str) -> None:
    assert phrase_form(text) == (normalize(text, Normalize.CASEFOLD | Normalize.NAME) or "")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("O'Brien, U.S.A.", ["OBrien", "USA"]),
        ("Jean-Luc\u00a0Picard", ["Jean", "Luc", "Picard"]),
        ("佐々木 ー", ["佐々木", "ー"]),
        ("re\u0301sume\u0301", ["resume"]),
        ("- . '", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert tokenize_name(text) == tokens


@given(TEXT)
def test_words_begin_where_no_letter_stands_before(text: str) -> None:
    starts = word_starts(text)
    assert starts == [
        place for place in range(len(text)) if place == 0 or is_word_end(text, place - 1)
    ]


def test_letters_that_many_scripts_share_have_no_script() -> None:
    assert text_scripts("12 – 3") == set()
    assert text_scripts("Ivan Иван") == {"Latin", "Cyrillic"}
