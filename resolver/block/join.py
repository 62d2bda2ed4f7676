"""Keys to pairs: records that share a key under a plan's rules.

A record without the refining part of a key meets all refinements of it. The safety valve: a key whose records would
make more than `cap` pairs is passed over, and what that cost is counted. Everything else is a pure function of two
records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from resolver.block.glance import BLIND, all_points, arrays
from resolver.block.keys import NO_KEYS, Hashed, Keys, keys_of
from resolver.block.parts import Parts
from resolver.block.plans import Plan, refinement
from resolver.block.rules import RULES, Rule
from resolver.block.unite import ALL, RULE_BITS, Packed, settle
from resolver.records.batch import IntArray
from resolver.records.prepared import Prepared
from resolver.records.ragged import spread
from resolver.records.resolution import RuleStat

DEFAULT_CAP = 500_000


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
    cap: int = DEFAULT_CAP,
    workers: int = 2,
) -> tuple[Pairs, tuple[RuleStat, ...]]:
    """All pairs that the plan's rules join and that have its least points at a glance. `sides`: only pairs whose sides
    (0 and 1) differ (linking two sets). The answer does not depend on `workers`."""
    linking = sides is not None
    sides = sides if sides is not None else np.zeros(len(prepared), dtype=np.uint8)
    used = [(number, rule) for number, rule in enumerate(RULES) if rule.name in plan.rules]
    parts = Parts(prepared)

    def grouped(number: int, rule: Rule) -> Groups:
        return groups_of(rule_keys(rule, prepared, plan, number, parts), number, sides, linking, cap)

    dealt, ends, stats = _dealt(used, grouped, prepared.kinds, sides, linking, max(workers, 1))
    seen = arrays(prepared) if plan.least is not None else BLIND
    least = ALL if plan.least is None else plan.least
    left, right, bits, totals = settle(dealt, ends, seen, least, workers)
    return Pairs(left, right, bits), tuple(
        RuleStat(rule.name, rule.help, distinct, int(totals[0, number]), int(totals[1, number]), cut)
        for (number, rule), (distinct, cut) in zip(used, stats, strict=True)
    )


def _dealt(
    used: Sequence[tuple[int, Rule]],
    grouped: Callable[[int, Rule], Groups],
    kinds: npt.NDArray[np.uint8],
    sides: npt.NDArray[np.uint8],
    linking: bool,
    workers: int,
) -> tuple[Packed, Packed, list[tuple[int, int]]]:
    """The pairs of all rules, dealt to their left records (see `settle`); and of each rule distinct keys and pairs
    cut."""
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

    with ThreadPoolExecutor(max_workers=workers) as pool:
        found = list(pool.map(lambda one: tell(*one), used))
        ends = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(sum(lanes), out=ends[1:])
        # each lane's pairs of a record stand behind those of the lanes before it
        start = ends[:-1].copy()
        for lane, counts in enumerate(lanes):
            lanes[lane], start = start, start + counts
        dealt = np.empty(int(ends[-1]), dtype=np.int64)

        def deal(lane: int) -> None:
            for groups, mine in found:
                if mine == lane:
                    groups.pairs(kinds, sides, linking, lanes[lane], dealt)

        list(pool.map(deal, range(workers)))
    return dealt, ends, [(groups.distinct, groups.cut) for groups, _ in found]


def glanced(prepared: Prepared, plan: Plan, left: IntArray, right: IntArray) -> npt.NDArray[np.bool_]:
    """Which pairs of rows have a plan's least points at a glance."""
    if plan.least is None:
        return np.ones(len(left), dtype=bool)
    enough: npt.NDArray[np.bool_] = all_points(prepared, left, right) >= plan.least
    return enough


def rule_keys(rule: Rule, prepared: Prepared, plan: Plan, number: int, parts: Parts | None = None) -> Keys:
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
    return keys_of(hashed, number + 1, parts.once(f"refinement {kind}", lambda: refinement(prepared, kind)))


@dataclass(frozen=True, slots=True)
class Groups:
    """The records that share a key of rule `number` with others: group g are `rows[bounds[g]:bounds[g + 1]]` with their
    refinements, unrefined first. `distinct` keys in all; `cut` pairs of keys that would make more than the cap, which
    are left out."""

    number: int
    rows: IntArray
    refine: IntArray
    bounds: npt.NDArray[np.int64]
    distinct: int
    cut: int

    def pairs(
        self,
        kinds: npt.NDArray[np.uint8],
        sides: npt.NDArray[np.uint8],
        linking: bool,
        place: npt.NDArray[np.int64],
        dealt: Packed | None = None,
    ) -> None:
        """Count the pairs of each left record into `place`; or put them into `dealt` (right << 5 | rule) from there
        on."""
        into = dealt if dealt is not None else np.zeros(0, dtype=np.int64)
        _pairs(self.rows, self.refine, self.bounds, kinds, sides, linking, self.number, place, into, dealt is None)


