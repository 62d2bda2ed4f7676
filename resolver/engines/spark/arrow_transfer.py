"""Transfer of arrays between the workers of a cluster, many values in one row.

A row (`part`, `content`, `body`) names the part it goes to and its content, and holds named arrays
as one Arrow message. A cluster that moves a few large rows instead of many small ones spends its
time on the arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.batch import Batch, Coded, Column

Arrays = dict[str, npt.NDArray[Any]]
Types = Mapping[str, type[np.generic]]
_COLUMN = ("rows", "codes", "values", "origins", "origin_values")


class ArrowPart(NamedTuple):
    """Row for one part: number of the part, name of the content, packed arrays."""

    part: int
    content: str
    body: bytes


def pack_arrays(arrays: Mapping[str, npt.NDArray[Any] | pa.Array]) -> bytes:
    """Pack named arrays of any lengths into one Arrow message."""
    lists = [
        _to_list(values if isinstance(values, pa.Array) else pa.array(values))
        for values in arrays.values()
    ]
    batch = pa.RecordBatch.from_arrays(lists, names=list(arrays))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def _to_list(values: pa.Array) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


def unpack_arrays(body: bytes) -> dict[str, pa.Array]:
    """Return the arrays of a packed message."""
    with pa.ipc.open_stream(body) as reader:
        batch = reader.read_next_batch()
    return {
        name: column.values for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }


def concat_arrays(bodies: Iterable[bytes], names: Types) -> Arrays:
    """Return the arrays of several messages, one after the other.

    Arrays of no message are empty, with the given types.
    """
    parts = [unpack_arrays(body) for body in bodies]
    return {
        name: np.concatenate(
            [
                np.zeros(0, dtype=kind),
                *(part[name].to_numpy(zero_copy_only=False) for part in parts),
            ]
        )
        for name, kind in names.items()
    }


def pack_batch(batch: Batch, rows: npt.NDArray[np.integer]) -> bytes:
    """Pack records, each with its number in the whole batch."""
    arrays: dict[str, npt.NDArray[Any] | pa.Array] = {
        "rows": rows.astype(np.int32),
        "ids": batch.ids,
        "kinds": batch.kinds,
    }
    for name, coded in (("schemas", batch.schemas), ("sources", batch.sources)):
        arrays |= {f"{name} codes": coded.codes, f"{name} values": coded.values}
    for prop, column in batch.columns.items():
        arrays |= {f"{part}:{prop}": getattr(column, part) for part in _COLUMN}
    return pack_arrays(arrays)


def unpack_batch(body: bytes) -> tuple[Batch, npt.NDArray[np.int32]]:
    """Return the records of a message of `pack_batch`, and their numbers."""
    arrays = unpack_arrays(body)

    def number(name: str) -> npt.NDArray[Any]:
        """Return an array of numbers by its name."""
        values: npt.NDArray[Any] = arrays[name].to_numpy(zero_copy_only=False)
        return values

    def coded(name: str) -> Coded:
        """Return a coded column by its name."""
        return Coded(number(f"{name} codes"), arrays[f"{name} values"])

    columns = {}
    for prop in [name.removeprefix("rows:") for name in arrays if name.startswith("rows:")]:
        rows, codes, origins = (number(f"{part}:{prop}") for part in ("rows", "codes", "origins"))
        columns[prop] = Column(
            rows, codes, arrays[f"values:{prop}"], origins, arrays[f"origin_values:{prop}"]
        )
    batch = Batch(arrays["ids"], number("kinds"), coded("schemas"), coded("sources"), columns)
    return batch, number("rows")
