"""Words of a group's name, with the numbers, places, legal forms and generic words among them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from resolver.reference.characters import character_class, tokenize_name
from resolver.reference.legal_forms import level_legal_forms
from resolver.reference.phrases import PhraseTable
from resolver.reference.tables import read_table

NUMERIC, LOCATION, LEGAL_CLASS = "NUM", "LOC", "ORGCLS"
GENERIC = frozenset(("DOMAIN", "SYMBOL"))
"""Categories of symbols: number, territory, class of a legal form, generic words."""
_LARGEST = 2**63 - 1
_DIGITS = frozenset(range(10))


class NameSpan(NamedTuple):
    """Symbol of some words: its category and id, and the places of the words, ascending."""

    category: str
    id: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupName:
    """Folded words of a name, the symbols in it, and the places of legal forms and stop words."""

    words: list[str]
    spans: list[NameSpan] = field(default_factory=list)
    legal: set[int] = field(default_factory=set)
    stop: set[int] = field(default_factory=set)


@cache
def _prefixes() -> re.Pattern[str]:
    """Return the pattern of words and signs before the name of a group.

    It takes a tenth of a second to compile, which a run without groups need not wait for.
    """
    return re.compile(
        rf"^[{character_class('before_names')}]*"
        rf"(?:(?:{'|'.join(map(re.escape, read_table('names')['group_prefixes']))})\.?\s+)*",
        re.IGNORECASE,
    )


def analyze_group_name(text: str) -> GroupName | None:
    """Return the analysis of a group's name; None for a text without letters and digits."""
    form = _prefixes().sub("", level_legal_forms(text.casefold()))
    if not form:
        return None
    words = tokenize_name(form)
    name = GroupName(words, list(_find_spans(words)))
    name.legal.update(
        place for span in name.spans if span.category == LEGAL_CLASS for place in span.places
    )
    numbered = {place for span in name.spans if span.category == NUMERIC for place in span.places}
    for place, word in enumerate(words):
        if place in name.legal:
            continue
        if _is_number(word):
            number = _value(word) if place not in numbered else None
            if number is not None:
                name.spans.append(NameSpan(NUMERIC, str(number), (place,)))
        elif word in _stopwords():
            name.stop.add(place)
    return name


def _find_spans(words: list[str]) -> Iterator[NameSpan]:
    symbols = read_table("names")["phrases"]
    for phrase in dict.fromkeys(_phrases().find_all(words)):
        places = list(_places(words, phrase.split(" ")))
        for category, symbol in symbols[phrase]:
            yield from (NameSpan(category, symbol, matched) for matched in places)


def _places(words: list[str], phrase: list[str]) -> Iterator[tuple[int, ...]]:
    """Yield the places of a phrase's words, which stand in order, perhaps with others between."""
    matched: list[int] = []
    for place, word in enumerate(words):
        if word == phrase[len(matched)]:
            matched.append(place)
            if len(matched) == len(phrase):
                yield tuple(matched)
                matched = []


def _is_number(word: str) -> bool:
    return (
        word.isdigit()
        if word.isascii()
        else all(unicodedata.category(letter)[0] == "N" for letter in word)
    )


def _value(word: str) -> int | None:
    """Return the value of digits in any script; None for several other numerals and above 2^63."""
    if word.isascii():
        number: float = int(word)
    else:
        digits = [unicodedata.numeric(letter) for letter in word]
        number = digits[0]
        for digit in digits[1:]:
            number = 10 * number + digit
        if len(digits) > 1 and not all(digit in _DIGITS for digit in digits):
            return None
    return min(int(number), _LARGEST) if number <= _LARGEST + 1 else None


@cache
def _phrases() -> PhraseTable:
    return PhraseTable(read_table("names")["phrases"])


@cache
def _stopwords() -> frozenset[str]:
    return frozenset(read_table("names")["stopwords"])
