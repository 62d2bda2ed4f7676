"""Jaro-Winkler and optimal string alignment against the library, to the last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from resolver.compare.spelling import edits_alike, jaro_winkler

words = st.one_of(st.text("ab", max_size=12), st.text("abcdé日", max_size=9), st.text("ab", min_size=60, max_size=70))


def letters(text: str) -> npt.NDArray[np.uint32]:
    return np.array([ord(letter) for letter in text], dtype=np.uint32)


@settings(deadline=None, max_examples=400)
@given(words, words)
@example("a", "a")
@example("", "")
@example("", "a")
def test_values_are_those_of_the_library(one: str, two: str) -> None:
    assert jaro_winkler(letters(one), letters(two)) == JaroWinkler.similarity(one, two)
    assert edits_alike(letters(one), letters(two)) == OSA.normalized_similarity(one, two)
