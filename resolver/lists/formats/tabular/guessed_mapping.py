"""Guess the mapping of a table from the names of its columns.

The program knows its own names of columns, the names of FollowTheMoney, and common words of many
languages. `column_words.csv` has one row per language and property: `language,property,words`.
`normalize_column_name` removes differences of spelling, case and accents, so the file does not list
them. Two entries of the column `property` are not properties:

- `surname?` is a word for a whole name. It means the surname if another column holds the given name
  (`nom` beside `prénom`).
- `given?` is a word for a whole name. It means the given name if another column holds the surname
  (`nombre` beside `apellidos`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from functools import cache

from resolver.data import FOLDER
from resolver.lists.formats.tabular.column_parts import HOLDER, read_parts
from resolver.lists.formats.tabular.mapping import Mapping, build_mapping
from resolver.records import Kind
from resolver.records.properties import PROPERTIES, ValueType
from resolver.records.visibility import HANDLING_CODES

ENGLISH = "English"
ID = "id"
_SURNAME_OR_NAME, _GIVEN_OR_NAME = "surname?", "given?"
_AMBIGUOUS = (_SURNAME_OR_NAME, _GIVEN_OR_NAME)
_NAMING = frozenset(("name", "firstName", "lastName", *_AMBIGUOUS))
# Columns of relations and routes are named in a mapping; programs use their own words for them.
_NOT_IN_COLUMNS = (ValueType.RELATION, ValueType.ROUTE, ValueType.PROGRAM, ValueType.ACTIVITY)
# Letters that Unicode does not decompose, and variants of one letter.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "ʼ": "'", "ي": "ی", "ك": "ک"}
)
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
# Combining marks of Latin, Greek, Cyrillic, Hebrew and Arabic; combining marks of other scripts are
# letters.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0655]")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】")
_ALTERNATIVES = re.compile(r"[/|\n・、]")
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


def normalize_column_name(column: str) -> str:
    """Return a column's name in lower case with underscores, without accents.

    `birthPlace`, `Birth Place` and `birth-place` become equal.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", words.casefold().translate(_LETTERS)))
    return re.sub(r"[\W_]+", "_", unicodedata.normalize("NFC", plain)).strip("_").casefold()


def recognize_columns(columns: Sequence[str]) -> dict[str, ColumnMeaning]:
    """Return the meaning of each column whose name is known.

    A name that occurs twice has no meaning; of columns with equal normalized names, only the first
    has a meaning. English names and FollowTheMoney's names come first, then the language of most
    other columns.
    """
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


def is_common_name(column: str, languages: Iterable[str]) -> bool:
    """Return whether a column's name is known in English or in one of some languages."""
    known = {language for language, prop in _senses(column).items() if prop}
    return bool(known & {ENGLISH, *languages})


def id_rank(column: str) -> int:
    """Return the position of a column among the names of record numbers; usual names come first."""
    plain = normalize_column_name(column)
    return _id_names().index(plain) if plain in _id_names() else len(_id_names())


