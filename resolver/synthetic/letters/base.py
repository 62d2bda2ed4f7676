"""Common parts of all scripts: the set of spellings, and replacement by a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Spellings:
    """Spellings of one name. Equal spellings may repeat.

    `native`: in its own script, or None if only Latin spellings are known. `second`: in a second
    script (kana beside kanji, Russian beside Ukrainian), else None. `standard`: as in a passport,
    plain ASCII. `b`, `c`: two other systems in use. `loose`: spelling by ear.
    """

    native: str | None
    standard: str
    b: str
    c: str
    loose: str
    second: str | None = None


def parse_entry(line: str, rule: Callable[[str], Spellings]) -> Spellings:
    """Return the spellings of one entry of a list.

    Entries are the name, and after `:` up to four customary Latin forms that replace those of the
    rule, separated by commas, in the order standard, b, c, loose; the last one also stands for the
    missing ones.
    """
    name, _, custom_forms = line.partition(":")
    spellings = rule(name)
    custom = [form for form in custom_forms.split(",") if form]
    if not custom:
        return spellings
    standard, b, c, loose = (custom + [custom[-1]] * 4)[:4]
    return replace(spellings, standard=standard, b=b, c=c, loose=loose)


def parse_pairs(table: str) -> dict[str, str]:
    """Return key → value of a text with `key:value` entries, separated by spaces.

    `_` stands for a space.
    """
    entries = [entry.replace("_", " ").partition(":") for entry in table.split()]
    return {key: value for key, _, value in entries}


def pair_signs(signs: str, sounds: str) -> dict[str, str]:
    """Return character → sound; sounds are separated by spaces."""
    return dict(zip(signs, sounds.split(), strict=True))


@lru_cache(maxsize=64)
def _pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True)))


def replace_longest(text: str, table: Mapping[str, str]) -> str:
    """Replace all keys of `table` in one pass from left to right, longest keys first."""
    return _pattern(tuple(table)).sub(lambda match: table[match[0]], text)


def capitalize_words(text: str) -> str:
    """Capitalize all words and hyphenated parts; apostrophes do not start a word."""
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda m: m[0][0].upper() + m[0][1:], text)


def strip_accents(text: str) -> str:
    """Remove diacritics from Latin text: é → e, ł → l, đ → d, ı → i, ß → ss."""
    plain = text.translate(_UNDECOMPOSED)
    return "".join(
        ch for ch in unicodedata.normalize("NFD", plain) if not unicodedata.combining(ch)
    )


_UNDECOMPOSED = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
    }
)
