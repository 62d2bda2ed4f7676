"""Errors of typing and of scanning in the letters of a text.

Generated lists and training material contain such errors, each with its own shares and its own
random numbers. This module defines once what an error does to a text, and which letters are mixed
up. Nothing here is random: the caller chooses the error, its position and the letter.
"""

from __future__ import annotations

from enum import IntEnum


class Typo(IntEnum):
    """Kind of writing error."""

    OMITTED = 0
    DOUBLED = 1
    SWAPPED = 2
    NEIGHBOR = 3
    """Another letter: the letter of a neighboring key, or any letter."""
    VOWEL = 4
    MISREAD = 5
    JOINED = 6
    """Two words written as one, or a hyphen as a space."""
    INSERTED = 7


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEXT_KEYS = {
    key: row[index + (1 if index + 1 < len(row) else -1)]
    for row in _ROWS
    for index, key in enumerate(row)
}
"""For each letter, the key to its right; for the last letter of a row, the key to its left."""
NEARBY_KEYS = {
    row[0]: row[2:]
    for row in """
        a:sq b:vn c:xv d:sf e:wr f:dg g:fh h:gj i:uo j:hk k:jl l:k m:n n:bm o:ip p:o
        q:wa r:et s:ad t:ry u:yi v:cb w:qe x:zc y:tu z:x
    """.split()
}
"""Keys that a finger may hit instead of a letter."""
VOWELS = dict(zip("aeiouy", "eaeuoi", strict=True))
"""The vowel that is heard for another one."""
_STROKES = (("rn", "m"), ("m", "rn"), ("l", "1"), ("o", "0"), ("i", "l"), ("cl", "d"))
_BOWS = (("e", "c"), ("u", "v"))
MISREAD_NAMES = (*_STROKES, ("s", "5"), *_BOWS)
"""Letters of a name that a scanner takes for other characters."""
MISREAD_TEXTS = (*_STROKES, ("S", "5"), ("B", "8"), *_BOWS)
"""The same for texts whose capitals are told from small letters."""
MIN_LENGTH = 3
"""Shortest text that gets a typo."""


def change_letter(text: str, index: int, typo: Typo, letter: str) -> str:
    """Return the text with an error at one letter.

    `letter` is the letter that is written instead of it (`NEIGHBOR`, `VOWEL`), before it
    (`INSERTED`, `DOUBLED`), or after the next letter (`SWAPPED`). An omitted letter needs no
    `letter`.
    """
    before, after = text[:index], text[index + 1 :]
    if typo is Typo.OMITTED:
        return before + after
    if typo in (Typo.INSERTED, Typo.DOUBLED):
        return before + letter + text[index:]
    if typo is Typo.SWAPPED:
        return before + after[:1] + letter + after[1:]
    return before + letter + after


def find_misreadings(text: str, table: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Return the rows of a table that apply to a text. The first letter is never misread."""
    return [row for row in table if row[0] in text[1:]]


def misread(text: str, misreading: tuple[str, str]) -> str:
    """Return the text with the first occurrence of some letters, after its first letter,
    misread.
    """
    return text[0] + text[1:].replace(*misreading, 1)


def apply_typo(text: str, kind: Typo, u: float) -> str:
    """Apply one typo to a text; `u` in 0…1 selects its position.

    The first letter never changes. The function returns the text unchanged if the typo does not
    apply.
    """
    if len(text) < MIN_LENGTH:
        return text
    if kind is Typo.MISREAD:
        fitting = find_misreadings(text, MISREAD_TEXTS)
        return misread(text, fitting[int(u * len(fitting))]) if fitting else text
    if kind is Typo.JOINED:
        tail = text[1:]
        return text[0] + (tail.replace(" ", "", 1) if " " in tail else tail.replace("-", " ", 1))
    index = 1 + int(u * (len(text) - 2))
    if not (text[index].isalpha() and text[index + 1].isalpha()):
        index = 1
    letter = text[index]
    if kind in (Typo.NEIGHBOR, Typo.VOWEL, Typo.INSERTED):
        table = VOWELS if kind is Typo.VOWEL else NEXT_KEYS
        other = table.get(letter.lower())
        if other is None:
            return change_letter(text, index, Typo.OMITTED, "")
        letter = other.upper() if letter.isupper() else other
    return change_letter(text, index, kind, letter)
