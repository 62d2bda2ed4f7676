"""Nicknames: a given name and its short forms share a symbol (English by the table of the package `nicknames`, other
languages by `resolver.normalize.lexicons.diminutives` and `pet_names`); so do the forms that one name takes in several languages
(`spellings`). Short forms and
forms are looked up by what stays of a word when its spelling is levelled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from nicknames import NickNamer

from resolver.normalize.folding import hash64
from resolver.normalize.lexicons.diminutives import SHORT
from resolver.normalize.lexicons.pet_names import PET_NAMES
from resolver.normalize.lexicons.spelling_variants import (
    FEMININE,
    FORMS,
    SYLLABLES,
    TRANSLATED,
)
from resolver.normalize.name_tokens import linked
from resolver.records.prepared.batch import NICKNAME_BIT

_NOT_SHORT = frozenset(
    {
        ("bill", "robert"),
        ("billy", "robert"),
        ("day", "david"),
        ("fred", "bill"),
        ("fred", "william"),
    }
)
"""Pairs of the package's table that are no short forms."""
_LEVELS = {
    "dzh": "j", "tsch": "ch", "tch": "ch", "sch": "sh", "kh": "h", "gh": "g", "ph": "f", "th": "t", "dh": "d",
    "dj": "j", "ck": "k", "ou": "u", "oo": "u", "ee": "i", "x": "ks",
}  # fmt: skip
_LEVELLED = re.compile("|".join(_LEVELS))
_SINGLES = str.maketrans("ywq", "ivk")
# Kolja, Andrej; Nicolas
_GLIDE = re.compile("(?<=[bcdfgklmnprstvz])j(?=[aeou])|(?<=[aeiou])j$")
_HARD_C = re.compile("c(?![heiy])")
_DOUBLES = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def levelled(token: str) -> str:
    """A word with what one transliteration writes otherwise than the next made one: `kolya`, `kolia`, `kolja`;
    `evgenii`, `yevgeny`. Words of less than four letters, and others than Latin ones, stay as they are."""
    if len(token) < 4 or not token.isascii():
        return token
    word = _LEVELLED.sub(lambda found: _LEVELS[found[0]], token)
    if "j" in word:
        word = _GLIDE.sub("i", word)
    if "c" in word:
        word = _HARD_C.sub("k", word)
    word = _DOUBLES.sub(r"\1", word.translate(_SINGLES))
    if word.startswith("ie"):
        word = word[1:]
    return word[:-1] if len(word) > 3 and word.endswith(("ah", "eh", "oh")) else word


def _table(lines: Iterable[str], key: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """Word → the lines (their first word) it stands in."""
    found: dict[str, list[str]] = {}
    for line in lines:
        words = line.split()
        for word in dict.fromkeys(map(key, words)):
            found.setdefault(word, []).append(words[0])
    return {word: tuple(heads) for word, heads in found.items()}


@cache
def _namer() -> NickNamer:
    return NickNamer()


@cache
def _short() -> dict[str, frozenset[str]]:
    """Levelled word → the names, levelled, that it is short for or one of; by their first spelling."""
    sections = re.sub("#.*", "", PET_NAMES).replace(";", "\n")
    found: dict[str, set[str]] = {}
    for line in f"{SHORT}\n{sections}".splitlines():
        names, _, shorts = line.partition(":")
        spelled = [levelled(linked(word)) for word in names.split()]
        for word in (*spelled, *(levelled(word) for word in shorts.split())):
            found.setdefault(word, set()).add(spelled[0])
    return {word: frozenset(names) for word, names in found.items()}


@cache
def _translated() -> dict[str, tuple[str, ...]]:
    return _table(TRANSLATED.splitlines(), str)


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    return _table(FORMS.splitlines(), lambda word: levelled(linked(word)))


@cache
def _as_they_stand() -> dict[str, tuple[str, ...]]:
    return _table([*SYLLABLES.splitlines(), *FEMININE.splitlines()], str)


@lru_cache(maxsize=50_000)
def nickname_symbols(token: str) -> tuple[int, ...]:
    """The symbols of the names that a token is short for, of the token itself where it has short forms, and of the
    names it translates; ascending. The package's table holds some pairs the wrong way round: a short form is shorter
    than its name."""
    namer, word = _namer(), levelled(token)
    found = {
        name
        for name in namer.canonicals_of(token)
        if len(name) > len(token) and (token, name) not in _NOT_SHORT
    }
    if any(len(short) < len(token) for short in namer.nicknames_of(token)):
        found.add(token)
    names = {levelled(name) for name in found}
    names.update(_short().get(word, ()))
    names.update(f"{name}/" for name in _translated().get(token, ()))
    return tuple(
        sorted((hash64(f"NICK:{name}") & (NICKNAME_BIT - 1)) | NICKNAME_BIT for name in names)
    )


@lru_cache(maxsize=50_000)
def form_symbols(token: str) -> tuple[int, ...]:
    """The symbols of the name of which the token is one language's form; ascending."""
    heads = {*_forms().get(levelled(token), ()), *_as_they_stand().get(token, ())}
    return tuple(sorted(hash64(f"FORM:{name}") & (NICKNAME_BIT - 1) for name in heads))
