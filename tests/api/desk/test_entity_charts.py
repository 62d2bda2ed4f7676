"""Geometry of the drawings of an entity: nothing overlaps, and everything is inside."""

from __future__ import annotations

from itertools import combinations
from math import dist
from random import Random

import pytest

from resolver.api.desk.charts import (
    AXIS_WIDTH,
    BOX_HEIGHT,
    BOX_WIDTH,
    draw_map,
    draw_network,
    draw_time_axis,
    project,
)
from resolver.network.workbench import NetworkNode, RelationNetwork
from resolver.review.profile import LifeSpan, MappedPlace


def random_network(seed: int) -> RelationNetwork:
    random = Random(seed)
    near = random.randrange(1, 25)
    parents = [-1, *[0] * near]
    parents += sorted(random.randrange(1, near + 1) for _ in range(random.randrange(20)))
    nodes = tuple(NetworkNode(f"e-{n}", "", "", parent, "") for n, parent in enumerate(parents))
    ties = tuple(
        (random.randrange(1, near + 1), random.randrange(1, len(nodes)), "owns")
        for _ in range(random.randrange(6))
    )
    return RelationNetwork((), near, nodes, ties)


@pytest.mark.parametrize("seed", range(20))
def test_boxes_do_not_overlap_and_are_inside(seed: int) -> None:
    network = random_network(seed)
    drawing = draw_network(network)
    for a, b in combinations(drawing.nodes, 2):
        assert abs(a.x - b.x) >= BOX_WIDTH or abs(a.y - b.y) >= BOX_HEIGHT
    for placed in drawing.nodes:
        assert BOX_WIDTH // 2 <= placed.x <= drawing.width - BOX_WIDTH // 2
        assert BOX_HEIGHT // 2 <= placed.y <= drawing.height - BOX_HEIGHT // 2
    assert len(drawing.ties) == len(network.nodes) - 1 + len(network.ties)


def test_tied_nodes_are_on_one_side() -> None:
    nodes = (
        NetworkNode("", "", "", -1, ""),
        *(NetworkNode(f"e-{number}", "", "", 0, "") for number in range(6)),
    )
    drawing = draw_network(RelationNetwork((), 6, nodes, ((1, 4, "owns"), (4, 6, "owns"))))
    middle = drawing.nodes[0].x
    sides = {drawing.nodes[place].x > middle for place in (1, 4, 6)}
    assert len(sides) == 1
    assert {node.x > middle for node in drawing.nodes[1:]} == {True, False}


def test_marks_lie_on_the_axis_in_order() -> None:
    spans = [
        LifeSpan("Born", "", "1960", "1960-01-01", "1960-12-31", ("a",)),
        LifeSpan("Leads", "", "from 2004", "2004-01-01", "", ("a",)),
    ]
    axis = draw_time_axis(
        spans, {"Records": ["2026-03-01T10:00", "", "edition 7", "2024"], "None": []}
    )
    assert [row.label for row in axis.rows] == ["Born", "Leads", "Records"]
    born, leads, came = axis.rows
    assert born.marks[0].x == 0
    assert leads.marks[0].x + leads.marks[0].width == AXIS_WIDTH
    assert [mark.x for mark in came.marks] == sorted(mark.x for mark in came.marks)
    assert came.text == "2024-01-01 to 2026-03-01"
    for row in axis.rows:
        assert all(0 <= mark.x <= mark.x + mark.width <= AXIS_WIDTH for mark in row.marks)
    years = [year for _, year in axis.ticks]
    assert years == sorted(years)
    assert 2 <= len(years) <= 6


@pytest.mark.parametrize("day", ["0001-01-01", "2200-12-31", "1970-01-01"])
def test_a_single_day_is_drawn(day: str) -> None:
    axis = draw_time_axis([LifeSpan("Born", "", day, day, day, ())], {})
    assert len(axis.rows[0].marks) == 1
    assert draw_time_axis([], {"Records": [""]}).rows == ()


def place(name: str, latitude: float, longitude: float) -> MappedPlace:
    return MappedPlace(name, name, True, (latitude, longitude), (), ())


def test_markers_are_apart_and_in_the_window() -> None:
    places = [place(str(number), 48 + number % 2, 11.0) for number in range(9)]
    places.append(MappedPlace("Atlantis", "Atlantis", False, None, (), ()))
    drawn = draw_map(places)
    assert drawn is not None
    assert [row.name for row in drawn.rest] == ["Atlantis"]
    left, top, width, height = map(float, drawn.view_box.split())
    for marker in drawn.markers:
        assert left <= marker.x <= left + width
        assert top <= marker.y <= top + height
    for a, b in combinations(drawn.markers, 2):
        assert dist((a.x, a.y), (b.x, b.y)) >= 2 * drawn.radius


@pytest.mark.parametrize("point", [(84.0, -180.0), (-60.0, 180.0), (0.0, 0.0)])
def test_windows_stay_on_the_map(point: tuple[float, float]) -> None:
    drawn = draw_map([place("x", *point)])
    assert drawn is not None
    left, top, width, height = map(float, drawn.view_box.split())
    assert left >= 0
    assert top >= 0
    assert left + width <= 1440
    assert top + height <= 720
    assert project(point) == (4 * (point[1] + 180), 5 * (84 - point[0]))


def test_without_points_there_is_no_map() -> None:
    assert draw_map([]) is None
