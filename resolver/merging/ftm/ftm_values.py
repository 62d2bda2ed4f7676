"""Conversion of values to FollowTheMoney (FtM) under a given schema.

- A property that the schema has: cleaned by its FtM type; a refused text becomes a note
  `property: text`.
- A property that it lacks: the nearest property that it has (`NEIGHBORS`), and a note with the
  original property.
- Dates: 1962, 1962-05, 1962-05-01. An estimate loses its mark; a range becomes the part that both
  ends share, or the years of both ends. A note keeps the original.
- Identifiers: the number; country, type, dates and remark of the document in a note.
- Activities: FtM topics, with a note if the topic is less specific than the activity.
- Routes and handling: notes.
"""

from __future__ import annotations

from typing import NamedTuple

from resolver.merging.canonical_values import try_parse_date
from resolver.records import Handling, PartialDate
from resolver.records.packing import (
    split_fields,
    unpack_address,
    unpack_handling,
    unpack_identifier,
)
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    DATES,
    ENTRY_COLUMNS,
    HANDLING,
    IDENTIFIER_SET,
    RELATION,
    ROUTE,
)
from resolver.reference.ftm.schemata import ENTITY, Property, all_schemata
from resolver.reference.ftm.value_types import clean_text, clean_value

NOTES = "notes"
TOPICS = {
    "people_smuggling": "crime.traffick.human",
    "human_trafficking": "crime.traffick.human",
    "illicit_money_flows": "crime.fin",
    "corruption": "crime",
    "fraudulent_travel_documents": "crime.fraud",
    "terrorism": "crime.terror",
    "drugs": "crime.traffick.drug",
    "arms": "crime.traffick",
    "other": "crime",
}
_EXACT_TOPICS = frozenset({"human_trafficking", "terrorism", "drugs"})
NEIGHBORS = {
    "nationality": ("country",),
    "citizenship": ("country",),
    "jurisdiction": ("country",),
    "country": ("jurisdiction",),
    "flag": ("country",),
    "pastFlags": ("country",),
    "abbreviation": ("alias",),
    "isin": ("isinCode",),
}
_NUMBER_NEIGHBORS = ("registrationNumber", "idNumber")
_DATES = frozenset(DATES)


class FtmValue(NamedTuple):
    """FollowTheMoney value of a property.

    `original`: text as the record states it, if it differs and the value does not quote it.
    """

    prop: str
    value: str
    original: str = ""


@cache_short_texts(1 << 16, all_arguments=True)
def to_ftm_values(schema: str, column: str, text: str, code: str = "") -> tuple[FtmValue, ...]:
    """Return the FollowTheMoney values of one value of a column under a schema.

    At least one, unless the text is blank, a relation, or about the entry of a list.
    """
    if column in IDENTIFIER_SET:
        return _convert_identifier(schema, column, text)
    if column in _DATES:
        return _convert_date(schema, column, text, code)
    convert = _CONVERTERS.get(column)
    if convert is not None:
        return convert(schema, text)
    return _place_value(schema, column, code or text, text)


@cache_short_texts(1 << 12, all_arguments=True)
def _find_property(schema: str, name: str) -> Property | None:
    ftm_property = all_schemata()[schema].properties.get(name)
    is_value = ftm_property is not None and not ftm_property.is_stub and ftm_property.type != ENTITY
    return ftm_property if is_value else None


def make_note(text: str) -> tuple[FtmValue, ...]:
    """Return a note, or nothing for a blank text."""
    cleaned = clean_text(text)
    return (FtmValue(NOTES, cleaned),) if cleaned else ()


def _place_value(schema: str, name: str, text: str, original: str) -> tuple[FtmValue, ...]:
    """Put a value under its own property, a neighbor of it, or in the notes."""
    own = _find_property(schema, name)
    if own is not None:
        cleaned = _clean_value(own, text)
        if cleaned is not None:
            return (FtmValue(name, cleaned, original if original != cleaned else ""),)
        return make_note(f"{name}: {original}") if original.strip() else ()
    for neighbor in NEIGHBORS.get(name, _NUMBER_NEIGHBORS if name in IDENTIFIER_SET else ()):
        neighbor_property = _find_property(schema, neighbor)
        cleaned = _clean_value(neighbor_property, text) if neighbor_property is not None else None
        if cleaned is not None:
            return (
                FtmValue(neighbor, cleaned, original if original != cleaned else ""),
                *make_note(f"{name}: {original}"),
            )
    return make_note(f"{name}: {original}") if original.strip() else ()


