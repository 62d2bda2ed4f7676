"""Romanization: a few names of each script."""

from __future__ import annotations

import pytest

from resolver.world import alphabets, asian_lists
from resolver.world.alphabets import Spellings, parse_entry


@pytest.mark.parametrize(
    ("spellings", "native", "latin_forms"),
    [
        (
            alphabets.spell_arabic_script("cabd al-karIm"),
            "عبد الكريم",
            {"Abd Al-Karim", "Abd El Karim", "Abd Al Kareem"},
        ),
        (
            alphabets.spell_arabic_script("al-xaTIb"),
            "الخطيب",
            {"Al-Khatib", "El Khatib", "Al Khateeb", "AlKhatib"},
        ),
        (alphabets.spell_arabic_script("sucAd"), "سعاد", {"Suad", "Souad"}),
        (alphabets.spell_arabic_script("golAm", "fa"), "غلام", {"Gholam", "Ghulam"}),
        (alphabets.spell_arabic_script("fATima", "ur"), "فاطمه", {"Fatima", "Fatema"}),
        (alphabets.spell_russian("Юлия"), "Юлия", {"Iuliia", "Yuliya", "Iouliia", "Julija"}),
        (alphabets.spell_russian("Соколов"), "Соколов", {"Sokolov", "Sokoloff"}),
        (alphabets.spell_ukrainian("Сергій", "Сергей"), "Сергій", {"Serhii", "Sergey", "Serhiy"}),
        (alphabets.spell_serbian("Đorđević"), "Ђорђевић", {"Djordjevic", "Đorđević", "Dordevic"}),
        (asian_lists.spell_korean_family("이"), "이", {"Lee", "Yi", "Rhee", "Li"}),
        (asian_lists.spell_korean_given("민준"), "민준", {"Minjun", "Min Jun", "Min-chun"}),
        (asian_lists.spell_chinese_given("小明"), "小明", {"Xiaoming", "Hsiao-ming", "Xiao Ming"}),
        (asian_lists.spell_chinese_family("曾"), "曾", {"Zeng"}),
        (asian_lists.spell_japanese("佐藤", "サトウ"), "佐藤", {"Sato", "Satoh", "Satou"}),
        (asian_lists.spell_devanagari("कुलकर्णी"), "कुलकर्णी", {"Kulkarni", "Kulkarnee"}),
        (alphabets.spell_georgian("ჭავჭავაძე"), "ჭავჭავაძე", {"Chavchavadze", "Tschawtschawadze"}),
        (
            alphabets.spell_armenian("Գրիգորյան"),
            "Գրիգորյան",
            {"Grigoryan", "Grigorian", "Krikorian"},
        ),
        (alphabets.spell_greek("Παπαδόπουλος"), "Παπαδόπουλος", {"Papadopoulos", "Papadopulos"}),
        (alphabets.spell_latin("Müller", "german"), "Müller", {"Mueller", "Muller"}),
        (alphabets.spell_latin("Jiménez", "spanish"), "Jiménez", {"Jimenez", "Jimenes"}),
    ],
)
def test_romanization(spellings: Spellings, native: str, latin_forms: set[str]) -> None:
    assert spellings.native == native
    assert latin_forms <= {spellings.standard, spellings.b, spellings.c, spellings.loose}
    assert spellings.standard.isascii()


def test_kana_is_second_spelling() -> None:
    assert asian_lists.spell_japanese("健一", "ケンイチ").second == "ケンイチ"


def test_custom_spellings_replace_rule() -> None:
    spellings = parse_entry("muHammad:Muhammad,Mohamed", alphabets.spell_arabic_script)
    assert (spellings.native, spellings.standard, spellings.b, spellings.c, spellings.loose) == (
        "محمد",
        "Muhammad",
        "Mohamed",
        "Mohamed",
        "Mohamed",
    )


@pytest.mark.parametrize(
    ("father", "language", "son", "daughter"),
    [
        ("Сергей", "ru", "Сергеевич", "Сергеевна"),
        ("Дмитрий", "ru", "Дмитрьевич", "Дмитрьевна"),
        ("Илья", "ru", "Ильич", "Ильинична"),
        ("Игорь", "ru", "Игоревич", "Игоревна"),
        ("Андрій", "uk", "Андрійович", "Андріївна"),
        ("Микола", "uk", "Миколайович", "Миколаївна"),
        ("Петро", "uk", "Петрович", "Петрівна"),
    ],
)
def test_patronymics(father: str, language: str, son: str, daughter: str) -> None:
    assert alphabets.make_patronymic(father, female=False, language=language) == son
    assert alphabets.make_patronymic(father, female=True, language=language) == daughter


def test_feminine_family_names() -> None:
    assert alphabets.feminine_family_name("Достоевский") == "Достоевская"
    assert alphabets.feminine_family_name("Ткаченко") == "Ткаченко"
    assert alphabets.feminine_greek_family_name("Παπαδόπουλος") == "Παπαδοπούλου"
