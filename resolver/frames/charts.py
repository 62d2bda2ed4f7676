"""Charts of a result of data frames, drawn with Altair and without a network.

`ResultCharts`, at the end, has one method for each chart. Before it, the module has one palette for
light and one for dark pages, and a function `…_rows` for each chart, which returns its figures as
plain values. Weights are in nats.

Import this module only for charts: it needs the optional package Altair.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resolver.errors import InputError, UnknownIdError, pluralize
from resolver.frames.results import Result
from resolver.matching.resolution_task import load_models
from resolver.matching.scoring import Term
from resolver.models.loader import KINDS
from resolver.records import KIND_BY_LABEL
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Outcome
from resolver.report.build_report import build_pattern_table
from resolver.report.charts import WEAK_BELOW
from resolver.report.report_data import ReportThresholds
from resolver.report.run_figures import build_threshold_tool


@dataclass(frozen=True, slots=True)
class Palette:
    """Colors as `#rrggbb`.

    The contrast with `background` is at least 4.5 to 1 for texts and 3 to 1 for marks.
    """

    background: str
    text: str
    grid: str
    good: str
    bad: str
    middle: str
    quiet: str


LIGHT = Palette("#ffffff", "#1f2937", "#d1d5db", "#1d6fa5", "#b4541a", "#7c5cbf", "#6b7280")
DARK = Palette("#111827", "#e5e7eb", "#374151", "#5fb0e8", "#f0945a", "#b79cf0", "#9ca3af")


def style_chart(chart: Any, palette: Palette) -> Any:
    """Return a chart in the colors of a palette."""
    axis = {
        "labelColor": palette.text,
        "titleColor": palette.text,
        "gridColor": palette.grid,
        "domainColor": palette.quiet,
        "tickColor": palette.quiet,
        "labelLimit": 280,
    }
    return (
        chart.configure(background=palette.background)
        .configure_axis(**axis)
        .configure_legend(labelColor=palette.text, titleColor=palette.text)
        .configure_title(color=palette.text, anchor="start", subtitleColor=palette.text)
        .configure_view(stroke=None)
    )


Rows = list[dict[str, Any]]
MAX_MEMBERS = 40
"""Largest number of rows of an entity that a chart shows."""
MAX_VALUES = 25
"""Number of the most frequent values that a chart shows."""
MAX_SETS = 20
"""Largest number of combinations of sources that a chart shows."""


def weight_rows(result: Result, kind: str | None = None) -> Rows:
    """Return the weight of each interval of each comparator of a kind, in nats.

    `kind` is person, group or asset (default: the kind of most records). `reach` of a comparator is
    its largest weight for or against a match. Comparators without weights are left out.
    """
    stats = result.resolution.stats
    models = load_models(result.options.model_dir).for_population(stats.plan, stats.population)
    if kind is not None and kind not in models.models:
        raise InputError(f"no model is called {kind!r}", hint=f"use {', '.join(models.models)}")
    rows: Rows = []
    for term in models.models[kind or _main_kind(result)].terms:
        reach = max(abs(weight) for weight in term.weights) / 1000
        rows += [] if not reach else _term_rows(term, reach)
    return sorted(rows, key=lambda row: (-row["reach"], row["comparator"], row["similarity"]))


def _main_kind(result: Result) -> str:
    kinds = Counter(result.resolution.batch.kinds.tolist())
    return max(KINDS, key=lambda label: kinds[int(KIND_BY_LABEL[label])])


def _term_rows(term: Term, reach: float) -> Rows:
    bounds = [0.0, *term.cuts, 1.0]
    return [
        {
            "comparator": term.feature,
            "similarity": min(max(high, 0.0), 1.0),
            "interval": f"similarity {max(low, 0.0):.2f} to {min(high, 1.0):.2f}",
            "weight": weight / 1000,
            "reach": reach,
        }
        for low, high, weight in zip(bounds[:-1], bounds[1:], term.weights[:-1], strict=True)
    ]


def threshold_rows(result: Result) -> Rows:
    """Return expected wrong merges and missed matches for each probability to merge at."""
    thresholds = _thresholds(result)
    tool = build_threshold_tool(result.resolution, thresholds)
    index = tool.review_thresholds.index(thresholds.review)
    rows: Rows = []
    for merge_at, figures in zip(tool.merge_thresholds, tool.grid, strict=True):
        at = figures[index]
        # people find the errors among pairs in review, so these pairs cause no errors
        for outcome, pairs in (
            ("wrong merges", at.wrong),
            ("missed matches", at.missed),
            ("pairs to review", float(at.reviews)),
        ):
            rows.append({"merge at": merge_at, "outcome": outcome, "pairs": pairs})
    return rows


def _thresholds(result: Result) -> ReportThresholds:
    own = result.options.thresholds
    return ReportThresholds(own.review, own.match, result.options.merge_at)


def distribution_rows(result: Result) -> Rows:
    """Return the number of scored pairs in each of 50 bins of the probability, with the band of
    each bin.
    """
    histogram = result.resolution.stats.score_histogram
    width = 1 / len(histogram)
    thresholds = result.options.thresholds
    return [
        {
            "from": number * width,
            "to": (number + 1) * width,
            "pairs": count,
            "band": thresholds.band((number + 0.5) * width).label,
        }
        for number, count in enumerate(histogram.tolist())
        if count
    ]


def cluster_rows(result: Result, entity_id: int) -> tuple[Rows, Rows]:
    """Return the rows of an entity, placed on a circle, and the links among them.

    A link with a probability below 0.99 is weak. Raises `UnknownIdError` for an unknown entity.
    """
    indices = [
        (side, int(row))
        for side, entities in enumerate(result.entity_ids)
        for row in np.flatnonzero(entities == entity_id)
    ][:MAX_MEMBERS]
    if not indices:
        raise UnknownIdError(f"there is no entity {entity_id}", hint="see result.clusters")
    records = [int(result.tables[side].records[row]) for side, row in indices]
    captions = _captions(result, records)
    nodes = [
        {
            "row": str(result.tables[side].labels[row]),
            "caption": captions.get(record, ""),
            "x": round(math.sin(2 * math.pi * number / len(indices)), 6),
            "y": round(math.cos(2 * math.pi * number / len(indices)), 6),
        }
        for number, ((side, row), record) in enumerate(zip(indices, records, strict=True))
    ]
    node_of = {record: node for record, node in zip(records, nodes, strict=True) if record >= 0}
    links = result.resolution.links
    inside = np.flatnonzero(np.isin(links.left, records) & np.isin(links.right, records))
    edges = []
    for position in inside.tolist():
        left, right = node_of[int(links.left[position])], node_of[int(links.right[position])]
        edge = {"left": left["row"], "right": right["row"], "x": left["x"], "y": left["y"]}
        score = float(links.score[position])
        strength = link_strength(score, int(links.outcome[position]))
        edges.append(
            {**edge, "x2": right["x"], "y2": right["y"], "probability": score, "link": strength}
        )
    return nodes, edges


def link_strength(score: float, outcome: int) -> str:
    """Return the label of a link: strong or weak if it merges, else its outcome."""
    if outcome != Outcome.MERGED:
        return Outcome(outcome).label
    return "weak" if score < WEAK_BELOW else "strong"


def _captions(result: Result, records: Sequence[int]) -> dict[int, str]:
    rows = np.array(sorted(record for record in records if record >= 0), dtype=np.int64)
    part = result.resolution.batch.take(rows).to_records()
    return {row: record.caption for row, record in zip(rows.tolist(), part, strict=True)}


def waterfall_rows(explanation: Explanation) -> Rows:
    """Return the sum of evidence of a pair, row by row: begin and end of each step, in nats."""
    rows: Rows = []
    total = 0
    for row in explanation.rows:
        if not row.weight:
            continue
        begin, total = total, total + row.weight
        sign = "for" if row.weight > 0 else "against"
        step = {"step": len(rows), "evidence": row.name, "begin": begin / 1000, "end": total / 1000}
        values = {"left": row.left, "right": row.right}
        rows.append({**step, "weight": row.weight / 1000, "speaks": sign, **values})
    end = {"step": len(rows), "evidence": "sum", "begin": 0.0, "end": total / 1000}
    return [*rows, {**end, "weight": total / 1000, "speaks": "sum", "left": "", "right": ""}]


def overlap_rows(result: Result, by: str | None = None) -> Rows:
    """Return the number of entities for each combination of sources, the most frequent first.

    `by` is the column that names the source of a row. After `link` it may be None: the two tables
    are then the sources. Raises `InputError` for a missing column.
    """
    sources: dict[int, set[str]] = {}
    for number, entities in enumerate(result.entity_ids):
        names = _source_names(result, number, by)
        for entity, name in zip(entities.tolist(), names, strict=True):
            sources.setdefault(entity, set()).add(name)
    counts = Counter(tuple(sorted(names)) for names in sources.values())
    return [
        {"sources": " and ".join(names), "number of sources": len(names), "entities": count}
        for names, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_SETS]
    ]


def _source_names(result: Result, number: int, by: str | None) -> list[str]:
    table = result.tables[number].table
    if by is None:
        if len(result.tables) == 1:
            raise InputError(
                "one table has no sources of its own",
                hint='say which column names them: overlap(by="agency")',
            )
        return [("left", "right")[number]] * table.rows
    if by not in table.names:
        raise InputError(f"the table has no column {by!r}", hint=f"it has {', '.join(table.names)}")
    cells = table.cells(table.names.index(by), 0, table.rows)
    values = cells if isinstance(cells, list) else cells.to_pylist()
    return ["unknown" if value is None or value != value else str(value) for value in values]


def frequency_rows(result: Result, prop: str) -> Rows:
    """Return the most frequent values of a property, with the number of records that state each.

    Raises `InputError` for a property without values.
    """
    columns = result.resolution.batch.columns
    if prop not in columns:
        raise InputError(
            f"no record states {prop!r}", hint=f"there is {', '.join(sorted(columns))}"
        )
    column = columns[prop]
    counts = np.bincount(column.codes, minlength=len(column.values))
    order = np.argsort(-counts, kind="stable")[:MAX_VALUES].tolist()
    return [
        {"value": column.values[code].as_py(), "records": int(counts[code])}
        for code in order
        if counts[code]
    ]


def pattern_rows(result: Result) -> Rows:
    """Return the outcome of each topic in the most frequent patterns of agreement."""
    figures = build_pattern_table(result.resolution, _thresholds(result))
    rows: Rows = []
    for number, pattern in enumerate(figures.rows if figures else ()):
        pairs = pattern.match + pattern.review + pattern.distinct
        title = f"{number + 1}: {pluralize(pairs, 'pair')}, mean {pattern.mean_score:.3f}"
        for topic, outcome in pattern.outcomes:
            rows.append(
                {"pattern": title, "order": number, "topic": topic, "outcome": str(outcome)}
            )
    return rows


try:
    import altair as alt
except ImportError as error:  # pragma: no cover - the extra is part of the development tools
    raise ImportError("charts need Altair: pip install 'watchlist-resolver[charts]'") from error

_WIDTH = 520


@dataclass(frozen=True)
class ResultCharts:
    """Charts of a result, with weights in nats. Each chart has a description for screen readers."""

    result: Result
    palette: Palette = LIGHT

    @property
    def dark(self) -> ResultCharts:
        """The same charts for dark pages."""
        return replace(self, palette=DARK)

    def weights(self, kind: str | None = None) -> Any:
        """Return the weights of each comparator, from different to equal values.

        `kind` is person, group or asset (default: the kind of most records).
        """
        rows = weight_rows(self.result, kind)
        base = alt.Chart(_data(rows)).encode(
            y=alt.Y("comparator:N", sort=None, title=None),
        )
        span = base.mark_rule(color=self.palette.quiet).encode(
            x=alt.X("min(weight):Q", title="weight of evidence (nats)"), x2="max(weight):Q"
        )
        dots = base.mark_circle(size=70, opacity=1).encode(
            x="weight:Q",
            color=alt.Color(
                "similarity:Q",
                title="similarity",
                scale=alt.Scale(domain=[0, 1], range=[self.palette.bad, self.palette.good]),
            ),
            tooltip=["comparator:N", "interval:N", alt.Tooltip("weight:Q", format="+.2f")],
        )
        heaviest = rows[0]["comparator"] if rows else "none"
        text = f"Weights of evidence by comparator, in nats; {heaviest} weighs most."
        return self._finish(alt.layer(span, dots), "Match weights", text)

    def threshold(self) -> Any:
        """Return expected errors and reviews for each probability to merge at."""
        rows = threshold_rows(self.result)
        own = self.result.options.merge_at or self.result.options.thresholds.match
        lines = (
            alt.Chart(_data(rows))
            .mark_line(point=True)
            .encode(
                x=alt.X("merge at:Q", title="probability from which pairs merge"),
                y=alt.Y("pairs:Q", title="pairs (expected)", scale=alt.Scale(type="symlog")),
                color=self._color("outcome", ("missed matches", "wrong merges", "pairs to review")),
                tooltip=["outcome:N", "merge at:Q", alt.Tooltip("pairs:Q", format=",.1f")],
            )
        )
        rule = alt.Chart(_data([{"own": own}])).mark_rule(
            color=self.palette.quiet, strokeDash=[4, 4]
        )
        text = f"Expected wrong merges, missed matches and reviews; this run merges from {own:.3f}."
        return self._finish(alt.layer(lines, rule.encode(x="own:Q")), "Thresholds", text)

    def scores(self) -> Any:
        """Return the number of scored pairs by probability, colored by band."""
        rows = distribution_rows(self.result)
        bars = (
            alt.Chart(_data(rows))
            .mark_bar(binSpacing=1)
            .encode(
                x=alt.X(
                    "from:Q", bin="binned", title="probability", scale=alt.Scale(domain=[0, 1])
                ),
                x2="to:Q",
                y=alt.Y("pairs:Q", title="pairs of rows", scale=alt.Scale(type="symlog")),
                color=self._color("band", ("match", "distinct", "review")),
                tooltip=["from:Q", "to:Q", "band:N", alt.Tooltip("pairs:Q", format=",")],
            )
        )
        total = sum(row["pairs"] for row in rows)
        text = f"Probabilities of {total:,} scored pairs, on a logarithmic scale."
        return self._finish(bars, "Score distribution", text)

    def clusters(self, entity: int) -> Any:
        """Return an entity as a graph of its rows and links; weak links are marked."""
        nodes, edges = cluster_rows(self.result, entity)
        blank: dict[str, Any] = {"axis": None, "scale": alt.Scale(domain=[-1.3, 1.3])}
        lines = (
            alt.Chart(_data(edges))
            .mark_rule(strokeWidth=2)
            .encode(
                x=alt.X("x:Q", **blank),
                y=alt.Y("y:Q", **blank),
                x2="x2:Q",
                y2="y2:Q",
                color=self._color("link", ("strong", "weak", "queued")),
                strokeDash=alt.condition(
                    "datum.link === 'strong'", alt.value([1, 0]), alt.value([5, 4])
                ),
                tooltip=["left:N", "right:N", alt.Tooltip("probability:Q", format=".4f")],
            )
        )
        base = alt.Chart(_data(nodes)).encode(x=alt.X("x:Q", **blank), y=alt.Y("y:Q", **blank))
        dots = base.mark_circle(size=140, color=self.palette.quiet, opacity=1).encode(
            tooltip=["row:N", "caption:N"]
        )
        names = base.mark_text(dy=-14, color=self.palette.text).encode(text="caption:N")
        weak = sum(edge["link"] != "strong" for edge in edges)
        text = f"Entity {entity}: {pluralize(len(nodes), 'row')} and "
        text += f"{pluralize(len(edges), 'link')}, {weak} of them weak."
        return self._finish(alt.layer(lines, dots, names), f"Entity {entity}", text)

    def waterfall(self, pair: Sequence[object]) -> Any:
        """Return the sum of evidence of a pair (left, right), row by row.

        Raises `InputError` unless `pair` has two names of rows.
        """
        if isinstance(pair, str) or len(pair) < 2:
            raise InputError("a pair has two names of rows", hint="waterfall((left, right))")
        explanation = self.result.explain(pair[0], pair[1]).explanation
        rows = waterfall_rows(explanation)
        order = [row["evidence"] for row in rows]
        bars = (
            alt.Chart(_data(rows))
            .mark_bar()
            .encode(
                y=alt.Y("evidence:N", sort=order, title=None),
                x=alt.X("begin:Q", title="sum of evidence (nats)"),
                x2="end:Q",
                color=self._color("speaks", ("for", "against", "sum")),
                tooltip=[
                    "evidence:N",
                    "left:N",
                    "right:N",
                    alt.Tooltip("weight:Q", format="+.3f"),
                ],
            )
        )
        text = (
            f"Evidence on {pair[0]} and {pair[1]} sums to {explanation.logodds / 1000:+.2f} nats: "
            f"probability {explanation.score:.4f}."
        )
        return self._finish(bars, f"{pair[0]} and {pair[1]}", text)

    def overlap(self, by: str | None = None) -> Any:
        """Return the number of entities for each combination of sources.

        `by` is the column that names the source of a row. After `link` it may be None: the two
        tables are then the sources.
        """
        rows = overlap_rows(self.result, by)
        bars = self._bars(rows, "sources", "entities")
        shared = sum(row["entities"] for row in rows if row["number of sources"] > 1)
        text = f"Entities by combination of sources; {shared:,} are in several."
        return self._finish(bars, "Overlap of sources", text)

    def frequencies(self, prop: str) -> Any:
        """Return the most frequent values of a property, such as `city` or `lastName`."""
        rows = frequency_rows(self.result, prop)
        text = f"Most frequent values of {prop}; {rows[0]['value']} comes first."
        return self._finish(self._bars(rows, "value", "records"), f"Frequent: {prop}", text)

    def patterns(self) -> Any:
        """Return the most frequent patterns: which topics agree, nearly agree, or differ."""
        rows = pattern_rows(self.result)
        cells = (
            alt.Chart(_data(rows))
            .mark_rect(stroke=self.palette.background)
            .encode(
                x=alt.X("topic:N", sort=None, title=None, axis=alt.Axis(labelAngle=-40)),
                y=alt.Y("pattern:N", sort=alt.EncodingSortField("order"), title=None),
                color=self._color("outcome", ("agrees", "differs", "near")),
                tooltip=["pattern:N", "topic:N", "outcome:N"],
            )
        )
        count = len({row["pattern"] for row in rows})
        text = f"The {count} most frequent patterns of agreement, the likeliest first."
        return self._finish(cells, "Patterns of agreement", text)

    def _bars(self, rows: Rows, name: str, count: str) -> Any:
        return (
            alt.Chart(_data(rows))
            .mark_bar(color=self.palette.good)
            .encode(
                y=alt.Y(f"{name}:N", sort=None, title=None),
                x=alt.X(f"{count}:Q", title=count, axis=alt.Axis(tickMinStep=1)),
                tooltip=[f"{name}:N", alt.Tooltip(f"{count}:Q", format=",")],
            )
        )

    def _color(self, field: str, names: tuple[str, str, str]) -> Any:
        """Return the color scale of three names, in the order good, bad, middle."""
        palette = self.palette
        scale = alt.Scale(domain=list(names), range=[palette.good, palette.bad, palette.middle])
        return alt.Color(f"{field}:N", title=None, scale=scale)

    def _finish(self, chart: Any, title: str, description: str) -> Any:
        texts = alt.TitleParams(title, subtitle=description)
        sized = chart.properties(title=texts, description=description, width=_WIDTH)
        return style_chart(sized, self.palette)


def _data(rows: Rows) -> Any:
    data: Any = alt.Data
    return data(values=rows)
