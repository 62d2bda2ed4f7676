"""Ragged arrays (several ints per row) as two arrays, and the operations that stages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.kernels.arrays import fill_runs
from resolver.kernels.blocking.key_sets import distinct_hashes
from resolver.records.batch import IntArray

_LEAST = -(2**31)


@dataclass(frozen=True, slots=True)
class Ragged:
    """Ragged array: the items of row i are `items[offsets[i]:offsets[i + 1]]`.

    Both arrays are int32; `offsets` has one element more than there are rows.
    """

    offsets: IntArray
    items: IntArray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> IntArray:
        return self.items[self.offsets[row] : self.offsets[row + 1]]

    @property
    def counts(self) -> IntArray:
        """Number of items of each row."""
        return self.offsets[1:] - self.offsets[:-1]

    @property
    def rows(self) -> IntArray:
        """Row of each item."""
        return np.arange(len(self), dtype=np.int32).repeat(self.counts)

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Ragged:
        """Return the ragged array of a list of lists."""
        counts = np.fromiter((len(items) for items in lists), dtype=np.int64, count=len(lists))
        flat = np.fromiter(
            (item for items in lists for item in items), dtype=np.int32, count=int(counts.sum())
        )
        return cls(offsets_of(counts), flat)

    @classmethod
    def empty(cls, rows: int) -> Ragged:
        """Return `rows` rows without items."""
        return cls(np.zeros(rows + 1, dtype=np.int32), np.zeros(0, dtype=np.int32))

    @classmethod
    def from_rows(
        cls, rows: npt.NDArray[Any], items: npt.NDArray[Any], count: int, *, unique: bool = True
    ) -> Ragged:
        """Return `count` rows from (row, item) pairs in any order; items are sorted within a row.

        Items have 32 bits. Repeated pairs are kept once if `unique`.
        """
        # in one number, which sorts fast: the row, and the item above the least of 32 bits; all in
        # place, as there may be many millions
        packed = rows.astype(np.int64)
        packed <<= 32
        packed += items.astype(np.int64, copy=False)
        packed -= _LEAST
        if not np.all(packed[1:] >= packed[:-1]):
            packed.sort()
        if unique and not np.all(is_new := packed[1:] != packed[:-1]):
            packed = packed[np.append(True, is_new)]
        items = packed.astype(np.int32) ^ np.int32(_LEAST)
        packed >>= 32
        return cls(offsets_of(np.bincount(packed, minlength=count)), items)

    def take(self, rows: npt.NDArray[Any]) -> Ragged:
        """Return some rows, in that order; rows may repeat."""
        counts = self.counts[rows]
        return Ragged(offsets_of(counts), self.items[spread(self.offsets[:-1][rows], counts)])

    def distinct(self) -> Ragged:
        """Return the rows with their items (0 or more) ascending, each once."""
        numbers = np.empty(len(self.items), dtype=np.uint64)
        offsets = np.zeros_like(self.offsets)
        filled = distinct_hashes(
            self.offsets, self.items.astype(np.uint64) + np.uint64(1), numbers, offsets
        )
        return Ragged(offsets, (numbers[:filled] - np.uint64(1)).astype(np.int32))

    def through(self, inner: Ragged) -> Ragged:
        """Return rows with each item replaced by the items of that row of `inner`."""
        counts = inner.counts[self.items]
        items = inner.items[spread(inner.offsets[:-1][self.items], counts)]
        return Ragged(offsets_of(counts)[self.offsets], items)


def concat_rows(parts: Sequence[Ragged]) -> Ragged:
    """Return the rows of several ragged arrays, one after the other."""
    counts = np.concatenate([part.counts for part in parts])
    return Ragged(offsets_of(counts), np.concatenate([part.items for part in parts]))


def offsets_of(counts: npt.NDArray[Any]) -> IntArray:
    """Return the offsets of rows with the given counts."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int32)
    counts.cumsum(dtype=np.int32, out=offsets[1:])
    return offsets


def spread(starts: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the positions start, start + 1, … of every row, one row after the other."""
    positions = np.empty(int(counts.sum()), dtype=np.int64)
    fill_runs(
        np.ascontiguousarray(starts, dtype=np.int64),
        np.ascontiguousarray(counts, dtype=np.int64),
        positions,
    )
    return positions
