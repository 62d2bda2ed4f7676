"""Reports as one HTML file.

`build_report` counts the results of a run and selects examples, `render_report` writes the page. A
page loads nothing from the network and runs one script of its own; a policy forbids all other
scripts. Without the script, tables show the same figures. The report of a screening
(`render_screening`) has no script.

The template engine escapes all values. The charts are built elsewhere and escape their own texts.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import cache
from importlib import resources

import numpy as np
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from resolver.errors import pluralize
from resolver.records.results.explanation import (
    EvidenceRow,
    Explanation,
    pattern_kind,
    pattern_outcomes,
    summarize_evidence,
)
from resolver.records.results.resolution import AgreementPatterns, Band, Resolution
from resolver.report import charts, report_data, run_figures
from resolver.report.examples import build_borderline_cards, build_cluster_cards, describe_records

SHOWN_PER_BAND = 16
"""Number of patterns that are shown of each band."""
SHOWN_EXAMPLES = 3
"""Number of examples of each pattern."""


def build_pattern_table(
    resolution: Resolution, thresholds: report_data.ReportThresholds
) -> report_data.PatternFigures | None:
    """Return the most frequent patterns of each band, the highest mean score first.

    None if the run has not counted patterns.
    """
    patterns = resolution.stats.patterns
    if patterns is None:
        return None
    total = patterns.pairs.sum(axis=1)
    chosen = np.zeros(len(total), dtype=bool)
    for band in Band:
        count = patterns.pairs[:, band]
        ranked = np.lexsort((patterns.patterns, -count))[:SHOWN_PER_BAND]
        chosen[ranked[count[ranked] > 0]] = True
    shown = np.flatnonzero(chosen)
    mean_scores = patterns.score_sums[shown] / total[shown]
    shown = shown[np.lexsort((patterns.patterns[shown], -mean_scores))].tolist()
    places = {row: _choose_examples(patterns, row) for row in shown}
    every = [place for some in places.values() for place in some]
    records = describe_records(resolution.batch, patterns.examples[every, :2].ravel().tolist())
    examples = {place: _build_example(patterns, place, records, thresholds) for place in every}
    rows = tuple(
        _build_row(patterns, row, tuple(examples[place] for place in places[row])) for row in shown
    )
    hidden_pairs = int(total.sum() - total[shown].sum()) + patterns.left_out
    return report_data.PatternFigures(rows, len(total) - len(shown), hidden_pairs)


def _choose_examples(patterns: AgreementPatterns, row: int) -> list[int]:
    """Return the positions of the examples of a pattern: the strongest, the weakest, and one
    between.
    """
    first, last = np.searchsorted(patterns.example_patterns, [row, row + 1]).tolist()
    indices = sorted(range(first, last), key=lambda index: -int(patterns.examples[index, 2]))
    if len(indices) <= SHOWN_EXAMPLES:
        return indices
    return [indices[0], indices[len(indices) // 2], indices[-1]]


def _build_example(
    patterns: AgreementPatterns,
    index: int,
    records: dict[int, report_data.ReportRecord],
    thresholds: report_data.ReportThresholds,
) -> report_data.PatternExample:
    left, right, logodds = patterns.examples[index].tolist()
    score = float(1 / (1 + np.exp(-logodds / 1000)))
    band = Band((score >= thresholds.review) + (score >= thresholds.match))
    first, second = records[left], records[right]
    return report_data.PatternExample(
        first.caption, first.id, second.caption, second.id, score, band.label
    )


def _build_row(
    patterns: AgreementPatterns, row: int, examples: tuple[report_data.PatternExample, ...]
) -> report_data.PatternRow:
    pattern, pairs = int(patterns.patterns[row]), patterns.pairs[row].tolist()
    return report_data.PatternRow(
        pattern_kind(pattern).label,
        pattern_outcomes(pattern),
        pairs[Band.MATCH],
        pairs[Band.REVIEW],
        pairs[Band.DISTINCT],
        float(patterns.score_sums[row]) / sum(pairs),
        examples,
    )


DEFAULT_THRESHOLDS = report_data.ReportThresholds()
SHOWN_WITHDRAWN = 20
SHOWN_LISTS = 60
SHOWN_WARNINGS = 30


def build_report(
    resolution: Resolution,
    intake: report_data.IntakeSummary | None = None,
    *,
    explanations: Sequence[Explanation] = (),
    title: str = "Entity resolution report",
    run: Mapping[str, str] | None = None,
    thresholds: report_data.ReportThresholds = DEFAULT_THRESHOLDS,
) -> report_data.ReportData:
    """Count a resolution and select its examples.

    `explanations`: the explanations of `select_pairs_to_explain`; any others are ignored. `run`:
    other facts about the run (command, version), which are shown unchanged.
    """
    intake = intake or report_data.IntakeSummary()
    counts = run_figures.RunCounts(resolution)
    entities = charts.select_entities(counts)
    explanation_of = {_ordered_ids(item): item for item in explanations}
    return report_data.ReportData(
        title=title,
        totals=run_figures.count_totals(counts, intake),
        sources=run_figures.count_sources(counts),
        overlap=run_figures.count_overlap(counts),
        scores=report_data.ScoreDistribution(
            tuple(resolution.stats.score_histogram.tolist()), thresholds.queue, thresholds.match
        ),
        sizes=run_figures.count_sizes(counts),
        borderline=build_borderline_cards(resolution, explanation_of),
        clusters=build_cluster_cards(counts, entities.largest, explanation_of),
        weak_clusters=build_cluster_cards(counts, entities.weakest, explanation_of),
        thresholds=run_figures.build_threshold_tool(resolution, thresholds),
        patterns=build_pattern_table(resolution, thresholds),
        rules=resolution.stats.rules,
        stages=resolution.stats.stages,
        rejects=run_figures.group_rejects(intake.rejects),
        lists=tuple(intake.lists[:SHOWN_LISTS]),
        withdrawn=tuple(intake.withdrawn[:SHOWN_WITHDRAWN]),
        warnings=tuple(intake.warnings[:SHOWN_WARNINGS]),
        plan=resolution.stats.plan,
        stamp=dict(resolution.stats.stamp),
        run=dict(run or {}),
        hidden_lists=max(0, len(intake.lists) - SHOWN_LISTS),
        uncompared=resolution.stats.uncompared,
    )


def _ordered_ids(item: Explanation) -> tuple[str, str]:
    return (
        (item.left_id, item.right_id)
        if item.left_id < item.right_id
        else (item.right_id, item.left_id)
    )


_TEMPLATES = ("report.html", "cards.html", "tools.html", "screening.html")
_HEAT_LEVELS = 6
# Thousandths of a nat; a weight that is too small to change a score by three percent.
_SMALL_WEIGHT = 100
_KIND_WORDS = {
    "person": ("person", "persons"),
    "group": ("group or company", "groups and companies"),
    "legal": ("person or group (not stated)", "persons or groups (not stated)"),
    "asset": ("vessel, aircraft or other asset", "vessels, aircraft and other assets"),
}


@cache
def _read_template(name: str) -> str:
    return (resources.files("resolver.report") / "templates" / name).read_text("utf-8")


def _digest(text: str) -> str:
    """Return the source of a content security policy that allows a text inside a page."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


