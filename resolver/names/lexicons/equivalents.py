"""Symbols that connect a given name with its short forms and its forms in other languages.

1. `read_short_forms` and `possible_bases` read the tables of short forms. `short_forms` has, on
   each line, a name and one of its short forms. `given_names` has one spelling of a name on each
   line, and also full names that have no short form. `short_form_endings` has the endings by which
   languages form short forms regularly; its words are leveled like whole words, so `ukcio` is
   -uccio and `kuito` is -quito. Spellings that `level_spelling` makes equal need only one line.
   These tables were written for this project. The package `nicknames` adds English short forms.
2. `level_spelling` removes differences between transliterations of the same word.
3. `nickname_symbols` and `form_symbols` give the symbols. They also read the table `name_variants`,
   which has the forms of a name that no rule of letters connects. A form has one of three uses:

   - `form`: the form in a neighboring language. It is looked up by its leveled spelling.
   - `exact`: a form of a short Korean or Chinese family name, or of a woman's name that ends in -eh
     in Persian and in -a in other languages. It is looked up as written, since Karimeh without her
     ending is Karim.
   - `translation`: the name in a distant language.

4. `find_numbers` reads numbers in names of groups and ships: `II`, `2`, `Second` and `No. 2` are
   one number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter

from nicknames import NickNamer

from resolver.data import load_rows
from resolver.names.folding import letters
from resolver.names.lexicons.legal_forms import NUMERIC, GroupName
from resolver.names.name_tokens import drop_abd_article
from resolver.names.scripts.detection import parse_pairs
from resolver.records.prepared.value_flags import NICKNAME_BIT
from resolver.runtime.text_cache import cache_short_texts, hash64

_SHORTEST_BASE = 3


@dataclass(slots=True)
class ShortForms:
    """Names of each language with their short forms, all words leveled.

    `names_by_language` maps a language and a word to the names of which the word is a spelling or a
    short form. `names_by_word` maps a word to such names in all languages. `full_names` are words
    that are full names in some language, even if they are also short forms of another name.
    """

    names_by_language: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    names_by_word: dict[str, tuple[str, ...]] = field(default_factory=dict)
    full_names: set[str] = field(default_factory=set)

    def add(self, language: str, names: list[str], shorts: list[str]) -> None:
        """Add the spellings of a name and its short forms.

        The first spelling represents the name.
        """
        in_language = self.names_by_language.setdefault(language, {})
        self.full_names.update(names)
        own = (names[0],)
        for table in (in_language, self.names_by_word):
            for word in (*names, *shorts):
                others = table.setdefault(word, own)
                if names[0] not in others:
                    table[word] = (*others, names[0])


def read_short_forms(
    level: Callable[[Sequence[str]], list[str]], prepare_name: Callable[[str], str]
) -> ShortForms:
    """Return the tables of all languages with leveled words.

    `prepare_name` is applied to each name, then `level` to all names and short forms.
    """
    spellings, shorts = load_rows("given_names"), load_rows("short_forms")
    names = list({name for _, *row in spellings for name in row} | {row[1] for row in shorts})
    forms = list({row[2] for row in shorts})
    leveled_names = dict(zip(names, level([*map(prepare_name, names)]), strict=True))
    leveled = dict(zip(forms, level(forms), strict=True))
    parsed = ShortForms()
    for (language, name), rows in groupby(spellings, itemgetter(0, 1)):
        parsed.add(language, [leveled_names[name], *(leveled_names[row[2]] for row in rows)], [])
    for (language, name), rows in groupby(shorts, itemgetter(0, 1)):
        parsed.add(language, [leveled_names[name]], [leveled[row[2]] for row in rows])
    return parsed


@cache
def _bases_by_ending() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return a mapping from the ending of a short form to the ending of the full name, with the
    languages.
    """
    bases: dict[str, dict[str, tuple[str, ...]]] = {}
    for language, ending, replaced in load_rows("short_form_endings"):
        ways = bases.setdefault(ending, {})
        ways[replaced] = (*ways.get(replaced, ()), language)
    return {ending: tuple(ways.items()) for ending, ways in bases.items()}


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """Return a mapping from a last letter to the lengths of the endings with this letter,
    ascending.
    """
    lengths: dict[str, set[int]] = {}
    for ending in _bases_by_ending():
        lengths.setdefault(ending[-1], set()).add(len(ending))
    return {letter: tuple(sorted(some)) for letter, some in lengths.items()}


