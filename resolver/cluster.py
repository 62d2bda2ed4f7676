"""Signed clustering: match edges pull, `different` decisions and low scores push; the order of input plays no part.

Two clusters merge where the mean of (log-odds − merge border) over the compared pairs between them is at least 0 and no
decision keeps any of their records apart. A pair that speaks against counts `DOUBT` at most, unless it is certain; a
pair that was not compared takes `MISSING` from the sum: blocking leaves out what has nothing but a common word, so such
pairs are seldom the same person. Merges go best mean first, ties by the smallest rows, inside components of pairs at
or above the review border (average-linkage agglomeration on a sparse signed graph; cf. Bansal, Blum, Chawla 2004 on
correlation clustering).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numba
import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray

Pair = tuple[int, int]
MISSING = 400
"""Thousandths of log-odds that a pair of records which were not compared takes from the sum."""
DOUBT, CERTAIN = 2_500, 7_000
"""Thousandths of log-odds: a pair takes at most `DOUBT` from the sum, unless it is `CERTAIN` that the two differ (a
thousand to one): two careless records of one person often look like two persons, beside careful ones of the same."""


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
    missing: int = MISSING,
) -> IntArray:
    """Labels of `count` records: the smallest row of the cluster each belongs to.

    `left`, `right`, `logodds` (thousandths): every compared pair once. Borders in thousandths. `same` and `different`
    are decided pairs of rows; where they contradict each other, `different` wins.
    """
    apart = {_ordered(pair) for pair in different}
    joined = sorted({_ordered(pair) for pair in same} - apart)
    margin = _tempered(logodds.astype(np.int64)) - merge_border
    pulls = logodds >= review_border
    component = _components(count, left[pulls], right[pulls], joined)
    inside = component[left] == component[right]
    sizes = np.bincount(component, minlength=count)
    labels = np.arange(count, dtype=np.int32)
    touched = _touched(count, component, joined, apart)
    simple = inside & (sizes[component[left]] == 2) & ~touched[component[left]]
    merged = simple & (margin >= 0)
    labels[right[merged]] = left[merged]
    edges = np.flatnonzero(inside & ~simple)
    rows = [pair for pair in sorted(apart) if component[pair[0]] == component[pair[1]]]
    decided = _pairs_array(rows), _pairs_array(joined)
    _agglomerate(count, left[edges], right[edges], margin[edges], *decided, missing, labels)
    return labels


def _tempered(logodds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.where(logodds > -CERTAIN, np.maximum(logodds, -DOUBT), logodds)


def _pairs_array(pairs: list[Pair]) -> IntArray:
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def _ordered(pair: Pair) -> Pair:
    return (min(pair), max(pair))


def _components(count: int, left: IntArray, right: IntArray, joined: list[Pair]) -> IntArray:
    """A number of each record's component: that of one of its records."""
    component = np.arange(count, dtype=np.int32)
    for one, two in ((left, right), tuple(_pairs_array(joined).T)):
        _unite(component, one, two)
    return component


@numba.njit(cache=True)
def _unite(home, left, right):  # type: ignore[no-untyped-def]
    """Union-find with halving of paths (Tarjan and van Leeuwen 1984); at the end every record names its root."""
    for pair in range(len(left)):
        one, two = left[pair], right[pair]
        while home[one] != one:
            home[one] = home[home[one]]
            one = home[one]
        while home[two] != two:
            home[two] = home[home[two]]
            two = home[two]
        home[max(one, two)] = min(one, two)
    for row in range(len(home)):
        # a root is smaller than what it stands for, so it has been seen
        home[row] = home[home[row]]


def _touched(count: int, component: IntArray, joined: list[Pair], apart: set[Pair]) -> npt.NDArray[np.bool_]:
    touched = np.zeros(max(count, 1), dtype=bool)
    for one, two in [*joined, *apart]:
        touched[component[one]] = True
        touched[component[two]] = True
    return touched


_FREE, _GONE = -1, -2


@numba.njit(cache=True)
def _find(keys, edges, key):  # type: ignore[no-untyped-def]
    """The slot of a key in the table of edges, or -1."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] != _FREE:
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & mask
    return np.int64(-1)


@numba.njit(cache=True)
def _insert(keys, edges, key, edge):  # type: ignore[no-untyped-def]
    """Put a key that is not in the table; gives 1 where it took a slot that was never used."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] >= 0:
        slot = (slot + 1) & mask
    fresh = 1 if keys[slot] == _FREE else 0
    keys[slot] = key
    edges[slot] = edge
    return fresh


@numba.njit(cache=True)
def _key(one, two, count):  # type: ignore[no-untyped-def]
    return np.int64(min(one, two)) * count + max(one, two)


@numba.njit(cache=True)
def _mean(total, pairs, one, two, missing):  # type: ignore[no-untyped-def]
    """The sum of margins between clusters of `one` and `two` records, less `missing` for each pair that was not
    compared, by the number of those that were."""
    return (total - missing * (one * two - pairs)) / pairs


