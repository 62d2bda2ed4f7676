"""Values of entities, read from the columns of a batch in bounded chunks of whole entities."""

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

VALUES_PER_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class ValueChunk:
    """Values of the entities `first` … `last` - 1.

    Parallel int32 arrays: entity number, index into `names` (sorted property names), record row,
    and the codes of the text and of its origin in the dictionaries of the column.
    """

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
        """Return the values as texts."""
        all_texts = np.empty(len(self), dtype=object)
        for column in np.unique(self.columns).tolist():
            in_column = self.columns == column
            all_texts[in_column] = (
                batch.columns[self.names[column]]
                .values.take(pa.array(self.codes[in_column]))
                .to_pylist()
            )
        return cast("list[str]", all_texts.tolist())

    def by_record(self) -> ValueChunk:
        """Return the values sorted by (entity, row, column, code)."""
        order = np.lexsort((self.codes, self.columns, self.rows, self.entities))
        arrays = (self.entities, self.columns, self.rows, self.codes, self.origins)
        return ValueChunk(self.first, self.last, self.names, *(array[order] for array in arrays))


@dataclass(frozen=True, slots=True)
class _SortedColumn:
    """Column with its values in the order of entities."""

    entities: IntArray
    order: npt.NDArray[np.int64]


def split_values(
    batch: Batch, partition: Partition, entities: range | None = None
) -> Iterator[ValueChunk]:
    """Yield the batch in chunks of whole entities, about `VALUES_PER_CHUNK` values each.

    Values are sorted by (entity, column, code, row). `entities`: numbers of consecutive entities
    (None: all).
    """
    names = tuple(sorted(batch.columns))
    chosen = range(len(partition)) if entities is None else entities
    columns = [
        _sort_by_entity(partition.entity[batch.columns[name].rows], chosen) for name in names
    ]
    for first, last in _find_bounds(chosen, columns):
        yield _build_chunk(batch, names, columns, first, last)


def _sort_by_entity(entities: IntArray, chosen: range) -> _SortedColumn:
    inside = np.flatnonzero((entities >= chosen.start) & (entities < chosen.stop))
    order = inside[np.argsort(entities[inside], kind="stable")]
    return _SortedColumn(entities[order], order)


def _find_bounds(chosen: range, columns: list[_SortedColumn]) -> Iterator[tuple[int, int]]:
    totals = np.zeros(len(chosen), dtype=np.int64)
    for column in columns:
        totals += np.bincount(column.entities - chosen.start, minlength=len(chosen))
    ends = np.cumsum(totals + 1)
    first = 0
    while first < len(chosen):
        end_before = int(ends[first - 1]) if first else 0
        last = int(np.searchsorted(ends, end_before + VALUES_PER_CHUNK, side="right"))
        last = min(max(last, first + 1), len(chosen))
        yield chosen.start + first, chosen.start + last
        first = last


def _build_chunk(
    batch: Batch,
    names: tuple[str, ...],
    sorted_columns: list[_SortedColumn],
    first: int,
    last: int,
) -> ValueChunk:
    parts = [np.zeros((5, 0), dtype=np.int32)]
    for number, (name, column) in enumerate(zip(names, sorted_columns, strict=True)):
        start, stop = np.searchsorted(column.entities, [first, last])
        selected = column.order[start:stop]
        source = batch.columns[name]
        columns = np.full(len(selected), number, dtype=np.int32)
        entities_of_column = column.entities[start:stop]
        parts.append(
            np.stack(
                [
                    entities_of_column,
                    columns,
                    source.rows[selected],
                    source.codes[selected],
                    source.origins[selected],
                ]
            )
        )
    entities, columns, rows, codes, origins = np.concatenate(parts, axis=1)
    order = np.lexsort((rows, codes, columns, entities))
    return ValueChunk(
        first,
        last,
        names,
        entities[order],
        columns[order],
        rows[order],
        codes[order],
        origins[order],
    )
