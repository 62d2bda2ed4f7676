"""Which value speaks for an entity, and which values contradict each other. The rules, in the order in which they
decide.

Best form of one value: mixed case before ALL CAPITALS before small letters; stated by more sources; by more records;
without stray spaces; longer; first by text.

Caption: from `name`, else names put together from parts, else `previousName`, `alias`, `abbreviation`, `weakAlias`,
else the first address or identifier, else the smallest record id. Among several: in Latin script; stated by more
sources; by more records; without a comma or brackets; mixed case; longer; first by text.

Birth date: one that is not an estimate before an estimate, a date before a range, the more exact, stated by more
sources, by more records, the earliest.

Conflicts: dates that cannot both be true (an estimate is given two years of grace to either side), different genders,
birth countries, or different numbers of a register that gives each thing one number for life.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import lru_cache

from resolver.merging.canonical_values import (
    GENDER,
    case_rank,
    date_of,
    is_latin,
)
from resolver.merging.golden_record import GoldenValue
from resolver.records import PartialDate
from resolver.records.packing import SEPARATOR
from resolver.records.properties import DATES

_NAME_PROPS = ("previousName", "alias", "abbreviation", "weakAlias")
_PARTS = ("firstName", "secondName", "middleName", "fatherName", "lastName", "nameSuffix")
_FALLBACKS = (
    "address",
    "imoNumber",
    "registrationNumber",
    "serialNumber",
    "publicKey",
    "isin",
    "idNumber",
)
_ONE_FOR_LIFE = ("imoNumber", "leiCode", "wikidataId")
_GRACE = datetime.timedelta(days=2 * 366)
_UNPLAIN = frozenset(",()[]/;")


def best_form(forms: Mapping[str, Sequence[int]], row_sources: Sequence[int | str]) -> str:
    """The best written of several forms. `forms`: text → the record rows that write it so; `row_sources`: source of
    each row."""

    def rank(text: str) -> tuple[int, int, int, bool, int, str]:
        rows = forms[text]
        sources = {row_sources[row] for row in rows}
        return (
            case_rank(text),
            -len(sources),
            -len(rows),
            text != " ".join(text.split()),
            -len(text),
            text,
        )

    return min(forms, key=rank)


def support(value: GoldenValue, source_of: Mapping[str, str]) -> tuple[int, int]:
    """(minus the sources, minus the records) that state a value: sorts the best supported first."""
    if len(value.records) == 1:
        return -1, -1
    return -len({source_of[record] for record in value.records}), -len(value.records)


def caption(
    values: Mapping[str, tuple[GoldenValue, ...]],
    records: Sequence[str],
    source_of: Mapping[str, str],
) -> str:
    """The name to show for an entity (see the module's text for the rules)."""
    names = values.get("name")
    if names:
        return _best_name(names, source_of)
    parts = [values[prop] for prop in _PARTS if prop in values]
    if parts:
        return " ".join(_best_name(held, source_of) for held in parts)
    for prop in _NAME_PROPS:
        if prop in values:
            return _best_name(values[prop], source_of)
    for prop in _FALLBACKS:
        if prop in values:
            fields = values[prop][0].text.split(SEPARATOR)
            return ", ".join(field for field in fields if field) if prop == "address" else fields[0]
    return records[0]


def _best_name(names: Sequence[GoldenValue], source_of: Mapping[str, str]) -> str:
    if len(names) == 1:
        return " ".join(names[0].text.split())

    def rank(value: GoldenValue) -> tuple[bool, int, int, bool, int, int, str]:
        text = value.text
        unplain = not _UNPLAIN.isdisjoint(text)
        return (
            not is_latin(text),
            *support(value, source_of),
            unplain,
            case_rank(text),
            -len(text),
            text,
        )

    return " ".join(min(names, key=rank).text.split())


def best_date(dates: Sequence[GoldenValue], source_of: Mapping[str, str]) -> str:
    """The date that speaks for an entity, as EDTF text; empty where none can be read."""
    readable = [value for value in dates if value.code]
    if len(readable) < 2:
        return readable[0].code if readable else ""

    def rank(value: GoldenValue) -> tuple[bool, bool, int, int, int, str]:
        date = _date(value.code)
        exactness = bool(date.month) + bool(date.day)
        return (
            date.circa,
            date.until is not None,
            -exactness,
            *support(value, source_of),
            value.code,
        )

    return min(readable, key=rank).code


def conflicts(values: Mapping[str, tuple[GoldenValue, ...]]) -> dict[str, tuple[str, ...]]:
    """Property → the values that cannot all be true, in the order of their texts."""
    found: dict[str, tuple[str, ...]] = {}
    for prop in DATES:
        if len(values.get(prop, ())) > 1:
            clashing = _clashing_dates(values[prop])
            if clashing:
                found[prop] = clashing
    for prop in (GENDER, "birthCountry"):
        codes = {value.code: value.text for value in values.get(prop, ()) if value.code}
        if len(codes) > 1:
            found[prop] = tuple(sorted(codes.values()))
    for prop in _ONE_FOR_LIFE:
        numbers = {value.text.split(SEPARATOR)[0] for value in values.get(prop, ())}
        if len({_bare(number) for number in numbers}) > 1:
            found[prop] = tuple(sorted(numbers))
    return found


def _bare(number: str) -> str:
    return "".join(
        character for character in number.casefold() if character.isalnum()
    ).removeprefix("imo")


def _clashing_dates(dates: Sequence[GoldenValue]) -> tuple[str, ...]:
    spans = [(value.text, *_span(value.code)) for value in dates if value.code]
    clashing = {
        text
        for text, first, last in spans
        if any(last < other_first or other_last < first for _, other_first, other_last in spans)
    }
    return tuple(sorted(clashing))


def _date(code: str) -> PartialDate:
    date = date_of(code)
    if date is None:
        raise ValueError(f"not a canonical date: {code!r}")
    return date


@lru_cache(maxsize=1 << 14)
def _span(code: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day a date can mean."""
    date = _date(code)
    first, last = _first_day(date), _last_day(date.until or date)
    if date.circa or (date.until is not None and date.until.circa):
        return max(first, datetime.date.min + _GRACE) - _GRACE, last + _GRACE
    return first, last


def _first_day(date: PartialDate) -> datetime.date:
    return datetime.date(date.year, date.month or 1, date.day or 1)


def _last_day(date: PartialDate) -> datetime.date:
    if date.day:
        return datetime.date(date.year, date.month, date.day)
    year, month = (
        (date.year, date.month + 1) if date.month and date.month < 12 else (date.year + 1, 1)
    )
    return datetime.date(year, month, 1) - datetime.timedelta(days=1)
