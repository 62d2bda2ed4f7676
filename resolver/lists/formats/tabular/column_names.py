"""Meanings of the names of columns, in many languages.

The program knows its own names of columns, the names of FollowTheMoney, and common words of many
languages. `column_words.csv` has one row per language and property: `language,property,words`.
`normalize_column_name` removes differences of spelling, case and accents, so the file does not list
them. Other names are read by their words (`column_parts`). Two entries of the column `property` are
not properties:

- `surname?` is a word for a whole name. It means the surname if another column holds the given name
  (`nom` beside `prénom`).
- `given?` is a word for a whole name. It means the given name if another column holds the surname
  (`nombre` beside `apellidos`).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from resolver.data import FOLDER
from resolver.lists.formats.tabular.column_parts import (
    ENGLISH,
    HOLDER,
    REGISTER,
    is_other_fact,
    normalize_column_name,
    read_parts,
)
from resolver.records.properties import ADDRESS, PROPERTIES, ValueType
from resolver.runtime.text_cache import cache_short_texts

ID = "id"
_SURNAME_OR_NAME, _GIVEN_OR_NAME = "surname?", "given?"
_AMBIGUOUS = (_SURNAME_OR_NAME, _GIVEN_OR_NAME)
_DOCUMENTS = frozenset(("idNumber", "passportNumber", "taxNumber", "socialSecurityNumber"))
_NAMING = frozenset(("name", "firstName", "lastName", *_AMBIGUOUS))
# Columns of relations and routes are named in a mapping; programs use their own words for them.
_NOT_IN_COLUMNS = (ValueType.RELATION, ValueType.ROUTE, ValueType.PROGRAM, ValueType.ACTIVITY)
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】")
_ALTERNATIVES = re.compile(r"[/|\n・、]")
MOST_UNKNOWN = 100
"""Most names that are read by their words, which takes some 10 ms each. Tables of offices have tens
of columns; those with more unknown ones are exports of databases.
"""
_LEAST_ALTERNATIVE = 2
"""Letters of the shortest name beside a sign such as `/`."""
_LEAST_LETTERS, _LEAST_COLUMNS = 5, 2
"""Minimum number of letters of a word, or of columns of a language, that are no coincidence."""


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """Property of a column, or `id`, and the language of its name."""

    column: str
    prop: str
    language: str


def recognize_columns(columns: Sequence[str]) -> dict[str, ColumnMeaning]:
    """Return the meaning of each column whose name is known.

    A name that occurs twice has no meaning; of columns with equal normalized names, only the first
    has a meaning. English names and FollowTheMoney's names come first, then the language of most
    other columns.
    """
    return {
        column: meaning
        for column, meaning in _recognize(columns).items()
        if meaning.prop != REGISTER
    }


def find_own_numbers(columns: Sequence[str]) -> list[str]:
    """Return the columns whose names say that they have a number of the person or record, such as
    `Matrícula` and `Customer no.` Such a column is the id if no two rows have the same number.
    """
    return [name for name, meaning in _recognize(columns).items() if meaning.prop == REGISTER]


def says_number(column: str) -> bool:
    """Return whether a column's name says that its values are numbers: `УЛМ №`, `PNC ID`."""
    words = normalize_column_name(column).split("_")
    return bool(_NUMBER_SIGN.search(column)) or "id" in words or not NUMBER_WORDS.isdisjoint(words)


def _recognize(columns: Sequence[str]) -> dict[str, ColumnMeaning]:
    counts = Counter(columns)
    names = {
        normalize_column_name(column): column for column in reversed(columns) if counts[column] == 1
    }
    first = frozenset(names.values())
    senses = {column: _senses(column) for column in columns if column in first}
    _add_parts(senses)
    senses = {
        column: {language: prop for language, prop in by_language.items() if prop}
        for column, by_language in senses.items()
    }
    languages = _rank_languages(senses)
    meanings = {
        column: meaning
        for column, by_language in senses.items()
        if (meaning := _choose_sense(column, by_language, languages)) is not None
    }
    return _resolve_ambiguous(meanings)


