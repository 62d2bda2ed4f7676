"""Keys looked up: which records held earlier share a key with new ones, without comparing what is held with itself.

A `KeyTable` holds the keys of all rules of a plan for some records, sorted, so that a key is found by binary search;
its arrays may be memory-mapped files. Held are several tables, a large old one and small new ones. `meetings` gives the
pairs that `candidates` of everything would join before it glances at them, but for those of two held records: equal
keys, refinements equal or missing on either side, kinds that share a bit, and the safety valve counted over held and
new records together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.block.join import DEFAULT_CAP, rule_keys
from resolver.block.parts import Parts
from resolver.block.plans import Plan
from resolver.block.rules import RULES
from resolver.records.batch import IntArray
from resolver.records.compiled import compiled
from resolver.records.prepared import ByteArray, HashArray, Prepared
from resolver.records.ragged import spread

Numbers = npt.NDArray[np.int64]
_HOPELESS = 200_000
"""A key borne by more records than this makes more pairs than the valve lets through, whatever refines it."""


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Keys sorted by `base` (uint64, salted by rule): `rows` (int32) bear them, `refine` (int32, 0 none) narrows."""

    base: HashArray
    rows: IntArray
    refine: IntArray

    def __len__(self) -> int:
        return len(self.base)


@dataclass(frozen=True, slots=True)
class Held:
    """The records of one table: row i is record number `first` + i, of `kinds[i]`; `holds[i]` says whether it still
    counts."""

    keys: KeyTable
    first: int
    kinds: ByteArray
    holds: npt.NDArray[np.bool_]


def key_table(prepared: Prepared, plan: Plan) -> KeyTable:
    """The keys of prepared records under a plan."""
    parts = Parts(prepared)
    used = [(number, rule) for number, rule in enumerate(RULES) if rule.name in plan.rules]
    found = [rule_keys(rule, prepared, plan, number, parts) for number, rule in used]
    return united_keys([KeyTable(keys.base, keys.rows, keys.refine) for keys in found], [0] * len(found))


def united_keys(tables: Sequence[KeyTable], first_rows: Sequence[int]) -> KeyTable:
    """Several tables as one; the rows of each are moved up by its first row."""
    if not tables:
        return KeyTable(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))
    base = np.concatenate([table.base for table in tables])
    order = np.argsort(base)
    rows = np.concatenate([table.rows + np.int32(first) for table, first in zip(tables, first_rows, strict=True)])
    refine = np.concatenate([table.refine for table in tables])
    return KeyTable(base[order], rows[order], refine[order])


