"""Most frequent patterns of agreement of a run, with examples."""

from __future__ import annotations

import numpy as np

from resolver.records.results.agreement import pattern_kind, pattern_outcomes
from resolver.records.results.pair_counts import AgreementPatterns
from resolver.records.results.resolution import Band, Resolution
from resolver.report.record_facts import describe_records
from resolver.report.report_data import ReportRecord
from resolver.report.report_views import (
    PatternExample,
    PatternFigures,
    PatternRow,
    ReportThresholds,
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
