"""Tables of callers: pandas, polars, Arrow, DuckDB, files and lists of dicts, behind one interface.

Any object with Arrow's C stream interface is read through it. Results come back in the library of
the input, with the same rows in the same order. Cells are read as text, whatever mixture of values
of pandas, polars and plain Python a column holds.

The module also proposes what each column of a table means, as `resolver mapping` does: by the names
of the columns first, then by the look of their values. The proposal is shown, and the caller can
correct it.
"""

from __future__ import annotations

import datetime
import decimal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup, escape

from resolver.errors import InputError, MappingError
from resolver.lists.formats.tabular.cells import convert_to_text, convert_values
from resolver.lists.formats.tabular.column_names import recognize_columns
from resolver.lists.formats.tabular.column_profiles import MAX_ROWS
from resolver.lists.formats.tabular.guessed_mapping import guess_kind
from resolver.lists.formats.tabular.mapping import Mapping as ColumnMapping
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.formats.tabular.table_files import CHUNK, Chunks, TableChunk, TableFile
from resolver.lists.proposals import MISSING, TableProposal, propose_table
from resolver.lists.reader_types import Reject, Share

MISSING_TEXTS = ("nan", "NaN", "<NA>", "NaT", "None")
"""Texts that stand for missing values after a program has converted a column to text."""
_PLAIN = (str, bool, int, float)

Cells: TypeAlias = Any
"""Cells of a column: an Arrow array, or a list of Python objects of any types."""


def convert_cells(cells: Cells, name: str, refused: dict[int, str]) -> pa.Array:
    """Return the cells of column `name` as an array of text, or of lists of text.

    Missing values of any library, and their usual texts, become null. If a row holds an object,
    bytes, or a list in a list, the reason is added to `refused`.
    """
    texts = _convert(cells, name, refused)
    if not pa.types.is_string(texts.type):
        return texts
    missing = pc.is_in(texts, value_set=pa.array(MISSING_TEXTS))
    return pc.if_else(missing, pa.scalar(None, pa.string()), texts)


def is_nested(cells: Cells) -> bool:
    """Return whether the cells hold objects or bytes, which are no values of a property."""
    if isinstance(cells, list):
        return any(isinstance(value, dict | bytes) for value in cells)
    kind = cells.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    )


def _convert(cells: Cells, name: str, refused: dict[int, str]) -> pa.Array:
    if isinstance(cells, list):
        values = [_plain_value(value) for value in cells]
        for row, value in enumerate(values):
            if isinstance(value, str) and not _is_unicode(value):
                values[row], refused[row] = None, f"{name} holds invalid Unicode text"
        return convert_values(values, name, refused)
    if is_nested(cells):
        return _convert(cells.to_pylist(), name, refused)
    if pa.types.is_dictionary(cells.type):
        return _convert(cells.dictionary_decode(), name, refused)
    try:
        return convert_to_text(cells)
    except pa.ArrowException:
        return _convert(cells.to_pylist(), name, refused)


def _is_unicode(text: str) -> bool:
    """Return whether a text has no lone surrogates."""
    return text.isascii() or text.encode("utf-8", "ignore").decode("utf-8") == text


def _plain_value(value: object) -> object:
    """Return a text, a number, or a list of these; None for a missing value; objects unchanged."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, str):
        return None if value in MISSING_TEXTS else value
    if isinstance(value, np.ndarray | tuple | set | frozenset | list):
        items = [_plain_value(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    if isinstance(value, np.generic):
        return _plain_value(value.item())
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, decimal.Decimal):
        return str(int(value)) if value == value.to_integral_value() else str(value)
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, (*_PLAIN, dict, bytes)) else str(value)


ROW_COLUMN, ROW_DIGITS = "(row number)", 10
"""Column that `open_frame` adds: the number of the row, from 0, with this number of digits."""
Values = npt.NDArray[Any]


class FrameTable(ABC):
    """Table of a caller with `names` of its columns and a number of `rows`."""

    names: tuple[str, ...]
    rows: int

    @abstractmethod
    def cells(self, place: int, start: int, stop: int) -> Cells:
        """Return the cells of the column at a position, from row `start` to before `stop`."""

    @abstractmethod
    def extend(self, columns: Mapping[str, Values]) -> Any:
        """Return the caller's table with more columns; the table must not have their names yet."""

    @abstractmethod
    def build(self, columns: Mapping[str, Values]) -> Any:
        """Return a new table in the library of the caller."""

    def row_labels(self) -> Values | None:
        """Return the names of rows in the caller's table, if they are unique."""
        return None


class PandasTable(FrameTable):
    """Data frame of pandas, with its index."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.names = tuple(map(_column_name, frame.columns))
        self.rows = len(frame)

    def cells(self, place: int, start: int, stop: int) -> Cells:
        """Return the cells of a column; as Python objects if they have several types."""
        series = self._frame.iloc[start:stop, place]
        # columns of Python objects mostly contain only texts
        kind = pa.string() if series.dtype == object else None
        try:
            return pa.array(series, kind, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError):
            return list(series)

    def extend(self, columns: Mapping[str, Values]) -> Any:
        """Return the frame with more columns and its own index."""
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
    """Arrow table; `add` and `make` turn columns into an object of the caller's library."""

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
    """Return a caller's data as a table. Raises `InputError` if the data is no table."""
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

    `names`: show only these columns; `limit`: show at most this number of rows.
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
    """Yield a reject for each row that cannot be read, and a chunk of the other rows."""
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


MAX_EXAMINED = 100
"""Largest number of columns with unknown names whose values are examined; later columns are
understood by their name only.
"""
_KEYS = ("id", "kind", "schema", "separator", "day_first")
_NAMES = ("name", "firstName", "lastName", "alias", "weakAlias")
_STATED = "stated"
_SHOWN_UNUSED = 20

