"""Entities that bear some terms, each with the best weight of a term in a visible record."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import BoolArray, ByteArray, FloatArray, IntArray, LongArray
from resolver.kernels.compiler import compiled

PLACE_BIT = 1
"""Bit of the weight of a posting that marks the value as a place; other weights are even."""


class TermRanges(NamedTuple):
    """Ranges of postings, from `firsts` up to `lasts`, and the worth of a term in each."""

    firsts: LongArray
    lasts: LongArray
    factors: FloatArray


class Postings(NamedTuple):
    """Records that state terms, with the weight of each; `owners` are the entities of records."""

    records: IntArray
    weights: ByteArray
    owners: IntArray


class Bearers(NamedTuple):
    """Entities by row: the best value of each (zeros to begin with), whether a place is stated with
    it (`PLACE_BIT`), and the rows that were raised.
    """

    best: FloatArray
    is_place: BoolArray
    touched: IntArray


@compiled(allocates=False)
def raise_bearers(
    ranges: TermRanges,
    postings: Postings,
    visible: BoolArray,
    active: BoolArray,
    bearers: Bearers,
) -> int:
    """Raise `best` of each active entity to the highest worth × weight of its visible postings.

    `visible` has a flag per record, or is empty if all are. Return the number of raised entities.
    """
    best, is_place, touched = bearers
    count = 0
    for place in range(len(ranges.firsts)):
        factor = ranges.factors[place]
        for at in range(ranges.firsts[place], ranges.lasts[place]):
            record = postings.records[at]
            if len(visible) > 0 and not visible[record]:
                continue
            entity = postings.owners[record]
            if not active[entity]:
                continue
            if best[entity] == 0:
                touched[count] = entity
                count += 1
            weight = postings.weights[at]
            if factor * np.float32(weight) > best[entity]:
                best[entity] = factor * np.float32(weight)
                is_place[entity] = weight & PLACE_BIT != 0
    return count
