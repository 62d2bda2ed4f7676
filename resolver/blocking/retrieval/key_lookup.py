"""Keys looked up: which records held earlier share a key with new ones, without comparing what is held with itself.

A `KeyTable` holds the keys of all rules of a plan for some records, sorted, so that a key is found by binary search;
its arrays may be memory-mapped files. Held are several tables, a large old one and small new ones. `meetings` gives the
pairs that `candidates` of everything would join before it glances at them, but for those of two held records: equal
keys, refinements equal or missing on either side, kinds that share a bit, and the safety valve counted over held and
new records together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from resolver.blocking import key_join
from resolver.blocking.key_join import rule_keys
from resolver.blocking.key_parts import Parts
from resolver.blocking.plans import Plan
from resolver.blocking.rules import RULES
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray, HashArray, Prepared
from resolver.records.prepared.ragged import spread

Numbers = npt.NDArray[np.int64]
Places = Sequence[tuple[Numbers, Numbers]]
"""Per table, where keys begin and end there."""
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
    return united_keys(
        [KeyTable(keys.base, keys.rows, keys.refine) for keys in found], [0] * len(found)
    )


def united_keys(tables: Sequence[KeyTable], first_rows: Sequence[int]) -> KeyTable:
    """Several tables as one; the rows of each are moved up by its first row."""
    if not tables:
        return KeyTable(
            np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
        )
    base = np.concatenate([table.base for table in tables])
    order = np.argsort(base)
    rows = np.concatenate(
        [table.rows + np.int32(first) for table, first in zip(tables, first_rows, strict=True)]
    )
    refine = np.concatenate([table.refine for table in tables])
    return KeyTable(base[order], rows[order], refine[order])


@dataclass(frozen=True, slots=True)
class Valve:
    """The safety valve over all records there will be: those `held` but for the numbers that are `ended`, and `fresh`
    ones. Whatever part of them is compared, a key joins nobody where it would join nobody in a batch of all. `cap`:
    `DEFAULT_CAP`, where none is given."""

    held: Sequence[Held]
    fresh: KeyTable
    ended: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    cap: int | None = None

    def excess(self, bases: HashArray, found: Places | None = None) -> Numbers:
        """The pairs of each of some keys (ascending) where they are more than the valve lets through, else 0. `found`:
        where they stand in the tables of what is held."""
        found = found or [_found(bases, table.keys) for table in self.held]
        cap = key_join.DEFAULT_CAP if self.cap is None else self.cap
        start, end = _found(bases, self.fresh)
        bearers = (end - start) + sum(
            (high - low for low, high in found), np.zeros(len(bases), dtype=np.int64)
        )
        most = bearers * (bearers - 1) // 2
        pairs = np.where(bearers > _HOPELESS, most, 0)
        asked = np.flatnonzero((most > cap) & (bearers <= _HOPELESS))
        if len(asked):
            groups, numbers, refine, _ = _gathered(asked, found, self.held)
            if len(self.ended):
                stays = ~np.isin(numbers, self.ended)
                groups, refine = groups[stays], refine[stays]
            offsets = np.searchsorted(groups, np.arange(len(asked) + 1)).astype(np.int64)
            pairs[asked] = _excesses(
                self.fresh.refine, start[asked], end[asked], refine, offsets, cap
            )
        return pairs

    def crossed(self, bases: HashArray) -> HashArray:
        """Those of some keys (ascending) that the valve lets through now and did not before, or the other way round."""
        before = Valve(self.held, united_keys([], []), cap=self.cap)
        found = [_found(bases, table.keys) for table in self.held]
        changed: HashArray = bases[
            (self.excess(bases, found) > 0) != (before.excess(bases, found) > 0)
        ]
        return changed

    def bearers(self, bases: HashArray) -> Numbers:
        """The numbers of the held records that bear any of some keys and do not end, ascending."""
        found = [_found(bases, table.keys) for table in self.held]
        return np.setdiff1d(_gathered(np.arange(len(bases)), found, self.held)[1], self.ended)


def meetings(
    fresh: KeyTable,
    kinds: ByteArray,
    held: Sequence[Held],
    *,
    valve: Valve | None = None,
    cap: int | None = None,
) -> tuple[IntArray, Numbers, int]:
    """The pairs (row of a fresh record, number of a held record) that share a key, each once, sorted; and how many
    pairs the safety valve cut. `valve`: where those fresh are not all that is new, or some of them are held."""
    valve = valve or Valve(held, fresh, cap=cap)
    first = np.ones(len(fresh), dtype=bool)
    first[1:] = fresh.base[1:] != fresh.base[:-1]
    starts = np.flatnonzero(first)
    bases = fresh.base[starts]
    found = [_found(bases, table.keys) for table in held]
    total = np.zeros(len(bases), dtype=np.int64)
    for low, high in found:
        total += high - low
    asked = np.flatnonzero((total > 0) & (total <= _HOPELESS))
    groups, numbers, refine, other_kinds = _gathered(asked, found, held)
    ends = np.append(starts[1:], len(fresh)).astype(np.int64)
    fresh_start, fresh_end = starts[asked], ends[asked]
    offsets = np.searchsorted(groups, np.arange(len(asked) + 1)).astype(np.int64)
    excess = valve.excess(bases, found)[asked]
    arguments = (
        fresh.rows,
        fresh.refine,
        fresh_start,
        fresh_end,
        kinds,
        refine,
        other_kinds,
        offsets,
        excess > 0,
    )
    count = _count(*arguments)
    width = max((table.first + len(table.kinds) for table in held), default=1)
    out = np.empty(count, dtype=np.int64)
    _fill(*arguments, numbers, width, out)
    pairs = np.unique(out)
    return (pairs // width).astype(np.int32), pairs % width, int(excess.sum())


def _found(bases: HashArray, table: KeyTable) -> tuple[Numbers, Numbers]:
    """Where the keys stand in a table."""
    base = table.base
    low = np.searchsorted(base, bases, side="left").astype(np.int64)
    high = low.copy()
    if len(base):
        hit = np.flatnonzero(base[np.minimum(low, len(base) - 1)] == bases)
        high[hit] = np.searchsorted(base, bases[hit], side="right")
    return low, high


def _gathered(
    asked: Numbers, found: Places, held: Sequence[Held]
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
        parts.append(
            (
                groups,
                rows.astype(np.int64) + table.first,
                table.keys.refine[places][live],
                table.kinds[rows],
            )
        )
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none.astype(np.int32), none.astype(np.uint8)
    groups, numbers, refine, kinds = (
        np.concatenate([part[place] for part in parts]) for place in range(4)
    )
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
def _excesses(refine, starts, ends, held_refine, offsets, cap):  # type: ignore[no-untyped-def]
    out = np.empty(len(starts), dtype=np.int64)
    for group in range(len(starts)):
        out[group] = _excess(
            refine, starts[group], ends[group], held_refine, offsets[group], offsets[group + 1], cap
        )
    return out


@compiled(nogil=False)
def _meets(kind, other_kind, refine, other_refine):  # type: ignore[no-untyped-def]
    return (kind & other_kind) != 0 and (refine == other_refine or refine == 0 or other_refine == 0)


@compiled(nogil=False)
def _count(rows, refine, starts, ends, kinds, held_refine, held_kinds, offsets, closed):  # type: ignore[no-untyped-def]
    total = 0
    for group in range(len(starts)):
        if not closed[group]:
            for one in range(starts[group], ends[group]):
                for two in range(offsets[group], offsets[group + 1]):
                    if _meets(kinds[rows[one]], held_kinds[two], refine[one], held_refine[two]):
                        total += 1
    return total


@compiled(nogil=False)
def _fill(  # type: ignore[no-untyped-def]
    rows, refine, starts, ends, kinds, held_refine, held_kinds, offsets, closed, numbers, width, out
):
    filled = 0
    for group in range(len(starts)):
        if not closed[group]:
            for one in range(starts[group], ends[group]):
                for two in range(offsets[group], offsets[group + 1]):
                    if _meets(kinds[rows[one]], held_kinds[two], refine[one], held_refine[two]):
                        out[filled] = np.int64(rows[one]) * width + numbers[two]
                        filled += 1
