"""Character classes of Unicode, in one version on every Python: scripts, tokens, word boundaries.

Tokens of names: spaces, punctuation and symbols separate them; marks, modifier letters, full stops
and apostrophes are left out (`O'Brien` is one token, and so is `U.S.A.`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from resolver.reference.tables import read_table

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
