"""Spellings of groups' names: entities, lost spaces, legal forms in words and letter by letter."""

from __future__ import annotations

import pytest

from resolver.names.group_tokens import tokenize_group
from resolver.names.lexicons.group_words import level_spelling, simplify_romanization
from resolver.records.prepared.value_flags import TokenFlag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Baker &amp; Sons", "Baker & Sons"),
        ("AT&T; Labs", "ATT; Labs"),
        ("S & A Norvelt", "S & A Norvelt"),
        ("School of MusicNorthfield University", "School of Music Northfield University"),
        ("LeaseWeb", "LeaseWeb"),
        ("Norvelt S. p. A.", "Norvelt SpA"),
        ("Norvelt G M B H", "Norvelt GMBH"),
        ("N V Norvelt", "NV Norvelt"),
        ("J R R Norvelt", "J R R Norvelt"),
        ("R&D Norvelt", "RD Norvelt"),
        ("Soci\u00e9t\u00e9 Anonyme Norvelt", "sa Norvelt"),
        ("Norvelt Kabushiki-Kaisha", "Norvelt kk"),
        ("Ansar ash-Sham wal-Islam", "Ansar al-Sham al-Islam"),
        ("Norvelt UN-Habitat at-Home", "Norvelt UN-Habitat at-Home"),
        ("Junbish-i Milli-yi Islami", "Junbish  Milli  Islami"),
        ("Movement of Central Africans", "Movement of Centrafrique"),
        ("Bank of Central African States", "Bank of Central African States"),
        ("Forces de C\u00f4te d`Ivoire", "Forces de Ivory Coast"),
        ("R\u00e9sistance arm\u00e9e", "R\u00e9sistance armed"),
        ("Arm\u00e9e du Norvelt", "Arm\u00e9e du Norvelt"),
        ("Front for Democracy in Norvelt", "Front for Democracy of Norvelt"),
        ("LASHKAR-E-NORVELT", "LASHKAR NORVELT"),
        ("People\u00b4s Front", "People's Front"),
        ("M?ller Norv\ufffdlt who?", "Mller Norvlt who?"),
        ("Bank of British Columbia", "Bank of Britishcolumbia"),
        ("Norvelt Spolka z o.o.", "Norvelt spzoo"),
        ("Norvelt Gesellschaft mbH", "Norvelt gmbh"),
        ("Technische Hochschule Norvelt", "Technical University Norvelt"),
        ("Tekniska h\u00f6gskolan i Norvelt", "Technical University i Norvelt"),
        ("Ruprecht-Karls-Universit\u00e4t zu Heidelberg", "University of Heidelberg "),
        ("Martin Luther University, Law", "University of Halle Law"),
        ("Karls-Universit\u00e4t Norvelt", "Karls-Universit\u00e4t Norvelt"),
        ("Norvelt", "Norvelt"),
    ],
)
def test_spellings_are_levelled(text: str, expected: str) -> None:
    assert level_spelling(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Norvelt S.A.",
        "Norvelt S A",
        "Norvelt Soci\u00e9t\u00e9 Anonyme",
        "Norvelt K.K.",
        "Kabushiki Kaisha Norvelt",
        "Naamloze Norvelt Vennootschap",
        "Konink Norvelt",
        "A/S Norvelt",
    ],
)
def test_legal_forms_are_flagged_in_any_spelling(text: str) -> None:
    words = [token.text for token in tokenize_group(text) if not token.flags & TokenFlag.LEGAL]
    assert words == ["norvelt"]


def test_v_is_a_number_of_a_ship_and_in_doubt_in_other_names() -> None:
    ship, firm = (tokenize_group(text)[-1] for text in ("MV Norvelt V", "Norvelt V"))
    assert ship.text == firm.text == "5"
    assert ship.flags == TokenFlag.NUMBER
    assert firm.flags == TokenFlag.NUMBER | TokenFlag.LEGAL


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ansaar", "ansar"),
        ("shabiyya", "shabi"),
        ("shabiyah", "shabi"),
        ("kouat", "kuat"),
        ("norvelt", "norvelt"),
        ("saar", "saar"),
    ],
)
def test_romanization_is_simplified(word: str, expected: str) -> None:
    assert simplify_romanization(word) == expected
