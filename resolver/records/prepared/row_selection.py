"""Selections of rows from several prepared batches, and the table rows that they use.

The cost is that of the values selected, not that of the batches, whose arrays may be memory-mapped
files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from resolver.kernels.rows import distinct_items, recode_items, take_items
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.ragged import Ragged, offsets_of

Numbers = npt.NDArray[np.int64]
_NO_PLACES, NO_ITEMS = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
NO_TEXTS: npt.NDArray[np.object_] = np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class BatchRows:
    """Rows of a prepared batch, in the order in which they are to appear; rows may repeat."""

    prepared: PreparedBatch
    rows: Numbers


@dataclass(frozen=True, slots=True)
class Selection:
    """Items of the rows of a part: `counts` per row, `places` in the part's items, and `items`."""

    counts: Numbers
    places: Numbers
    items: IntArray


@dataclass(frozen=True, slots=True)
class TableUse:
    """Rows of a table that each part uses (ascending), and their places in the new table."""

    rows: list[IntArray]
    new: list[IntArray]
    order: Numbers | None
    """Order of the new table, as places in the tables of the parts put together (None: as is)."""
    texts: npt.NDArray[np.object_]
    """Texts that the new table is sorted by, if any."""

    def coded(self, part: int, items: IntArray) -> IntArray:
        """Return codes of a part as codes of the new table."""
        if not len(items):
            return NO_ITEMS
        recoded: IntArray = recode_items(self.rows[part], self.new[part], items)
        return recoded

    def column(self, arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return one column of the new table, given that column of each part."""
        used = [array[rows] for array, rows in zip(arrays, self.rows, strict=True)]
        return self.ordered(used[0] if len(used) == 1 else np.concatenate(used))

    def ordered(self, together: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values listed part by part in the order of the new table."""
        return together if self.order is None else together[self.order]


class _LazyTextArray:
    """Texts of several parts, one part after the other, each read on access."""

    def __init__(
        self, tables: Sequence[npt.NDArray[np.object_]], items: Sequence[IntArray]
    ) -> None:
        self._tables, self._items = tables, items

    def __len__(self) -> int:
        return sum(map(len, self._items))

    def __getitem__(self, places: Any) -> Any:
        if isinstance(places, int) or np.ndim(places) == 0:
            return self._text(int(places))
        return np.array([self._text(place) for place in np.asarray(places).tolist()], dtype=object)

    def tolist(self) -> list[Any]:
        """Read all texts."""
        pairs = zip(self._tables, self._items, strict=True)
        return [text for table, items in pairs for text in table[items].tolist()]

    def _text(self, place: int) -> Any:
        for table, items in zip(self._tables, self._items, strict=True):
            if place < len(items):
                return table[int(items[place])]
            place -= len(items)
        raise IndexError("there is no such text")


def lazy_texts(
    tables: Sequence[npt.NDArray[np.object_]], items: Sequence[IntArray]
) -> npt.NDArray[np.object_]:
    """Return the texts of items of parts as an array that reads them on access."""
    return cast("npt.NDArray[np.object_]", _LazyTextArray(tables, items))


def select_items(side: Ragged, rows: npt.NDArray[Any]) -> Selection:
    """Return the items of some rows."""
    if not len(side.items):
        return Selection(np.zeros(len(rows), dtype=np.int64), _NO_PLACES, NO_ITEMS)
    return Selection(*take_items(side.offsets, side.items, rows.astype(np.int64, copy=False)))


def recode_selection(selections: Sequence[Selection], use: TableUse) -> Ragged:
    """Return the selections of all parts as rows of codes of the new table."""
    items = [use.coded(part, selection.items) for part, selection in enumerate(selections)]
    return Ragged(joint_offsets(selections), np.concatenate(items))


def joint_offsets(selections: Sequence[Selection]) -> IntArray:
    """Return the offsets of the rows of all parts, one part after the other."""
    return offsets_of(np.concatenate([selection.counts for selection in selections]))


def gather_item_values(
    selections: Sequence[Selection], arrays: Sequence[npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """Return the values that stand beside the selected items, given their array in each part."""
    pairs = zip(arrays, selections, strict=True)
    return np.concatenate([array[selection.places] for array, selection in pairs])


def rows_in_use(items: Sequence[IntArray]) -> TableUse:
    """Return the table rows in use, part by part."""
    rows = [distinct_items(codes) if len(codes) else NO_ITEMS for codes in items]
    ends = np.cumsum([0, *(len(used) for used in rows)])
    new = [np.arange(start, end, dtype=np.int32) for start, end in pairwise(ends.tolist())]
    return TableUse(rows, new, None, NO_TEXTS)


def rows_sorted_by_text(
    items: Sequence[IntArray], texts: Sequence[npt.NDArray[np.object_]]
) -> TableUse:
    """Return the table rows in use, sorted by their texts."""
    use = rows_in_use(items)
    used = [table[rows] for table, rows in zip(texts, use.rows, strict=True)]
    together = np.concatenate(used)
    order = np.argsort(together, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return TableUse(use.rows, [place[new] for new in use.new], order, together[order])
