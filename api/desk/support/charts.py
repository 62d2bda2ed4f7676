"""What pages draw, as numbers: the bars of a sum of evidence, the ring of a contradiction. No markup here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resolver.records.results.explanation import EvidenceRow
from resolver.review import Tie

WIDTH = 1000
SIDE = 220
SMALL = 100
"""Thousandths of log-odds below which a row is said to matter little."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of a waterfall: its row, the sum after it (thousandths), and its bar in a drawing of `WIDTH`: from `x`
    over `width`; `zero` is where the even point lies."""

    row: EvidenceRow
    after: int
    x: int
    width: int
    zero: int

    @property
    def sign(self) -> str:
        """For, against, or neither."""
        return "for" if self.row.weight > 0 else "against" if self.row.weight < 0 else "neither"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The steps that matter, and beside them how many small ones there are with which sum."""

    bars: tuple[Bar, ...]
    small: tuple[Bar, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two corners. `word`: same, different, or asked (the decision that does not go with the others)."""

    x1: int
    y1: int
    x2: int
    y2: int
    word: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Records in a ring, in a drawing of `SIDE`: a corner (x, y) for each, and what holds between them."""

    records: tuple[str, ...]
    corners: tuple[tuple[int, int], ...]
    edges: tuple[Edge, ...]


def ring(chain: Sequence[Tie]) -> Ring:
    """A contradiction as a ring: what holds, one after the other, and the decision that would close it."""
    records = tuple(
        dict.fromkeys(end for tie in chain for end in (tie.left_record, tie.right_record))
    )
    middle, radius = SIDE / 2, SIDE / 2 - 26
    turns = [
        2 * math.pi * place / max(len(records), 1) - math.pi / 2 for place in range(len(records))
    ]
    corners = [
        (round(middle + radius * math.cos(turn)), round(middle + radius * math.sin(turn)))
        for turn in turns
    ]
    place = dict(zip(records, corners, strict=True))
    edges = [
        Edge(*place[tie.left_record], *place[tie.right_record], "same" if tie.same else "different")
        for tie in chain
    ]
    ends = _ends(chain)
    if ends is not None:
        edges.append(Edge(*place[ends[0]], *place[ends[1]], "asked"))
    return Ring(records, tuple(corners), tuple(edges))


def _ends(chain: Sequence[Tie]) -> tuple[str, str] | None:
    """The two records that only one tie of the chain touches: between these the new decision would be."""
    touched = Counter(end for tie in chain for end in (tie.left_record, tie.right_record))
    ends = [record for record, count in touched.items() if count == 1]
    return (ends[0], ends[1]) if len(ends) == 2 else None


def waterfall(rows: Iterable[EvidenceRow]) -> Waterfall:
    """The steps of a sum in the order of the rows; they add up to `total` exactly."""
    held = list(rows)
    sums = [0]
    for row in held:
        sums.append(sums[-1] + row.weight)
    low, high = min(sums), max(sums)
    span = max(high - low, 1)

    def place(value: int) -> int:
        return round((value - low) * WIDTH / span)

    bars = []
    for row, before, after in zip(held, sums, sums[1:], strict=False):
        begin, end = sorted((place(before), place(after)))
        bars.append(Bar(row, after, begin, max(end - begin, 4 if row.weight else 0), place(0)))
    shown = [bar for bar in bars if abs(bar.row.weight) >= SMALL]
    small = [
        bar
        for bar in bars
        if abs(bar.row.weight) < SMALL and (bar.row.weight or bar.row.similarity is not None)
    ]
    if len(small) == 1:
        return Waterfall(tuple(bar for bar in bars if bar in shown or bar in small), (), sums[-1])
    return Waterfall(tuple(shown), tuple(small), sums[-1])
