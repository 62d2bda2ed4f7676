"""Romanisations: a few names of each script as offices write them."""

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
    listed,
)


@pytest.mark.parametrize(
    ("made", "native", "latin_forms"),
    [
        (
            abjad.spellings("cabd al-karIm"),
            "عبد الكريم",
            {"Abd Al-Karim", "Abd El Karim", "Abd Al Kareem"},
        ),
        (
            abjad.spellings("al-xaTIb"),
            "الخطيب",
            {"Al-Khatib", "El Khatib", "Al Khateeb", "AlKhatib"},
        ),
        (abjad.spellings("sucAd"), "سعاد", {"Suad", "Souad"}),
        (abjad.spellings("golAm", "fa"), "غلام", {"Gholam", "Ghulam"}),
        (abjad.spellings("fATima", "ur"), "فاطمه", {"Fatima", "Fatema"}),
        (cyrillic.russian("Юлия"), "Юлия", {"Iuliia", "Yuliya", "Iouliia", "Julija"}),
        (cyrillic.russian("Соколов"), "Соколов", {"Sokolov", "Sokoloff"}),
        (cyrillic.ukrainian("Сергій", "Сергей"), "Сергій", {"Serhii", "Sergey", "Serhiy"}),
        (cyrillic.serbian("Đorđević"), "Ђорђевић", {"Djordjevic", "Đorđević", "Dordevic"}),
        (hangul.family("이"), "이", {"Lee", "Yi", "Rhee", "Li"}),
        (hangul.given("민준"), "민준", {"Minjun", "Min Jun", "Min-chun"}),
        (han.given("小明"), "小明", {"Xiaoming", "Hsiao-ming", "Xiao Ming"}),
        (han.family("曾"), "曾", {"Zeng"}),
        (kana.name("佐藤", "サトウ"), "佐藤", {"Sato", "Satoh", "Satou"}),
        (indic.spellings("कुलकर्णी"), "कुलकर्णी", {"Kulkarni", "Kulkarnee"}),
        (caucasus.georgian("ჭავჭავაძე"), "ჭავჭავაძე", {"Chavchavadze", "Tschawtschawadze"}),
        (caucasus.armenian("Գրիգորյան"), "Գրիգորյան", {"Grigoryan", "Grigorian", "Krikorian"}),
        (caucasus.greek("Παπαδόπουλος"), "Παπαδόπουλος", {"Papadopoulos", "Papadopulos"}),
        (latin.spellings("Müller", "german"), "Müller", {"Mueller", "Muller"}),
        (latin.spellings("Jiménez", "spanish"), "Jiménez", {"Jimenez", "Jimenes"}),
    ],
)
def test_names_in_other_letters(made: Spellings, native: str, latin_forms: set[str]) -> None:
    assert made.native == native
    assert latin_forms <= {made.standard, made.b, made.c, made.loose}
    assert made.standard.isascii()


def test_kana_stands_beside_characters() -> None:
    assert kana.name("健一", "ケンイチ").second == "ケンイチ"


def test_custom_goes_before_rule() -> None:
    made = listed("muHammad:Muhammad,Mohamed", abjad.spellings)
    assert (made.native, made.standard, made.b, made.c, made.loose) == (
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
    assert cyrillic.patronymic(father, female=False, language=language) == son
    assert cyrillic.patronymic(father, female=True, language=language) == daughter


def test_families_of_women() -> None:
    assert cyrillic.family_of_woman("Достоевский") == "Достоевская"
    assert cyrillic.family_of_woman("Ткаченко") == "Ткаченко"
    assert caucasus.greek_family_of_woman("Παπαδόπουλος") == "Παπαδοπούλου"