def meetings(
    fresh: KeyTable, kinds: ByteArray, held: Sequence[Held], *, cap: int = DEFAULT_CAP
) -> tuple[IntArray, Numbers, int]:
    """The pairs (row of a fresh record, number of a held record) that share a key, each once, sorted; and how many
    pairs the safety valve cut."""
    first = np.ones(len(fresh), dtype=bool)
    first[1:] = fresh.base[1:] != fresh.base[:-1]
    starts = np.flatnonzero(first)
    bases = fresh.base[starts]
    found = [_found(bases, table) for table in held]
    total = np.zeros(len(bases), dtype=np.int64)
    for low, high in found:
        total += high - low
    asked = np.flatnonzero((total > 0) & (total <= _HOPELESS))
    groups, numbers, refine, other_kinds = _gathered(asked, found, held)
    ends = np.append(starts[1:], len(fresh)).astype(np.int64)
    fresh_start, fresh_end = starts[asked], ends[asked]
    offsets = np.searchsorted(groups, np.arange(len(asked) + 1)).astype(np.int64)
    arguments = (fresh.rows, fresh.refine, fresh_start, fresh_end, kinds, refine, other_kinds, offsets, cap)
    count, cut = _count(*arguments)
    width = max((table.first + len(table.kinds) for table in held), default=1)
    out = np.empty(count, dtype=np.int64)
    _fill(*arguments, numbers, width, out)
    pairs = np.unique(out)
    return (pairs // width).astype(np.int32), pairs % width, cut


def _found(bases: HashArray, table: Held) -> tuple[Numbers, Numbers]:
    """Where the keys stand in a table."""
    base = table.keys.base
    low = np.searchsorted(base, bases, side="left").astype(np.int64)
    high = low.copy()
    if len(base):
        hit = np.flatnonzero(base[np.minimum(low, len(base) - 1)] == bases)
        high[hit] = np.searchsorted(base, bases[hit], side="right")
    return low, high


def _gathered(
    asked: Numbers, found: Sequence[tuple[Numbers, Numbers]], held: Sequence[Held]
) -> tuple[Numbers, Numbers, IntArray, ByteArray]:
    """The held bearers of the keys asked for, key by key: place of the key in `asked`, number, refinement, kind."""
    parts: list[tuple[Numbers, Numbers, IntArray, ByteArray]] = []
    for (low, high), table in zip(found, held, strict=True):
        counts = (high - low)[asked]
        places = spread(low[asked], counts)
        rows = table.keys.rows[places]
        live = table.holds[rows]
        groups = np.repeat(np.arange(len(asked), dtype=np.int64), counts)[live]
        rows = rows[live]
        parts.append((groups, rows.astype(np.int64) + table.first, table.keys.refine[places][live], table.kinds[rows]))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none.astype(np.int32), none.astype(np.uint8)
    groups, numbers, refine, kinds = (np.concatenate([part[place] for part in parts]) for place in range(4))
    if len(parts) > 1:
        order = np.argsort(groups, kind="stable")
        groups, numbers, refine, kinds = groups[order], numbers[order], refine[order], kinds[order]
    return groups, numbers, refine, kinds


@compiled(nogil=False)
def _size(one, two):  # type: ignore[no-untyped-def]
    """How many pairs a key makes: equal refinements with each other, unrefined ones with all."""
    members = np.sort(np.concatenate((one, two)))
    bare = np.searchsorted(members, 1)
    pairs = bare * (len(members) - bare) + bare * (bare - 1) // 2
    run = 0
    for place in range(bare + 1, len(members)):
        run = run + 1 if members[place] == members[place - 1] else 0
        pairs += run
    return pairs


@compiled(nogil=False)
def _excess(refine, start, end, held_refine, first, last, cap):  # type: ignore[no-untyped-def]
    """The pairs of a key where they are more than the valve lets through, else 0."""
    everyone = end - start + last - first
    if everyone * (everyone - 1) // 2 <= cap:
        return 0
    size = _size(refine[start:end], held_refine[first:last])
    return size if size > cap else 0


@compiled(nogil=False)
def _meets(kind, other_kind, refine, other_refine):  # type: ignore[no-untyped-def]
    return (kind & other_kind) != 0 and (refine == other_refine or refine == 0 or other_refine == 0)


@compiled(nogil=False)
def _count(rows, refine, starts, ends, kinds, held_refine, held_kinds, offsets, cap):  # type: ignore[no-untyped-def]
    total, cut = 0, 0
    for group in range(len(starts)):
        start, end, first, last = starts[group], ends[group], offsets[group], offsets[group + 1]
        excess = _excess(refine, start, end, held_refine, first, last, cap)
        cut += excess
        if excess == 0:
            for one in range(start, end):
                for two in range(first, last):
                    if _meets(kinds[rows[one]], held_kinds[two], refine[one], held_refine[two]):
                        total += 1
    return total, cut


@compiled(nogil=False)
def _fill(  # type: ignore[no-untyped-def]
    rows, refine, starts, ends, kinds, held_refine, held_kinds, offsets, cap, numbers, width, out
):
    filled = 0
    for group in range(len(starts)):
        start, end, first, last = starts[group], ends[group], offsets[group], offsets[group + 1]
        if _excess(refine, start, end, held_refine, first, last, cap) == 0:
            for one in range(start, end):
                for two in range(first, last):
                    if _meets(kinds[rows[one]], held_kinds[two], refine[one], held_refine[two]):
                        out[filled] = np.int64(rows[one]) * width + numbers[two]
                        filled += 1
