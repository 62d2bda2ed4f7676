"""Chunks of a table to batches, by a mapping: columns of text in, columns of coded values out.

Every step works on the unique texts of a chunk: trimming, splitting of cells with several values,
reading of dates, packing. A value that cannot be read is left out with a reject (`value not
taken`); the record stays. A row whose kind, schema or handling code is unknown is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import DateError
from resolver.ingest.formats.tabular.cell_coding import (
    CellValues,
    Codes,
    build_column,
    encode_cells,
    encode_whole_cells,
    first_texts,
)
from resolver.ingest.formats.tabular.mapping import ADDRESS_PARTS, ROUTE_PARTS, Mapping
from resolver.ingest.formats.tabular.relation_columns import read_relations
from resolver.ingest.formats.tabular.row_facts import read_handling, read_ids, read_kinds
from resolver.ingest.formats.tabular.table_files import TableChunk
from resolver.ingest.reader_types import LocatedBatch, Reject
from resolver.ingest.text.date_order import DateOrder
from resolver.ingest.text.machine_dates import read_date_readings
from resolver.records import Activity, Batch, Coded, Column
from resolver.records.packing import SEPARATOR
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    DATES,
    HANDLING,
    IDENTIFIER_SET,
    RELATION,
    ROUTE,
)

MAX_CACHED = 1 << 17
"""Values that a reader keeps in its cache."""
_BETWEEN = "\n"
"""Separator of the two readings of a date while texts are converted one to one."""
# A date without a valid day or month still has a year, its most identifying part.
_LEADING_YEAR = re.compile(r"\s*([12]\d{3})-")


@dataclass(frozen=True, slots=True)
class ValueReader:
    """Conversion of texts to values, cached. `read` may raise `DateError` or `ValueError`."""

    read: Callable[[str], str]
    cache: dict[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """Return the value of a text."""
        if len(self.cache) >= MAX_CACHED:
            self.cache.clear()
        value = self.cache[text] = self.read(text)
        return value


def build_table_batch(
    chunk: TableChunk, mapping: Mapping, label: str, order: DateOrder
) -> tuple[LocatedBatch, list[Reject]]:
    """Build the records of a chunk, with a reject for each value or row that was not read."""
    count = len(chunk.lines)
    columns, rejects = _build_columns(chunk, mapping, label, order)
    kinds, schemas, refused = read_kinds(chunk, mapping)
    handling, refused_codes = read_handling(chunk, mapping)
    refused |= refused_codes
    ids = read_ids(chunk, mapping, columns, schemas)
    if handling is not None:
        columns[HANDLING] = handling
    sources = Coded(np.zeros(count, dtype=np.int32), pa.array([mapping.source], pa.string()))
    batch = Batch(ids, kinds, schemas, sources, columns)
    if not refused:
        return LocatedBatch(batch, chunk.lines), rejects
    rejects += [
        Reject.of_row(label, int(chunk.lines[row]), reason, ids[row].as_py())
        for row, reason in refused.items()
    ]
    rows = np.setdiff1d(np.arange(count), np.array(list(refused)))
    return LocatedBatch(batch.take(rows), chunk.lines[rows]), rejects


def _build_columns(
    chunk: TableChunk, mapping: Mapping, label: str, order: DateOrder
) -> tuple[dict[str, Column], list[Reject]]:
    """Build the columns of all mapped properties with any value, and the rejected values."""
    rejects: list[Reject] = []
    columns: dict[str, Column] = {}
    for prop, names in sorted(_property_columns(mapping).items()):
        read = _choose_reader(prop, order)
        parts = [encode_cells(chunk.arrays[name], mapping.separator) for name in names]
        origins = list(names)
        if read is not None:
            readings = [_read_values(prop, part, read, chunk.lines, label) for part in parts]
            parts = [part for part, _ in readings]
            rejects += [reject for _, refused in readings for reject in refused]
        if prop in DATES and any(map(_has_two_readings, parts)):
            parts, origins = _split_readings(parts, origins)
        if prop == ADDRESS and (packed := _pack_address(chunk, mapping)) is not None:
            parts.append(packed[0])
            origins.append(packed[1])
        columns[prop] = build_column(parts, origins)
    columns |= _read_routes(chunk, mapping)
    if mapping.relations:
        parts, origins, refused = read_relations(chunk, mapping, label, order)
        columns[RELATION] = build_column(parts, origins)
        rejects += refused
    return {prop: column for prop, column in columns.items() if len(column)}, rejects


def _property_columns(mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """Return the columns of each property, with the parts of an address as one property."""
    properties = {prop: names for prop, names in mapping.properties.items() if "." not in prop}
    if any(prop.startswith(f"{ADDRESS}.") for prop in mapping.properties):
        properties.setdefault(ADDRESS, ())
    return properties


def _read_values(
    prop: str, cells: CellValues, read: ValueReader, lines: Codes, label: str
) -> tuple[CellValues, list[Reject]]:
    """Convert the values by `read`; values for which it raises are left out with a reject."""
    originals = cells.texts.to_pylist()
    # Texts of earlier chunks are in the cache.
    texts: list[str | None] = list(map(read.cache.get, originals))
    rejects: list[Reject] = []
    for code, text in enumerate(originals):
        if texts[code] is not None:
            continue
        try:
            texts[code] = read(text)
        except (DateError, ValueError) as error:
            year = _LEADING_YEAR.match(text) if prop in DATES else None
            texts[code] = year[1] if year else None
            outcome = "only the year taken" if year else "value not taken"
            reason = f"{outcome}: {prop} {text[:80]!r}: {error}"
            rejects += [Reject(label, int(lines[row]), reason) for row in cells.rows_of(code)]
    return cells.recode(pa.array(texts, pa.string())), rejects


def _has_two_readings(cells: CellValues) -> bool:
    return bool(pc.any(pc.match_substring(cells.texts, _BETWEEN)).as_py())


def _split_readings(
    parts: list[CellValues], origins: list[str]
) -> tuple[list[CellValues], list[str]]:
    """Return the first reading of each date as one part, and the second ones as another."""
    texts = [[text.partition(_BETWEEN) for text in part.texts.to_pylist()] for part in parts]
    firsts = [
        part.recode(pa.array([first for first, _, _ in split], pa.string()))
        for part, split in zip(parts, texts, strict=True)
    ]
    seconds = [
        (part.recode(pa.array([second for _, _, second in split], pa.string())), origin)
        for part, split, origin in zip(parts, texts, origins, strict=True)
        if any(second for _, _, second in split)
    ]
    return [*firsts, *(part for part, _ in seconds)], [*origins, *(name for _, name in seconds)]


def _choose_reader(prop: str, order: DateOrder) -> ValueReader | None:
    """Return the reader of a property's values, or None where texts are values unchanged."""
    if prop in DATES:
        return _date_reader(order)
    if prop in IDENTIFIER_SET or prop == ADDRESS:
        return ValueReader(_pack_single_field)
    return ValueReader(_read_activity) if prop == ACTIVITY else None


