"""Japanese and Korean readings of Han characters."""

from __future__ import annotations

import pytest

from resolver.names.scripts.han import FIXED_READINGS, readings


@pytest.mark.parametrize(
    ("word", "japanese"),
    [("山田", "yamada"), ("太郎", "taro"), ("大野", "ono"), ("五十嵐", "igarashi")],
)
def test_the_japanese_reading_has_short_vowels(word: str, japanese: str) -> None:
    assert readings(word)[0] == japanese


def test_given_names_are_read_as_people_are_called() -> None:
    assert readings("翔太") == ("shota",)
    assert readings("くみ子") == ("kumiko",)
    # Readings are distinct, since the names differ in Chinese.
    spoken = [way for ways in FIXED_READINGS.values() for way in ways]
    assert len(spoken) == len(set(spoken))


def test_words_in_scripts_of_india_are_read_in_latin_letters() -> None:
    assert readings("चोपरा") == ("chopra",)


def test_the_korean_reading_is_in_hangul() -> None:
    assert readings("金正恩")[-1] == "금정은"


@pytest.mark.parametrize("word", ["", "yamada", "やまだ", "山田 太郎", "山" * 9])
def test_nothing_else_has_readings(word: str) -> None:
    assert readings(word) == ()
