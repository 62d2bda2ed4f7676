"""Columnar form of records, which is the only form that stages read.

A batch of n records has a `Column` per property: pairs (record row, value code), and the dictionary
of unique texts that codes refer to. Structured values (identifiers, addresses, relations …) are
packed into one text each (`packing`).

A canonical batch has its records sorted by id (UTF-8 bytes), every dictionary sorted by text, and
the codes of each record and property ascending without repetition. It depends on nothing but the
set of records; stages require canonical batches. `workers` is the number of threads; it does not
change the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records.kinds import Kind
from resolver.records.packing import pack, unpack
from resolver.records.record import SCHEMA_VERSION, Record
from resolver.runtime.text_cache import cache_short_texts
from resolver.runtime.threads import map_values

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Coded:
    """Array of n texts as codes (int32) into a dictionary of unique texts."""

    codes: IntArray
    values: pa.StringArray

    def texts(self) -> list[str]:
        """Return the n texts."""
        return cast("list[str]", self.values.take(pa.array(self.codes)).to_pylist())


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one property, as int32 arrays of one length.

    `rows` (record rows) ascend. `codes` are positions in `values`. `origins` are positions in
    `origin_values`; an origin is the place of the value in the source, such as a file and field.
    """

    rows: IntArray
    codes: IntArray
    values: pa.StringArray
    origins: IntArray
    origin_values: pa.StringArray

    def offsets(self, n: int) -> IntArray:
        """Return n + 1 offsets: the values of record i are `codes[offsets[i]:offsets[i + 1]]`."""
        counts = np.bincount(self.rows, minlength=n)
        return np.append(0, counts.cumsum()).astype(np.int32)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Batch:
    """Records as columns: ids, kinds (uint8, `Kind` bits), schemas, sources and properties."""

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
        """Return the batch of some records, in their order (not yet canonical)."""
        builder = BatchBuilder()
        for record in records:
            builder.add(record)
        return builder.build()

    def to_records(self) -> Iterator[Record]:
        """Yield the records, with values in column order."""
        rows_of_record: list[list[tuple[str, str, str]]] = [[] for _ in range(len(self))]
        for prop in sorted(self.columns):
            column = self.columns[prop]
            texts = column.values.to_pylist()
            origins = column.origin_values.to_pylist()
            for row, code, origin in zip(
                column.rows.tolist(), column.codes.tolist(), column.origins.tolist(), strict=True
            ):
                rows_of_record[row].append((prop, texts[code], origins[origin]))
        sources, schemas = self.sources.texts(), self.schemas.texts()
        for row, record_id in enumerate(self.ids.to_pylist()):
            content: dict[str, Any] = unpack(rows_of_record[row])
            yield Record(
                record_id, sources[row], Kind(int(self.kinds[row])), schemas[row], **content
            )

    def take(self, rows: npt.NDArray[Any], workers: int = 1) -> Batch:
        """Return the batch of some rows, each once, in that order; dictionaries are unchanged."""
        rows = np.asarray(rows, dtype=np.int64)
        place = np.full(len(self), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        is_ascending = bool(np.all(rows[1:] > rows[:-1]))

        def take_column(column: Column) -> Column:
            new_rows = place[column.rows]
            order = np.flatnonzero(new_rows >= 0)
            order = order if is_ascending else order[np.argsort(new_rows[order], kind="stable")]
            origins = _take(Coded(column.origins, column.origin_values), order).codes
            placed = new_rows[order].astype(np.int32)
            return replace(column, rows=placed, codes=column.codes[order], origins=origins)

        columns = map_values(take_column, self.columns, workers)
        return Batch(
            self.ids.take(pa.array(rows)),
            self.kinds[rows],
            _take(self.schemas, rows),
            _take(self.sources, rows),
            {prop: column for prop, column in columns.items() if len(column)},
            self.schema_version,
        )

    def canonical(self, order: npt.NDArray[Any] | None = None, workers: int = 1) -> Batch:
        """Return the records (of unique ids) in canonical form. `order`: rows by id, if known."""
        if order is None and len(self) > 1:
            order = pc.sort_indices(self.ids).to_numpy()
        if order is None or np.all(order[1:] > order[:-1]):
            batch = self
        else:
            batch = self.take(order, workers)
        return replace(
            batch,
            schemas=_sorted_coded(batch.schemas),
            sources=_sorted_coded(batch.sources),
            columns=map_values(_sorted_column, dict(sorted(batch.columns.items())), workers),
        )


def batch_from_record(record: Record) -> Batch:
    """Return the canonical batch of one record."""
    # sorted by property and text, each text once
    values: dict[str, tuple[list[str], list[str]]] = {}
    for prop, text, origin in pack(record):
        texts, origins = values.setdefault(prop, ([], []))
        texts.append(text)
        origins.append(origin)
    columns = {}
    for prop, (texts, origins) in values.items():
        columns[prop] = _single_record_column(texts, origins)
    first = np.zeros(1, dtype=np.int32)
    return Batch(
        _single_text(record.id),
        np.array([int(record.kind)], dtype=np.uint8),
        Coded(first, _single_text(record.schema)),
        Coded(first, _single_text(record.source)),
        columns,
    )


@cache_short_texts(256)
def _single_text(text: str) -> pa.StringArray:
    # The same as `pa.array([text])`, in a fifth of the time.
    letters = text.encode()
    ends = np.array([0, len(letters)], dtype=np.int32)
    return pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(letters))


