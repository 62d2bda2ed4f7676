"""Japanese names: characters, kana, and Latin letters.

Romanization by Hepburn, by the school system (Kunrei), and with long vowels shown.
"""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import Spellings, parse_pairs, replace_longest

_ROWS = parse_pairs("""
:アイウエオ k:カキクケコ s:サシスセソ t:タチツテト n:ナニヌネノ h:ハヒフヘホ m:マミムメモ
r:ラリルレロ g:ガギグゲゴ z:ザジズゼゾ d:ダヂヅデド b:バビブベボ p:パピプペポ
""")
_KUNREI = {
    kana: first + vowel
    for first, row in _ROWS.items()
    for kana, vowel in zip(row, "aiueo", strict=True)
}
_KUNREI |= {
    "ヤ": "ya",
    "ユ": "yu",
    "ヨ": "yo",
    "ワ": "wa",
    "ヲ": "o",
    "ン": "n",
    "ヂ": "zi",
    "ヅ": "zu",
    "ー": "",
}
_KUNREI |= {
    first + small: _KUNREI[first][0] + "y" + vowel
    for first in "キシチニヒミリギジビピ"
    for small, vowel in zip("ャュョ", "auo", strict=True)
}
_HEPBURN = parse_pairs("""
sya:sha syu:shu syo:sho tya:cha tyu:chu tyo:cho zya:ja zyu:ju zyo:jo si:shi ti:chi tu:tsu hu:fu
zi:ji
""")


def spell_japanese(characters: str, kana: str) -> Spellings:
    """Return the spellings of a Japanese name from its characters and its katakana."""
    school = replace_longest(kana, _KUNREI)
    school = re.sub(r"ッ(.)", r"\1\1", school)
    hepburn = replace_longest(school, _HEPBURN)
    short = re.sub(r"ou|oo", "o", hepburn).replace("uu", "u")
    passport = re.sub(r"(?:ou|oo)(?=$|[^aeiou])", "oh", hepburn).replace("uu", "u")
    school_short = re.sub(r"ou|oo", "o", school).replace("uu", "u")
    return Spellings(
        characters,
        short.capitalize(),
        school_short.capitalize(),
        passport.capitalize(),
        hepburn.capitalize(),
        kana,
    )
