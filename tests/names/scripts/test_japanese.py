"""Japanese readings from the table of UniDic."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.scripts.han import REST, japanese_reading, read_by_parts, readings
from resolver.world.asian_lists import spell_japanese
from resolver.world.name_lists import listed_names, read_japanese_names

TABLE = {"a": "1", "b": "2", "ab": "3", "bc": "4", "c": "5", f"a{REST}": "6", f"{REST}c": "7"}


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("山田太郎", "yamadataro"),
        ("小泉純一郎", "koizumijunichiro"),
        ("井上", "inoue"),
        ("飯田", "iida"),
        ("佐々木", "sasaki"),
        ("奈々", "nana"),
        ("市ヶ谷", "ichigaya"),
        ("くみ子", "kumiko"),
        ("日本赤軍", "nipponsekigun"),
        ("春穂", "haruho"),
    ],
)
def test_names_are_read_as_in_passports(word: str, reading: str) -> None:
    assert japanese_reading(word) == reading


@pytest.mark.parametrize("word", ["山x", "мир", "々"])
def test_a_word_with_another_sign_has_no_reading(word: str) -> None:
    assert japanese_reading(word) == ""


def test_nearly_all_common_names_are_read_as_people_are_called() -> None:
    pairs = [
        entry
        for attribute, extra in (
            ("first_name_male_pairs", listed_names("japanese male")),
            ("first_name_female_pairs", listed_names("japanese female")),
            ("last_name_pairs", listed_names("japanese family")),
        )
        for entry in [*read_japanese_names(attribute), *(e.split(":") for e in extra)]
    ]
    names = {text: spell_japanese(text, kana).standard.lower() for text, kana in pairs}
    # names in kana alone have no reading
    read = {text: ways[0] for text in names if (ways := readings(text))}
    wrong = {text: (read[text], names[text]) for text in read if read[text] != names[text]}
    assert len(read) > 240
    assert len(wrong) <= 0.05 * len(read), wrong


@given(st.text("abcd", min_size=1, max_size=6))
def test_words_are_read_in_the_fewest_parts(word: str) -> None:
    places = range(1, len(word))
    cuts = (cut for count in range(len(word)) for cut in itertools.combinations(places, count))
    for cut in cuts:
        ends = [0, *cut, len(word)]
        texts = [_part(word, start, end) for start, end in itertools.pairwise(ends)]
        if None not in texts:
            fewest = len(texts)
            break
    else:
        assert read_by_parts(word, TABLE) == ""
        return
    assert len(read_by_parts(word, TABLE)) == fewest


def _part(word: str, start: int, end: int) -> str | None:
    text = word[start:end]
    before, after = REST * (start > 0), REST * (end < len(word) and not start)
    return TABLE.get(before + text + after, TABLE.get(text)) if len(text) == 1 else TABLE.get(text)
