"""Scripts of words."""

from __future__ import annotations

import pytest

from resolver.names.scripts.detection import script_of
from resolver.records.prepared.value_flags import Script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", Script.LATIN),
        ("smith", Script.LATIN),
        ("žižek", Script.LATIN),
        ("محمد", Script.ARABIC),
        ("משה", Script.HEBREW),
        ("김", Script.HANGUL),
        ("约翰", Script.HAN),
        ("ルノー", Script.KATAKANA),
        ("иван", Script.CYRILLIC),
        ("παπα", Script.GREEK),
        ("ไทย", Script.OTHER),
        ("×", Script.LATIN),
        ("ﬁn", Script.LATIN),
    ],
)
def test_script_of_a_word(text: str, script: Script) -> None:
    assert script_of(text) == script
