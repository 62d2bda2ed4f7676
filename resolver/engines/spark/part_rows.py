"""Rows of one part of a cluster: records and arrays, and their shares for the parts that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resolver.engines.spark.arrow_transfer import (
    Arrays,
    ArrowPart,
    Types,
    pack_arrays,
    unpack_batch,
)
from resolver.engines.spark.job import Rows
from resolver.records import Batch, concat


def select_bodies(rows: Sequence[ArrowPart], content: str) -> list[bytes]:
    """Return the bodies of the rows with some content, in an order that rows alone decide."""
    return sorted(row.body for row in rows if row.content == content)


def read_records(rows: Sequence[ArrowPart]) -> tuple[Batch, Rows]:
    """Return the records of a part as a canonical batch, and their numbers, ascending."""
    unpacked = [unpack_batch(body) for body in select_bodies(rows, "records")]
    batch = concat(part for part, _ in unpacked).canonical()
    return batch, np.sort(np.concatenate([numbers for _, numbers in unpacked]))


def distribute(part_of: Rows, content: str, columns: Arrays) -> Iterator[ArrowPart]:
    """Yield one row for each part that any entry of the columns goes to."""
    for part, chosen in iterate_parts(part_of):
        body = pack_arrays({name: column[chosen] for name, column in columns.items()})
        yield ArrowPart(part, content, body)


def iterate_parts(part_of: Rows) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Yield each part that any entry goes to, with its entries, ascending."""
    count = int(part_of.max(initial=-1)) + 1
    # numbers of two bytes are sorted by counting
    narrow = part_of.astype(np.uint16) if count <= 1 << 16 else part_of
    order = np.argsort(narrow, kind="stable")
    ends = np.cumsum(np.bincount(part_of, minlength=count)).tolist()
    for part, (start, end) in enumerate(pairwise([0, *ends])):
        if end > start:
            yield part, order[start:end]


def number_distinct(values: Rows) -> tuple[Rows, Rows]:
    """Return the distinct values, ascending, and the place of each value among them."""
    is_present = np.zeros(int(values.max(initial=-1)) + 1, dtype=bool)
    is_present[values] = True
    distinct = np.flatnonzero(is_present).astype(np.int32)
    return distinct, place_finder(distinct)(values)


def place_finder(numbers: Rows) -> Callable[[Rows], Rows]:
    """Return a function that finds the places of numbers among `numbers`, which ascend.

    It looks them up in a table, unless that would be much larger than the numbers.
    """
    first, last = (int(numbers[0]), int(numbers[-1])) if len(numbers) else (0, -1)
    if last - first > 32 * len(numbers):
        return lambda values: np.searchsorted(numbers, values).astype(np.int32)
    table = np.zeros(last - first + 1, dtype=np.int32)
    table[numbers - first] = np.arange(len(numbers), dtype=np.int32)
    return lambda values: table[values - first]


def stack_arrays(parts: Sequence[Arrays], types: Types) -> Arrays:
    """Return the arrays of several parts, one after the other; those of none are empty."""
    return {
        name: np.concatenate([np.zeros(0, dtype=kind), *(part[name] for part in parts)])
        for name, kind in types.items()
    }
