"""Prepared batches of canonical ones: each unique value is normalized once, then all is codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.kernels.processes import compute_both
from resolver.normalize.folding import fold
from resolver.normalize.identifiers import (
    CONTACTS,
    identifier_table,
    is_mass_used_contact,
    read_packed_identifier,
)
from resolver.normalize.lexicons.programs import program_country
from resolver.normalize.name_forms import build_name_forms
from resolver.normalize.token_tables import Lookup
from resolver.normalize.values import (
    current_country,
    date_table,
    drop_coarser_dates,
    gender_bit,
    normalize_email,
    normalize_phone,
    normalize_website,
    place_country,
    place_table,
    text_table,
)
from resolver.records.batch import Batch, Column, IntArray
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import (
    DateTable,
    IdentifierTable,
    MaterializedBatch,
    PlaceTable,
    TextTable,
)
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.records.prepared.ragged import Ragged
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    FULL_NAMES,
    IDENTIFIERS,
    NAME_PARTS,
    PROGRAMS,
    RELATION,
)

_NATIONALITY = ("nationality", "citizenship")
_STARTS = ("incorporationDate", "buildDate")
_MIN_PARALLEL = 50_000
"""Values that are worth a process."""
_COUNTRY = ("nationality", "citizenship", "country", "jurisdiction", "birthCountry", "flag")
_COUNTRY_READERS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(_COUNTRY, current_country),
    **dict.fromkeys(PROGRAMS, program_country),
}


def _relation_target(text: str) -> str:
    _type, target, name = split_fields(text, 3)
    return fold(name) or target


# Plain properties, with the function that gives the text that is compared.
TEXT_NORMALIZERS: dict[str, Callable[[str], str]] = {
    "phone": normalize_phone,
    "email": normalize_email,
    "website": normalize_website,
    "position": fold,
    "fatherName": fold,
    "motherName": fold,
    ACTIVITY: str,
    RELATION: _relation_target,
}


COMPARED_PROPERTIES = frozenset(
    (
        *FULL_NAMES,
        *NAME_PARTS,
        *_NATIONALITY,
        *_COUNTRY_READERS,
        *IDENTIFIERS,
        *TEXT_NORMALIZERS,
        "birthDate",
        *_STARTS,
        "birthPlace",
        "gender",
        ADDRESS,
    )
)
"""Properties that `prepare` reads; other values play no part in keys and scores."""


def prepare(
    batch: Batch,
    tables: FrequencyTables,
    lookup: Lookup,
    deduplicated_sources: Iterable[str] = (),
    workers: int = 1,
) -> MaterializedBatch:
    """Normalize a canonical batch.

    `lookup` gives name tokens their symbols; entries of `deduplicated_sources` are all distinct.
    The result does not depend on `workers` (processes and threads).
    """
    names, values = compute_both(
        lambda: build_name_forms(batch, tables, lookup, workers),
        lambda: _build_values(batch, tables),
        parallel=workers > 1 and sum(map(len, batch.columns.values())) >= _MIN_PARALLEL,
    )
    source_texts = batch.sources.values.to_pylist()
    different = frozenset(deduplicated_sources)
    all_different = np.array([source in different for source in source_texts], dtype=bool)
    return MaterializedBatch(
        ids=batch.ids,
        kinds=batch.kinds,
        sources=batch.sources.codes,
        source_names=tuple(source_texts),
        is_deduplicated=all_different[batch.sources.codes]
        if len(source_texts)
        else np.zeros(len(batch), dtype=bool),
        tokens=names.tokens,
        forms=names.forms,
        names=names.names,
        name_quality=names.quality,
        **values,
    )


def _build_values(batch: Batch, tables: FrequencyTables) -> dict[str, Any]:
    """Return the fields of a `MaterializedBatch` that derive from other values than names."""
    codes = _country_codes(batch)
    place = {code: number for number, code in enumerate(codes)}
    dates, births, starts = _dates(batch)
    birth_places, place_rows = _places(batch, "birthPlace", place, packed=False)
    addresses, address_rows = _places(batch, ADDRESS, place, packed=True)
    identifiers, identifier_rows = _identifiers(batch, place, tables)
    countries = _all_countries(batch, place, (birth_places, place_rows), (addresses, address_rows))
    return {
        "dates": dates,
        "births": births,
        "starts": starts,
        "country_codes": codes,
        "nationalities": _countries(batch, _NATIONALITY, place),
        "countries": countries,
        "linked_countries": _linked_countries(batch, place, countries),
        "birth_places": birth_places,
        "place_table": place_rows,
        "addresses": addresses,
        "address_table": address_rows,
        "identifiers": identifiers,
        "identifier_table": identifier_rows,
        "gender": _gender(batch),
        "plain": {
            prop: _plain(batch, prop, _distinctive(prop, normal, tables))
            for prop, normal in TEXT_NORMALIZERS.items()
        },
    }


def _no_items(count: int) -> Ragged:
    """Return rows without items; for one record always the same object."""
    return _no_items_of_one() if count == 1 else Ragged.empty(count)


@lru_cache(maxsize=1)
def _no_items_of_one() -> Ragged:
    return Ragged.empty(1)


def _texts(column: Column) -> list[str]:
    texts: list[str] = column.values.to_pylist()
    return texts


def _country_codes(batch: Batch) -> tuple[str, ...]:
    codes: set[str] = set()
    for prop, read in _COUNTRY_READERS.items():
        if prop in batch.columns:
            codes |= set(map(read, _texts(batch.columns[prop])))
    for prop, packed in (("birthPlace", False), (ADDRESS, True)):
        if prop in batch.columns:
            codes |= {place_country(text, packed=packed) for text in _texts(batch.columns[prop])}
    for prop in IDENTIFIERS:
        if prop in batch.columns:
            codes |= {
                read_packed_identifier(prop, text).country for text in _texts(batch.columns[prop])
            }
    return ("", *sorted(codes - {""}))


def _country_pairs(
    batch: Batch, props: Sequence[str], place: dict[str, int]
) -> list[tuple[IntArray, IntArray]]:
    pairs = []
    for prop in props:
        column = batch.columns.get(prop)
        if column is not None:
            read = _COUNTRY_READERS[prop]
            codes = np.array([place.get(read(text), 0) for text in _texts(column)], dtype=np.int32)
            pairs.append((column.rows, codes[column.codes]))
    return pairs


def _ragged(pairs: list[tuple[IntArray, IntArray]], count: int) -> Ragged:
    """Unite (row, code) pairs, leaving out code 0 ("unknown")."""
    if not pairs:
        return _no_items(count)
    rows, items = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    is_known = items > 0
    return Ragged.from_rows(rows[is_known], items[is_known], count)


def _countries(batch: Batch, props: Sequence[str], place: dict[str, int]) -> Ragged:
    return _ragged(_country_pairs(batch, props, place), len(batch))


def _all_countries(
    batch: Batch, place: dict[str, int], *placed: tuple[Ragged, PlaceTable]
) -> Ragged:
    pairs = _country_pairs(batch, _COUNTRY, place)
    pairs += [
        (places.rows, table.country[places.items]) for places, table in placed if len(places.items)
    ]
    return _ragged(pairs, len(batch))


def _linked_countries(batch: Batch, place: dict[str, int], countries: Ragged) -> Ragged:
    """Return the countries with those that programs are about."""
    programs = _country_pairs(batch, PROGRAMS, place)
    if not programs:
        return countries
    return _ragged([(countries.rows, countries.items), *programs], len(batch))


def _dates(batch: Batch) -> tuple[DateTable, Ragged, Ragged]:
    """Return one date table of births and starts (incorporation, building), and both sides."""
    sides = [
        [batch.columns[prop] for prop in props if prop in batch.columns]
        for props in (("birthDate",), _STARTS)
    ]
    if sides == [[], []]:
        return _no_dates(), _no_items(len(batch)), _no_items(len(batch))
    texts = sorted({text for columns in sides for column in columns for text in _texts(column)})
    place = {text: code for code, text in enumerate(texts)}
    table = date_table(texts)
    births, starts = (
        drop_coarser_dates(_coded(columns, place, len(batch)), table) for columns in sides
    )
    return table, births, starts


def _coded(columns: Sequence[Column], place: dict[str, int], count: int) -> Ragged:
    if not columns:
        return _no_items(count)
    codes = [
        np.array([place[text] for text in _texts(column)], dtype=np.int32)[column.codes]
        for column in columns
    ]
    rows = np.concatenate([column.rows for column in columns])
    return Ragged.from_rows(rows, np.concatenate(codes), count)


def _places(
    batch: Batch, prop: str, place: dict[str, int], *, packed: bool
) -> tuple[Ragged, PlaceTable]:
    column = batch.columns.get(prop)
    if column is None:
        return _no_items(len(batch)), _no_places()
    return Ragged(column.offsets(len(batch)), column.codes), place_table(
        _texts(column), place, packed=packed
    )


@lru_cache(maxsize=1)
def _no_places() -> PlaceTable:
    return place_table([], {}, packed=False)


@lru_cache(maxsize=1)
def _no_identifiers() -> IdentifierTable:
    return identifier_table([], {}, FrequencyTables())


@lru_cache(maxsize=1)
def _no_dates() -> DateTable:
    return date_table([])


@lru_cache(maxsize=1)
def _no_texts() -> TextTable:
    return text_table([])


def _identifiers(
    batch: Batch, place: dict[str, int], tables: FrequencyTables
) -> tuple[Ragged, IdentifierTable]:
    props = [prop for prop in IDENTIFIERS if prop in batch.columns]
    if not props:
        return _no_items(len(batch)), _no_identifiers()
    keys = [(prop, text) for prop in props for text in _texts(batch.columns[prop])]
    starts = np.cumsum([0] + [len(batch.columns[prop].values) for prop in props])
    pairs = [
        (batch.columns[prop].rows, batch.columns[prop].codes + np.int32(start))
        for prop, start in zip(props, starts, strict=False)
    ]
    rows, items = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return Ragged.from_rows(rows, items, len(batch)), identifier_table(keys, place, tables)


def _gender(batch: Batch) -> npt.NDArray[np.uint8]:
    bits = np.zeros(len(batch), dtype=np.uint8)
    column = batch.columns.get("gender")
    if column is not None:
        bits_by_code = np.array([gender_bit(text) for text in _texts(column)], dtype=np.uint8)
        np.bitwise_or.at(bits, column.rows, bits_by_code[column.codes])
    return bits


def _distinctive(
    prop: str, normal: Callable[[str], str], tables: FrequencyTables
) -> Callable[[str], str]:
    """Return a normalizer that gives an empty text for contacts that many use."""
    if prop in CONTACTS:
        return lambda text: (
            "" if is_mass_used_contact(prop, contact := normal(text), tables) else contact
        )
    return normal


def _plain(batch: Batch, prop: str, normal: Callable[[str], str]) -> tuple[Ragged, TextTable]:
    column = batch.columns.get(prop)
    if column is None:
        return _no_items(len(batch)), _no_texts()
    normals = [normal(text) for text in _texts(column)]
    unique = sorted({text for text in normals if text})
    place = {text: code for code, text in enumerate(unique)}
    codes = np.array([place.get(text, -1) for text in normals], dtype=np.int32)[column.codes]
    present = codes >= 0
    return Ragged.from_rows(column.rows[present], codes[present], len(batch)), text_table(unique)
