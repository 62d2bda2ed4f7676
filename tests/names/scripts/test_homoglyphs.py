"""Latin letters in Cyrillic words."""

from __future__ import annotations

import pytest

from resolver.names.folding import fold
from resolver.names.name_tokens import tokenize_person
from resolver.names.scripts.detection import repair_homoglyphs


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("ДАВЫДЬКO", "ДАВЫДЬКО"),
        ("ГOBOP", "ГОВОР"),
        ("CEPГЕЙ Алекcандрович", "СЕРГЕЙ Александрович"),
        ("Мiĸалаеўна", "Мікалаеўна"),
        ("ИВАНÓВ", "ИВАНОВ"),
        ("Jовић", "Јовић"),
        ("НОВIК OАО", "НОВІК ОАО"),
        ("Завод HИИ 12Б", "Завод НИИ 12Б"),
    ],
)
def test_cyrillic_words_have_cyrillic_letters(text: str, repaired: str) -> None:
    assert repair_homoglyphs(text) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "Сompany",
        "UМT",
        "AО",
        "ОOO",
        "Аrmored",
        "ROMASHKІN",
        "ЭЛЕМ GROUP",
        "«ELEM ЭЛЕМ»",
        "Volnaб",
        "Wi-Fiя",
        "Plain text",
        "Иванов",
        "José",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert repair_homoglyphs(text) == text


def test_repaired_words_are_compared_as_if_written_well() -> None:
    assert fold("HИКОЛАЙ Cергеев") == fold("НИКОЛАЙ Сергеев")
    assert tokenize_person("CЕРГЕЙ HИКОЛАЕВ") == tokenize_person("СЕРГЕЙ НИКОЛАЕВ")
