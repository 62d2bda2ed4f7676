"""Spellings of given and family names in many languages, and titles before a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from resolver.data import load_words
from resolver.reference.tables import read_person_names, read_table

NAME, NICK, SYMBOL = "NAME", "NICK", "SYMBOL"
"""Categories of symbols: a name in all spellings, its short forms, other words of names."""
_KINDS = {"person_symbols": SYMBOL, "person_name_parts": NAME, "person_nick": NICK}

TITLES = load_words("titles", use="title")
"""Titles of persons in Latin letters."""
LAST_TITLES = load_words("titles", use="title unless last")
"""Titles unless they are the last word."""
TITLES_OR_NAMES = load_words("titles", use="title or name")
"""Titles that are names at the end, or unless two words follow."""
NAMELESS_TITLES = TITLES - TITLES_OR_NAMES - LAST_TITLES
"""Titles that are nobody's name."""


def name_lines() -> Iterator[tuple[str, list[str]]]:
    """Yield the id of each given or family name and its forms, as they are written."""
    for line in read_person_names().splitlines():
        forms, _, name_id = line.strip().rpartition(" => ")
        if forms:
            yield name_id, forms.split(", ")


def word_symbols() -> Iterator[tuple[str, str, list[str]]]:
    """Yield the category and id of symbols of other words, with the forms of each word."""
    for kind, category in _KINDS.items():
        for key, forms in read_table("names")["symbols"][kind].items():
            yield category, key, forms


@cache
def _titles() -> re.Pattern[str]:
    """Return the pattern of titles and signs before the name of a person."""
    return re.compile(
        rf"^\W*(?:(?:{'|'.join(map(re.escape, read_table('names')['person_prefixes']))})\.?\s+)*",
        re.IGNORECASE,
    )


def remove_titles(name: str) -> str:
    """Return a name without titles before it, such as `Mr` or `Dr.`, and without leading signs."""
    return _titles().sub("", name)
