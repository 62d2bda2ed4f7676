"""Letters of texts as arrays, against texts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.runtime.text_hashes import TextLetters, spell

TEXTS = st.lists(st.text(max_size=9), max_size=8)


def letters_of(texts: list[str]) -> TextLetters:
    """Return the letters of texts."""
    return TextLetters.of(np.array(texts, dtype=object))


@given(TEXTS)
def test_letters_are_those_of_the_texts(texts: list[str]) -> None:
    letters = letters_of(texts)
    assert letters.lengths.tolist() == [len(text) for text in texts]
    assert letters.first_letters.tolist() == [ord(text[0]) if text else 0 for text in texts]


@given(TEXTS, st.integers(1, 10))
def test_hashes_are_those_of_parts_of_texts(texts: list[str], most: int) -> None:
    letters = letters_of(texts)
    assert letters.spell_first(most).tolist() == [spell(text[:most]) for text in texts]
    assert letters.spell_last(most).tolist() == [spell(text[-most:]) for text in texts]


def test_lone_surrogates_have_a_hash() -> None:
    assert letters_of(["\ud800a"]).spell_first(2).tolist() == [spell("\ud800a")]
