"""Graphs of entities: bridges and weakest links, against networkx."""

from __future__ import annotations

from itertools import pairwise

import networkx
import numpy as np
import pytest

from resolver.records.results.resolution import Outcome, Resolution
from resolver.report.charts import (
    SHOWN_EDGES,
    SHOWN_ENTITIES,
    SHOWN_MEMBERS,
    WEAK_BELOW,
    select_entities,
)
from resolver.report.run_figures import RunCounts
from tests.report.sample_runs import Pair, record, resolution


def draw_run(seed: int, sizes: list[int], density: float) -> Resolution:
    """Return a run of entities with drawn links; not all records need hang together."""
    chance = np.random.default_rng(seed)
    entities = [entity for entity, size in enumerate(sizes) for _ in range(size)]
    records = [record(f"a:{number:03d}", ("name", "N")) for number in range(len(entities))]
    pairs: list[Pair] = []
    for left in range(len(entities)):
        for right in range(left + 1, len(entities)):
            if entities[left] == entities[right] and chance.random() < density:
                pairs.append((left, right, int(chance.integers(-1000, 9000)), Outcome.MERGED))
    return resolution(records, entities, pairs)


@pytest.mark.parametrize("seed", range(12))
def test_marks_are_those_of_whole_graphs(seed: int) -> None:
    run = draw_run(seed, [9, 7, 5, 20, 4, 4, 3, 3, 6], 0.25)
    shown = select_entities(RunCounts(run))
    for entity in (*shown.largest, *shown.weakest):
        members = {row for row in range(len(run.labels)) if run.labels[row] == min(entity.rows)}
        members |= set(entity.rows)
        graph = networkx.Graph()
        for left, right, score in zip(
            run.links.left.tolist(), run.links.right.tolist(), run.links.score, strict=True
        ):
            if run.labels[left] == run.labels[entity.rows[0]]:
                graph.add_edge(left, right, weight=float(score))
        bridges = {frozenset(pair) for pair in networkx.bridges(graph)}
        drawn = {
            frozenset((entity.rows[edge.left], entity.rows[edge.right])): edge
            for edge in entity.edges
        }
        assert {pair for pair, edge in drawn.items() if edge.is_bridge} == bridges & drawn.keys()
        tree = networkx.maximum_spanning_tree(graph)
        least = min((data["weight"] for *_, data in tree.edges(data=True)), default=1.0)
        marked = [edge for edge in entity.edges if edge.is_weakest]
        assert [edge.score for edge in marked] == ([least] if least < WEAK_BELOW else [])
        assert (entity.weakest >= 0) == (least < WEAK_BELOW)


def test_weakest_entities_come_first_and_are_not_the_largest() -> None:
    sizes = [5] * SHOWN_ENTITIES + [3] * 10
    pairs: list[Pair] = []
    start = 0
    for number, size in enumerate(sizes):
        pairs += [
            (row, row + 1, 200 * (20 - number), Outcome.MERGED)
            for row in range(start, start + size - 1)
        ]
        start += size
    records = [record(f"a:{number:03d}", ("name", "N")) for number in range(start)]
    entities = [number for number, size in enumerate(sizes) for _ in range(size)]
    shown = select_entities(RunCounts(resolution(records, entities, pairs)))
    assert [entity.entity for entity in shown.largest] == list(range(SHOWN_ENTITIES))
    assert [entity.entity for entity in shown.weakest] == [15, 14, 13, 12, 11, 10]


def test_large_entities_are_drawn_around_their_weakest_link() -> None:
    count = 40
    pairs: list[Pair] = [
        (left, right, 6000, Outcome.MERGED)
        for left in range(count)
        for right in range(left + 1, count)
        if (left < 20) == (right < 20)
    ]
    pairs.append((7, 33, 100, Outcome.MERGED))
    records = [record(f"a:{number:03d}", ("name", "N")) for number in range(count)]
    (entity,) = select_entities(RunCounts(resolution(records, [0] * count, pairs))).largest
    assert len(entity.rows) == SHOWN_MEMBERS
    assert {7, 33} <= set(entity.rows)
    (weakest,) = [edge for edge in entity.edges if edge.is_weakest]
    assert weakest.is_bridge
    # records of one part lie side by side
    sides = [row < 20 for row in entity.rows]
    assert sum(first != second for first, second in pairwise(sides)) == 1
    assert len(entity.edges) <= SHOWN_EDGES


def test_records_that_no_score_links_are_shown_too() -> None:
    records = [record(f"a:{number}", ("name", "N")) for number in range(4)]
    run = resolution(records, [0, 0, 0, 0], [(0, 1, 6000, Outcome.MERGED)])
    (entity,) = select_entities(RunCounts(run)).largest
    assert entity.rows == (0, 1, 2, 3)
    assert (len(entity.edges), entity.weakest) == (1, -1)
