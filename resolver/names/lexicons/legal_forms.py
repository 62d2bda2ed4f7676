"""Analyze a group's name: its words, and the numbers, places, legal forms and generic words among
them.

`SpellingTable` and `PhraseTable` find entries of a table in a text and among words.
`find_legal_forms` and `level_legal_forms` recognize legal forms of firms in many spellings;
`level_legal_forms` replaces each by one form for comparison. `analyze_group_name` uses both tables
and returns a `GroupName`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from resolver.reference import (
    character_class,
    is_word_end,
    read_table,
    tokenize_name,
    word_starts,
)

_END = ""
"""Key of a node at which a spelling ends."""
_Tree = dict[str, Any]


class SpellingTable:
    """Spellings that are found in a text, as a tree of their letters.

    No letter or digit may stand before or after a spelling in the text. ASCII letters of the text
    match whether they are capitals or not. Spellings are in lower case, and may contain any
    characters.
    """

    def __init__(self, spellings: Iterable[str]) -> None:
        self._tree: _Tree = {}
        for spelling in spellings:
            node = self._tree
            for letter in spelling:
                node = node.setdefault(letter, {})
            node[_END] = True

    def find_longest(self, text: str) -> list[tuple[int, int]]:
        """Return the start and the end of each spelling in a text, from left to right.

        If several spellings begin at one index, the longest counts. Spellings do not overlap; the
        earlier one counts.
        """
        folded = text.lower() if text.isascii() else text.translate(_LOWER)
        spans: list[tuple[int, int]] = []
        end = 0
        for start in word_starts(folded):
            if start >= end:
                longest = self._longest(folded, start)
                if longest > start:
                    spans.append((start, longest))
                    end = longest
        return spans

    def _longest(self, text: str, start: int) -> int:
        """Return the end of the longest spelling that begins at `start`; `start` itself if none
        begins there.
        """
        node, longest = self._tree, start
        for index in range(start, len(text)):
            if text[index] not in node:
                break
            node = node[text[index]]
            if _END in node and is_word_end(text, index + 1):
                longest = index + 1
        return longest


class PhraseTable:
    """Phrases of folded words, separated by single spaces, that are searched for among words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        self._longest: dict[str, int] = {}
        for phrase in self._phrases:
            first, count = phrase.partition(" ")[0], phrase.count(" ") + 1
            self._longest[first] = max(count, self._longest.get(first, 0))

    def find_all(self, words: Sequence[str]) -> list[str]:
        """Return the phrases among some words, ordered by their end, the longest first."""
        matches = [
            (last, first, phrase)
            for first, word in enumerate(words)
            if word in self._longest
            for last in range(first + 1, min(first + self._longest[word], len(words)) + 1)
            if (phrase := " ".join(words[first:last])) in self._phrases
        ]
        return [phrase for _, _, phrase in sorted(matches)]


_LOWER = {point: point + 32 for point in range(ord("A"), ord("Z") + 1)}


def find_legal_forms(name: str) -> list[str]:
    """Return the legal forms in a name as they are written, from left to right."""
    return [name[start:end] for start, end in _spellings().find_longest(name)]


def level_legal_forms(name: str) -> str:
    """Return a folded name with each legal form replaced by its form for comparison.

    That form may be empty. A name that would become empty is returned unchanged.
    """
    targets = read_table("names")["legal_forms"]
    parts, last = [], 0
    for start, end in _spellings().find_longest(name):
        parts += [name[last:start], targets[name[start:end]]]
        last = end
    return "".join([*parts, name[last:]]) or name


@cache
def _spellings() -> SpellingTable:
    return SpellingTable(read_table("names")["legal_forms"])


NUMERIC, LOCATION, LEGAL_CLASS = "NUM", "LOC", "ORGCLS"
GENERIC = frozenset(("DOMAIN", "SYMBOL"))
"""Categories of symbols: number, territory, class of a legal form, generic words."""
_LARGEST = 2**63 - 1
_DIGITS = frozenset(range(10))


class NameSpan(NamedTuple):
    """Category and id of a symbol, and the indices of its words, ascending."""

    category: str
    id: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupName:
    """Folded words of a name, its symbols, and the indices of its legal forms and stop words."""

    words: list[str]
    spans: list[NameSpan] = field(default_factory=list)
    legal: set[int] = field(default_factory=set)
    stop: set[int] = field(default_factory=set)


@cache
def _prefixes() -> re.Pattern[str]:
    """Return the pattern of words and signs before the name of a group.

    The pattern takes a tenth of a second to compile, so a run without groups does not compile it.
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
        index for span in name.spans if span.category == LEGAL_CLASS for index in span.places
    )
    numbered = {index for span in name.spans if span.category == NUMERIC for index in span.places}
    for index, word in enumerate(words):
        if index in name.legal:
            continue
        if _is_number(word):
            number = _value(word) if index not in numbered else None
            if number is not None:
                name.spans.append(NameSpan(NUMERIC, str(number), (index,)))
        elif word in stop_words():
            name.stop.add(index)
    return name


def _find_spans(words: list[str]) -> Iterator[NameSpan]:
    symbols = read_table("names")["phrases"]
    for phrase in dict.fromkeys(_phrases().find_all(words)):
        places = list(_places(words, phrase.split(" ")))
        for category, symbol in symbols[phrase]:
            yield from (NameSpan(category, symbol, matched) for matched in places)


def _places(words: list[str], phrase: list[str]) -> Iterator[tuple[int, ...]]:
    """Yield the indices of a phrase's words. The words are in the order of the phrase, and other
    words may stand between them.
    """
    matched: list[int] = []
    for index, word in enumerate(words):
        if word == phrase[len(matched)]:
            matched.append(index)
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
    """Return the value of digits in any script, or of a single numeral that is no digit.

    The value is None for several numerals that are no digits, and for numbers above 2^63.
    """
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
def stop_words() -> frozenset[str]:
    """Return the folded words that names of groups have or leave out, such as `of` and `the`."""
    return frozenset(read_table("names")["stopwords"])
