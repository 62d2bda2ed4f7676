"""Guess the mapping of a table from the names of its columns (`column_names`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping

from resolver.lists.formats.tabular.column_names import (
    ID,
    MOST_UNKNOWN,
    NUMBER_WORDS,
    ColumnMeaning,
    find_other_facts,
    find_own_numbers,
    id_rank,
    is_common_name,
    recognize_columns,
    says_number,
)
from resolver.lists.formats.tabular.column_parts import ENGLISH, normalize_column_name
from resolver.lists.formats.tabular.column_profiles import (
    CERTAIN,
    LEAST_SHARE,
    LONG,
    NAME,
    ColumnProfile,
    first_rows,
    is_unique_number,
    profile_column,
    property_by_values,
)
from resolver.lists.formats.tabular.mapping import Mapping, build_mapping
from resolver.lists.formats.tabular.table_files import TableFile
from resolver.lists.reader_types import WHOLE, Reject
from resolver.records import Kind
from resolver.records.properties import PROPERTIES, ValueType
from resolver.records.visibility import HANDLING_CODES

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
_NUMBER = "idNumber"
_LEAST_KNOWN = 2
"""Least columns of known names in a table whose column for the name is found by its values."""
_NAME_PROPERTIES = ("name", "firstName", "lastName")
_PERSON_PROPERTIES = frozenset(
    row.name for row in PROPERTIES if row.kinds is Kind.PERSON and row.type is not ValueType.TEXT
)
"""Properties that make the rows of a table persons. Any list may have a column such as
`position`.
"""


def guess_table(table: TableFile, source: str) -> Mapping | None:
    """Return the mapping of a table by the names of its columns and, for columns of unknown names,
    by the values in its first rows; None if no column is a name.

    A column is taken for the name by its values only if the names of two others are known. Values
    of more than `MOST_UNKNOWN` columns are not looked at.
    """
    known = recognize_columns(table.columns)
    named = guess_mapping(table.columns, source)
    if named is None and len(known) < _LEAST_KNOWN:
        return None
    counts = Counter(table.columns)
    others = find_other_facts(table.columns)
    unknown = [
        column
        for column in (unused_columns(named, table.columns) if named else table.columns)
        if column and counts[column] == 1 and column not in known and column not in others
    ]
    is_read = 0 < len(unknown) <= MOST_UNKNOWN
    chunks = table.chunks(unknown, WHOLE) if is_read else iter(())
    chunk = next((item for item in chunks if not isinstance(item, Reject)), None)
    if chunk is None:
        return named
    first = first_rows(chunk)
    profiles = {column: profile_column(first, column) for column in unknown}
    found = read_by_values(table.columns, profiles, {meaning.prop for meaning in known.values()})
    by_values: dict[str, list[str]] = {}
    for column, prop in found.items():
        by_values.setdefault(prop, []).append(column)
    left = [column for column in unknown if column not in found]
    if named is None and (name := find_name_by_values(left, profiles)):
        by_values["name"] = [name]
    return guess_mapping(table.columns, source, by_values)


def read_by_values(
    columns: Sequence[str], profiles: AnyMapping[str, ColumnProfile], taken: Iterable[str]
) -> dict[str, str]:
    """Return the property, or `id`, of those columns of unknown names whose values show it.

    `columns`: all columns of the table. `profiles`: the columns of unknown names. `taken`:
    properties that other columns have; only numbers of documents may have further columns. The id
    is a number of the holder (`find_own_numbers`), or a first column that says it is a number.
    """
    registers, used = find_own_numbers(columns), set(taken)
    found: dict[str, str] = {}
    for column, profile in profiles.items():
        is_number = is_unique_number(profile)
        is_first = column == columns[0] and says_number(column)
        if is_number and (is_first or column in registers) and ID not in used:
            prop = ID
        else:
            prop = property_by_values(profile)
        if not prop and is_number and profile.share(LONG) >= CERTAIN and says_number(column):
            prop = _NUMBER
        if prop and (prop == _NUMBER or prop not in used):
            found[column] = prop
            used.add(prop)
    return found


def find_name_by_values(
    columns: Sequence[str], profiles: AnyMapping[str, ColumnProfile]
) -> str | None:
    """Return the column with the largest number of values that look like names, if there is one."""
    candidates = [
        (profiles[column].share(NAME) * profiles[column].distinct, -at, column)
        for at, column in enumerate(columns)
    ]
    share, _, column = max(candidates, default=(0.0, 0, ""))
    return column if share >= LEAST_SHARE else None


def guess_mapping(
    columns: Sequence[str], source: str, by_values: AnyMapping[str, Sequence[str]] | None = None
) -> Mapping | None:
    """Return the mapping of columns with plain names, or None if no column is a name.

    Of columns with equal plain names, the first counts. `by_values`: further columns by property.
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
    for prop, names in (by_values or {}).items():
        if prop != ID:
            properties.setdefault(prop, []).extend(names)
    for name, prop in _SIMPLIFIED_PROPERTIES.items():
        if is_simplified and name in by_plain:
            properties.setdefault(prop, []).append(by_plain[name])
    if not any(prop in properties for prop in _NAME_PROPERTIES):
        return None
    schema = _first_column(_SCHEMA_NAMES, by_plain)
    kind = _first_column(_KIND_NAMES, by_plain) or (None if schema else guess_kind(properties))
    return build_mapping(
        {
            "id": _id_column(meanings) or next(iter((by_values or {}).get(ID, ())), None),
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
        and not (prop == "address.street" and normalize_column_name(column) in NUMBER_WORDS)
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