SCRIPT_SOURCE = _digest(_read_template("report.js"))
"""Source of a content security policy that allows the script of the report, and no other."""


def render_report(data: report_data.ReportData) -> str:
    """Render report.html. Its size is bounded, about 50 to 500 KB, however large the run."""
    style, script = _read_template("style.css"), _read_template("report.js")
    policy = (
        f"default-src 'none'; script-src {SCRIPT_SOURCE}; style-src {_digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template("report.html")
        .render(
            data=data,
            totals=data.totals,
            # Style and script are not escaped, because their hashes are in the policy.
            style=Markup(style),
            script=Markup(script),
            threshold_figures=_pack_thresholds(data.thresholds),
            policy=policy,
            wide=_draw_scores(data, charts.WIDE, "wide"),
            narrow=_draw_scores(data, charts.NARROW, "narrow"),
        )
    )


def render_screening(summary: report_data.ScreeningSummary) -> str:
    """Render the report of a screening. It loads nothing and runs no script."""
    style = _read_template("style.css")
    policy = f"default-src 'none'; style-src {_digest(style)}; base-uri 'none'; form-action 'none'"
    page = _environment().get_template("screening.html")
    return page.render(style=Markup(style), policy=policy, data=summary)


def _draw_scores(data: report_data.ReportData, frame: charts.Frame, name: str) -> Markup:
    """Return the histogram of scores; empty if scores were not counted."""
    return charts.draw_score_chart(data.scores, frame, name) if data.scores.bins else Markup("")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: _read_template(name) for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        bar=charts.draw_bar,
        band_bar=charts.draw_band_bar,
        weight_bar=charts.draw_weight_bar,
        entity_graph=charts.draw_entity_graph,
        weak_links=charts.describe_weak_links,
        heat=_heat_level,
        kinds=_format_kinds,
        kind_word=_kind_word,
        split_evidence=_split_evidence,
        summarize_evidence=summarize_evidence,
    )
    environment.filters.update(
        n=_format_integer,
        short=charts.format_short,
        weight=_format_weight,
        plural=pluralize,
        percent=charts.format_percent,
        seconds=_format_seconds,
        threshold=_format_threshold,
        expected=_format_expected,
    )
    return environment


