"""Greedy agglomeration on a sparse signed graph, component by component.

An edge between two clusters holds the sum and the number of the margins between their records, and
whether a decision keeps the clusters apart. A heap yields the edge of best mean margin; entries of
edges that have changed since are recognized by their version.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple, TypeAlias

import numpy as np

from resolver.kernels.arrays import AnyInt, ByteArray, HashArray, IntArray, LongArray
from resolver.kernels.clustering.edge_graph import (
    EdgeGraph,
    add_pairs,
    mean_margin,
    move_edge,
    new_graph,
    tidy_table,
)
from resolver.kernels.clustering.edge_table import edge_key, find_slot
from resolver.kernels.compiler import compiled

_LOW = 0xFFFFFFFF
"""The lower 32 bits."""


class RecordBatches(NamedTuple):
    """Records in batches: those of batch i are `rows[starts[i]:starts[i + 1]]`."""

    rows: LongArray
    starts: LongArray


class ComparedPairs(NamedTuple):
    """Compared pairs in batches (`starts`); records are numbered within their batch."""

    left: LongArray
    right: LongArray
    margin: LongArray
    starts: LongArray


class DecidedPairs(NamedTuple):
    """Decided pairs (n × 2) in batches (`starts`); records are numbered within their batch."""

    pairs: LongArray
    starts: LongArray


HeapEntry: TypeAlias = tuple[float, np.int64, np.int64]
"""Negative mean margin, clusters (smaller << 32 | larger), edge (edge << 32 | its version)."""


@compiled(inline="always", allocates=False)
def _may_merge(graph: EdgeGraph, edge: AnyInt) -> bool:
    """Return whether an edge has compared pairs and no decision against a merge."""
    may_merge: bool = graph.alive[edge] and not graph.forbidden[edge] and graph.pairs[edge] > 0
    return may_merge


@compiled(inline="always", allocates=False)
def _heap_entry(graph: EdgeGraph, edge: AnyInt, missing: int) -> HeapEntry:
    """Return the entry of an edge."""
    left, right = graph.ends[edge, 0], graph.ends[edge, 1]
    low, high = np.int64(min(left, right)), np.int64(max(left, right))
    mean = mean_margin(graph, edge, low, high, missing)
    return -mean, (low << 32) | high, (np.int64(edge) << 32) | graph.version[edge]


@compiled(inline="always", allocates=False)
def _shares_mark(graph: EdgeGraph, left: np.int64, right: np.int64) -> bool:
    """Return whether two clusters have a common mark."""
    for word in range(graph.marks.shape[1]):
        if graph.marks[left, word] & graph.marks[right, word] != 0:
            return True
    return False


@compiled(inline="always", allocates=False)
def _judge_entry(graph: EdgeGraph, entry: HeapEntry, missing: int) -> tuple[bool, float]:
    """Return whether the clusters of an entry merge, and the negative mean to push it with again.

    The latter is above 0 where it is not pushed again.
    """
    negative_mean, clusters, edge_version = entry
    keep, merged, edge = clusters >> 32, clusters & _LOW, edge_version >> 32
    is_outdated = graph.version[edge] != edge_version & _LOW
    if is_outdated or not graph.alive[edge] or graph.forbidden[edge]:
        return False, 1.0
    mean = mean_margin(graph, edge, keep, merged, missing)
    if mean < -negative_mean:
        # A cluster has grown by records that the other was not compared with.
        return False, -mean
    # The kinds of a cluster only narrow and its marks only grow, so such clusters can never merge.
    if _shares_mark(graph, keep, merged):
        return False, 1.0
    return graph.kinds[keep] & graph.kinds[merged] != 0, 1.0


@compiled(inline="always", allocates=False)
def _decided_merge(graph: EdgeGraph, pair: LongArray) -> tuple[np.int64, np.int64]:
    """Return the clusters that a decided pair merges, the one to keep first; -1 where none."""
    left, right = np.int64(pair[0]), np.int64(pair[1])
    while graph.parent[left] != left:
        left = graph.parent[left]
    while graph.parent[right] != right:
        right = graph.parent[right]
    keep, merged = min(left, right), max(left, right)
    if left == right or _shares_mark(graph, keep, merged):
        return np.int64(-1), np.int64(-1)
    slot = find_slot(graph.keys, edge_key(keep, merged, len(graph.first)))
    if slot >= 0 and graph.forbidden[graph.edges[slot]]:
        return np.int64(-1), np.int64(-1)
    return keep, merged


@compiled(inline="always", allocates=False)
def _unite(graph: EdgeGraph, keep: np.int64, merged: np.int64) -> None:
    """Add the records of a cluster to the one that is kept."""
    kinds = graph.kinds
    graph.parent[merged] = keep
    # A decision can merge kinds that exclude each other; the cluster may then be either.
    common = kinds[keep] & kinds[merged]
    kinds[keep] = common if common else kinds[keep] | kinds[merged]
    graph.members[keep] += graph.members[merged]
    for word in range(graph.marks.shape[1]):
        graph.marks[keep, word] |= graph.marks[merged, word]


@compiled(inline="always", allocates=False)
def _merge_clusters(
    graph: EdgeGraph, keep: np.int64, merged: np.int64, changed: LongArray
) -> tuple[int, int]:
    """Merge two clusters; write the edges that have changed into `changed`.

    Return how many there are, and how many slots were used for the first time.
    """
    _unite(graph, keep, merged)
    count, used = 0, 0
    half = np.int64(graph.first[merged])
    while half >= 0:
        following = np.int64(graph.following[half])
        if graph.alive[half >> 1]:
            edge, new = move_edge(graph, half, keep, merged)
            used += new
            if edge >= 0:
                changed[count] = edge
                count += 1
        half = following
    return count, used


@compiled(allocates=False)
def _find_roots(parent: LongArray) -> None:
    """Replace the parent of each record by the root of its cluster."""
    for row in range(len(parent)):
        root = row
        while parent[root] != root:
            root = parent[root]
        parent[row] = root


@compiled()
def _agglomerate_batch(
    left: LongArray,
    right: LongArray,
    margin: LongArray,
    apart: LongArray,
    same: LongArray,
    kinds: ByteArray,
    marks: HashArray,
    missing: int,
) -> LongArray:
    """Return the root of each record: decided pairs are merged first, then the best mean margin."""
    graph = new_graph(len(left) + len(apart), kinds, marks)
    edge_count, used = add_pairs(graph, left, right, margin, apart)
    changed = np.empty(len(graph.alive), dtype=np.int64)
    for decided in range(len(same)):
        keep, merged = _decided_merge(graph, same[decided])
        if keep >= 0:
            _, new = _merge_clusters(graph, keep, merged, changed)
            used = tidy_table(graph, edge_count, used + new)
    heap = [(0.0, np.int64(0), np.int64(0))]
    heap.pop()
    for number in range(edge_count):
        if _may_merge(graph, number):
            entry = _heap_entry(graph, number, missing)
            if entry[0] <= 0:
                heapq.heappush(heap, entry)
    while len(heap) > 0:
        entry = heapq.heappop(heap)
        merges, negative_mean = _judge_entry(graph, entry, missing)
        if merges:
            count, new = _merge_clusters(graph, entry[1] >> 32, entry[1] & _LOW, changed)
            used = tidy_table(graph, edge_count, used + new)
            for place in range(count):
                if _may_merge(graph, changed[place]):
                    entry = _heap_entry(graph, changed[place], missing)
                    if entry[0] <= 0:
                        heapq.heappush(heap, entry)
        elif negative_mean <= 0:
            heapq.heappush(heap, (negative_mean, entry[1], entry[2]))
    _find_roots(graph.parent)
    return graph.parent


@compiled()
def _take_rows(marks: HashArray, rows: LongArray) -> HashArray:
    """Return the marks of some rows."""
    selected = np.empty((len(rows), marks.shape[1]), dtype=np.uint64)
    for place in range(len(rows)):
        for word in range(marks.shape[1]):
            selected[place, word] = marks[rows[place], word]
    return selected


@compiled()
def agglomerate(
    first: int,
    last: int,
    records: RecordBatches,
    compared: ComparedPairs,
    apart: DecidedPairs,
    same: DecidedPairs,
    kinds: ByteArray,
    marks: HashArray,
    missing: int,
    labels: IntArray,
) -> None:
    """Agglomerate batches `first` … `last` - 1 and write the root of merged records into `labels`.

    `kinds`: kind bits of all records, `marks` (records × words) bits that clusters which merge must
    not have in common. `missing`: margin that a pair takes from the sum between two clusters if it
    was not compared.
    """
    for batch in range(first, last):
        start, end = records.starts[batch], records.starts[batch + 1]
        edges = slice(compared.starts[batch], compared.starts[batch + 1])
        rows = records.rows[start:end]
        roots = _agglomerate_batch(
            compared.left[edges],
            compared.right[edges],
            compared.margin[edges],
            apart.pairs[apart.starts[batch] : apart.starts[batch + 1]],
            same.pairs[same.starts[batch] : same.starts[batch + 1]],
            kinds[rows],
            _take_rows(marks, rows),
            missing,
        )
        for number in range(len(rows)):
            if roots[number] != number:
                labels[rows[number]] = rows[roots[number]]
