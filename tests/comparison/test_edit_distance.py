"""Jaro-Winkler and optimal string alignment against the library, to the last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from resolver.comparison.edit_distance import edits_alike, jaro_winkler, written_alike

words = st.one_of(
    st.text("ab", max_size=12),
    st.text("abcdé日", max_size=9),
    st.text("ab", min_size=60, max_size=70),
)


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


@settings(deadline=None, max_examples=400)
@given(words, words, st.floats(0, 1, width=32))
@example("abdulaziz", "abdelaziz", 0.5)
@example("a" * 64, "b" + "a" * 63, 0.5)
def test_the_mean_of_both_is_theirs_or_below_what_is_enough(
    one: str, two: str, least: float
) -> None:
    places = np.zeros(32, dtype=np.uint64)
    found = written_alike(
        letters(one), letters(two), np.float32(least), abs(len(one) - len(two)), places
    )
    whole = JaroWinkler.similarity(one, two), OSA.normalized_similarity(one, two)
    mean = (np.float32(whole[0]) + np.float32(whole[1])) / np.float32(2)
    assert found == mean or (found == 0 and mean < least)
    assert not places.any()
