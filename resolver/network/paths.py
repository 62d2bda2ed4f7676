"""Shortest paths between two entities, over relations and shared artefacts.

Breadth-first search from both ends, the smaller frontier first. It stops where the frontiers touch,
at the longest path asked for, or after `MAX_VISITED` nodes; nodes with very many neighbors are cut,
so that a list or a country's mailbox is no bridge between everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import NAME, Graph
from resolver.network.graph_reader import build_graph, open_rows, sorted_keys
from resolver.network.visible_records import VisibleRecords
from resolver.records.visibility import STRANGER, Viewer

MAX_LENGTH, MAX_PATHS, MAX_VISITED = 6, 20, 5_000
_MAX_NEIGHBORS = 100


@dataclass(frozen=True, slots=True)
class Paths:
    """Shortest paths between two entities, each as ids of nodes from one to the other.

    `graph` has their nodes and edges. `is_complete`: no shorter path, and none at all if there is
    none, can have been missed.
    """

    graph: Graph
    paths: tuple[tuple[str, ...], ...]
    is_complete: bool


class _Side:
    """Search from one end: distance of each node reached, and those before it."""

    def __init__(self, start: Key) -> None:
        self.before: dict[Key, set[Key]] = {start: set()}
        self.frontier: list[Key] = [start]

    def advance(self, edges: Expansion) -> set[Key]:
        """Go on over some edges of the frontier; return the nodes reached for the first time."""
        fresh: dict[Key, set[Key]] = {}
        frontier = set(self.frontier)
        for source, target, _ in edges.edges:
            for near, far in ((source, target), (target, source)):
                if near in frontier and far not in self.before and not _is_name(far):
                    fresh.setdefault(far, set()).add(near)
        self.before |= fresh
        return set(fresh)


def _is_name(key: Key) -> bool:
    return isinstance(key, tuple) and key[0] == NAME


def find_paths(
    hub: Hub,
    from_id: str,
    to_id: str,
    viewer: Viewer = STRANGER,
    *,
    max_length: int = MAX_LENGTH,
    revision: int | None = None,
) -> Paths:
    """Find the shortest paths of at most `max_length` edges between two entities.

    Raises `UnknownIdError` for an id that the viewer may not know, `InputError` for a length out of
    range.
    """
    if not 1 <= max_length <= MAX_LENGTH:
        raise InputError(f"a path has 1 to {MAX_LENGTH} edges, not {max_length}", hint="ask so")
    with open_rows(hub, viewer, revision) as rows:
        start, goal = (rows.find_entity(entity_id) for entity_id in (from_id, to_id))
        return search_paths(rows, start, goal, max_length)


def search_paths(rows: VisibleRecords, start: int, goal: int, max_length: int) -> Paths:
    """Search the shortest paths between two entities (numbers) of at most `max_length` edges."""
    expander, expansion = Expander(rows, limit=_MAX_NEIGHBORS), Expansion()
    sides = [_Side(start), _Side(goal)]
    common: set[Key] = {start} if start == goal else set()
    length = 0
    while not common and length < max_length and all(side.frontier for side in sides):
        if sum(len(side.before) for side in sides) > MAX_VISITED:
            break
        side, other = sorted(sides, key=lambda row: len(row.frontier))
        step = expander.expand(side.frontier)
        expansion.merge(step)
        fresh = side.advance(step)
        side.frontier = sorted_keys(rows, fresh)
        common = fresh & set(other.before)
        length += 1
    is_bounded = bool(expansion.cut) or (
        not common and all(side.frontier for side in sides) and length < max_length
    )
    chains = _join(rows, sides, common)
    keys = {key: place for chain in reversed(chains) for place, key in enumerate(chain)}
    graph = build_graph(rows, keys, expansion, is_complete=not is_bounded)
    ids = _node_ids(rows, keys)
    return Paths(graph, tuple(tuple(ids[key] for key in chain) for chain in chains), not is_bounded)


def _join(rows: VisibleRecords, sides: list[_Side], common: set[Key]) -> list[list[Key]]:
    """Return the paths through common nodes, at most `MAX_PATHS`, in an order by ids."""
    chains: list[list[Key]] = []
    for middle in sorted_keys(rows, common):
        for head in _chains(rows, sides[0], middle):
            for tail in _chains(rows, sides[1], middle):
                chains.append([*reversed(head), *tail[1:]])
                if len(chains) == MAX_PATHS:
                    return chains
    return chains


def _chains(rows: VisibleRecords, side: _Side, node: Key) -> list[list[Key]]:
    """Return the chains from a node back to the start of a side, at most `MAX_PATHS`."""
    chains: list[list[Key]] = [[node]]
    while side.before[chains[0][-1]]:
        longer = [
            [*chain, before]
            for chain in chains
            for before in sorted_keys(rows, side.before[chain[-1]])
        ]
        chains = longer[:MAX_PATHS]
    return chains


def _node_ids(rows: VisibleRecords, keys: dict[Key, int]) -> dict[Key, str]:
    entities = rows.view.entity_ids([key for key in keys if isinstance(key, int)])
    return {
        key: entities[key] if isinstance(key, int) else f"{key[0]}:{key[1]:016x}" for key in keys
    }
