"""Signed clustering: match edges pull, `different` decisions and low scores push; the order of input plays no part.

Two clusters merge where the mean of (log-odds − merge border) over the compared pairs between them is at least 0 and no
decision keeps any of their records apart; uncompared pairs carry no weight. Merges go best mean first, ties by the smallest
rows, inside the components of pairs at or above the review border (average-linkage agglomeration on a sparse signed graph;
cf. Bansal, Blum, Chawla 2004 on correlation clustering).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from resolver.records.batch import IntArray

Pair = tuple[int, int]


def cluster(
    count: int,
    left: IntArray,
    right: IntArray,
    logodds: npt.NDArray[np.integer],
    *,
    merge_border: int,
    review_border: int,
    same: Iterable[Pair] = (),
    different: Iterable[Pair] = (),
) -> IntArray:
    """Labels of `count` records: the smallest row of the cluster each belongs to.

    `left`, `right`, `logodds` (thousandths): every compared pair once. Borders in thousandths. `same` and `different` are
    decided pairs of rows; where they contradict each other, `different` wins.
    """
    apart = {_ordered(pair) for pair in different}
    joined = sorted({_ordered(pair) for pair in same} - apart)
    margin = logodds.astype(np.int64) - merge_border
    pulls = logodds >= review_border
    component = _components(count, left[pulls], right[pulls], joined)
    inside = component[left] == component[right]
    sizes = np.bincount(component, minlength=count)
    labels = np.arange(count, dtype=np.int32)
    touched = _touched(count, component, joined, apart)
    simple = inside & (sizes[component[left]] == 2) & ~touched[component[left]]
    merged = simple & (margin >= 0)
    labels[right[merged]] = left[merged]
    complex_edges = np.flatnonzero(inside & ~simple)
    order = complex_edges[np.argsort(component[left[complex_edges]], kind="stable")]
    groups = component[left[order]]
    starts = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1]))) if len(order) else np.zeros(0, dtype=np.int64)
    decided: dict[int, list[Pair]] = {}
    for pair in joined:
        decided.setdefault(int(component[pair[0]]), []).append(pair)
    forbidden: dict[int, list[Pair]] = {}
    for pair in sorted(apart):
        if component[pair[0]] == component[pair[1]]:
            forbidden.setdefault(int(component[pair[0]]), []).append(pair)
    seen: set[int] = set()
    for start, end in zip(starts, np.append(starts[1:], len(order)), strict=False):
        edges = order[start:end]
        number = int(groups[start])
        seen.add(number)
        _agglomerate(
            left[edges].tolist(), right[edges].tolist(), margin[edges].tolist(), decided.get(number, []),
            forbidden.get(number, []), labels,
        )
    for number in sorted(set(decided) - seen):
        # joined by decision alone, never compared
        _agglomerate([], [], [], decided[number], forbidden.get(number, []), labels)
    return labels


def _ordered(pair: Pair) -> Pair:
    return (min(pair), max(pair))


def _components(count: int, left: IntArray, right: IntArray, joined: list[Pair]) -> IntArray:
    one = np.concatenate([left, np.array([a for a, _ in joined], dtype=np.int32)])
    two = np.concatenate([right, np.array([b for _, b in joined], dtype=np.int32)])
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, two)), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    result: IntArray = component.astype(np.int32)
    return result


def _touched(count: int, component: IntArray, joined: list[Pair], apart: set[Pair]) -> npt.NDArray[np.bool_]:
    touched = np.zeros(max(count, 1), dtype=bool)
    for one, two in [*joined, *apart]:
        touched[component[one]] = True
        touched[component[two]] = True
    return touched


class _Graph:
    """Clusters of one component: members, and sums and counts of margins between neighbours, by smallest row."""

    def __init__(self) -> None:
        self.members: dict[int, list[int]] = {}
        self.edges: dict[int, dict[int, tuple[int, int]]] = {}
        self.enemies: dict[int, set[int]] = {}

    def add(self, one: int, two: int, total: int, pairs: int) -> None:
        for here, there in ((one, two), (two, one)):
            self.members.setdefault(here, [here])
            row = self.edges.setdefault(here, {})
            known = row.get(there, (0, 0))
            row[there] = (known[0] + total, known[1] + pairs)

    def hostile(self, one: int, two: int) -> bool:
        return two in self.enemies.get(one, ())

    def merge(self, keep: int, gone: int) -> list[int]:
        """Unite two clusters under the smaller row; gives the neighbours whose edges changed."""
        self.members[keep] += self.members.pop(gone)
        for enemy in self.enemies.pop(gone, set()):
            self.enemies[enemy].discard(gone)
            self.enemies[enemy].add(keep)
            self.enemies.setdefault(keep, set()).add(enemy)
        row = self.edges.setdefault(keep, {})
        row.pop(gone, None)
        changed = []
        for neighbour, (total, pairs) in self.edges.pop(gone, {}).items():
            if neighbour == keep:
                continue
            known = row.get(neighbour, (0, 0))
            row[neighbour] = (known[0] + total, known[1] + pairs)
            self.edges[neighbour].pop(gone)
            self.edges[neighbour][keep] = row[neighbour]
            changed.append(neighbour)
        return changed


def _agglomerate(
    left: list[int], right: list[int], margin: list[int], same: list[Pair], different: list[Pair], labels: IntArray
) -> None:
    graph = _Graph()
    for one, two, value in zip(left, right, margin, strict=True):
        graph.add(one, two, value, 1)
    for one, two in [*same, *different]:
        graph.members.setdefault(one, [one])
        graph.members.setdefault(two, [two])
    for one, two in different:
        graph.enemies.setdefault(one, set()).add(two)
        graph.enemies.setdefault(two, set()).add(one)
    home = {row: row for row in graph.members}
    for one, two in same:
        keep, gone = _ordered((_root(home, one), _root(home, two)))
        if keep != gone and not graph.hostile(keep, gone):
            graph.merge(keep, gone)
            home[gone] = keep
    _greedy(graph)
    for row, members in graph.members.items():
        labels[members] = row


def _root(home: dict[int, int], row: int) -> int:
    while home[row] != row:
        row = home[row]
    return row


def _greedy(graph: _Graph) -> None:
    heap: list[tuple[float, int, int, int, int]] = []

    def offer(one: int, two: int) -> None:
        total, pairs = graph.edges[one][two]
        if total >= 0:
            low, high = _ordered((one, two))
            heapq.heappush(heap, (-total / pairs, low, high, total, pairs))

    for one, row in graph.edges.items():
        for two in row:
            if one < two:
                offer(one, two)
    while heap:
        _, one, two, total, pairs = heapq.heappop(heap)
        # an entry is stale where a merge has changed or removed the edge since
        if graph.edges.get(one, {}).get(two) != (total, pairs) or graph.hostile(one, two):
            continue
        for neighbour in graph.merge(one, two):
            offer(one, neighbour)
