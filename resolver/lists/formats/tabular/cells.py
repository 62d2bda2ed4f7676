"""Columns of text as coded values over the unique texts of a chunk, without a loop over rows.

The module also converts JSON values and Arrow arrays to arrays of text.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import Column
from resolver.records.packing import SEPARATOR

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CellValues:
    """Values of one column: `rows` and `codes` (positions in `texts`), int32 arrays of one length.

    Rows are ascending, texts unique.
    """

    rows: Codes
    codes: Codes
    texts: pa.StringArray

    def recode(self, texts: pa.Array) -> CellValues:
        """Return the same values with a new text for each old text; null and empty texts are
        dropped.
        """
        coded = pc.dictionary_encode(texts)
        code_of = pc.fill_null(coded.indices, -1).to_numpy().astype(np.int32)
        empty = pc.index(coded.dictionary, "").as_py()
        if empty >= 0:
            code_of = np.where(code_of == empty, np.int32(-1), code_of)
        codes = code_of[self.codes]
        is_present = codes >= 0
        return CellValues(self.rows[is_present], codes[is_present], coded.dictionary)

    def rows_of(self, code: int) -> list[int]:
        """Return the rows that hold a value."""
        return [int(row) for row in self.rows[self.codes == code]]


def encode_cells(
    array: pa.Array, separator: str | None = None, pattern: str | None = None
) -> CellValues:
    """Encode the texts of a column, trimmed, without empty texts; the column may be coded already.

    Lists, and cells with `separator` or a match of `pattern` (RE2), give several values per row.
    """
    if pa.types.is_list(array.type):
        rows, array = (
            pc.list_parent_indices(array).to_numpy().astype(np.int32),
            pc.list_flatten(array),
        )
    else:
        rows = np.arange(len(array), dtype=np.int32)
    is_coded = pa.types.is_dictionary(array.type)
    coded = array if is_coded else pc.dictionary_encode(array)
    codes = pc.fill_null(coded.indices, -1).to_numpy().astype(np.int32)
    cells = CellValues(rows[codes >= 0], codes[codes >= 0], coded.dictionary)
    if is_coded:
        cells = _drop_unused(cells)
    if separator is not None:
        cells = _split_values(cells, pc.split_pattern(cells.texts, separator))
    elif pattern and pc.any(pc.match_substring_regex(cells.texts, pattern)).as_py():
        cells = _split_values(cells, pc.split_pattern_regex(cells.texts, pattern))
    return cells.recode(pc.utf8_trim_whitespace(cells.texts))


def _drop_unused(cells: CellValues) -> CellValues:
    """Return the same values without texts that no row has, because a dictionary may serve more
    rows.
    """
    is_used = np.zeros(len(cells.texts), dtype=bool)
    is_used[cells.codes] = True
    place = np.cumsum(is_used, dtype=np.int32) - np.int32(1)
    return CellValues(cells.rows, place[cells.codes], cells.texts.filter(pa.array(is_used)))


def encode_whole_cells(array: pa.Array) -> CellValues:
    """Encode the texts of an array without nulls unchanged, one per row; empty texts are
    dropped.
    """
    coded = pc.dictionary_encode(array)
    rows = np.arange(len(array), dtype=np.int32)
    return CellValues(rows, coded.indices.to_numpy().astype(np.int32), coded.dictionary).recode(
        coded.dictionary
    )


def _split_values(cells: CellValues, parts: pa.ListArray) -> CellValues:
    """Return the parts of each value as values of its rows."""
    counts = pc.list_value_length(parts).to_numpy()
    starts = np.cumsum(counts) - counts
    each = counts[cells.codes]
    rows = np.repeat(cells.rows, each)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(each) - each, each)
    codes = np.repeat(starts[cells.codes], each) + within
    return CellValues(rows, codes.astype(np.int32), pc.list_flatten(parts))


def first_texts(arrays: Sequence[pa.Array], count: int) -> pa.StringArray:
    """Return, for each of `count` rows, the first text of each array, joined by spaces, or
    empty.
    """
    firsts = [
        pc.replace_substring(_first_per_row(array, count), SEPARATOR, " ") for array in arrays
    ]
    if not firsts:
        return pa.repeat(pa.scalar("", pa.string()), count)
    return (
        firsts[0]
        if len(firsts) == 1
        else pc.utf8_trim_whitespace(pc.binary_join_element_wise(*firsts, " "))
    )


def _first_per_row(array: pa.Array, count: int) -> pa.StringArray:
    """Return, for each row, the first text that is not empty, trimmed; empty if there is none."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not pa.types.is_list(array.type):
        return pc.utf8_trim_whitespace(pc.fill_null(array, ""))
    cells = encode_cells(array)
    picked = np.full(count, -1, dtype=np.int64)
    picked[cells.rows[::-1]] = cells.codes[::-1]
    return pc.fill_null(cells.texts.take(pa.array(picked, mask=picked < 0)), "")


