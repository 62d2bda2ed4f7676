"""`Batch`: the columnar form of records, and the only form that stages see.

A batch of n records holds, per property, a `Column`: the pairs (record row, value code) and the dictionary of unique
texts the codes point into. Structured values (identifiers, addresses, relations …) are packed into one text each
(`packing`). A canonical batch has its records sorted by id, every dictionary sorted by text, and within a record each
property's codes ascending without repetition; all stages require one, and it depends on nothing but the set of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records.kinds import Kind
from resolver.records.packing import pack, unpack
from resolver.records.record import SCHEMA_VERSION, Record

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Coded:
    """n codes (int32) into a dictionary of unique texts."""

    codes: IntArray
    values: pa.StringArray

    def texts(self) -> list[str]:
        """The n texts, spelled out."""
        return cast("list[str]", self.values.take(pa.array(self.codes)).to_pylist())


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one property. `rows` ascending; `codes` into `values`, `origins` into `origin_values`; all int32,
    one length."""

    rows: IntArray
    codes: IntArray
    values: pa.StringArray
    origins: IntArray
    origin_values: pa.StringArray

    def offsets(self, n: int) -> IntArray:
        """n + 1 offsets: the values of record i are `codes[offsets[i]:offsets[i + 1]]`."""
        return np.searchsorted(self.rows, np.arange(n + 1, dtype=np.int64)).astype(np.int32)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Batch:
    """n records as columns: `ids`, `kinds` (uint8, `Kind` bits), `schemas`, `sources`, and a `Column` per property."""

    ids: pa.StringArray
    kinds: npt.NDArray[np.uint8]
    schemas: Coded
    sources: Coded
    columns: Mapping[str, Column]
    schema_version: int = field(default=SCHEMA_VERSION)

    def __len__(self) -> int:
        return len(self.kinds)

    @classmethod
    def from_records(cls, records: Iterable[Record]) -> Batch:
        """The batch of some records, in their order (not yet canonical)."""
        builder = BatchBuilder()
        for record in records:
            builder.add(record)
        return builder.build()

    def to_records(self) -> Iterator[Record]:
        """The records, one at a time, values in column order."""
        said: list[list[tuple[str, str, str]]] = [[] for _ in range(len(self))]
        for prop in sorted(self.columns):
            column = self.columns[prop]
            texts = column.values.to_pylist()
            origins = column.origin_values.to_pylist()
            for row, code, origin in zip(
                column.rows.tolist(), column.codes.tolist(), column.origins.tolist(), strict=True
            ):
                said[row].append((prop, texts[code], origins[origin]))
        sources, schemas = self.sources.texts(), self.schemas.texts()
        for row, identity in enumerate(self.ids.to_pylist()):
            content: dict[str, Any] = unpack(said[row])
            yield Record(
                identity, sources[row], Kind(int(self.kinds[row])), schemas[row], **content
            )

    def take(self, rows: npt.NDArray[Any]) -> Batch:
        """The batch of the given rows (each at most once), in that order; dictionaries unchanged."""
        rows = np.asarray(rows, dtype=np.int64)
        place = np.full(len(self), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        columns = {}
        for prop, column in self.columns.items():
            new_rows = place[column.rows]
            order = np.argsort(new_rows, kind="stable")
            order = order[np.searchsorted(new_rows[order], 0) :]
            if len(order):
                columns[prop] = replace(
                    column,
                    rows=new_rows[order].astype(np.int32),
                    codes=column.codes[order],
                    origins=column.origins[order],
                )
        return Batch(
            self.ids.take(pa.array(rows)),
            self.kinds[rows],
            replace(self.schemas, codes=self.schemas.codes[rows]),
            replace(self.sources, codes=self.sources.codes[rows]),
            columns,
            self.schema_version,
        )

    def canonical(self) -> Batch:
        """The same records in canonical form (see the module's text). Ids must be unique; ids sort by UTF-8 bytes."""
        batch = self
        if len(self) > 1:
            order = pc.sort_indices(self.ids).to_numpy()
            batch = self if bool(np.all(order == np.arange(len(order)))) else self.take(order)
        return replace(
            batch,
            schemas=_sorted_coded(batch.schemas),
            sources=_sorted_coded(batch.sources),
            columns={prop: _sorted_column(batch.columns[prop]) for prop in sorted(batch.columns)},
        )


@lru_cache(maxsize=64)
def batch_of(record: Record) -> Batch:
    """The batch of one record. That of a query is asked for at the door and again where it is looked up."""
    said: dict[str, tuple[list[str], list[str]]] = {}
    for prop, text, origin in pack(record):
        texts, origins = said.setdefault(prop, ([], []))
        texts.append(text)
        origins.append(origin)
    one = np.zeros(1, dtype=np.int32)
    return Batch(
        _alone(record.id),
        np.array([int(record.kind)], dtype=np.uint8),
        Coded(one, _alone(record.schema)),
        Coded(one, _alone(record.source)),
        {prop: _column_of_one(*held) for prop, held in said.items()},
    )


@lru_cache(maxsize=256)
def _alone(text: str) -> pa.StringArray:
    # as `pa.array` makes it of a list, which takes five times as long
    letters = text.encode()
    ends = np.array([0, len(letters)], dtype=np.int32)
    return pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(letters))


