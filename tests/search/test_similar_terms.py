"""Similar terms: which words are alike, and what that is worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.search import (
    LIKENESS_FACTORS,
    Likeness,
    find_alike,
    has_codes,
    index_similar_terms,
)

WORDS = ("putin", "kassem", "bwtyn", "schmidt", "ann", "brouwer")
INDEX = index_similar_terms(list(enumerate(WORDS)))


def best_likeness(word: str) -> dict[str, float]:
    terms, factors = INDEX.find(word)
    results: dict[str, float] = {}
    for term, factor in zip(terms.tolist(), factors.tolist(), strict=True):
        results[WORDS[term]] = max(results.get(WORDS[term], 0.0), round(factor, 3))
    return results


@pytest.mark.parametrize(
    ("word", "like", "way"),
    [
        ("qasim", "kassem", Likeness.SOUND),
        ("putan", "putin", Likeness.LETTER),
        ("brouver", "brouwer", Likeness.LETTER),
        ("schmdit", "schmidt", Likeness.LETTER),
    ],
)
def test_a_word_is_like_another(word: str, like: str, way: Likeness) -> None:
    assert best_likeness(word)[like] == LIKENESS_FACTORS[way]


def test_a_script_without_vowels_is_read_by_consonants() -> None:
    assert best_likeness("putin")["bwtyn"] == LIKENESS_FACTORS[Likeness.SKELETON]


@given(
    st.text("aeiknoprst", min_size=1, max_size=7),
    st.lists(st.text("aeiknoprst", max_size=7), max_size=5),
)
def test_the_word_most_alike_is_one_that_the_index_gives(word: str, others: list[str]) -> None:
    coded = [(number, other) for number, other in enumerate(others) if has_codes(other)]
    terms, factors = index_similar_terms(coded).find(word)
    alike, most = find_alike(word, others), factors.max(initial=0)
    best = {others[term] for term, factor in zip(terms, factors, strict=True) if factor == most}
    assert alike in best if best else alike == ""


@pytest.mark.parametrize("word", ["", "a", "an", "x482916", "2020"])
def test_numbers_and_very_short_words_are_like_none(word: str) -> None:
    assert not has_codes(word)
    assert len(INDEX.find(word)[0]) == 0


def test_an_empty_index_finds_nothing() -> None:
    assert len(index_similar_terms([]).find("putin")[0]) == 0
