"""Forms of Chinese characters."""

from __future__ import annotations

import pytest

from resolver.names.scripts.han import japanese_form, level_han


@pytest.mark.parametrize(
    ("word", "other"), [("習近平", "习近平"), ("渡邊", "渡辺"), ("髙橋", "高橋"), ("澤", "沢")]
)
def test_forms_of_one_character_are_one(word: str, other: str) -> None:
    assert level_han(word) == level_han(other)


@pytest.mark.parametrize(("word", "other"), [("高市", "高石"), ("王伟", "王玮")])
def test_characters_of_one_sound_stay_apart(word: str, other: str) -> None:
    assert level_han(word) != level_han(other)


@pytest.mark.parametrize(("simplified", "japanese"), [("滨松", "浜松"), ("东京", "東京")])
def test_simplified_characters_as_japanese_writes_them(simplified: str, japanese: str) -> None:
    assert japanese_form(simplified) == japanese
