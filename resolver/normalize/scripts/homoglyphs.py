"""Latin letters that stand for Cyrillic ones of the same look (`ДАВЫДЬКO` with a Latin O)."""

from __future__ import annotations

import re

# Latin letters and their Cyrillic twins; the accented ones are stressed or dotted in print.
_TWINS = dict(
    zip(
        "ABCEHIJKMOPTXYËÏÁÉÍÓaceijopxykĸëïáéíó",
        "АВСЕНІЈКМОРТХУЁЇАЕІОасеіјорхуккёїаеіо",
        strict=True,
    )
)
_REPAIR = str.maketrans(_TWINS)
_LATIN = "A-Za-zÀ-ɏ"
_WORD = re.compile(rf"[\u0400-\u04ff{_LATIN}]+")
_MIXED = re.compile(rf"[\u0400-\u04ff][{_LATIN}]|[{_LATIN}][\u0400-\u04ff]")
# Cyrillic letters that no Latin letter looks like: a word with one of them is Cyrillic.
_PLAIN = re.compile("[БГДЖЗИЙЛПФЦЧШЩЪЫЬЭЮЯЂЄЉЊЋЎЏҐбвгджзийлмнптфцчшщъыьэюяђєљњћўџґ]")
_LATIN_LETTER = re.compile(f"[{_LATIN}]")


def repair_homoglyphs(text: str) -> str:
    """Return a text whose Cyrillic words have Cyrillic letters in place of their Latin twins.

    A word is repaired if all of its Latin letters have a twin, and a letter is Cyrillic beyond
    doubt or more than half of them are: `ГOBOP` and `НОВIК` are, `AО`, `UМT` and `Сompany` not.
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
