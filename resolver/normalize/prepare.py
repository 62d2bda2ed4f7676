"""A canonical batch to `Prepared`: each unique value is normalised once, then everything is codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.normalize.folding import fold
from resolver.normalize.name_forms import name_forms
from resolver.normalize.token_tables import Lookup
from resolver.normalize.values import (
    CONTACTS,
    contact_used_by_many,
    current_country,
    date_table,
    email_text,
    gender_bit,
    identifier_table,
    phone_text,
    place_country,
    place_table,
    plain_table,
    website_text,
)
from resolver.records.batch import Batch, Column, IntArray
from resolver.records.packing import split
from resolver.records.prepared.batch import (
    DateTable,
    IdentifierTable,
    PlaceTable,
    Prepared,
    TextTable,
)
from resolver.records.prepared.frequencies import Tables
from resolver.records.prepared.ragged import Ragged
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    FULL_NAMES,
    IDENTIFIERS,
    NAME_PARTS,
    RELATION,
)

_NATIONALITY = ("nationality", "citizenship")
_COUNTRY = ("nationality", "citizenship", "country", "jurisdiction", "birthCountry", "flag")


def _relation_target(text: str) -> str:
    _type, target, name = split(text, 3)
    return fold(name) or target


# Plain properties: how a text becomes the text that is compared.
PLAIN: dict[str, Callable[[str], str]] = {
    "phone": phone_text,
    "email": email_text,
    "website": website_text,
    "position": fold,
    "fatherName": fold,
    "motherName": fold,
    ACTIVITY: str,
    RELATION: _relation_target,
}


COMPARED = frozenset(
    (
        *FULL_NAMES,
        *NAME_PARTS,
        *_NATIONALITY,
        *_COUNTRY,
        *IDENTIFIERS,
        *PLAIN,
        "birthDate",
        "incorporationDate",
        "birthPlace",
        "gender",
        ADDRESS,
    )
)
"""The properties that `prepare` reads; what others hold plays no part in keys and scores."""


def prepare(batch: Batch, tables: Tables, lookup: Lookup, declared: Iterable[str] = ()) -> Prepared:
    """Normalise a canonical batch. `lookup` gives name tokens their symbols; `declared` names the sources whose entries
    are declared to be all different."""
    names = name_forms(batch, tables, lookup)
    codes = _country_codes(batch)
    place = {code: number for number, code in enumerate(codes)}
    dates, births, starts = _dates(batch)
    birth_places, place_rows = _places(batch, "birthPlace", place, packed=False)
    addresses, address_rows = _places(batch, ADDRESS, place, packed=True)
    identifiers, identifier_rows = _identifiers(batch, place, tables)
    source_texts = batch.sources.values.to_pylist()
    different = frozenset(declared)
    all_different = np.array([source in different for source in source_texts], dtype=bool)
    return Prepared(
        ids=batch.ids,
        kinds=batch.kinds,
        sources=batch.sources.codes,
        declared=all_different[batch.sources.codes]
        if len(source_texts)
        else np.zeros(len(batch), dtype=bool),
        tokens=names.tokens,
        forms=names.forms,
        names=names.names,
        name_quality=names.quality,
        dates=dates,
        births=births,
        starts=starts,
        country_codes=codes,
        nationalities=_countries(batch, _NATIONALITY, place),
        countries=_all_countries(
            batch, place, (birth_places, place_rows), (addresses, address_rows)
        ),
        birth_places=birth_places,
        place_table=place_rows,
        addresses=addresses,
        address_table=address_rows,
        identifiers=identifiers,
        identifier_table=identifier_rows,
        gender=_gender(batch),
        plain={
            prop: _plain(batch, prop, _telling(prop, normal, tables))
            for prop, normal in PLAIN.items()
        },
    )


def _nothing(count: int) -> Ragged:
    """Nothing said by any of some records; of one it is always the same."""
    return _nothing_of_one() if count == 1 else Ragged.empty(count)


@lru_cache(maxsize=1)
def _nothing_of_one() -> Ragged:
    return Ragged.empty(1)


def _texts(column: Column) -> list[str]:
    texts: list[str] = column.values.to_pylist()
    return texts


def _country_codes(batch: Batch) -> tuple[str, ...]:
    found: set[str] = set()
    for prop in _COUNTRY:
        if prop in batch.columns:
            found |= {current_country(text) for text in _texts(batch.columns[prop])}
    for prop, packed in (("birthPlace", False), (ADDRESS, True)):
        if prop in batch.columns:
            found |= {place_country(text, packed=packed) for text in _texts(batch.columns[prop])}
    for prop in IDENTIFIERS:
        if prop in batch.columns:
            found |= {current_country(split(text, 2)[1]) for text in _texts(batch.columns[prop])}
    return ("", *sorted(found - {""}))


def _country_pairs(
    batch: Batch, props: Sequence[str], place: dict[str, int]
) -> list[tuple[IntArray, IntArray]]:
    pairs = []
    for prop in props:
        column = batch.columns.get(prop)
        if column is not None:
            known = np.array(
                [place.get(current_country(text), 0) for text in _texts(column)], dtype=np.int32
            )
            pairs.append((column.rows, known[column.codes]))
    return pairs


def _ragged(pairs: list[tuple[IntArray, IntArray]], count: int) -> Ragged:
    """Unite (row, code) pairs, leaving out code 0 ("unknown")."""
    if not pairs:
        return _nothing(count)
    rows, items = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    known = items > 0
    return Ragged.from_rows(rows[known], items[known], count)


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


def _dates(batch: Batch) -> tuple[DateTable, Ragged, Ragged]:
    """One date table for births (persons) and starts (a group's incorporation)."""
    columns = [batch.columns.get(prop) for prop in ("birthDate", "incorporationDate")]
    if columns == [None, None]:
        return _no_dates(), _nothing(len(batch)), _nothing(len(batch))
    texts = sorted({text for column in columns if column is not None for text in _texts(column)})
    place = {text: code for code, text in enumerate(texts)}
    ragged = [_coded(column, place, len(batch)) for column in columns]
    return date_table(texts), ragged[0], ragged[1]


def _coded(column: Column | None, place: dict[str, int], count: int) -> Ragged:
    if column is None:
        return _nothing(count)
    codes = np.array([place[text] for text in _texts(column)], dtype=np.int32)
    return Ragged.from_rows(column.rows, codes[column.codes], count)


def _places(
    batch: Batch, prop: str, place: dict[str, int], *, packed: bool
) -> tuple[Ragged, PlaceTable]:
    column = batch.columns.get(prop)
    if column is None:
        return _nothing(len(batch)), _no_places()
    return Ragged(column.offsets(len(batch)), column.codes), place_table(
        _texts(column), place, packed=packed
    )


@lru_cache(maxsize=1)
def _no_places() -> PlaceTable:
    return place_table([], {}, packed=False)


@lru_cache(maxsize=1)
def _no_identifiers() -> IdentifierTable:
    return identifier_table([], {}, Tables())


@lru_cache(maxsize=1)
def _no_dates() -> DateTable:
    return date_table([])


@lru_cache(maxsize=1)
def _no_texts() -> TextTable:
    return plain_table([])


def _identifiers(
    batch: Batch, place: dict[str, int], tables: Tables
) -> tuple[Ragged, IdentifierTable]:
    props = [prop for prop in IDENTIFIERS if prop in batch.columns]
    if not props:
        return _nothing(len(batch)), _no_identifiers()
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
        known = np.array([gender_bit(text) for text in _texts(column)], dtype=np.uint8)
        np.bitwise_or.at(bits, column.rows, known[column.codes])
    return bits


def _telling(prop: str, normal: Callable[[str], str], tables: Tables) -> Callable[[str], str]:
    """The normal form of a property, empty for a telephone or an e-mail address that many use."""
    if prop in CONTACTS:
        return lambda text: (
            "" if contact_used_by_many(prop, found := normal(text), tables) else found
        )
    return normal


def _plain(batch: Batch, prop: str, normal: Callable[[str], str]) -> tuple[Ragged, TextTable]:
    column = batch.columns.get(prop)
    if column is None:
        return _nothing(len(batch)), _no_texts()
    normals = [normal(text) for text in _texts(column)]
    unique = sorted({text for text in normals if text})
    place = {text: code for code, text in enumerate(unique)}
    codes = np.array([place.get(text, -1) for text in normals], dtype=np.int32)[column.codes]
    held = codes >= 0
    return Ragged.from_rows(column.rows[held], codes[held], len(batch)), plain_table(unique)
