"""A glance at many entities for one record that is asked about.

The entities lie far apart in memory: what a glance at each will read is asked for some entities before, so that waiting
for one overlaps with the work on others.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.blocking.prefilter import (
    BIRTHS,
    CERTAIN,
    PLACES,
    WORDS,
    Seen,
    points_between,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import ahead

_HEADS_AHEAD, _AHEAD = 12, 6
"""So many rows before: what else to read is known from heads, so these are asked for first."""


@compiled(allocates=False)
def _points_of_query(asked, seen, rows, out):  # type: ignore[no-untyped-def]
    for place in range(len(rows)):
        if place + _HEADS_AHEAD < len(rows):
            ahead(seen[0], rows[place + _HEADS_AHEAD])
            ahead(seen[0], rows[place + _HEADS_AHEAD] + 1)
        if place + _AHEAD < len(rows):
            _asked_for(np.uint64(rows[place + _AHEAD]), asked, seen)
        out[place] = points_between(0, asked, rows[place], seen)


@compiled(inline="always", allocates=False)
def _asked_for(row, asked, seen):  # type: ignore[no-untyped-def]
    """Ask for what a glance at a row will read beside its head: nothing that the query does not say."""
    heads, words, places, certain, births = seen
    _, _, our_places, our_certain, our_births = asked
    first, last = heads[row, WORDS], heads[row + np.uint64(1), WORDS] - 1
    # two words are as long as what memory gives at once; few rows have more than seven
    for word in range(first, first + 6, 2):
        ahead(words, min(word, last))
    ahead(words, last)
    if len(our_places) > 0:
        ahead(places, heads[row, PLACES])
    if len(our_certain) > 0:
        ahead(certain, heads[row, CERTAIN])
    if len(our_births) > 0:
        ahead(births, heads[row, BIRTHS])


def points_of_query(asked: Seen, seen: Seen, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The points of one record, the only one of its batch, with rows of another; `arrays` of either."""
    out = np.empty(len(rows), dtype=np.int64)
    _points_of_query(asked, seen, rows, out)
    return out
