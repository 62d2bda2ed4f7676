"""Candidate pairs: the records that share a key under the rules of a plan.

1. `pair_identical_rows` serves records of equal normal form. Block purging drops a key that would
   make more than `cap` pairs. Records that agree in everything have the same keys, so if there were
   more of them than a key may have, they would never be compared. Each of them is compared with one
   record that represents all. This makes one pair for each record, and any two of these records
   have the score that each of them has with the representative.
2. `join_candidates` groups the keys of all rules, counts their pairs, purges keys, and unites the
   pairs. A record without the refinement of a key joins all refinements of this key. Keys join many
   more pairs than the prefilter keeps. If all pairs need more than `PAIR_BUFFER_BYTES`, left
   records are processed in ranges, and each pass deals only the pairs of its range. Walking through
   the keys again takes a few nanoseconds per pair, less than a file would.
3. `trace_pair` explains one pair: the rules of a plan that join it, and the rules that nearly do. A
   rule nearly joins a pair if the keys agree but birth years or days differ, if only other plans
   use the rule, or if the prefilter drops the pair. Block purging is not considered, since it
   depends on the rest of the batch.

Except for block purging, everything depends only on the two records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.matching.blocking.key_groups import (
    KeyGroups,
    PackedPairs,
    PurgeCounts,
    UnitedPairs,
    group_keys,
    unite_dealt_pairs,
)
from resolver.matching.blocking.keys import (
    NO_PREFILTER_ARRAYS,
    KeyParts,
    RuleKeys,
    mix,
    prefilter_arrays,
    prefilter_scores,
)
from resolver.matching.blocking.rules import (
    NONE,
    PLANS,
    RULES,
    Plan,
    Rule,
    rule_keys,
    slow_rules_first,
)
from resolver.matching.kernels.pair_union import ALL_PAIRS
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import (
    HashArray,
    MaterializedBatch,
    PlaceTable,
    PreparedBatch,
    Ragged,
)
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.results.explanation import BlockingTrace, NearMiss
from resolver.records.results.resolution import RuleStat
from resolver.runtime.key_groups import LeftRange, RecordSides
from resolver.runtime.threads import threads

Numbers = npt.NDArray[np.int64]
NO_TWINS: IntArray = np.zeros((0, 2), dtype=np.int32)


def pair_identical_rows(
    prepared: PreparedBatch,
    rows: Numbers,
    is_last: npt.NDArray[np.bool_] | None = None,
    sides: npt.NDArray[np.uint8] | None = None,
) -> IntArray:
    """Return pairs (n × 2) of each row with the representative of its normal form.

    `rows` are the rows to consider, ascending. The representative is the first row without the flag
    `is_last` (one flag per row of the batch), or else the first row. The entries of each
    deduplicated list have a representative of their own, because two such entries may be different
    persons; it is compared with the representative of the other records. `sides` (one per row of
    the batch) links two sets: each side has a representative, which is compared with all rows of
    the other side.
    """
    if len(rows) < 2:
        return NO_TWINS
    lists = np.where(prepared.is_deduplicated[rows], prepared.sources[rows].astype(np.int64) + 1, 0)
    return pair_equal_contents(
        rows,
        hash_contents([BatchRows(prepared, rows)]),
        _words(lists),
        np.zeros(len(rows), dtype=bool) if is_last is None else is_last[rows],
        None if sides is None else sides[rows],
    )


def pair_equal_contents(
    rows: Numbers,
    hashes: HashArray,
    lists: HashArray,
    is_last: npt.NDArray[np.bool_],
    sides: npt.NDArray[np.uint8] | None,
) -> IntArray:
    """Return the pairs of `pair_identical_rows`, given a hash of the content of each row.

    `lists` has a number or hash of the deduplicated list of each row; 0 for rows of other lists.
    """
    order = np.argsort(is_last, kind="stable")
    rows, hashes, lists = rows[order], hashes[order], lists[order]
    hub = _first_equal(rows, mix(hashes, lists))
    if sides is not None:
        is_used = (lists == 0) | (hub == rows)
        return _pair_across(rows[is_used], hashes[is_used], sides[order][is_used])
    hub = np.where(hub == rows, _first_equal(rows, hashes), hub)
    is_other = hub != rows
    return np.stack([hub[is_other], rows[is_other]], axis=1).astype(np.int32)


def _pair_across(rows: Numbers, hashes: HashArray, sides: npt.NDArray[np.uint8]) -> IntArray:
    """Return, for each hash, pairs of its first row on one side and all of its rows on the other
    side.
    """
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for side in (0, 1):
        is_own, is_other = sides != 1 - side, sides != side
        distinct, first = np.unique(hashes[is_own], return_index=True)
        has_hub = is_other & np.isin(hashes, distinct)
        hub = rows[is_own][first[np.searchsorted(distinct, hashes[has_hub])]]
        pairs.append(np.sort(np.stack([hub, rows[has_hub]], axis=1), axis=1))
    every = np.unique(np.concatenate(pairs), axis=0)
    return every[every[:, 0] < every[:, 1]].astype(np.int32)


def _first_equal(rows: Numbers, hashes: HashArray) -> Numbers:
    """Return, for each row, the first row with the same hash."""
    _, first, place = np.unique(hashes, return_index=True, return_inverse=True)
    return rows[first[place.reshape(-1)]]


def hash_contents(parts: Sequence[BatchRows]) -> HashArray:
    """Return a hash of each row's values that comparators read, in the order of the parts.

    It does not depend on other rows, so rows of several batches can be compared by it.
    """
    count = sum(len(part.rows) for part in parts)
    rows = assemble(parts, pa.array([""] * count, pa.string()))
    countries = np.array([_hash_text(code) for code in rows.country_codes], dtype=np.uint64)
    columns = [
        rows.kinds.astype(np.uint64),
        rows.gender.astype(np.uint64),
        _sum_items(rows.names, mix(_hash_forms(rows)[rows.names.items], _words(rows.name_quality))),
        *(_sum_values(side, _hash_dates(rows)) for side in (rows.births, rows.starts)),
        *(
            _sum_values(side, countries)
            for side in (rows.nationalities, rows.countries, rows.linked_countries)
        ),
        _sum_values(rows.birth_places, _hash_places(rows.place_table, countries)),
        _sum_values(rows.addresses, _hash_places(rows.address_table, countries)),
        _sum_values(rows.identifiers, _hash_identifiers(rows, countries)),
        *(_sum_values(rows.plain[prop][0], rows.plain[prop][1].hashes) for prop in rows.plain),
    ]
    hashes = np.zeros(count, dtype=np.uint64)
    for column in columns:
        hashes = mix(hashes, column)
    return hashes


def _hash_forms(rows: MaterializedBatch) -> HashArray:
    """Return a hash of the words of each name form, in their order, with their roles."""
    tokens, forms = rows.forms.tokens, rows.forms
    place = np.arange(len(tokens.items)) - np.repeat(tokens.offsets[:-1], np.diff(tokens.offsets))
    role = (_words(place) << np.uint64(8)) | _words(forms.roles)
    return _sum_items(tokens, mix(rows.tokens.hashes[tokens.items], role))


def _hash_dates(rows: MaterializedBatch) -> HashArray:
    dates = rows.dates
    return _mix_columns(dates.year, dates.last_year, dates.month, dates.day, dates.circa)


def _hash_identifiers(rows: MaterializedBatch, countries: HashArray) -> HashArray:
    table = rows.identifier_table
    return _mix_columns(table.number, table.type, countries[table.country])


def _hash_places(table: PlaceTable, countries: HashArray) -> HashArray:
    return _mix_columns(
        countries[table.country],
        _sum_values(table.tokens, table.token_hashes),
        _sum_values(table.local, table.token_hashes),
    )


def _mix_columns(*columns: npt.NDArray[np.integer]) -> HashArray:
    hashes = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        hashes = mix(hashes, _words(column))
    return hashes


def _sum_values(side: Ragged, hashes: HashArray) -> HashArray:
    """Return a hash of the set of each row's values, given the hashes of the table."""
    return _sum_items(side, mix(hashes[side.items], np.uint64(1)))