def build_column(parts: Sequence[CellValues], origins: Sequence[str]) -> Column:
    """Build the column of one property from cells of the columns `origins`; each value occurs once
    per row.
    """
    coded = pc.dictionary_encode(pa.concat_arrays([part.texts for part in parts]))
    order = pc.sort_indices(coded.dictionary).to_numpy()
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    code_of = place[coded.indices.to_numpy()]
    starts = np.cumsum([0, *(len(part.texts) for part in parts)])
    codes = [code_of[start + part.codes] for start, part in zip(starts, parts, strict=False)]
    return _sort_unique(
        Column(
            np.concatenate([part.rows for part in parts]),
            np.concatenate(codes),
            coded.dictionary.take(pa.array(order)),
            np.repeat(np.arange(len(parts), dtype=np.int32), [len(part.rows) for part in parts]),
            pa.array(list(origins), pa.string()),
        )
    )


def _sort_unique(column: Column) -> Column:
    """Sort rows, and codes within a row; keep each pair once, with its first origin."""
    if _is_ascending(column):
        return column
    order = np.lexsort((column.origins, column.codes, column.rows))
    rows, codes = column.rows[order], column.codes[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (codes[1:] != codes[:-1])
    return replace(
        column, rows=rows[first], codes=codes[first], origins=column.origins[order][first]
    )


def _is_ascending(column: Column) -> bool:
    later = column.rows[1:] > column.rows[:-1]
    larger = (column.rows[1:] == column.rows[:-1]) & (column.codes[1:] > column.codes[:-1])
    return bool(np.all(later | larger))


def convert_to_text(array: pa.Array) -> pa.Array:
    """Convert an array of any plain type to text: whole numbers without `.0`, dates as ISO days.

    Lists stay lists, and texts that are codes of a dictionary stay codes.
    """
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy()
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), convert_to_text(pc.list_flatten(array)))
    if pa.types.is_dictionary(kind):
        is_text = pa.types.is_string(kind.value_type)
        return array if is_text else convert_to_text(array.dictionary_decode())
    if pa.types.is_timestamp(kind):
        return _day_texts(array)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.array(
            [None if value is None else _number_text(value) for value in array.to_pylist()],
            pa.string(),
        )
    return array if pa.types.is_string(kind) else pc.cast(array, pa.string())


def _number_text(value: float | decimal.Decimal) -> str | None:
    # pandas writes a missing number as NaN.
    if value != value:
        return None
    return str(int(value)) if value == value.__trunc__() else str(value)


def _day_texts(array: pa.Array) -> pa.Array:
    """Convert timestamps to days; the time of day tells nothing about a person."""
    seconds = pc.cast(array, pa.timestamp("s"), safe=False).to_pylist()
    return pa.array([None if value is None else _iso_day(value) for value in seconds], pa.string())


def _iso_day(value: datetime.datetime) -> str:
    return value.date().isoformat()


def convert_values(values: Sequence[object], name: str, refused: dict[int, str]) -> pa.Array:
    """Convert the JSON values of column `name` to texts, or to lists of texts.

    For each row with a value that is no text, number or list of these, the reason is added to
    `refused`.
    """
    try:
        array = pa.array(values)
        kind = array.type.value_type if pa.types.is_list(array.type) else array.type
        if not pa.types.is_nested(kind):
            return convert_to_text(array)
    except (pa.ArrowException, OverflowError):
        # If the values have several types, each value is converted by itself.
        pass
    texts: list[list[str] | None] = []
    for row, value in enumerate(values):
        try:
            texts.append(_value_texts(name, value))
        except ValueError as error:
            texts.append(None)
            refused[row] = str(error)
    return pa.array(texts, pa.list_(pa.string()))


def _value_texts(name: str, value: object) -> list[str] | None:
    if value is None:
        return None
    return (
        [_value_text(name, item) for item in value if item is not None]
        if isinstance(value, list)
        else [_value_text(name, value)]
    )


def _value_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    raise ValueError(f"{name} holds an object or a list in a list where text is expected")
