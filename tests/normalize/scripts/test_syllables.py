"""Syllables of Chinese and Korean names in Latin letters."""

from __future__ import annotations

import pytest

from resolver.normalize.scripts.syllables import (
    is_syllable,
    joined,
    korean_of,
    pinyin_of,
)


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
def test_a_name_in_pinyin_is_among_what_wade_giles_may_stand_for(pinyin: str, wade: str) -> None:
    assert pinyin in pinyin_of(pinyin, known=True) or pinyin in pinyin_of(pinyin, known=False)
    assert pinyin in pinyin_of(wade, known=False)


def test_two_names_in_pinyin_have_nothing_in_common() -> None:
    one, two = pinyin_of("jianfeng", known=False), pinyin_of("qianfeng", known=False)
    assert one
    assert two
    assert not set(one) & set(two)


@pytest.mark.parametrize("word", ["maria", "dina", "tina", "marina", "pete"])
def test_an_established_name_that_only_looks_like_syllables_stays_itself(word: str) -> None:
    assert pinyin_of(word, known=True) == ()


@pytest.mark.parametrize("word", ["", "li", "smith", "washington", "xiaohuixiaohuixiaohui", "小慧"])
def test_other_words_are_in_no_pinyin(word: str) -> None:
    assert pinyin_of(word, known=False) == ()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("yonghyeok", "yonghyouk"),
        ("minjun", "minchun"),
        ("jaejin", "chaechin"),
        ("seojun", "sojun"),
    ],
)
def test_korean_spellings_of_one_name_are_levelled(one: str, two: str) -> None:
    assert korean_of(one, known=False) == korean_of(two, known=False) != ""


@pytest.mark.parametrize(("one", "two"), [("minjun", "minsu"), ("jihye", "jihun")])
def test_different_korean_names_stay_different(one: str, two: str) -> None:
    assert korean_of(one, known=False) != korean_of(two, known=False)


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
    assert joined(name) == expected


def test_syllables_are_told_from_other_words() -> None:
    assert all(map(is_syllable, ("xiao", "hsiao", "chih", "jong", "hyeok", "ssu")))
    assert not any(map(is_syllable, ("", "smith", "jean", "xq", "rahman")))


def test_a_slip_in_one_syllable_does_not_part_a_given_name() -> None:
    assert joined("Chih-yvng Pao") == "Chihyvng Pao"
    assert joined("To-cuhn Yi") == "Tocuhn Yi"
    for kept in (
        "Jean-Marie",
        "Al-rashid",
        "Abu-bakr",
        "Anna-lena",
        "El-sayed",
        "Ali Yusuf Al-Tar",
    ):
        assert joined(kept) == kept


def test_finals_of_two_systems_may_be_mixed() -> None:
    assert "zhilong" in pinyin_of("chihlong", known=False)
