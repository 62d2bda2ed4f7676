"""Geometry of the charts on pages: the bars of the evidence, and the ring of a contradiction. No
markup.

The module also has the geometry of the drawings on an entity's page: network, dates and map. No
markup.

It lays out a graph in rings, one ring for each distance from the middle. No markup.

The place of a node follows from the tree that spans the graph. The children of a node are ordered
by kind, caption and id, so the same graph is always drawn in the same way. Each ring is wide enough
for its labels, so that no two overlap. Labels lie along the rays once a ring is full.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, chain, pairwise

from resolver.api.desk.evidence_rows import EvidenceGroup, group_evidence, is_usual
from resolver.network.graph import Graph, GraphLink, GraphNode, find_parents
from resolver.network.workbench import NetworkNode, RelationNetwork
from resolver.records.results.explanation import EvidenceRow
from resolver.review import ContradictionTie
from resolver.review.profile import LifeSpan, MappedPlace, Point, first_day

CHART_WIDTH = 1000
"""Width of a bar chart, in units of its drawing."""
RING_SIZE = 220
"""Width and height of a ring, in units of its drawing."""
_RING_MARGIN = 26
_MIN_BAR_WIDTH = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """Step of a waterfall: the evidence on a subject, and the running sum after it (in
    thousandths).

    The bar covers `width` from `x` on, in a drawing of `CHART_WIDTH`; `zero` is the position of sum
    0. The weights of `parts` add up to that of `row`.
    """

    row: EvidenceRow
    after: int
    x: int
    width: int
    zero: int
    parts: tuple[EvidenceRow, ...] = ()

    @property
    def sign(self) -> str:
        """Direction of the evidence: for, against, or neither of them; or usual (`is_usual`)."""
        if is_usual(self.row):
            return "usual"
        return "for" if self.row.weight > 0 else "against" if self.row.weight < 0 else "neither"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Drawn steps, small steps, and the sum of both (thousandths of log-odds)."""

    bars: tuple[Bar, ...]
    small: tuple[Bar, ...]
    total: int

    @property
    def small_total(self) -> int:
        """Sum of the small steps."""
        return sum(bar.row.weight for bar in self.small)


@dataclass(frozen=True, slots=True)
class RingEdge:
    """Line between two corners; `kind` is `same`, `different`, or `proposed` (the new decision)."""

    x1: int
    y1: int
    x2: int
    y2: int
    kind: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Records on a circle in a drawing of `RING_SIZE`: the corner (x, y) of each record's box, and
    the ties between records.
    """

    records: tuple[str, ...]
    corners: tuple[tuple[int, int], ...]
    edges: tuple[RingEdge, ...]


def contradiction_ring(chain: Sequence[ContradictionTie]) -> Ring:
    """Return a chain of ties as a ring, closed by the decision that contradicts it."""
    ends = [end for tie in chain for end in (tie.left_record, tie.right_record)]
    corner_of = _place_on_circle(dict.fromkeys(ends))
    edges = [
        RingEdge(
            *corner_of[tie.left_record],
            *corner_of[tie.right_record],
            "same" if tie.is_same else "different",
        )
        for tie in chain
    ]
    # the new decision is between the two records that a single tie of the chain touches
    open_ends = [record for record, count in Counter(ends).items() if count == 1]
    if len(open_ends) == 2:
        left, right = open_ends
        edges.append(RingEdge(*corner_of[left], *corner_of[right], "proposed"))
    return Ring(tuple(corner_of), tuple(corner_of.values()), tuple(edges))


def _place_on_circle(records: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return evenly spaced corners, clockwise from the top."""
    names = list(records)
    center, radius = RING_SIZE / 2, RING_SIZE / 2 - _RING_MARGIN
    angles = [2 * math.pi * index / max(len(names), 1) - math.pi / 2 for index in range(len(names))]
    return {
        name: (
            round(center + radius * math.cos(angle)),
            round(center + radius * math.sin(angle)),
        )
        for name, angle in zip(names, angles, strict=True)
    }


def build_waterfall(evidence: Iterable[EvidenceRow]) -> Waterfall:
    """Return the steps of a sum by subject, in the order in which a decision weighs them; they add
    up to `total`.
    """
    groups = group_evidence(evidence)
    sums = list(accumulate((group.row.weight for group in groups), initial=0))
    bars = _place_bars(groups, sums)
    compared = [bar for bar, group in zip(bars, groups, strict=True) if group.is_compared]
    small = [
        bar for bar, group in zip(bars, groups, strict=True) if group.is_compared and group.is_small
    ]
    # a summary of a single step would hide the step and save no space
    summarized = small if len(small) > 1 else []
    drawn = [bar for bar in compared if bar not in summarized]
    return Waterfall(tuple(drawn), tuple(summarized), sums[-1])