def _sum_items(side: Ragged, hashes: HashArray) -> HashArray:
    """Return the sum of the hashes of each row's items."""
    sums = np.zeros(len(side), dtype=np.uint64)
    np.add.at(sums, side.rows, hashes)
    return sums


def _words(values: npt.NDArray[np.integer]) -> HashArray:
    words: HashArray = values.astype(np.int64).view(np.uint64)
    return words


def _hash_text(text: str) -> int:
    return int.from_bytes(text.encode()[:8].ljust(8, b"\0"), "little")


MAX_BLOCK_PAIRS = 500_000
PAIR_BUFFER_BYTES = 448 << 20
"""Maximum memory for the pairs of one pass, before the prefilter."""
_PAIR_BYTES = 8
"""Number of bytes of a dealt pair."""


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Candidate pairs, left < right, sorted, each once.

    `rules` has bit k set if rule k of `RULES` joins the pair. `uncompared` counts the records that
    share purged keys with other records and are in no pair. `twins` (n × 2) are the pairs of
    `pair_identical_rows`.
    """

    left: IntArray
    right: IntArray
    rules: npt.NDArray[np.uint32]
    uncompared: int = 0
    twins: IntArray = field(default_factory=lambda: NO_TWINS)

    def __len__(self) -> int:
        return len(self.left)


def join_candidates(
    prepared: PreparedBatch,
    plan: Plan,
    *,
    sides: npt.NDArray[np.uint8] | None = None,
    cap: int | None = None,
    workers: int = 2,
    buffer_bytes: int = PAIR_BUFFER_BYTES,
    purge_counts: PurgeCounts | None = None,
    is_last: npt.NDArray[np.bool_] | None = None,
) -> tuple[CandidatePairs, tuple[RuleStat, ...]]:
    """Return the pairs that a plan's rules join and its prefilter keeps, and figures of each rule.

    `sides` links two sets: only a record of side 0 and a record of side 1 pair. A record that
    belongs to both sides (`BOTH_SIDES`) is paired with records of either side. `cap` is the most
    pairs of a key; None is `MAX_BLOCK_PAIRS`. `buffer_bytes` limits the memory of pairs before the
    prefilter, but the pairs of one record always fit. `buffer_bytes` and `workers` do not change
    the result. `purge_counts` purges keys as among all stored records, if only some of them are
    compared. For `is_last` see `pair_identical_rows`.
    """
    cap = MAX_BLOCK_PAIRS if cap is None else cap
    no_sides = np.zeros(len(prepared), dtype=np.uint8)
    records = RecordSides(prepared.kinds, no_sides if sides is None else sides, sides is not None)
    rules = [(number, rule) for number, rule in enumerate(RULES) if rule.name in plan.rules]
    group = _rule_grouper(prepared, plan, records, cap, purge_counts)
    counted = _count_pairs(rules, group, records, max(workers, 1))
    # Frees the parts of keys, which only grouping needs.
    del group
    united = _unite_in_passes(prepared, plan, counted, max(buffer_bytes // _PAIR_BYTES, 1))
    left, right, bits, totals = united
    stats = (
        RuleStat(
            rule.name,
            rule.help,
            groups.distinct,
            int(totals[0, number]),
            int(totals[1, number]),
            groups.cut,
        )
        for (number, rule), groups in zip(rules, counted.groups, strict=True)
    )
    pairs = CandidatePairs(left, right, bits)
    twins = pair_identical_rows(prepared, _find_purged_rows(counted), is_last, sides)
    pairs = _add_twins(pairs, twins[passes_prefilter(prepared, plan, *twins.T)], counted)
    return replace(pairs, uncompared=_count_uncompared(counted, pairs)), tuple(stats)


def _rule_grouper(
    prepared: PreparedBatch,
    plan: Plan,
    records: RecordSides,
    cap: int,
    purge_counts: PurgeCounts | None,
) -> Callable[[int, Rule], KeyGroups]:
    """Return a function that groups the keys of a rule. It keeps the parts of keys in memory."""
    parts = KeyParts(prepared)
    return lambda number, rule: group_keys(
        rule_keys(rule, prepared, plan, number, parts), number, records, cap, purge_counts
    )


@dataclass(frozen=True, slots=True)
class _CountedPairs:
    """Groups of all rules, whose pairs are counted but not yet written.

    Each lane is a thread, and all pairs of a rule are dealt on one lane. `lanes` has, per lane, the
    first index of each left record's pairs. The pairs of left record i are between `ends[i]` and
    `ends[i + 1]`.
    """

    groups: list[KeyGroups]
    lane_of_rule: list[int]
    lanes: list[PackedPairs]
    ends: PackedPairs
    records: RecordSides

    def deal(self, start: int, stop: int) -> PackedPairs:
        """Return the pairs of left records `start` … `stop` - 1, dealt to their left records."""
        first = int(self.ends[start])
        dealt = np.empty(int(self.ends[stop]) - first, dtype=np.int64)
        left_range = LeftRange(start, stop, first)

        def deal_lane(lane: int) -> None:
            for groups, own_lane in zip(self.groups, self.lane_of_rule, strict=True):
                if own_lane == lane:
                    groups.pairs(self.records, self.lanes[lane], dealt, left_range)

        with threads(len(self.lanes)) as pool:
            list(pool.map(deal_lane, range(len(self.lanes))))
        return dealt


def _count_pairs(
    rules: Sequence[tuple[int, Rule]],
    group: Callable[[int, Rule], KeyGroups],
    records: RecordSides,
    workers: int,
) -> _CountedPairs:
    """Group the keys of all rules and count the pairs of each left record."""
    with threads(workers) as pool:
        groups = pool.map(lambda rule: group(*rule), slow_rules_first(rules))
        grouped = sorted(groups, key=attrgetter("number"))
    lane_of_rule = _share_lanes([groups.work for groups in grouped], workers)

    def count_lane(lane: int) -> PackedPairs:
        counts = np.zeros(len(records.kinds), dtype=np.int64)
        for groups, own_lane in zip(grouped, lane_of_rule, strict=True):
            if own_lane == lane:
                groups.pairs(records, counts)
        return counts

    with threads(workers) as pool:
        lanes = list(pool.map(count_lane, range(workers)))
    ends = np.zeros(len(records.kinds) + 1, dtype=np.int64)
    np.cumsum(sum(lanes), out=ends[1:])
    # The pairs of a record on one lane come after those on the lanes before it.
    start = ends[:-1].copy()
    for lane, counts in enumerate(lanes):
        lanes[lane], start = start, start + counts
    return _CountedPairs(grouped, lane_of_rule, lanes, ends, records)


def _share_lanes(sizes: Sequence[float], lanes: int) -> list[int]:
    """Return the lane of each rule, so that lanes have about the same size."""
    lane_of_rule, totals = [0] * len(sizes), [0.0] * lanes
    for rule in sorted(range(len(sizes)), key=lambda rule: -sizes[rule]):
        lane_of_rule[rule] = totals.index(min(totals))
        totals[lane_of_rule[rule]] += sizes[rule]
    return lane_of_rule


def _find_purged_rows(counted: _CountedPairs) -> npt.NDArray[np.int64]:
    """Return the records whose shared keys are all purged."""
    is_purged = np.zeros(len(counted.records.kinds), dtype=bool)
    for groups in counted.groups:
        is_purged[groups.cut_rows] = True
    for groups in counted.groups if is_purged.any() else ():
        is_purged[groups.rows] = False
    return np.flatnonzero(is_purged)


def _add_twins(pairs: CandidatePairs, twins: IntArray, counted: _CountedPairs) -> CandidatePairs:
    """Add the pairs of records of equal normal form. No pair is in both."""
    if not len(twins):
        return pairs
    bits = np.zeros(len(counted.records.kinds), dtype=np.uint32)
    for groups in counted.groups:
        bits[np.unique(groups.cut_rows)] |= np.uint32(1 << groups.number)
    left = np.concatenate([pairs.left, twins.min(axis=1)])
    right = np.concatenate([pairs.right, twins.max(axis=1)])
    rules = np.concatenate([pairs.rules, bits[twins[:, 1]]])
    order = np.lexsort((right, left))
    return CandidatePairs(left[order], right[order], rules[order], twins=twins)


def _count_uncompared(counted: _CountedPairs, pairs: CandidatePairs) -> int:
    """Return the number of records of purged keys that are in none of the pairs."""
    is_cut = np.zeros(len(counted.records.kinds), dtype=bool)
    for groups in counted.groups:
        is_cut[groups.cut_rows] = True
    is_cut[pairs.left] = False
    is_cut[pairs.right] = False
    return int(np.count_nonzero(is_cut))


def _unite_in_passes(
    prepared: PreparedBatch, plan: Plan, counted: _CountedPairs, max_pairs: int
) -> UnitedPairs:
    """Return the united pairs of all rules, dealing at most `max_pairs` at a time."""
    use_prefilter = plan.min_score is not None
    ends, workers = counted.ends, len(counted.lanes)
    arrays = prefilter_arrays(prepared, workers) if use_prefilter else NO_PREFILTER_ARRAYS
    min_score = ALL_PAIRS if plan.min_score is None else plan.min_score
    passes = []
    for start, stop in _ranges(ends, max_pairs):
        dealt = counted.deal(start, stop)
        pass_ends = ends[start : stop + 1] - ends[start]
        passes.append(unite_dealt_pairs(dealt, pass_ends, arrays, min_score, workers, first=start))
        del dealt
    del arrays
    return passes[0] if len(passes) == 1 else _concat_passes(passes)


def _ranges(ends: PackedPairs, most: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of left records with at most `most` pairs. A range has at least one record."""
    count, start, stop = len(ends) - 1, 0, -1
    while stop < count:
        stop = int(np.searchsorted(ends, ends[start] + most, side="right")) - 1
        stop = count if stop >= count else max(stop, start + 1)
        yield start, stop
        start = stop