def _single_record_column(texts: list[str], origins: list[str]) -> Column:
    """Return the column of one record's values of one property, which are sorted and distinct."""
    values = _single_text(texts[0]) if len(texts) == 1 else pa.array(texts, pa.string())
    rows, codes = np.zeros(len(texts), dtype=np.int32), np.arange(len(texts), dtype=np.int32)
    used = sorted(set(origins))
    if len(used) == 1:
        return Column(rows, codes, values, rows, _single_text(used[0]))
    indices = np.array([used.index(origin) for origin in origins], dtype=np.int32)
    return Column(rows, codes, values, indices, pa.array(used, pa.string()))


def concat(batches: Iterable[Batch], workers: int = 1) -> Batch:
    """Return several batches as one batch, in their order, with common dictionaries."""
    parts = [batch for batch in batches if len(batch)]
    if not parts:
        return BatchBuilder().build()
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0] + [len(part) for part in parts])
    columns: dict[str, list[tuple[int, Column]]] = {}
    for start, part in zip(starts.tolist(), parts, strict=False):
        for prop, column in part.columns.items():
            columns.setdefault(prop, []).append((start, column))
    return Batch(
        pa.concat_arrays([part.ids for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        _concat_coded([part.schemas for part in parts]),
        _concat_coded([part.sources for part in parts]),
        map_values(_concat_columns, dict(sorted(columns.items())), workers),
    )


def _concat_columns(columns: list[tuple[int, Column]]) -> Column:
    """Return one column made of several columns, each given with the first row of its batch."""
    codes = _concat_coded([Coded(column.codes, column.values) for _, column in columns])
    origins = _concat_coded([Coded(column.origins, column.origin_values) for _, column in columns])
    rows = np.concatenate([column.rows.astype(np.int64) + start for start, column in columns])
    return Column(rows.astype(np.int32), codes.codes, codes.values, origins.codes, origins.values)


class BatchBuilder:
    """Builder of a batch from records.

    Texts are kept as they come, and coded at the end.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._kinds: list[int] = []
        self._schemas: list[str] = []
        self._sources: list[str] = []
        self._columns: dict[str, _ColumnBuilder] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, record: Record) -> None:
        """Append one record."""
        row = len(self._ids)
        self._ids.append(record.id)
        self._kinds.append(int(record.kind))
        self._schemas.append(record.schema)
        self._sources.append(record.source)
        for prop, text, origin in pack(record):
            column = self._columns.get(prop)
            if column is None:
                column = self._columns[prop] = _ColumnBuilder([], [], [])
            column.rows.append(row)
            column.texts.append(text)
            column.origins.append(origin)

    def build(self) -> Batch:
        """Return the batch of all records added so far."""
        return Batch(
            pa.array(self._ids, pa.string()),
            np.array(self._kinds, dtype=np.uint8),
            encode_column(self._schemas),
            encode_column(self._sources),
            {prop: column.build() for prop, column in self._columns.items()},
        )


def encode_column(texts: Sequence[str]) -> Coded:
    """Return texts as codes over a dictionary, which has the texts in the order in which they first
    occur.
    """
    encoded = pa.array(texts, pa.string()).dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return Coded(codes, encoded.dictionary)


@dataclass(frozen=True, slots=True)
class _ColumnBuilder:
    rows: list[int]
    texts: list[str]
    origins: list[str]

    def build(self) -> Column:
        codes, origins = encode_column(self.texts), encode_column(self.origins)
        rows = np.array(self.rows, dtype=np.int32)
        return Column(rows, codes.codes, codes.values, origins.codes, origins.values)


def _take(coded: Coded, indices: npt.NDArray[Any]) -> Coded:
    # zeros that are never written take no memory; zero is the code of a single text
    codes = np.zeros(len(indices), np.int32) if len(coded.values) == 1 else coded.codes[indices]
    return Coded(codes, coded.values)


def _concat_coded(parts: list[Coded]) -> Coded:
    """Return several coded arrays, one after the other, with a common dictionary."""
    first = parts[0].values
    if len(first) == 1 and all(part.values.equals(first) for part in parts):
        return Coded(np.zeros(sum(len(part.codes) for part in parts), dtype=np.int32), first)
    chunks = [pa.DictionaryArray.from_arrays(pa.array(part.codes), part.values) for part in parts]
    united = pa.chunked_array(chunks).unify_dictionaries()
    codes = np.concatenate(
        [chunk.indices.to_numpy(zero_copy_only=False) for chunk in united.chunks]
    )
    return Coded(codes.astype(np.int32), united.chunk(0).dictionary)


def _sorted_coded(coded: Coded) -> Coded:
    """Return an array over a sorted dictionary of the texts in use."""
    if len(coded.values) == 1 and len(coded.codes):
        return replace(coded, codes=np.zeros(len(coded.codes), dtype=np.int32))
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
    # A repeated value keeps its first origin, so some origins may no longer be used.
    used_origins = _sorted_coded(Coded(origin[first], origins.values))
    return Column(rows[first], values[first], codes.values, used_origins.codes, used_origins.values)


def _ascending(rows: IntArray, codes: IntArray) -> bool:
    later = rows[1:] > rows[:-1]
    return bool(np.all(later | ((rows[1:] == rows[:-1]) & (codes[1:] > codes[:-1]))))