def possible_bases(word: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of which a leveled word may be a familiar form, each with its languages.

    Carlino may be a form of Carlo, and Vanka a form of Vanya. The caller must check that the tables
    have the word as a name in one of these languages.
    """
    bases_by_ending = _bases_by_ending()
    bases = []
    for length in _lengths().get(word[-1:], ()):
        # at least two letters stand before an ending
        if length > len(word) - 2:
            break
        for replaced, languages in bases_by_ending.get(word[-length:], ()):
            base = word[:-length] + replaced
            if len(base) >= _SHORTEST_BASE:
                bases.append((base, languages))
    return bases


_NOT_SHORT = frozenset(
    {
        ("bill", "robert"),
        ("billy", "robert"),
        ("day", "david"),
        ("fred", "bill"),
        ("fred", "william"),
    }
)
"""Pairs that the package `nicknames` has, but that are no short forms."""
_LEVELS = dict(
    parse_pairs(
        """
        dzh=j tsch=ch tch=ch sch=sh kh=h gh=g ph=f th=t dh=d dj=j ck=k ou=u oo=u ee=i x=ks
        """
    )
)
_LEVELLED = re.compile("|".join(_LEVELS))
_SINGLES = str.maketrans("ywq", "ivk")
# The examples are Kolja, Andrej; Nicolas; Yevgeny; Sarah
_GLIDE = re.compile("j(?:(?<=[bcdfgklmnprstvz]j)(?=[aeou])|(?<=[aeiou]j)$)", re.MULTILINE)
_HARD_C = re.compile("c(?![heiy])")
_FIRST_GLIDE = re.compile("^i(?=e)", re.MULTILINE)
_SILENT_H = re.compile("h(?<=..[aeo]h)$", re.MULTILINE)
# `sub` gets a function, because replacing by a text with backslashes takes four times as long
_DOUBLES, _ONCE = re.compile(r"(.)\1+"), itemgetter(1)


@cache_short_texts(50_000)
def level_spelling(token: str) -> str:
    """Return a word without the differences between transliterations.

    `kolya`, `kolia` and `kolja` become one word; `evgenii` and `yevgeny`, too. Words of fewer than
    four letters, and words in other than Latin letters, stay as they are.
    """
    return _level_lines(token) if _has_levels(token) else token


def level_spellings(tokens: Sequence[str]) -> list[str]:
    """Return `level_spelling` of many words. One pass over all words takes a third of the time."""
    levelled = list(tokens)
    indices = [index for index, token in enumerate(tokens) if _has_levels(token)]
    lines = _level_lines("\n".join([tokens[index] for index in indices])).split("\n")
    for index, line in zip(indices, lines if indices else (), strict=True):
        levelled[index] = line
    return levelled


def _has_levels(token: str) -> bool:
    return len(token) >= 4 and token.isascii()


def _level_lines(text: str) -> str:
    """Return a text that has one word on each line, with each word leveled."""
    text = _LEVELLED.sub(lambda match: _LEVELS[match[0]], text)
    if "j" in text:
        text = _GLIDE.sub("i", text)
    if "c" in text:
        text = _HARD_C.sub("k", text)
    text = _DOUBLES.sub(_ONCE, text.translate(_SINGLES))
    return _SILENT_H.sub("", _FIRST_GLIDE.sub("", text))


def _variants(use: str, key: Callable[[str], str] = str) -> dict[str, set[str]]:
    """Return a mapping from a word to the names of which it is a form, from the rows of
    `name_variants` with one use.
    """
    names_by_word: dict[str, set[str]] = {}
    for name, form in load_rows("name_variants", use=use):
        names_by_word.setdefault(key(form), set()).add(name)
    return names_by_word


@cache
def _english_names() -> dict[str, tuple[str, ...]]:
    """Return a mapping from a word to leveled names, from the table of the package `nicknames`.

    The word is one of these names, or a short form of them. The package has some pairs reversed, so
    a short form must be shorter than its name.
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
    """Return the leveled names of which a leveled word is a short form or a spelling.

    Endings are not tried for a word that is a full name itself: Martina is not Marta.
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
    """Return the symbols of the names of which a token may be a short form or a translation.

    Symbols are ascending. A name that has short forms has a symbol of its own, too. `leveled` is
    the token after `level_spelling`, if the caller has already computed it.
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
    """Return the symbols of the names of which a token is the form in one language, ascending.

    `leveled` is the token after `level_spelling`, if the caller has already computed it.
    """
    leveled = level_spelling(token) if leveled is None else leveled
    heads = {*_forms().get(leveled, ()), *_exact_forms().get(token, ())}
    if not heads:
        return ()
    return tuple(sorted(hash64(f"FORM:{name}") & (NICKNAME_BIT - 1) for name in heads))


# Numerals up to 39. The tables only have numerals up to IX. A single X, L, C, D or M is a letter.
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_DIGITS = re.compile("[0-9]{1,18}")
_WORDS_TOO = frozenset("vi xi xx xxx".split())
"""Numerals that are words of their own at the beginning of a name (`Xi Trading`)."""
_NUMBER_WORDS = frozenset("no nr nro num number numero".split())
_ONES = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}


