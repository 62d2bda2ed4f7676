"""Geometry of the charts on pages: bars of the evidence, ring of a contradiction. No markup."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from resolver.api.desk.figures.evidence_groups import EvidenceGroup, group_evidence
from resolver.api.desk.figures.evidence_labels import is_usual
from resolver.records.results.explanation import EvidenceRow
from resolver.review import ContradictionTie

CHART_WIDTH = 1000
"""Width of a bar chart, in units of its drawing."""
RING_SIZE = 220
"""Width and height of a ring, in units of its drawing."""
_RING_MARGIN = 26
_MIN_BAR_WIDTH = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """Step of a waterfall: evidence on a subject, and running sum after it (in thousandths).

    The bar covers `width` from `x` in a drawing of `CHART_WIDTH`; `zero` is the place of sum 0. The
    weights of `parts` add up to that of `row`.
    """

    row: EvidenceRow
    after: int
    x: int
    width: int
    zero: int
    parts: tuple[EvidenceRow, ...] = ()

    @property
    def sign(self) -> str:
        """Direction of the evidence: for, against, neither; or usual (`is_usual`)."""
        if is_usual(self.row):
            return "usual"
        return "for" if self.row.weight > 0 else "against" if self.row.weight < 0 else "neither"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Drawn steps, small steps, and the sum of both (thousandths of log-odds)."""

    bars: tuple[Bar, ...]
    small: tuple[Bar, ...]
    total: int

    @property
    def small_total(self) -> int:
        """Sum of the small steps."""
        return sum(bar.row.weight for bar in self.small)


@dataclass(frozen=True, slots=True)
class RingEdge:
    """Line between two corners; `kind` is `same`, `different`, or `proposed` (the new decision)."""

    x1: int
    y1: int
    x2: int
    y2: int
    kind: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Records on a circle in a drawing of `RING_SIZE`: corner (x, y) of each, and their ties."""

    records: tuple[str, ...]
    corners: tuple[tuple[int, int], ...]
    edges: tuple[RingEdge, ...]


def contradiction_ring(chain: Sequence[ContradictionTie]) -> Ring:
    """Return a chain of ties as a ring, closed by the decision that contradicts it."""
    ends = [end for tie in chain for end in (tie.left_record, tie.right_record)]
    corner_of = _place_on_circle(dict.fromkeys(ends))
    edges = [
        RingEdge(
            *corner_of[tie.left_record],
            *corner_of[tie.right_record],
            "same" if tie.is_same else "different",
        )
        for tie in chain
    ]
    # the new decision is between the two records that a single tie of the chain touches
    open_ends = [record for record, count in Counter(ends).items() if count == 1]
    if len(open_ends) == 2:
        left, right = open_ends
        edges.append(RingEdge(*corner_of[left], *corner_of[right], "proposed"))
    return Ring(tuple(corner_of), tuple(corner_of.values()), tuple(edges))


def _place_on_circle(records: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return evenly spaced corners, clockwise from the top."""
    names = list(records)
    center, radius = RING_SIZE / 2, RING_SIZE / 2 - _RING_MARGIN
    angles = [2 * math.pi * place / max(len(names), 1) - math.pi / 2 for place in range(len(names))]
    return {
        name: (
            round(center + radius * math.cos(angle)),
            round(center + radius * math.sin(angle)),
        )
        for name, angle in zip(names, angles, strict=True)
    }


def build_waterfall(evidence: Iterable[EvidenceRow]) -> Waterfall:
    """Return the steps of a sum by subject, as a decision weighs them; they add up to `total`."""
    groups = group_evidence(evidence)
    sums = list(accumulate((group.row.weight for group in groups), initial=0))
    bars = _place_bars(groups, sums)
    compared = [bar for bar, group in zip(bars, groups, strict=True) if group.is_compared]
    small = [
        bar for bar, group in zip(bars, groups, strict=True) if group.is_compared and group.is_small
    ]
    # a summary of a single step would hide it and save nothing
    summarized = small if len(small) > 1 else []
    drawn = [bar for bar in compared if bar not in summarized]
    return Waterfall(tuple(drawn), tuple(summarized), sums[-1])


def _place_bars(groups: Sequence[EvidenceGroup], sums: Sequence[int]) -> list[Bar]:
    low, high = min(sums), max(sums)

    def place(value: int) -> int:
        """Return the horizontal place of a sum."""
        return round((value - low) * CHART_WIDTH / max(high - low, 1))

    bars = []
    for group, (before, after) in zip(groups, pairwise(sums), strict=True):
        start, end = sorted((place(before), place(after)))
        width = max(end - start, _MIN_BAR_WIDTH if group.row.weight else 0)
        bars.append(Bar(group.row, after, start, width, place(0), group.parts))
    return bars
