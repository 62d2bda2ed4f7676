"""Patterns of agreement of pairs, and their counts in a hash table of limited size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import ByteArray, FloatArray, HashArray, IntArray, LongArray
from resolver.kernels.compiler import compiled

FREE = -1
"""Slot without a pattern."""


class PatternTable(NamedTuple):
    """Counts of patterns: `keys` (`FREE` without one) and `numbers` are the slots of a hash table.

    `counts` (patterns + 1 × bins) has a row per pattern, the last for pairs whose pattern found no
    room. `hashes` (patterns × samples) and `samples` (patterns × samples × 3: left row, right row,
    log-odds) hold the pairs of the smallest hashes. `used` (1): number of patterns.
    """

    keys: LongArray
    numbers: IntArray
    counts: LongArray
    hashes: HashArray
    samples: IntArray
    used: LongArray


class PairColumns(NamedTuple):
    """Pairs of rows, with their log-odds (thousandths) and patterns; negative patterns are left
    out.
    """

    left: IntArray
    right: IntArray
    logodds: IntArray
    patterns: LongArray


@compiled(allocates=False)
def note_outcomes(
    values: FloatArray, near_from: float, agree_from: float, marks: ByteArray
) -> None:
    """Mark the outcome of one comparator for each pair: 1 differs, 2 nearly agrees, 4 agrees; no
    mark where a value (NaN) is missing.
    """
    for pair in range(len(values)):
        value = np.float64(values[pair])
        if value == value:
            grade = np.uint8(value >= near_from) + np.uint8(value >= agree_from)
            marks[pair] |= np.uint8(1) << grade


@compiled(allocates=False)
def add_topic(marks: ByteArray, shift: int, patterns: LongArray) -> None:
    """Add the outcome of a topic to the patterns of pairs, at bit `shift`, and clear the marks.

    0: nothing to compare, 1: all comparators differ, 3: all agree, 2: anything else.
    """
    for pair in range(len(marks)):
        mark = marks[pair]
        outcome = 0 if mark == 0 else 1 if mark == 1 else 3 if mark == 4 else 2
        patterns[pair] |= np.int64(outcome) << shift
        marks[pair] = 0


@compiled(inline="always", allocates=False)
def _pair_hash(left: np.int32, right: np.int32) -> np.uint64:
    """Return a hash of a pair of rows (finalizer of SplitMix64, Steele et al. 2014)."""
    value = np.uint64(left) << np.uint64(32) | np.uint64(right)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@compiled(allocates=False)
def _find_slot(keys: LongArray, pattern: np.int64) -> np.int64:
    """Return the slot that has a pattern, or the free one where it belongs."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(pattern) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] not in (FREE, pattern):
        slot = (slot + 1) & mask
    return slot


@compiled(allocates=False)
def _find_row(table: PatternTable, pattern: np.int64) -> np.int64:
    """Return the row of a pattern, at first a new one; the last where the table has no room."""
    last, slot = np.int64(len(table.counts) - 1), _find_slot(table.keys, pattern)
    if table.keys[slot] == FREE:
        if table.used[0] == last:
            return last
        table.keys[slot] = pattern
        table.numbers[slot] = table.used[0]
        table.used[0] += 1
    return np.int64(table.numbers[slot])


@compiled(allocates=False)
def _offer_sample(
    hashes: HashArray, samples: IntArray, first: int, last: int, pair: PairColumns, place: int
) -> None:
    """Keep a pair among the samples `first` … `last`, ascending by hash, if its own is smaller."""
    own = _pair_hash(pair.left[place], pair.right[place])
    if own >= hashes[last]:
        return
    at = last
    while at > first and hashes[at - 1] > own:
        hashes[at] = hashes[at - 1]
        for column in range(3):
            samples[at, column] = samples[at - 1, column]
        at -= 1
    hashes[at] = own
    samples[at, 0] = pair.left[place]
    samples[at, 1] = pair.right[place]
    samples[at, 2] = pair.logodds[place]


@compiled(allocates=False)
def count_patterns(
    pairs: PairColumns, width: int, cuts: LongArray, per_group: int, table: PatternTable
) -> None:
    """Count pairs by pattern and log-odds, and keep samples of each group of log-odds.

    Bins of log-odds are `width` wide around 0, the outermost have what lies beyond. `cuts`
    (ascending) cut the groups, which have `per_group` samples each. Samples depend on the set of
    pairs alone, not on their order.
    """
    bins, last = table.counts.shape[1], np.int64(len(table.counts) - 1)
    for place in range(len(pairs.patterns)):
        pattern = pairs.patterns[place]
        if pattern < 0:
            continue
        row = _find_row(table, pattern)
        logodds = np.int64(pairs.logodds[place])
        at = min(max((logodds + width * (bins // 2)) // width, 0), bins - 1)
        table.counts[row, at] += 1
        if row == last:
            continue
        group = 0
        for border in cuts:
            group += logodds >= border
        first = group * per_group
        _offer_sample(
            table.hashes[row], table.samples[row], first, first + per_group - 1, pairs, place
        )
