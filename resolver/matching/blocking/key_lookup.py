"""Find the stored records that share a key with new records, or with a query.

A `KeyTable` has the keys of all rules of a plan for some records. The keys are sorted, so binary
search finds them; the arrays may be memory-mapped files. Stored records are in several tables: a
large old one and small new ones.

- `find_stored_pairs` serves increments. It gives the pairs that `join_candidates` of all records
  would join before the prefilter, without pairs of two stored records. Keys must be equal, and
  refinements equal or missing on either side. Kinds must share a bit. Block purging counts stored
  and new records (`BlockPurge`).
- `find_nearest` serves checks. It gives the stored records that share the most keys with a query.
  It follows the keys from the rarest on, until it has read `budget` records. It reports the number
  of keys that it did not follow (`skipped_keys`). Nothing is purged, since no stored records pair
  with each other.
- `query_scores` gives the prefilter scores of a query against many records. `smallest_numbers` and
  `exclude_members` select from a few thousand numbers without sorting all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from resolver.matching.blocking import key_join
from resolver.matching.blocking.keys import KeyParts, RuleKeys
from resolver.matching.blocking.rules import RULES, Plan, rule_keys, slow_rules_first
from resolver.matching.kernels.prefilter import PrefilterArrays
from resolver.matching.kernels.profile_sums import fill_query_scores, mark_members, take_smallest
from resolver.matching.kernels.word_codes import find_codes
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray, HashArray, PreparedBatch, spread
from resolver.runtime.key_groups import exclude, order_hashes, sort_distinct
from resolver.runtime.key_sets import (
    NewBearers,
    StoredBearers,
    count_stored_pairs,
    fill_stored_pairs,
    pairs_above_cap,
)
from resolver.runtime.threads import available_cores, threads

Numbers = npt.NDArray[np.int64]
KeyPlaces = Sequence[tuple[Numbers, Numbers]]
"""Per table, the first and the end index of each key."""
_MIN_PARALLEL = 10_000
"""Minimum number of records for which several threads are faster than one."""
_FEW_KEYS = 64
"""Number of keys, as a query has, that are sorted faster without counting their first bits."""
_KEYS_AT_ONCE = 4_096
"""Number of keys that are looked up together. More would not stay in a processor's cache."""
_MAX_BEARERS = 200_000
"""Maximum number of records of a key. A key with more is always purged, whatever its refinements.
"""


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Keys sorted by `base` (uint64, salted by rule), with their rows and refinements.

    `refine` (int32) is 0 for a key without refinement.
    """

    base: HashArray
    rows: IntArray
    refine: IntArray

    def __len__(self) -> int:
        return len(self.base)


@dataclass(frozen=True, slots=True)
class StoredKeys:
    """Records of one table: row i is record number `first` + i, of kind `kinds[i]`.

    `is_valid[i]` is False if the record has ended.
    """

    keys: KeyTable
    first: int
    kinds: ByteArray
    is_valid: npt.NDArray[np.bool_]


def build_key_table(prepared: PreparedBatch, plan: Plan) -> KeyTable:
    """Return the keys of prepared records under a plan. Many records use all cores."""
    parts = KeyParts(prepared)
    used = slow_rules_first(
        (place, rule) for place, rule in enumerate(RULES) if rule.name in plan.rules
    )
    with threads(available_cores() if len(prepared) >= _MIN_PARALLEL else 1) as pool:
        keys_of_rules = list(
            pool.map(lambda row: rule_keys(row[1], prepared, plan, row[0], parts), used)
        )
    return merge_key_tables(keys_of_rules, [0] * len(keys_of_rules))


def merge_key_tables(tables: Sequence[KeyTable | RuleKeys], first_rows: Sequence[int]) -> KeyTable:
    """Merge several tables into one. The first row of each table is added to its rows.

    Equal keys keep the order of the tables.
    """
    if not tables:
        return KeyTable(
            np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
        )
    base, rows, refine = map(
        np.concatenate,
        zip(
            *[
                (table.base, table.rows + np.int32(first), table.refine)
                for table, first in zip(tables, first_rows, strict=True)
            ],
            strict=True,
        ),
    )
    if len(base) < _FEW_KEYS:
        order = base.argsort(kind="stable").astype(np.int32)
        base = base[order]
    else:
        base, order = order_hashes(base)
    return KeyTable(base, rows[order], refine[order])


@dataclass(frozen=True, slots=True)
class BlockPurge:
    """Block purging over all current records: `fresh`, and `stored` without the `ended` numbers.

    A key is purged if a batch of all current records would purge it, even if only some of them are
    compared. `cap` is the most pairs of a key; None is `MAX_BLOCK_PAIRS`. `_last` keeps the last
    keys that were counted, with their indices and pairs.
    """

    stored: Sequence[StoredKeys]
    fresh: KeyTable
    ended: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    cap: int | None = None
    _last: list[tuple[HashArray, KeyPlaces, Numbers]] = field(default_factory=list, init=False)

    def purged_pairs(self, bases: HashArray, places: KeyPlaces | None = None) -> Numbers:
        """Return the number of pairs of each purged key; 0 for keys that are not purged.

        `bases` are ascending. `places` are their indices in the stored tables, if already known.
        """
        return self._count(bases, places)[1]

    def _count(
        self, bases: HashArray, places: KeyPlaces | None = None
    ) -> tuple[KeyPlaces, Numbers]:
        """Return the indices of keys in the stored tables, and `purged_pairs`.

        The last result is kept, because an increment asks for the keys of its records twice.
        """
        for keys, places_of_keys, pairs in self._last:
            if np.array_equal(keys, bases):
                return places_of_keys, pairs
        places = places or [key_places(bases, table.keys) for table in self.stored]
        pairs = self._count_pairs(bases, places)
        self._last[:] = [(bases, places, pairs)]
        return places, pairs

    def _count_pairs(self, bases: HashArray, places: KeyPlaces) -> Numbers:
        cap = key_join.MAX_BLOCK_PAIRS if self.cap is None else self.cap
        start, end = key_places(bases, self.fresh)
        bearers = (end - start) + sum(
            (high - low for low, high in places), np.zeros(len(bases), dtype=np.int64)
        )
        most = bearers * (bearers - 1) // 2
        pairs = np.where(bearers > _MAX_BEARERS, most, 0)
        counted = np.flatnonzero((most > cap) & (bearers <= _MAX_BEARERS))
        if len(counted):
            refine, offsets = self._stored_refinements(counted, places)
            pairs[counted] = pairs_above_cap(
                self.fresh.refine, start[counted], end[counted], refine, offsets, cap
            )
        return pairs

    def _stored_refinements(self, chosen: Numbers, places: KeyPlaces) -> tuple[IntArray, Numbers]:
        """Return the refinements of current bearers of some keys, and the offsets of each key."""
        groups, numbers, refine, _ = _stored_bearers(chosen, places, self.stored)
        if len(self.ended):
            stays = ~np.isin(numbers, self.ended)
            groups, refine = groups[stays], refine[stays]
        return refine, np.searchsorted(groups, np.arange(len(chosen) + 1)).astype(np.int64)

    def changed_keys(self, bases: HashArray) -> HashArray:
        """Return the keys for which fresh and ended records change whether they are purged.

        `bases` are ascending.
        """
        before = BlockPurge(self.stored, merge_key_tables([], []), cap=self.cap)
        places, pairs = self._count(bases)
        changed: HashArray = bases[(pairs > 0) != (before.purged_pairs(bases, places) > 0)]
        return changed

    def bearers(self, bases: HashArray) -> Numbers:
        """Return the ascending numbers of current stored records that have one of the keys."""
        places = [key_places(bases, table.keys) for table in self.stored]
        return exclude(_stored_bearers(np.arange(len(bases)), places, self.stored)[1], self.ended)


def find_stored_pairs(
    fresh: KeyTable,
    kinds: ByteArray,
    stored: Sequence[StoredKeys],
    *,
    purge: BlockPurge | None = None,
    cap: int | None = None,
) -> tuple[IntArray, Numbers, int]:
    """Return the fresh row and the stored number of each pair that shares a key, and a count.

    Pairs are sorted. The count is the number of purged pairs. Give `purge` if `fresh` are not all
    new records, or if some of them are stored.
    """
    purge = purge or BlockPurge(stored, fresh, cap=cap)
    first = np.ones(len(fresh), dtype=bool)
    first[1:] = fresh.base[1:] != fresh.base[:-1]
    starts = np.flatnonzero(first)
    bases = fresh.base[starts]
    places = [key_places(bases, table.keys) for table in stored]
    total = np.zeros(len(bases), dtype=np.int64)
    for low, high in places:
        total += high - low
    followed = np.flatnonzero((total > 0) & (total <= _MAX_BEARERS))
    groups, numbers, refine, other_kinds = _stored_bearers(followed, places, stored)
    ends = np.append(starts[1:], len(fresh)).astype(np.int64)
    fresh_start, fresh_end = starts[followed], ends[followed]
    offsets = np.searchsorted(groups, np.arange(len(followed) + 1)).astype(np.int64)
    purged_pairs = purge.purged_pairs(bases, places)[followed]
    new = NewBearers(fresh.rows, fresh.refine, fresh_start, fresh_end, kinds)
    old = StoredBearers(refine, other_kinds, offsets)
    purged = purged_pairs > 0
    width = max((table.first + len(table.kinds) for table in stored), default=1)
    out = np.empty(count_stored_pairs(new, old, purged), dtype=np.int64)
    fill_stored_pairs(new, old, purged, numbers, width, out)
    pairs = sort_distinct(out)
    return (pairs // width).astype(np.int32), pairs % width, int(purged_pairs.sum())


def key_places(bases: HashArray, table: KeyTable) -> tuple[Numbers, Numbers]:
    """Return the first and the end index of keys in a table."""
    base = table.base.view()
    # as mapped arrays are, so that kernels are compiled only once
    base.flags.writeable = False
    low = _first_places(bases, base)
    high = low.copy()
    if len(base):
        hit = np.flatnonzero(base[np.minimum(low, len(base) - 1)] == bases)
        after = bases[hit] + np.uint64(1)
        high[hit] = np.where(after == 0, len(base), _first_places(after, base))
    return low, high


def _first_places(bases: HashArray, base: HashArray) -> Numbers:
    """Return the positions of keys in ascending keys, or the positions at which they would be
    inserted.
    """
    out = np.empty(len(bases), dtype=np.int64)
    for start in range(0, len(bases), _KEYS_AT_ONCE):
        part = slice(start, start + _KEYS_AT_ONCE)
        find_codes(bases[part], base, out[part])
    return out


_Bearers = tuple[Numbers, Numbers, IntArray, ByteArray]
"""Bearers of keys: place of the key, record number, refinement and kind of each."""


def _stored_bearers(chosen: Numbers, places: KeyPlaces, stored: Sequence[StoredKeys]) -> _Bearers:
    """Return the stored bearers of some keys (given by their positions in `places`), key by key."""
    parts = [
        _bearers_in_table(low[chosen], high[chosen], table)
        for (low, high), table in zip(places, stored, strict=True)
    ]
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none.astype(np.int32), none.astype(np.uint8)
    groups, numbers, refine, kinds = (
        np.concatenate([part[column] for part in parts]) for column in range(4)
    )
    if len(parts) > 1:
        order = np.argsort(groups, kind="stable")
        groups, numbers, refine, kinds = groups[order], numbers[order], refine[order], kinds[order]
    return groups, numbers, refine, kinds


def _bearers_in_table(low: Numbers, high: Numbers, table: StoredKeys) -> _Bearers:
    counts = high - low
    entries = spread(low, counts)
    rows = table.keys.rows[entries]
    valid = table.is_valid[rows]
    groups = np.repeat(np.arange(len(low), dtype=np.int64), counts)[valid]
    rows = rows[valid]
    numbers = rows.astype(np.int64) + table.first
    return groups, numbers, table.keys.refine[entries][valid], table.kinds[rows]


BUDGET = 20_000


@dataclass(frozen=True, slots=True)
class NearestRecords:
    """Hits: stored record `numbers[i]` has key `keys[i]`, whose `weights[i]` is its rarity in nats.

    `skipped_keys` counts keys that were too common to follow.
    """

    numbers: Numbers
    keys: Numbers
    weights: npt.NDArray[np.float64]
    skipped_keys: int


def find_nearest(
    query: KeyTable, kind: int, stored: Sequence[StoredKeys], *, budget: int = BUDGET
) -> NearestRecords:
    """Return the hits of one record's keys.

    Keys are equal, refinements equal or missing on either side, and kinds share a bit.
    """
    if not len(query) or not stored:
        none = np.zeros(0, dtype=np.int64)
        return NearestRecords(none, none, np.zeros(0, dtype=np.float64), 0)
    base, place = np.unique(query.base, return_inverse=True)
    places, record_count = [], 0
    bearers = np.zeros(len(base), dtype=np.int64)
    for table in stored:
        low, high = key_places(base, table.keys)
        places.append((low, high))
        bearers += high - low
        record_count += len(table.kinds)
    order = np.argsort(bearers, kind="stable")
    followed = np.zeros(len(base), dtype=bool)
    followed[order] = np.cumsum(bearers[order]) <= budget
    weight = np.log1p(max(record_count, 1) / np.maximum(bearers, 1))
    entries = np.flatnonzero(followed[place] & (bearers[place] > 0))
    numbers, keys = [], []
    for table, (low, high) in zip(stored, places, strict=True):
        own = place[entries]
        counts = high[own] - low[own]
        at = spread(low[own], counts)
        rows, refine = table.keys.rows[at], table.keys.refine[at]
        query_refine = np.repeat(query.refine[entries], counts)
        fits = (refine == query_refine) | (refine == 0) | (query_refine == 0)
        fits &= table.is_valid[rows] & ((table.kinds[rows] & kind) != 0)
        numbers.append(rows[fits].astype(np.int64) + table.first)
        keys.append(np.repeat(own, counts)[fits].astype(np.int64))
    hit = np.concatenate(keys)
    skipped = int(np.count_nonzero(~followed))
    return NearestRecords(np.concatenate(numbers), hit, weight[hit], skipped)


def find_nearest_of_many(
    queries: KeyTable, kinds: ByteArray, stored: Sequence[StoredKeys], *, budget: int = BUDGET
) -> list[Numbers]:
    """Return, for each query (`kinds` has its kind), the numbers that `find_nearest` gives for it,
    ascending and each once.
    """
    count = len(kinds)
    order = np.lexsort((queries.base, queries.rows))
    rows, base, refine = queries.rows[order], queries.base[order], queries.refine[order]
    is_first = np.ones(len(rows), dtype=np.bool_)
    is_first[1:] = (rows[1:] != rows[:-1]) | (base[1:] != base[:-1])
    key = np.cumsum(is_first) - 1
    key_rows, bases = rows[is_first], base[is_first]
    places = [key_places(bases, table.keys) for table in stored]
    bearers = np.zeros(len(bases), dtype=np.int64)
    for start, end in places:
        bearers += end - start
    # The rarest keys of each query come first, until its budget is spent.
    by_rarity = np.lexsort((bearers, key_rows))
    spent = np.cumsum(bearers[by_rarity])
    first = np.searchsorted(key_rows, key_rows)
    spent -= (spent - bearers[by_rarity])[first]
    followed = np.zeros(len(bases), dtype=np.bool_)
    followed[by_rarity] = spent <= budget
    entries = np.flatnonzero(followed[key] & (bearers[key] > 0))
    parts = [np.zeros((0, 2), dtype=np.int64)]
    for (low, high), table in zip(places, stored, strict=True):
        counts = high[key[entries]] - low[key[entries]]
        at = spread(low[key[entries]], counts)
        found, other_refine = table.keys.rows[at], table.keys.refine[at]
        own, own_refine = np.repeat(rows[entries], counts), np.repeat(refine[entries], counts)
        fits = (other_refine == own_refine) | (other_refine == 0) | (own_refine == 0)
        fits &= table.is_valid[found] & ((table.kinds[found] & kinds[own]) != 0)
        numbers = found[fits].astype(np.int64) + table.first
        parts.append(np.stack([own[fits].astype(np.int64), numbers], axis=1))
    pairs = np.unique(np.concatenate(parts), axis=0)
    bounds = np.searchsorted(pairs[:, 0], np.arange(1, count))
    return np.split(np.ascontiguousarray(pairs[:, 1]), bounds)


def query_scores(
    query: PrefilterArrays, records: PrefilterArrays, rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the scores by which rows of `records` are ranked for the only record of `query`
    (`rank_between`).
    """
    out = np.empty(len(rows), dtype=np.int64)
    fill_query_scores(query, records, rows, out)
    return out


_BINS = 1_024


def smallest_numbers(numbers: Numbers, most: int) -> Numbers:
    """Return the `most` smallest numbers, ascending."""
    if len(numbers) <= most:
        return np.sort(numbers)
    out = np.empty(len(numbers), dtype=np.int64)
    smallest = out[: take_smallest(numbers, most, np.zeros(_BINS, dtype=np.int64), out)]
    smallest.sort()
    return smallest[:most]


def exclude_members(few: Numbers, many: Numbers) -> Numbers:
    """Return the numbers of `few` (ascending, distinct, not negative) that are not among `many`."""
    is_member = np.zeros(len(few), dtype=np.bool_)
    mark_members(few, many, np.zeros(_BINS, dtype=np.bool_), is_member)
    others: Numbers = few[~is_member]
    return others
