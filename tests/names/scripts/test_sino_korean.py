"""Korean readings of Chinese characters."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.folding import HANGUL
from resolver.names.scripts.han import _table, korean_reading


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("朴槿惠", "박근혜"),
        ("文在寅", "문재인"),
        ("潘基文", "반기문"),
        ("大韓民國", "대한민국"),
        ("平壤", "평양"),
        ("三星", "삼성"),
    ],
)
def test_names_are_read_syllable_by_syllable(word: str, reading: str) -> None:
    assert korean_reading(word) == reading


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("李承晩", "이승만"),
        ("盧泰愚", "노태우"),
        ("柳寬順", "유관순"),
        ("羅", "나"),
        ("女人", "여인"),
        ("年代", "연대"),
        ("男女", "남녀"),
        ("金日烈", "금일렬"),
        ("羅列", "나열"),
        ("戰慄", "전율"),
        ("韻律", "운율"),
        ("法律", "법률"),
    ],
)
def test_initial_sounds_soften_as_the_orthography_says(word: str, reading: str) -> None:
    assert korean_reading(word) == reading


@pytest.mark.parametrize("word", ["", "abc", "李a", "李의", "山田くん", "㐀\U00020bb7"])
def test_words_with_other_letters_have_no_reading(word: str) -> None:
    assert korean_reading(word) == ""


def test_the_table_has_a_syllable_for_every_character() -> None:
    table = _table()
    assert len(table) == 27_497
    assert all(HANGUL.fullmatch(reading) for reading in table.values())
    # KS X 1001 has its Chinese characters in the order of their readings; characters with several
    # readings are in F900 to FAFF for the others.
    rows = (bytes((high, low)) for high in range(0xCA, 0xFE) for low in range(0xA1, 0xFF))
    order = [table[letter] for row in rows if (letter := row.decode("euc_kr")) in table]
    rises = sum(first <= second for first, second in pairwise(order))
    assert len(order) == 4_621
    assert rises > 0.9 * len(order)


@given(st.lists(st.sampled_from(sorted(_table())), min_size=1, max_size=6))
def test_every_word_of_the_table_has_as_many_syllables_as_letters(letters: list[str]) -> None:
    reading = korean_reading("".join(letters))
    assert len(reading) == len(letters)
    assert all(map(HANGUL.match, reading))
