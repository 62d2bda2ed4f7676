"""Numbers in names of groups and ships, however they are written: `II`, `2`, `Second` and `No. 2` are one number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rigour.names import Name, SymbolCategory

from resolver.normalize.folding import letters

# up to 39; `rigour` knows them up to IX, and X, L, C, D, M alone are letters
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_DIGITS = re.compile("[0-9]{1,18}")
_WORDS_TOO = frozenset("vi xi xx xxx".split())
"""Numerals that begin a name as words of their own (`Xi Trading`)."""
_NUMBER_WORDS = frozenset("no nr nro num number numero".split())
_ONES = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}


def numbers_of(name: Name) -> dict[int, str]:
    """Part of a group's name → the number that it is, in digits; `""` for parts that belong to a number that another
    part stands for (`No.` before it, `First` after `Twenty`)."""
    words = [letters(part.form) for part in name.parts]
    found: dict[int, str] = {}
    spans = [span for span in name.spans if span.symbol.category == SymbolCategory.NUMERIC]
    for span in sorted(spans, key=lambda span: -len(span.parts)):
        places = [part.index for part in span.parts]
        if any(place in found for place in places):
            continue
        if len(places) == 1 and not _counts(words, places[0]):
            continue
        found.update(dict.fromkeys(places, ""))
        found[places[-1]] = span.symbol.id
    for place, word in enumerate(words):
        if place not in found and _counts(words, place):
            value = int(word) if _DIGITS.fullmatch(word) else roman(word) if len(word) > 1 else 0
            if value:
                found[place] = str(value)
    for place in [place for place, value in found.items() if value]:
        if place and words[place - 1] in _NUMBER_WORDS:
            found[place - 1] = ""
    return found


def roman(word: str) -> int:
    """The value of a Roman numeral in small letters, 1 to 39; 0 for any other word."""
    match = _ROMAN.fullmatch(word)
    return 10 * len(match[1]) + _ONES[match[2]] if match else 0


def _counts(words: Sequence[str], place: int) -> bool:
    """Whether a word that may be a numeral is one where it stands: I and V only at the end, after a word (they may be
    initials), and `Xi` not where it begins a name."""
    word = words[place]
    if word in ("i", "v"):
        return place == len(words) - 1 > 0 and len(words[place - 1]) > 1
    return place > 0 or word not in _WORDS_TOO
