"""Charts as inline SVG. Colors come from the page's style by class, so that charts follow light and
dark mode.

Charts have a title and a description for screen readers; the same information is in text or a table
next to them.

Entities to show: the largest, and those with the weakest links, as graphs of some of their records
and links.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from resolver.errors import pluralize
from resolver.matching.kernels.agglomeration import mark_forest
from resolver.records.results.resolution import Outcome
from resolver.report.report_data import EntityGraph, GraphEdge, ScoreDistribution
from resolver.report.run_figures import RunCounts


@dataclass(frozen=True, slots=True)
class Frame:
    """Size of a chart and the margins around its plot, in pixels."""

    width: int
    height: int
    left: int = 44
    right: int = 8
    top: int = 30
    bottom: int = 38

    @property
    def plot_width(self) -> int:
        """Width of the plot in pixels."""
        return self.width - self.left - self.right

    @property
    def plot_height(self) -> int:
        """Height of the plot in pixels."""
        return self.height - self.top - self.bottom


WIDE = Frame(880, 280)
NARROW = Frame(340, 250, left=36, top=46)


def format_short(number: float) -> str:
    """Format a number with a unit: `1200` → `1.2k`; without decimals below a thousand."""
    for size, letter in ((1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + letter
    return f"{number:.0f}"


def format_percent(score: float) -> str:
    """Format a probability in percent without decimals, but never as 0 or 100."""
    if score >= 0.995:
        return "over 99 %"
    return "under 1 %" if score < 0.005 else f"{100 * score:.0f} %"


def draw_score_chart(scores: ScoreDistribution, frame: Frame, name: str) -> Markup:
    """Draw the histogram of scores in the colors of the bands, on a logarithmic scale.

    `name` makes the ids in the chart unique on the page.
    """
    top = max(1, math.ceil(math.log10(max(*scores.bins, 1) + 1)))
    parts = [_draw_grid(frame, top)]
    step = frame.plot_width / len(scores.bins)
    for index, count in enumerate(scores.bins):
        if not count:
            continue
        height = max(1.5, frame.plot_height * math.log10(count + 1) / top)
        low, high = index / len(scores.bins), (index + 1) / len(scores.bins)
        band = _band((low + high) / 2, scores)
        x, y = frame.left + index * step, frame.top + frame.plot_height - height
        parts.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                "<title>{}</title></rect>"
            ).format(
                band,
                x + 0.5,
                y,
                max(step - 1, 1),
                height,
                f"score {low:.2f} to {high:.2f}: {count:,} {'pair' if count == 1 else 'pairs'}",
            )
        )
    parts += [_draw_thresholds(frame, scores), _draw_score_axis(frame)]
    return _build_svg(
        frame,
        name,
        "Distribution of the scored pairs",
        f"{pluralize(sum(scores.bins), 'pair')}; review from {scores.review_from:.2f}, "
        f"same from {scores.match_from:.2f}.",
        parts,
    )


def _band(score: float, scores: ScoreDistribution) -> str:
    return (
        "match"
        if score >= scores.match_from
        else "review"
        if score >= scores.review_from
        else "distinct"
    )


def _draw_grid(frame: Frame, top: int) -> Markup:
    lines = Markup()
    for power in range(top + 1):
        y = frame.top + frame.plot_height - frame.plot_height * math.log10(10**power + 1) / top
        if y < frame.top - 4:
            continue
        lines += Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
            frame.left, frame.width - frame.right, y, y
        )
        lines += Markup('<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
            frame.left - 6, y + 4, format_short(10**power)
        )
    return lines


def _draw_thresholds(frame: Frame, scores: ScoreDistribution) -> Markup:
    """Draw the lines between the bands, and the names of the bands."""
    positions = [
        frame.left + frame.plot_width * score for score in (scores.review_from, scores.match_from)
    ]
    bottom = frame.top + frame.plot_height
    lines = Markup()
    for x in positions:
        lines += Markup(
            '<line class="threshold" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>'
        ).format(x, frame.top - 8, bottom)
    return lines + _draw_band_names(frame, positions)


def _draw_band_names(frame: Frame, positions: list[float]) -> Markup:
    # The outer bands are narrow, so a narrow chart places their names in a separate row.
    row = frame.top - 14 if frame.width > 500 else frame.top - 30
    names = [
        ("distinct", frame.left, "start", row, "different"),
        ("review", (positions[0] + positions[1]) / 2, "middle", frame.top - 14, "review"),
        ("match", frame.width - frame.right, "end", row, "same"),
    ]
    labels = Markup()
    for band, x, anchor, y, text in names:
        labels += Markup(
            '<text class="name {}" x="{:.1f}" y="{}" text-anchor="{}">{}</text>'
        ).format(band, x, y, anchor, text)
    return labels


def _draw_score_axis(frame: Frame) -> Markup:
    y = frame.top + frame.plot_height
    axis = Markup('<line class="axis" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>').format(
        frame.left, frame.width - frame.right, y
    )
    for score in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = frame.left + frame.plot_width * score
        anchor = "start" if score == 0 else "end" if score == 1 else "middle"
        axis += Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="{}">{:g}</text>').format(
            x, y + 16, anchor, score
        )
    middle = frame.left + frame.plot_width / 2
    return axis + Markup(
        '<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">score</text>'
    ).format(middle, y + 33)


def draw_bar(value: float, largest: float, text: str, band: str = "match") -> Markup:
    """Draw a bar for a table cell, of length `value` / `largest`. It stretches with its cell."""
    share = 100 * value / largest if largest > 0 else 0.0
    if value > 0:
        share = max(share, 0.8)
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" '
        'role="img" aria-label="{0}"><title>{0}</title>'
        '<rect class="track" width="100" height="10"/>'
        '<rect class="{1}" width="{2:.2f}" height="10"/></svg>'
    ).format(text, band, share)


def draw_band_bar(match: int, review: int, distinct: int) -> Markup:
    """Draw the shares of the bands in a bar for a table cell; at least one count is above 0."""
    total, start, parts = match + review + distinct, 0.0, []
    for band, count in (("match", match), ("review", review), ("distinct", distinct)):
        width = 100 * count / total
        parts.append(
            Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="10"/>').format(
                band, start, width
            )
        )
        start += width
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        'aria-label="{0}"><title>{0}</title>{1}</svg>'
    ).format(
        f"same {match:,}, in review {review:,}, different {distinct:,}", Markup("").join(parts)
    )


def draw_weight_bar(weight: int, largest: int) -> Markup:
    """Draw a bar for a weight in thousandths of a nat.

    It extends to the right of the middle for positive weights, and to the left for negative
    weights.
    """
    share = min(50.0, 50.0 * abs(weight) / largest) if largest else 0.0
    start = 50.0 if weight >= 0 else 50.0 - share
    return Markup(
        '<svg class="bar weight" viewBox="0 0 100 10" preserveAspectRatio="none" '
        'role="img" aria-label="{}"><rect class="track" width="100" height="10"/>'
        '<rect class="{}" x="{:.2f}" width="{:.2f}" height="10"/>'
        '<rect class="middle" x="49.8" width="0.4" height="10"/></svg>'
    ).format(
        "for a match" if weight >= 0 else "against a match",
        "match" if weight >= 0 else "against",
        start,
        share,
    )


GRAPH = Frame(300, 270, left=24, right=24, top=24, bottom=24)
"""Size of the graph of an entity, with room for its nodes in the margins."""
_NODE_RADIUS = 12


def draw_entity_graph(graph: EntityGraph, name: str) -> Markup:
    """Draw the records of an entity on a circle, clockwise from the top, and their links.

    A dashed link is the only link between two parts. The weakest link is labeled with its score.
    `name` makes the ids in the chart unique on the page.
    """
    spots = [_place_node(number, len(graph.nodes)) for number in range(len(graph.nodes))]
    lines = [_draw_edge(edge, spots) for edge in reversed(graph.edges)]
    labels = [_label_edge(edge, spots) for edge in graph.edges if edge.is_weakest]
    nodes = [
        Markup(
            '<g><title>{0}: {1}</title><circle class="node" cx="{2:.1f}" cy="{3:.1f}" r="{4}"/>'
            '<text x="{2:.1f}" y="{3:.1f}" dy="4" text-anchor="middle">{0}</text></g>'
        ).format(number + 1, caption, *spots[number], _NODE_RADIUS)
        for number, caption in enumerate(graph.nodes)
    ]
    return _build_svg(
        GRAPH,
        name,
        "Records of the entity and the links between them",
        describe_weak_links(graph),
        [*lines, *nodes, *labels],
    )


def describe_weak_links(graph: EntityGraph) -> str:
    """Return in words which links of a graph are weak; nodes are numbered from 1."""
    if not graph.edges:
        return "No score links these records."
    weakest = [_edge_name(edge) for edge in graph.edges if edge.is_weakest]
    text = "No link that holds these records together is weak."
    if weakest:
        text = f"At its weakest the entity hangs together by the link {weakest[0]}."
    bridges = sorted(_edge_name(edge) for edge in graph.edges if edge.is_bridge)
    if not bridges:
        return f"{text} No two parts hang together by one link alone."
    return f"{text} Only links between two parts: {', '.join(bridges)}."


def _edge_name(edge: GraphEdge) -> str:
    return f"{min(edge.left, edge.right) + 1}–{max(edge.left, edge.right) + 1}"


def _place_node(number: int, count: int) -> tuple[float, float]:
    angle = 2 * math.pi * number / max(count, 1) - math.pi / 2
    x = GRAPH.left + GRAPH.plot_width * (1 + math.cos(angle)) / 2
    return x, GRAPH.top + GRAPH.plot_height * (1 + math.sin(angle)) / 2


def _draw_edge(edge: GraphEdge, spots: list[tuple[float, float]]) -> Markup:
    kinds = (("bridge", edge.is_bridge), ("weakest", edge.is_weakest))
    text = f"{_edge_name(edge)}: {format_percent(edge.score)}"
    if edge.is_bridge:
        text += ", the only link between two parts"
    return Markup(
        '<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"><title>{}</title></line>'
    ).format(
        " ".join(["edge", *(kind for kind, applies in kinds if applies)]),
        *spots[edge.left],
        *spots[edge.right],
        text,
    )


def _label_edge(edge: GraphEdge, spots: list[tuple[float, float]]) -> Markup:
    (x1, y1), (x2, y2) = spots[edge.left], spots[edge.right]
    return Markup(
        '<text class="label" x="{:.1f}" y="{:.1f}" dy="4" text-anchor="middle">{}</text>'
    ).format((x1 + x2) / 2, (y1 + y2) / 2, format_percent(edge.score))


def _build_svg(frame: Frame, name: str, title: str, text: str, parts: list[Markup]) -> Markup:
    head = Markup(
        '<svg class="chart {0}" viewBox="0 0 {1} {2}" role="img" aria-labelledby="{0}-t {0}-d">'
    ).format(name, frame.width, frame.height)
    description = Markup('<title id="{0}-t">{1}</title><desc id="{0}-d">{2}</desc>').format(
        name, title, text
    )
    return head + description + Markup("").join(parts) + Markup("</svg>")


SHOWN_ENTITIES = 6
"""Number of entities of each sort that are shown."""
SHOWN_MEMBERS = 12
"""Number of records of an entity that are shown."""
SHOWN_EDGES = 40
"""Number of links of an entity that are drawn."""
MIN_WEAK_SIZE = 3
"""Records of the smallest entities that are shown as weak; two records are one pair."""
WEAK_BELOW = 0.99
"""Score below which a link that holds an entity together counts as weak."""
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ShownEntity:
    """Entity to show: its number, and some of its records in the order in which they are drawn.

    `weakest`: position of the weakest link that is needed to hold its records together; -1 if no
    link is weak.
    """

    entity: int
    rows: tuple[int, ...]
    edges: tuple[GraphEdge, ...]
    hidden_links: int
    weakest: int


@dataclass(frozen=True, slots=True)
class ShownEntities:
    """The largest entities, and other entities with the weakest links."""

    largest: tuple[ShownEntity, ...]
    weakest: tuple[ShownEntity, ...]


def select_entities(counts: RunCounts) -> ShownEntities:
    """Select the entities to show.

    Entities with weak links have three records or more. They are ordered by the weakest link that
    they need.
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
        entity: _show_entity(counts, entity, merged[indices], is_needed[indices])
        for entity, indices in groups.items()
    }
    return ShownEntities(
        tuple(shown[entity] for entity in large.tolist()),
        tuple(shown[entity] for entity in weak.tolist()),
    )


