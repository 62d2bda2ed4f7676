"""The values of entities, entity by entity, out of the columns of a batch, in bounded pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.merge.partition import Partition
from resolver.records import Batch
from resolver.records.batch import IntArray

VALUES_A_PIECE = 400_000


@dataclass(frozen=True, slots=True)
class Piece:
    """All values of the entities `first` … `last` - 1, as parallel lists sorted by (entity, column, code, row).

    `columns` index the sorted property names. `texts` and `origins` are spelled out.
    """

    first: int
    last: int
    entities: list[int]
    columns: list[int]
    rows: list[int]
    texts: list[str]
    origins: list[str]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """One column with its values in the order of entities."""

    entities: IntArray
    order: npt.NDArray[np.int64]


def pieces(batch: Batch, parts: Partition, *, by_record: bool = False, origins: bool = False) -> Iterator[Piece]:
    """The batch in pieces of whole entities, about `VALUES_A_PIECE` values each.

    `by_record` sorts by (entity, row, column, code) instead; `origins` asks for the origins too (else the list is
    empty).
    """
    names = sorted(batch.columns)
    held = [_by_entity(parts.entity[batch.columns[name].rows]) for name in names]
    for first, last in _bounds(len(parts), held):
        yield _piece(batch, names, held, first, last, by_record, origins)


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
    batch: Batch, names: list[str], held: list[_Sorted], first: int, last: int, by_record: bool, origins: bool
) -> Piece:
    entities, columns, rows, codes = [], [], [], []
    texts: list[str] = []
    said_at: list[str] = []
    for number, (name, column) in enumerate(zip(names, held, strict=True)):
        start, stop = np.searchsorted(column.entities, [first, last])
        taken = column.order[start:stop]
        source = batch.columns[name]
        entities.append(column.entities[start:stop])
        columns.append(np.full(len(taken), number, dtype=np.int32))
        rows.append(source.rows[taken])
        codes.append(source.codes[taken])
        texts += source.values.take(source.codes[taken]).to_pylist()
        if origins:
            said_at += source.origin_values.take(source.origins[taken]).to_pylist()
    if not names:
        return Piece(first, last, [], [], [], [], [])
    entity, column_of, row, code = (np.concatenate(part) for part in (entities, columns, rows, codes))
    keys = (code, column_of, row, entity) if by_record else (row, code, column_of, entity)
    order = np.lexsort(keys)
    ranked = order.tolist()
    return Piece(
        first,
        last,
        entity[order].tolist(),
        column_of[order].tolist(),
        row[order].tolist(),
        [texts[place] for place in ranked],
        [said_at[place] for place in ranked] if origins else [],
    )
