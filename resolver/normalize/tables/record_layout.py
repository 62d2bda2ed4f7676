"""Records of a batch as codes of the tables of its values other than names.

The values of one batch serve any other batch over the same dictionaries, such as that of profiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from resolver.normalize.tables.other_values import (
    BIRTH,
    COUNTRY_PROPERTIES,
    NATIONALITY,
    STARTS,
    TEXT_NORMALIZERS,
    OtherValues,
)
from resolver.normalize.values import drop_coarser_dates, text_table
from resolver.records.batch import Batch, IntArray
from resolver.records.prepared.batch import ByteArray, PlaceTable, TextTable
from resolver.records.prepared.ragged import Ragged
from resolver.records.properties import ADDRESS, PROGRAMS


def lay_out_values(batch: Batch, values: OtherValues) -> dict[str, Any]:
    """Return the fields of a `MaterializedBatch` that derive from other values than names."""
    birth_places, addresses = _codes(batch, "birthPlace"), _codes(batch, ADDRESS)
    countries = _all_countries(
        batch, values, (birth_places, values.birth_places), (addresses, values.addresses)
    )
    births, starts = (_lay_out_dates(batch, values, props) for props in (BIRTH, STARTS))
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
        "identifiers": _lay_out_identifiers(batch, values),
        "identifier_table": values.identifiers,
        "gender": _lay_out_gender(batch, values),
        "plain": {prop: _lay_out_plain(batch, values, prop) for prop in TEXT_NORMALIZERS},
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
    """Return the countries with those that programs are about."""
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


def _lay_out_identifiers(batch: Batch, values: OtherValues) -> Ragged:
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


def _lay_out_plain(batch: Batch, values: OtherValues, prop: str) -> tuple[Ragged, TextTable]:
    column = batch.columns.get(prop)
    if column is None:
        return _no_items(len(batch)), _no_texts()
    table, rows_of_values = values.plain[prop]
    codes = rows_of_values[column.codes]
    present = codes >= 0
    return Ragged.from_rows(column.rows[present], codes[present], len(batch)), table


@lru_cache(maxsize=1)
def _no_texts() -> TextTable:
    return text_table([])