def _show_entity(
    counts: RunCounts, entity: int, places: _Places, is_needed: npt.NDArray[np.bool_]
) -> ShownEntity:
    """Return an entity with its links (`places`). `is_needed` marks the links that hold it
    together.
    """
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
    """Links of an entity (`places`), the links that hold it together, and the numbers of its
    records along these links.
    """

    order: dict[int, int]
    ends: dict[int, int]
    places: _Places
    is_needed: npt.NDArray[np.bool_]
    weakest: int


def _draw_edges(
    counts: RunCounts, rows: tuple[int, ...], walk: _Walk
) -> tuple[tuple[GraphEdge, ...], int]:
    """Return the links between some rows that are drawn, and the number of links that are not
    drawn.
    """
    links, indices = counts.resolution.links, walk.places
    number = {row: at for at, row in enumerate(rows)}
    ends = list(zip(links.left[indices].tolist(), links.right[indices].tolist(), strict=True))
    score = links.score[indices].tolist()
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
            int(indices[at]) == walk.weakest,
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
    """Trees of the links that hold an entity together."""

    def __init__(self, left: list[int], right: list[int]) -> None:
        self._next: dict[int, list[int]] = {}
        for first, second in zip(left, right, strict=True):
            self._next.setdefault(first, []).append(second)
            self._next.setdefault(second, []).append(first)

    def walk(self, start: int, last: int) -> tuple[dict[int, int], dict[int, int]]:
        """Number the records depth first; records behind `last` come after the other records of its
        tree.

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
                # the last item pushed comes first
                branches.sort(key=lambda near: (near != last, -near))
                stack += [(near, False) for near in branches]
        return order, ends

    def nearest(self, starts: tuple[int, int], count: int) -> set[int]:
        """Return the records nearest to two start records, by number of links."""
        near, queue = set(starts), deque(starts)
        while queue and len(near) < count:
            for row in sorted(self._next[queue.popleft()]):
                if row not in near and len(near) < count:
                    near.add(row)
                    queue.append(row)
        return near
