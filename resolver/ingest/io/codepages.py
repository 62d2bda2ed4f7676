"""Which code page a text is written in that is no UTF-8: Western (windows-1252), Cyrillic (windows-1251), or one that
is not read.

In a Western text the letters beyond ASCII are few among those of a word; in a Cyrillic, Greek or Arabic one they are
nearly all. A text of that sort is Cyrillic where, read as windows-1251, its words are shaped as words are (a capital
first, or capitals throughout) and made of the letters that are common in Slavic languages. Nothing else is guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

WESTERN, CYRILLIC, UNKNOWN = "cp1252", "cp1251", ""
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
# not the quotes and dashes of windows-1252
_HIGH = re.compile(rb"[\x80-\x90\x98-\xff]")
_SHAPE = re.compile(
    "[А-ЯЁЂЃЄЅІЇЈЉЊЋЌЎЏҐ][а-яёђѓєѕіїјљњћќўџґ'’]*|[А-ЯЁЂЃЄЅІЇЈЉЊЋЌЎЏҐ'’]+|[а-яёђѓєѕіїјљњћќўџґ'’]+"
)
_COMMON = frozenset("оеаинтсрвлкОЕАИНТСРВЛКіІ")
_MOSTLY, _SHAPED, _USUAL, _CAPITALS = 0.7, 0.95, 0.5, 0.5
_LEAST, _LEAST_CYRILLIC = 4, 8
"""Letters from which a text can be told to be no Western one, and to be Cyrillic."""


@lru_cache(maxsize=16)
def code_page(head: bytes) -> str:
    """The code page of a text that begins with `head`: `WESTERN`, `CYRILLIC` or `UNKNOWN`. Where it is UTF-8 so far
    there is nothing to tell by, and a stray byte later is read as `WESTERN`."""
    words = [
        word for line in head.splitlines() if not _is_utf8(line) for word in _WORD.findall(line)
    ]
    if not words:
        return WESTERN
    letters = sum(map(len, words))
    high = sum(len(_HIGH.findall(word)) for word in words)
    if high / letters < _MOSTLY or letters < _LEAST:
        return WESTERN
    return CYRILLIC if _is_cyrillic(words) else UNKNOWN


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_cyrillic(words: list[bytes]) -> bool:
    try:
        read = [word.decode(CYRILLIC) for word in words]
    except UnicodeDecodeError:
        return False
    shaped = [word for word in read if _SHAPE.fullmatch(word)]
    letters = "".join(shaped)
    return (
        len(letters) >= _LEAST_CYRILLIC
        and len(shaped) >= _SHAPED * len(read)
        and sum(letter in _COMMON for letter in letters) >= _USUAL * len(letters)
        and sum(word[0].isupper() for word in shaped) >= _CAPITALS * len(shaped)
    )
