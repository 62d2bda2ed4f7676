"""Sparse signed graph of clusters: the sums of margins between them, and decisions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, BoolArray, ByteArray, HashArray, IntArray, LongArray
from resolver.kernels.clustering.edge_table import (
    DELETED,
    FREE,
    edge_key,
    find_slot,
    insert_edge,
)
from resolver.kernels.compiler import compiled


class EdgeGraph(NamedTuple):
    """Clusters of one batch and the edges between them.

    `keys` and `edges`: hash table from two clusters to their edge. Per edge: `ends` (edges × 2),
    `total` and `pairs` (sum and number of margins), `forbidden`, `alive`, `version`. Half-edges 2e
    and 2e + 1 stand in the lists of the two ends of edge e: `first` per cluster, `following` per
    half-edge (-1 none). Per cluster: `parent`, `members` (records), `kinds` (bits it may still be),
    `marks` (clusters × words: bits that no two clusters have once they merge).
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
    marks: HashArray


@compiled(inline="always", allocates=False)
def mean_margin(graph: EdgeGraph, edge: AnyInt, low: AnyInt, high: AnyInt, missing: int) -> float:
    """Return the mean margin of an edge between two clusters.

    The sum is reduced by `missing` for each pair of records that was not compared.
    """
    total, pairs = graph.total[edge], graph.pairs[edge]
    product = graph.members[low] * graph.members[high]
    mean: float = (total - missing * (product - pairs)) / pairs
    return mean


@compiled()
def new_graph(capacity: int, kinds: ByteArray, marks: HashArray) -> EdgeGraph:
    """Return a graph of clusters of one record each, with room for `capacity` edges."""
    size, count = 16, len(kinds)
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
        marks,
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
def add_pairs(
    graph: EdgeGraph, left: LongArray, right: LongArray, margin: LongArray, apart: LongArray
) -> tuple[int, int]:
    """Add compared pairs and pairs kept apart; return the number of edges and of used slots."""
    edge_count, used = 0, 0
    for pair in range(len(left)):
        # A compared pair comes once, so it is a new edge.
        edge = np.int64(edge_count)
        edge_count += 1
        used += _add_edge(graph, edge, left[pair], right[pair])
        graph.total[edge] += margin[pair]
        graph.pairs[edge] += 1
    for pair in range(len(apart)):
        low, high = apart[pair, 0], apart[pair, 1]
        slot = find_slot(graph.keys, edge_key(low, high, len(graph.first)))
        if slot >= 0:
            edge = np.int64(graph.edges[slot])
        else:
            edge = np.int64(edge_count)
            edge_count += 1
            used += _add_edge(graph, edge, low, high)
        graph.forbidden[edge] = True
    return edge_count, used


@compiled(inline="always", allocates=False)
def move_edge(
    graph: EdgeGraph, half: np.int64, keep: np.int64, merged: np.int64
) -> tuple[np.int64, int]:
    """Give an edge of the merged cluster to the one that is kept.

    Return the edge that has changed (-1 none), and 1 if a slot was used for the first time, else 0.
    """
    edge, count = half >> 1, len(graph.first)
    other = graph.ends[edge, 1] if graph.ends[edge, 0] == merged else graph.ends[edge, 0]
    graph.keys[find_slot(graph.keys, edge_key(merged, other, count))] = DELETED
    if other == keep:
        graph.alive[edge] = False
        return np.int64(-1), 0
    slot = find_slot(graph.keys, edge_key(keep, other, count))
    if slot < 0:
        graph.ends[edge, 0], graph.ends[edge, 1] = keep, other
        used = insert_edge(graph.keys, graph.edges, edge_key(keep, other, count), edge)
        graph.following[half], graph.first[keep] = graph.first[keep], half
        graph.version[edge] += 1
        return edge, used
    changed = np.int64(graph.edges[slot])
    graph.total[changed] += graph.total[edge]
    graph.pairs[changed] += graph.pairs[edge]
    graph.forbidden[changed] |= graph.forbidden[edge]
    graph.alive[edge] = False
    graph.version[changed] += 1
    return changed, 0


@compiled(inline="always", allocates=False)
def tidy_table(graph: EdgeGraph, edge_count: int, used: int) -> int:
    """Rebuild the hash table if too many slots hold edges that are gone; return the used slots."""
    if 4 * used <= 3 * len(graph.keys):
        return used
    graph.keys[:] = FREE
    used = 0
    for number in range(edge_count):
        edge = np.int64(number)
        if graph.alive[edge]:
            key = edge_key(graph.ends[edge, 0], graph.ends[edge, 1], len(graph.first))
            used += insert_edge(graph.keys, graph.edges, key, edge)
    return used
