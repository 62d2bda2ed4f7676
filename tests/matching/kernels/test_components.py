"""Spanning forests, against those of networkx."""

from __future__ import annotations

import networkx
import numpy as np
import pytest

from resolver.matching.kernels.agglomeration import mark_forest


@pytest.mark.parametrize("seed", range(20))
def test_forest_is_the_strongest(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count, edges = 30, int(chance.integers(0, 80))
    left, right = chance.integers(0, count, (2, edges)).astype(np.int32)
    weight = chance.permutation(edges)
    marked = np.zeros(edges, dtype=bool)
    roots = np.arange(count, dtype=np.int32)
    mark_forest(roots, left, right, np.argsort(-weight), marked)
    graph = networkx.MultiGraph()
    graph.add_nodes_from(range(count))
    for edge in range(edges):
        graph.add_edge(int(left[edge]), int(right[edge]), key=edge, weight=int(weight[edge]))
    expected = {key for *_, key in networkx.maximum_spanning_edges(graph, data=False)}
    assert set(np.flatnonzero(marked).tolist()) == expected
