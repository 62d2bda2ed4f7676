"""Names in the scripts of India as they are written in Latin letters.

Passports do not use the scholarly transliteration (ISO 15919, by ICU), which writes the short a
that every consonant carries, spoken or not, and c for ch. In northern languages the a is silent at
the end of a word, unless it follows two consonants that cannot end one, and between single
consonants inside (after Ohala 1983).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from resolver.kernels.icu import Transliterator
from resolver.normalize.word_pairs import parse_pairs

INDIC = re.compile("[\u0900-\u0d7f][\u0900-\u0d7f\u200c\u200d]*")
_NORTH = re.compile("[\u0900-\u0b7f]")
# The nasal dot sounds ng before h (Singh); the nasal sign of Gurmukhi is the dot; the crescent is n
# before a consonant; joiners are silent. In Bengali the dot is ng, and y is j where no dot is below
# it, unless it follows a consonant at once.
_HEARD = tuple(
    (re.compile(written), heard)
    for written, heard in (
        ("\u0902\u0939", "\u0919\u094d\u0918"),
        ("\u0a70", "\u0a02"),
        ("[\u200c\u200d]", ""),
        ("\u0901(?=[\u0915-\u0939])", "\u0928\u094d"),
        ("\u0981(?=[\u0995-\u09b9])", "\u09a8\u09cd"),
        ("[\u0901\u0981]", ""),
        ("\u0982|\u0999(?=$)", "\u0999\u09cd\u0997\u09cd"),
        ("\u0999(?!\u09cd)", "\u0999\u09cd\u0997"),
        ("(?<!\u09cd)\u09af(?!\u09bc)", "\u099c"),
    )
)
_VOWELS = "aāiīuūeēoō"
_CONSONANT = f"[^{_VOWELS}\\W\\d]h?\u0323?"
_LAST = re.compile(
    f"(?<=[{_VOWELS}])({_CONSONANT})a$|(?<=[{_VOWELS}][^{_VOWELS}])([kgcjṭḍtdpb]h?)a$"
)
_INSIDE = re.compile(f"(?<=[{_VOWELS}])({_CONSONANT})a({_CONSONANT}[{_VOWELS}])")
_TAMIL = re.compile("[\u0b80-\u0bff]")
# Tamil writes k and g, t and d, ch, s and j with one letter each. It is voiced after a nasal and,
# but for the dental t, between vowels; c sounds s unless it is doubled (after Schiffman 1999).
_TAMIL_HEARD = tuple(
    (re.compile(written), heard)
    for written, heard in (
        ("t+", "th"),
        ("ṟṟ", "tr"),
        ("ṉṟ", "ndr"),
        ("ñc", "nj"),
        ("(?<!c)c(?!c)", "s"),
        ("cc", "c"),
        ("ṅk", "ng"),
        (f"(?<=[{_VOWELS}])k(?=[{_VOWELS}])", "g"),
        ("ṇṭ", "ṇḍ"),
        (f"(?<=[{_VOWELS}])ṭ(?=[{_VOWELS}])", "ḍ"),
        (f"ñ(?=[{_VOWELS}])", "gn"),
    )
)
_SPELT = parse_pairs(
    """
    ēā=ō eā=o ch=C c=ch C=chh ś=sh ṣ=sh jñ=gy r\u0325=ri '=
    """
)


@cache
def _scholars() -> Transliterator:
    return Transliterator("NFC; Any-Latin; NFC")


def transliterate_indic(text: str) -> str:
    """Return a text with its words in scripts of India in plain Latin letters.

    `वर्मा` gives `varma`, `चोपरा` `chopra`.
    """
    return INDIC.sub(lambda match: _word(match[0]), text)


def _word(word: str) -> str:
    word = unicodedata.normalize("NFC", word)
    for written, heard in _HEARD:
        word = written.sub(heard, word)
    spelt = _scholars().transliterate(word)
    if _NORTH.match(word):
        spelt = _INSIDE.sub("\\1\\2", _LAST.sub("\\1\\2", spelt))
    if _TAMIL.match(word):
        for pattern, heard in _TAMIL_HEARD:
            spelt = pattern.sub(heard, spelt)
    for scholar, plain in _SPELT:
        spelt = spelt.replace(scholar, plain)
    return "".join(
        letter
        for letter in unicodedata.normalize("NFD", spelt)
        if not unicodedata.combining(letter)
    )
