"""Terms of values and of typed texts: the words and wholes by which a free-text search finds.

A term is ASCII letters and digits in lower case where a transliteration exists, so that one term
stands for a word in any script. A value has a term for each word, and its wholes: all of its words
written together, in their order and sorted, after a mark. So numbers are found however they are
spaced, and a whole name counts more than its words apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from resolver.normalize.folding import fold, letters
from resolver.normalize.name_tokens import tokenize_person
from resolver.normalize.values import normalize_phone
from resolver.records.packing import SEPARATOR
from resolver.records.properties import ADDRESS, FULL_NAMES, IDENTIFIERS

MAX_WORDS = 50
"""Words of a typed text that are looked up; the others are left out."""
MAX_TERM = 60
"""Letters of a term; longer ones are cut."""
_WORD_SHARE, _LENGTH_SHARE = 0.9, 0.1
"""A word counts this share of its property, and the rest divided by the words of its value."""
_MIN_PHONE_DIGITS = 6
_PLACE_PARTS = re.compile(f"[,;/()\\[\\]{SEPARATOR}]+")
_WHOLE = "="
"""First letter of the terms of wholes, which no word has."""
Terms = Iterator[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class TypedText:
    """Typed text: its distinct words, the terms that stand for all of it, and the term with which
    longer wholes begin.
    """

    words: tuple[str, ...]
    wholes: tuple[str, ...]
    beginning: str


def read_typed_text(text: str) -> TypedText:
    """Return the words and wholes of a typed text; none where it has no letters and digits."""
    words = _split_words(text)
    joined, ordered = _join_words(words)
    wholes = {joined, _WHOLE + joined, _WHOLE + ordered, *_phone_terms(text)} if words else set()
    distinct = tuple(dict.fromkeys(words[:MAX_WORDS]))
    return TypedText(distinct, tuple(sorted(wholes)), _WHOLE + joined)


def _split_words(text: str) -> list[str]:
    # letters of a script without a transliteration stay as they are
    words = fold(text).split() or [letters(text)]
    return [word[:MAX_TERM] for word in words if word]


def _join_words(words: list[str]) -> tuple[str, str]:
    return "".join(words)[:MAX_TERM], "".join(sorted(words))[:MAX_TERM]


def _phone_terms(text: str) -> tuple[str, ...]:
    """Return the number as dialed within its country, if the text may be that of a telephone."""
    digits = sum(map(str.isdigit, text))
    if digits < _MIN_PHONE_DIGITS or any(map(str.isalpha, text)):
        return ()
    number = normalize_phone(text)
    return tuple({number, number.lstrip("0")} - {""})


def _plain_terms(text: str) -> Terms:
    words = _split_words(text)
    share = _WORD_SHARE + _LENGTH_SHARE / max(len(words), 1)
    yield from ((word, share) for word in words)
    if len(words) > 1:
        yield from ((_WHOLE + whole, 1.0) for whole in _join_words(words))


def _name_terms(text: str) -> Terms:
    yield from _plain_terms(text)
    if not text.isascii():
        # as words of other scripts are read for comparison
        yield from ((token.text, _WORD_SHARE) for token in tokenize_person(text) if token.text)


def _identifier_terms(text: str) -> Terms:
    yield from _plain_terms(text.split(SEPARATOR, 1)[0])


def _phone_number_terms(text: str) -> Terms:
    yield from ((term, 1.0) for term in {letters(text), *_phone_terms(text)} if term)


def _place_terms(text: str) -> Terms:
    # each part by itself, since people type a town without its country
    for part in filter(None, _PLACE_PARTS.split(text)):
        yield from _plain_terms(part)


@dataclass(frozen=True, slots=True)
class SearchedProperty:
    """Property that is searched: its weight, within (0, 1], the terms of its values, and whether
    these are places.
    """

    weight: float
    terms: Callable[[str], Terms]
    is_place: bool = False


SEARCHED: Mapping[str, SearchedProperty] = {
    **{prop: SearchedProperty(0.97, _name_terms) for prop in FULL_NAMES},
    "name": SearchedProperty(1.0, _name_terms),
    "lastName": SearchedProperty(1.0, _name_terms),
    "weakAlias": SearchedProperty(0.9, _name_terms),
    **dict.fromkeys(
        ("firstName", "secondName", "middleName", "fatherName", "motherName"),
        SearchedProperty(0.9, _name_terms),
    ),
    **dict.fromkeys(IDENTIFIERS, SearchedProperty(1.0, _identifier_terms)),
    "phone": SearchedProperty(1.0, _phone_number_terms),
    "email": SearchedProperty(0.95, _plain_terms),
    "website": SearchedProperty(0.9, _plain_terms),
    ADDRESS: SearchedProperty(0.8, _place_terms, is_place=True),
    "birthPlace": SearchedProperty(0.8, _place_terms, is_place=True),
}
"""Properties that a free-text search looks at."""
