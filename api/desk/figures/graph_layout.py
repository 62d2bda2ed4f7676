"""Layout of a graph in rings: one for each distance from the middle. No markup.

The place of a node follows from the tree that spans the graph, with the children of a node in the
order of their kind, caption and id: the same graph is always drawn the same. Rings are as wide as
their labels need, so that no two overlap, and labels stand along the rays once a ring is full.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.network.graph import Graph, GraphLink, GraphNode, find_parents

_RING, _MARGIN_X, _MARGIN_Y = 190, 190, 60
_LABEL_HEIGHT = 15
_MAX_LEVEL = 12
"""Nodes of a ring up to which labels are level."""
_LEVEL_SPACE = 46


@dataclass(frozen=True, slots=True)
class RingNode:
    """Node at a point. `turn`: degrees by which its label is turned about it; `side`: -1 where the
    label ends at the node, 1 where it begins there, 0 where it stands centered below.
    """

    node: GraphNode
    x: int
    y: int
    turn: float
    side: int


@dataclass(frozen=True, slots=True)
class RingLine:
    """Line between two nodes, by their places. `is_tree`: it leads a ring outwards."""

    edge: GraphLink
    left: int
    right: int
    path: str
    is_tree: bool


@dataclass(frozen=True, slots=True)
class RingDrawing:
    """Graph in rings, with the size of the drawing."""

    width: int
    height: int
    nodes: tuple[RingNode, ...]
    edges: tuple[RingLine, ...]


def draw_rings(graph: Graph) -> RingDrawing:
    """Place the nodes of a graph in rings around those of distance 0."""
    parents = find_parents(graph)
    children = _find_children(graph, parents)
    weights = _weigh(graph, children)
    angles = _assign_angles(graph, children, weights)
    is_level = _is_level(graph)
    radii = _ring_radii(graph, sum(weights[root] for root in children[""]), is_level=is_level)
    largest = max(radii.values())
    width, height = (
        2 * (largest + _MARGIN_X),
        2 * (largest + (_MARGIN_Y if is_level else _MARGIN_X)),
    )
    placed = tuple(
        _place(node, angles[node.id], radii[node.distance], (width, height), is_level=is_level)
        for node in graph.nodes
    )
    place_of = {row.node.id: place for place, row in enumerate(placed)}
    edges = tuple(_line(edge, placed, place_of, parents) for edge in graph.edges)
    return RingDrawing(width, height, placed, edges)


def _find_children(graph: Graph, parents: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the children of each node; those of the empty id are where the graph begins."""
    children: dict[str, list[str]] = {"": []}
    for node in sorted(graph.nodes, key=lambda n: (n.sort, n.kind, n.caption.casefold(), n.id)):
        if node.distance == 0 or node.id in parents:
            children.setdefault(parents.get(node.id, ""), []).append(node.id)
    return children


def _weigh(graph: Graph, children: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the number of leaves below each node."""
    weights: dict[str, int] = {}
    for node in sorted(graph.nodes, key=lambda row: -row.distance):
        weights[node.id] = max(1, sum(weights[child] for child in children.get(node.id, ())))
    return weights


def _assign_angles(
    graph: Graph, children: Mapping[str, Sequence[str]], weights: Mapping[str, int]
) -> dict[str, float]:
    """Return the angle of each node: the middle of the part of the circle that its leaves take."""
    total = sum(weights[root] for root in children[""]) or 1
    angles = {node.id: -math.pi / 2 for node in graph.nodes}
    waiting = [("", 0.0)]
    while waiting:
        parent, start = waiting.pop()
        for child in children.get(parent, ()):
            share = weights[child] / total * 2 * math.pi
            angles[child] = start + share / 2 - math.pi / 2
            waiting.append((child, start))
            start += share
    return angles


def _is_level(graph: Graph) -> bool:
    sizes: dict[int, int] = {}
    for node in graph.nodes:
        sizes[node.distance] = sizes.get(node.distance, 0) + 1
    return max(sizes.values()) <= _MAX_LEVEL


def _ring_radii(graph: Graph, leaves: int, *, is_level: bool) -> dict[int, int]:
    """Return the radius of each ring, wide enough for as many labels as there are leaves."""
    needed = leaves * (_LEVEL_SPACE if is_level else _LABEL_HEIGHT) / (2 * math.pi)
    farthest = max((node.distance for node in graph.nodes), default=0)
    first = max(_RING, round(needed))
    return {0: 0, **{ring: first + _RING * (ring - 1) for ring in range(1, farthest + 1)}}


def _place(
    node: GraphNode, angle: float, radius: int, size: tuple[int, int], *, is_level: bool
) -> RingNode:
    x = round(size[0] / 2 + radius * math.cos(angle))
    y = round(size[1] / 2 + radius * math.sin(angle))
    if not radius:
        return RingNode(node, x, y, 0, 0)
    side = 1 if math.cos(angle) >= -1e-9 else -1
    if is_level:
        return RingNode(node, x, y, 0, 0 if abs(math.cos(angle)) < 0.1 else side)
    degrees = math.degrees(angle)
    return RingNode(node, x, y, round(degrees if side > 0 else degrees - 180, 1), side)


def _line(
    edge: GraphLink,
    placed: Sequence[RingNode],
    place_of: Mapping[str, int],
    parents: Mapping[str, str],
) -> RingLine:
    left, right = place_of[edge.source], place_of[edge.target]
    a, b = placed[left], placed[right]
    is_tree = parents.get(edge.source) == edge.target or parents.get(edge.target) == edge.source
    return RingLine(edge, left, right, f"M{a.x} {a.y}L{b.x} {b.y}", is_tree)
