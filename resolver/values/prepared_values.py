"""Values of a batch other than names: read each unique text once, then describe records by codes.

`read_values` reads the dictionaries of a batch into tables (`OtherValues`). `lay_out_values` gives
the rows of these tables for each record, as the fields of a `MaterializedBatch`. The values of one
batch also serve any other batch over the same dictionaries, such as the batch of profiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from resolver.names.folding import fold
from resolver.records.batch import Batch, Column, IntArray
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import (
    ByteArray,
    DateTable,
    IdentifierTable,
    PlaceTable,
    Ragged,
    TextTable,
)
from resolver.records.prepared.population import FrequencyTables
from resolver.records.properties import (
    ADDRESS,
    BIRTHS,
    IDENTIFIERS,
    PROGRAMS,
    PROPERTIES,
    STARTS,
    Group,
    Normal,
    ValueType,
    properties_in,
)
from resolver.values.identifiers import (
    CONTACTS,
    IdentifierReading,
    identifier_table,
    is_mass_used_contact,
    read_packed_identifier,
)
from resolver.values.normal_values import (
    current_country,
    date_table,
    drop_coarser_dates,
    gender_bit,
    normalize_email,
    normalize_phone,
    normalize_website,
    place_country,
    place_table,
    program_country,
    text_table,
)

NATIONALITY = properties_in(Group.NATIONALITIES)
COUNTRY_PROPERTIES = properties_in(Group.COUNTRIES)
"""Properties of countries that are compared. Of the flags of a ship, only the present one is."""
COUNTRY_READERS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(COUNTRY_PROPERTIES, current_country),
    **dict.fromkeys(PROGRAMS, program_country),
}
"""Properties that state countries, each with the function from a text to a country code."""


def _relation_target(text: str) -> str:
    _type, target, name = split_fields(text, 3)
    return fold(name) or target


_NORMAL_FORMS: dict[Normal, Callable[[str], str]] = {
    Normal.FOLDED: fold,
    Normal.AS_WRITTEN: str,
    Normal.TARGET: _relation_target,
}
_NORMAL_FORMS_BY_TYPE: dict[ValueType, Callable[[str], str]] = {
    ValueType.PHONE: normalize_phone,
    ValueType.EMAIL: normalize_email,
    ValueType.WEBSITE: normalize_website,
}
TEXT_NORMALIZERS: dict[str, Callable[[str], str]] = {
    row.name: _NORMAL_FORMS_BY_TYPE[row.type]
    if row.normal is Normal.BY_TYPE
    else _NORMAL_FORMS[row.normal]
    for row in PROPERTIES
    if row.normal is not None
}
"""Plain properties, each with the function from a text to its compared form."""


_NO_BYTES = np.zeros(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class OtherValues:
    """Values other than names in normal form: tables, and by property the table row of each value.

    `countries` has indices into `country_codes`; 0 is no country. `first_identifiers` has the row
    of the first value of a property; the other values follow it. In `plain`, -1 marks a value that
    is not compared. `birth_places` and `addresses` have one row per value, in the order of the
    values.
    """

    country_codes: tuple[str, ...]
    countries: Mapping[str, IntArray]
    dates: DateTable
    date_rows: Mapping[str, IntArray]
    birth_places: PlaceTable
    addresses: PlaceTable
    identifiers: IdentifierTable
    first_identifiers: Mapping[str, int]
    gender: ByteArray
    plain: Mapping[str, tuple[TextTable, IntArray]]


def read_values(batch: Batch, tables: FrequencyTables) -> OtherValues:
    """Read the values of a canonical batch other than names."""
    numbers = {
        prop: [read_packed_identifier(prop, text) for text in _texts(batch.columns[prop])]
        for prop in IDENTIFIERS
        if prop in batch.columns
    }
    codes = _country_codes(batch, numbers)
    place = {code: number for number, code in enumerate(codes)}
    dates, date_rows = _read_dates(batch)
    identifiers, first_identifiers = _lay_out_identifiers(numbers, place, tables)
    return OtherValues(
        codes,
        _read_countries(batch, place),
        dates,
        date_rows,
        _read_places(batch, "birthPlace", place, packed=False),
        _read_places(batch, ADDRESS, place, packed=True),
        identifiers,
        first_identifiers,
        _read_gender(batch),
        {
            prop: _read_plain(batch.columns[prop], _distinctive(prop, normal, tables))
            for prop, normal in TEXT_NORMALIZERS.items()
            if prop in batch.columns
        },
    )


def _texts(column: Column) -> list[str]:
    texts: list[str] = column.values.to_pylist()
    return texts


def _country_codes(batch: Batch, numbers: Mapping[str, list[IdentifierReading]]) -> tuple[str, ...]:
    codes = {reading.country for readings in numbers.values() for reading in readings}
    for prop, read in COUNTRY_READERS.items():
        if prop in batch.columns:
            codes |= set(map(read, _texts(batch.columns[prop])))
    for prop, packed in (("birthPlace", False), (ADDRESS, True)):
        if prop in batch.columns:
            codes |= {place_country(text, packed=packed) for text in _texts(batch.columns[prop])}
    return ("", *sorted(codes - {""}))


def _read_countries(batch: Batch, place: Mapping[str, int]) -> dict[str, IntArray]:
    return {
        prop: np.array(
            [place.get(read(text), 0) for text in _texts(batch.columns[prop])], dtype=np.int32
        )
        for prop, read in COUNTRY_READERS.items()
        if prop in batch.columns
    }


def _read_dates(batch: Batch) -> tuple[DateTable, dict[str, IntArray]]:
    """Return one date table of births and starts (incorporation, building)."""
    texts_by_prop = {
        prop: _texts(batch.columns[prop]) for prop in (*BIRTHS, *STARTS) if prop in batch.columns
    }
    if not texts_by_prop:
        return _no_dates(), {}
    texts = sorted({text for some in texts_by_prop.values() for text in some})
    place = {text: code for code, text in enumerate(texts)}
    return date_table(texts), {
        prop: np.array([place[text] for text in some], dtype=np.int32)
        for prop, some in texts_by_prop.items()
    }


def _read_places(batch: Batch, prop: str, place: dict[str, int], *, packed: bool) -> PlaceTable:
    column = batch.columns.get(prop)
    return _no_places() if column is None else place_table(_texts(column), place, packed=packed)


@lru_cache(maxsize=1)
def _no_places() -> PlaceTable:
    return place_table([], {}, packed=False)


@lru_cache(maxsize=1)
def _no_identifiers() -> IdentifierTable:
    return identifier_table([], {}, FrequencyTables())


@lru_cache(maxsize=1)
def _no_dates() -> DateTable:
    return date_table([])


def _lay_out_identifiers(
    numbers: Mapping[str, list[IdentifierReading]],
    place: Mapping[str, int],
    tables: FrequencyTables,
) -> tuple[IdentifierTable, dict[str, int]]:
    if not numbers:
        return _no_identifiers(), {}
    readings = [reading for some in numbers.values() for reading in some]
    ends = np.cumsum([0, *map(len, numbers.values())]).tolist()
    return identifier_table(readings, place, tables), dict(zip(numbers, ends, strict=False))


def _read_gender(batch: Batch) -> ByteArray:
    column = batch.columns.get("gender")
    if column is None:
        return _NO_BYTES
    return np.array([gender_bit(text) for text in _texts(column)], dtype=np.uint8)


def _distinctive(
    prop: str, normal: Callable[[str], str], tables: FrequencyTables
) -> Callable[[str], str]:
    """Return a normalizer that gives an empty text for contacts that many records use."""
    if prop in CONTACTS:
        return lambda text: (
            "" if is_mass_used_contact(prop, contact := normal(text), tables) else contact
        )
    return normal


def _read_plain(column: Column, normal: Callable[[str], str]) -> tuple[TextTable, IntArray]:
    normals = [normal(text) for text in _texts(column)]
    unique = sorted({text for text in normals if text})
    place = {text: code for code, text in enumerate(unique)}
    return text_table(unique), np.array([place.get(text, -1) for text in normals], dtype=np.int32)


def lay_out_values(batch: Batch, values: OtherValues) -> dict[str, Any]:
    """Return the fields of a `MaterializedBatch` for all values other than names."""
    birth_places, addresses = _codes(batch, "birthPlace"), _codes(batch, ADDRESS)
    countries = _all_countries(
        batch, values, (birth_places, values.birth_places), (addresses, values.addresses)
    )
    births, starts = (_lay_out_dates(batch, values, props) for props in (BIRTHS, STARTS))
    return {
        "dates": values.dates,
        "births": births,
        "starts": starts,
        "country_codes": values.country_codes,
        "nationalities": _ragged(_country_pairs(batch, NATIONALITY, values), len(batch)),
        "countries": countries,
        "linked_countries": _linked_countries(batch, values, countries),
        "birth_places": birth_places,
        "place_table": values.birth_places,
        "addresses": addresses,
        "address_table": values.addresses,
        "identifiers": _lay_out_rows_of_identifiers(batch, values),
        "identifier_table": values.identifiers,
        "gender": _lay_out_gender(batch, values),
        "plain": _lay_out_plain(batch, values),
    }


def _no_items(count: int) -> Ragged:
    """Return rows without items; for one record always the same object."""
    return _no_items_of_one() if count == 1 else Ragged.empty(count)


@lru_cache(maxsize=1)
def _no_items_of_one() -> Ragged:
    return Ragged.empty(1)


def _codes(batch: Batch, prop: str) -> Ragged:
    """Return the values of a property of each record."""
    column = batch.columns.get(prop)
    if column is None:
        return _no_items(len(batch))
    return Ragged(column.offsets(len(batch)), column.codes)


def _country_pairs(
    batch: Batch, props: Sequence[str], values: OtherValues
) -> list[tuple[IntArray, IntArray]]:
    return [
        (column.rows, values.countries[prop][column.codes])
        for prop in props
        if (column := batch.columns.get(prop)) is not None
    ]


def _ragged(pairs: list[tuple[IntArray, IntArray]], count: int) -> Ragged:
    """Unite (row, code) pairs, leaving out code 0 ("unknown")."""
    if not pairs:
        return _no_items(count)
    rows, items = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    is_known = items > 0
    return Ragged.from_rows(rows[is_known], items[is_known], count)


def _all_countries(batch: Batch, values: OtherValues, *placed: tuple[Ragged, PlaceTable]) -> Ragged:
    pairs = _country_pairs(batch, COUNTRY_PROPERTIES, values)
    pairs += [
        (places.rows, table.country[places.items]) for places, table in placed if len(places.items)
    ]
    return _ragged(pairs, len(batch))


def _linked_countries(batch: Batch, values: OtherValues, countries: Ragged) -> Ragged:
    """Return the countries of each record, and the countries of its sanctions programs."""
    programs = _country_pairs(batch, PROGRAMS, values)
    if not programs:
        return countries
    return _ragged([(countries.rows, countries.items), *programs], len(batch))


def _lay_out_dates(batch: Batch, values: OtherValues, props: Iterable[str]) -> Ragged:
    columns = [
        (column.rows, values.date_rows[prop][column.codes])
        for prop in props
        if (column := batch.columns.get(prop)) is not None
    ]
    if not columns:
        return _no_items(len(batch))
    rows, dates = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    return drop_coarser_dates(Ragged.from_rows(rows, dates, len(batch)), values.dates)


def _lay_out_rows_of_identifiers(batch: Batch, values: OtherValues) -> Ragged:
    pairs = [
        (column.rows, column.codes + np.int32(first))
        for prop, first in values.first_identifiers.items()
        if (column := batch.columns.get(prop)) is not None
    ]
    if not pairs:
        return _no_items(len(batch))
    rows, items = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return Ragged.from_rows(rows, items, len(batch))


def _lay_out_gender(batch: Batch, values: OtherValues) -> ByteArray:
    bits = np.zeros(len(batch), dtype=np.uint8)
    column = batch.columns.get("gender")
    if column is not None:
        np.bitwise_or.at(bits, column.rows, values.gender[column.codes])
    return bits


def _lay_out_plain(batch: Batch, values: OtherValues) -> dict[str, tuple[Ragged, TextTable]]:
    """Return the rows and the table of every plain property."""
    plain = dict.fromkeys(TEXT_NORMALIZERS, (_no_items(len(batch)), _no_texts()))
    for prop, (table, rows_of_values) in values.plain.items():
        if (column := batch.columns.get(prop)) is not None:
            codes = rows_of_values[column.codes]
            present = codes >= 0
            rows = Ragged.from_rows(column.rows[present], codes[present], len(batch))
            plain[prop] = rows, table
    return plain


@lru_cache(maxsize=1)
def _no_texts() -> TextTable:
    return text_table([])
