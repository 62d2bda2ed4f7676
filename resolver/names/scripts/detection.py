"""Script of a word, found by the ranges of Unicode.

Repair of Latin letters that stand for Cyrillic letters of the same look (`ДАВЫДЬКO` with a Latin
O).

Parser of the tables of letters in this package, which are texts that can be reviewed.
"""

from __future__ import annotations

import re

from resolver.records.prepared.value_flags import Script

_RANGES = {
    Script.ARABIC: "\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    Script.HEBREW: "\u05d0-\u05f3\ufb1d-\ufb4f",
    Script.HANGUL: "\uac00-\ud7af",
    Script.HAN: "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    Script.KATAKANA: "\u30a1-\u30fe\uff66-\uff9f",
    Script.CYRILLIC: "\u0400-\u052f",
    Script.GREEK: "\u0370-\u03ff\u1f00-\u1fff",
    Script.DEVANAGARI: "\u0900-\u097f",
    Script.BENGALI: "\u0980-\u09ff",
    Script.GEORGIAN: "\u10a0-\u10ff\u1c90-\u1cbf",
    Script.ARMENIAN: "\u0530-\u058f",
}
_SCRIPT = re.compile(
    "|".join(f"(?P<{script.name}>[{letters}])" for script, letters in _RANGES.items())
)


_LATIN = re.compile("[A-Za-z\u00aa-\u02b8\u1e00-\u1eff\uff21-\uff5a]")


def script_of(text: str) -> Script:
    """Return the script of the first letter of a text that belongs to a script named in `Script`.

    Without such a letter, the script is Latin if a letter is Latin or if the text has no letters,
    else `OTHER`.
    """
    if text.isascii():
        return Script.LATIN
    match = _SCRIPT.search(text)
    if match and match.lastgroup:
        return Script[match.lastgroup]
    is_other = not _LATIN.search(text) and any(map(str.isalpha, text))
    return Script.OTHER if is_other else Script.LATIN


# Latin letters and Cyrillic letters that look the same; letters with accents are stressed or dotted
# in print.
_TWINS = dict(
    zip(
        "ABCEHIJKMOPTXYËÏÁÉÍÓaceijopxykĸëïáéíó",
        "АВСЕНІЈКМОРТХУЁЇАЕІОасеіјорхуккёїаеіо",
        strict=True,
    )
)
_REPAIR = str.maketrans(_TWINS)
_HOMOGLYPHS_LATIN = "A-Za-zÀ-ɏ"
_WORD = re.compile(rf"[\u0400-\u04ff{_HOMOGLYPHS_LATIN}]+")
_MIXED = re.compile(rf"[\u0400-\u04ff][{_HOMOGLYPHS_LATIN}]|[{_HOMOGLYPHS_LATIN}][\u0400-\u04ff]")
# Cyrillic letters that look like no Latin letter: a word with one of them is Cyrillic.
_PLAIN = re.compile("[БГДЖЗИЙЛПФЦЧШЩЪЫЬЭЮЯЂЄЉЊЋЎЏҐбвгджзийлмнптфцчшщъыьэюяђєљњћўџґ]")
_LATIN_LETTER = re.compile(f"[{_HOMOGLYPHS_LATIN}]")


def repair_homoglyphs(text: str) -> str:
    """Return a text in whose Cyrillic words Cyrillic letters replace the Latin letters of the same
    look.

    A word is repaired if all of its Latin letters have a Cyrillic twin, and a letter is Cyrillic
    beyond doubt or more than half of the letters are Cyrillic: `ГOBOP` and `НОВIК` are repaired,
    but `AО`, `UМT` and `Сompany` are not.
    """
    if text.isascii() or not _MIXED.search(text):
        return text
    return _WORD.sub(_repair_word, text)


def _repair_word(match: re.Match[str]) -> str:
    word = match[0]
    latin_letters = len(_LATIN_LETTER.findall(word))
    if not latin_letters or not (_PLAIN.search(word) or 2 * latin_letters < len(word)):
        return word
    repaired = word.translate(_REPAIR)
    return word if _LATIN_LETTER.search(repaired) else repaired


def parse_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a text of words like `left=right`, in order; either side may be empty."""
    pairs = (word.partition("=") for word in text.split())
    return tuple((left, right) for left, _, right in pairs)
