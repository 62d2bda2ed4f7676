"""How one value of ours stands in FollowTheMoney, under a given schema. Whatever FtM has no place for goes to `notes`.

- A property that the schema has: cleaned by its FtM type; what the type refuses is noted as `property: text`.
- A property that it lacks: the nearest property that it has (`NEIGHBOURS`), and a note that keeps what was meant.
- Dates: 1962, 1962-05, 1962-05-01. An estimate stands without its mark and a range as the part both ends share, or
  else as the years of both ends; a note keeps the original.
- Identifiers: the number; country, type, dates and remark of the document in a note.
- Activities: FtM topics; where the topic says less than the activity, a note says the rest. Routes and handling: notes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from followthemoney import model
from followthemoney.property import Property
from followthemoney.types import registry
from followthemoney.types.email import EmailType
from followthemoney.util import sanitize_text

from resolver.merging.canonical_values import date_of
from resolver.records import Handling, PartialDate
from resolver.records.packing import split, unpack_address, unpack_handling, unpack_identifier
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    DATES,
    HANDLING,
    IDENTIFIER_SET,
    RELATION,
    ROUTE,
)

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
NEIGHBOURS = {
    "nationality": ("country",),
    "citizenship": ("country",),
    "jurisdiction": ("country",),
    "country": ("jurisdiction",),
    "flag": ("country",),
    "pastFlags": ("country",),
    "abbreviation": ("alias",),
    "isin": ("isinCode",),
}
_NUMBERS = ("registrationNumber", "idNumber")
_DATES = frozenset(DATES)


class Form(NamedTuple):
    """One FtM value. `original`: the text as the record wrote it, where that differs and the value does not quote
    it."""

    prop: str
    value: str
    original: str = ""


@lru_cache(maxsize=1 << 16)
def forms(schema: str, column: str, text: str, code: str = "") -> tuple[Form, ...]:
    """The FtM values that carry one value of a column under a schema; at least one, unless the text is blank or a
    relation."""
    if column in IDENTIFIER_SET:
        return _identifier(schema, column, text)
    if column in _DATES:
        return _date(schema, column, text, code)
    special = _SPECIAL.get(column)
    if special is not None:
        return special(schema, text)
    return _place(schema, column, code or text, text)


@lru_cache(maxsize=1 << 12)
def _property(schema: str, name: str) -> Property | None:
    found = model[schema].get(name)
    return (
        found
        if found is not None and not found.stub and found.type is not registry.entity
        else None
    )


def note(text: str) -> tuple[Form, ...]:
    """A note, or nothing for a blank text."""
    cleaned = sanitize_text(text)
    return (Form(NOTES, cleaned),) if cleaned else ()


def _place(schema: str, name: str, text: str, original: str) -> tuple[Form, ...]:
    """A value under its own property, a neighbour, or in the notes."""
    own = _property(schema, name)
    if own is not None:
        cleaned = _clean(own, text)
        if cleaned is not None:
            return (Form(name, cleaned, original if original != cleaned else ""),)
        return note(f"{name}: {original}") if original.strip() else ()
    for neighbour in NEIGHBOURS.get(name, _NUMBERS if name in IDENTIFIER_SET else ()):
        near = _property(schema, neighbour)
        cleaned = _clean(near, text) if near is not None else None
        if cleaned is not None:
            return (
                Form(neighbour, cleaned, original if original != cleaned else ""),
                *note(f"{name}: {original}"),
            )
    return note(f"{name}: {original}") if original.strip() else ()


class _Email(EmailType):
    """FtM's type of mail addresses, which reads each domain anew."""

    clean_domain_part = lru_cache(maxsize=1 << 14)(EmailType.clean_domain_part)


_EMAIL = _Email()


def _clean(prop: Property, text: str) -> str | None:
    kind = prop.type if prop.type is not registry.email else _EMAIL
    cleaned = kind.clean(text, format=prop.format)
    return cleaned if cleaned and len(cleaned) <= max(kind.max_length, 1024) else None


def _date(schema: str, column: str, text: str, code: str) -> tuple[Form, ...]:
    date = date_of(code or text)
    if date is None or _property(schema, column) is None:
        return note(f"{column}: {text}") if text.strip() else ()
    values = tuple(Form(column, part, text if part != text else "") for part in ftm_dates(date))
    exact = not date.circa and date.until is None
    return values if exact else values + note(f"{column}: {_spoken(date)}")


def ftm_dates(date: PartialDate) -> tuple[str, ...]:
    """The FtM forms of a date: one, or the years of both ends of a range over several years."""
    if date.until is None:
        return (str(date).removesuffix("~"),)
    if date.year != date.until.year:
        return f"{date.year:04d}", f"{date.until.year:04d}"
    same_month = date.month and date.month == date.until.month
    return (f"{date.year:04d}-{date.month:02d}" if same_month else f"{date.year:04d}",)


def _spoken(date: PartialDate) -> str:
    if date.until is None:
        return f"circa {ftm_dates(date)[0]}"
    first, last = str(date).replace("~", "").split("/")
    return f"{'circa ' if date.circa else ''}{first} to {last}"


def _identifier(schema: str, column: str, text: str) -> tuple[Form, ...]:
    item = unpack_identifier(column, text)
    placed = _place(schema, column, item.number, item.number)
    details = [
        item.type,
        item.country,
        f"issued {item.issued}" if item.issued else "",
        f"expires {item.expires}" if item.expires else "",
        item.note,
    ]
    said = "; ".join(detail for detail in details if detail)
    return placed + note(f"{column} {item.number}: {said}") if said else placed


def _address(schema: str, text: str) -> tuple[Form, ...]:
    line = unpack_address(text).text
    return _place(schema, ADDRESS, line, line)


def _route(schema: str, text: str) -> tuple[Form, ...]:
    country, role = split(text, 2)
    return note(f"Route: {country} ({role})")


def _activity(schema: str, text: str) -> tuple[Form, ...]:
    topic = Form("topics", TOPICS[text], text)
    return (
        (topic,) if text in _EXACT_TOPICS else (topic, *note(f"Activity: {text.replace('_', ' ')}"))
    )


def _handling(schema: str, text: str) -> tuple[Form, ...]:
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
    return note("Handling: " + "; ".join(part for part in parts if part))


def _nothing(schema: str, text: str) -> tuple[Form, ...]:
    return ()


_SPECIAL = {
    ADDRESS: _address,
    ROUTE: _route,
    ACTIVITY: _activity,
    HANDLING: _handling,
    RELATION: _nothing,
}
