"""Values of a batch other than names: read each unique text once, then describe records by codes.

`read_values` reads the dictionaries of a batch into tables (`OtherValues`). `lay_out_values` gives
the rows of these tables for each record, as the fields of a `MaterializedBatch`. The values of one
batch also serve any other batch over the same dictionaries, such as the batch of profiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
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
_PLACES = (("birthPlace", False), (ADDRESS, True))
"""Properties of places, and whether their values are packed fields."""
_DATES = (*BIRTHS, *STARTS)
_READ_PROPERTIES = frozenset(
    (*IDENTIFIERS, *COUNTRY_READERS, *dict(_PLACES), *_DATES, "gender", *TEXT_NORMALIZERS)
)


@dataclass(frozen=True, slots=True)
class OtherValues:
    """Values other than names in normal form: tables, and by property the table row of each value.

    `countries` has indices into `country_codes`; 0 is no country. In `plain`, -1 marks a value that
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
    identifier_rows: Mapping[str, IntArray]
    gender: ByteArray
    plain: Mapping[str, tuple[TextTable, IntArray]]


def read_values(batch: Batch, tables: FrequencyTables) -> OtherValues:
    """Read the values of a canonical batch other than names."""
    none = _no_values()
    if _READ_PROPERTIES.isdisjoint(batch.columns):
        return none
    numbers = {
        prop: [read_packed_identifier(prop, text) for text in _texts(batch, prop)]
        for prop in IDENTIFIERS
        if prop in batch.columns
    }
    countries = {
        prop: list(map(read, _texts(batch, prop)))
        for prop, read in COUNTRY_READERS.items()
        if prop in batch.columns
    }
    readings = list(chain.from_iterable(numbers.values()))
    codes = {reading.country for reading in readings}.union(*countries.values())
    for prop, packed in _PLACES:
        codes.update(place_country(text, packed=packed) for text in _texts(batch, prop))
    country_codes = ("", *sorted(codes - {""}))
    code_of = dict(zip(country_codes, range(len(country_codes)), strict=True))
    birth_places, addresses = (
        place_table(_texts(batch, prop), code_of, packed=packed)
        if prop in batch.columns
        else none.addresses
        for prop, packed in _PLACES
    )
    # Births and starts (incorporation, building) share one table of dates.
    dates = {prop: _texts(batch, prop) for prop in _DATES if prop in batch.columns}
    unique_dates = sorted(set(chain.from_iterable(dates.values())))
    ends = np.cumsum([0, *map(len, numbers.values())]).tolist()
    return OtherValues(
        country_codes,
        _rows_of(countries, country_codes),
        date_table(unique_dates) if dates else none.dates,
        _rows_of(dates, unique_dates),
        birth_places,
        addresses,
        identifier_table(readings, code_of, tables) if numbers else none.identifiers,
        {
            prop: np.arange(first, end, dtype=np.int32)
            for prop, (first, end) in zip(numbers, pairwise(ends), strict=True)
        },
        np.fromiter(map(gender_bit, _texts(batch, "gender")), dtype=np.uint8),
        {
            prop: _read_plain(_texts(batch, prop), _distinctive(prop, normal, tables))
            for prop, normal in TEXT_NORMALIZERS.items()
            if prop in batch.columns
        },
    )


@lru_cache(maxsize=1)
def _no_values() -> OtherValues:
    """Return the values of a batch that states only names."""
    places = place_table([], {}, packed=False)
    identifiers = identifier_table([], {}, FrequencyTables())
    no_bytes = np.zeros(0, dtype=np.uint8)
    return OtherValues(("",), {}, date_table([]), {}, places, places, identifiers, {}, no_bytes, {})


def _texts(batch: Batch, prop: str) -> list[str]:
    """Return the distinct values of a property; empty if the batch does not have the property."""
    column = batch.columns.get(prop)
    return [] if column is None else column.values.to_pylist()


def _rows_of(texts: Mapping[str, list[str]], table: Sequence[str]) -> dict[str, IntArray]:
    """Return, by property, the row of each of its texts in a table of the texts of all
    properties.
    """
    row_of = dict(zip(table, range(len(table)), strict=True))
    return {
        prop: np.fromiter(map(row_of.__getitem__, some), dtype=np.int32, count=len(some))
        for prop, some in texts.items()
    }