def _clean_value(prop: Property, text: str) -> str | None:
    return clean_value(prop.type, text, prop.format)


def _convert_date(schema: str, column: str, text: str, code: str) -> tuple[FtmValue, ...]:
    date = try_parse_date(code or text)
    if date is None or _find_property(schema, column) is None:
        return make_note(f"{column}: {text}") if text.strip() else ()
    values = tuple(
        FtmValue(column, part, text if part != text else "") for part in format_ftm_dates(date)
    )
    exact = not date.circa and date.until is None
    return values if exact else values + make_note(f"{column}: {_describe_date(date)}")


def format_ftm_dates(date: PartialDate) -> tuple[str, ...]:
    """Return the FtM forms of a date: one, or both years of a range over several years."""
    if date.until is None:
        return (str(date).removesuffix("~"),)
    if date.year != date.until.year:
        return f"{date.year:04d}", f"{date.until.year:04d}"
    same_month = date.month and date.month == date.until.month
    return (f"{date.year:04d}-{date.month:02d}" if same_month else f"{date.year:04d}",)


def _describe_date(date: PartialDate) -> str:
    if date.until is None:
        return f"circa {format_ftm_dates(date)[0]}"
    first, last = str(date).replace("~", "").split("/")
    return f"{'circa ' if date.circa else ''}{first} to {last}"


def _convert_identifier(schema: str, column: str, text: str) -> tuple[FtmValue, ...]:
    item = unpack_identifier(column, text)
    number_values = _place_value(schema, column, item.number, item.number)
    details = [
        item.type,
        item.country,
        f"issued {item.issued}" if item.issued else "",
        f"expires {item.expires}" if item.expires else "",
        item.note,
    ]
    description = "; ".join(detail for detail in details if detail)
    return (
        number_values + make_note(f"{column} {item.number}: {description}")
        if description
        else number_values
    )


def _convert_address(schema: str, text: str) -> tuple[FtmValue, ...]:
    line = unpack_address(text).text
    return _place_value(schema, ADDRESS, line, line)


def _convert_route(schema: str, text: str) -> tuple[FtmValue, ...]:
    country, role = split_fields(text, 2)
    return make_note(f"Route: {country} ({role})")


def _convert_activity(schema: str, text: str) -> tuple[FtmValue, ...]:
    topic = FtmValue("topics", TOPICS[text], text)
    return (
        (topic,)
        if text in _EXACT_TOPICS
        else (topic, *make_note(f"Activity: {text.replace('_', ' ')}"))
    )


def _convert_handling(schema: str, text: str) -> tuple[FtmValue, ...]:
    item: Handling = unpack_handling(text)
    grades = [
        (name, grade)
        for name, grade in (("source", item.source_grade), ("information", item.information_grade))
        if grade
    ]
    parts = [
        f"code {item.code}" if item.code else "",
        f"agency {item.agency}" if item.agency else "",
        *[
            f"{name} grade {grade.value}" + (f" ({grade.scheme})" if grade.scheme else "")
            for name, grade in grades
        ],
        f"category {item.subject_category}" if item.subject_category else "",
        f"purpose {item.purpose}" if item.purpose else "",
        f"review {item.review_date}" if item.review_date else "",
    ]
    return make_note("Handling: " + "; ".join(part for part in parts if part))


def _skip(schema: str, text: str) -> tuple[FtmValue, ...]:
    return ()


_CONVERTERS = {
    ADDRESS: _convert_address,
    ROUTE: _convert_route,
    ACTIVITY: _convert_activity,
    HANDLING: _convert_handling,
    RELATION: _skip,
    **dict.fromkeys(ENTRY_COLUMNS, _skip),
}