def _place_bars(groups: Sequence[EvidenceGroup], sums: Sequence[int]) -> list[Bar]:
    low, high = min(sums), max(sums)

    def place(value: int) -> int:
        """Return the horizontal position of a sum."""
        return round((value - low) * CHART_WIDTH / max(high - low, 1))

    bars = []
    for group, (before, after) in zip(groups, pairwise(sums), strict=True):
        start, end = sorted((place(before), place(after)))
        width = max(end - start, _MIN_BAR_WIDTH if group.row.weight else 0)
        bars.append(Bar(group.row, after, start, width, place(0), group.parts))
    return bars


BOX_WIDTH, BOX_HEIGHT = 190, 42
"""Size of a node of a network, in units of its drawing."""
AXIS_WIDTH = 1000
"""Width of a time axis, in units of its drawing."""
_COLUMN, _ROW, _MARGIN = 250, 52, 16
_MIN_MARK = 8
_MAX_MARKERS = 20
_MARKER_SIZE = 0.026
"""Radius of a marker as a share of the width of the map."""
_MIN_MAP_WIDTH, _MAP_RATIO = 420.0, 0.5


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """Node of a network with the center of its box."""

    node: NetworkNode
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class PlacedTie:
    """Line between the boxes of two nodes, by their places; `path` is its SVG path."""

    left: int
    right: int
    words: str
    is_parent: bool
    path: str


@dataclass(frozen=True, slots=True)
class NetworkDrawing:
    """Network in columns: the middle, the nearest nodes on both sides of it, and the nodes
    beyond.
    """

    width: int
    height: int
    nodes: tuple[PlacedNode, ...]
    ties: tuple[PlacedTie, ...]


