"""The values of entities, entity by entity, out of the columns of a batch, in bounded pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.merging.partition import Partition
from resolver.records import Batch
from resolver.records.batch import IntArray

VALUES_A_PIECE = 400_000


@dataclass(frozen=True, slots=True)
class Piece:
    """All values of the entities `first` … `last` - 1 as parallel int32 arrays: entity number, index into `names` (the
    sorted property names), record row, and codes of the text and of its origin in the column's dictionaries."""

    first: int
    last: int
    names: tuple[str, ...]
    entities: IntArray
    columns: IntArray
    rows: IntArray
    codes: IntArray
    origins: IntArray

    def __len__(self) -> int:
        return len(self.entities)

    def texts(self, batch: Batch) -> list[str]:
        """The values, spelled out."""
        found = np.empty(len(self), dtype=object)
        for number in np.unique(self.columns).tolist():
            here = self.columns == number
            found[here] = (
                batch.columns[self.names[number]]
                .values.take(pa.array(self.codes[here]))
                .to_pylist()
            )
        return cast("list[str]", found.tolist())


@dataclass(frozen=True, slots=True)
class _Sorted:
    """One column with its values in the order of entities."""

    entities: IntArray
    order: npt.NDArray[np.int64]


def pieces(batch: Batch, parts: Partition, *, by_record: bool = False) -> Iterator[Piece]:
    """The batch in pieces of whole entities, about `VALUES_A_PIECE` values each.

    Values are sorted by (entity, column, code, row), or `by_record` by (entity, row, column, code).
    """
    names = tuple(sorted(batch.columns))
    held = [_by_entity(parts.entity[batch.columns[name].rows]) for name in names]
    for first, last in _bounds(len(parts), held):
        yield _piece(batch, names, held, first, last, by_record)


def _by_entity(entities: IntArray) -> _Sorted:
    order = np.argsort(entities, kind="stable")
    return _Sorted(entities[order], order)


def _bounds(count: int, held: list[_Sorted]) -> Iterator[tuple[int, int]]:
    totals = np.zeros(count, dtype=np.int64)
    for column in held:
        totals += np.bincount(column.entities, minlength=count)
    ends = np.cumsum(totals + 1)
    first = 0
    while first < count:
        before = int(ends[first - 1]) if first else 0
        last = int(np.searchsorted(ends, before + VALUES_A_PIECE, side="right"))
        last = min(max(last, first + 1), count)
        yield first, last
        first = last


def _piece(
    batch: Batch,
    names: tuple[str, ...],
    held: list[_Sorted],
    first: int,
    last: int,
    by_record: bool,
) -> Piece:
    parts = [np.zeros((5, 0), dtype=np.int32)]
    for number, (name, column) in enumerate(zip(names, held, strict=True)):
        start, stop = np.searchsorted(column.entities, [first, last])
        taken = column.order[start:stop]
        source = batch.columns[name]
        columns = np.full(len(taken), number, dtype=np.int32)
        places = column.entities[start:stop]
        parts.append(
            np.stack(
                [places, columns, source.rows[taken], source.codes[taken], source.origins[taken]]
            )
        )
    entities, columns, rows, codes, origins = np.concatenate(parts, axis=1)
    order = np.lexsort(
        (codes, columns, rows, entities) if by_record else (rows, codes, columns, entities)
    )
    return Piece(
        first,
        last,
        names,
        entities[order],
        columns[order],
        rows[order],
        codes[order],
        origins[order],
    )
