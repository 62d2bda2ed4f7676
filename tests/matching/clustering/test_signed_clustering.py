"""Clustering against an obvious oracle, and what holds whatever the input."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.clustering import (
    CERTAIN,
    MAX_DOUBT,
    DecidedRows,
    MergeRule,
    PairLogOdds,
    cluster,
)
from resolver.matching.clustering.signed_clustering import Constraints
from resolver.records.results.resolution import name_by_smallest_row

N = 9


def edge_pairs(edges: Iterable[tuple[tuple[int, int], int]]) -> PairLogOdds:
    """Return compared pairs with their log-odds as arrays."""
    items = list(edges)
    return PairLogOdds(
        np.array([pair[0] for pair, _ in items], dtype=np.int32),
        np.array([pair[1] for pair, _ in items], dtype=np.int32),
        np.array([value for _, value in items], dtype=np.int32),
    )


def oracle(
    edges: dict[tuple[int, int], int],
    same: set[tuple[int, int]],
    different: set[tuple[int, int]],
    review: int,
    missing: int,
    kinds: list[int],
    start: list[int],
    marks: list[int],
) -> list[int]:
    """Return the labels of a clustering that checks every two clusters again after every merge."""
    graph = nx.Graph()
    graph.add_nodes_from(range(N))
    graph.add_edges_from(pair for pair, value in edges.items() if value >= review)
    graph.add_edges_from(same - different)
    together = [(label, row) for row, label in enumerate(start) if row != label]
    # what is one already stays whole
    different = {pair for pair in different if start[pair[0]] != start[pair[1]]}
    graph.add_edges_from(together)
    clusters = [{row} for row in range(N)]
    may = dict(enumerate(kinds))

    def share_mark(first: set[int], second: set[int]) -> bool:
        return any(marks[x] & marks[y] for x in first for y in second)

    for left, right in [*together, *sorted(same - different)]:
        a = next(c for c in clusters if left in c)
        b = next(c for c in clusters if right in c)
        is_forbidden = any((min(x, y), max(x, y)) in different for x in a for y in b)
        if a is not b and not is_forbidden and not share_mark(a, b):
            clusters.remove(b)
            kinds_of_both = may[min(a)] & may[min(b)] or may[min(a)] | may[min(b)]
            a |= b
            may[min(a)] = kinds_of_both
    component = {
        row: number for number, part in enumerate(nx.connected_components(graph)) for row in part
    }
    while True:
        best: tuple[tuple[float, int, int], set[int], set[int]] | None = None
        for first in clusters:
            for second in clusters:
                if min(first) >= min(second):
                    continue
                between = [(min(x, y), max(x, y)) for x in first for y in second]
                if (
                    any(pair in different for pair in between)
                    or share_mark(first, second)
                    or not may[min(first)] & may[min(second)]
                ):
                    continue
                values = [
                    edges[pair] if edges[pair] <= -CERTAIN else max(edges[pair], -MAX_DOUBT)
                    for pair in between
                    if pair in edges and component[pair[0]] == component[pair[1]]
                ]
                total = sum(values) - missing * (len(between) - len(values))
                if values and total >= 0:
                    rank = (-total / len(values), min(first), min(second))
                    if best is None or rank < best[0]:
                        best = (rank, first, second)
        if best is None:
            break
        clusters.remove(best[2])
        may[min(best[1])] &= may[min(best[2])]
        best[1].update(best[2])
    label = {row: min(part) for part in clusters for row in part}
    return [label[row] for row in range(N)]


pairs = st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda p: p[0] < p[1])


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(pairs, st.integers(-9, 4).map(lambda value: 1000 * value), max_size=22),
    st.sets(pairs, max_size=2),
    st.sets(pairs, max_size=3),
    st.sampled_from([1, 400, 2000]),
    st.lists(st.sampled_from([1, 2, 3, 3]), min_size=N, max_size=N),
    st.lists(st.integers(0, N + 4), min_size=N, max_size=N),
    st.lists(st.sampled_from([0, 0, 1, 2, 3]), min_size=N, max_size=N),
)
def test_equals_the_oracle(
    edges: dict[tuple[int, int], int],
    same: set[tuple[int, int]],
    different: set[tuple[int, int]],
    missing: int,
    kinds: list[int],
    groups: list[int],
    marks: list[int],
) -> None:
    # rows of one group below 3 stand together already
    start = name_by_smallest_row(
        np.array([group if group < 3 else 3 + row for row, group in enumerate(groups)])
    ).tolist()
    different = {pair for pair in different if start[pair[0]] != start[pair[1]]}
    marks = [mark if start[row] == row else 0 for row, mark in enumerate(marks)]
    constraints = Constraints(
        DecidedRows(sorted(same), sorted(different)),
        kinds=np.array(kinds, dtype=np.uint8),
        start=np.array(start, dtype=np.int32),
        marks=np.array(marks, dtype=np.uint64).reshape(-1, 1),
    )
    labels = cluster(N, edge_pairs(edges.items()), MergeRule(0, -2000, missing), constraints)
    assert labels.tolist() == oracle(edges, same, different, -2000, missing, kinds, start, marks)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(pairs, st.integers(-4, 4), max_size=22), st.randoms(use_true_random=False))
def test_order_of_pairs_plays_no_part(edges: dict[tuple[int, int], int], chance: Random) -> None:
    items = list(edges.items())
    results = []
    for _ in range(2):
        chance.shuffle(items)
        results.append(cluster(N, edge_pairs(items), MergeRule(0, -2)).tolist())
    assert results[0] == results[1]


def test_weak_bridge_does_not_chain_clusters() -> None:
    left = [0, 0, 1, 3, 3, 4, 2, 0, 1]
    right = [1, 2, 2, 4, 5, 5, 3, 3, 4]
    values = [5, 5, 5, 5, 5, 5, 1, -6, -6]
    pairs = edge_pairs(zip(zip(left, right, strict=True), values, strict=True))
    assert cluster(6, pairs, MergeRule(0, -1)).tolist() == [0, 0, 0, 3, 3, 3]


def test_different_forbids_a_merge_at_any_score() -> None:
    pairs, rule = edge_pairs([((0, 1), 9000)]), MergeRule(0, -1)
    assert cluster(2, pairs, rule).tolist() == [0, 0]
    decided = DecidedRows([], [(1, 0)])
    assert cluster(2, pairs, rule, Constraints(decided)).tolist() == [0, 1]


def test_same_joins_records_that_were_never_compared() -> None:
    decided = DecidedRows([(2, 0)], [])
    labels = cluster(3, edge_pairs([]), MergeRule(0, -1), Constraints(decided))
    assert labels.tolist() == [0, 1, 0]


def test_no_entity_is_both_a_person_and_a_group() -> None:
    """Merge a record of either kind with the likelier one; only a decision merges all three."""
    pairs = edge_pairs([((0, 1), 4000), ((1, 2), 5000)])
    kinds = np.array([1, 3, 2], dtype=np.uint8)

    def labels(same: list[tuple[int, int]]) -> list[int]:
        decided = DecidedRows(same, [])
        rule = MergeRule(0, -1, missing=1)
        return list(cluster(3, pairs, rule, Constraints(decided, kinds=kinds)).tolist())

    assert labels([]) == [0, 1, 1]
    assert labels([(0, 1)]) == [0, 0, 2]
    assert labels([(0, 2)]) == [0, 0, 0]
