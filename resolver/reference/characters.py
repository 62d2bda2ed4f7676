"""Characters of Unicode: their classes, tokens of names, and folded texts.

- Character classes (scripts, word boundaries) are those of one version of Unicode on every Python.
- Tokens of names: spaces, punctuation and symbols separate them. Marks, modifier letters, full
  stops and apostrophes are left out, so `O'Brien` and `U.S.A.` are one token each.
- Folded texts in ASCII letters: alphabets are written letter by letter, other scripts by ICU.
  Cyrillic words follow Ukrainian or Serbian spelling if they have a letter that only this language
  has. Greek words follow the pronunciation of pairs of letters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache

from resolver.reference.tables import read_table
from resolver.runtime.icu import Transliterator

_ASCII_LETTER = re.compile("[A-Za-z]")
_ASCII_START = re.compile("(?<![0-9A-Za-z_])(?=.)", re.DOTALL)
_LEFT_OUT, _BETWEEN = 0, 1
"""Answers of the table `in_tokens`; others are characters of tokens."""


class _Answers(dict[int, int]):
    """Answers of a table by code point, found once for each."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._starts, self._answers = read_table("characters")[name]

    def __missing__(self, point: int) -> int:
        answer: int = self._answers[bisect_right(self._starts, point) - 1]
        self[point] = answer
        return answer


class _TokenLetters(dict[int, int | None]):
    """Translation of a text to its tokens with spaces between them."""

    def __init__(self) -> None:
        super().__init__()
        self._answers = _Answers("in_tokens")

    def __missing__(self, point: int) -> int | None:
        answer = self._answers[point]
        self[point] = None if answer == _LEFT_OUT else ord(" ") if answer == _BETWEEN else point
        return self[point]


_token_letters = cache(_TokenLetters)
_word_letters = cache(lambda: _Answers("in_words"))
_letter_scripts = cache(lambda: _Answers("script_of"))


def tokenize_name(text: str) -> list[str]:
    """Return the tokens of a name as they are written, perhaps none."""
    return text.translate(_token_letters()).split()


def phrase_form(text: str) -> str:
    """Return a text in the form of the phrase tables: folded tokens with single spaces."""
    return " ".join(tokenize_name(text.casefold()))


def word_starts(text: str) -> list[int]:
    """Return the places where a sign stands, but no letter or digit before it."""
    pattern = _ASCII_START if text.isascii() else _word_start()
    return [match.start() for match in pattern.finditer(text)]


@cache
def _word_start() -> re.Pattern[str]:
    return re.compile(f"(?<![{character_class('in_words')}])(?=.)", re.DOTALL)


def character_class(name: str) -> str:
    """Return the characters for which a table answers, as ranges of a character class."""
    starts, answers = read_table("characters")[name]
    return "".join(
        f"\\U{first:08x}-\\U{last - 1:08x}"
        for first, last, answer in zip(starts, [*starts[1:], 0x110000], answers, strict=True)
        if answer
    )


def is_word_end(text: str, place: int) -> bool:
    """Return whether no letter or digit stands at a place."""
    return place == len(text) or not _word_letters()[ord(text[place])]


def text_scripts(text: str) -> set[str]:
    """Return the scripts of the letters and digits of a text by their Unicode names.

    Characters that all scripts share do not count, so that a text of digits has none.
    """
    if text.isascii():
        return {"Latin"} if _ASCII_LETTER.search(text) else set()
    names, script_of = read_table("characters")["scripts"], _letter_scripts()
    return {names[number] for letter in set(text) if (number := script_of[ord(letter)])}


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
