"""Agglomeration by chains of best neighbors, against one that looks at all edges at each merge."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from resolver.matching.kernels.agglomeration import (
    ComparedPairs,
    DecidedPairs,
    Merges,
    RecordBatches,
    agglomerate,
    find_joining_merges,
)
from resolver.runtime.arrays import IntArray, LongArray

COUNT, MISSING = 80, 3
Edges = dict[tuple[int, int], tuple[int, int]]


def merge_best_first(
    margins: dict[tuple[int, int], int], apart: set[tuple[int, int]]
) -> tuple[list[int], dict[tuple[int, int], int]]:
    """Return the smallest record of the cluster of each record, and for two records of one cluster
    the mean margin with which they came together.
    """
    joined: dict[tuple[int, int], int] = {}
    edges: Edges = {pair: (margin, 1) for pair, margin in margins.items()}
    forbidden, sizes, labels = set(apart), [1] * COUNT, list(range(COUNT))

    def rank(edge: tuple[tuple[int, int], tuple[int, int]]) -> tuple[float, tuple[int, int]]:
        (low, high), (total, pairs) = edge
        return -(total - MISSING * (sizes[low] * sizes[high] - pairs)) / pairs, (low, high)

    while True:
        ranks = [rank(edge) for edge in edges.items() if edge[0] not in forbidden]
        best = min(ranks, default=(1.0, (0, 0)))
        if best[0] > 0:
            return labels, joined
        keep, merged = best[1]
        sides = [[row for row in range(COUNT) if labels[row] == label] for label in (keep, merged)]
        for first, second in product(*sides):
            joined[min(first, second), max(first, second)] = round(-best[0])
        sizes[keep] += sizes[merged]
        labels = [keep if label == merged else label for label in labels]

        def renamed(pair: tuple[int, int], old: int = merged, new: int = keep) -> tuple[int, int]:
            low, high = (new if end == old else end for end in pair)
            return min(low, high), max(low, high)

        sums: Edges = {}
        for pair, (total, pairs) in edges.items():
            before = sums.get(renamed(pair), (0, 0))
            sums[renamed(pair)] = before[0] + total, before[1] + pairs
        edges = {pair: edge for pair, edge in sums.items() if pair[0] != pair[1]}
        forbidden = {renamed(pair) for pair in forbidden}


def whole_batch(pairs: LongArray) -> DecidedPairs:
    """Return decided pairs (n × 2) of the one batch."""
    return DecidedPairs(pairs, np.array([0, len(pairs)]))


@pytest.mark.parametrize("seed", range(30))
def test_equals_merging_the_best_first(seed: int) -> None:
    chance = np.random.default_rng(seed)
    # groups of records that resemble each other, with many equal margins
    group = chance.integers(0, 12, COUNT)
    margins, apart = {}, set()
    for low, high in np.sort(chance.integers(0, COUNT, (1_500, 2)), axis=1).tolist():
        is_near = group[low] == group[high] or chance.random() < 0.1
        if low != high and is_near:
            margins[low, high] = int(chance.integers(-6, 9))
            if chance.random() < 0.02:
                apart.add((low, high))
    if seed % 2:
        # one record has more pairs than are looked at in the first turn
        hub = int(chance.integers(0, COUNT))
        for other in set(range(COUNT)) - {hub}:
            margins[min(hub, other), max(hub, other)] = int(chance.integers(-6, 9))
    left, right = np.array(list(margins), dtype=np.int64).T.copy()
    labels: IntArray = np.arange(COUNT, dtype=np.int32)
    into, margin, step = (
        np.full(COUNT, -1, np.int32),
        np.zeros(COUNT, int),
        np.zeros(COUNT + 1, int),
    )
    merges = Merges(into, margin, step)
    agglomerate(
        0,
        1,
        RecordBatches(np.arange(COUNT), np.array([0, COUNT])),
        ComparedPairs(left, right, np.array(list(margins.values())), np.array([0, len(left)])),
        whole_batch(np.array(sorted(apart), dtype=np.int64).reshape(-1, 2)),
        whole_batch(np.zeros((0, 2), dtype=np.int64)),
        np.ones(COUNT, dtype=np.uint8),
        np.zeros((COUNT, 0), dtype=np.uint64),
        MISSING,
        labels,
        merges,
    )
    assert len(set(labels.tolist())) < COUNT - 20
    expected, joined = merge_best_first(margins, apart)
    assert labels.tolist() == expected
    left, right = np.array(list(combinations(range(COUNT), 2)), dtype=np.int32).T.copy()
    ended = np.empty(len(left), dtype=np.int32)
    find_joining_merges(left, right, into, step, ended)
    margins_by_pair = {
        (first, second): int(margin[place])
        for first, second, place in zip(left.tolist(), right.tolist(), ended.tolist(), strict=True)
        if place >= 0
    }
    assert margins_by_pair == joined
