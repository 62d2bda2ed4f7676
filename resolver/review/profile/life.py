"""Dates of an entity, as its visible records state them: life, validity, relations."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass

from resolver.errors import DateError
from resolver.records import Record
from resolver.records.dates import PartialDate, parse_date
from resolver.records.labels import display_text, property_label
from resolver.records.properties import DATES, IDENTIFIER_SET
from resolver.records.relations.relation_types import RELATION_TYPES

_LABELS = {
    "birthDate": "Born",
    "deathDate": "Died",
    "incorporationDate": "Founded",
    "dissolutionDate": "Dissolved",
    "buildDate": "Built",
}


@dataclass(frozen=True, slots=True)
class LifeSpan:
    """Date or period with the lists that state it.

    `label` says what, `subject` of what (a number or a name, may be empty), `text` when. `first`
    and `last` are the days between which it lies (ISO); `last` is empty for what has not ended.
    """

    label: str
    subject: str
    text: str
    first: str
    last: str
    sources: tuple[str, ...]


def collect_spans(records: Iterable[Record]) -> tuple[LifeSpan, ...]:
    """Collect the dates of some records, the earliest first; what is no date is left out."""
    sources: dict[tuple[str, str, str, str], set[str]] = {}
    for record in records:
        for row in _rows(record):
            sources.setdefault(row, set()).add(record.source)
    spans = [
        LifeSpan(label, subject, _text(start, end), *days, tuple(sorted(names)))
        for (label, subject, start, end), names in sources.items()
        if (days := _days(start, end)) is not None
    ]
    return tuple(sorted(spans, key=lambda span: (span.first, span.last, span.label, span.subject)))


def first_day(text: str) -> str:
    """Return the first day (ISO) of a date or time as written; empty for what is no date."""
    date = _date(text[:10])
    return "" if date is None else _first_day(date)


def _rows(record: Record) -> Iterable[tuple[str, str, str, str]]:
    """Yield label, subject, start and end of what a record dates."""
    for value in record.values:
        if value.prop in DATES:
            yield _LABELS[value.prop], "", value.text, value.text
    for item in record.identifiers:
        if item.prop in IDENTIFIER_SET and (item.issued or item.expires):
            yield property_label(item.prop), item.number, item.issued, item.expires
    for relation in record.relations:
        if relation.start or relation.end:
            label = RELATION_TYPES[relation.type].words.capitalize()
            yield label, relation.target_name or relation.role, relation.start, relation.end


def _text(start: str, end: str) -> str:
    first, last = (display_text("birthDate", text) for text in (start, end))
    if first == last:
        return first
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"until {last}"


def _days(start: str, end: str) -> tuple[str, str] | None:
    """Return the first and last day of a period; None if an end is no date."""
    first, last = _date(start or end), _date(end or start)
    if first is None or last is None:
        return None
    return _first_day(first), max(_last_day(last), _first_day(first)) if end else ""


def _date(text: str) -> PartialDate | None:
    try:
        return parse_date(text)
    except DateError:
        return None


def _first_day(date: PartialDate) -> str:
    return f"{date.year:04d}-{date.month or 1:02d}-{date.day or 1:02d}"


def _last_day(date: PartialDate) -> str:
    if date.until is not None:
        return _last_day(date.until)
    month = date.month or 12
    day = date.day or calendar.monthrange(date.year, month)[1]
    return f"{date.year:04d}-{month:02d}-{day:02d}"