@numba.njit(cache=True)
def _agglomerate(count, left, right, margin, apart, same, missing, labels):  # type: ignore[no-untyped-def]
    """Greedy signed agglomeration. An edge between two clusters holds the sum and number of the margins between them,
    and whether a decision keeps them apart; a heap gives the edge of best mean; entries of changed edges are stale by
    version."""
    capacity = len(left) + len(apart)
    size = 16
    while size < 4 * capacity:
        size *= 2
    keys, slots = np.full(size, _FREE, dtype=np.int64), np.zeros(size, dtype=np.int64)
    ends = np.zeros((capacity, 2), dtype=np.int64)
    total, pairs = np.zeros(capacity, dtype=np.int64), np.zeros(capacity, dtype=np.int64)
    forbidden, alive = np.zeros(capacity, dtype=np.bool_), np.zeros(capacity, dtype=np.bool_)
    version = np.zeros(capacity, dtype=np.int64)
    # half-edge 2e stands in the list of one end of edge e, 2e + 1 in the other's
    first, following = np.full(count, -1, dtype=np.int64), np.full(2 * capacity, -1, dtype=np.int64)
    parent = np.arange(count)
    members = np.ones(count, dtype=np.int64)
    used, made = 0, 0
    for position in range(len(left) + len(apart)):
        if position < len(left):
            one, two = left[position], right[position]
        else:
            one, two = apart[position - len(left), 0], apart[position - len(left), 1]
        slot = _find(keys, slots, _key(one, two, count))
        if slot >= 0:
            edge = slots[slot]
        else:
            edge = made
            made += 1
            used += _insert(keys, slots, _key(one, two, count), edge)
            ends[edge, 0], ends[edge, 1], alive[edge] = one, two, True
            following[2 * edge], first[one] = first[one], 2 * edge
            following[2 * edge + 1], first[two] = first[two], 2 * edge + 1
        if position < len(left):
            total[edge] += margin[position]
            pairs[edge] += 1
        else:
            forbidden[edge] = True
    heap = [(0.0, np.int64(0), np.int64(0), np.int64(-1), np.int64(0))]
    heap.pop()
    decided = 0
    ready = False
    while True:
        if decided < len(same):
            one, two = np.int64(same[decided, 0]), np.int64(same[decided, 1])
            decided += 1
            while parent[one] != one:
                one = parent[one]
            while parent[two] != two:
                two = parent[two]
            if one == two:
                continue
            keep, gone = min(one, two), max(one, two)
            slot = _find(keys, slots, _key(keep, gone, count))
            if slot >= 0 and forbidden[slots[slot]]:
                continue
        else:
            if not ready:
                ready = True
                for edge in range(made):
                    if alive[edge] and not forbidden[edge] and pairs[edge] > 0:
                        low, high = min(ends[edge, 0], ends[edge, 1]), max(ends[edge, 0], ends[edge, 1])
                        mean = _mean(total[edge], pairs[edge], members[low], members[high], missing)
                        if mean >= 0:
                            heapq.heappush(heap, (-mean, low, high, np.int64(edge), version[edge]))
            if len(heap) == 0:
                break
            held, keep, gone, edge, seen = heapq.heappop(heap)
            if not alive[edge] or version[edge] != seen or forbidden[edge]:
                continue
            mean = _mean(total[edge], pairs[edge], members[keep], members[gone], missing)
            if mean < -held:
                # one of the two has grown meanwhile, by records that the other was not compared with
                if mean >= 0:
                    heapq.heappush(heap, (-mean, keep, gone, edge, seen))
                continue
        parent[gone] = keep
        members[keep] += members[gone]
        half = first[gone]
        while half >= 0:
            after = following[half]
            edge = half >> 1
            if alive[edge]:
                other = ends[edge, 1] if ends[edge, 0] == gone else ends[edge, 0]
                keys[_find(keys, slots, _key(gone, other, count))] = _GONE
                changed = np.int64(-1)
                if other == keep:
                    alive[edge] = False
                else:
                    slot = _find(keys, slots, _key(keep, other, count))
                    if slot >= 0:
                        changed = slots[slot]
                        total[changed] += total[edge]
                        pairs[changed] += pairs[edge]
                        forbidden[changed] |= forbidden[edge]
                        alive[edge] = False
                    else:
                        changed = np.int64(edge)
                        ends[edge, 0], ends[edge, 1] = keep, other
                        used += _insert(keys, slots, _key(keep, other, count), edge)
                        following[half], first[keep] = first[keep], half
                if changed >= 0:
                    version[changed] += 1
                    if ready and not forbidden[changed] and pairs[changed] > 0:
                        low, high = min(keep, other), max(keep, other)
                        mean = _mean(total[changed], pairs[changed], members[low], members[high], missing)
                        if mean >= 0:
                            heapq.heappush(heap, (-mean, low, high, changed, version[changed]))
            half = after
        if 4 * used > 3 * len(keys):
            # too many slots hold edges that are gone: begin again with those alive
            keys[:] = _FREE
            used = 0
            for edge in range(made):
                if alive[edge]:
                    used += _insert(keys, slots, _key(ends[edge, 0], ends[edge, 1], count), edge)
    for row in range(count):
        root = row
        while parent[root] != root:
            root = parent[root]
        parent[row] = root
        if root != row:
            labels[row] = root
