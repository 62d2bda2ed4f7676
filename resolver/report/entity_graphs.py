"""Entities to show, the largest and the weakest, as graphs of some of their records and links."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.kernels.clustering.agglomeration import mark_forest
from resolver.records.results.resolution import Outcome
from resolver.report.report_data import GraphEdge
from resolver.report.run_figures import RunCounts

SHOWN_ENTITIES = 6
"""Entities of each sort that are shown."""
SHOWN_MEMBERS = 12
"""Records of an entity that are shown."""
SHOWN_EDGES = 40
"""Links of an entity that are drawn."""
MIN_WEAK_SIZE = 3
"""Records of the smallest entities that are shown as weak; two records are one pair."""
WEAK_BELOW = 0.99
"""Score below which a link that holds an entity together counts as weak."""
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ShownEntity:
    """Entity to show: its number, and some of its records in the order in which they are drawn.

    `weakest`: place of the weakest link that its records need to hang together, -1 where none is
    weak.
    """

    entity: int
    rows: tuple[int, ...]
    edges: tuple[GraphEdge, ...]
    hidden_links: int
    weakest: int


@dataclass(frozen=True, slots=True)
class ShownEntities:
    """Largest entities, and others with the weakest links."""

    largest: tuple[ShownEntity, ...]
    weakest: tuple[ShownEntity, ...]


def select_entities(counts: RunCounts) -> ShownEntities:
    """Select the entities to show.

    The weakest have three records or more; the weaker the weakest link they need, the earlier they
    come.
    """
    links = counts.resolution.links
    merged = np.flatnonzero(links.outcome == Outcome.MERGED)
    left, right, score = links.left[merged], links.right[merged], links.score[merged]
    is_needed = np.zeros(len(merged), dtype=bool)
    roots = np.arange(len(counts.entity), dtype=np.int32)
    mark_forest(roots, left, right, np.lexsort((right, left, -score)), is_needed)
    owner = counts.entity[left]
    lowest = np.full(len(counts.sizes), np.inf)
    np.minimum.at(lowest, owner[is_needed], score[is_needed])
    large = np.flatnonzero(counts.sizes > 1)
    large = large[np.lexsort((large, -counts.sizes[large]))][:SHOWN_ENTITIES]
    weak = np.flatnonzero((counts.sizes >= MIN_WEAK_SIZE) & (lowest < WEAK_BELOW))
    weak = np.setdiff1d(weak, large)
    weak = weak[np.lexsort((weak, -counts.sizes[weak], lowest[weak]))][:SHOWN_ENTITIES]
    is_shown = np.zeros(len(counts.sizes), dtype=bool)
    is_shown[large] = is_shown[weak] = True
    own = np.flatnonzero(is_shown[owner])
    groups = {
        entity: own[owner[own] == entity] for entity in np.concatenate([large, weak]).tolist()
    }
    shown = {
        entity: _show_entity(counts, entity, merged[places], is_needed[places])
        for entity, places in groups.items()
    }
    return ShownEntities(
        tuple(shown[entity] for entity in large.tolist()),
        tuple(shown[entity] for entity in weak.tolist()),
    )


def _show_entity(
    counts: RunCounts, entity: int, places: _Places, is_needed: npt.NDArray[np.bool_]
) -> ShownEntity:
    """Return an entity with its links (`places`), of which some are needed to hold it together."""
    links = counts.resolution.links
    needed = places[is_needed]
    members = np.flatnonzero(counts.entity == entity).tolist()
    if not len(needed):
        return ShownEntity(entity, tuple(members[:SHOWN_MEMBERS]), (), 0, -1)
    weakest = int(needed[np.lexsort((needed, links.score[needed]))[0]])
    tree = _Tree(links.left[needed].tolist(), links.right[needed].tolist())
    start, other = int(links.left[weakest]), int(links.right[weakest])
    order, ends = tree.walk(start, other)
    near = tree.nearest((start, other), SHOWN_MEMBERS)
    unlinked = [row for row in members if row not in order]
    rows = (*sorted(near, key=order.__getitem__), *unlinked)[:SHOWN_MEMBERS]
    if links.score[weakest] >= WEAK_BELOW:
        weakest = -1
    walk = _Walk(order, ends, places, is_needed, weakest)
    edges, hidden = _draw_edges(counts, rows, walk)
    return ShownEntity(entity, rows, edges, hidden, weakest)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Links of an entity (`places`), those it needs, and the numbers of its records along them."""

    order: dict[int, int]
    ends: dict[int, int]
    places: _Places
    is_needed: npt.NDArray[np.bool_]
    weakest: int


def _draw_edges(
    counts: RunCounts, rows: tuple[int, ...], walk: _Walk
) -> tuple[tuple[GraphEdge, ...], int]:
    """Return the links between some rows that are drawn, and the number of others."""
    links, places = counts.resolution.links, walk.places
    number = {row: at for at, row in enumerate(rows)}
    ends = list(zip(links.left[places].tolist(), links.right[places].tolist(), strict=True))
    score = links.score[places].tolist()
    inside = [at for at, pair in enumerate(ends) if number.keys() >= set(pair)]
    # links that hold the entity together come first, then the strongest
    inside.sort(key=lambda at: (not walk.is_needed[at], -score[at], at))
    spans = np.array([[walk.order[row] for row in pair] for pair in ends]).reshape(-1, 2)
    edges = [
        GraphEdge(
            number[ends[at][0]],
            number[ends[at][1]],
            score[at],
            bool(walk.is_needed[at]) and _is_bridge(walk, ends[at], spans),
            int(places[at]) == walk.weakest,
        )
        for at in inside[:SHOWN_EDGES]
    ]
    return tuple(edges), len(inside) - len(edges)


def _is_bridge(walk: _Walk, pair: tuple[int, int], spans: _Places) -> bool:
    """Return whether no other link leads to the branch behind a link that the entity needs."""
    root = max(pair, key=walk.order.__getitem__)
    is_behind = (spans >= walk.order[root]) & (spans < walk.ends[root])
    return int(np.count_nonzero(is_behind[:, 0] != is_behind[:, 1])) == 1


class _Tree:
    """Trees of the links that an entity needs."""

    def __init__(self, left: list[int], right: list[int]) -> None:
        self._next: dict[int, list[int]] = {}
        for first, second in zip(left, right, strict=True):
            self._next.setdefault(first, []).append(second)
            self._next.setdefault(second, []).append(first)

    def walk(self, start: int, last: int) -> tuple[dict[int, int], dict[int, int]]:
        """Number the records depth first, those behind `last` after the others of its tree.

        Return the number of each record, and the first number behind its branch.
        """
        order: dict[int, int] = {}
        ends: dict[int, int] = {}
        for root in (start, *self._next):
            stack = [] if root in order else [(root, False)]
            while stack:
                row, is_done = stack.pop()
                if is_done:
                    ends[row] = len(order)
                    continue
                order[row] = len(order)
                stack.append((row, True))
                branches = [near for near in self._next[row] if near not in order]
                # what is pushed first comes last
                branches.sort(key=lambda near: (near != last, -near))
                stack += [(near, False) for near in branches]
        return order, ends

    def nearest(self, starts: tuple[int, int], count: int) -> set[int]:
        """Return the records nearest to two of them, by number of links."""
        near, queue = set(starts), deque(starts)
        while queue and len(near) < count:
            for row in sorted(self._next[queue.popleft()]):
                if row not in near and len(near) < count:
                    near.add(row)
                    queue.append(row)
        return near
