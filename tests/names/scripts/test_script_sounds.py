"""Sounds of names in different scripts."""

from __future__ import annotations

import random

import numpy as np
import pytest

from resolver.matching.blocking import RULES, join_candidates
from resolver.matching.blocking.rules import PLAN_BY_NAME
from resolver.names.scripts.sounds import (
    MAX_CODES,
    are_syllabic,
    foreign_codes,
    lack_latin,
    latin_codes,
)
from resolver.records import Kind, Record, Value
from resolver.records.prepared.value_flags import Script
from resolver.runtime.text_hashes import TextLetters
from tests.matching.preparing import prepared
from tests.records.samples import record

CLASS_OF = {
    letter: number
    for number, letters in enumerate(("bpv", "dt", "sz", "k", "lr", "mn"), 1)
    for letter in letters
}


def code_of(word: str, *, with_vowels: bool = False) -> int:
    letters = TextLetters.of(np.array([word], dtype=object))
    return int(latin_codes(letters, with_vowels=with_vowels)[0])


def classes_of(word: str) -> str:
    return f"{code_of(word):o}"[::-1]


@pytest.mark.parametrize(
    ("word", "classes"),
    [
        ("whitfield", "2152"),
        ("tschechow", "331"),
        ("schmidt", "362"),
        ("dzhek", "34"),
        ("dschamila", "365"),
        ("tatcher", "235"),
        ("laxman", "54366"),
        ("cecilia", "335"),
        ("carla", "45"),
        ("wright", "152"),
        ("jong", "36"),
        ("jongun", "3646"),
        ("mannino", "666"),
        ("aiyu", "0"),
        ("", "0"),
        ("né", "6"),
    ],
)
def test_classes_of_a_latin_word(word: str, classes: str) -> None:
    assert classes_of(word) == classes


def test_words_without_digraphs_have_the_classes_of_their_letters() -> None:
    dice = random.Random(1)
    for _ in range(300):
        word = "".join(dice.choice("abdeiklmnoprsuvz") for _ in range(dice.randrange(12)))
        if "ts" in word or "tz" in word:
            continue
        marks = [CLASS_OF.get(letter, 0) for letter in word]
        own = [
            str(mark) for mark, before in zip(marks, [0, *marks], strict=False) if mark != before
        ]
        assert classes_of(word) == ("".join(own).replace("0", "")[:9] or "0"), word


@pytest.mark.parametrize(
    ("latin", "foreign", "script"),
    [
        ("whitfield", "huitefeierde", Script.HAN),
        ("whitfield", "hwiteupildeu", Script.HANGUL),
        ("mackenzie", "maikenqi", Script.HAN),
        ("victor", "bigteo", Script.HANGUL),
        ("mathilde", "machirudo", Script.KATAKANA),
        ("dschamal", "jmal", Script.ARABIC),
        ("gamal", "jmal", Script.ARABIC),
        ("yakov", "yaakb", Script.HEBREW),
        ("khrushchev", "khrushchev", Script.CYRILLIC),
        ("jack", "dzhek", Script.CYRILLIC),
        ("gregory", "nkrenkori", Script.GREEK),
        ("chhetri", "kshetri", Script.DEVANAGARI),
        ("javakhishvili", "javakhishvili", Script.GEORGIAN),
        ("christophides", "khristofidis", Script.ARMENIAN),
    ],
)
def test_a_name_shares_a_code_with_its_spelling_in_another_script(
    latin: str, foreign: str, script: Script
) -> None:
    codes = {*foreign_codes(foreign, int(script)), code_of(foreign)}
    assert code_of(latin) in codes
    assert len(codes) <= MAX_CODES


@pytest.mark.parametrize("other", ["whitman", "canfield", "petrov"])
def test_another_name_has_another_code(other: str) -> None:
    assert code_of(other) not in foreign_codes("huitefeierde", int(Script.HAN))


def joined_by_rule(*names: dict[str, str]) -> list[tuple[int, int]]:
    records = [
        Record(
            f"s:{number}", "s", Kind.PERSON, "Person", tuple(map(Value, values, values.values()))
        )
        for number, values in enumerate(names)
    ]
    batch = prepared(records)
    pairs, _ = join_candidates(batch, PLAN_BY_NAME["XS"])
    number = next(place for place, rule in enumerate(RULES) if rule.name == "cross_script")
    is_joined = (pairs.rules >> np.uint32(number)) & np.uint32(1) == 1
    return list(zip(pairs.left[is_joined].tolist(), pairs.right[is_joined].tolist(), strict=True))


@pytest.mark.parametrize(
    ("latin", "foreign"),
    [
        ("Janez Janša", "亚内兹·扬沙"),
        ("Wladimir Putin", "Владимир Путин"),
        ("Mohammed bin Salman", "محمد بن سلمان"),
        ("Kim Jong Un", "김정은"),
        ("Dimitris Papadopoulos", "Δημήτρης Παπαδόπουλος"),
        ("Binyamin Netanyahu", "בנימין נתניהו"),
        ("Mikheil Saakashvili", "მიხეილ სააკაშვილი"),
        ("Serzh Sargsyan", "Սերժ Սարգսյան"),
        ("Ram Chandra Poudel", "रामचन्द्र पौडेल"),
        ("Thaksin Shinawatra", "ทักษิณ ชินวัตร"),
        ("Gordon Whitfield", "ゴードン・ホイットフィールド"),
    ],
)
def test_a_name_joins_its_spelling_in_another_script(latin: str, foreign: str) -> None:
    assert joined_by_rule({"name": latin}, {"name": foreign}) == [(0, 1)]


def test_one_word_and_the_year_of_birth_join() -> None:
    others = {"name": "Janez Novak", "birthDate": "1958"}
    foreign = {"name": "亚内兹·扬沙", "birthDate": "1958-09-17"}
    assert joined_by_rule(others, foreign) == [(0, 1)]
    assert joined_by_rule({**others, "birthDate": "1968"}, foreign) == []


def test_records_with_a_latin_name_do_not_join_each_other() -> None:
    names = ({"name": "Gordon Whitfield"}, {"name": "Gartin Tivelt"}, {"name": "戈登·惠特菲尔德"})
    assert joined_by_rule(*names) == [(0, 2), (1, 2)]
    both = {"name": "戈登·惠特菲尔德", "alias": "Gordon Whitfield"}
    assert joined_by_rule(names[1], both) == []


def test_records_without_a_latin_name() -> None:
    batch = prepared(
        [
            record("s:1", name="Gordon Whitfield"),
            record("s:2", name="戈登·惠特菲尔德", alias="Gordon Whitfield"),
            record("s:3", name="戈登·惠特菲尔德"),
            record("s:4", name="สมชาย วงศ์สวัสดิ์"),
            record("s:5", firstName="Иван", lastName="Иванов"),
            record("s:6", birthDate="1960"),
        ]
    )
    assert lack_latin(batch).tolist() == [False, False, True, True, True, False]
    assert are_syllabic(batch).tolist() == [False, True, True, False, False, False]
