"""Conversion of JSON values and Arrow arrays to arrays of text."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


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

    Adds the reason to `refused` for each row with a value that is no text, number or list of them.
    """
    try:
        array = pa.array(values)
        kind = array.type.value_type if pa.types.is_list(array.type) else array.type
        if not pa.types.is_nested(kind):
            return convert_to_text(array)
    except (pa.ArrowException, OverflowError):
        # Values of several types are converted one by one.
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
