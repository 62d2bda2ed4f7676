"""Greedy agglomeration on a sparse signed graph, component by component.

An edge between two clusters holds the sum and the number of the margins between their records, and
whether a decision keeps the clusters apart. A heap yields the edge of best mean margin; entries of
edges that have changed since are recognized by their version.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, BoolArray, ByteArray, IntArray, LongArray
from resolver.kernels.clustering.edge_table import (
    DELETED,
    FREE,
    edge_key,
    find_slot,
    insert_edge,
)
from resolver.kernels.compiler import compiled


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


class EdgeGraph(NamedTuple):
    """Clusters of one batch and the edges between them.

    `keys` and `edges`: hash table from two clusters to their edge. Per edge: `ends` (edges × 2),
    `total` and `pairs` (sum and number of margins), `forbidden`, `alive`, `version`. Half-edges 2e
    and 2e + 1 stand in the lists of the two ends of edge e: `first` per cluster, `following` per
    half-edge (-1 none). Per cluster: `parent`, `members` (records), `kinds` (bits it may still be).
    """

    keys: LongArray
    edges: IntArray
    ends: LongArray
    total: LongArray
    pairs: LongArray
    forbidden: BoolArray
    alive: BoolArray
    version: LongArray
    first: LongArray
    following: LongArray
    parent: LongArray
    members: LongArray
    kinds: ByteArray


Heap = list[tuple[float, np.int64, np.int64, np.int64, np.int64]]
"""Entries (-mean margin, smaller cluster, larger cluster, edge, version of the edge)."""


@compiled(inline="always", allocates=False)
def _mean_margin(graph: EdgeGraph, edge: AnyInt, low: AnyInt, high: AnyInt, missing: int) -> float:
    """Return the mean margin of an edge between two clusters.

    The sum is reduced by `missing` for each pair of records that was not compared.
    """
    total, pairs = graph.total[edge], graph.pairs[edge]
    product = graph.members[low] * graph.members[high]
    mean: float = (total - missing * (product - pairs)) / pairs
    return mean


@compiled()
def _new_graph(count: int, capacity: int, kinds: ByteArray) -> EdgeGraph:
    """Return a graph of `count` clusters of one record each, with room for `capacity` edges."""
    size = 16
    while size < 2 * capacity:
        size *= 2
    return EdgeGraph(
        np.full(size, FREE, dtype=np.int64),
        np.empty(size, dtype=np.int32),
        np.zeros((capacity, 2), dtype=np.int64),
        np.zeros(capacity, dtype=np.int64),
        np.zeros(capacity, dtype=np.int64),
        np.zeros(capacity, dtype=np.bool_),
        np.zeros(capacity, dtype=np.bool_),
        np.zeros(capacity, dtype=np.int64),
        np.full(count, -1, dtype=np.int64),
        np.full(2 * capacity, -1, dtype=np.int64),
        np.arange(count),
        np.ones(count, dtype=np.int64),
        kinds,
    )


@compiled(inline="always", allocates=False)
def _add_edge(graph: EdgeGraph, edge: np.int64, left: AnyInt, right: AnyInt) -> int:
    """Add an edge; return 1 if it took a slot that was never used, else 0."""
    key = edge_key(left, right, len(graph.first))
    graph.ends[edge, 0], graph.ends[edge, 1], graph.alive[edge] = left, right, True
    graph.following[2 * edge], graph.first[left] = graph.first[left], 2 * edge
    graph.following[2 * edge + 1], graph.first[right] = graph.first[right], 2 * edge + 1
    return insert_edge(graph.keys, graph.edges, key, edge)


@compiled(allocates=False)
def _add_pairs(
    graph: EdgeGraph, left: LongArray, right: LongArray, margin: LongArray, apart: LongArray
) -> tuple[int, int]:
    """Add compared pairs and pairs kept apart; return the number of edges and of used slots."""
    made, used = 0, 0
    for pair in range(len(left)):
        # A compared pair comes once, so it is a new edge.
        edge = np.int64(made)
        made += 1
        used += _add_edge(graph, edge, left[pair], right[pair])
        graph.total[edge] += margin[pair]
        graph.pairs[edge] += 1
    for pair in range(len(apart)):
        low, high = apart[pair, 0], apart[pair, 1]
        slot = find_slot(graph.keys, edge_key(low, high, len(graph.first)))
        if slot >= 0:
            edge = np.int64(graph.edges[slot])
        else:
            edge = np.int64(made)
            made += 1
            used += _add_edge(graph, edge, low, high)
        graph.forbidden[edge] = True
    return made, used


@compiled(inline="always", allocates=False)
def _may_merge(graph: EdgeGraph, edge: np.int64) -> bool:
    """Return whether an edge has compared pairs and no decision against a merge."""
    may_merge: bool = graph.alive[edge] and not graph.forbidden[edge] and graph.pairs[edge] > 0
    return may_merge


@compiled(inline="always", allocates=False)
def _is_stale(graph: EdgeGraph, edge: np.int64, version: np.int64) -> bool:
    """Return whether an edge has changed since its version was pushed."""
    is_stale: bool = (
        not graph.alive[edge] or graph.version[edge] != version or graph.forbidden[edge]
    )
    return is_stale


@compiled(inline="always", allocates=False)
def _common_kinds(graph: EdgeGraph, left: np.int64, right: np.int64) -> np.uint8:
    return np.uint8(graph.kinds[left] & graph.kinds[right])


@compiled(inline="always", allocates=False)
def _version(graph: EdgeGraph, edge: np.int64) -> np.int64:
    return np.int64(graph.version[edge])


@compiled(inline="always")
def _push_edge(
    heap: Heap, graph: EdgeGraph, edge: np.int64, left: AnyInt, right: AnyInt, missing: int
) -> None:
    """Push an edge of the heap's clusters if its mean margin speaks for a merge."""
    low, high = np.int64(min(left, right)), np.int64(max(left, right))
    mean = _mean_margin(graph, edge, low, high, missing)
    if mean >= 0:
        heapq.heappush(heap, (-mean, low, high, edge, _version(graph, edge)))


