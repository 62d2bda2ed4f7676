"""Folded texts in ASCII letters: alphabets letter by letter, other scripts by ICU.

Cyrillic words follow Ukrainian or Serbian spelling if they have a letter of these languages alone,
and Greek ones the pronunciation of pairs of letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from resolver.kernels.icu import Transliterator
from resolver.reference.characters import text_scripts
from resolver.reference.tables import read_table

_ALPHABETS = frozenset(("Latin", "Cyrillic", "Greek", "Armenian", "Georgian", "Hangul"))
_ANY_SCRIPT = (
    "Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Accents-Any; [:Symbol:] Remove; "
    "[:Nonspacing Mark:] Remove; Latin-ASCII"
)
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC, _GREEK = re.compile("[\u0400-\u052f]"), re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_UKRAINIAN, _SERBIAN = re.compile("[єіїўґ]"), re.compile("[ђѓѕјљњћќџ]")
_IN_UKRAINIAN = str.maketrans({"г": "h", "и": "y"})
_IN_SERBIAN = str.maketrans({"ж": "z", "ц": "c", "ч": "c", "ш": "s", "х": "h"})
_ENDING, _RUSSIAN_ENDING = re.compile("ый$"), re.compile("[иы]й$")
_ACCENTS = re.compile("[\u0300-\u0307\u0309-\u036f]")
_ARMENIAN_PAIR = re.compile("\u0578\u0582")
_GREEK_PAIRS = (
    (re.compile("^μπ"), "b"),
    (re.compile("^ντ"), "d"),
    (re.compile("^γκ"), "g"),
    (re.compile("μπ"), "mb"),
    (re.compile("γκ"), "ng"),
    (re.compile("γ(?=[γξχ])"), "n"),
    (re.compile("αυ"), "av"),
    (re.compile("ευ"), "ev"),
    (re.compile("(?<=[αεηιουϊϋ])[υϋ]"), "u"),
)


def is_alphabetic(text: str) -> bool:
    """Return whether all letters of a text are of alphabets that are written letter by letter."""
    return text.isascii() or text_scripts(text) <= _ALPHABETS


def fold_to_ascii(text: str) -> str:
    """Return an alphabetic text (`is_alphabetic`) folded, in ASCII letters.

    Letters and signs that have no form there are question marks.
    """
    if text.isascii():
        return text.casefold()
    spelled = _transform("Hangul-Latin").transliterate(text) if _HANGUL.search(text) else text
    spelled = _WORD.sub(lambda match: _spell(match[0]), spelled).translate(_letters())
    if spelled.isascii():
        return spelled.casefold()
    return transliterate(text).casefold()


def transliterate(text: str) -> str:
    """Return a text of any script in ASCII letters; what has none is a question mark."""
    if text.isascii():
        return text
    return _transform(_ANY_SCRIPT).transliterate(text).encode("ascii", "replace").decode("ascii")


def _spell(word: str) -> str:
    """Return a word with the letters in ASCII whose form depends on the word."""
    if _CYRILLIC.search(word):
        word = word.lower()
        if _UKRAINIAN.search(word):
            return _ENDING.sub("y", word).translate(_IN_UKRAINIAN)
        if _SERBIAN.search(word):
            return word.translate(_IN_SERBIAN)
        return _RUSSIAN_ENDING.sub("y", word)
    if _GREEK.search(word):
        word = _without_accents(word.lower())
        for pattern, form in _GREEK_PAIRS:
            word = pattern.sub(form, word)
    return _ARMENIAN_PAIR.sub("u", word)


def _without_accents(word: str) -> str:
    """Return a word without marks, except those that part two vowels."""
    letters = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", letters)


@cache
def _transform(identifier: str) -> Transliterator:
    return Transliterator(identifier)


@cache
def _letters() -> dict[int, str]:
    table: dict[str, str] = read_table("characters")["ascii"]
    return {ord(letter): form for letter, form in table.items()}
