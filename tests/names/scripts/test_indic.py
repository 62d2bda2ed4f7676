"""Names in the scripts of India as passports write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.folding import to_latin
from resolver.names.scripts.indic import transliterate_indic


@pytest.mark.parametrize(
    ("written", "latin_letters"),
    [
        ("वर्मा", "varma"),
        ("चोपरा", "chopra"),
        ("अशोक मित्रा", "ashok mitra"),
        ("छेत्री", "chhetri"),
        ("जेटली", "jetli"),
        ("राजेश सिंह", "rajesh singh"),
        ("कृष्ण", "krishna"),
        ("चन्द्र", "chandra"),
        ("प्रशान्त", "prashant"),
        ("गणपति", "ganpati"),
        ("पाण्डेय", "pandey"),
        ("लक्ष्मी", "lakshmi"),
        ("ਸਿੰਘ", "singh"),
        ("પટેલ", "patel"),
        ("মুখার্জি", "mukharji"),
        ("চাঁদ মিয়া", "chand miya"),
        ("चाँद", "chand"),
        ("ভূঁইয়া", "bhuiya"),
        ("মং সাং", "mang sang"),
        ("মঙ সাঙ", "mang sang"),
        ("বাংলা", "bangla"),
        ("যতীন্দ্র", "jatindra"),
        ("জিয়াউর রহমান", "jiyaur rahman"),
        ("ಕುಮಾರ್", "kumar"),
        ("തോമസ്", "tomas"),
        ("கோட்டாபய", "kottapaya"),
        ("சிறிசேன", "sirisena"),
        ("சம்பந்தன்", "sampanthan"),
        ("சிவஞானம்", "sivagnanam"),
        ("வெற்றிவேல்", "vetrivel"),
        ("மகிந்த", "magintha"),
        ("விக்கிரமசிங்க", "vikkiramasinga"),
        ("அஞ்சலி", "anjali"),
        ("ஆறுமுகம் தொண்டமான்", "arumugam thondaman"),
    ],
)
def test_names_are_written_as_passports_do(written: str, latin_letters: str) -> None:
    assert transliterate_indic(written) == latin_letters
    assert to_latin(written) == latin_letters


@given(st.text(alphabet=st.characters(min_codepoint=0x0900, max_codepoint=0x0D7F), max_size=12))
def test_any_text_is_read_the_same_way_every_time(text: str) -> None:
    assert transliterate_indic(text) == transliterate_indic(text)
    assert to_latin(text).lower() == to_latin(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x08FF), max_size=12))
def test_other_scripts_stay(text: str) -> None:
    assert transliterate_indic(text) == text
