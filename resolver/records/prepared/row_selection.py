"""Rows of several prepared batches and what they use of its tables: taken, coded anew, and put side by side.

What `assembling` is made of. The cost is that of what the rows say, not of the size of the batches, whose arrays may
lie in mapped memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.ragged import Ragged, offsets_of

Numbers = npt.NDArray[np.int64]
_NONE, NOTHING = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
NO_TEXTS: npt.NDArray[np.object_] = np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a prepared batch, in the order in which they are wanted; a row may be wanted twice."""

    prepared: Prepared
    rows: Numbers


@dataclass(frozen=True, slots=True)
class Taken:
    """The items of the rows of a part: `counts` per row, `places` in the part's items, the `items` themselves."""

    counts: Numbers
    places: Numbers
    items: IntArray


@dataclass(frozen=True, slots=True)
class Used:
    """The rows of a table that each part uses (ascending), and where they stand in the new table."""

    rows: list[IntArray]
    new: list[IntArray]
    order: Numbers | None
    """The new table is that of the parts one after the other, in this order (None: as they come)."""
    texts: npt.NDArray[np.object_]
    """What it was sorted by, if by anything."""

    def coded(self, part: int, items: IntArray) -> IntArray:
        """Old codes of a part as new ones."""
        found: IntArray = (
            _recoded(self.rows[part], self.new[part], items) if len(items) else NOTHING
        )
        return found

    def column(self, arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """One column of the new table from that of each part."""
        held = [array[rows] for array, rows in zip(arrays, self.rows, strict=True)]
        return self.ordered(held[0] if len(held) == 1 else np.concatenate(held))

    def ordered(self, together: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What was taken part by part, in the order of the new table."""
        return together if self.order is None else together[self.order]


class _Unread:
    """Texts of several parts, one part after the other, that are read where they are asked for."""

    def __init__(self, held: Sequence[npt.NDArray[np.object_]], items: Sequence[IntArray]) -> None:
        self._held, self._items = held, items

    def __len__(self) -> int:
        return sum(map(len, self._items))

    def __getitem__(self, places: Any) -> Any:
        if isinstance(places, int) or np.ndim(places) == 0:
            return self._text(int(places))
        return np.array([self._text(place) for place in np.asarray(places).tolist()], dtype=object)

    def tolist(self) -> list[Any]:
        """All of them, read."""
        return [self._text(place) for place in range(len(self))]

    def _text(self, place: int) -> Any:
        for held, items in zip(self._held, self._items, strict=True):
            if place < len(items):
                return held[int(items[place])]
            place -= len(items)
        raise IndexError("there is no such text")


def unread(
    held: Sequence[npt.NDArray[np.object_]], items: Sequence[IntArray]
) -> npt.NDArray[np.object_]:
    """The texts of items of parts, to be read by their places: it costs nothing until one is asked for."""
    return cast("npt.NDArray[np.object_]", _Unread(held, items))


def take(side: Ragged, rows: npt.NDArray[Any]) -> Taken:
    """The items of some rows of a side."""
    if not len(side.items):
        return Taken(np.zeros(len(rows), dtype=np.int64), _NONE, NOTHING)
    return Taken(*_items_of(side.offsets, side.items, rows))


@compiled()
def _items_of(offsets, items, rows):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The items of rows: how many of each, where they stand, and what they are."""
    counts = np.empty(len(rows), dtype=np.int64)
    total = 0
    for place in range(len(rows)):
        counts[place] = offsets[rows[place] + 1] - offsets[rows[place]]
        total += counts[place]
    places, taken = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int32)
    filled = 0
    for row in rows:
        for at in range(offsets[row], offsets[row + 1]):
            places[filled], taken[filled] = at, items[at]
            filled += 1
    return counts, places, taken


@compiled()
def _distinct(items):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The items ascending, each once."""
    ordered = np.sort(items)
    count = 0
    for item in ordered:
        if count == 0 or ordered[count - 1] != item:
            ordered[count] = item
            count += 1
    return ordered[:count]


@compiled()
def _recoded(rows, new, items):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Old codes as new ones: `new` beside the old codes `rows`, which ascend."""
    out = np.empty(len(items), dtype=np.int32)
    for place in range(len(items)):
        out[place] = new[np.searchsorted(rows, items[place])]
    return out


def ragged_of(taken: Sequence[Taken], use: Used) -> Ragged:
    """What was taken of all parts, over the new table."""
    items = [use.coded(part, one.items) for part, one in enumerate(taken)]
    return Ragged(offsets_of(np.concatenate([one.counts for one in taken])), np.concatenate(items))


def beside(taken: Sequence[Taken], arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """What stands beside the items."""
    return np.concatenate([array[one.places] for array, one in zip(arrays, taken, strict=True)])


def in_parts(items: Sequence[IntArray]) -> Used:
    """The rows in use, part by part."""
    rows = [_distinct(one) if len(one) else NOTHING for one in items]
    ends = np.cumsum([0, *(len(one) for one in rows)])
    new = [np.arange(start, end, dtype=np.int32) for start, end in pairwise(ends.tolist())]
    return Used(rows, new, None, NO_TEXTS)


def by_text(items: Sequence[IntArray], texts: Sequence[npt.NDArray[np.object_]]) -> Used:
    """The rows in use, sorted by their texts."""
    use = in_parts(items)
    held = [table[rows] for table, rows in zip(texts, use.rows, strict=True)]
    together = np.concatenate(held)
    order = np.argsort(together, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return Used(use.rows, [place[new] for new in use.new], order, together[order])
