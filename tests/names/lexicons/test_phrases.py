"""Search for phrases against a slow search by regular expressions."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from resolver.names.lexicons.legal_forms import PhraseTable, SpellingTable

SPELLINGS = ("co", "co.", "co ltd", "ltd", "(pte)", "l.l.c", "-x", "é")
PIECES = st.sampled_from(["co", "CO", ".", " ", "ltd", "(pte)", "l.l.c", "-", "x", "é", "_", "1"])
WORDS = st.lists(st.sampled_from("a b c d".split()), max_size=8)
PHRASES = ("a", "a b", "b c", "a b c d", "d")


@given(st.lists(PIECES, max_size=8).map("".join))
def test_the_longest_spellings_are_found_from_left_to_right(text: str) -> None:
    ordered = sorted(SPELLINGS, key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)"
    expected = [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]
    assert SpellingTable(SPELLINGS).find_longest(text) == expected


@given(WORDS)
def test_every_phrase_of_whole_words_is_found(words: list[str]) -> None:
    expected = [
        " ".join(words[first:last])
        for last in range(1, len(words) + 1)
        for first in range(last)
        if " ".join(words[first:last]) in PHRASES
    ]
    assert PhraseTable(PHRASES).find_all(words) == expected


def test_other_letters_match_in_their_own_case_only() -> None:
    table = SpellingTable(("ооо", "ag"))
    assert table.find_longest("ооо Ромашка AG") == [(0, 3), (12, 14)]
    assert table.find_longest("ООО Ромашка") == []
