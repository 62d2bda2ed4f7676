"""Tables of callers: pandas, polars, Arrow, DuckDB, files and lists of dicts, behind one interface.

Whatever speaks Arrow's C stream interface is read through it. Results come back in the library of
the input, with the same rows in the same order.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import InputError
from resolver.frames.cell_texts import Cells, convert_cells
from resolver.ingest.formats.tabular.table_files import CHUNK, Chunks, TableChunk, TableFile
from resolver.ingest.reader_types import Reject, Share

ROW_COLUMN, ROW_DIGITS = "(row number)", 10
"""Column that `open_frame` adds: the number of the row in so many digits, from 0."""
Values = npt.NDArray[Any]


class FrameTable(ABC):
    """Table of a caller with `names` of its columns and a number of `rows`."""

    names: tuple[str, ...]
    rows: int

    @abstractmethod
    def cells(self, place: int, start: int, stop: int) -> Cells:
        """Return the cells of the column at a place, from row `start` to before `stop`."""

    @abstractmethod
    def extend(self, columns: Mapping[str, Values]) -> Any:
        """Return the caller's table with more columns, whose names it does not have."""

    @abstractmethod
    def build(self, columns: Mapping[str, Values]) -> Any:
        """Return a new table in the library of the caller."""

    def row_labels(self) -> Values | None:
        """Return the names that rows have in the caller's table, where these are unique."""
        return None


class PandasTable(FrameTable):
    """Data frame of pandas, with its index."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.names = tuple(map(_column_name, frame.columns))
        self.rows = len(frame)

    def cells(self, place: int, start: int, stop: int) -> Cells:
        """Return the cells of a column; as Python objects where they are of several types."""
        series = self._frame.iloc[start:stop, place]
        # columns of Python objects are mostly all texts
        kind = pa.string() if series.dtype == object else None
        try:
            return pa.array(series, kind, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError):
            return list(series)

    def extend(self, columns: Mapping[str, Values]) -> Any:
        """Return the frame with more columns, and the index it has."""
        frame = self._frame.copy(deep=False)
        for name, values in columns.items():
            frame[name] = values
        return frame

    def build(self, columns: Mapping[str, Values]) -> Any:
        """Return a data frame."""
        return build_pandas(columns)

    def row_labels(self) -> Values | None:
        """Return the labels of the index, if they are unique and of one level."""
        index = self._frame.index
        if index.nlevels > 1 or not index.is_unique:
            return None
        return np.asarray(index)


@dataclass
class ArrowTable(FrameTable):
    """Arrow table; `add` and `make` turn columns into what the caller works with."""

    table: pa.Table
    add: Callable[[Mapping[str, Values]], Any]
    make: Callable[[Mapping[str, Values]], Any]

    def __post_init__(self) -> None:
        self.names = tuple(self.table.column_names)
        self.rows = self.table.num_rows

    def cells(self, place: int, start: int, stop: int) -> Cells:
        """Return the cells of a column as one array."""
        part = self.table.column(place).slice(start, stop - start)
        return part.chunk(0) if part.num_chunks == 1 else part.combine_chunks()

    def extend(self, columns: Mapping[str, Values]) -> Any:
        """Return the caller's table with more columns."""
        return self.add(columns)

    def build(self, columns: Mapping[str, Values]) -> Any:
        """Return a new table."""
        return self.make(columns)


class RowsTable(FrameTable):
    """List of dicts; a key that a row lacks is a missing value."""

    def __init__(self, rows: Sequence[Mapping[str, object]]) -> None:
        self._rows = rows
        self.names = tuple(dict.fromkeys(str(name) for row in rows for name in row))
        self.rows = len(rows)

    def cells(self, place: int, start: int, stop: int) -> Cells:
        """Return the values of a key."""
        name = self.names[place]
        return [row.get(name) for row in self._rows[start:stop]]

    def extend(self, columns: Mapping[str, Values]) -> list[dict[str, object]]:
        """Return the rows as new dicts, with more keys."""
        added = zip(*(values.tolist() for values in columns.values()), strict=True)
        return [
            {**row, **dict(zip(columns, values, strict=True))}
            for row, values in zip(self._rows, added, strict=True)
        ]

    def build(self, columns: Mapping[str, Values]) -> Any:
        """Return a data frame of pandas."""
        return build_pandas(columns)