def find_other_facts(columns: Sequence[str]) -> frozenset[str]:
    """Return the columns whose names say in the languages of the table that they are about facts
    that are no property: a date of issue, the telephone of a relative.
    """
    meanings = _recognize(columns)
    languages = {ENGLISH, *(meaning.language for meaning in meanings.values())}
    return frozenset(
        column
        for column in columns
        if column not in meanings and is_other_fact(column, sorted(languages))
    )


def is_common_name(column: str, languages: Iterable[str]) -> bool:
    """Return whether a column's name is known in English or in one of some languages."""
    known = {language for language, prop in _senses(column).items() if prop}
    return bool(known & {ENGLISH, *languages})


def id_rank(column: str) -> int:
    """Return the position of a column among the names of record numbers; usual names come first."""
    plain = normalize_column_name(column)
    return _id_names().index(plain) if plain in _id_names() else len(_id_names())


@cache_short_texts(8_192)
def _senses(column: str) -> dict[str, str]:
    """Return the property by language; for a name in two languages (`Name / Nom`), the property of
    both parts, which is empty if they differ.
    """
    whole = _look_up(column) or _look_up(_BRACKETS.sub(" ", column))
    if whole:
        return whole
    parts = [
        _look_up(part)
        for part in _ALTERNATIVES.split(_BRACKETS.sub(" ", column))
        if len(part.strip()) >= _LEAST_ALTERNATIVE and not part.startswith("-")
    ]
    properties = {prop for part in parts for prop in part.values()}
    if whole := _join_names(parts):
        return whole
    if len(properties) > 1 and all(prop.startswith(ADDRESS) for prop in properties):
        return {language: ADDRESS for part in parts for language in part}
    if len(properties) > 1 and properties <= _DOCUMENTS:
        return {language: "idNumber" for part in parts for language in part}
    if len(properties.difference(_AMBIGUOUS)) > 1:
        return {language: "" for part in parts for language in part}
    if any(parts) and not all(parts):
        read = {ID if prop == REGISTER else prop for prop in _look_up_parts(column, ()).values()}
        properties = properties if properties & read or not read else set()
    return {
        language: prop for part in parts for language, prop in part.items() if prop in properties
    }


def _join_names(parts: Iterable[dict[str, str]]) -> dict[str, str]:
    """Return the whole name in each language in which one part is a surname and another is a given
    name.
    """
    by_language: dict[str, set[str]] = {}
    for part in parts:
        for language, prop in part.items():
            by_language.setdefault(language, set()).add(prop)
    return {
        language: "name"
        for language, props in by_language.items()
        if props & {"lastName", _SURNAME_OR_NAME} and props & {"firstName", _GIVEN_OR_NAME}
    }


def _look_up(name: str) -> dict[str, str]:
    """Return the property of a name by language: of the name itself, or else of a usual variant of
    it.
    """
    plain = normalize_column_name(name)
    known = _senses_by_name()
    if found := known.get(plain) or known.get(plain.replace("_", "")):
        return found
    words = [word for word in plain.split("_") if word]
    own = words[1:] if words and words[0] in _HOLDER_WORDS else words
    if own != words and (found := _look_up("_".join(own))):
        return found
    return _look_up_number(name, own) or _look_up_short(name)


def _look_up_number(name: str, words: Sequence[str]) -> dict[str, str]:
    """Return the property of a name that writes `number` in another way: `N° passeport`."""
    rest = _content_words(words)
    is_number = len(rest) < len(words) or bool(_NUMBER_SIGN.search(name))
    return _numbers_by_words().get(rest, {}) if is_number and rest else {}


def _add_parts(senses: dict[str, dict[str, str]]) -> None:
    """Read the names that are not in the table by their words, in the languages of the others.

    A language counts if it names more than half as many columns as the one that names most.
    """
    unknown = [column for column, by_language in senses.items() if not by_language]
    if not 0 < len(unknown) <= MOST_UNKNOWN:
        return
    by_parts = {column: _look_up_parts(column, ()) for column in unknown}
    counts = Counter(
        language
        for column, by_language in senses.items()
        for language in _own_languages(by_language or by_parts[column])
    )
    most = max(counts.values(), default=0)
    usual = [language for language, count in counts.items() if 2 * count > most]
    for column in unknown:
        found = _look_up_parts(column, (*dict.fromkeys((*usual, ENGLISH)),))
        senses[column] = {language: prop for language, prop in found.items() if prop != HOLDER}
    if not any(prop in _NAMING for by_language in senses.values() for prop in by_language.values()):
        for column in unknown:
            found = _look_up_parts(column, tuple(usual))
            senses[column] |= {key: "name" for key, prop in found.items() if prop == HOLDER}


