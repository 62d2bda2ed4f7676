"""Names in lists: given-family order, items of a cell, scripts.

Nothing is invented: a variant in a bracket or after a slash becomes a name of its own.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from resolver.ingest.text.name_words import split_title
from resolver.records.prepared.text_cache import cache_short_texts

_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, " "))
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.I)
_SCRIPT_SAMPLE = 200
"""Letters of a text that are examined to find its script."""
_TRAILING_SUFFIX = re.compile(r"(?:,|(?<!\s))\s++((?:jr|sr)\.?|ii|iii|iv)$", re.I)


@dataclass(frozen=True, slots=True)
class PersonName:
    """Person's name in given-family order, with the parts the list distinguishes (else empty)."""

    full: str
    given_name: str = ""
    family: str = ""
    suffix: str = ""
    title: str = ""


def parse_family_first(text: str) -> PersonName:
    """Turn `FAMILY, Given Middle, Jr.` into given-family order.

    A name without a comma stays as it is.

    Titles before the given name (`KHAN, Haji Abdul`) are separated from it.
    """
    parts = [part.strip() for part in text.split(",")]
    suffix = " ".join(part for part in parts[1:] if _SUFFIX.fullmatch(part))
    rest = [part for part in parts[1:] if part and not _SUFFIX.fullmatch(part)]
    if not rest:
        name, title = split_title(parts[0])
        return PersonName(f"{name} {suffix}".strip(), suffix=suffix, title=title)
    given_name, title = split_title(" ".join(rest))
    family = parts[0]
    full = " ".join(part for part in (given_name, family, suffix) if part)
    return PersonName(full, given_name, family, suffix, title)


def split_suffix(text: str) -> tuple[str, str]:
    """Split `ABEL HERNANDEZ, JR.` into (`ABEL HERNANDEZ`, `JR.`)."""
    match = _TRAILING_SUFFIX.search(text)
    return (text[: match.start()], match[1]) if match else (text, "")


def match_key(text: str) -> str:
    """Return the sorted words of a name without case and marks, equal for variants in one list."""
    return " ".join(sorted(text.casefold().replace("'", "").translate(_PUNCTUATION).split()))


@cache_short_texts(8_192)
def script_of(text: str) -> str:
    """Return the script of most letters as named by Unicode (`LATIN`, `CYRILLIC` …), or empty."""
    text = text[:_SCRIPT_SAMPLE]
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    counts: dict[str, int] = {}
    for char in text:
        if char.isalpha():
            script = _script(char)
            counts[script] = counts.get(script, 0) + 1
    return max(sorted(counts), key=counts.__getitem__) if counts else ""


@lru_cache(maxsize=4_096)
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0]


def is_spelling_variant(left: str, right: str) -> bool:
    """Return whether two words are of one script and similar (Jaro-Winkler of at least 0.7)."""
    if script_of(left) != script_of(right):
        return False
    return JaroWinkler.similarity(left.casefold(), right.casefold()) >= 0.7


def is_capitals(word: str) -> bool:
    """Return whether a word is in capitals like a family name (`ZOLOTOV`), and no initial."""
    last = re.split(r"[-–]", word.strip(",.()"))[-1]
    return len(last) > 1 and last.isupper()


def split_items(cell: str) -> list[str]:
    """Split a cell at semicolons, except those inside double quotes or brackets.

    Quotes around a whole item are removed.
    """
    cell = cell.replace("\x00", " ")
    if ";" not in cell:
        parts = [cell]
    else:
        parts = _SEMICOLON.split(_PROTECTED.sub(lambda match: match[0].replace(";", "\x00"), cell))
    items = [_strip_item_quotes(part.replace("\x00", ";").strip()) for part in parts]
    return [item for item in items if item]


_SEMICOLON = re.compile(r"(?:(?<!\s)\s++)?;\s*")
_PROTECTED = re.compile(
    r'(?:(?<=;)|(?<=; )|^)"[^"]*(?:""[^"]*)*"(?=\s*;|\s*$)|\([^();]*(?:\([^()]*\)[^();]*)?;[^()]*\)'
)


def _strip_item_quotes(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    return text.strip().strip(",").strip()
