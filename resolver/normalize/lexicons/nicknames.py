"""Symbols that a given name shares with its short forms and its forms in other languages.

English short forms come from the package `nicknames` and, like those of other languages, from the
tables that `short_forms` reads. Forms of one name that no rule of letters connects come from the
table `name_variants`, which has three uses:

- `form`: a form of the name in a neighboring language, looked up by its leveled spelling.
- `exact`: a form of a short Korean or Chinese family name, or of a woman's name that Persians end
  in -eh and others in -a. It is looked up as it is, since Karimeh without her ending is Karim.
- `translation`: the name in a distant language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter

from nicknames import NickNamer

from resolver.data import load_rows
from resolver.normalize.lexicons.short_forms import ShortForms, possible_bases, read_short_forms
from resolver.normalize.name_tokens import drop_abd_article
from resolver.normalize.word_pairs import parse_pairs
from resolver.records.prepared.text_cache import cache_short_texts, hash64
from resolver.records.prepared.value_flags import NICKNAME_BIT

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
_LEVELS = dict(
    parse_pairs(
        """
        dzh=j tsch=ch tch=ch sch=sh kh=h gh=g ph=f th=t dh=d dj=j ck=k ou=u oo=u ee=i x=ks
        """
    )
)
_LEVELLED = re.compile("|".join(_LEVELS))
_SINGLES = str.maketrans("ywq", "ivk")
# Kolja, Andrej; Nicolas; Yevgeny; Sarah
_GLIDE = re.compile("j(?:(?<=[bcdfgklmnprstvz]j)(?=[aeou])|(?<=[aeiou]j)$)", re.MULTILINE)
_HARD_C = re.compile("c(?![heiy])")
_FIRST_GLIDE = re.compile("^i(?=e)", re.MULTILINE)
_SILENT_H = re.compile("h(?<=..[aeo]h)$", re.MULTILINE)
# a function, as replacing by a text with backslashes takes four times as long
_DOUBLES, _ONCE = re.compile(r"(.)\1+"), itemgetter(1)


@cache_short_texts(50_000)
def level_spelling(token: str) -> str:
    """Return a word with differences between transliterations removed.

    `kolya`, `kolia` and `kolja` become one word; `evgenii` and `yevgeny`, too. Words of fewer than
    four letters and words in other than Latin letters stay as they are.
    """
    return _level_lines(token) if _has_levels(token) else token


def level_spellings(tokens: Sequence[str]) -> list[str]:
    """Return `level_spelling` of many words, all at once: in a third of the time."""
    levelled = list(tokens)
    places = [place for place, token in enumerate(tokens) if _has_levels(token)]
    lines = _level_lines("\n".join([tokens[place] for place in places])).split("\n")
    for place, line in zip(places, lines if places else (), strict=True):
        levelled[place] = line
    return levelled


def _has_levels(token: str) -> bool:
    return len(token) >= 4 and token.isascii()


def _level_lines(text: str) -> str:
    """Return a text of a word per line with each word leveled."""
    text = _LEVELLED.sub(lambda match: _LEVELS[match[0]], text)
    if "j" in text:
        text = _GLIDE.sub("i", text)
    if "c" in text:
        text = _HARD_C.sub("k", text)
    text = _DOUBLES.sub(_ONCE, text.translate(_SINGLES))
    return _SILENT_H.sub("", _FIRST_GLIDE.sub("", text))


def _variants(use: str, key: Callable[[str], str] = str) -> dict[str, set[str]]:
    """Return word → names of which it is a form, in the rows of `name_variants` of one use."""
    names_by_word: dict[str, set[str]] = {}
    for name, form in load_rows("name_variants", use=use):
        names_by_word.setdefault(key(form), set()).add(name)
    return names_by_word


@cache
def _english_names() -> dict[str, tuple[str, ...]]:
    """Return word → leveled names that it is short for by the package's table, or is itself.

    The table has some pairs reversed, so a short form must be shorter than its name.
    """
    namer = NickNamer()
    names_by_word: dict[str, set[str]] = {}
    for short, names in namer.canonical_lookup.items():
        for name in names:
            if len(name) > len(short):
                names_by_word.setdefault(name, set()).add(name)
                if (short, name) not in _NOT_SHORT:
                    names_by_word.setdefault(short, set()).add(name)
    return {word: tuple(map(level_spelling, names)) for word, names in names_by_word.items()}


@cache
def _short() -> ShortForms:
    """Return the tables of short forms, in leveled words."""
    return read_short_forms(level_spellings, drop_abd_article)


def _full_names(word: str) -> set[str]:
    """Return the leveled names that a leveled word is a short form or a spelling of.

    A word that is a name of its own has no others by its ending: Martina is not Marta.
    """
    short = _short()
    names = set(short.names_by_word.get(word, ()))
    if word not in short.full_names:
        for base, languages in possible_bases(word):
            if base in short.names_by_word:
                for language in languages:
                    names.update(short.names_by_language[language].get(base, ()))
    return names


@cache
def _translated() -> dict[str, set[str]]:
    return _variants("translation")


@cache
def _forms() -> dict[str, set[str]]:
    return _variants("form", lambda word: level_spelling(drop_abd_article(word)))


@cache
def _exact_forms() -> dict[str, set[str]]:
    return _variants("exact")


def nickname_symbols(token: str, leveled: str | None = None) -> tuple[int, ...]:
    """Return symbols of the names that a token may be short for or a translation of, ascending.

    `leveled`: the token by `level_spelling`, if at hand. A token that has short forms itself has a
    symbol, too.
    """
    names = _full_names(level_spelling(token) if leveled is None else leveled)
    names.update(_english_names().get(token, ()))
    names.update(f"{name}/" for name in _translated().get(token, ()))
    if not names:
        return ()
    return tuple(
        sorted((hash64(f"NICK:{name}") & (NICKNAME_BIT - 1)) | NICKNAME_BIT for name in names)
    )


def form_symbols(token: str, leveled: str | None = None) -> tuple[int, ...]:
    """Return the symbols of the names of which a token is one language's form, ascending.

    `leveled`: the token by `level_spelling`, if at hand.
    """
    leveled = level_spelling(token) if leveled is None else leveled
    heads = {*_forms().get(leveled, ()), *_exact_forms().get(token, ())}
    if not heads:
        return ()
    return tuple(sorted(hash64(f"FORM:{name}") & (NICKNAME_BIT - 1) for name in heads))