def groups_of(keys: Keys, number: int, sides: npt.NDArray[np.uint8], linking: bool, cap: int) -> Groups:
    """The groups that keys make."""
    order = np.argsort(keys.base)
    base, rows, refine = keys.base[order], keys.rows[order], keys.refine[order]
    starts = np.flatnonzero(np.concatenate(([len(base) > 0], base[1:] != base[:-1])))
    ends = np.append(starts[1:], len(base))
    distinct = len(starts)
    large = (ends - starts) > 1
    starts, ends = starts[large], ends[large]
    within = np.empty(len(starts), dtype=np.bool_)
    cut = _order(rows, refine, starts, ends, sides, linking, cap, within)
    starts, sizes = starts[within], (ends - starts)[within]
    held = spread(starts, sizes)
    return Groups(number, rows[held], refine[held], np.append(0, np.cumsum(sizes)), distinct, int(cut))


def join_keys(
    keys: Keys, kinds: npt.NDArray[np.uint8], sides: npt.NDArray[np.uint8], linking: bool, cap: int
) -> tuple[Packed, int, int]:
    """Pairs, those of several keys several times; distinct keys; pairs cut (those of keys that would make more than
    `cap`)."""
    groups = groups_of(keys, 0, sides, linking, cap)
    counts = np.zeros(len(kinds), dtype=np.int64)
    groups.pairs(kinds, sides, linking, counts)
    ends = np.cumsum(counts)
    dealt = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    groups.pairs(kinds, sides, linking, ends - counts, dealt)
    return (
        np.repeat(np.arange(len(kinds), dtype=np.int64), counts) << 32 | dealt >> RULE_BITS,
        groups.distinct,
        groups.cut,
    )


@numba.njit(cache=True, nogil=True)
def _meets(first, second, refine_first, refine_second, kinds, sides, linking):  # type: ignore[no-untyped-def]
    if first == second or (refine_first != refine_second and refine_first != 0 and refine_second != 0):
        return False
    if (kinds[first] & kinds[second]) == 0:
        return False
    return not linking or sides[first] != sides[second]


@numba.njit(cache=True, nogil=True)
def _group_size(rows, refine, start, end, sides, linking):  # type: ignore[no-untyped-def]
    """How many pairs a sorted key group makes, whatever the kinds; linking, those within a side are none."""
    size = _side_size(rows, refine, start, end, sides, -1)
    if linking:
        size -= _side_size(rows, refine, start, end, sides, 0) + _side_size(rows, refine, start, end, sides, 1)
    return size


@numba.njit(cache=True, nogil=True)
def _side_size(rows, refine, start, end, sides, side):  # type: ignore[no-untyped-def]
    """Pairs among the records of one side (-1: of both): equal refinements with each other, unrefined ones with all."""
    members = 0
    bare = 0
    pairs = 0
    run = 0
    last = -1
    for position in range(start, end):
        if side >= 0 and sides[rows[position]] != side:
            continue
        members += 1
        if refine[position] == 0:
            bare += 1
            continue
        run = run + 1 if refine[position] == last else 0
        last = refine[position]
        pairs += run
    return pairs + bare * (members - bare) + bare * (bare - 1) // 2


@numba.njit(cache=True, nogil=True)
def _order(rows, refine, starts, ends, sides, linking, cap, within):  # type: ignore[no-untyped-def]
    """Within each key, order by refinement, unrefined first; say which keys make no more than `cap` pairs. Gives the
    pairs of the others."""
    cut = 0
    for group in range(len(starts)):
        start, end = starts[group], ends[group]
        plain = True
        for position in range(start + 1, end):
            if refine[position] < refine[position - 1]:
                plain = False
                break
        if not plain:
            order = np.argsort(refine[start:end], kind="mergesort")
            rows[start:end] = rows[start:end][order]
            refine[start:end] = refine[start:end][order]
        size = _group_size(rows, refine, start, end, sides, linking)
        within[group] = size <= cap
        if size > cap:
            cut += size
    return cut


@numba.njit(cache=True, nogil=True)
def _pairs(rows, refine, bounds, kinds, sides, linking, number, place, dealt, only_count):  # type: ignore[no-untyped-def]
    for group in range(len(bounds) - 1):
        end = bounds[group + 1]
        for one in range(bounds[group], end):
            first, narrow = rows[one], refine[one]
            for two in range(one + 1, end):
                if narrow != 0 and refine[two] != narrow:
                    break
                second = rows[two]
                if _meets(first, second, narrow, refine[two], kinds, sides, linking):
                    low, high = min(first, second), max(first, second)
                    if not only_count:
                        dealt[place[low]] = (np.int64(high) << RULE_BITS) | number
                    place[low] += 1