def _column_of_one(texts: list[str], origins: list[str]) -> Column:
    """What one record says of one property."""
    if len(set(texts)) == len(texts) and len(set(origins)) == 1:
        values = _alone(texts[0]) if len(texts) == 1 else pa.array(texts, pa.string())
        codes, zeros = np.arange(len(texts), dtype=np.int32), np.zeros(len(texts), dtype=np.int32)
        return Column(zeros, codes, values, zeros, _alone(origins[0]))
    column = _ColumnBuilder()
    for text, origin in zip(texts, origins, strict=True):
        column.rows.append(0)
        column.codes.add(text)
        column.origins.add(origin)
    return column.build()


def concat(batches: Iterable[Batch]) -> Batch:
    """One batch of several, in their order; dictionaries united."""
    parts = [batch for batch in batches if len(batch)]
    if not parts:
        return BatchBuilder().build()
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0] + [len(part) for part in parts])
    columns: dict[str, Column] = {}
    for prop in sorted({prop for part in parts for prop in part.columns}):
        numbered = zip(starts.tolist(), parts, strict=False)
        held = [(start, part.columns[prop]) for start, part in numbered if prop in part.columns]
        codes = _unite([Coded(column.codes, column.values) for _, column in held])
        origins = _unite([Coded(column.origins, column.origin_values) for _, column in held])
        rows = np.concatenate(
            [column.rows.astype(np.int64) + start for start, column in held]
        ).astype(np.int32)
        columns[prop] = Column(rows, codes.codes, codes.values, origins.codes, origins.values)
    return Batch(
        pa.concat_arrays([part.ids for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        _unite([part.schemas for part in parts]),
        _unite([part.sources for part in parts]),
        columns,
    )


class BatchBuilder:
    """Gathers records and gives their batch. `add` costs a few microseconds a value; memory is that of the unique
    texts."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._kinds: list[int] = []
        self._schemas = _Codes()
        self._sources = _Codes()
        self._columns: dict[str, _ColumnBuilder] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, record: Record) -> None:
        """Append one record."""
        row = len(self._ids)
        self._ids.append(record.id)
        self._kinds.append(int(record.kind))
        self._schemas.add(record.schema)
        self._sources.add(record.source)
        for prop, text, origin in pack(record):
            column = self._columns.get(prop)
            if column is None:
                column = self._columns[prop] = _ColumnBuilder()
            column.rows.append(row)
            column.codes.add(text)
            column.origins.add(origin)

    def build(self) -> Batch:
        """The batch of all records added so far."""
        return Batch(
            pa.array(self._ids, pa.string()),
            np.array(self._kinds, dtype=np.uint8),
            self._schemas.coded(),
            self._sources.coded(),
            {prop: column.build() for prop, column in self._columns.items()},
        )


class _Codes:
    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.codes: list[int] = []

    def add(self, text: str) -> None:
        self.codes.append(self.known.setdefault(text, len(self.known)))

    def coded(self) -> Coded:
        return Coded(np.array(self.codes, dtype=np.int32), pa.array(list(self.known), pa.string()))


class _ColumnBuilder:
    def __init__(self) -> None:
        self.rows: list[int] = []
        self.codes = _Codes()
        self.origins = _Codes()

    def build(self) -> Column:
        codes, origins = self.codes.coded(), self.origins.coded()
        return Column(
            np.array(self.rows, dtype=np.int32),
            codes.codes,
            codes.values,
            origins.codes,
            origins.values,
        )


def _unite(parts: list[Coded]) -> Coded:
    """Several coded arrays, one after the other, over one dictionary."""
    chunks = [pa.DictionaryArray.from_arrays(pa.array(part.codes), part.values) for part in parts]
    united = pa.chunked_array(chunks).unify_dictionaries()
    codes = np.concatenate(
        [chunk.indices.to_numpy(zero_copy_only=False) for chunk in united.chunks]
    )
    return Coded(codes.astype(np.int32), united.chunk(0).dictionary)


def _sorted_coded(coded: Coded) -> Coded:
    """The same over a sorted dictionary that holds only texts in use."""
    if len(coded.values) == 1 and len(coded.codes):
        return coded
    used = np.zeros(len(coded.values), dtype=bool)
    used[coded.codes] = True
    order = pc.sort_indices(coded.values).to_numpy()
    order = order[used[order]]
    place = np.zeros(len(coded.values), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return Coded(place[coded.codes], coded.values.take(pa.array(order)))


def _sorted_column(column: Column) -> Column:
    if len(column) == 1 == len(column.values) == len(column.origin_values):
        return column
    codes = _sorted_coded(Coded(column.codes, column.values))
    origins = _sorted_coded(Coded(column.origins, column.origin_values))
    if len(codes.codes) and _ascending(column.rows, codes.codes):
        return Column(column.rows, codes.codes, codes.values, origins.codes, origins.values)
    order = np.lexsort((origins.codes, codes.codes, column.rows))
    rows, values, origin = column.rows[order], codes.codes[order], origins.codes[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (values[1:] != values[:-1])
    # a value said twice keeps its first origin; the other may be said nowhere else
    kept = _sorted_coded(Coded(origin[first], origins.values))
    return Column(rows[first], values[first], codes.values, kept.codes, kept.values)


def _ascending(rows: IntArray, codes: IntArray) -> bool:
    later = rows[1:] > rows[:-1]
    return bool(np.all(later | ((rows[1:] == rows[:-1]) & (codes[1:] > codes[:-1]))))
