"""Nicknames: a given name and its short forms share a symbol (English by the table of the package `nicknames`, other
languages by `resolver.normalise.diminutives`); so do the forms that one name takes in several languages."""

from __future__ import annotations

from functools import cache, lru_cache

from nicknames import NickNamer

from resolver.normalise.diminutives import FORMS, SHORT, TRANSLATED, short_forms, table
from resolver.normalise.text import hash64
from resolver.records.prepared import NICKNAME_BIT

_NOT_SHORT = frozenset(
    {("bill", "robert"), ("billy", "robert"), ("day", "david"), ("fred", "bill"), ("fred", "william")}
)
"""Pairs of the package's table that are no short forms."""


@cache
def _namer() -> NickNamer:
    return NickNamer()


@cache
def _short() -> dict[str, tuple[str, ...]]:
    return short_forms(SHORT)


@cache
def _translated() -> dict[str, tuple[str, ...]]:
    return table(TRANSLATED)


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    return table(FORMS)


@lru_cache(maxsize=50_000)
def nickname_symbols(token: str) -> tuple[int, ...]:
    """The symbols of the names that a token is short for, of the token itself where it has short forms, and of the
    names it translates; ascending. The package's table holds some pairs the wrong way round: a short form is shorter
    than its name."""
    namer = _namer()
    names = {name for name in namer.canonicals_of(token) if len(name) > len(token) and (token, name) not in _NOT_SHORT}
    if any(len(short) < len(token) for short in namer.nicknames_of(token)):
        names.add(token)
    names.update(_short().get(token, ()))
    if token.startswith("ye"):
        # Yekaterina, Yelena
        names.update(_short().get(token[1:], ()))
    names.update(f"{name}/" for name in _translated().get(token, ()))
    return tuple(sorted((hash64(f"NICK:{name}") & (NICKNAME_BIT - 1)) | NICKNAME_BIT for name in names))


@lru_cache(maxsize=50_000)
def form_symbols(token: str) -> tuple[int, ...]:
    """The symbols of the name of which the token is one language's form; ascending."""
    return tuple(sorted(hash64(f"FORM:{name}") & (NICKNAME_BIT - 1) for name in _forms().get(token, ())))
