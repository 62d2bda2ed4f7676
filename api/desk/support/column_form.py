"""Form that asks what each column of a table means, and the mapping that its answers make."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from resolver.ingest.formats.tabular.mapping import (
    ADDRESS_PARTS,
    HANDLING_CODES,
    ROUTE_PARTS,
    Mapping,
)
from resolver.ingest.proposals.column_proposal import MISSING, TableProposal
from resolver.records import properties as names
from resolver.records.labels import property_label

MAX_COLUMNS = 60
"""Columns that the form asks about one by one; of a wider table, those with a meaning first."""
MORE_COLUMNS = 4
"""Further columns of a wider table that can be chosen by name, at once."""
_ID, _KIND, _SCHEMA, _HANDLING = "id", "kind", "schema", "handling"
_WHOLE_ADDRESS = f"{names.ADDRESS}.{ADDRESS_PARTS[0]}"
_OTHER = ("gender", "position", "profession", "notes", names.ACTIVITY, "program", "sourceUrl")
KINDS = (
    ("person", "a person"),
    ("group", "a group or company"),
    ("legal", "a person or a group, it is not known which"),
    ("asset", "a vessel or another asset"),
)
SEPARATORS = ((";", "semicolon ;"), ("|", "bar |"), (",", "comma ,"), ("\n", "new line"))
DATE_ORDERS = (("true", "day first (3 April 1970)"), ("false", "month first (4 March 1970)"))


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """Column to ask about: its place in the table, its name, some values, the share of rows that it
    fills (0 to 1), and the meaning chosen so far (empty: not used).
    """

    place: int
    name: str
    examples: tuple[str, ...]
    filled: float
    meaning: str


@cache
def meaning_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return what a column can mean, as groups of (value of the form, label)."""
    identifiers = names.IDENTIFIERS
    parts = tuple(f"{names.ADDRESS}.{part}" for part in ADDRESS_PARTS[1:])
    # a closed list shows the choice without its group
    routes = tuple((f"{names.ROUTE}.{part}", f"Route: {part} country") for part in ROUTE_PARTS)
    return (
        (
            "Record",
            (
                (_ID, "Record number (unique)"),
                (_KIND, "Kind: person, group, asset"),
                (_SCHEMA, "Schema of FollowTheMoney"),
                (_HANDLING, "Handling code: H0 to H3"),
            ),
        ),
        ("Name", _label_all((*names.FULL_NAMES, *names.NAME_PARTS))),
        ("Dates", _label_all(names.DATES)),
        ("Countries and places", _label_all((*names.COUNTRIES, *names.PLACES))),
        ("Countries of a route", routes),
        ("Address", ((names.ADDRESS, "Whole address"), *_label_all(parts))),
        ("Documents and numbers", _label_all(identifiers)),
        ("Contact", _label_all(names.CONTACTS)),
        ("Other", _label_all(_OTHER)),
    )


def _label_all(props: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((prop, _label(prop)) for prop in props)


def _label(prop: str) -> str:
    _, _, part = prop.partition(".")
    return property_label(part or prop)


def known_meanings() -> dict[str, str]:
    """Return the label of each meaning that the form offers."""
    return {value: label for _, group in meaning_groups() for value, label in group}


def ask_columns(proposal: TableProposal, mapping: Mapping | None) -> list[ColumnQuestion]:
    """Return the questions of at most `MAX_COLUMNS` columns, in the order of the table, answered by
    a mapping, or else by the proposal.
    """
    chosen = _meanings_of_mapping(mapping) if mapping else _meanings_of_proposal(proposal)
    columns = list(enumerate(proposal.columns))
    # columns with a meaning first
    columns.sort(key=lambda column: column[1] not in chosen)
    return [
        ColumnQuestion(
            place,
            name,
            proposal.profiles[name].examples,
            proposal.profiles[name].filled,
            chosen.get(name, ""),
        )
        for place, name in sorted(columns[:MAX_COLUMNS])
    ]


def more_columns(
    proposal: TableProposal, questions: Sequence[ColumnQuestion]
) -> list[tuple[str, str]]:
    """Return place and name of the columns that the questions leave out."""
    places = {question.place for question in questions}
    return [
        (str(place), name) for place, name in enumerate(proposal.columns) if place not in places
    ]


def _meanings_of_mapping(mapping: Mapping) -> dict[str, str]:
    meanings = {name: prop for prop, columns in mapping.properties.items() for name in columns}
    keys = ((_ID, mapping.id), (_KIND, mapping.kind), (_SCHEMA, mapping.ftm_schema))
    for meaning, column in keys:
        if column:
            meanings[column] = meaning
    if mapping.handling not in HANDLING_CODES:
        meanings[mapping.handling] = _HANDLING
    return _as_offered(meanings)


def _meanings_of_proposal(proposal: TableProposal) -> dict[str, str]:
    meanings = {name: prop for prop, columns in proposal.properties.items() for name in columns}
    meanings |= {column: meaning for meaning, column in proposal.keys.items()}
    meanings.pop(MISSING, None)
    return _as_offered(meanings)


def _as_offered(meanings: AnyMapping[str, str]) -> dict[str, str]:
    """Return meanings with the whole address under its short name."""
    return {
        column: names.ADDRESS if meaning == _WHOLE_ADDRESS else meaning
        for column, meaning in meanings.items()
    }


def read_answers(
    form: AnyMapping[str, str], columns: Sequence[str], base: AnyMapping[str, Any]
) -> dict[str, Any]:
    """Return the mapping that a form makes, as plain values; `base` holds keys of a mapping that
    the form does not ask about.

    What is wrong with the answers is left to `build_mapping`.
    """
    content: dict[str, Any] = {**base, "source": form.get("source", "").strip()[:100]}
    if content.get(_HANDLING) not in HANDLING_CODES:
        # the form asks which column has the code, but not for one code of all rows
        content.pop(_HANDLING, None)
    properties: dict[str, list[str]] = {}
    further = {
        form[f"more{number}"]: form.get(f"more{number}meaning", "")
        for number in range(MORE_COLUMNS)
        if form.get(f"more{number}")
    }
    for place, column in enumerate(columns):
        meaning = (form.get(f"column{place}") or further.get(str(place), ""))[:60]
        if meaning in (_ID, _KIND, _SCHEMA, _HANDLING):
            content[meaning] = column
        elif meaning:
            properties.setdefault(meaning, []).append(column)
    if _KIND not in content and _SCHEMA not in content:
        content[_KIND] = form.get(_KIND, "")[:20] or None
    for option in ("separator", "day_first"):
        if form.get(option):
            content[option] = form[option][:5]
    return {**content, "properties": properties}