def _own_languages(by_language: dict[str, str]) -> Iterable[str]:
    """Return the languages that a name is evidence of: an English one is evidence of English."""
    return (ENGLISH,) if ENGLISH in by_language else by_language


def _look_up_parts(name: str, languages: tuple[str, ...]) -> dict[str, str]:
    """Return the property by language of a name that is read by its words, first without what
    stands in brackets.
    """
    plain = _BRACKETS.sub(" ", name)
    return read_parts(plain, languages) or (read_parts(name, languages) if plain != name else {})


def _look_up_short(name: str) -> dict[str, str]:
    """Return the property of an abbreviated name: `Date naiss.`, `F. nacimiento`, `Staatsang.`.

    Each word before a full stop begins a word of a known name. A language in which the name could
    mean two properties is left out.
    """
    if "." not in name.rstrip()[1:]:
        return {}
    spelled = [
        (plain, word.endswith("."))
        for word in _SPELLED_WORD.findall(name)
        if (plain := normalize_column_name(word)) and plain not in _LINK_WORDS
    ]
    words = [(word, is_short) for word, is_short in spelled if word not in NUMBER_WORDS]
    is_number = len(words) < len(spelled) or bool(_NUMBER_SIGN.search(name))
    longest = max((len(word) for word, _ in words), default=0)
    if longest < (_LEAST_SHORT if len(words) == 1 else _LEAST_JOINED):
        return {}
    found: dict[str, set[str]] = {}
    for language, prop, whole in _names_by_length(is_number).get(len(words), ()):
        if all(
            long.startswith(short) if is_short else long == short
            for (short, is_short), long in zip(words, whole, strict=True)
        ):
            found.setdefault(language, set()).add(prop)
    for props in found.values():
        if props == {"name", "lastName"}:
            # `Nazw.` is `nazwisko` or `nazwa`
            props.clear()
            props.add(_SURNAME_OR_NAME)
    return {language: min(props) for language, props in found.items() if len(props) == 1}


