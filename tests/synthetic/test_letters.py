"""Romanization: a few names of each script."""

from __future__ import annotations

import pytest

from resolver.synthetic.letters import (
    Spellings,
    abjad,
    caucasus,
    cyrillic,
    han,
    hangul,
    indic,
    kana,
    latin,
    parse_entry,
)


@pytest.mark.parametrize(
    ("spellings", "native", "latin_forms"),
    [
        (
            abjad.spell_arabic_script("cabd al-karIm"),
            "عبد الكريم",
            {"Abd Al-Karim", "Abd El Karim", "Abd Al Kareem"},
        ),
        (
            abjad.spell_arabic_script("al-xaTIb"),
            "الخطيب",
            {"Al-Khatib", "El Khatib", "Al Khateeb", "AlKhatib"},
        ),
        (abjad.spell_arabic_script("sucAd"), "سعاد", {"Suad", "Souad"}),
        (abjad.spell_arabic_script("golAm", "fa"), "غلام", {"Gholam", "Ghulam"}),
        (abjad.spell_arabic_script("fATima", "ur"), "فاطمه", {"Fatima", "Fatema"}),
        (cyrillic.spell_russian("Юлия"), "Юлия", {"Iuliia", "Yuliya", "Iouliia", "Julija"}),
        (cyrillic.spell_russian("Соколов"), "Соколов", {"Sokolov", "Sokoloff"}),
        (cyrillic.spell_ukrainian("Сергій", "Сергей"), "Сергій", {"Serhii", "Sergey", "Serhiy"}),
        (cyrillic.spell_serbian("Đorđević"), "Ђорђевић", {"Djordjevic", "Đorđević", "Dordevic"}),
        (hangul.spell_korean_family("이"), "이", {"Lee", "Yi", "Rhee", "Li"}),
        (hangul.spell_korean_given("민준"), "민준", {"Minjun", "Min Jun", "Min-chun"}),
        (han.spell_chinese_given("小明"), "小明", {"Xiaoming", "Hsiao-ming", "Xiao Ming"}),
        (han.spell_chinese_family("曾"), "曾", {"Zeng"}),
        (kana.spell_japanese("佐藤", "サトウ"), "佐藤", {"Sato", "Satoh", "Satou"}),
        (indic.spell_devanagari("कुलकर्णी"), "कुलकर्णी", {"Kulkarni", "Kulkarnee"}),
        (caucasus.spell_georgian("ჭავჭავაძე"), "ჭავჭავაძე", {"Chavchavadze", "Tschawtschawadze"}),
        (
            caucasus.spell_armenian("Գրիգորյան"),
            "Գրիգորյան",
            {"Grigoryan", "Grigorian", "Krikorian"},
        ),
        (caucasus.spell_greek("Παπαδόπουλος"), "Παπαδόπουλος", {"Papadopoulos", "Papadopulos"}),
        (latin.spell_latin("Müller", "german"), "Müller", {"Mueller", "Muller"}),
        (latin.spell_latin("Jiménez", "spanish"), "Jiménez", {"Jimenez", "Jimenes"}),
    ],
)
def test_romanization(spellings: Spellings, native: str, latin_forms: set[str]) -> None:
    assert spellings.native == native
    assert latin_forms <= {spellings.standard, spellings.b, spellings.c, spellings.loose}
    assert spellings.standard.isascii()


def test_kana_is_second_spelling() -> None:
    assert kana.spell_japanese("健一", "ケンイチ").second == "ケンイチ"


def test_custom_spellings_replace_rule() -> None:
    spellings = parse_entry("muHammad:Muhammad,Mohamed", abjad.spell_arabic_script)
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
    assert cyrillic.make_patronymic(father, female=False, language=language) == son
    assert cyrillic.make_patronymic(father, female=True, language=language) == daughter


def test_feminine_family_names() -> None:
    assert cyrillic.feminine_family_name("Достоевский") == "Достоевская"
    assert cyrillic.feminine_family_name("Ткаченко") == "Ткаченко"
    assert caucasus.feminine_greek_family_name("Παπαδόπουλος") == "Παπαδοπούλου"
