"""Names as lists write them: turned into given-family order, cut into items, freed of brackets.

Nothing is invented: what a bracket or a slash offers as a variant becomes a name of its own.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from resolver.ingest.text.name_words import split_title

_MARKS = str.maketrans(dict.fromkeys(string.punctuation, " "))
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.I)
_ENOUGH = 200
"""Letters that tell the script of a text."""
_TRAILING_SUFFIX = re.compile(r",?\s+((?:jr|sr)\.?|ii|iii|iv)$", re.I)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in given-family order, with the parts that the list tells apart (else empty)."""

    full: str
    given: str = ""
    family: str = ""
    suffix: str = ""
    title: str = ""


def from_family_first(text: str) -> PersonName:
    """`FAMILY, Given Middle, Jr.` in given-family order. A name without a comma stays as it is.

    Titles before the given name (`KHAN, Haji Abdul`) are told apart from it.
    """
    parts = [part.strip() for part in text.split(",")]
    suffix = " ".join(part for part in parts[1:] if _SUFFIX.fullmatch(part))
    rest = [part for part in parts[1:] if part and not _SUFFIX.fullmatch(part)]
    if not rest:
        name, title = split_title(parts[0])
        return PersonName(f"{name} {suffix}".strip(), suffix=suffix, title=title)
    given, title = split_title(" ".join(rest))
    family = parts[0]
    full = " ".join(part for part in (given, family, suffix) if part)
    return PersonName(full, given, family, suffix, title)


def split_suffix(text: str) -> tuple[str, str]:
    """`ABEL HERNANDEZ, JR.` to (`ABEL HERNANDEZ`, `JR.`)."""
    match = _TRAILING_SUFFIX.search(text)
    return (text[: match.start()], match[1]) if match else (text, "")


def match_key(text: str) -> str:
    """What two writings of one name in one list share: its words, in any order, without case and marks."""
    return " ".join(sorted(text.casefold().replace("'", "").translate(_MARKS).split()))


@lru_cache(maxsize=8_192)
def script_of(text: str) -> str:
    """The script most letters of a text are of, as the first word of their Unicode names (`LATIN`, `CYRILLIC` …)."""
    text = text[:_ENOUGH]
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


def same_word(one: str, other: str) -> bool:
    """Whether two words can be spellings of one: the same script and much the same letters."""
    if script_of(one) != script_of(other):
        return False
    return JaroWinkler.similarity(one.casefold(), other.casefold()) >= 0.7


def is_capitals(word: str) -> bool:
    """Whether a word is in capitals as families are: `ZOLOTOV`, `al-MUFLEH`, no initial."""
    last = re.split(r"[-–]", word.strip(",.()"))[-1]
    return len(last) > 1 and last.isupper()


def split_items(cell: str) -> list[str]:
    """The items of a cell that separates them by semicolons; those inside double quotes or brackets do not count.

    Quotes around a whole item are taken off.
    """
    cell = cell.replace("\x00", " ")
    if ";" not in cell:
        parts = [cell]
    else:
        parts = _SEMICOLONS.split(_HIDE.sub(lambda match: match[0].replace(";", "\x00"), cell))
    items = [_unquoted(part.replace("\x00", ";").strip()) for part in parts]
    return [item for item in items if item]


_SEMICOLONS = re.compile(r"\s*;\s*")
_HIDE = re.compile(
    r'(?:(?<=;)|(?<=; )|^)"[^"]*(?:""[^"]*)*"(?=\s*;|\s*$)|\([^();]*(?:\([^()]*\)[^();]*)?;[^()]*\)'
)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    return text.strip().strip(",").strip()
