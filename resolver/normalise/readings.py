"""Han characters as Japanese and as Korean read them, for words that no table of names knows as they stand; and words
in the scripts of India as Latin letters write them.

Japanese by `pykakasi` (its dictionary has the common reading of a word, not every one that a name may have), Korean
sound by sound by `hanja`. Both are loaded when they are first needed.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from resolver.normalise.indic import INDIC, indic
from resolver.normalise.text import HAN, HANGUL

_LONG = re.compile("([aiueo])\\1|(?<=o)u")
_LONGEST = 8


@cache
def _kakasi() -> Any:
    from pykakasi import kakasi

    made: Any = kakasi
    return made()


@lru_cache(maxsize=20_000)
def readings(word: str) -> tuple[str, ...]:
    """What a word in Han characters may be in Latin letters as the Japanese read it (long vowels written short, as
    passports do), and in Hangul; of a word in a script of India its Latin letters; nothing for other words."""
    if INDIC.fullmatch(word):
        return (indic(word),)
    if not 0 < len(word) <= _LONGEST or not all(map(HAN.match, word)):
        return ()
    import hanja

    japanese = "".join(part["hepburn"] for part in _kakasi().convert(word)).replace("'", "")
    korean = str(hanja.translate(word, "substitution"))
    found = [_LONG.sub(lambda found: found[1] or "", japanese)] if japanese.isascii() and japanese.isalpha() else []
    return (*found, korean) if all(map(HANGUL.match, korean)) else tuple(found)
