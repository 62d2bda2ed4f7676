"""Jaro-Winkler and optimal string alignment against the library, to the last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from resolver.names.kernels.edit_distance import jaro_winkler, mean_similarity, osa_similarity

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
def test_values_are_those_of_the_library(first: str, second: str) -> None:
    assert jaro_winkler(letters(first), letters(second)) == JaroWinkler.similarity(first, second)
    assert osa_similarity(letters(first), letters(second)) == OSA.normalized_similarity(
        first, second
    )


@settings(deadline=None, max_examples=400)
@given(words, words, st.floats(0, 1, width=32))
@example("abdulaziz", "abdelaziz", 0.5)
@example("a" * 64, "b" + "a" * 63, 0.5)
def test_mean_is_that_of_the_library_or_0_below_the_minimum(
    first: str, second: str, minimum: float
) -> None:
    places = np.zeros(32, dtype=np.uint64)
    least_edits = abs(len(first) - len(second))
    mean = mean_similarity(
        letters(first), letters(second), np.float32(minimum), least_edits, places
    )
    winkler = np.float32(JaroWinkler.similarity(first, second))
    expected = (winkler + np.float32(OSA.normalized_similarity(first, second))) / np.float32(2)
    assert mean == expected or (mean == 0 and expected < minimum)
    assert not places.any()
