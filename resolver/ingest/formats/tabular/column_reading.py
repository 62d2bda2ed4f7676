"""Chunks of a table to batches, by a mapping: columns of text in, columns of coded values out, no loop over rows.

Every step works on the unique texts of a chunk: trimming, splitting of cells that hold several values, reading of
dates, packing. A value that cannot be read is left out and said (`value not taken`); the record stays. A row whose
kind, schema or handling code is no known word is refused.
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
    Cells,
    Codes,
    cells_of,
    column_of,
    first_texts,
    whole_cells,
)
from resolver.ingest.formats.tabular.mapping import ADDRESS_PARTS, Mapping
from resolver.ingest.formats.tabular.row_facts import handling_of, ids_of, kinds_of
from resolver.ingest.formats.tabular.table_files import TableChunk
from resolver.ingest.reader_types import BatchAt, Reject
from resolver.ingest.text.machine_dates import read_date
from resolver.records import Activity, Batch, Coded, Column
from resolver.records.packing import SEPARATOR
from resolver.records.properties import ACTIVITY, ADDRESS, DATES, HANDLING, IDENTIFIER_SET

MOST_KNOWN = 1 << 17
"""How many values read are remembered."""
# A day or month that does not exist still comes with a year, the best part of a date to know somebody by.
_LEADING_YEAR = re.compile(r"\s*([12]\d{3})-")


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts become values: `read` may raise `DateError` or `ValueError`; what it gave is remembered."""

    read: Callable[[str], str]
    known: dict[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """The value of a text."""
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        value = self.known[text] = self.read(text)
        return value


def to_batch(chunk: TableChunk, mapping: Mapping, label: str) -> tuple[BatchAt, list[Reject]]:
    """The records of a chunk, and what of it was not taken."""
    count = len(chunk.lines)
    columns, rejects = _columns(chunk, mapping, label)
    kinds, schemas, refused = kinds_of(chunk, mapping)
    handling, refused_codes = handling_of(chunk, mapping)
    refused |= refused_codes
    ids = ids_of(chunk, mapping, columns, schemas)
    if handling is not None:
        columns[HANDLING] = handling
    sources = Coded(np.zeros(count, dtype=np.int32), pa.array([mapping.source], pa.string()))
    batch = Batch(ids, kinds, schemas, sources, columns)
    if not refused:
        return BatchAt(batch, chunk.lines), rejects
    rejects += [Reject(label, int(chunk.lines[row]), reason) for row, reason in refused.items()]
    kept = np.setdiff1d(np.arange(count), np.array(list(refused)))
    return BatchAt(batch.take(kept), chunk.lines[kept]), rejects


def _columns(
    chunk: TableChunk, mapping: Mapping, label: str
) -> tuple[dict[str, Column], list[Reject]]:
    """The columns of all mapped properties that say anything, and the values not taken."""
    rejects: list[Reject] = []
    columns: dict[str, Column] = {}
    for prop, names in sorted(_whole_properties(mapping).items()):
        read = _reading(prop, mapping.day_first)
        parts = [cells_of(chunk.arrays[name], mapping.separator) for name in names]
        origins = list(names)
        if read is not None:
            taken = [_taken(prop, part, read, chunk.lines, label) for part in parts]
            parts = [part for part, _ in taken]
            rejects += [reject for _, found in taken for reject in found]
        if prop == ADDRESS and (packed := _packed_address(chunk, mapping)) is not None:
            parts.append(packed[0])
            origins.append(packed[1])
        column = column_of(parts, origins)
        if len(column):
            columns[prop] = column
    return columns, rejects


def _whole_properties(mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """Property → columns, the parts of an address standing together as one property."""
    whole = {prop: names for prop, names in mapping.properties.items() if "." not in prop}
    if len(whole) < len(mapping.properties):
        whole.setdefault(ADDRESS, ())
    return whole


def _taken(
    prop: str, cells: Cells, read: Reading, lines: Codes, label: str
) -> tuple[Cells, list[Reject]]:
    """The values as `read` reads them; those for which it raises are left out and said."""
    held = cells.texts.to_pylist()
    # what was read in an earlier chunk is only looked up
    texts: list[str | None] = list(map(read.known.get, held))
    rejects: list[Reject] = []
    for code, text in enumerate(held):
        if texts[code] is not None:
            continue
        try:
            texts[code] = read(text)
        except (DateError, ValueError) as error:
            year = _LEADING_YEAR.match(text) if prop in DATES else None
            texts[code] = year[1] if year else None
            taken = "only the year taken" if year else "value not taken"
            reason = f"{taken}: {prop} {text[:80]!r}: {error}"
            rejects += [Reject(label, int(lines[row]), reason) for row in cells.rows_of(code)]
    return cells.under(pa.array(texts, pa.string())), rejects


def _reading(prop: str, day_first: bool) -> Reading | None:
    """How a property's texts become values, or None where they are values as they stand."""
    if prop in DATES:
        return _dates(day_first)
    if prop in IDENTIFIER_SET or prop == ADDRESS:
        return Reading(_only_field)
    return Reading(_activity) if prop == ACTIVITY else None


@cache
def _dates(day_first: bool) -> Reading:
    return Reading(lambda text: read_date(text, day_first=day_first))


def _only_field(text: str) -> str:
    """The packed form of a structure of which only the first field is known: a number, a full address."""
    return text.replace(SEPARATOR, " ").rstrip(SEPARATOR)


def _activity(text: str) -> str:
    try:
        return Activity(text.lower().replace(" ", "_")).value
    except ValueError:
        raise ValueError(f"known are {', '.join(Activity)}") from None


def _packed_address(chunk: TableChunk, mapping: Mapping) -> tuple[Cells, str] | None:
    """The parts of an address, packed into one text a row, and the names of their columns."""
    names = [mapping.properties.get(f"{ADDRESS}.{part}", ()) for part in ADDRESS_PARTS]
    if not any(names):
        return None
    count = len(chunk.lines)
    parts = [first_texts([chunk.arrays[name] for name in columns], count) for columns in names]
    packed = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, SEPARATOR), characters=SEPARATOR)
    return whole_cells(packed), ", ".join(name for columns in names for name in columns)