def _senses(column: str) -> dict[str, str]:
    """Return the property by language; for a name in two languages (`Name / Nom`), the property of
    both parts, which is empty if they differ.
    """
    whole = _look_up(column) or _look_up(_BRACKETS.sub(" ", column))
    if whole:
        return whole
    parts = [
        _look_up(part)
        for part in _ALTERNATIVES.split(column)
        if len(part.strip()) >= _LEAST_ALTERNATIVE
    ]
    properties = {prop for part in parts for prop in part.values()}
    if len(properties.difference(_AMBIGUOUS)) > 1:
        return {language: "" for part in parts for language in part}
    if not all(parts):
        read = _look_up_parts(column, ())
        properties = properties if properties & {*read.values()} or not read else set()
    return {
        language: prop for part in parts for language, prop in part.items() if prop in properties
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
    if not unknown:
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
        found = _look_up_parts(column, dict.fromkeys((*usual, ENGLISH)))
        senses[column] = {language: prop for language, prop in found.items() if prop != HOLDER}
    if not any(prop in _NAMING for by_language in senses.values() for prop in by_language.values()):
        for column in unknown:
            found = _look_up_parts(column, usual)
            senses[column] |= {key: "name" for key, prop in found.items() if prop == HOLDER}


def _own_languages(by_language: dict[str, str]) -> Iterable[str]:
    """Return the languages that a name is evidence of: an English one is evidence of English."""
    return (ENGLISH,) if ENGLISH in by_language else by_language


def _look_up_parts(name: str, languages: Iterable[str]) -> dict[str, str]:
    """Return the property by language of a name that is read by its words, first without what
    stands in brackets.
    """
    plain = _BRACKETS.sub(" ", name)
    return read_parts(plain, normalize_column_name, languages) or (
        read_parts(name, normalize_column_name, languages) if plain != name else {}
    )


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
    words = [(word, is_short) for word, is_short in spelled if word not in _NUMBER_WORDS]
    is_number = len(words) < len(spelled) or bool(_NUMBER_SIGN.search(name))
    if not words or (len(words) == 1 and len(words[0][0]) < _LEAST_SHORT):
        return {}
    found: dict[str, set[str]] = {}
    for language, prop, whole in _names_by_length(is_number).get(len(words), ()):
        if all(
            long.startswith(short) if is_short else long == short
            for (short, is_short), long in zip(words, whole, strict=True)
        ):
            found.setdefault(language, set()).add(prop)
    return {language: min(props) for language, props in found.items() if len(props) == 1}


def _content_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words of a name without words for a number and without prepositions, sorted."""
    left = (word for word in words if word not in _NUMBER_WORDS and word not in _LINK_WORDS)
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
    unsaid = _LINK_WORDS | _NUMBER_WORDS if is_number else _LINK_WORDS
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
_NUMBER_WORDS = frozenset(
    "no nr n num nbr nro numb number numbers numero numeros nummer numer numara numarasi nomor"
    " nomer arithmos broj cislo szam rakam o номер رقم".split()
)
_NUMBER_SIGN = re.compile(r"[№#]|[Nn]\.?\s?[º°]")
_LINK_WORDS = frozenset("of the de du da do des d del della di der des von van za z".split())
_SPELLED_WORD = re.compile(r"[^\s./,;:()\[\]-]+\.?")
_LEAST_SHORT = 3
"""Letters of the shortest abbreviation that stands alone."""
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
    chosen = {
        _SURNAME_OR_NAME: "lastName" if has_given and not has_surname else "name",
        _GIVEN_OR_NAME: "firstName" if has_surname and not has_given else "name",
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


_KIND_NAMES = ("kind", "entity_type", "record_type")
_SCHEMA_NAMES = ("schema",)
_HANDLING_NAMES = ("handling", "handling_code", "handlingcode")
_HANDLING_FACTS = {
    "conditions": ("handling_conditions", "handling_condition", "conditions_of_use"),
    "sourceScheme": ("source_scheme", "grading_scheme"),
    "sourceGrade": ("source_grade", "source_evaluation", "source_reliability"),
    "informationScheme": ("information_scheme",),
    "informationGrade": ("information_grade", "information_evaluation", "information_accuracy"),
    "subjectCategory": ("subject_category", "data_subject_category", "data_subject"),
    "purpose": ("handling_purpose", "purpose_of_processing", "processing_purpose"),
    "legalBasis": ("legal_basis",),
    "reviewDate": ("review_date", "handling_review_date", "review_by"),
}
"""Names of columns that state the facts of a handling, by the name of the fact."""
# Columns of OpenSanctions' simplified CSV, whose cells hold several values each.
_SIMPLIFIED_COLUMNS = {"schema", "aliases", "countries", "addresses"}
_SIMPLIFIED_PROPERTIES = {
    "identifiers": "idNumber",
    "sanctions": "program",
    "dataset": "publisher",
}
_NAME_PROPERTIES = ("name", "firstName", "lastName")
_PERSON_PROPERTIES = frozenset(
    row.name for row in PROPERTIES if row.kinds is Kind.PERSON and row.type is not ValueType.TEXT
)
"""Properties that make the rows of a table persons. Any list may have a column such as
`position`.
"""


def guess_mapping(columns: Sequence[str], source: str) -> Mapping | None:
    """Return the mapping of columns with plain names, or None if no column is a name.

    Of columns with equal plain names, the first counts.
    """
    counts = Counter(columns)
    by_plain = {
        normalize_column_name(column): column for column in reversed(columns) if counts[column] == 1
    }
    is_simplified = by_plain.keys() >= _SIMPLIFIED_COLUMNS
    meanings = recognize_columns(columns)
    properties: dict[str, list[str]] = {}
    for column, meaning in meanings.items():
        if meaning.prop != ID:
            properties.setdefault(meaning.prop, []).append(column)
    for name, prop in _SIMPLIFIED_PROPERTIES.items():
        if is_simplified and name in by_plain:
            properties.setdefault(prop, []).append(by_plain[name])
    if not any(prop in properties for prop in _NAME_PROPERTIES):
        return None
    schema = _first_column(_SCHEMA_NAMES, by_plain)
    kind = _first_column(_KIND_NAMES, by_plain) or (None if schema else guess_kind(properties))
    return build_mapping(
        {
            "id": _id_column(meanings),
            "kind": kind,
            "schema": schema,
            "source": source_name(source),
            "handling": _first_column(_HANDLING_NAMES, by_plain) or HANDLING_CODES[0],
            "handling_facts": find_handling_facts(columns, properties),
            "properties": properties,
            "separator": ";" if is_simplified else None,
        }
    )


def find_handling_facts(
    columns: Sequence[str], properties: AnyMapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return the columns that state facts of a handling by their names, by the name of the fact.

    Columns that are mapped to a property state no facts.
    """
    counts = Counter(columns)
    by_plain = {
        normalize_column_name(column): column for column in reversed(columns) if counts[column] == 1
    }
    return {
        fact: stated
        for fact, names in _HANDLING_FACTS.items()
        if (stated := _first_column(names, by_plain))
        and all(stated not in mapped for mapped in properties.values())
    }


def guess_kind(properties: Iterable[str]) -> str:
    """Return the kind of the rows of a table with these properties, as a mapping names it."""
    return "person" if any(prop in _PERSON_PROPERTIES for prop in properties) else "legal"


_EDITION = re.compile(
    r"(?<![\s._-])[\s._-]*"
    r"(?:\(\d{1,3}\)|(?<!\d)(?:\d{4}[._-]?\d\d[._-]?\d\d|\d\d[._-]\d\d[._-]\d{4})"
    r"(?:[T_-]?\d{4,6})?(?!\d)|(?<=[._-])v\d{1,9}|(?<=[._ -])(?:copy|final|latest|new))$",
    re.I,
)
_MAX_EDITIONS = 8
"""Maximum number of marks of an edition at the end of a file's name: dates, or marks of a copy."""


def source_name(text: str) -> str:
    """Return a text as the short name of a list, without the date of an edition at its end.

    `border-2026-12-02` and `border-2026-12-03` are two editions of the list `border`, so the second
    updates the first.
    """
    name = text.strip()
    for _ in range(_MAX_EDITIONS):
        name = _EDITION.sub("", name)
    return re.sub(r"[^\w.-]+", "-", name or text).strip("-") or "list"


def _id_column(meanings: dict[str, ColumnMeaning]) -> str | None:
    before = [None, *(meaning.prop for meaning in meanings.values())]
    columns = [
        column
        for prop, (column, meaning) in zip(before, meanings.items(), strict=False)
        if meaning.prop == ID
        # a number after a street is that of a house
        and not (prop == "address.street" and normalize_column_name(column) in _NUMBER_WORDS)
    ]
    return min(columns, key=id_rank, default=None)


def find_repeated_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns with a common name that occur more than once.

    Such a name is ambiguous, so none of its columns is read.
    """
    languages = foreign_languages(columns)
    return [
        column
        for column, count in Counter(columns).items()
        if count > 1 and _is_common(column, languages)
    ]


def foreign_languages(columns: Sequence[str]) -> list[str]:
    """Return the languages other than English that name the columns, sorted."""
    languages = {meaning.language for meaning in recognize_columns(columns).values()}
    return sorted(languages - {ENGLISH})


def _is_common(column: str, languages: Sequence[str]) -> bool:
    facts = (name for names in _HANDLING_FACTS.values() for name in names)
    own_names = (*_KIND_NAMES, *_SCHEMA_NAMES, *_HANDLING_NAMES, *facts)
    return is_common_name(column, languages) or normalize_column_name(column) in own_names


_MOST_COLUMNS = 20
"""Maximum number of columns that a message names; with hundreds of them, a message hides all other
messages.
"""
_MOST_LETTERS = 60
"""Maximum number of letters of the name of a column in a message."""
_KIND_TEXTS = {
    "person": "every row a person",
    "legal": "every row a person or a group, unknown which",
}


def describe_guess(mapping: Mapping, columns: Sequence[str]) -> str:
    """Describe the assumptions of a guessed mapping on one line."""
    languages = foreign_languages(columns)
    unused = unused_columns(mapping, columns)
    parts = [
        "no mapping was given and one was guessed from the column names",
        f"records of the source {mapping.source}",
        f"id from {mapping.id}" if mapping.id else "ids made from the content",
        _KIND_TEXTS.get(mapping.kind or "", f"kind from {mapping.ftm_schema or mapping.kind}"),
        "" if mapping.handling in HANDLING_CODES else f"handling code from {mapping.handling}",
        *(f"{fact} of the handling from {name}" for fact, name in mapping.handling_facts.items()),
        f"column names in {' and '.join(languages)}" if languages else "",
        *(f"{prop} from {', '.join(names)}" for prop, names in sorted(mapping.properties.items())),
        f"not used: {join_some(unused)}" if unused else "",
        *(f"{name} occurs twice, so neither is read" for name in find_repeated_columns(columns)),
    ]
    return "; ".join(filter(None, parts))


def join_some(columns: Sequence[str]) -> str:
    """Return the names of columns as one line, with at most the first 20 names. Long names are
    cut.
    """
    rest = f" and {len(columns) - _MOST_COLUMNS:,} more" if len(columns) > _MOST_COLUMNS else ""
    names = (" ".join(name.split())[:_MOST_LETTERS] for name in columns[:_MOST_COLUMNS])
    text = ", ".join(names) + rest
    # files in another encoding have control characters
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def unused_columns(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    """Return the columns that a mapping does not read, except columns without a name."""
    used = {name for names in mapping.properties.values() for name in names}
    used |= {name for name in mapping.handling_facts.values() if isinstance(name, str)}
    used |= {mapping.id or "", mapping.kind or "", mapping.ftm_schema or "", mapping.handling, ""}
    return [column for column in dict.fromkeys(columns) if column not in used]


def _first_column(names: Iterable[str], by_plain: dict[str, str]) -> str | None:
    return next((by_plain[name] for name in names if name in by_plain), None)
