"""Nicknames: a given name and its short forms share a symbol (the hand-curated table of the package `nicknames`,
English)."""

from __future__ import annotations

from functools import cache

from nicknames import NickNamer

from resolver.normalise.text import hash64
from resolver.records.prepared import NICKNAME_BIT


@cache
def _namer() -> NickNamer:
    return NickNamer()


def nickname_symbols(token: str) -> tuple[int, ...]:
    """The symbols of the names that a token is short for, and of the token itself where it has short forms;
    ascending."""
    namer = _namer()
    names = set(namer.canonicals_of(token))
    if namer.nicknames_of(token):
        names.add(token)
    return tuple(sorted((hash64(f"NICK:{name}") & (NICKNAME_BIT - 1)) | NICKNAME_BIT for name in names))