Columns = AnyMapping[str, str | Sequence[str] | None]
"""Column or columns of properties (`{"name": "full_name"}`); None: no column has the property."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Meanings of the columns of a table.

    `reasons`: why each column has its meaning. `id`: the column that identifies rows in results, if
    there is one. `unused`: columns that are not read.
    """

    mapping: ColumnMapping
    reasons: AnyMapping[str, str]
    id: str | None
    unused: tuple[str, ...]

    def rows(self) -> list[tuple[str, str, str]]:
        """Return property, columns and reason of each row of the choice."""
        head = [("id", self.id, self.reasons.get(self.id, _STATED))] if self.id else []
        kind = self.mapping.ftm_schema or self.mapping.kind or ""
        head.append(("kind", kind, self.reasons.get(kind, "of all rows")))
        properties = self.mapping.properties.items()
        return [
            *head,
            *((prop, ", ".join(names), self._reason(names)) for prop, names in properties),
        ]

    def _reason(self, names: Sequence[str]) -> str:
        return "; ".join(dict.fromkeys(self.reasons.get(name, _STATED) for name in names))

    def __str__(self) -> str:
        rows = self.rows()
        width = max(len(prop) for prop, _, _ in rows)
        lines = [f"{prop:<{width}}  {column}  ({reason})" for prop, column, reason in rows]
        return "\n".join([*lines, *([f"not used: {self._unused()}"] if self.unused else [])])

    def _repr_html_(self) -> str:
        rows = Markup("").join(
            Markup("<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>").format(*row)
            for row in self.rows()
        )
        unused = escape(f"Not used: {self._unused()}.") if self.unused else ""
        head = "<tr><th>property</th><th>column</th><th>why</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table><p>{unused}</p>"

    def _unused(self) -> str:
        more = len(self.unused) - _SHOWN_UNUSED
        return ", ".join(self.unused[:_SHOWN_UNUSED]) + (f" and {more} more" if more > 0 else "")


def choose_columns(
    table: FrameTable, source: str, kind: str | None = None, columns: Columns | None = None
) -> ColumnChoice:
    """Return the meanings of the columns of a table: the proposal, corrected by `columns`.

    `kind`: person, group, asset, legal (person or group) or a column; `columns` may also state
    `id`, `kind`, `schema`, `separator` and `day_first`. Raises `MappingError` for a property or a
    column that does not exist, and if no column is a name.
    """
    stated = dict(columns or {}) | ({} if kind is None else {"kind": kind})
    proposal = _propose(table, source)
    properties = _correct(proposal.properties if proposal else {}, stated)
    keys = _choose_keys(proposal, stated)
    _check_names(table, properties)
    if not keys.get("kind") and not keys.get("schema"):
        keys["kind"] = guess_kind(properties)
    row_id = str(keys.pop("id")) if keys.get("id") else None
    content = {**keys, "id": ROW_COLUMN, "source": source, "properties": properties}
    mapping = build_mapping(content, "columns")
    shown = [*mapping.columns(open_frame(table).columns), row_id]
    if row_id is not None and row_id not in table.names:
        raise MappingError(f"the table has no column {row_id!r}", place="columns")
    unused = tuple(name for name in dict.fromkeys(table.names) if name not in shown)
    return ColumnChoice(mapping, proposal.reasons if proposal else {}, row_id, unused)


def _choose_keys(proposal: TableProposal | None, stated: Columns) -> dict[str, object]:
    """Return the keys of the mapping that are no properties, as the caller states them, or else as
    the program proposes them.
    """
    keys: dict[str, object] = {}
    if proposal:
        keys.update({key: value for key, (value, _) in proposal.options.items()}, **proposal.keys)
    if stated.keys() & {"kind", "schema"}:
        keys = {key: value for key, value in keys.items() if key not in ("kind", "schema")}
    return keys | {key: stated[key] for key in _KEYS if key in stated}


def _propose(table: FrameTable, source: str) -> TableProposal | None:
    """Return the proposal for the columns that can be read; None for a table without rows."""
    if not table.rows or not table.names:
        return None
    recognized = recognize_columns(table.names)
    names = [name for name in table.names if table.names.count(name) == 1]
    examined = [name for name in names if name not in recognized][:MAX_EXAMINED]
    readable = [
        name
        for name in names
        if (name in recognized or name in examined)
        and not is_nested(table.cells(table.names.index(name), 0, min(table.rows, MAX_ROWS)))
    ]
    proposal = propose_table(open_frame(table, readable, MAX_ROWS), source)
    keys = {key: value for key, value in proposal.keys.items() if value != ROW_COLUMN}
    return replace(proposal, keys=keys)


def _correct(proposed: AnyMapping[str, Sequence[str]], stated: Columns) -> dict[str, list[str]]:
    """Return the columns of each property; a stated column is removed from all other properties."""
    own = {
        prop: [names] if isinstance(names, str) else list(names or ())
        for prop, names in stated.items()
        if prop not in _KEYS
    }
    assigned = {name for names in own.values() for name in names}
    assigned |= {str(stated[key]) for key in _KEYS if stated.get(key)}
    properties = {
        prop: [name for name in names if name not in assigned and name not in (MISSING, ROW_COLUMN)]
        for prop, names in proposed.items()
        if prop not in own
    }
    return {prop: names for prop, names in (properties | own).items() if names}


def _check_names(table: FrameTable, properties: AnyMapping[str, Sequence[str]]) -> None:
    if any(prop in properties for prop in _NAMES):
        return
    shown = ", ".join(table.names[:_SHOWN_UNUSED]) or "none"
    raise MappingError(
        f"no column looks like a name; the table has {shown}",
        hint='say which one is: columns={"name": "…"}',
    )
