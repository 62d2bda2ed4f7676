"""Survivorship: choice of the values shown for an entity, and detection of contradictions.

Criteria in the order in which they decide:

Best form of one value: mixed case before ALL CAPITALS before lower case; stated by more sources; by
more records; without stray spaces; longer; first by text.

Caption: from `name`, else names joined from parts, else `previousName`, `alias`, `abbreviation`,
`weakAlias`, else the first address or identifier, else the smallest record id. Among several: in
Latin script; stated by more sources; by more records; without a comma or brackets; mixed case;
longer; first by text.

Birth date: an exact date before an estimate, a date before a range, the more precise, stated by
more sources, by more records, the earliest.

Conflicts: dates that cannot both be true (an estimate may be off by two years), different genders,
birth countries, or different numbers of a register that assigns each object one number.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence

from resolver.merging.golden_record import GoldenValue
from resolver.merging.merge_context import case_rank, is_latin, try_parse_date
from resolver.records import PartialDate
from resolver.records.packing import SEPARATOR
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.properties import COMPOSED_PARTS, PROPERTIES, SUFFIXES, ValueType

_NAME_PROPS = ("previousName", "alias", "abbreviation", "weakAlias")
_PARTS = (*COMPOSED_PARTS, *SUFFIXES)
_FALLBACKS = (
    "address",
    "imoNumber",
    "registrationNumber",
    "serialNumber",
    "publicKey",
    "isin",
    "idNumber",
)
_CIRCA_TOLERANCE = datetime.timedelta(days=2 * 366)
_PUNCTUATION = frozenset(",()[]/;")


def choose_form(forms: Mapping[str, Sequence[int]], row_sources: Sequence[int | str]) -> str:
    """Return the best of several written forms.

    `forms`: text → rows of the records that state it; `row_sources`: source of each row.
    """

    def rank(text: str) -> tuple[int, int, int, bool, int, str]:
        """Return the sort key of a form, best first."""
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


def support_rank(value: GoldenValue, source_of: Mapping[str, str]) -> tuple[int, int]:
    """Return minus the number of sources and of records that state a value, a sort key."""
    if len(value.records) == 1:
        return -1, -1
    return -len({source_of[record] for record in value.records}), -len(value.records)


def choose_caption(
    values: Mapping[str, tuple[GoldenValue, ...]],
    records: Sequence[str],
    source_of: Mapping[str, str],
) -> str:
    """Return the name to show for an entity, by the rules in the module docstring."""
    names = values.get("name")
    if names:
        return _best_name(names, source_of)
    part_values = [values[prop] for prop in _PARTS if prop in values]
    if part_values:
        return " ".join(_best_name(values_of_part, source_of) for values_of_part in part_values)
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
        """Return the sort key of a name, best first."""
        text = value.text
        has_punctuation = not _PUNCTUATION.isdisjoint(text)
        return (
            not is_latin(text),
            *support_rank(value, source_of),
            has_punctuation,
            case_rank(text),
            -len(text),
            text,
        )

    return " ".join(min(names, key=rank).text.split())


def choose_date(dates: Sequence[GoldenValue], source_of: Mapping[str, str]) -> str:
    """Return the best date of an entity as EDTF text; empty if none can be read."""
    readable = [value for value in dates if value.code]
    if len(readable) < 2:
        return readable[0].code if readable else ""

    def rank(value: GoldenValue) -> tuple[bool, bool, int, int, int, str]:
        """Return the sort key of a date, best first."""
        date = _parse_code(value.code)
        exactness = bool(date.month) + bool(date.day)
        return (
            date.circa,
            date.until is not None,
            -exactness,
            *support_rank(value, source_of),
            value.code,
        )

    return min(readable, key=rank).code


def find_conflicts(values: Mapping[str, tuple[GoldenValue, ...]]) -> dict[str, tuple[str, ...]]:
    """Return property → values that cannot all be true, sorted by text."""
    conflicts: dict[str, tuple[str, ...]] = {}
    for prop, find_clashing in _SINGLE_VALUED:
        if len(values.get(prop, ())) > 1 and (clashing := find_clashing(values[prop])):
            conflicts[prop] = clashing
    return conflicts


def _find_clashing_codes(values: Sequence[GoldenValue]) -> tuple[str, ...]:
    codes = {value.code: value.text for value in values if value.code}
    return tuple(sorted(codes.values())) if len(codes) > 1 else ()


def _find_clashing_numbers(values: Sequence[GoldenValue]) -> tuple[str, ...]:
    numbers = {value.text.split(SEPARATOR)[0] for value in values}
    is_clashing = len({_normalize_number(number) for number in numbers}) > 1
    return tuple(sorted(numbers)) if is_clashing else ()


def _find_clashing_texts(values: Sequence[GoldenValue]) -> tuple[str, ...]:
    # equal texts are one value already
    return tuple(sorted(value.text for value in values))


def _normalize_number(number: str) -> str:
    return "".join(
        character for character in number.casefold() if character.isalnum()
    ).removeprefix("imo")


def _find_clashing_dates(dates: Sequence[GoldenValue]) -> tuple[str, ...]:
    spans = [(value.text, *_date_span(value.code)) for value in dates if value.code]
    clashing = {
        text
        for text, first, last in spans
        if any(last < other_first or other_last < first for _, other_first, other_last in spans)
    }
    return tuple(sorted(clashing))


def _parse_code(code: str) -> PartialDate:
    date = try_parse_date(code)
    if date is None:
        raise ValueError(f"not a canonical date: {code!r}")
    return date


@cache_short_texts(1 << 14)
def _date_span(code: str) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day that a date can mean."""
    date = _parse_code(code)
    first, last = _first_day(date), _last_day(date.until or date)
    if date.circa or (date.until is not None and date.until.circa):
        return max(
            first, datetime.date.min + _CIRCA_TOLERANCE
        ) - _CIRCA_TOLERANCE, last + _CIRCA_TOLERANCE
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


_CLASHES: dict[ValueType, Callable[[Sequence[GoldenValue]], tuple[str, ...]]] = {
    ValueType.DATE: _find_clashing_dates,
    ValueType.GENDER: _find_clashing_codes,
    ValueType.COUNTRY: _find_clashing_codes,
    ValueType.IDENTIFIER: _find_clashing_numbers,
}
_SINGLE_VALUED = [
    (row.name, _CLASHES.get(row.type, _find_clashing_texts)) for row in PROPERTIES if row.is_single
]
"""Properties of which an entity has one value, with the functions that find contradictions."""
