"""Shortest paths: those of a plain search, bounded, and none where nothing connects two."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from resolver.errors import InputError, UnknownIdError
from resolver.hub.hub import Hub
from resolver.network import graph_reader
from resolver.network.graph_reader import MAX_PATHS, find_paths
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from tests.network.networks import COUNT, make_records, plain_distances, plain_edges


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER], ids=lambda row: row.name)
def test_paths_are_as_short_as_a_plain_search_says(network_hub: Hub, viewer: Viewer) -> None:
    rows, random = make_records(), Random(3)
    edges = plain_edges(rows, viewer)
    visible = [row.id for row in rows if is_visible(row.handling, viewer)]
    lengths = set()
    for _ in range(60):
        start, goal = random.choices(visible, k=2)
        distances = plain_distances(edges, start, 6)
        result = find_paths(network_hub, start, goal, viewer)
        assert result.is_complete
        assert bool(result.paths) == (goal in distances)
        assert len(result.paths) == len(set(result.paths)) <= MAX_PATHS
        nodes = {node.id for node in result.graph.nodes}
        pairs = {frozenset((edge.source, edge.target)) for edge in result.graph.edges}
        for path in result.paths:
            lengths.add(len(path) - 1)
            assert len(path) - 1 == distances[goal]
            assert set(path) <= nodes
            assert all(frozenset(pair) in pairs for pair in pairwise(path))
    assert len(lengths) > 3


def test_no_path_is_longer_than_the_limit(network_hub: Hub) -> None:
    edges = plain_edges(make_records(), OPERATOR)
    distances = plain_distances(edges, "s:1", 6)
    far = next(node for node, length in distances.items() if length == 4 and node[0] == "s")
    assert find_paths(network_hub, "s:1", far, OPERATOR, max_length=3).paths == ()
    assert find_paths(network_hub, "s:1", far, OPERATOR, max_length=4).paths != ()
    for length in (0, 7):
        with pytest.raises(InputError, match="1 to 6 edges"):
            find_paths(network_hub, "s:1", far, OPERATOR, max_length=length)


def test_a_search_that_ends_early_says_so(
    network_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    edges = plain_edges(make_records(), OPERATOR)
    distances = plain_distances(edges, "s:1", 6)
    far = next(node for node, length in distances.items() if length == 4 and node[0] == "s")
    monkeypatch.setattr(graph_reader, "MAX_VISITED", 3)
    result = find_paths(network_hub, "s:1", far, OPERATOR)
    assert (result.paths, result.is_complete) == ((), False)


def test_a_hidden_end_is_unknown(network_hub: Hub) -> None:
    assert not is_visible(make_records()[5].handling, STRANGER)
    for ends in (("s:5", "s:1"), ("s:1", "s:5"), ("s:1", f"s:{COUNT}")):
        with pytest.raises(UnknownIdError):
            find_paths(network_hub, *ends, STRANGER)
