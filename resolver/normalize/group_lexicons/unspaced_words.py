"""Words of groups' names in Chinese, Japanese and Korean, which are written without spaces.

`translate_unspaced_words` cuts such a name at the words of a lexicon, the longest first, and puts
them in English; what is left between them are proper names.

The table `unspaced_words` has places, and words with the English word that each usually stands for.
Other English words that it may stand for follow, joined by slashes. Chinese characters are
simplified: `han_variants.level_han` brings others to them. So a word that Taiwan or Japan has in
common is listed once, and one of their own (資訊, 製作所) by the simplified forms of its
characters. Names of countries, provinces and prefectures come from `rigour`, so the table has only
their short forms and cities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from resolver.data import load_pairs, load_rows
from resolver.normalize.folding import HAN
from resolver.normalize.scripts.han import level_han
from resolver.reference.territories import han_territories

UNSPACED = re.compile("[\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Letters of scripts without spaces between words."""
_CITY = re.compile("(?<=[\u4e00-\u9fff]{2})[市省县縣](?=[\u4e00-\u9fff]{2})")
_EDGE = re.compile(
    f"(?<=[A-Za-z])(?={HAN.pattern})|(?<={HAN.pattern})(?=[A-Za-z])"
    f"|(?<=[\u30a1-\u30fe])(?={HAN.pattern})|(?<={HAN.pattern})(?=[\u30a1-\u30fe])"
)
_AND = re.compile(
    f"^[与與及暨和]$|^[与與及暨](?={HAN.pattern}{{2}})|(?<={HAN.pattern}{{2}})[与與及暨和](?={HAN.pattern}{{2}})"
)
"""The word and, alone between words of the lexicon, or before or between longer names."""
_Piece = tuple[str, str]
"""A part of a name, and its English words if it is in the lexicon."""


@cache
def word_senses() -> dict[str, tuple[str, ...]]:
    """Return word of simplified characters, kana or Hangul → English words, the usual one first."""
    rows = load_rows("unspaced_words", use="word")
    return {word: (usual, *filter(None, others.split("/"))) for word, usual, others in rows}


@cache
def _places() -> dict[str, str]:
    """Return place → English name."""
    names = {**han_territories(), **load_pairs("unspaced_words", use="place")}
    return {level_han(word): name for word, name in names.items()}


@cache
def _lexicon() -> dict[str, str]:
    """Return word → its most usual English words; Chinese characters are simplified ones."""
    generic = {level_han(word): senses[0] for word, senses in word_senses().items()}
    return {**_places(), **generic}


@cache
def _longest() -> int:
    return max(map(len, _lexicon()))


def translate_unspaced_words(text: str) -> str:
    """Return a name with the words of the lexicon in English and apart from each other.

    `三菱造船株式会社` gives `三菱 shipbuilding kk`; other texts stay as they are.
    """
    if not UNSPACED.search(text):
        return text
    text = _EDGE.sub(" ", _CITY.sub(" ", text))
    return "".join(
        f" {english} " if english else _AND.sub(" ", piece)
        for piece, english in _join_remains(_pieces(text))
    )


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the parts of a name from left to right."""
    leveled = level_han(text)
    text = text if len(text) == len(leveled) else leveled
    lexicon, start, place = _lexicon(), 0, 0
    while place < len(text):
        word = _longest_word(leveled, place, lexicon) if UNSPACED.match(text[place]) else ""
        if word:
            if start < place:
                yield text[start:place], ""
            yield text[place : place + len(word)], lexicon[word]
            start = place = place + len(word)
        else:
            place += 1
    if start < len(text):
        yield text[start:], ""


def _longest_word(text: str, place: int, lexicon: dict[str, str]) -> str:
    """Return the longest word of the lexicon that begins at a place, else nothing."""
    for length in range(min(_longest(), len(text) - place), 1, -1):
        word = text[place : place + length]
        if word in lexicon:
            return word
    return ""


def _join_remains(pieces: Iterator[_Piece]) -> list[_Piece]:
    """Return parts with each single character joined to the place beside it, as a proper name.

    Foreign names are written by syllables, some of which make a place: 巴林顿 is Barrington, not
    Bahrain.
    """
    joined: list[_Piece] = []
    for piece, english in pieces:
        if joined and _is_cut_name(joined[-1], (piece, english)):
            joined[-1] = (joined[-1][0] + piece, "")
        else:
            joined.append((piece, english))
    return joined


def _is_cut_name(first: _Piece, second: _Piece) -> bool:
    places = _places()
    for (rest, english), (place, name) in ((first, second), (second, first)):
        if not english and len(rest) == 1 and HAN.match(rest) and name:
            return places.get(level_han(place)) == name
    return False