@compiled(inline="always", allocates=False)
def _decided_merge(graph: EdgeGraph, pair: LongArray) -> tuple[np.int64, np.int64]:
    """Return the clusters that a decided pair merges, the one to keep first; -1 where none."""
    left, right = np.int64(pair[0]), np.int64(pair[1])
    while graph.parent[left] != left:
        left = graph.parent[left]
    while graph.parent[right] != right:
        right = graph.parent[right]
    keep, merged = min(left, right), max(left, right)
    if left == right:
        return np.int64(-1), np.int64(-1)
    slot = find_slot(graph.keys, edge_key(keep, merged, len(graph.first)))
    if slot >= 0 and graph.forbidden[graph.edges[slot]]:
        return np.int64(-1), np.int64(-1)
    return keep, merged


@compiled(inline="always")
def _next_merge(heap: Heap, graph: EdgeGraph, missing: int) -> tuple[np.int64, np.int64]:
    """Pop the best edge that may merge; return its clusters, the one to keep first, or -1."""
    while len(heap) > 0:
        negative_mean, keep, merged, edge, version = heapq.heappop(heap)
        if _is_stale(graph, edge, version):
            continue
        mean = _mean_margin(graph, edge, keep, merged, missing)
        if mean < -negative_mean:
            # A cluster has grown by records that the other was not compared with.
            if mean >= 0:
                heapq.heappush(heap, (-mean, keep, merged, edge, version))
            continue
        if _common_kinds(graph, keep, merged) == 0:
            # The kinds of a cluster only narrow, so these two can never merge.
            continue
        return keep, merged
    return np.int64(-1), np.int64(-1)


@compiled(inline="always", allocates=False)
def _move_edge(
    graph: EdgeGraph, half: np.int64, keep: np.int64, merged: np.int64
) -> tuple[np.int64, np.int64, int]:
    """Give an edge of the merged cluster to the one that is kept.

    Return the edge that has changed (-1 none), the cluster at its other end, and 1 if a slot was
    used for the first time, else 0.
    """
    edge, count = half >> 1, len(graph.first)
    if not graph.alive[edge]:
        return np.int64(-1), keep, 0
    other = graph.ends[edge, 1] if graph.ends[edge, 0] == merged else graph.ends[edge, 0]
    graph.keys[find_slot(graph.keys, edge_key(merged, other, count))] = DELETED
    if other == keep:
        graph.alive[edge] = False
        return np.int64(-1), other, 0
    slot = find_slot(graph.keys, edge_key(keep, other, count))
    if slot < 0:
        graph.ends[edge, 0], graph.ends[edge, 1] = keep, other
        used = insert_edge(graph.keys, graph.edges, edge_key(keep, other, count), edge)
        graph.following[half], graph.first[keep] = graph.first[keep], half
        graph.version[edge] += 1
        return edge, other, used
    changed = np.int64(graph.edges[slot])
    graph.total[changed] += graph.total[edge]
    graph.pairs[changed] += graph.pairs[edge]
    graph.forbidden[changed] |= graph.forbidden[edge]
    graph.alive[edge] = False
    graph.version[changed] += 1
    return changed, other, 0


