"""Survivorship: which values are equal, which value is shown for an entity, and which values
contradict.

The module reads in this order:

1. Equality: values of one property with the same `equality_key` become one value of a golden
   record. The key is the canonical code, or else the text without differences in case and spaces.
   The best written form is shown, and the records of all forms are kept.
2. `MergeContext`: attributes of records and entities that all golden records of a run share.
3. The choice of the values that are shown. The criteria decide in this order:

   - Best form of one value: mixed case before ALL CAPITALS before lower case; stated by more
     sources; stated by more records; without stray spaces; longer; first by text.
   - Caption: from `name`, else names joined from parts, else `previousName`, `alias`,
     `abbreviation` or `weakAlias`, else the first address or identifier, else the smallest record
     id. Of several names, the winner is the one in Latin script, then the one that more sources
     state, that more records state, that has no comma or brackets, that has mixed case, that is
     longer, and that is first by text.
   - Birth date: an exact date before an estimate; a date before a range; the more precise date;
     stated by more sources; stated by more records; the earliest.

4. Contradictions (`find_conflicts`): dates that cannot both be true (an estimate can be wrong by
   two years), different genders or birth countries, and different numbers of a register that gives
   each object one number.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from resolver.errors import DateError
from resolver.merging import golden_record
from resolver.records import Batch, properties
from resolver.records.packing import SEPARATOR
from resolver.reference import text_scripts
from resolver.reference.ftm import clean_gender
from resolver.runtime.text_cache import cache_short_texts
from resolver.values.dates import PartialDate, parse_date

CountryCode = Callable[[str], str | None]
GENDER = "gender"
_DATES = frozenset(properties.DATES)
_COUNTRIES = frozenset(properties.COUNTRIES)
CODED_PROPERTIES = _DATES | _COUNTRIES | {GENDER}
"""Properties whose values have a canonical code."""


@cache_short_texts(1 << 17)
def try_parse_date(text: str) -> PartialDate | None:
    """Return the date a text states, or None."""
    try:
        return parse_date(text)
    except DateError:
        return None


@dataclass(slots=True)
class CanonicalCodes:
    """Canonical codes of values: ISO country code, EDTF date, FollowTheMoney gender, else empty.

    Codes are cached, because the texts of these columns repeat.
    """

    country_code: CountryCode
    _codes: dict[tuple[str, str], str] = field(default_factory=dict)

    def code(self, column: str, text: str) -> str:
        """Return the canonical code of a value.

        Empty if the column has no codes, or if the value cannot be read.
        """
        if column not in CODED_PROPERTIES:
            return ""
        cached = self._codes.get((column, text))
        if cached is None:
            if column in _COUNTRIES:
                cached = (self.country_code(text) or "").lower()
            elif column in _DATES:
                cached = _date_code(text)
            else:
                cached = clean_gender(text) or ""
            self._codes[column, text] = cached
        return cached


@cache_short_texts(1 << 14)
def _date_code(text: str) -> str:
    date = try_parse_date(text)
    return str(date) if date else ""


def equality_key(column: str, text: str, code: str) -> str:
    """Return the key that two values of a column share if they are equal."""
    if code:
        return code
    if column in properties.IDENTIFIER_SET:
        number, cut, rest = text.partition(SEPARATOR)
        return (
            "".join(_normalize_spaces_and_case(number).split())
            + cut
            + _normalize_spaces_and_case(rest)
        )
    return _normalize_spaces_and_case(text)


def _normalize_spaces_and_case(text: str) -> str:
    if text.isascii() and SEPARATOR not in text:
        # ASCII text is already in normal form NFKC
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return SEPARATOR.join(" ".join(part.split()) for part in folded.split(SEPARATOR))


def case_rank(text: str) -> int:
    """Return 0 for mixed case or a script without case, 1 for ALL CAPITALS, 2 for lower case."""
    return 1 if text.isupper() else 2 if text.islower() else 0


def is_latin(text: str) -> bool:
    """Return True if the text has letters and all of them are Latin."""
    return text_scripts(text) == {"Latin"}


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """Attributes of records and entities as lists.

    `entity_ids` and `schemata` are indexed by entity number, the other lists by record row.
    """

    ids: list[str]
    sources: list[str]
    source_codes: list[int]
    kinds: list[int]
    record_schemata: list[str]
    entity_ids: list[str]
    schemata: list[str]
    targets: golden_record.RelationTargets
    canon: CanonicalCodes
    repeated_links: golden_record.RepeatedLinks


@dataclass(frozen=True, slots=True)
class MergeContext(MergeFacts):
    """Attributes of records and entities, with the batch and its partition.

    The rows of entity e are `order[offsets[e]:offsets[e + 1]]`.
    """

    batch: Batch
    parts: golden_record.Partition
    order: list[int]
    offsets: list[int]


def build_merge_context(
    batch: Batch, parts: golden_record.Partition, country_code: CountryCode
) -> MergeContext:
    """Return the context of a canonical batch and its partition into entities."""
    record_schemata = golden_record.find_record_schemata(batch)
    schemata = golden_record.find_entity_schemata(parts, record_schemata)
    return MergeContext(
        batch.ids.to_pylist(),
        batch.sources.texts(),
        batch.sources.codes.tolist(),
        batch.kinds.tolist(),
        record_schemata,
        parts.ids.to_pylist(),
        schemata,
        golden_record.find_targets(batch, parts, schemata),
        CanonicalCodes(country_code),
        golden_record.RepeatedLinks.of(batch),
        batch,
        parts,
        parts.order.tolist(),
        parts.offsets.tolist(),
    )


_NAME_PROPS = ("previousName", "alias", "abbreviation", "weakAlias")
_PARTS = (*properties.COMPOSED_PARTS, *properties.SUFFIXES)
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


_Row = TypeVar("_Row", int, str)


def choose_form(forms: Mapping[str, Sequence[_Row]], source_of: Callable[[_Row], int | str]) -> str:
    """Return the best of several written forms, by the rules in the module docstring.

    `forms` has the records that state each text, as rows or ids. `source_of` returns the source of
    a record.
    """

    def rank(text: str) -> tuple[int, int, int, bool, int, str]:
        """Return the sort key of a form, best first."""
        rows = forms[text]
        sources = set(map(source_of, rows))
        return (
            case_rank(text),
            -len(sources),
            -len(rows),
            text != " ".join(text.split()),
            -len(text),
            text,
        )

    return min(forms, key=rank)


def merge_names(
    stated: Mapping[str, Sequence[str]], source_of: Mapping[str, str]
) -> tuple[golden_record.GoldenValue, ...]:
    """Return the names of one property of an entity, equal ones merged as in a golden record.

    `stated` has the ids of the records that state each name, and `source_of` the source of each
    record.
    """
    groups: dict[str, dict[str, Sequence[str]]] = {}
    for text, records in stated.items():
        groups.setdefault(_normalize_spaces_and_case(text), {})[text] = records
    return tuple(
        golden_record.GoldenValue(
            choose_form(forms, source_of.__getitem__),
            tuple(sorted({record for records in forms.values() for record in records})),
        )
        for forms in groups.values()
    )


def support_rank(value: golden_record.GoldenValue, source_of: Mapping[str, str]) -> tuple[int, int]:
    """Return a sort key of a value by its support: minus its sources, minus its records."""
    if len(value.records) == 1:
        return -1, -1
    return -len({source_of[record] for record in value.records}), -len(value.records)


def choose_caption(
    values: Mapping[str, tuple[golden_record.GoldenValue, ...]],
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


def _best_name(names: Sequence[golden_record.GoldenValue], source_of: Mapping[str, str]) -> str:
    if len(names) == 1:
        return " ".join(names[0].text.split())

    def rank(value: golden_record.GoldenValue) -> tuple[bool, int, int, bool, int, int, str]:
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


def choose_date(dates: Sequence[golden_record.GoldenValue], source_of: Mapping[str, str]) -> str:
    """Return the best date of an entity as EDTF text; empty if none can be read."""
    readable = [value for value in dates if value.code]
    if len(readable) < 2:
        return readable[0].code if readable else ""

    def rank(value: golden_record.GoldenValue) -> tuple[bool, bool, int, int, int, str]:
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


def find_conflicts(
    values: Mapping[str, tuple[golden_record.GoldenValue, ...]],
) -> dict[str, tuple[str, ...]]:
    """Return property → values that cannot all be true, sorted by text."""
    conflicts: dict[str, tuple[str, ...]] = {}
    for prop, find_clashing in _SINGLE_VALUED:
        if len(values.get(prop, ())) > 1 and (clashing := find_clashing(values[prop])):
            conflicts[prop] = clashing
    return conflicts


def _find_clashing_codes(values: Sequence[golden_record.GoldenValue]) -> tuple[str, ...]:
    codes = {value.code: value.text for value in values if value.code}
    return tuple(sorted(codes.values())) if len(codes) > 1 else ()


def _find_clashing_numbers(values: Sequence[golden_record.GoldenValue]) -> tuple[str, ...]:
    numbers = {value.text.split(SEPARATOR)[0] for value in values}
    is_clashing = len({_normalize_number(number) for number in numbers}) > 1
    return tuple(sorted(numbers)) if is_clashing else ()


def _find_clashing_texts(values: Sequence[golden_record.GoldenValue]) -> tuple[str, ...]:
    # equal texts are one value already, so several values always contradict
    return tuple(sorted(value.text for value in values))


def _normalize_number(number: str) -> str:
    return "".join(
        character for character in number.casefold() if character.isalnum()
    ).removeprefix("imo")


def _find_clashing_dates(dates: Sequence[golden_record.GoldenValue]) -> tuple[str, ...]:
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


_CLASHES: dict[
    properties.ValueType, Callable[[Sequence[golden_record.GoldenValue]], tuple[str, ...]]
] = {
    properties.ValueType.DATE: _find_clashing_dates,
    properties.ValueType.GENDER: _find_clashing_codes,
    properties.ValueType.COUNTRY: _find_clashing_codes,
    properties.ValueType.IDENTIFIER: _find_clashing_numbers,
}
_SINGLE_VALUED = [
    (row.name, _CLASHES.get(row.type, _find_clashing_texts))
    for row in properties.PROPERTIES
    if row.is_single
]
"""Properties with a single value per entity, with the functions that find contradictions."""
