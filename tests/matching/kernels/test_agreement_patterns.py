"""Counts and samples of patterns, against dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from resolver.matching.kernels.agreement_patterns import (
    FREE,
    PairColumns,
    PatternTable,
    add_topic,
    count_patterns,
    note_outcomes,
)

WIDTH, BINS, SAMPLES = 100, 8, 4
_MASK = 2**64 - 1


def empty_table(limit: int) -> PatternTable:
    return PatternTable(
        np.full(64, FREE, dtype=np.int64),
        np.zeros(64, dtype=np.int32),
        np.zeros((limit + 1, BINS), dtype=np.int64),
        np.full((limit, SAMPLES), _MASK, dtype=np.uint64),
        np.zeros((limit, SAMPLES, 3), dtype=np.int32),
        np.zeros(1, dtype=np.int64),
    )


def draw_pairs(seed: int, patterns: int) -> PairColumns:
    chance = np.random.default_rng(seed)
    left = chance.integers(0, 500, 3_000).astype(np.int32)
    right = left + chance.integers(1, 500, 3_000).astype(np.int32)
    logodds = chance.integers(-900, 900, 3_000).astype(np.int32)
    return PairColumns(left, right, logodds, chance.integers(-1, patterns, 3_000) * 2**40)


def pair_hash(left: int, right: int) -> int:
    value = left << 32 | right
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return value ^ value >> 31


def rows_of(table: PatternTable) -> dict[int, int]:
    used = table.keys != FREE
    return dict(zip(table.keys[used].tolist(), table.numbers[used].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_counts_and_samples_are_those_of_dictionaries(seed: int) -> None:
    pairs, table = draw_pairs(seed, 20), empty_table(20)
    cuts = np.array([0], dtype=np.int64)
    count_patterns(pairs, WIDTH, cuts, 2, table)
    counts: Counter[tuple[int, int]] = Counter()
    groups = defaultdict(set)
    columns = (column.tolist() for column in pairs)
    for left, right, logodds, pattern in zip(*columns, strict=True):
        if pattern >= 0:
            counts[pattern, min(max(logodds // WIDTH + BINS // 2, 0), BINS - 1)] += 1
            groups[pattern, logodds >= 0].add((pair_hash(left, right), left, right, logodds))
    rows = rows_of(table)
    assert rows.keys() == {pattern for pattern, _ in counts}
    for pattern, row in rows.items():
        assert table.counts[row].tolist() == [counts[pattern, at] for at in range(BINS)]
        for group in (False, True):
            # a pair that stands twice may be kept twice
            least = sorted(groups[pattern, group])[0]
            assert table.samples[row, 2 * group].tolist() == list(least[1:])
    assert not table.counts[-1].any()


def test_samples_do_not_depend_on_the_order_of_pairs() -> None:
    pairs, cuts = draw_pairs(5, 4), np.array([0], dtype=np.int64)
    order = np.random.default_rng(1).permutation(len(pairs.left))
    tables = [empty_table(4), empty_table(4)]
    count_patterns(pairs, WIDTH, cuts, 2, tables[0])
    left, right, logodds, patterns = pairs
    shuffled = PairColumns(left[order], right[order], logodds[order], patterns[order])
    count_patterns(shuffled, WIDTH, cuts, 2, tables[1])
    first, second = (
        {pattern: table.samples[row].tolist() for pattern, row in rows_of(table).items()}
        for table in tables
    )
    assert first == second


def test_patterns_beyond_the_limit_are_counted_together() -> None:
    pairs, table = draw_pairs(3, 10), empty_table(4)
    count_patterns(pairs, WIDTH, np.array([0], dtype=np.int64), 2, table)
    assert table.used[0] == 4
    assert table.counts.sum() == np.count_nonzero(pairs.patterns >= 0)
    assert table.counts[-1].sum() > 1_000


def test_outcomes_of_a_topic() -> None:
    nan = np.nan
    first = np.array([nan, nan, 0.1, 0.5, 0.9, 0.9, 0.1], dtype=np.float32)
    second = np.array([nan, 0.9, nan, nan, 0.95, 0.1, 0.2], dtype=np.float32)
    marks, patterns = np.zeros(7, dtype=np.uint8), np.full(7, 1, dtype=np.int64)
    for values in (first, second):
        note_outcomes(values, 0.5, 0.9, marks)
    add_topic(marks, 4, patterns)
    # float32 writes 0.9 as a little less
    assert ((patterns >> 4).tolist(), set((patterns & 15).tolist())) == ([0, 2, 1, 2, 2, 2, 1], {1})
    assert not marks.any()
