"""Parcels: how arrays travel between the workers of a cluster, many values in one row.

A parcel is a row (`part`, `what`, `body`): the worker it goes to, what it holds, and named arrays as one Arrow message.
A cluster that moves a few large rows instead of many small ones spends its time on the arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.batch import Batch, Coded, Column

SCHEMA = pa.schema([("part", pa.int32()), ("what", pa.string()), ("body", pa.binary())])
SPARK_SCHEMA = "part int, what string, body binary"
Arrays = dict[str, npt.NDArray[Any]]
Types = Mapping[str, type[np.generic]]
_COLUMN = ("rows", "codes", "values", "origins", "origin_values")


class Parcel(NamedTuple):
    """One row: where to, what, and the packed arrays."""

    part: int
    what: str
    body: bytes


def pack(arrays: Mapping[str, npt.NDArray[Any] | pa.Array]) -> bytes:
    """Named arrays of any lengths as one Arrow message."""
    lists = [
        _one_list(values if isinstance(values, pa.Array) else pa.array(values))
        for values in arrays.values()
    ]
    batch = pa.RecordBatch.from_arrays(lists, names=list(arrays))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def _one_list(values: pa.Array) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


def unpack(body: bytes) -> dict[str, pa.Array]:
    """The arrays of a packed message."""
    with pa.ipc.open_stream(body) as reader:
        batch = reader.read_next_batch()
    return {
        name: column.values for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }


def numbers(bodies: Iterable[bytes], names: Types) -> Arrays:
    """The arrays of several messages, one after the other; of no message, empty ones of the types given."""
    parts = [unpack(body) for body in bodies]
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
    """Records with the number each has in the whole."""
    arrays: dict[str, npt.NDArray[Any] | pa.Array] = {
        "rows": rows.astype(np.int32),
        "ids": batch.ids,
        "kinds": batch.kinds,
    }
    for name, coded in (("schemas", batch.schemas), ("sources", batch.sources)):
        arrays |= {f"{name} codes": coded.codes, f"{name} values": coded.values}
    for prop, column in batch.columns.items():
        arrays |= {f"{part}:{prop}": getattr(column, part) for part in _COLUMN}
    return pack(arrays)


def unpack_batch(body: bytes) -> tuple[Batch, npt.NDArray[np.int32]]:
    """The inverse of `pack_batch`."""
    arrays = unpack(body)

    def number(name: str) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = arrays[name].to_numpy(zero_copy_only=False)
        return values

    def coded(name: str) -> Coded:
        return Coded(number(f"{name} codes"), arrays[f"{name} values"])

    columns = {}
    for prop in [name.removeprefix("rows:") for name in arrays if name.startswith("rows:")]:
        rows, codes, origins = (number(f"{part}:{prop}") for part in ("rows", "codes", "origins"))
        columns[prop] = Column(
            rows, codes, arrays[f"values:{prop}"], origins, arrays[f"origin_values:{prop}"]
        )
    batch = Batch(arrays["ids"], number("kinds"), coded("schemas"), coded("sources"), columns)
    return batch, number("rows")


def parcels(batches: Iterable[pa.RecordBatch]) -> Iterator[Parcel]:
    """The rows of Arrow batches that came to a worker."""
    for batch in batches:
        columns = (batch.column(number) for number in range(3))
        yield from (Parcel(*(cell.as_py() for cell in row)) for row in zip(*columns, strict=True))


def to_arrow(rows: Iterable[Parcel]) -> Iterator[pa.RecordBatch]:
    """Arrow batches of rows, one each: a row may be large."""
    for row in rows:
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([row.part], pa.int32()),
                pa.array([row.what]),
                pa.array([row.body], pa.binary()),
            ],
            schema=SCHEMA,
        )