def _distinctive(
    prop: str, normal: Callable[[str], str], tables: FrequencyTables
) -> Callable[[str], str]:
    """Return a normalizer that gives an empty text for contacts that many records use."""
    if prop in CONTACTS:
        return lambda text: (
            "" if is_mass_used_contact(prop, contact := normal(text), tables) else contact
        )
    return normal


def _read_plain(texts: list[str], normal: Callable[[str], str]) -> tuple[TextTable, IntArray]:
    normals = list(map(normal, texts))
    unique = sorted({text for text in normals if text})
    row_of = {text: row for row, text in enumerate(unique)}
    return text_table(unique), np.array([row_of.get(text, -1) for text in normals], dtype=np.int32)


def lay_out_values(batch: Batch, values: OtherValues) -> dict[str, Any]:
    """Return the fields of a `MaterializedBatch` for all values other than names."""
    if len(batch) == 1 and values is _no_values():
        return _lay_out_nothing()
    return _lay_out(batch.columns, len(batch), values)


@lru_cache(maxsize=1)
def _lay_out_nothing() -> dict[str, Any]:
    """Return the fields of one record that states only names, as most queries do."""
    return _lay_out({}, 1, _no_values())


def _lay_out(columns: Mapping[str, Column], count: int, values: OtherValues) -> dict[str, Any]:
    """Return the fields of `count` records with these columns."""
    birth_places, addresses = (
        Ragged(columns[prop].offsets(count), columns[prop].codes)
        if prop in columns
        else Ragged.empty(count)
        for prop, _ in _PLACES
    )
    stated = _table_rows(columns, COUNTRY_PROPERTIES, values.countries)
    for places, table in ((birth_places, values.birth_places), (addresses, values.addresses)):
        if len(places.items):
            stated.append((places.rows, table.country[places.items]))
    # Row 0 of the table of countries is no country.
    countries = _unite_rows(stated, count, least=1)
    programs = _table_rows(columns, PROGRAMS, values.countries)
    nationalities = _table_rows(columns, NATIONALITY, values.countries)
    births, starts = (
        drop_coarser_dates(
            _unite_rows(_table_rows(columns, props, values.date_rows), count), values.dates
        )
        for props in (BIRTHS, STARTS)
    )
    identifiers = _table_rows(columns, values.identifier_rows, values.identifier_rows)
    gender = np.zeros(count, dtype=np.uint8)
    if (column := columns.get("gender")) is not None:
        np.bitwise_or.at(gender, column.rows, values.gender[column.codes])
    plain = dict.fromkeys(TEXT_NORMALIZERS, (Ragged.empty(count), text_table([])))
    for prop, (texts, rows) in values.plain.items():
        plain[prop] = _unite_rows(_table_rows(columns, (prop,), {prop: rows}), count), texts
    return {
        "dates": values.dates,
        "births": births,
        "starts": starts,
        "country_codes": values.country_codes,
        "nationalities": _unite_rows(nationalities, count, least=1),
        "countries": countries,
        # Countries of the record, and those of its sanctions programs.
        "linked_countries": _unite_rows(
            [(countries.rows, countries.items), *programs], count, least=1
        )
        if programs
        else countries,
        "birth_places": birth_places,
        "place_table": values.birth_places,
        "addresses": addresses,
        "address_table": values.addresses,
        "identifiers": _unite_rows(identifiers, count),
        "identifier_table": values.identifiers,
        "gender": gender,
        "plain": plain,
    }


def _table_rows(
    columns: Mapping[str, Column], props: Iterable[str], rows_of: Mapping[str, IntArray]
) -> list[tuple[IntArray, IntArray]]:
    """Return, for each of the properties, the record row and the table row of each value."""
    return [
        (columns[prop].rows, rows_of[prop][columns[prop].codes])
        for prop in props
        if prop in columns
    ]


def _unite_rows(pairs: list[tuple[IntArray, IntArray]], count: int, *, least: int = 0) -> Ragged:
    """Return the table rows of `count` records, without those below `least`."""
    if not pairs:
        return Ragged.empty(count)
    records, rows = map(np.concatenate, zip(*pairs, strict=True))
    is_known = rows >= least
    return Ragged.from_rows(records[is_known], rows[is_known], count)
