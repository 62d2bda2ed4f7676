"""Large components, remembered from one landing to the next.

What a record meets may hang together with thousands of a common name, and to compare all of these with each other
again takes seconds. What was compared stays as it was, as long as no version of a record ends: so the hub that lands
keeps the pairs of large components, with the links that the store holds of them, and the next landing compares only
what is new. What is remembered is of one version of the store: it is forgotten where somebody else has landed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.clustering import components
from resolver.hub.increments.working_set import Pool
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray
from resolver.records.results.resolution import Links

Numbers = npt.NDArray[np.int64]
LEAST = 5_000
"""Compared pairs from which a component is remembered."""
MOST = 8_000_000
"""Pairs that are remembered at most, of the components that were met last; each takes 13 bytes or so."""


@dataclass(frozen=True, slots=True)
class Compared:
    """All compared pairs of some records by rows, with thousandths of log-odds: `left` has the smaller record id. Those
    at `linked` are links of the store, with these outcomes and colours."""

    left: IntArray
    right: IntArray
    logodds: IntArray
    linked: Numbers
    outcome: ByteArray
    colour: ByteArray

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Records (numbers, ascending) that no link at or above the merge border, no entity and no decision that two are
    the same ties to any other; their ids and kinds; and what was compared of them, by rows here."""

    numbers: Numbers
    ids: pa.StringArray
    kinds: ByteArray
    pairs: Compared

    def rows_in(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Which of some records are of it."""
        place = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        found: npt.NDArray[np.bool_] = self.numbers[place] == numbers
        return found


class Remembered:
    """The blocks that one hub remembers. Not for several threads at once."""

    def __init__(self) -> None:
        self._version = -1
        self._blocks: tuple[Block, ...] = ()

    def at(self, version: int) -> tuple[Block, ...]:
        """What is remembered of a version, what was met last first."""
        return self._blocks if version == self._version else ()

    def landed(self, base: int, touched: Numbers, made: Sequence[Block]) -> None:
        """The next version has landed: it touched some records, and these are the blocks around them now."""
        kept = [*made, *(one for one in self.at(base) if not one.rows_in(touched).any())]
        room = np.cumsum([len(one.pairs) for one in kept])
        self._blocks = tuple(
            one for one, until in zip(kept, room.tolist(), strict=True) if until <= MOST
        )
        self._version = base + 1


def blocks_of(
    pool: Pool, labels: IntArray, compared: Compared, least: int, same: Sequence[tuple[int, int]]
) -> Iterator[Block]:
    """The blocks among records that were clustered together. `labels`: their entities; `least`: the merge border;
    `same`: rows that are decided to be the same."""
    pulls = compared.logodds >= least
    joined = [
        *same,
        *((int(label), row) for row, label in enumerate(labels.tolist()) if label != row),
    ]
    home = components(len(labels), compared.left[pulls], compared.right[pulls], joined)
    inside = home[compared.left] == home[compared.right]
    weights = np.bincount(home[compared.left[inside]], minlength=len(labels))
    for one in np.flatnonzero(weights >= LEAST).tolist():
        yield _block(
            pool, np.flatnonzero(home == one), inside & (home[compared.left] == one), compared
        )


def _block(pool: Pool, rows: Numbers, chosen: npt.NDArray[np.bool_], compared: Compared) -> Block:
    rows = rows[np.argsort(pool.numbers[rows])]
    place = np.zeros(len(pool.numbers), dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    here = np.cumsum(chosen) - 1
    links = chosen[compared.linked]
    pairs = Compared(
        place[compared.left[chosen]],
        place[compared.right[chosen]],
        compared.logodds[chosen],
        here[compared.linked[links]],
        compared.outcome[links],
        compared.colour[links],
    )
    return Block(
        pool.numbers[rows], pool.batch.ids.take(pa.array(rows)), pool.batch.kinds[rows], pairs
    )


def compared_of(
    left: IntArray,
    right: IntArray,
    logodds: IntArray,
    links: Links,
    linked: Numbers,
    colour: Numbers,
) -> Compared:
    """Pairs with those of them that are links, in the same order."""
    return Compared(
        left, right, logodds, linked, links.outcome.astype(np.uint8), colour.astype(np.uint8)
    )