def _concat_passes(passes: list[UnitedPairs]) -> UnitedPairs:
    """Return the results of several passes as one. Empties `passes` to save memory."""
    left, right, bits, totals = (list(column) for column in zip(*passes, strict=True))
    passes.clear()
    return _joined(left), _joined(right), _joined(bits), np.sum(totals, axis=0)


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def passes_prefilter(
    prepared: PreparedBatch, plan: Plan, left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    """Return a mask of pairs that reach the prefilter score of a plan."""
    if plan.min_score is None:
        return np.ones(len(left), dtype=bool)
    enough: npt.NDArray[np.bool_] = prefilter_scores(prepared, left, right) >= plan.min_score
    return enough


_HELP = {rule.name: rule.help for rule in RULES}


@dataclass(frozen=True, slots=True)
class _Touch:
    """Result of one rule for a pair.

    `shared`: the records share a key. `joined`: a refinement of a shared key fits, too.
    """

    shared: bool
    joined: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two rows of a batch."""

    prepared: PreparedBatch
    left: int
    right: int


def trace_pair(prepared: PreparedBatch, plan: Plan, left: int, right: int) -> BlockingTrace:
    """Return the rules of a plan that join two rows, and the rules that nearly join them."""
    if not prepared.kinds[left] & prepared.kinds[right]:
        return BlockingTrace(plan.name, ())
    pair = _Pair(prepared, left, right)
    joined: list[str] = []
    near: list[NearMiss] = []
    for number, rule in enumerate(RULES):
        touch = _touch(rule, number, plan, pair)
        if touch.joined:
            joined.append(rule.name)
        elif reason := _near_reason(rule, number, plan, pair, touch):
            near.append(NearMiss(rule.name, rule.help, reason))
    if joined and not passes_prefilter(prepared, plan, np.array([left]), np.array([right]))[0]:
        reason = f"the prefilter score of the pair is too low for plan {plan.name}"
        near = [*(NearMiss(name, _HELP[name], reason) for name in joined), *near]
        joined = []
    return BlockingTrace(plan.name, tuple(joined), tuple(near))


def _near_reason(rule: Rule, number: int, plan: Plan, pair: _Pair, touch: _Touch) -> str:
    """Return why a rule nearly joins a pair; empty if it does not nearly join it."""
    if touch.shared:
        refinement = plan.rules[rule.name]
        return f"the keys agree, but plan {plan.name} also requires the same {refinement} of birth"
    if rule.name in plan.rules:
        return ""
    plans = [other for other in PLANS if _touch(rule, number, other, pair).joined]
    return f"only {_listed(plans)} use{'s' if len(plans) == 1 else ''} this rule" if plans else ""


def _touch(rule: Rule, number: int, plan: Plan, pair: _Pair) -> _Touch:
    if rule.name not in plan.rules:
        return _Touch(False, False)
    keys = rule_keys(rule, pair.prepared, plan, number)
    left, right = _refinements(keys, pair.left), _refinements(keys, pair.right)
    common = left.keys() & right.keys()
    if not common or plan.rules[rule.name] == NONE:
        return _Touch(bool(common), bool(common))
    # A record without the refinement pairs with all refinements.
    fits = any(left[key] & right[key] or 0 in left[key] | right[key] for key in common)
    return _Touch(True, fits)


def _refinements(keys: RuleKeys, row: int) -> dict[int, set[int]]:
    """Return the keys of one record, each with its refinements."""
    refinements: dict[int, set[int]] = {}
    for place in np.flatnonzero(keys.rows == row).tolist():
        refinements.setdefault(int(keys.base[place]), set()).add(int(keys.refine[place]))
    return refinements


def _listed(plans: list[Plan]) -> str:
    return f"plan{'s' if len(plans) > 1 else ''} {' and '.join(plan.name for plan in plans)}"
