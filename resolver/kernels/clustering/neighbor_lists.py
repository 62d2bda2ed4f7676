"""Clusters with the lists of clusters that compared or decided pairs connect them with.

An entry of a list holds the sum and the number of the margins between the records of two clusters.
Each record has a segment for the entries of its pairs, and the list of a cluster runs through the
segments of its records. A merge only joins two lists; entries that name a record of a merged
cluster, or the cluster itself, stay until the list is tidied, in its own segments.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, ByteArray, HashArray, IntArray, LongArray
from resolver.kernels.compiler import compiled

NONE = -1
"""No segment, no place, no cluster."""
FORBIDDEN = -1
"""Number of pairs of an entry whose clusters a decision keeps apart."""


class Clusters(NamedTuple):
    """Clusters of one batch, named by their smallest record, and the lists of their neighbors.

    Per entry: `neighbor` (a record of it), `total` and `pairs` (sum and number of margins, or
    `FORBIDDEN`). Per record: `parent`, `starts` (records + 1) and `ends` (of the entries in its
    segment), `following` (record whose segment continues the list). Per cluster: `last` (record
    whose segment ends the list), `entries` (at most, in its list), `members` (records), `kinds`
    (bits it may still be), `marks` (clusters × words: bits that no two clusters have once they
    merge), `place` (of its entry in the list that is being tidied).
    """

    neighbor: IntArray
    total: LongArray
    pairs: LongArray
    parent: IntArray
    starts: LongArray
    ends: LongArray
    following: IntArray
    last: IntArray
    entries: LongArray
    members: LongArray
    kinds: ByteArray
    marks: HashArray
    place: LongArray


@compiled(inline="always", allocates=False)
def find_root(parent: IntArray, record: AnyInt) -> np.int64:
    """Return the cluster of a record, and shorten the way to it."""
    row = np.int64(record)
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = np.int64(parent[row])
    return row


@compiled(inline="always", allocates=False)
def _add_entry(
    clusters: Clusters, record: AnyInt, neighbor: AnyInt, margin: AnyInt, pairs: int
) -> None:
    """Add an entry to the segment of a record."""
    entry = clusters.ends[record]
    clusters.ends[record] += 1
    clusters.neighbor[entry] = neighbor
    clusters.total[entry] = margin
    clusters.pairs[entry] = pairs


@compiled()
def list_neighbors(
    left: LongArray,
    right: LongArray,
    margin: LongArray,
    apart: LongArray,
    kinds: ByteArray,
    marks: HashArray,
) -> Clusters:
    """Return clusters of one record each, with entries of compared pairs and of pairs (n × 2) that
    are kept apart, each for either record.
    """
    count, size = len(kinds), 2 * (len(left) + len(apart))
    starts = np.zeros(count + 1, dtype=np.int64)
    for pair in range(len(left)):
        starts[left[pair] + 1] += 1
        starts[right[pair] + 1] += 1
    for pair in range(len(apart)):
        starts[apart[pair, 0] + 1] += 1
        starts[apart[pair, 1] + 1] += 1
    for record in range(count):
        starts[record + 1] += starts[record]
    clusters = Clusters(
        np.empty(size, dtype=np.int32),
        np.empty(size, dtype=np.int64),
        np.empty(size, dtype=np.int64),
        np.arange(count).astype(np.int32),
        starts,
        starts[:-1].copy(),
        np.full(count, NONE, dtype=np.int32),
        np.arange(count).astype(np.int32),
        np.diff(starts),
        np.ones(count, dtype=np.int64),
        kinds,
        marks,
        np.full(count, NONE, dtype=np.int64),
    )
    for pair in range(len(left)):
        _add_entry(clusters, left[pair], right[pair], margin[pair], 1)
        _add_entry(clusters, right[pair], left[pair], margin[pair], 1)
    for pair in range(len(apart)):
        _add_entry(clusters, apart[pair, 0], apart[pair, 1], 0, FORBIDDEN)
        _add_entry(clusters, apart[pair, 1], apart[pair, 0], 0, FORBIDDEN)
    return clusters


@compiled(inline="always", allocates=False)
def join_lists(clusters: Clusters, keep: np.int64, merged: np.int64) -> None:
    """Append the list of a merged cluster to that of the one that is kept."""
    clusters.following[clusters.last[keep]] = merged
    clusters.last[keep] = clusters.last[merged]
    clusters.entries[keep] += clusters.entries[merged]


@compiled(inline="always", allocates=False)
def is_forbidden(clusters: Clusters, cluster: np.int64, other: np.int64) -> bool:
    """Return whether a decision keeps two clusters apart."""
    segment = np.int64(cluster)
    while segment != NONE:
        for entry in range(clusters.starts[segment], clusters.ends[segment]):
            if clusters.pairs[entry] != FORBIDDEN:
                continue
            if find_root(clusters.parent, clusters.neighbor[entry]) == other:
                return True
        segment = np.int64(clusters.following[segment])
    return False


@compiled(inline="always", allocates=False)
def _add_to_entry(clusters: Clusters, place: np.int64, entry: AnyInt) -> None:
    """Add an entry to another of the same neighbor."""
    pairs = clusters.pairs
    clusters.total[place] += clusters.total[entry]
    if pairs[place] == FORBIDDEN or pairs[entry] == FORBIDDEN:
        pairs[place] = FORBIDDEN
    else:
        pairs[place] += pairs[entry]


@compiled(allocates=False)
def tidy_list(clusters: Clusters, cluster: np.int64) -> None:
    """Leave one entry for each neighbor in the list of a cluster, and set the place of each."""
    starts, place = clusters.starts, clusters.place
    target, end, left_out = np.int64(cluster), starts[cluster], 0
    segment = np.int64(cluster)
    while segment != NONE:
        for entry in range(starts[segment], clusters.ends[segment]):
            root = find_root(clusters.parent, clusters.neighbor[entry])
            if root == cluster or place[root] != NONE:
                if root != cluster:
                    _add_to_entry(clusters, place[root], entry)
                left_out += 1
                continue
            while end == starts[target + 1]:
                clusters.ends[target] = end
                target = np.int64(clusters.following[target])
                end = starts[target]
            clusters.neighbor[end] = root
            clusters.total[end], clusters.pairs[end] = clusters.total[entry], clusters.pairs[entry]
            place[root] = end
            end += 1
        segment = np.int64(clusters.following[segment])
    clusters.ends[target] = end
    clusters.following[target] = NONE
    clusters.last[cluster] = target
    clusters.entries[cluster] -= left_out
