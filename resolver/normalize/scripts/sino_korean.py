"""Korean readings of Chinese characters, syllable by syllable.

The table has one reading per character, the usual one (`sino_korean.txt`, which names its origin).
At the beginning of a word ㄹ and ㄴ soften, and after a vowel or ㄴ 렬 and 률 become 열 and 율
(Hangul orthography of 1988, sections 10 to 12).
"""

from __future__ import annotations

from functools import cache

from resolver.data import FOLDER
from resolver.normalize.word_pairs import parse_pairs

_FIRST_SYLLABLE = 0xAC00
_FINALS, _VOWELS = 28, 21
"""Numbers of final consonants (none included) and of vowels: how Unicode orders syllables."""
_N, _R, _SILENT = 2, 5, 11
"""Places of ㄴ, ㄹ and ㅇ among the initial consonants."""
_IOTIZED = frozenset((2, 6, 7, 12, 17, 20))
"""Places of ㅑ ㅕ ㅖ ㅛ ㅠ ㅣ among the vowels."""
_SOFTEN_N = frozenset((6, 12, 17, 20))
"""Places of ㅕ ㅛ ㅠ ㅣ, before which ㄴ softens."""
_NO_FINAL, _FINAL_N = 0, 4
_SOFT_WITHIN = {"렬": "열", "률": "율"}


def korean_reading(word: str) -> str:
    """Return the reading of a word in Hangul, empty if a letter is no character of the table."""
    table = _table()
    reading = ""
    for character in word:
        syllable = table.get(character, "")
        if not syllable:
            return ""
        reading += _after(reading[-1], syllable) if reading else _at_beginning(syllable)
    return reading


def korean_syllables() -> frozenset[str]:
    """Return all readings of characters in Hangul."""
    return frozenset(_table().values())


@cache
def _table() -> dict[str, str]:
    text = (FOLDER / "sino_korean.txt").read_text("utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return {character: reading for reading, all_ in parse_pairs(lines) for character in all_}


def _at_beginning(syllable: str) -> str:
    """Return a syllable as it is at the beginning of a word: 녀 → 여, 리 → 이, 로 → 노."""
    place = ord(syllable) - _FIRST_SYLLABLE
    initial, vowel = divmod(place // _FINALS, _VOWELS)
    if initial == _R:
        initial = _SILENT if vowel in _IOTIZED else _N
    elif initial == _N and vowel in _SOFTEN_N:
        initial = _SILENT
    return chr(_FIRST_SYLLABLE + (initial * _VOWELS + vowel) * _FINALS + place % _FINALS)


def _after(previous: str, syllable: str) -> str:
    final = (ord(previous) - _FIRST_SYLLABLE) % _FINALS
    return _SOFT_WITHIN.get(syllable, syllable) if final in (_NO_FINAL, _FINAL_N) else syllable
