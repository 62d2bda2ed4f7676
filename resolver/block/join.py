"""Keys to pairs: records that share a key under a plan's rules.

A record without the refining part of a key meets all refinements of it. The safety valve: a key whose records would
make more than `cap` pairs is passed over, and what that cost is counted. Everything else is a pure function of two
records.
"""

from __future__ import annotations

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
from resolver.block.unite import ALL, Packed, unite
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
    prepared: Prepared,
    plan: Plan,
    *,
    sides: npt.NDArray[np.uint8] | None = None,
    cap: int = DEFAULT_CAP,
    workers: int = 2,
) -> tuple[Pairs, tuple[RuleStat, ...]]:
    """All pairs that the plan's rules join and that have its least points at a glance. `sides`: only pairs whose sides
    (0 and 1) differ (linking two sets). The answer does not depend on `workers`."""
    count = len(prepared)
    linking = sides is not None
    sides = sides if sides is not None else np.zeros(count, dtype=np.uint8)
    used = [(number, rule) for number, rule in enumerate(RULES) if rule.name in plan.rules]
    parts = Parts(prepared)

    def joined(number: int, rule: Rule) -> tuple[Packed, int, int]:
        return join_keys(rule_keys(rule, prepared, plan, number, parts), prepared.kinds, sides, linking, cap)

    if workers == 1:
        found = [joined(*one) for one in used]
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            found = list(pool.map(lambda one: joined(*one), used))
    seen = arrays(prepared) if plan.least is not None else BLIND
    least = ALL if plan.least is None else plan.least
    numbers = [number for number, _ in used]
    left, right, bits, totals = unite([pairs for pairs, _, _ in found], numbers, count, seen, least, workers)
    return Pairs(left, right, bits), tuple(
        RuleStat(rule.name, rule.help, distinct, int(totals[0, number]), int(totals[1, number]), cut)
        for (number, rule), (_, distinct, cut) in zip(used, found, strict=True)
    )


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


def join_keys(
    keys: Keys, kinds: npt.NDArray[np.uint8], sides: npt.NDArray[np.uint8], linking: bool, cap: int
) -> tuple[Packed, int, int]:
    """Pairs in the order of keys, those of several keys several times; distinct keys; pairs cut (those of keys that
    would make more than `cap`)."""
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
    _fill_pairs(rows, refine, starts, ends, kinds, sides, linking, cap, out)
    return out, distinct, cut


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


@numba.njit(cache=True, nogil=True)
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


@numba.njit(cache=True, nogil=True)
def _fill_pairs(rows, refine, starts, ends, kinds, sides, linking, cap, out):  # type: ignore[no-untyped-def]
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
                    out[filled] = np.int64(low) << 32 | high
                    filled += 1
