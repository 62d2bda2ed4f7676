"""Guessed mapping of tables whose columns have plain names (see `column_names`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from resolver.ingest.formats.tabular.column_names import (
    ENGLISH,
    ID,
    ColumnMeaning,
    id_rank,
    is_common_name,
    normalize_column_name,
    recognize_columns,
)
from resolver.ingest.formats.tabular.mapping import HANDLING_CODES, Mapping, build_mapping

_KIND_NAMES = ("kind", "entity_type", "record_type")
_SCHEMA_NAMES = ("schema",)
_HANDLING_NAMES = ("handling", "handling_code", "handlingcode")
# Columns of OpenSanctions' simplified CSV, whose cells hold several values each.
_SIMPLIFIED_COLUMNS = {"schema", "aliases", "countries", "addresses"}
_SIMPLIFIED_PROPERTIES = {
    "identifiers": "idNumber",
    "sanctions": "program",
    "dataset": "publisher",
}
_NAME_PROPERTIES = ("name", "firstName", "lastName")
_PERSON_PROPERTIES = (
    "firstName",
    "lastName",
    "birthDate",
    "birthPlace",
    "gender",
    "passportNumber",
    "nationality",
)


def guess_mapping(columns: Sequence[str], source: str) -> Mapping | None:
    """Return the mapping of columns with plain names, or None where no column is a name.

    Of columns with equal plain names the first counts.
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
            "properties": properties,
            "separator": ";" if is_simplified else None,
        }
    )


def guess_kind(properties: Iterable[str]) -> str:
    """Return the kind of the rows of a table with these properties, as a mapping names it."""
    return "person" if any(prop in _PERSON_PROPERTIES for prop in properties) else "legal"


def source_name(text: str) -> str:
    """Return a text as the short name of a list."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-") or "list"


def _id_column(meanings: dict[str, ColumnMeaning]) -> str | None:
    columns = [column for column, meaning in meanings.items() if meaning.prop == ID]
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
    own_names = (*_KIND_NAMES, *_SCHEMA_NAMES, *_HANDLING_NAMES)
    return is_common_name(column, languages) or normalize_column_name(column) in own_names


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
        f"id from {mapping.id}" if mapping.id else "ids made from the content",
        _KIND_TEXTS.get(mapping.kind or "", f"kind from {mapping.ftm_schema or mapping.kind}"),
        "" if mapping.handling in HANDLING_CODES else f"handling code from {mapping.handling}",
        f"column names in {' and '.join(languages)}" if languages else "",
        *(f"{prop} from {', '.join(names)}" for prop, names in sorted(mapping.properties.items())),
        f"not used: {', '.join(unused)}" if unused else "",
        *(f"{name} occurs twice, so neither is read" for name in find_repeated_columns(columns)),
    ]
    return "; ".join(filter(None, parts))


def unused_columns(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    """Return the columns that a mapping does not read, without those that have no name."""
    used = {name for names in mapping.properties.values() for name in names}
    used |= {mapping.id or "", mapping.kind or "", mapping.ftm_schema or "", mapping.handling, ""}
    return [column for column in dict.fromkeys(columns) if column not in used]


def _first_column(names: Iterable[str], by_plain: dict[str, str]) -> str | None:
    return next((by_plain[name] for name in names if name in by_plain), None)
