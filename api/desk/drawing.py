"""Evidence as bars: where each step of the sum begins and ends, as numbers that a page draws. No markup here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resolver.records.explanation import EvidenceRow

WIDTH = 1000
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
    small = [bar for bar in bars if abs(bar.row.weight) < SMALL and (bar.row.weight or bar.row.similarity is not None)]
    if len(small) == 1:
        return Waterfall(tuple(bar for bar in bars if bar in shown or bar in small), (), sums[-1])
    return Waterfall(tuple(shown), tuple(small), sums[-1])