@compiled(inline="always", allocates=False)
def _unite(graph: EdgeGraph, keep: np.int64, merged: np.int64) -> None:
    """Add the records of a cluster to the one that is kept."""
    kinds = graph.kinds
    graph.parent[merged] = keep
    # A decision can merge kinds that exclude each other; the cluster may then be either.
    common = kinds[keep] & kinds[merged]
    kinds[keep] = common if common else kinds[keep] | kinds[merged]
    graph.members[keep] += graph.members[merged]


@compiled(inline="always", allocates=False)
def _first_half(graph: EdgeGraph, cluster: np.int64) -> np.int64:
    return np.int64(graph.first[cluster])


@compiled(inline="always", allocates=False)
def _following_half(graph: EdgeGraph, half: np.int64) -> np.int64:
    return np.int64(graph.following[half])


@compiled(inline="always")
def _merge_clusters(
    graph: EdgeGraph, keep: np.int64, merged: np.int64, heap: Heap, fill_heap: bool, missing: int
) -> int:
    """Merge two clusters; return how many slots were used for the first time.

    `fill_heap`: whether edges that have changed are pushed.
    """
    _unite(graph, keep, merged)
    used = 0
    half = _first_half(graph, merged)
    while half >= 0:
        following = _following_half(graph, half)
        edge, other, new = _move_edge(graph, half, keep, merged)
        used += new
        if edge >= 0 and fill_heap and _may_merge(graph, edge):
            _push_edge(heap, graph, edge, keep, other, missing)
        half = following
    return used


@compiled(inline="always", allocates=False)
def _tidied(graph: EdgeGraph, made: int, used: int) -> int:
    """Rebuild the hash table if too many slots hold edges that are gone; return the used slots."""
    if 4 * used <= 3 * len(graph.keys):
        return used
    graph.keys[:] = FREE
    used = 0
    for number in range(made):
        edge = np.int64(number)
        if graph.alive[edge]:
            key = edge_key(graph.ends[edge, 0], graph.ends[edge, 1], len(graph.first))
            used += insert_edge(graph.keys, graph.edges, key, edge)
    return used


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
    missing: int,
) -> LongArray:
    """Return the root of each record: decided pairs are merged first, then the best mean margin."""
    graph = _new_graph(len(kinds), len(left) + len(apart), kinds)
    made, used = _add_pairs(graph, left, right, margin, apart)
    heap = [(0.0, np.int64(0), np.int64(0), np.int64(-1), np.int64(0))]
    heap.pop()
    for decided in range(len(same)):
        keep, merged = _decided_merge(graph, same[decided])
        if keep >= 0:
            used += _merge_clusters(graph, keep, merged, heap, False, missing)
            used = _tidied(graph, made, used)
    ends = graph.ends
    for number in range(made):
        edge = np.int64(number)
        if _may_merge(graph, edge):
            _push_edge(heap, graph, edge, ends[edge, 0], ends[edge, 1], missing)
    keep, merged = _next_merge(heap, graph, missing)
    while keep >= 0:
        used += _merge_clusters(graph, keep, merged, heap, True, missing)
        used = _tidied(graph, made, used)
        keep, merged = _next_merge(heap, graph, missing)
    _find_roots(graph.parent)
    return graph.parent


@compiled()
def agglomerate(
    first: int,
    last: int,
    records: RecordBatches,
    compared: ComparedPairs,
    apart: DecidedPairs,
    same: DecidedPairs,
    kinds: ByteArray,
    missing: int,
    labels: IntArray,
) -> None:
    """Agglomerate batches `first` … `last` - 1 and write the root of merged records into `labels`.

    `kinds`: kind bits of all records. `missing`: margin that a pair takes from the sum between two
    clusters if it was not compared.
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
            missing,
        )
        for number in range(len(rows)):
            if roots[number] != number:
                labels[rows[number]] = rows[roots[number]]
