"""Legal forms of firms in many spellings, and the form by which they are compared."""

from __future__ import annotations

from functools import cache

from resolver.reference.phrases import SpellingTable
from resolver.reference.tables import read_table


def find_legal_forms(name: str) -> list[str]:
    """Return the legal forms in a name as they are written, from left to right."""
    return [name[start:end] for start, end in _spellings().find_longest(name)]


def level_legal_forms(name: str) -> str:
    """Return a folded name with each legal form in its form for comparison, perhaps none.

    A name that would be left empty is returned as it is.
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