def find_numbers(name: GroupName) -> dict[int, str]:
    """Return a mapping from the index of a word in a group's name to its number in digits.

    A word that belongs to the number of another word gets an empty text, such as `No.` before a
    number, or `Twenty` before `First`.
    """
    words = [letters(word) for word in name.words]
    numbers = _numbers_in_words(name, words)
    for index, word in enumerate(words):
        if index not in numbers and _counts(words, index) and (value := _value(word)):
            numbers[index] = str(value)
    for index in [index for index, value in numbers.items() if value]:
        if index and words[index - 1] in _NUMBER_WORDS:
            numbers[index - 1] = ""
    return numbers


def _numbers_in_words(name: GroupName, words: Sequence[str]) -> dict[int, str]:
    """Return the numbers that the tables have, in the form of `find_numbers`. Of phrases that
    overlap, the longest counts.
    """
    numbers: dict[int, str] = {}
    spans = [span for span in name.spans if span.category == NUMERIC]
    for span in sorted(spans, key=lambda span: -len(span.places)):
        indices = span.places
        if any(index in numbers for index in indices):
            continue
        if len(indices) > 1 or _counts(words, indices[0]):
            numbers.update(dict.fromkeys(indices, ""))
            numbers[indices[-1]] = span.id
    return numbers


def _value(word: str) -> int:
    """Return the value of digits or of a Roman numeral of two letters or more; 0 for other
    words.
    """
    if _DIGITS.fullmatch(word):
        return int(word)
    return roman_value(word) if len(word) > 1 else 0


def roman_value(word: str) -> int:
    """Return the value of a lower-case Roman numeral, 1 to 39; 0 for any other word."""
    match = _ROMAN.fullmatch(word)
    return 10 * len(match[1]) + _ONES[match[2]] if match else 0


def _counts(words: Sequence[str], index: int) -> bool:
    """Return True if a word that may be a numeral is a numeral at its position.

    I and V may be initials. They are numerals only if they stand at the end of a name, after a
    longer word. `Xi` at the beginning of a name is no numeral.
    """
    word = words[index]
    if word in ("i", "v"):
        return index == len(words) - 1 > 0 and len(words[index - 1]) > 1
    return index > 0 or word not in _WORDS_TOO