@cache
def _date_reader(order: DateOrder) -> ValueReader:
    return ValueReader(lambda text: _BETWEEN.join(read_date_readings(text, order)))


def _pack_single_field(text: str) -> str:
    """Return the packed form of a structure with only its first field: a number, a full address."""
    return text.replace(SEPARATOR, " ").rstrip(SEPARATOR)


def _read_activity(text: str) -> str:
    try:
        return Activity(text.lower().replace(" ", "_")).value
    except ValueError:
        raise ValueError(f"known are {', '.join(Activity)}") from None


def _read_routes(chunk: TableChunk, mapping: Mapping) -> dict[str, Column]:
    """Return the countries of routes, packed with their roles, as a column if any is mapped."""
    parts, origins = [], []
    for role in ROUTE_PARTS:
        for name in mapping.properties.get(f"{ROUTE}.{role}", ()):
            cells = encode_cells(chunk.arrays[name], mapping.separator)
            countries = map(_pack_single_field, cells.texts.to_pylist())
            packed = [f"{country}{SEPARATOR}{role}" for country in countries]
            parts.append(cells.recode(pa.array(packed, pa.string())))
            origins.append(name)
    return {ROUTE: build_column(parts, origins)} if parts else {}


def _pack_address(chunk: TableChunk, mapping: Mapping) -> tuple[CellValues, str] | None:
    """Pack the parts of an address into one text a row; also return the names of their columns."""
    names = [mapping.properties.get(f"{ADDRESS}.{part}", ()) for part in ADDRESS_PARTS]
    if not any(names):
        return None
    count = len(chunk.lines)
    parts = [first_texts([chunk.arrays[name] for name in columns], count) for columns in names]
    packed = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, SEPARATOR), characters=SEPARATOR)
    return encode_whole_cells(packed), ", ".join(name for columns in names for name in columns)
