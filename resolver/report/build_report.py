"""Build the data of a report from a resolution.

Most frequent patterns of agreement of a run, with examples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from resolver.records.results.explanation import Explanation, pattern_kind, pattern_outcomes
from resolver.records.results.resolution import AgreementPatterns, Band, Resolution
from resolver.report.entity_graphs import select_entities
from resolver.report.examples import build_borderline_cards, build_cluster_cards, describe_records
from resolver.report.report_data import (
    IntakeSummary,
    PatternExample,
    PatternFigures,
    PatternRow,
    ReportData,
    ReportRecord,
    ReportThresholds,
    ScoreDistribution,
)
from resolver.report.run_figures import (
    RunCounts,
    build_threshold_tool,
    count_overlap,
    count_sizes,
    count_sources,
    count_totals,
    group_rejects,
)

SHOWN_PER_BAND = 16
"""Patterns that are shown of each band."""
SHOWN_EXAMPLES = 3
"""Examples of each pattern."""


def build_pattern_table(
    resolution: Resolution, thresholds: ReportThresholds
) -> PatternFigures | None:
    """Return the patterns that most pairs of each band have, the highest mean score first.

    None where the run has not counted them.
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
    return PatternFigures(rows, len(total) - len(shown), hidden_pairs)


def _choose_examples(patterns: AgreementPatterns, row: int) -> list[int]:
    """Return the places of the examples of a pattern: the strongest, the weakest, one between."""
    first, last = np.searchsorted(patterns.example_patterns, [row, row + 1]).tolist()
    places = sorted(range(first, last), key=lambda place: -int(patterns.examples[place, 2]))
    if len(places) <= SHOWN_EXAMPLES:
        return places
    return [places[0], places[len(places) // 2], places[-1]]


def _build_example(
    patterns: AgreementPatterns,
    place: int,
    records: dict[int, ReportRecord],
    thresholds: ReportThresholds,
) -> PatternExample:
    left, right, logodds = patterns.examples[place].tolist()
    score = float(1 / (1 + np.exp(-logodds / 1000)))
    band = Band((score >= thresholds.review) + (score >= thresholds.match))
    first, second = records[left], records[right]
    return PatternExample(first.caption, first.id, second.caption, second.id, score, band.label)


def _build_row(
    patterns: AgreementPatterns, row: int, examples: tuple[PatternExample, ...]
) -> PatternRow:
    pattern, pairs = int(patterns.patterns[row]), patterns.pairs[row].tolist()
    return PatternRow(
        pattern_kind(pattern).label,
        pattern_outcomes(pattern),
        pairs[Band.MATCH],
        pairs[Band.REVIEW],
        pairs[Band.DISTINCT],
        float(patterns.score_sums[row]) / sum(pairs),
        examples,
    )


DEFAULT_THRESHOLDS = ReportThresholds()
SHOWN_WITHDRAWN = 20
SHOWN_LISTS = 60
SHOWN_WARNINGS = 30


def build_report(
    resolution: Resolution,
    intake: IntakeSummary | None = None,
    *,
    explanations: Sequence[Explanation] = (),
    title: str = "Entity resolution report",
    run: Mapping[str, str] | None = None,
    thresholds: ReportThresholds = DEFAULT_THRESHOLDS,
) -> ReportData:
    """Count a resolution and select its examples.

    `explanations`: those of `select_pairs_to_explain` (others are ignored). `run`: other facts
    about the run (command, version), shown as passed.
    """
    intake = intake or IntakeSummary()
    counts = RunCounts(resolution)
    entities = select_entities(counts)
    explanation_of = {_ordered_ids(item): item for item in explanations}
    return ReportData(
        title=title,
        totals=count_totals(counts, intake),
        sources=count_sources(counts),
        overlap=count_overlap(counts),
        scores=ScoreDistribution(
            tuple(resolution.stats.score_histogram.tolist()), thresholds.queue, thresholds.match
        ),
        sizes=count_sizes(counts),
        borderline=build_borderline_cards(resolution, explanation_of),
        clusters=build_cluster_cards(counts, entities.largest, explanation_of),
        weak_clusters=build_cluster_cards(counts, entities.weakest, explanation_of),
        thresholds=build_threshold_tool(resolution, thresholds),
        patterns=build_pattern_table(resolution, thresholds),
        rules=resolution.stats.rules,
        stages=resolution.stats.stages,
        rejects=group_rejects(intake.rejects),
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
