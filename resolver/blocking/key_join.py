"""Keys to pairs: records that share a key under a plan's rules.

A record without the refining part of a key meets all refinements of it. The safety valve: a key whose records would
make more than `cap` pairs is passed over, and what that cost is counted. Everything else is a pure function of two
records.

Keys bring together many more pairs than a glance keeps, and they are never all held where they would take more than
`ROOM`: records are then worked on range after range, and each pass deals only the pairs whose left record lies in its
range. Nothing is written to a disk: to walk through the keys again takes a few nanoseconds a pair, less than to write
and read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking.key_groups import Excess, Groups, groups_of
from resolver.blocking.key_parts import Parts
from resolver.blocking.keys import (
    NO_KEYS,
    Hashed,
    Keys,
    keys_of,
)
from resolver.blocking.pair_union import (
    ALL,
    Packed,
    Settled,
    settle,
)
from resolver.blocking.plans import Plan, refinement
from resolver.blocking.prefilter import BLIND, all_points, arrays
from resolver.blocking.rules import RULES, Rule
from resolver.kernels.threads import threads
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import Prepared
from resolver.records.results.resolution import RuleStat

DEFAULT_CAP = 500_000
ROOM = 1 << 30
"""Bytes that the pairs of one pass may take, before they are glanced at."""
_BYTES = 12
"""Of a pair that is dealt and its rules."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs, left < right, sorted, each once. `rules` has bit k set where rule k of RULES joined the pair."""

    left: IntArray
    right: IntArray
    rules: npt.NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.left)


