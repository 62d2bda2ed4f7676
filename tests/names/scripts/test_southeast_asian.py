"""Names of Burma, Cambodia, Laos, Sri Lanka and Thailand, as in passports and newspapers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.folding import skeleton_code, to_latin
from resolver.names.group_tokens import tokenize_group
from resolver.names.name_tokens import tokenize_person
from resolver.names.scripts.indic import TRANSLITERATED, transliterate_southeast


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("အောင်ဆန်းစုကြည်", "aung san su kyi"),
        ("မင်းအောင်လှိုင်", "min aung hlaing"),
        ("ဦးသိန်းစိန်", "u thein sein"),
        ("သန်းရွှေ", "than shwe"),
        ("ထင်ကျော်", "htin kyaw"),
        ("ထွန်းထွန်းဦး", "htun htun u"),
        # A stacked letter ends the syllable before it.
        ("သန္တာ", "than ta"),
        ("ហ៊ុន សែន", "hun sen"),
        ("ហ៊ុន ម៉ាណែត", "hun manet"),
        ("ជា ស៊ីម", "chea sim"),
        ("ប៉ុល ពត", "pol pot"),
        ("ខៀវ សំផន", "khiev samphan"),
        ("මහින්ද රාජපක්ෂ", "mahinda rajapaksha"),
        ("ගෝඨාභය", "gotabhaya"),
        ("වික්‍රමසිංහ", "wikramasinha"),
        ("ບຸນຍັງ ວໍລະຈິດ", "bunnyang volachid"),
        ("ໄກສອນ ພົມວິຫານ", "kaison phomvihan"),
        ("Ann Lee", "Ann Lee"),
        ("Ann ហ៊ុន", "Ann hun"),
    ],
)
def test_names_are_spelt_about_as_passports_have_them(written: str, spelt: str) -> None:
    assert transliterate_southeast(written) == spelt


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("ประยุทธ์", "prayuth"),
        ("ศักดิ์", "sakd"),
        ("จันทร์", "chan"),
        ("ลักษณ์", "lak"),
        ("โอชา", "ocha"),
    ],
)
def test_silent_letters_of_thai_are_not_heard(written: str, spelt: str) -> None:
    assert skeleton_code(to_latin(written).replace(" ", "")) == skeleton_code(
        spelt.removesuffix("d")
    )


def test_burmese_syllables_are_words() -> None:
    tokens = tokenize_person("အောင်ဆန်းစုကြည်")
    assert [token.text for token in tokens] == ["aung", "san", "su", "kyi"]


def test_groups_are_read_as_persons_are() -> None:
    assert [token.text for token in tokenize_group("ဝင်းမြင့် Bank")][:2] == ["win", "myin"]


ANY_TEXT = st.text(alphabet=st.characters(min_codepoint=0x0D80, max_codepoint=0x17FF), max_size=30)


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_is_read_by_words(first: str, second: str) -> None:
    spelt = [transliterate_southeast(text) for text in (first, second, f"{first} {second}")]
    assert not any(TRANSLITERATED.search(text) for text in spelt)
    assert spelt[2] == f"{spelt[0]} {spelt[1]}"


def test_what_is_no_letter_of_them_stays() -> None:
    assert transliterate_southeast("Ивановъ 12") == "Ивановъ 12"