def _format_integer(number: int) -> str:
    return f"{number:,}"


def _format_weight(thousandths: int) -> str:
    """Format thousandths: `1234` → `+1.23`, with a real minus sign; no sign if it rounds to 0."""
    if abs(thousandths) < 5:
        return "0.00"
    return f"{'−' if thousandths < 0 else '+'}{abs(thousandths) / 1000:.2f}"


def _format_threshold(score: float) -> str:
    """Format a threshold: `0.95`, `0.998`."""
    return f"{score:.4g}" if score < 1 else "1"


def _format_expected(number: float) -> str:
    """Format an expected number: without decimals from ten on, else with one decimal."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def _format_seconds(number: float) -> str:
    if number < 60:
        return f"{number:.2f} s" if number < 10 else f"{number:.1f} s"
    minutes, rest = divmod(round(number), 60)
    return f"{minutes} min {rest:02d} s"


def _split_evidence(explanation: Explanation) -> tuple[list[EvidenceRow], int, int]:
    """Return the large rows, and number and sum of the small rows; a single small row is kept."""
    small = [row for row in explanation.rows if abs(row.weight) < _SMALL_WEIGHT]
    if len(small) < 2:
        return list(explanation.rows), 0, 0
    return (
        [row for row in explanation.rows if abs(row.weight) >= _SMALL_WEIGHT],
        len(small),
        sum(row.weight for row in small),
    )


def _pack_thresholds(tool: report_data.ThresholdTool) -> str:
    """Return the figures of the threshold tool as JSON, as its script reads them."""
    rows = [[[round(number, 2) for number in astuple(cell)] for cell in row] for row in tool.grid]
    own = [
        tool.merge_thresholds.index(tool.own.merge_from),
        tool.review_thresholds.index(tool.own.review_from),
    ]
    thresholds = {"merge": tool.merge_thresholds, "review": tool.review_thresholds}
    return json.dumps({**thresholds, "own": own, "rows": rows}, separators=(",", ":"))


def _kind_word(kind: str) -> str:
    return _KIND_WORDS.get(kind, (kind, kind))[0]


def _format_kinds(counts: dict[str, int]) -> str:
    """Format counts by kind: `1,200 persons, 80 groups and companies and 1 vessel, …`"""
    parts = [pluralize(count, *_KIND_WORDS[kind]) for kind, count in counts.items() if count]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _heat_level(overlap: report_data.SourceOverlap, row: int, column: int) -> int:
    """Return the color level of a cell, 0 to 6, by the square root of its share of the largest
    count.
    """
    counts = overlap.counts
    largest = max(
        (
            count
            for i, row_counts in enumerate(counts)
            for j, count in enumerate(row_counts)
            if i != j
        ),
        default=0,
    )
    count = counts[row][column]
    return max(1, round(_HEAT_LEVELS * (count / largest) ** 0.5)) if count else 0
