"""Syllables of Chinese and Korean names in Latin letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.scripts.syllables import (
    _OUTLINE,
    _all_syllables,
    _cut,
    _may_be_cut,
    is_korean_spelling,
    is_pinyin,
    is_syllable,
    join_hyphenated_syllables,
    korean_key,
    pinyin_readings,
)


def test_each_syllable_has_the_outline() -> None:
    assert all(_OUTLINE.fullmatch(syllable * 2) for syllable in _all_syllables())


@pytest.mark.parametrize(
    ("pinyin", "wade"),
    [
        ("xiaohui", "hsiaohui"),
        ("jianguo", "chienkuo"),
        ("zhicheng", "chihcheng"),
        ("dejun", "techun"),
        ("meirong", "meijung"),
        ("yuejie", "yuehchieh"),
        ("zemin", "tsemin"),
        ("sihong", "ssuhung"),
    ],
)
def test_pinyin_is_among_the_readings_of_wade_giles(pinyin: str, wade: str) -> None:
    readings = [pinyin_readings(pinyin, is_known=is_known) for is_known in (True, False)]
    assert pinyin in readings[0] or pinyin in readings[1]
    assert pinyin in pinyin_readings(wade, is_known=False)


def test_different_pinyin_names_share_no_reading() -> None:
    first = pinyin_readings("jianfeng", is_known=False)
    second = pinyin_readings("qianfeng", is_known=False)
    assert first
    assert second
    assert not set(first) & set(second)


@pytest.mark.parametrize("word", ["maria", "dina", "tina", "marina", "pete"])
def test_established_names_have_no_pinyin(word: str) -> None:
    assert pinyin_readings(word, is_known=True) == ()


@pytest.mark.parametrize("word", ["", "li", "smith", "washington", "xiaohuixiaohuixiaohui", "小慧"])
def test_other_words_have_no_pinyin(word: str) -> None:
    assert pinyin_readings(word, is_known=False) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("yonghyeok", "yonghyouk"),
        ("minjun", "minchun"),
        ("jaejin", "chaechin"),
        ("seojun", "sojun"),
    ],
)
def test_korean_spellings_are_leveled(first: str, second: str) -> None:
    assert korean_key(first, is_known=False) == korean_key(second, is_known=False) != ""


@pytest.mark.parametrize(("first", "second"), [("minjun", "minsu"), ("jihye", "jihun")])
def test_different_korean_names_stay_different(first: str, second: str) -> None:
    assert korean_key(first, is_known=False) != korean_key(second, is_known=False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Chien-kuo Wang", "Chienkuo Wang"),
        ("WANG Xiao-Ming", "WANG Xiaoming"),
        ("Kim Jong\u2010un", "Kim Jongun"),
        ("Jean-Marie Le Pen", "Jean-Marie Le Pen"),
        ("Abd-al-Rahman", "Abd-al-Rahman"),
        ("Anna-Maria", "Anna-Maria"),
        ("no hyphen", "no hyphen"),
    ],
)
def test_a_hyphen_between_two_syllables_is_left_out(name: str, expected: str) -> None:
    assert join_hyphenated_syllables(name) == expected


def test_syllables_are_recognized() -> None:
    assert all(map(is_syllable, ("xiao", "hsiao", "chih", "jong", "hyeok", "ssu")))
    assert not any(map(is_syllable, ("", "smith", "jean", "xq", "rahman")))


def test_a_typo_in_a_syllable_does_not_split_a_given_name() -> None:
    assert join_hyphenated_syllables("Chih-yvng Pao") == "Chihyvng Pao"
    assert join_hyphenated_syllables("To-cuhn Yi") == "Tocuhn Yi"
    for unchanged in (
        "Jean-Marie",
        "Al-rashid",
        "Abu-bakr",
        "Anna-lena",
        "El-sayed",
        "Ali Yusuf Al-Tar",
    ):
        assert join_hyphenated_syllables(unchanged) == unchanged


def test_finals_of_two_systems_may_be_mixed() -> None:
    assert "zhilong" in pinyin_readings("chihlong", is_known=False)


def test_words_of_syllables_of_one_language() -> None:
    assert is_pinyin("zhilong")
    assert not is_pinyin("jihyeok")
    assert is_korean_spelling("jihyeok")
    assert not is_korean_spelling("zhilong")
    assert not is_pinyin("smith")
    assert not is_korean_spelling("smith")


@given(st.lists(st.sampled_from(sorted(_all_syllables())), min_size=2, max_size=3))
def test_words_of_syllables_have_their_outline(syllables: list[str]) -> None:
    assert _OUTLINE.fullmatch("".join(syllables))


@given(
    st.lists(st.sampled_from(sorted(_all_syllables())), min_size=1, max_size=4), st.text("anghi")
)
def test_words_that_cannot_be_cut_are_told_at_once(parts: list[str], end: str) -> None:
    token = "".join(parts) + end
    can_be_cut = any(_cut(token, _all_syllables(), short=short) for short in (False, True))
    assert _may_be_cut(token, _all_syllables()) == can_be_cut