def candidates(
    prepared: Prepared,
    plan: Plan,
    *,
    sides: npt.NDArray[np.uint8] | None = None,
    cap: int | None = None,
    workers: int = 2,
    room: int = ROOM,
    excess: Excess | None = None,
) -> tuple[Pairs, tuple[RuleStat, ...]]:
    """All pairs that the plan's rules join and that have its least points at a glance. `sides`: only pairs whose sides
    (0 and 1) differ (linking two sets). `room`: the bytes that pairs may take before the glance, though never fewer
    than those of one record. The answer depends neither on it nor on `workers`. `cap`: None is `DEFAULT_CAP`. `excess`
    says of keys (ascending) how many pairs each makes where the valve is to pass it over though it makes few here, else
    0: some records are joined as they would be among all that there are."""
    cap = DEFAULT_CAP if cap is None else cap
    linking = sides is not None
    sides = sides if sides is not None else np.zeros(len(prepared), dtype=np.uint8)
    used = [(number, rule) for number, rule in enumerate(RULES) if rule.name in plan.rules]
    workers = max(workers, 1)

    def grouper() -> Callable[[int, Rule], Groups]:
        # what rules are made of goes when the last has its groups
        parts = Parts(prepared)
        return lambda number, rule: groups_of(
            rule_keys(rule, prepared, plan, number, parts), number, sides, linking, cap, excess
        )

    found, lanes, ends = _counted(used, grouper(), prepared.kinds, sides, linking, workers)
    seen = arrays(prepared) if plan.least is not None else BLIND
    least = ALL if plan.least is None else plan.least
    passes = []
    for start, stop in _ranges(ends, max(room // _BYTES, 1)):
        dealt = _dealt(
            found,
            lanes,
            (start, stop, int(ends[start])),
            int(ends[stop]),
            prepared.kinds,
            sides,
            linking,
        )
        passes.append(
            settle(dealt, ends[start : stop + 1] - ends[start], seen, least, workers, first=start)
        )
        del dealt
    left, right, bits, totals = passes[0] if len(passes) == 1 else _together(passes)
    return Pairs(left, right, bits), tuple(
        RuleStat(
            rule.name,
            rule.help,
            groups.distinct,
            int(totals[0, number]),
            int(totals[1, number]),
            groups.cut,
        )
        for (number, rule), (groups, _) in zip(used, found, strict=True)
    )


def _counted(
    used: Sequence[tuple[int, Rule]],
    grouped: Callable[[int, Rule], Groups],
    kinds: npt.NDArray[np.uint8],
    sides: npt.NDArray[np.uint8],
    linking: bool,
    workers: int,
) -> tuple[list[tuple[Groups, int]], list[Packed], Packed]:
    """The groups of all rules, each with the lane its pairs go on; of each lane where its pairs of each left record
    begin; and where the pairs of each left record begin and end (one more than records)."""
    count = len(kinds)
    lanes = [np.zeros(count, dtype=np.int64) for _ in range(workers)]
    free = list(range(workers))

    def tell(number: int, rule: Rule) -> tuple[Groups, int]:
        groups = grouped(number, rule)
        # a lane is one thread's at a time; to take it and to give it back are one step each for the interpreter
        lane = free.pop()
        groups.pairs(kinds, sides, linking, lanes[lane])
        free.append(lane)
        return groups, lane

    with threads(workers) as pool:
        found = list(pool.map(lambda one: tell(*one), used))
    ends = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(sum(lanes), out=ends[1:])
    # each lane's pairs of a record stand behind those of the lanes before it
    start = ends[:-1].copy()
    for lane, counts in enumerate(lanes):
        lanes[lane], start = start, start + counts
    return found, lanes, ends


def _ranges(ends: Packed, most: int) -> Iterator[tuple[int, int]]:
    """Ranges of left records that make `most` pairs together, or are one record. One range at least."""
    count, start, stop = len(ends) - 1, 0, -1
    while stop < count:
        stop = int(np.searchsorted(ends, ends[start] + most, side="right")) - 1
        stop = count if stop >= count else max(stop, start + 1)
        yield start, stop
        start = stop


def _together(passes: list[Settled]) -> Settled:
    """What several passes found, one after the other, and what rules gave in all. Takes the passes, so that no more
    than a column is ever there twice."""
    left, right, bits, totals = (list(column) for column in zip(*passes, strict=True))
    passes.clear()
    return _joined(left), _joined(right), _joined(bits), np.sum(totals, axis=0)


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _dealt(
    found: Sequence[tuple[Groups, int]],
    lanes: Sequence[Packed],
    pass_of: tuple[int, int, int],
    end: int,
    kinds: npt.NDArray[np.uint8],
    sides: npt.NDArray[np.uint8],
    linking: bool,
) -> Packed:
    """The pairs of all rules, dealt to their left records (see `settle`), of those records that a pass is about: the
    first, the one after the last, and where the pairs of the first begin."""
    dealt = np.empty(end - pass_of[2], dtype=np.int64)

    def deal(lane: int) -> None:
        for groups, mine in found:
            if mine == lane:
                groups.pairs(kinds, sides, linking, lanes[lane], dealt, pass_of)

    with threads(len(lanes)) as pool:
        list(pool.map(deal, range(len(lanes))))
    return dealt


def glanced(
    prepared: Prepared, plan: Plan, left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    """Which pairs of rows have a plan's least points at a glance."""
    if plan.least is None:
        return np.ones(len(left), dtype=bool)
    enough: npt.NDArray[np.bool_] = all_points(prepared, left, right) >= plan.least
    return enough


def rule_keys(
    rule: Rule, prepared: Prepared, plan: Plan, number: int, parts: Parts | None = None
) -> Keys:
    """The keys of one rule under a plan, for records of the rule's kinds. `parts`: those of the batch, where several
    rules share them."""
    parts = parts or Parts(prepared)
    applies = (prepared.kinds & int(rule.kinds)) != 0
    if not applies.any():
        return NO_KEYS
    hashed = rule.keys(parts)
    if not applies.all():
        hashed = Hashed(hashed.offsets, np.where(applies[hashed.rows], hashed.hashes, np.uint64(0)))
    kind = plan.rules[rule.name]
    return keys_of(
        hashed, number + 1, parts.once(f"refinement {kind}", lambda: refinement(prepared, kind))
    )
