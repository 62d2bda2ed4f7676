"""Cells of data frames as text: what pandas, polars and plain Python hold in one column."""

from __future__ import annotations

import datetime
import decimal
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.formats.tabular.text_arrays import convert_to_text, convert_values

MISSING_TEXTS = ("nan", "NaN", "<NA>", "NaT", "None")
"""Texts that missing values become where a program converts a column to text."""
_PLAIN = (str, bool, int, float)

Cells: TypeAlias = Any
"""Cells of a column: an Arrow array, or a list of Python objects of any types."""


def convert_cells(cells: Cells, name: str, refused: dict[int, str]) -> pa.Array:
    """Return the cells of column `name` as an array of text, or of lists of text.

    Missing values of any library, and their usual texts, become null. The reason is added to
    `refused` for each row that holds an object, bytes, or a list in a list.
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
    """Return a text, number, list of them, or None for a missing value; objects as they are."""
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
