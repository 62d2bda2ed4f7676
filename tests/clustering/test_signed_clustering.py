"""Clustering against an obvious oracle, and what holds whatever the input."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.clustering import CERTAIN, DOUBT, cluster

N = 9


def oracle(
    edges: dict[tuple[int, int], int],
    same: set[tuple[int, int]],
    different: set[tuple[int, int]],
    review: int,
    missing: int,
    kinds: list[int],
) -> list[int]:
    """The rule spelled out: look at every two clusters again after every merge."""
    graph = nx.Graph()
    graph.add_nodes_from(range(N))
    graph.add_edges_from(pair for pair, value in edges.items() if value >= review)
    graph.add_edges_from(same - different)
    clusters = [{row} for row in range(N)]
    may = dict(enumerate(kinds))
    for one, two in sorted(same - different):
        a = next(c for c in clusters if one in c)
        b = next(c for c in clusters if two in c)
        if a is not b and not any((min(x, y), max(x, y)) in different for x in a for y in b):
            clusters.remove(b)
            both = may[min(a)] & may[min(b)] or may[min(a)] | may[min(b)]
            a |= b
            may[min(a)] = both
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
                    or not may[min(first)] & may[min(second)]
                ):
                    continue
                values = [
                    edges[pair] if edges[pair] <= -CERTAIN else max(edges[pair], -DOUBT)
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
    st.sampled_from([0, 400, 2000]),
    st.lists(st.sampled_from([1, 2, 3, 3]), min_size=N, max_size=N),
)
def test_equals_the_oracle(
    edges: dict[tuple[int, int], int],
    same: set[tuple[int, int]],
    different: set[tuple[int, int]],
    missing: int,
    kinds: list[int],
) -> None:
    left = np.array([p[0] for p in edges], dtype=np.int32)
    right = np.array([p[1] for p in edges], dtype=np.int32)
    value = np.array(list(edges.values()), dtype=np.int32)
    found = cluster(
        N,
        left,
        right,
        value,
        merge_border=0,
        review_border=-2000,
        same=same,
        different=different,
        kinds=np.array(kinds, dtype=np.uint8),
        missing=missing,
    )
    assert found.tolist() == oracle(edges, same, different, -2000, missing, kinds)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(pairs, st.integers(-4, 4), max_size=22), st.randoms(use_true_random=False))
def test_order_of_pairs_plays_no_part(edges: dict[tuple[int, int], int], chance: object) -> None:
    items = list(edges.items())
    answers = []
    for _ in range(2):
        chance.shuffle(items)  # type: ignore[attr-defined]
        left = np.array([pair[0] for pair, _ in items], dtype=np.int32)
        right = np.array([pair[1] for pair, _ in items], dtype=np.int32)
        value = np.array([value for _, value in items], dtype=np.int32)
        answers.append(cluster(N, left, right, value, merge_border=0, review_border=-2).tolist())
    assert answers[0] == answers[1]


def test_no_chaining_through_one_weak_bridge() -> None:
    left = np.array([0, 0, 1, 3, 3, 4, 2, 0, 1], dtype=np.int32)
    right = np.array([1, 2, 2, 4, 5, 5, 3, 3, 4], dtype=np.int32)
    value = np.array([5, 5, 5, 5, 5, 5, 1, -6, -6], dtype=np.int32)
    found = cluster(6, left, right, value, merge_border=0, review_border=-1)
    assert found.tolist() == [0, 0, 0, 3, 3, 3]


def test_different_forbids_whatever_the_score() -> None:
    left, right = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    value = np.array([9000], dtype=np.int32)
    assert cluster(2, left, right, value, merge_border=0, review_border=-1).tolist() == [0, 0]
    assert cluster(
        2, left, right, value, merge_border=0, review_border=-1, different=[(1, 0)]
    ).tolist() == [0, 1]


def test_same_joins_what_was_never_compared() -> None:
    none = np.zeros(0, dtype=np.int32)
    assert cluster(
        3, none, none, none, merge_border=0, review_border=-1, same=[(2, 0)]
    ).tolist() == [0, 1, 0]


def test_nothing_is_both_a_person_and_a_group() -> None:
    """Who may be either comes to the likelier of the two; only a decision makes more of it."""
    left, right = np.array([0, 1], dtype=np.int32), np.array([1, 2], dtype=np.int32)
    value, kinds = np.array([4000, 5000], dtype=np.int32), np.array([1, 3, 2], dtype=np.uint8)

    def labels(same: list[tuple[int, int]] | None = None) -> list[int]:
        found = cluster(
            3,
            left,
            right,
            value,
            merge_border=0,
            review_border=-1,
            kinds=kinds,
            missing=0,
            same=same or (),
        )
        return list(found.tolist())

    assert labels() == [0, 1, 1]
    assert labels(same=[(0, 1)]) == [0, 0, 2]
    assert labels(same=[(0, 2)]) == [0, 0, 0]