def _content_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words of a name without words for a number and without prepositions, sorted."""
    left = (word for word in words if word not in NUMBER_WORDS and word not in _LINK_WORDS)
    return tuple(sorted(left))


@cache
def _numbers_by_words() -> dict[tuple[str, ...], dict[str, str]]:
    """Return the property by language for names of numbers, keyed by their words without
    `number`.
    """
    numbers: dict[tuple[str, ...], dict[str, str]] = {}
    for language, prop, words in _all_names():
        if prop in _NUMBERED and (rest := _content_words(words)):
            numbers.setdefault(rest, {}).setdefault(language, prop)
    return numbers


@cache
def _names_by_length(is_number: bool) -> dict[int, list[tuple[str, str, tuple[str, ...]]]]:
    """Return language, property and words of each name, by the number of its words that matter.

    `is_number`: only names of numbers, without their words for a number.
    """
    names: dict[int, list[tuple[str, str, tuple[str, ...]]]] = {}
    unsaid = _LINK_WORDS | NUMBER_WORDS if is_number else _LINK_WORDS
    for language, prop, words in _all_names():
        content = tuple(word for word in words if word not in unsaid)
        if prop not in _AMBIGUOUS and (prop in _NUMBERED or not is_number):
            names.setdefault(len(content), []).append((language, prop, content))
    return names


@cache
def _all_names() -> list[tuple[str, str, list[str]]]:
    """Return language, property and words of each name of the table of words."""
    return [
        (language, prop, normalize_column_name(word).split("_"))
        for language, properties in _table().items()
        for prop, words in properties.items()
        for word in words
    ]


_HOLDER_WORDS = frozenset(
    "pax passenger passengers traveller traveler crew person persons subject suspect holder client"
    " customer guest applicant member visitor individual party".split()
)
"""Words before the name of a fact, which say that the fact is about the person whom a row
describes: `Pax surname`.
"""
NUMBER_WORDS = frozenset(
    "no nr n num nbr nro numb number numbers numero numeros nummer numer numara numarasi nomor"
    " nomer arithmos broj cislo szam rakam o номер رقم".split()
)
_NUMBER_SIGN = re.compile(r"[№#]|[Nn]\.?\s?[º°]")
_LINK_WORDS = frozenset("of the de du da do des d del della di der des von van za z".split())
_SPELLED_WORD = re.compile(r"[^\s./,;:()\[\]-]+\.?")
_LEAST_SHORT, _LEAST_JOINED = 3, 2
"""Letters of the shortest abbreviation that stands alone, and of the longest one of a name with
several.
"""
_NUMBERED = frozenset(
    (ID, *(row.name for row in PROPERTIES if row.type in (ValueType.IDENTIFIER, ValueType.PHONE)))
)
"""Properties whose names may say `number`."""


def _rank_languages(senses: dict[str, dict[str, str]]) -> list[str]:
    """Return the languages of columns that English does not explain, the most frequent first."""
    foreign = [
        (column, by_language)
        for column, by_language in senses.items()
        if ENGLISH not in by_language
    ]
    counts = Counter(language for _, by_language in foreign for language in by_language)
    certain = {
        language
        for column, by_language in foreign
        for language in by_language
        if counts[language] >= _LEAST_COLUMNS
        or len(column) >= _LEAST_LETTERS
        or not column.isascii()
    }
    order = {language: place for place, language in enumerate(_table())}
    return sorted(
        certain, key=lambda language: (-counts[language], order.get(language, len(order)), language)
    )


def _choose_sense(
    column: str, by_language: dict[str, str], languages: Sequence[str]
) -> ColumnMeaning | None:
    english = by_language.get(ENGLISH)
    for language in languages:
        prop = by_language.get(language)
        if prop is not None and (english is None or prop in _AMBIGUOUS):
            return ColumnMeaning(column, prop, language)
        if english is not None:
            # Only the main language of the table makes an English word ambiguous.
            break
    return ColumnMeaning(column, english, ENGLISH) if english is not None else None


def _resolve_ambiguous(meanings: dict[str, ColumnMeaning]) -> dict[str, ColumnMeaning]:
    """Decide whether a word for a name means the whole name, or the part of the name that no other
    column has.
    """
    properties = {meaning.prop for meaning in meanings.values()}
    has_given, has_surname = "firstName" in properties, "lastName" in properties
    if properties >= set(_AMBIGUOUS) and not has_given and not has_surname:
        has_given = has_surname = True
    chosen = {
        _SURNAME_OR_NAME: "lastName" if has_given and "lastName" not in properties else "name",
        _GIVEN_OR_NAME: "firstName" if has_surname and "firstName" not in properties else "name",
    }
    return {
        column: ColumnMeaning(column, chosen.get(meaning.prop, meaning.prop), meaning.language)
        for column, meaning in meanings.items()
    }


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """Return the words of each language by property, English first."""
    text = (FOLDER / "column_words.csv").read_text("utf-8")
    table: dict[str, dict[str, list[str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        table.setdefault(row["language"], {})[row["property"]] = row["words"].split("; ")
    return table


@cache
def _senses_by_name() -> dict[str, dict[str, str]]:
    """Return the property by language for each normalized name, with and without underscores."""
    senses: dict[str, dict[str, str]] = {}
    for row in PROPERTIES:
        if row.type not in _NOT_IN_COLUMNS:
            _add_name(senses, ENGLISH, row.name, row.name)
            _add_name(senses, ENGLISH, row.name, row.label or row.name)
    for language, properties in _table().items():
        for prop, words in properties.items():
            for word in words:
                _add_name(senses, language, prop, word)
                _add_name(senses, language, prop, word.translate(_DIGRAPHS))
    return senses


def _add_name(senses: dict[str, dict[str, str]], language: str, prop: str, word: str) -> None:
    plain = normalize_column_name(word)
    for name in (plain, plain.replace("_", "")):
        senses.setdefault(name, {}).setdefault(language, prop)


@cache
def _id_names() -> list[str]:
    words: Iterable[str] = (word for row in _table().values() for word in row.get(ID, ()))
    plain = [normalize_column_name(word) for word in words]
    return [*plain, *(name.replace("_", "") for name in plain)]
