"""Cutting names without spaces at the words of the lexicon."""

from __future__ import annotations

import pytest

from resolver.data import load_words
from resolver.names.lexicons.group_words import translate_unspaced_words, word_senses

PLACES = sorted(load_words("unspaced_words", use="place"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("银湖航运公司", "银湖 shipping company"),
        ("銀湖航運公司", "銀湖 shipping company"),
        ("丸山造船株式会社", "丸山 shipbuilding kk"),
        ("東京製薬", "tokyo pharmaceutical"),
        ("KXV航空制造株式会社", "KXV aviation manufacturing kk"),
        ("丸山ケミカル", "丸山 chemical"),
        ("한성전자 주식회사", "한성 electronics ltd"),
        ("韦尔斯与卡灵顿公司", "韦尔斯 卡灵顿 company"),
        ("雷达和导弹系统公司", "radar missile systems company"),
        ("Wells Fargo", "Wells Fargo"),
    ],
)
def test_words_are_cut_out(name: str, words: str) -> None:
    assert " ".join(translate_unspaced_words(name).split()) == words


def test_a_place_and_one_more_syllable_make_a_name() -> None:
    assert translate_unspaced_words("巴林公司").split() == ["bahrain", "company"]
    assert translate_unspaced_words("巴林顿公司").split() == ["巴林顿", "company"]


def test_the_longest_word_counts() -> None:
    assert translate_unspaced_words("航空航天").strip() == "aerospace"
    assert translate_unspaced_words("航空").strip() == "aviation"


@pytest.mark.parametrize("word", ["俱乐部", "大阪", "製作所", "軟體", *PLACES])
def test_words_are_found_in_any_form_of_characters(word: str) -> None:
    assert translate_unspaced_words(word).isascii()


def test_words_have_two_characters_or_more() -> None:
    assert min(map(len, (*word_senses(), *PLACES))) == 2
