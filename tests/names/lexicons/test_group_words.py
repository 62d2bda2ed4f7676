"""Generic words of groups' names in English; proper names stay."""

from __future__ import annotations

import pytest

from resolver.data import load_pairs, load_rows
from resolver.names.folding import letters
from resolver.names.group_tokens import tokenize_group
from resolver.names.lexicons.group_words import translate_generic_words
from resolver.records.prepared.value_flags import TokenFlag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Karimov Intl Mfg Pvt Ltd", "Karimov international manufacturing private Ltd"),
        ("Sharikat al-Waha lil-Tijara", "company al-Waha trading"),
        ("Jabhat Nahr", "front Nahr"),
        ("شركة الواحة للتجارة", "company واحة trading"),
        ("金山贸易有限公司", "金山 trading  ltd "),
        ("大连市金山电子有限公司", " dalian  金山 electronics  ltd "),
        ("Банк Заря", "bank Заря"),
        ("Lumerix.com", "Lumerix"),
        ("M/V Ocean Pearl", "Ocean Pearl"),
        ("MV Ocean Pearl", "Ocean Pearl"),
        ("Mv", "Mv"),
        ("Union Mission Vessel", "Union Mission Vessel"),
    ],
)
def test_generic_words(text: str, expected: str) -> None:
    assert translate_generic_words(text) == expected


def test_two_scripts_give_the_same_words() -> None:
    first, second = (
        {token.text for token in tokenize_group(text) if not token.flags & TokenFlag.LEGAL}
        for text in ("金山贸易有限公司", "Jinshan Trading Co., Ltd.")
    )
    assert first == second == {"jinshan", "trading"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Autodefensas Unidas", "self defense united"),
        ("Rashtriya Mukti Bahini", "national liberation forces"),
        ("Rebolusyonaryong Kilusan", "revolutionary movement"),
        ("Ejército de Liberación", "army de liberation"),
        ("Armée de l'Érythrée", "army de eritrea"),
        ("esercito dell'Etiopia", "army ethiopia"),
        ("Народная армия освобождения", "people army liberation"),
        ("Congolese Rally", "congo Rally"),
        ("جبهة التحرير الفلسطيني", "front liberation palestine"),
        ("人民解放军", "people liberation army"),
        # Names of movements that newspapers spell in many ways have one spelling.
        ("Lebanese Hezbollah", "lebanon hizballah"),
        ("Хезболла", "hizballah"),
        ("حركة طالبان", "movement taliban"),
        ("داعش", "daesh"),
        # So have the two names that movements are called after most often.
        ("Jaish-e-Mohammed", "army-e-muhammad"),
        ("Abdallah Azzam Brigades", "abdullah Azzam Brigades"),
    ],
)
def test_words_of_movements_in_any_language(text: str, expected: str) -> None:
    assert " ".join(translate_generic_words(text).split()) == expected


def test_words_mean_one_other_word() -> None:
    words = [row[1:] for row in load_rows("group_words")]
    emblems = load_pairs("emblems")
    latin = {word: meaning for script, word, meaning in words if script == "Latin"}
    assert len({word for _, word, _ in words}) == len(words), "a word has two topics"
    assert [word for word in (*latin, *emblems) if letters(word) != word] == []
    assert [word for word, meaning in (latin | emblems).items() if word == meaning] == []


def test_words_of_most_topics_are_translated_once_and_none_is_an_emblem() -> None:
    meanings: dict[str, str] = {}
    for topic in ("company", "demonym", "movement", "politics"):
        meanings |= load_pairs("group_words", topic=topic, script="Latin")
    assert meanings.keys() & {*meanings.values()} == set()
    # what is translated is never looked up as an emblem
    assert meanings.keys() & load_pairs("emblems").keys() == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chem. Ind. Lab.", "chemical industries laboratories"),
        ("Maschinenbau Ges.", "machinery company"),
        ("Univerzita Karlova", "university Karlova"),
        ("Danmarks Tekniske Universitet", "denmark technical university"),
        ("\u00d6sterreichische Akademie", "austria academy"),
        ("Norvelt Denki Kogyo", "Norvelt electric industries"),
        ("Norvelt Daxue Yanjiusuo", "Norvelt university institute"),
        ("Badawczy Szpitali", "research hospital"),
        ("Dutch Holland Nederland", "netherlands netherlands netherlands"),
        ("Norvelt Werkzeugfabrik", "Norvelt tools factory"),
        ("Krebsforschungszentrum Norvelt", "cancer research center Norvelt"),
        ("Stadtbank Norvelt", "Stadtbank Norvelt"),
        ("Telefonaktiebolaget Norvelt", "telefon aktiebolaget Norvelt"),
        ("Норвельт Энерджи Корпорейшн", "Норвельт energy corporation"),
        ("Groupe salafiste", "group salafist"),
        ("Defence Defensa Défense", "defense defense Défense"),
    ],
)
def test_abbreviations_and_words_of_companies_and_institutions(text: str, expected: str) -> None:
    assert translate_generic_words(text) == expected
