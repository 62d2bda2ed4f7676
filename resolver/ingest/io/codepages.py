"""Detection of the code page of a text that is not UTF-8: windows-1252, windows-1251, or unknown.

In a Western text the letters beyond ASCII are few within a word; in a Cyrillic, Greek or Arabic one
nearly all letters are. Such a text is Cyrillic if, read as windows-1251, its words have the case of
words (a capital first, or capitals throughout) and consist of the letters common in Slavic
languages. No other code page is guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

WESTERN, CYRILLIC, UNKNOWN = "cp1252", "cp1251", ""
_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[A-Za-z]*+[\x80-\xff][A-Za-z\x80-\xff]*")
# Letters, without the quotes and dashes of windows-1252.
_HIGH = re.compile(rb"[\x80-\x90\x98-\xff]")
_WORD_SHAPE = re.compile(
    "[А-ЯЁЂЃЄЅІЇЈЉЊЋЌЎЏҐ][а-яёђѓєѕіїјљњћќўџґ'’]*|[А-ЯЁЂЃЄЅІЇЈЉЊЋЌЎЏҐ'’]+|[а-яёђѓєѕіїјљњћќўџґ'’]+"
)
_COMMON_LETTERS = frozenset("оеаинтсрвлкОЕАИНТСРВЛКіІ")
_MOSTLY, _SHAPED, _USUAL, _CAPITALS = 0.7, 0.95, 0.5, 0.5
_LEAST, _LEAST_CYRILLIC = 4, 8
"""Letters from which a text can be told to be no Western one, and to be Cyrillic."""


@lru_cache(maxsize=16)
def detect_code_page(head: bytes) -> str:
    """Return the code page of a text that begins with `head`: `WESTERN`, `CYRILLIC` or `UNKNOWN`.

    A head that is valid UTF-8 gives no evidence, and counts as `WESTERN` for stray bytes later on.
    """
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
        decoded = [word.decode(CYRILLIC) for word in words]
    except UnicodeDecodeError:
        return False
    shaped_words = [word for word in decoded if _WORD_SHAPE.fullmatch(word)]
    letters = "".join(shaped_words)
    return (
        len(letters) >= _LEAST_CYRILLIC
        and len(shaped_words) >= _SHAPED * len(decoded)
        and sum(letter in _COMMON_LETTERS for letter in letters) >= _USUAL * len(letters)
        and sum(word[0].isupper() for word in shaped_words) >= _CAPITALS * len(shaped_words)
    )
