"""Family and given part of names in Han characters or Hangul that are written as one word."""

from __future__ import annotations

import re

from resolver.data import load_words
from resolver.normalize.folding import HAN

_COMPOUND_SURNAMES = tuple(load_words("family_names", use="Chinese of two characters"))
_LONG_SURNAMES = tuple(load_words("family_names", use="Japanese of three characters"))
_REPEATED = "々"
_JAPANESE = re.compile(f"(?:{HAN.pattern}|[\u3041-\u30ff]|{_REPEATED})+")


def split_family_first(word: str) -> list[str]:
    """Split a Han or Hangul name without spaces after the family name.

    Longer words are no personal names and stay whole.
    """
    if not 2 <= len(word) <= 5:
        return [word]
    cut = 2 if word.startswith(_COMPOUND_SURNAMES) and len(word) > 2 else 1
    return [word[:cut], word[cut:]]


def japanese_split(text: str) -> tuple[str, ...]:
    """Return a Han name of three to six characters split as most Japanese names are, else nothing.

    The cut is after the second character (the third after some family names); kana may follow the
    second. `tokenize_person` cuts after the first, as in most Chinese and Korean names.
    """
    word = text.strip()
    if not 3 <= len(word) <= 6 or word.startswith(_COMPOUND_SURNAMES):
        return ()
    if not all(
        HAN.match(letter) or letter == _REPEATED for letter in word[:2]
    ) or not _JAPANESE.fullmatch(word):
        return ()
    cut = 3 if word.startswith(_LONG_SURNAMES) and len(word) > 3 else 2
    return (f"{word[:cut]} {word[cut:]}",)
