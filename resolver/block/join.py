"""Keys to pairs: records that share a key under a plan's rules.

A record without the refining part of a key meets all refinements of it. The safety valve: a key whose records would
make more than `cap` pairs is passed over, and what that cost is counted. Everything else is a pure function of two
records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from resolver.block.keys import Hashed, Keys, keys_of
from resolver.block.plans import Plan, refinement
from resolver.block.rules import RULES, Rule
from resolver.records.batch import IntArray
from resolver.records.prepared import Prepared
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
    prepared: Prepared, plan: Plan, *, sides: npt.NDArray[np.uint8] | None = None, cap: int = DEFAULT_CAP
) -> tuple[Pairs, tuple[RuleStat, ...]]:
    """All pairs that the plan's rules join. `sides`: only pairs whose sides (0 and 1) differ (linking two sets)."""
    count = len(prepared)
    linking = sides is not None
    sides = sides if sides is not None else np.zeros(count, dtype=np.uint8)
    found: list[npt.NDArray[np.int64]] = []
    numbers: list[int] = []
    stats: list[tuple[Rule, int, int, int]] = []
    for number, rule in enumerate(RULES):
        if rule.name not in plan.rules:
            continue
        keys = rule_keys(rule, prepared, plan, number)
        pairs, distinct, cut = _join(keys, prepared.kinds, sides, linking, cap, count)
        found.append(pairs)
        numbers.append(number)
        stats.append((rule, distinct, len(pairs), cut))
    united, bits = _unite(found, numbers)
    alone = np.bincount(np.log2(np.maximum(bits[_single_bit(bits)], 1)).astype(np.int64), minlength=len(RULES))
    result = Pairs((united // max(count, 1)).astype(np.int32), (united % max(count, 1)).astype(np.int32), bits)
    return result, tuple(
        RuleStat(rule.name, rule.help, distinct, pairs, int(alone[number]), cut)
        for number, (rule, distinct, pairs, cut) in zip(numbers, stats, strict=True)
    )


def rule_keys(rule: Rule, prepared: Prepared, plan: Plan, number: int) -> Keys:
    """The keys of one rule under a plan, for records of the rule's kinds."""
    hashed = rule.keys(prepared)
    applies = (prepared.kinds & int(rule.kinds)) != 0
    if not applies.all():
        hashed = Hashed(hashed.offsets, np.where(applies[hashed.rows], hashed.hashes, np.uint64(0)))
    return keys_of(hashed, number + 1, refinement(prepared, plan.rules[rule.name]))


def _join(
    keys: Keys,
    kinds: npt.NDArray[np.uint8],
    sides: npt.NDArray[np.uint8],
    linking: bool,
    cap: int,
    count: int,
) -> tuple[npt.NDArray[np.int64], int, int]:
    if not len(keys.rows):
        return np.zeros(0, dtype=np.int64), 0, 0
    order = np.argsort(keys.base)
    base, rows, refine = keys.base[order], keys.rows[order], keys.refine[order]
    starts = np.flatnonzero(np.concatenate(([True], base[1:] != base[:-1])))
    ends = np.append(starts[1:], len(base))
    large = (ends - starts) > 1
    distinct = len(starts)
    starts, ends = starts[large], ends[large]
    total, cut = _count_pairs(rows, refine, starts, ends, kinds, sides, linking, cap)
    out = np.empty(total, dtype=np.int64)
    _fill_pairs(rows, refine, starts, ends, kinds, sides, linking, cap, count, out)
    return np.unique(out), distinct, cut


def _unite(
    found: Sequence[npt.NDArray[np.int64]], numbers: Sequence[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """The union of sorted pair lists, and for each pair the bits of the rules that found it."""
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint32)
    united = np.unique(np.concatenate(found))
    bits = np.zeros(len(united), dtype=np.uint32)
    for pairs, number in zip(found, numbers, strict=True):
        bits[np.searchsorted(united, pairs)] |= np.uint32(1 << number)
    return united, bits


def _single_bit(bits: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    single: npt.NDArray[np.bool_] = (bits != 0) & ((bits & (bits - np.uint32(1))) == 0)
    return single


@numba.njit(cache=True)
def _meets(first, second, refine_first, refine_second, kinds, sides, linking):  # type: ignore[no-untyped-def]
    if first == second or (refine_first != refine_second and refine_first != 0 and refine_second != 0):
        return False
    if (kinds[first] & kinds[second]) == 0:
        return False
    return not linking or sides[first] != sides[second]


@numba.njit(cache=True)
def _group_size(rows, refine, start, end, sides, linking):  # type: ignore[no-untyped-def]
    """How many pairs a sorted key group makes, whatever the kinds; linking, those within a side are none."""
    size = _side_size(rows, refine, start, end, sides, -1)
    if linking:
        size -= _side_size(rows, refine, start, end, sides, 0) + _side_size(rows, refine, start, end, sides, 1)
    return size


@numba.njit(cache=True)
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


@numba.njit(cache=True)
def _sort_groups(rows, refine, starts, ends):  # type: ignore[no-untyped-def]
    """Within each key, order by refinement, unrefined first."""
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


@numba.njit(cache=True)
def _count_pairs(rows, refine, starts, ends, kinds, sides, linking, cap):  # type: ignore[no-untyped-def]
    _sort_groups(rows, refine, starts, ends)
    total = 0
    cut = 0
    for group in range(len(starts)):
        start, end = starts[group], ends[group]
        size = _group_size(rows, refine, start, end, sides, linking)
        if size > cap:
            cut += size
            continue
        for one in range(start, end):
            for two in range(one + 1, end):
                if refine[one] != 0 and refine[two] != refine[one]:
                    break
                if _meets(rows[one], rows[two], refine[one], refine[two], kinds, sides, linking):
                    total += 1
    return total, cut


@numba.njit(cache=True)
def _fill_pairs(rows, refine, starts, ends, kinds, sides, linking, cap, count, out):  # type: ignore[no-untyped-def]
    filled = 0
    for group in range(len(starts)):
        start, end = starts[group], ends[group]
        if _group_size(rows, refine, start, end, sides, linking) > cap:
            continue
        for one in range(start, end):
            for two in range(one + 1, end):
                if refine[one] != 0 and refine[two] != refine[one]:
                    break
                if _meets(rows[one], rows[two], refine[one], refine[two], kinds, sides, linking):
                    low, high = min(rows[one], rows[two]), max(rows[one], rows[two])
                    out[filled] = np.int64(low) * count + high
                    filled += 1
