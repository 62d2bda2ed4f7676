"""Signed clustering: match edges pull, `different` decisions and low scores push; the order of input plays no part.

Two clusters merge where the mean of (log-odds − merge border) over the compared pairs between them is at least 0, no
decision keeps any of their records apart, and there is a kind that all their records may be: a LegalEntity that
resembles a person and an organisation comes to one of them, and the other waits for a steward. A pair that speaks
against counts `DOUBT` at most, unless it is certain; a pair that was not compared takes `MISSING` from the sum:
blocking leaves out what has nothing but a common word, so such pairs are seldom the same person. Merges go best mean
first, ties by the smallest rows, inside components of pairs at or above the review border (average-linkage
agglomeration on a sparse signed graph; cf. Bansal, Blum, Chawla 2004 on correlation clustering).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.clustering.agglomeration import agglomerate, deal
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray

Pair = tuple[int, int]
MISSING = 400
"""Thousandths of log-odds that a pair of records which were not compared takes from the sum."""
DOUBT, CERTAIN = 2_500, 7_000
"""Thousandths of log-odds: a pair takes at most `DOUBT` from the sum, unless it is `CERTAIN` that the two differ (a
thousand to one): two careless records of one person often look like two persons, beside careful ones of the same."""
_TOGETHER = 1 << 14
"""Compared pairs that are worked on together, where components are smaller."""


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
    kinds: npt.NDArray[np.uint8] | None = None,
    missing: int = MISSING,
    workers: int = 1,
) -> IntArray:
    """Labels of `count` records: the smallest row of the cluster each belongs to.

    `left`, `right`, `logodds` (thousandths): every compared pair once. Borders in thousandths. `same` and `different`
    are decided pairs of rows; where they contradict each other, `different` wins. `kinds`: `Kind` bits of each record,
    all of one kind where left out; only a decision holds together what excludes each other. The answer does not depend
    on `workers` (threads).
    """
    kinds = np.ones(count, dtype=np.uint8) if kinds is None else kinds
    apart = {_ordered(pair) for pair in different}
    joined = sorted({_ordered(pair) for pair in same} - apart)
    margin = _tempered(logodds.astype(np.int64)) - merge_border
    # a merge needs a pair that speaks for it, so what lies between the components of such pairs plays no part
    pulls = (margin >= 0) & (logodds >= review_border)
    component = components(count, left[pulls], right[pulls], joined)
    inside = component[left] == component[right]
    sizes = np.bincount(component, minlength=count)
    labels = np.arange(count, dtype=np.int32)
    touched = _touched(count, component, joined, apart)
    simple = inside & (sizes[component[left]] == 2) & ~touched[component[left]]
    merged = np.flatnonzero(simple & (margin >= 0))
    merged = merged[kinds[left[merged]] & kinds[right[merged]] != 0]
    labels[right[merged]] = left[merged]
    edges = np.flatnonzero(inside & ~simple)
    rows = [pair for pair in sorted(apart) if component[pair[0]] == component[pair[1]]]
    found = _Edges(
        left[edges], right[edges], margin[edges], _pairs_array(rows), _pairs_array(joined)
    )
    _merge(component, found, kinds, missing, labels, workers)
    return labels


@dataclass(frozen=True, slots=True)
class _Edges:
    """What is between records of one component: compared pairs with their margins, and decided pairs (n × 2)."""

    left: IntArray
    right: IntArray
    margin: npt.NDArray[np.int64]
    apart: IntArray
    same: IntArray


def _merge(
    component: IntArray,
    found: _Edges,
    kinds: npt.NDArray[np.uint8],
    missing: int,
    labels: IntArray,
    workers: int,
) -> None:
    """Agglomerate each component by itself, so that few records are held at a time; labels are changed in place."""
    count = len(component)
    weights = np.bincount(component[found.left], minlength=count)
    busy = weights > 0
    for pairs in (found.apart, found.same):
        busy[component[pairs[:, 0]]] = True
    # components in order, several small ones together
    batch = np.cumsum(np.where(busy, weights, 0)) // _TOGETHER
    batch = (np.cumsum(np.diff(batch, prepend=0) > 0)).astype(np.int32)[component]
    many = int(batch.max(initial=0)) + 1
    rows = np.flatnonzero(busy[component])
    rows, row_ends = _sorted_by(batch[rows], many, rows)
    place = np.empty(count, dtype=np.int64)
    place[rows] = np.arange(len(rows)) - row_ends[batch[rows]]
    order, edge_ends = _sorted_by(batch[found.left], many, np.arange(len(found.left)))
    compared = place[found.left[order]], place[found.right[order]], found.margin[order], edge_ends

    def decided(pairs: IntArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        chosen, ends = _sorted_by(batch[pairs[:, 0]], many, np.arange(len(pairs)))
        return place[pairs[chosen]], ends

    apart, same = decided(found.apart), decided(found.same)

    def run(first: int, last: int) -> None:
        agglomerate(first, last, (rows, row_ends), compared, apart, same, kinds, missing, labels)

    if workers < 2 or many == 1:
        run(0, many)
        return
    with ThreadPoolExecutor(workers) as pool:
        for task in [pool.submit(run, one, one + 1) for one in range(many)]:
            task.result()


def _sorted_by(
    keys: IntArray, many: int, items: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Items by key (0 … many − 1), those of one key in their order; and where each key's begin (many + 1)."""
    ends = np.zeros(many + 1, dtype=np.int64)
    out = np.empty(len(items), dtype=np.int64)
    deal(keys, items, ends, out)
    return out, ends


def _tempered(logodds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.where(logodds > -CERTAIN, np.maximum(logodds, -DOUBT), logodds)


def _pairs_array(pairs: Sequence[Pair]) -> IntArray:
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def _ordered(pair: Pair) -> Pair:
    return (min(pair), max(pair))


def components(count: int, left: IntArray, right: IntArray, joined: Sequence[Pair]) -> IntArray:
    """A number of each record's component: that of one of its records."""
    component = np.arange(count, dtype=np.int32)
    for one, two in ((left, right), tuple(_pairs_array(joined).T)):
        _unite(component, one, two)
    return component


@compiled()
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


def _touched(
    count: int, component: IntArray, joined: list[Pair], apart: set[Pair]
) -> npt.NDArray[np.bool_]:
    touched = np.zeros(max(count, 1), dtype=bool)
    for one, two in [*joined, *apart]:
        touched[component[one]] = True
        touched[component[two]] = True
    return touched
