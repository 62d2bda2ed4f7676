"""Layout in rings: the same each time, no two nodes at one place, labels apart."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from resolver.api.desk.charts import RingDrawing, draw_rings
from resolver.network.graph import ENTITY, EdgeStatement, Graph, GraphLink, GraphNode

STATEMENTS = (EdgeStatement("s", "s:1"),)


def random_graph(seed: int, count: int) -> Graph:
    """Return a tree of up to three hops with some further edges."""
    dice = random.Random(seed)
    distances = {0: 0}
    pairs = []
    for number in range(1, count):
        parent = dice.choice([place for place, distance in distances.items() if distance < 3])
        distances[number] = distances[parent] + 1
        pairs.append((parent, number))
    for _ in range(count // 4):
        left, right = dice.randrange(count), dice.randrange(count)
        if left != right and distances[left] == distances[right]:
            pairs.append((left, right))
    nodes = [
        GraphNode(f"e-{n:04d}", ENTITY, f"Name {n}", dice.choice(("person", "group")), distance)
        for n, distance in distances.items()
    ]
    edges = [
        GraphLink(f"e-{left:04d}", f"e-{right:04d}", "memberOf", "", "", STATEMENTS)
        for left, right in pairs
    ]
    return Graph(1, tuple(nodes), tuple(edges))


@pytest.mark.parametrize("count", [1, 2, 7, 40, 300])
def test_nodes_are_apart_and_inside(count: int) -> None:
    graph = random_graph(count, count)
    drawing = draw_rings(graph)
    assert len({(row.x, row.y) for row in drawing.nodes}) == count
    for row in drawing.nodes:
        assert 0 < row.x < drawing.width
        assert 0 < row.y < drawing.height
    assert len(drawing.edges) == len(graph.edges)
    for left, right in itertools.combinations(drawing.nodes, 2):
        assert math.dist((left.x, left.y), (right.x, right.y)) >= 14


def places(drawing: RingDrawing) -> dict[str, tuple[int, int]]:
    return {row.node.id: (row.x, row.y) for row in drawing.nodes}


def test_a_drawing_does_not_depend_on_the_order_of_nodes() -> None:
    graph = random_graph(3, 80)
    turned = Graph(1, graph.nodes[::-1], graph.edges[::-1])
    assert places(draw_rings(graph)) == places(draw_rings(turned))


def test_nodes_lie_on_the_ring_of_their_distance() -> None:
    drawing = draw_rings(random_graph(5, 120))
    middle = (drawing.width / 2, drawing.height / 2)
    radii: dict[int, list[float]] = {}
    for row in drawing.nodes:
        radii.setdefault(row.node.distance, []).append(math.dist((row.x, row.y), middle))
    averages = [sum(values) / len(values) for _, values in sorted(radii.items())]
    assert averages == sorted(averages)
    assert all(max(values) - min(values) < 2 for values in radii.values())
