"""Folded texts in ASCII letters: `rigour` writes names of all its tables in the same letters."""

from __future__ import annotations

from itertools import islice

import pytest
from rigour.text.scripts import can_latinize
from rigour.text.translit import ascii_text

from resolver.names.lexicons.name_roles import name_lines
from resolver.reference import fold_to_ascii, is_alphabetic, transliterate


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("São Tomé", "sao tome"),
        ("Straße Łódź Ə", "strasse lodz a"),
        ("Россия Юрий Щербаков объект", "rossiya yury shcherbakov obekt"),
        ("Київ гора", "kyiv gora"),
        ("Београд Његош", "beograd njegos"),
        ("Ελλάδα Μπαλντάς Αύγουστος Ἰησοῦς", "ellada balntas avgoustos iisous"),
        ("Հայաստան Ուզբեկստան", "hayastan owzbekstan"),
        ("საქართველო", "sakartvelo"),
        ("대한민국", "daehanmingug"),
        ("plain", "plain"),
    ],
)
def test_texts_are_written_in_ascii(text: str, folded: str) -> None:
    assert fold_to_ascii(text) == folded


@pytest.mark.slow
def test_names_are_written_as_by_rigour() -> None:
    forms = [form for _, names in islice(name_lines(), 0, None, 40) for form in names]
    # hyphens and apostrophes between letters are no part of the forms that are compared
    signs = str.maketrans("", "", "-'ʻ’")
    for form in forms:
        assert is_alphabetic(form) == can_latinize(form)
        if is_alphabetic(form):
            expected = ascii_text(form).casefold().translate(signs)
            assert fold_to_ascii(form).translate(signs) == expected, form


def test_other_scripts_are_transliterated() -> None:
    assert not is_alphabetic("北京")
    assert transliterate("北京") == "bei jing"
    assert transliterate("ascii") == "ascii"
