"""Hebrew words in Latin letters."""

from __future__ import annotations

import pytest

from resolver.names.name_tokens import tokenize_person
from resolver.names.scripts.arabic import transliterate_hebrew_words
from resolver.records.prepared.value_flags import TokenFlag


@pytest.mark.parametrize("sign", ["'", "׳", "’", "`"])
def test_a_geresh_makes_another_sound(sign: str) -> None:
    text, spelled = transliterate_hebrew_words(f"ג{sign}ון צ{sign}ייס ז{sign}אן")
    assert text == "גון צייס זאן"
    assert spelled == {"גון": "jwn", "צייס": "chyys", "זאן": "zhan"}


@pytest.mark.parametrize(
    ("word", "latin"),
    [("אבא", "aba"), ("שרה", "shra"), ("הדס", "hds"), ("רש״י", "rshy"), ("מֹשֶׁה", "msha")],
)
def test_letters(word: str, latin: str) -> None:
    assert list(transliterate_hebrew_words(word)[1].values()) == [latin]


def test_a_name_with_geresh_is_no_particle() -> None:
    daughter, name = tokenize_person("רות בת כהן")[1], tokenize_person("רות בת׳ כהן")[1]
    assert daughter.flags & TokenFlag.PARTICLE
    assert not name.flags & TokenFlag.PARTICLE


def test_other_texts_stay() -> None:
    assert transliterate_hebrew_words("O'Neill's") == ("O'Neill's", {})


def test_one_word_is_one_token() -> None:
    tokens = tokenize_person("ז׳ורז׳ בידו")
    assert [token.text for token in tokens] == ["zhwrzh", "bydw"]
    assert [token.surface for token in tokens] == ["זורז", "בידו"]