def build_pandas(columns: Mapping[str, Values]) -> Any:
    """Return columns as a data frame of pandas."""
    import pandas as pd

    return pd.DataFrame(dict(columns))


def wrap_table(data: object) -> FrameTable:
    """Return a caller's data as a table. Raises `InputError` for anything that is no table."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(data, pandas.DataFrame):
        return PandasTable(data)
    if polars is not None and isinstance(data, polars.LazyFrame):
        data = data.collect()
    if polars is not None and isinstance(data, polars.DataFrame):
        return _wrap_polars(data, polars)
    if isinstance(data, pa.Table | pa.RecordBatch) or hasattr(data, "__arrow_c_stream__"):
        return _wrap_arrow(data)
    if isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
        return RowsTable(data)
    raise InputError(
        f"{type(data).__name__} is no table",
        hint="give a data frame (pandas, polars), an Arrow table, a DuckDB relation, the path of a "
        "file, or a list of dicts",
    )


def _wrap_polars(frame: Any, polars: Any) -> FrameTable:
    def add(columns: Mapping[str, Values]) -> Any:
        return frame.with_columns([polars.Series(name, column) for name, column in columns.items()])

    return ArrowTable(frame.to_arrow(), add, lambda columns: polars.DataFrame(dict(columns)))


def _wrap_arrow(data: Any) -> FrameTable:
    table = pa.table(data) if not isinstance(data, pa.Table) else data

    def add(columns: Mapping[str, Values]) -> pa.Table:
        extended = table
        for name, values in columns.items():
            extended = extended.append_column(name, pa.array(values))
        return extended

    def make(columns: Mapping[str, Values]) -> pa.Table:
        return pa.table({name: pa.array(values) for name, values in columns.items()})

    return ArrowTable(table, add, make)


def wrap_text_table(table: pa.Table) -> FrameTable:
    """Return a table that was read from a file; its results are data frames of pandas."""

    def add(columns: Mapping[str, Values]) -> Any:
        frame = table.to_pandas()
        for name, values in columns.items():
            frame[name] = values
        return frame

    return ArrowTable(table, add, build_pandas)


def open_frame(
    table: FrameTable, names: Sequence[str] | None = None, limit: int | None = None
) -> TableFile:
    """Open a table as readers open a file, with `ROW_COLUMN` last.

    `names`: show these columns only; `limit`: show so many rows only.
    """
    rows = table.rows if limit is None else min(table.rows, limit)
    shown = table.names if names is None else tuple(names)

    def chunks(selected: Sequence[str], share: Share) -> Chunks:
        """Stream a share of the rows of some columns."""
        for start in compress(range(0, rows, CHUNK), share.marks()):
            yield from _build_chunk(table, selected, start, min(start + CHUNK, rows))

    return TableFile((*(name for name in shown if name != ROW_COLUMN), ROW_COLUMN), chunks)


def _build_chunk(
    table: FrameTable, selected: Sequence[str], start: int, stop: int
) -> Iterator[TableChunk | Reject]:
    """Yield a reject for each row that cannot be read, and the chunk of the others."""
    refused: dict[int, str] = {}
    arrays = {}
    for name in selected:
        if name == ROW_COLUMN:
            numbers = pa.array(range(start, stop), pa.int64()).cast(pa.string())
            arrays[name] = pc.utf8_lpad(numbers, ROW_DIGITS, "0")
        else:
            cells = table.cells(table.names.index(name), start, stop)
            arrays[name] = convert_cells(cells, name, refused)
    lines = np.arange(start + 1, stop + 1, dtype=np.int32)
    if refused:
        for row, reason in sorted(refused.items()):
            yield Reject("row", int(lines[row]), reason)
        left = np.setdiff1d(np.arange(stop - start), list(refused))
        arrays = {name: array.take(pa.array(left)) for name, array in arrays.items()}
        lines = lines[left]
    yield TableChunk(arrays, lines)


def _column_name(name: object) -> str:
    if isinstance(name, tuple):
        return " ".join(str(part) for part in name if str(part))
    return str(name)
