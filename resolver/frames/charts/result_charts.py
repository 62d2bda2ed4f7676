"""`ResultCharts`: figures of a result as charts of Altair, which need no network to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from resolver.errors import InputError
from resolver.frames.charts import chart_rows
from resolver.frames.charts.chart_style import DARK, LIGHT, Palette, style_chart
from resolver.reference.plurals import pluralize

if TYPE_CHECKING:
    from resolver.frames.results import Result

try:
    import altair as alt
except ImportError as error:  # pragma: no cover - the extra is part of the development tools
    raise ImportError("charts need Altair: pip install 'watchlist-resolver[charts]'") from error

_WIDTH = 520
_UNIT = alt.Scale(domain=[0, 1])


@dataclass(frozen=True)
class ResultCharts:
    """Charts of a result; weights are in nats. Each has a description for screen readers."""

    result: Result
    palette: Palette = LIGHT

    @property
    def dark(self) -> ResultCharts:
        """The same charts for dark pages."""
        return replace(self, palette=DARK)

    def weights(self, kind: str | None = None) -> Any:
        """Return the weights of each comparator, from different to equal values.

        `kind`: person, group or asset (default: that of most records).
        """
        rows = chart_rows.weight_rows(self.result, kind)
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
        rows = chart_rows.threshold_rows(self.result)
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
        rows = chart_rows.distribution_rows(self.result)
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
        nodes, edges = chart_rows.cluster_rows(self.result, entity)
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

        Raises `InputError` for anything else than two names of rows.
        """
        if isinstance(pair, str) or len(pair) < 2:
            raise InputError("a pair has two names of rows", hint="waterfall((left, right))")
        explanation = self.result.explain(pair[0], pair[1]).explanation
        rows = chart_rows.waterfall_rows(explanation)
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
        """Return how many entities the combinations of sources share.

        `by`: column that names the source of a row; after `link` the two tables are the default.
        """
        rows = chart_rows.overlap_rows(self.result, by)
        bars = self._bars(rows, "sources", "entities")
        shared = sum(row["entities"] for row in rows if row["number of sources"] > 1)
        text = f"Entities by combination of sources; {shared:,} are in several."
        return self._finish(bars, "Overlap of sources", text)

    def frequencies(self, prop: str) -> Any:
        """Return the most frequent values of a property, such as `city` or `lastName`."""
        rows = chart_rows.frequency_rows(self.result, prop)
        text = f"Most frequent values of {prop}; {rows[0]['value']} comes first."
        return self._finish(self._bars(rows, "value", "records"), f"Frequent: {prop}", text)

    def patterns(self) -> Any:
        """Return the most frequent patterns of agreement: what agrees, nearly, and differs."""
        rows = chart_rows.pattern_rows(self.result)
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

    def _bars(self, rows: chart_rows.Rows, name: str, count: str) -> Any:
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
        """Return the colors of three names: good, bad, and between."""
        palette = self.palette
        scale = alt.Scale(domain=list(names), range=[palette.good, palette.bad, palette.middle])
        return alt.Color(f"{field}:N", title=None, scale=scale)

    def _finish(self, chart: Any, title: str, description: str) -> Any:
        texts = alt.TitleParams(title, subtitle=description)
        sized = chart.properties(title=texts, description=description, width=_WIDTH)
        return style_chart(sized, self.palette)


def _data(rows: chart_rows.Rows) -> Any:
    data: Any = alt.Data
    return data(values=rows)
