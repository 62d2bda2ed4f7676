"""Build the data of a report from a resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Resolution
from resolver.report.entity_graphs import select_entities
from resolver.report.examples import build_borderline_cards, build_cluster_cards
from resolver.report.pattern_figures import build_pattern_table
from resolver.report.report_data import (
    IntakeSummary,
    ReportData,
    ScoreDistribution,
)
from resolver.report.report_views import ReportThresholds
from resolver.report.run_figures import (
    RunCounts,
    count_overlap,
    count_sizes,
    count_sources,
    count_totals,
    group_rejects,
)
from resolver.report.threshold_figures import build_threshold_tool

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
