"""`Ragged`: several ints per row as two arrays, and the few array operations that stages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray


@dataclass(frozen=True, slots=True)
class Ragged:
    """The items of row i are `items[offsets[i]:offsets[i + 1]]`. Both int32; `offsets` has one element more than there
    are rows."""

    offsets: IntArray
    items: IntArray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> IntArray:
        return self.items[self.offsets[row] : self.offsets[row + 1]]

    @property
    def counts(self) -> IntArray:
        """How many items each row has."""
        return self.offsets[1:] - self.offsets[:-1]

    @property
    def rows(self) -> IntArray:
        """The row of every item."""
        return np.arange(len(self), dtype=np.int32).repeat(self.counts)

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Ragged:
        """From a list of lists."""
        counts = np.fromiter((len(items) for items in lists), dtype=np.int64, count=len(lists))
        flat = np.fromiter(
            (item for items in lists for item in items), dtype=np.int32, count=int(counts.sum())
        )
        return cls(offsets_of(counts), flat)

    @classmethod
    def empty(cls, rows: int) -> Ragged:
        """No items in any of `rows` rows."""
        return cls(np.zeros(rows + 1, dtype=np.int32), np.zeros(0, dtype=np.int32))

    @classmethod
    def from_rows(
        cls, rows: npt.NDArray[Any], items: npt.NDArray[Any], count: int, *, unique: bool = True
    ) -> Ragged:
        """From (row, item) pairs in any order; items sorted within a row; repeated pairs kept once if `unique`."""
        order = np.lexsort((items, rows))
        rows, items = rows[order], items[order]
        if unique and len(rows):
            first = np.ones(len(rows), dtype=bool)
            first[1:] = (rows[1:] != rows[:-1]) | (items[1:] != items[:-1])
            rows, items = rows[first], items[first]
        return cls(offsets_of(np.bincount(rows, minlength=count)), items.astype(np.int32))

    def take(self, rows: npt.NDArray[Any]) -> Ragged:
        """The given rows, in that order (a row may be taken several times)."""
        counts = self.counts[rows]
        return Ragged(offsets_of(counts), self.items[spread(self.offsets[:-1][rows], counts)])

    def through(self, inner: Ragged) -> Ragged:
        """Rows → items → inner items: each item replaced by the items of that row of `inner`."""
        counts = inner.counts[self.items]
        items = inner.items[spread(inner.offsets[:-1][self.items], counts)]
        return Ragged(offsets_of(counts)[self.offsets], items)


def offsets_of(counts: npt.NDArray[Any]) -> IntArray:
    """Offsets of rows with the given counts."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int32)
    counts.cumsum(dtype=np.int32, out=offsets[1:])
    return offsets


def spread(starts: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The positions start, start + 1, … of every row, one row after the other."""
    total = int(counts.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    ends = counts.cumsum(dtype=np.int64)
    positions: npt.NDArray[np.int64] = np.arange(total, dtype=np.int64) + (
        starts - (ends - counts)
    ).repeat(counts)
    return positions