def draw_network(network: RelationNetwork) -> NetworkDrawing:
    """Place the nodes of a network so that no two boxes overlap."""
    nodes = network.nodes
    children = {index: _children(nodes, index) for index in range(len(nodes))}
    sides = _split_sides(_tied_groups(children[0], network.ties), children)
    height = max(_rows(side, children) for side in sides) * _ROW + 2 * _MARGIN
    right, left = (_reach(side, children) for side in sides)
    middle = left + BOX_WIDTH // 2 + _MARGIN
    centers = {0: (middle, height // 2)}
    for side, direction in zip(sides, (1, -1), strict=True):
        _place_side(centers, side, children, middle, direction * _COLUMN, height)
    placed = tuple(PlacedNode(node, *centers[index]) for index, node in enumerate(nodes))
    parents = [(node.parent, index, node.words, True) for index, node in enumerate(nodes) if index]
    others = [(*tie, False) for tie in network.ties]
    ties = tuple(
        PlacedTie(left, right, words, is_parent, _curve(centers[left], centers[right], middle))
        for left, right, words, is_parent in [*parents, *others]
    )
    return NetworkDrawing(2 * middle + right - left, height, placed, ties)


def _children(nodes: Sequence[NetworkNode], parent: int) -> list[int]:
    return [index for index, node in enumerate(nodes) if node.parent == parent]


def _rows(indices: Iterable[int], children: Mapping[int, Sequence[int]]) -> int:
    return sum(max(len(children[index]), 1) for index in indices)


def _reach(side: Sequence[int], children: Mapping[int, Sequence[int]]) -> int:
    """Return how far the columns of a side reach from the middle."""
    columns = 2 if any(children[index] for index in side) else 1
    return columns * _COLUMN if side else 0


def _tied_groups(
    indices: Sequence[int], ties: Iterable[tuple[int, int, str]]
) -> list[tuple[int, ...]]:
    """Return the nearest nodes in groups that are tied to each other; a group of more than half of
    them does not count as a group.
    """
    group_of = {index: [index] for index in indices}
    for left, right, _ in ties:
        if left in group_of and right in group_of and group_of[left] is not group_of[right]:
            group_of[left].extend(group_of[right])
            group_of |= dict.fromkeys(group_of[right], group_of[left])
    groups = dict.fromkeys(tuple(group_of[index]) for index in indices)
    return [
        part
        for group in groups
        for part in (
            [group] if 2 * len(group) <= len(indices) + 2 else [(index,) for index in group]
        )
    ]


def _split_sides(
    groups: Iterable[tuple[int, ...]], children: Mapping[int, Sequence[int]]
) -> tuple[list[int], list[int]]:
    """Split the nearest nodes into two sides of about equal height; groups are kept together."""
    right: list[int] = []
    left: list[int] = []
    for group in groups:
        shorter = right if _rows(right, children) <= _rows(left, children) else left
        shorter.extend(group)
    return right, left


def _place_side(
    centers: dict[int, tuple[int, int]],
    side: Sequence[int],
    children: Mapping[int, Sequence[int]],
    middle: int,
    step: int,
    height: int,
) -> None:
    top = (height - _rows(side, children) * _ROW) / 2
    for index in side:
        count = max(len(children[index]), 1)
        centers[index] = (middle + step, round(top + count * _ROW / 2))
        for row, child in enumerate(children[index]):
            centers[child] = (middle + 2 * step, round(top + (row + 0.5) * _ROW))
        top += count * _ROW


def _curve(start: tuple[int, int], end: tuple[int, int], middle: int) -> str:
    """Return the path of a line; between boxes of one column it bends outwards. The script draws
    the same curve.
    """
    (x1, y1), (x2, y2) = start, end
    bend = (x1 + x2) // 2
    if abs(x1 - x2) < BOX_WIDTH // 2:
        bend += BOX_WIDTH * 3 // 4 if x1 >= middle else -(BOX_WIDTH * 3 // 4)
    return f"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}"


@dataclass(frozen=True, slots=True)
class TimeMark:
    """Mark on a time axis, from `x` on, in units of its drawing."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class TimeRow:
    """Row of a time axis: its label and subject, the time in words, its marks, and the lists."""

    label: str
    subject: str
    text: str
    marks: tuple[TimeMark, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Rows over one axis of years; `ticks` are the positions of years, with the year."""

    rows: tuple[TimeRow, ...]
    ticks: tuple[tuple[int, int], ...]


def draw_time_axis(spans: Sequence[LifeSpan], days: Mapping[str, Sequence[str]]) -> TimeAxis:
    """Draw spans, and below them rows of days by label (as written; texts that are no dates are
    ignored).
    """
    dated = {
        label: sorted(filter(None, (first_day(text) for text in dict.fromkeys(texts))))
        for label, texts in days.items()
    }
    ends = [day for span in spans for day in (span.first, span.last)]
    ends = [day for day in (*ends, *chain.from_iterable(dated.values())) if day]
    if not ends:
        return TimeAxis((), ())
    first, last = int(min(ends)[:4]), int(max(ends)[:4]) + 1
    rows = [_span_row(span, first, last) for span in spans]
    rows += [_day_row(label, texts, first, last) for label, texts in dated.items() if texts]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 500) if (last - first) / step <= 5)
    years = range(-(-first // step) * step, last + 1, step)
    return TimeAxis(tuple(rows), tuple((_at(f"{y:04d}-01-01", first, last), y) for y in years))


def _span_row(span: LifeSpan, first: int, last: int) -> TimeRow:
    start = _at(span.first, first, last)
    end = _at(span.last, first, last) if span.last else AXIS_WIDTH
    mark = TimeMark(min(start, AXIS_WIDTH - _MIN_MARK), max(end - start, _MIN_MARK))
    return TimeRow(span.label, span.subject, span.text, (mark,), span.sources)


def _day_row(label: str, days: Sequence[str], first: int, last: int) -> TimeRow:
    places = dict.fromkeys(min(_at(day, first, last), AXIS_WIDTH - _MIN_MARK) for day in days)
    text = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return TimeRow(label, "", text, tuple(TimeMark(x, _MIN_MARK) for x in places))


def _at(day: str, first: int, last: int) -> int:
    """Return the position of a day on the axis, which goes from the start of one year to the start
    of another.
    """
    start, end = date(first, 1, 1).toordinal(), date(last, 1, 1).toordinal()
    share = (date.fromisoformat(day).toordinal() - start) / max(end - start, 1)
    return round(AXIS_WIDTH * share)


@dataclass(frozen=True, slots=True)
class MapMarker:
    """Numbered place on a map: center of its circle, and the point that it stands for."""

    number: int
    place: MappedPlace
    x: float
    y: float
    at_x: float
    at_y: float


@dataclass(frozen=True, slots=True)
class PlacesMap:
    """Window of the world map around some places (SVG `view_box`), and places without a point.

    `radius` is the radius of a marker, in units of the map.
    """

    view_box: str
    radius: float
    markers: tuple[MapMarker, ...]
    rest: tuple[MappedPlace, ...]


def draw_map(places: Sequence[MappedPlace]) -> PlacesMap | None:
    """Draw a map of those places that have a point; None if no place has a point."""
    shown = [(place, project(place.point)) for place in places if place.point is not None]
    shown = shown[:_MAX_MARKERS]
    if not shown:
        return None
    left, top, width = _window([point for _, point in shown])
    radius = round(width * _MARKER_SIZE, 1)
    centers = _spread([point for _, point in shown], radius)
    markers = tuple(
        MapMarker(number, place, *center, *point)
        for number, ((place, point), center) in enumerate(zip(shown, centers, strict=True), 1)
    )
    drawn = {id(place) for place, _ in shown}
    rest = tuple(place for place in places if id(place) not in drawn)
    view_box = f"{left:.0f} {top:.0f} {width:.0f} {width * _MAP_RATIO:.0f}"
    return PlacesMap(view_box, radius, markers, rest)


def project(point: Point) -> tuple[float, float]:
    """Return the place of latitude and longitude on `world.svg`."""
    return round(4 * (point[1] + 180), 1), round(5 * (84 - point[0]), 1)


def _window(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Return left, top and width of a window that contains some points, with a margin around
    them.
    """
    xs, ys = zip(*points, strict=True)
    width = max((max(xs) - min(xs)) * 1.3, (max(ys) - min(ys)) * 1.3 / _MAP_RATIO, _MIN_MAP_WIDTH)
    width = min(width, 1440.0)
    left = (min(xs) + max(xs) - width) / 2
    top = (min(ys) + max(ys) - width * _MAP_RATIO) / 2
    return min(max(left, 0.0), 1440 - width), min(max(top, 0.0), 720 - width * _MAP_RATIO), width


def _spread(points: Sequence[tuple[float, float]], radius: float) -> list[tuple[float, float]]:
    """Move circles apart that would hide each other: each circle moves to the first free place
    around its point.
    """
    placed: list[tuple[float, float]] = []
    for x, y in points:
        spots = [(x, y)]
        for ring in (1, 2, 3):
            for turn in range(8 * ring):
                angle, reach = 2 * math.pi * turn / (8 * ring), 2.2 * radius * ring
                spots.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
        free = (spot for spot in spots if all(math.dist(spot, p) >= 2.1 * radius for p in placed))
        x, y = next(free, (x, y))
        placed.append((round(x, 1), round(y, 1)))
    return placed


_RING, _MARGIN_X, _MARGIN_Y = 190, 190, 60
_LABEL_HEIGHT = 15
_MAX_LEVEL = 12
"""A ring of more nodes than this has slanted labels."""
_LEVEL_SPACE = 46


@dataclass(frozen=True, slots=True)
class RingNode:
    """Node at a point. `turn`: degrees by which its label is turned about it. `side`: -1 if the
    label ends at the node, 1 if it begins there, 0 if it is centered below.
    """

    node: GraphNode
    x: int
    y: int
    turn: float
    side: int


@dataclass(frozen=True, slots=True)
class RingLine:
    """Line between two nodes, by their places. `is_tree`: it leads from one ring to the next ring
    outwards.
    """

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
    place_of = {row.node.id: index for index, row in enumerate(placed)}
    edges = tuple(_line(edge, placed, place_of, parents) for edge in graph.edges)
    return RingDrawing(width, height, placed, edges)


def _find_children(graph: Graph, parents: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the children of each node; the children of the empty id are the start of the graph."""
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
    """Return the angle of each node: the middle of the part of the circle that its leaves
    occupy.
    """
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
    """Return the radius of each ring, which is wide enough for the labels of all leaves."""
    needed = leaves * (_LEVEL_SPACE if is_level else _LABEL_HEIGHT) / (2 * math.pi)
    farthest = max((node.distance for node in graph.nodes), default=0)
    first = max(_RING, round(needed))
    # several starts are not drawn on one another
    inner = _RING // 2 if sum(node.distance == 0 for node in graph.nodes) > 1 else 0
    return {0: inner, **{ring: first + _RING * (ring - 1) for ring in range(1, farthest + 1)}}


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
