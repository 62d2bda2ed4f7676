"""Han characters as Japanese and as Korean read them, for words that no table of names knows as they stand; and words
in the scripts of India as Latin letters write them.

Japanese by `pykakasi` (its dictionary has the common reading of a word, not every one that a name may have), Korean
sound by sound by `hanja`. Both are loaded when they are first needed.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from resolver.normalize.folding import HAN, HANGUL
from resolver.normalize.scripts.indic import INDIC, indic

_LONG = re.compile("([aiueo])\\1|(?<=o)u")
_LONGEST = 8
_WRITTEN = re.compile(f"{HAN.pattern}|[\u3041-\u30ff]")
SINGLE = {
    "翔": ("sho",), "昭": ("akira",), "浩": ("hiroshi",), "健": ("ken",), "剛": ("tsuyoshi",), "誠": ("makoto",),
    "学": ("manabu",), "隆": ("takashi",), "豊": ("yutaka",), "実": ("minoru",), "茂": ("shigeru",), "進": ("susumu",),
    "修": ("osamu",), "勝": ("masaru",), "聡": ("satoshi",), "涼": ("ryo",), "薫": ("kaoru",), "葵": ("aoi",),
    "蓮": ("ren",), "徹": ("toru",), "淳": ("atsushi",), "翼": ("tsubasa",), "栄": ("sakae",), "昇": ("noboru",),
    "大輔": ("daisuke",), "翔太": ("shota",), "陽太": ("yota",), "拓也": ("takuya",),
}  # fmt: skip
"""Given names of one character (and a few of two) that the Japanese read otherwise than the dictionary. A
reading stands once alone: names that the Chinese tell apart must not meet by what the Japanese call them."""


@cache
def _kakasi() -> Any:
    from pykakasi import kakasi

    made: Any = kakasi
    return made()


@lru_cache(maxsize=20_000)
def readings(word: str) -> tuple[str, ...]:
    """What a word in Han characters, or these and kana, may be in Latin letters as the Japanese read it (long vowels
    written short, as passports do), and in Hangul; of a word in a script of India its Latin letters; nothing for other
    words."""
    if INDIC.fullmatch(word):
        return (indic(word),)
    if word in SINGLE:
        return SINGLE[word]
    if not 0 < len(word) <= _LONGEST or not HAN.search(word) or not all(map(_WRITTEN.match, word)):
        return ()
    import hanja

    japanese = "".join(part["hepburn"] for part in _kakasi().convert(word)).replace("'", "")
    korean = str(hanja.translate(word, "substitution"))
    found = (
        [_LONG.sub(lambda found: found[1] or "", japanese)]
        if japanese.isascii() and japanese.isalpha()
        else []
    )
    return (*found, korean) if all(map(HANGUL.match, korean)) else tuple(found)
