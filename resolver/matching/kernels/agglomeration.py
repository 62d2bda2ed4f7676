"""Greedy agglomeration on a sparse signed graph, component by component.

The two clusters of best mean margin merge first, ties by the smallest records. No merge raises the
best mean of a third cluster: the mean over the pairs of both lies between their means, and a pair
that was not compared lowers it. So two clusters that are best for each other merge whatever happens
elsewhere, and may do so at once. A chain of best neighbors leads to such a pair, without a queue of
all edges (nearest-neighbor chain; Benzécri 1982, Murtagh 1983).

Clusters with the lists of clusters that compared or decided pairs connect them with.

An entry of a list holds the sum and the number of the margins between the records of two clusters.
Each record has a segment for the entries of its pairs, and the list of a cluster runs through the
segments of its records. A merge only joins two lists; entries that name a record of a merged
cluster, or the cluster itself, stay until the list is tidied, in its own segments.

Connected components, and items sorted by key.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.runtime.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    DoubleArray,
    HashArray,
    IntArray,
    LongArray,
)
from resolver.runtime.compiler import compiled

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


_FINISHED = -1
"""State of a cluster that merges with no other any more."""
_FEW = 64
"""Entries of the longest list that is read in the first turn."""
DECIDED = -1
"""Margin of a merge that no pair was weighed for: by a decision, or of what was one already."""


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


class Merges(NamedTuple):
    """Merges of one clustering, by the cluster (its smallest record) that ended with it.

    `into` is the cluster that it became part of (-1: it never merged), `margin` the mean margin
    between the two, or `DECIDED`, and `step` the place of the merge in the order of merges.
    """

    into: IntArray
    margin: LongArray
    step: LongArray


@compiled(inline="always", allocates=False)
def _note_merge(merges: Merges, merged: np.int64, keep: np.int64, margin: AnyInt) -> None:
    """Note a merge; the last entry of `step` counts merges."""
    count = len(merges.into)
    merges.into[merged], merges.margin[merged] = keep, margin
    merges.step[merged] = merges.step[count]
    merges.step[count] += 1


@compiled(inline="always", allocates=False)
def _shares_mark(clusters: Clusters, left: np.int64, right: np.int64) -> bool:
    """Return whether two clusters have a common mark."""
    for word in range(clusters.marks.shape[1]):
        if clusters.marks[left, word] & clusters.marks[right, word] != 0:
            return True
    return False


@compiled(inline="always", allocates=False)
def _unite(clusters: Clusters, left: np.int64, right: np.int64) -> np.int64:
    """Merge two clusters and return the one that is kept."""
    keep, merged, kinds = min(left, right), max(left, right), clusters.kinds
    clusters.parent[merged] = keep
    # A decision can merge kinds that exclude each other; the cluster may then be either.
    common = kinds[keep] & kinds[merged]
    kinds[keep] = common if common else kinds[keep] | kinds[merged]
    clusters.members[keep] += clusters.members[merged]
    for word in range(clusters.marks.shape[1]):
        clusters.marks[keep, word] |= clusters.marks[merged, word]
    join_lists(clusters, keep, merged)
    return keep


@compiled(allocates=False)
def _unite_decided(clusters: Clusters, same: LongArray, has_apart: bool, merges: Merges) -> None:
    """Merge the clusters of decided pairs (n × 2) unless something keeps them apart."""
    for pair in range(len(same)):
        left = find_root(clusters.parent, same[pair, 0])
        right = find_root(clusters.parent, same[pair, 1])
        keep, merged = min(left, right), max(left, right)
        if left == right or _shares_mark(clusters, keep, merged):
            continue
        if not has_apart or not is_forbidden(clusters, merged, keep):
            _unite(clusters, keep, merged)
            _note_merge(merges, merged, keep, DECIDED)


@compiled(inline="always", allocates=False)
def _mean_margin(clusters: Clusters, cluster: np.int64, entry: AnyInt, missing: int) -> float:
    """Return the mean margin between a cluster and the neighbor of an entry; -1 if it is below 0.

    The sum is reduced by `missing` for each pair of records that was not compared.
    """
    pairs = clusters.pairs[entry]
    product = clusters.members[cluster] * clusters.members[clusters.neighbor[entry]]
    total = clusters.total[entry] - missing * (product - pairs)
    if pairs == FORBIDDEN or total < 0:
        return -1.0
    mean: float = total / pairs
    return mean


@compiled(allocates=False)
def _best_neighbor(
    clusters: Clusters, cluster: np.int64, missing: int, best_means: DoubleArray
) -> np.int64:
    """Return the neighbor that a cluster would merge with first, `NONE` where there is none; write
    the mean margin between the two into `best_means`.

    The list of the cluster must have been tidied; places are taken back.
    """
    best, best_mean = np.int64(NONE), 0.0
    segment = np.int64(cluster)
    while segment != NONE:
        for entry in range(clusters.starts[segment], clusters.ends[segment]):
            neighbor = np.int64(clusters.neighbor[entry])
            clusters.place[neighbor] = NONE
            mean = _mean_margin(clusters, cluster, entry, missing)
            # Of two pairs with this cluster, that with the smaller neighbor is the smaller one.
            if mean > best_mean or (mean == best_mean and (best == NONE or neighbor < best)):
                has_kind = clusters.kinds[cluster] & clusters.kinds[neighbor] != 0
                if has_kind and not _shares_mark(clusters, cluster, neighbor):
                    best, best_mean = neighbor, mean
        segment = np.int64(clusters.following[segment])
    best_means[cluster] = best_mean
    return best


class _Work(NamedTuple):
    """Working arrays with a place per record: the chain of best neighbors, the state of each
    cluster (see `_unite_all`), and the mean margin between it and its best neighbor.
    """

    chain: LongArray
    states: IntArray
    best_means: DoubleArray


@compiled(inline="always", allocates=False)
def _has_turn(clusters: Clusters, cluster: AnyInt, turn: int) -> bool:
    """Return whether the list of a cluster is short enough for a turn: each reads lists of up to
    eight times as many entries as the one before.
    """
    has_turn: bool = clusters.entries[cluster] <= _FEW << (3 * (turn - 1))
    return has_turn


@compiled(allocates=False)
def _unite_from(
    clusters: Clusters, record: AnyInt, missing: int, work: _Work, merges: Merges, turn: int
) -> None:
    """Follow best neighbors from a cluster, and merge those that are best for each other, until the
    cluster has none left, or the chain leads to one whose turn has not come.

    `work`: see `_unite_all`.
    """
    chain, states = work.chain, work.states
    chain[0], length = record, 1
    while length > 0:
        cluster = chain[length - 1]
        tidy_list(clusters, cluster)
        best = _best_neighbor(clusters, cluster, missing, work.best_means)
        if best == NONE:
            states[cluster] = _FINISHED
            length -= 1
        elif length > 1 and chain[length - 2] == best:
            keep = _unite(clusters, cluster, best)
            margin = np.int64(np.rint(work.best_means[cluster]))
            _note_merge(merges, max(cluster, best), keep, margin)
            length -= 2
            if length == 0:
                chain[0], length = keep, 1
        elif states[best] == turn or not _has_turn(clusters, best, turn):
            for place in range(length):
                states[chain[place]] = turn
            return
        else:
            chain[length] = best
            length += 1


@compiled(allocates=False)
def _unite_all(clusters: Clusters, missing: int, work: _Work, merges: Merges) -> None:
    """Merge all clusters that may merge. The arrays of `work` have a place per record.

    Clusters with short lists have their turn first: otherwise a chain might read a long list again
    for each two of its many neighbors that merge. `states`: the turn in which a chain led from a
    cluster to one whose turn has not come, or `_FINISHED`.
    """
    states = work.states
    turn, are_left = 1, True
    while are_left:
        are_left = False
        for record in range(len(clusters.parent)):
            if clusters.parent[record] != record or states[record] == _FINISHED:
                continue
            if states[record] != turn and _has_turn(clusters, record, turn):
                _unite_from(clusters, record, missing, work, merges, turn)
            are_left |= states[find_root(clusters.parent, record)] != _FINISHED
        turn += 1


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
    merges: Merges,
) -> IntArray:
    """Return the root of each record: decided pairs are merged first, then the best mean margin."""
    clusters, count = list_neighbors(left, right, margin, apart, kinds, marks), len(kinds)
    _unite_decided(clusters, same, len(apart) > 0, merges)
    work = _Work(
        np.empty(count, dtype=np.int64),
        np.zeros(count, dtype=np.int32),
        np.empty(count, dtype=np.float64),
    )
    _unite_all(clusters, missing, work, merges)
    for record in range(count):
        clusters.parent[record] = find_root(clusters.parent, record)
    return clusters.parent


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
    merges: Merges,
) -> None:
    """Agglomerate batches `first` … `last` - 1. Write the root of merged records into `labels`, and
    the merges, by rows, into `merges`, with their places in the order of their batch.

    `kinds`: kind bits of all records, `marks` (records × words) bits that clusters which merge must
    not have in common. `missing`: margin that a pair takes from the sum between two clusters if it
    was not compared.
    """
    for batch in range(first, last):
        start, end = records.starts[batch], records.starts[batch + 1]
        edges = slice(compared.starts[batch], compared.starts[batch + 1])
        rows = records.rows[start:end]
        own = Merges(
            np.full(len(rows), NONE, dtype=np.int32),
            np.zeros(len(rows), dtype=np.int64),
            np.zeros(len(rows) + 1, dtype=np.int64),
        )
        roots = _agglomerate_batch(
            compared.left[edges],
            compared.right[edges],
            compared.margin[edges],
            apart.pairs[apart.starts[batch] : apart.starts[batch + 1]],
            same.pairs[same.starts[batch] : same.starts[batch + 1]],
            kinds[rows],
            _take_rows(marks, rows),
            missing,
            own,
        )
        for number in range(len(rows)):
            if roots[number] != number:
                row = rows[number]
                labels[row], merges.into[row] = rows[roots[number]], rows[own.into[number]]
                merges.margin[row], merges.step[row] = own.margin[number], own.step[number]


@compiled(allocates=False)
def find_joining_merges(
    left: IntArray, right: IntArray, into: IntArray, step: LongArray, joining: IntArray
) -> None:
    """Write into `joining` the merge that brought two rows together, by the cluster that ended with
    it; -1 where none did.

    `into` and `step`: see `Merges`. A merge of a cluster comes after all merges into it.
    """
    for pair in range(len(left)):
        first, second, ended = left[pair], right[pair], np.int32(NONE)
        while first != second:
            is_last = into[first] == NONE
            if is_last and into[second] == NONE:
                ended = np.int32(NONE)
                break
            if is_last or (into[second] != NONE and step[second] < step[first]):
                ended, second = second, into[second]
            else:
                ended, first = first, into[first]
        joining[pair] = ended


@compiled()
def unite_components(roots: IntArray, left: AnyIntArray, right: AnyIntArray) -> None:
    """Unite the components of pairs of records in `roots`, which names the root of each record.

    Union-find with path halving (Tarjan and van Leeuwen 1984). The root of a component is its
    smallest record.
    """
    for pair in range(len(left)):
        first, second = left[pair], right[pair]
        while roots[first] != first:
            roots[first] = roots[roots[first]]
            first = roots[first]
        while roots[second] != second:
            roots[second] = roots[roots[second]]
            second = roots[second]
        roots[max(first, second)] = min(first, second)
    for row in range(len(roots)):
        # A root is smaller than its records, so its own entry is final already.
        roots[row] = roots[roots[row]]


@compiled(allocates=False)
def mark_forest(
    roots: IntArray, left: AnyIntArray, right: AnyIntArray, order: LongArray, out: BoolArray
) -> None:
    """Mark in `out` the edges that join two components, taken in some order (Kruskal 1956).

    `roots` names a record of the component of each record, and follows the joins. In descending
    order of strength the marked edges are a spanning forest of the strongest.
    """
    for edge in order:
        first, second = left[edge], right[edge]
        while roots[first] != first:
            roots[first] = roots[roots[first]]
            first = roots[first]
        while roots[second] != second:
            roots[second] = roots[roots[second]]
            second = roots[second]
        out[edge] = first != second
        roots[max(first, second)] = min(first, second)


@compiled()
def sort_by_key(keys: AnyIntArray, items: LongArray, starts: LongArray, out: LongArray) -> None:
    """Write items by key into `out`, those of one key in their order.

    `starts` (zeros, one more than there are keys) receives where the items of each key begin.
    """
    for key in keys:
        starts[key + 1] += 1
    for key in range(1, len(starts)):
        starts[key] += starts[key - 1]
    filled = starts[:-1].copy()
    for place in range(len(keys)):
        out[filled[keys[place]]] = items[place]
        filled[keys[place]] += 1


@compiled(allocates=False)
def mark_pairs_between(
    left: IntArray, right: IntArray, labels: IntArray, groups: IntArray, marked: BoolArray
) -> None:
    """Mark the pairs of rows that have two labels of one group.

    `labels` by row, `groups` by label.
    """
    for pair in range(len(left)):
        first, second = labels[left[pair]], labels[right[pair]]
        marked[pair] = (first != second) & (groups[first] == groups[second])
