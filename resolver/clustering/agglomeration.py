"""The kernels of clustering: greedy agglomeration on a sparse signed graph, batch after batch of components."""

from __future__ import annotations

import heapq

import numpy as np

from resolver.kernels.compiler import compiled

_FREE, _GONE = -1, -2


@compiled()
def _find(keys, key):  # type: ignore[no-untyped-def]
    """The slot of a key in the table of edges, or -1."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] != _FREE:
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & mask
    return np.int64(-1)


@compiled()
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


@compiled()
def _key(one, two, count):  # type: ignore[no-untyped-def]
    return np.int64(min(one, two)) * count + max(one, two)


@compiled()
def _mean(total, pairs, one, two, missing):  # type: ignore[no-untyped-def]
    """The sum of margins between clusters of `one` and `two` records, less `missing` for each pair that was not
    compared, by the number of those that were."""
    return (total - missing * (one * two - pairs)) / pairs


@compiled()
def _agglomerate(left, right, margin, apart, same, kinds, missing):  # type: ignore[no-untyped-def]
    """Greedy signed agglomeration. An edge between two clusters holds the sum and number of the margins between them,
    and whether a decision keeps them apart; a heap gives the edge of best mean; entries of changed edges are stale by
    version. `kinds` of the records become those that each cluster may still be. Gives each record's root."""
    count = len(kinds)
    capacity = len(left) + len(apart)
    size = 16
    while size < 2 * capacity:
        size *= 2
    keys, slots = np.full(size, _FREE, dtype=np.int64), np.empty(size, dtype=np.int32)
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
        # a compared pair comes once, so only a decided one may be there already
        slot = np.int64(-1) if position < len(left) else _find(keys, _key(one, two, count))
        if slot >= 0:
            edge = np.int64(slots[slot])
        else:
            edge = np.int64(made)
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
            slot = _find(keys, _key(keep, gone, count))
            if slot >= 0 and forbidden[slots[slot]]:
                continue
        else:
            if not ready:
                ready = True
                for number in range(made):
                    edge = np.int64(number)
                    if alive[edge] and not forbidden[edge] and pairs[edge] > 0:
                        low, high = (
                            min(ends[edge, 0], ends[edge, 1]),
                            max(ends[edge, 0], ends[edge, 1]),
                        )
                        mean = _mean(total[edge], pairs[edge], members[low], members[high], missing)
                        if mean >= 0:
                            heapq.heappush(heap, (-mean, low, high, edge, version[edge]))
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
            if kinds[keep] & kinds[gone] == 0:
                # what a cluster may be only narrows, so the two never come together
                continue
        parent[gone] = keep
        # who was decided to be the same though their kinds exclude each other may be either
        common = kinds[keep] & kinds[gone]
        kinds[keep] = common if common else kinds[keep] | kinds[gone]
        members[keep] += members[gone]
        half = first[gone]
        while half >= 0:
            after = following[half]
            edge = half >> 1
            if alive[edge]:
                other = ends[edge, 1] if ends[edge, 0] == gone else ends[edge, 0]
                keys[_find(keys, _key(gone, other, count))] = _GONE
                changed = np.int64(-1)
                if other == keep:
                    alive[edge] = False
                else:
                    slot = _find(keys, _key(keep, other, count))
                    if slot >= 0:
                        changed = np.int64(slots[slot])
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
                        mean = _mean(
                            total[changed], pairs[changed], members[low], members[high], missing
                        )
                        if mean >= 0:
                            heapq.heappush(heap, (-mean, low, high, changed, version[changed]))
            half = after
        if 4 * used > 3 * len(keys):
            # too many slots hold edges that are gone: begin again with those alive
            keys[:] = _FREE
            used = 0
            for number in range(made):
                edge = np.int64(number)
                if alive[edge]:
                    used += _insert(keys, slots, _key(ends[edge, 0], ends[edge, 1], count), edge)
    for row in range(count):
        root = row
        while parent[root] != root:
            root = parent[root]
        parent[row] = root
    return parent


@compiled()
def agglomerate(first, last, rows, compared, apart, same, kinds, missing, labels):  # type: ignore[no-untyped-def]
    """Agglomerate batches `first` … `last` − 1 of components. `rows`, `apart` and `same` (pairs × 2) come with where
    each batch's begin; `compared`: the pairs' left, right, margin, and where each batch's begin. Pairs number the
    records of their batch from 0 on; `kinds` of all records; labels of records that are merged are put into `labels`.
    """
    for batch in range(first, last):
        start, count = rows[1][batch], rows[1][batch + 1] - rows[1][batch]
        edges = slice(compared[3][batch], compared[3][batch + 1])
        kept_apart = apart[0][apart[1][batch] : apart[1][batch + 1]]
        joined = same[0][same[1][batch] : same[1][batch + 1]]
        left, right, margin = compared[0][edges], compared[1][edges], compared[2][edges]
        may = kinds[rows[0][start : start + count]]
        roots = _agglomerate(left, right, margin, kept_apart, joined, may, missing)
        for number in range(count):
            if roots[number] != number:
                labels[rows[0][start + number]] = rows[0][start + roots[number]]


@compiled()
def deal(keys, items, ends, out):  # type: ignore[no-untyped-def]
    """Items by key into `out`, those of one key in their order; where each key's begin into `ends` (one more than
    keys)."""
    for key in keys:
        ends[key + 1] += 1
    for key in range(1, len(ends)):
        ends[key] += ends[key - 1]
    at = ends[:-1].copy()
    for place in range(len(keys)):
        out[at[keys[place]]] = items[place]
        at[keys[place]] += 1
