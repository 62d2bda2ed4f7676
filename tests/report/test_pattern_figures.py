"""Table of patterns: selection by band, order, examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resolver.records.kinds import Kind
from resolver.records.results.explanation import KIND_SHIFT, EvidenceOutcome
from resolver.records.results.resolution import AgreementPatterns, Resolution
from resolver.report import ReportThresholds
from resolver.report.build_report import SHOWN_EXAMPLES, SHOWN_PER_BAND, build_pattern_table
from tests.report.sample_runs import record, resolution


def run_with(
    pairs: list[list[int]], sums: list[float], examples: list[list[int]], owners: list[int]
) -> Resolution:
    records = [record(f"a:{number}", ("name", f"N{number}")) for number in range(8)]
    run = resolution(records, list(range(8)), [])
    patterns = AgreementPatterns(
        int(Kind.PERSON) << KIND_SHIFT | np.arange(len(pairs), dtype=np.int64),
        np.array(pairs, dtype=np.int64).reshape(-1, 3),
        np.array(sums),
        7,
        np.array(examples, dtype=np.int32).reshape(-1, 3),
        np.array(owners, dtype=np.int64),
    )
    return replace(run, stats=replace(run.stats, patterns=patterns))


def test_run_without_patterns_has_no_table() -> None:
    assert build_pattern_table(resolution([], [], []), ReportThresholds()) is None


def test_most_frequent_patterns_of_each_band_are_shown() -> None:
    distinct = [[100 + number, 0, 0] for number in range(SHOWN_PER_BAND + 5)]
    pairs = [*distinct, [0, 2, 1], [0, 0, 3]]
    sums = [0.5] * len(distinct) + [1.5, 2.9]
    table = build_pattern_table(run_with(pairs, sums, [], []), ReportThresholds())
    assert table is not None
    assert [(row.match, row.review) for row in table.rows[:3]] == [(3, 0), (1, 2), (0, 0)]
    assert len(table.rows) == SHOWN_PER_BAND + 2
    assert (table.hidden, table.hidden_pairs) == (5, 100 + 101 + 102 + 103 + 104 + 7)
    mean_scores = [row.mean_score for row in table.rows]
    assert mean_scores == sorted(mean_scores, reverse=True)


def test_rows_state_outcomes_and_examples() -> None:
    examples = [[0, 1, 4000], [2, 3, 0], [4, 5, -4000], [6, 7, -4000], [0, 7, -100]]
    run = run_with([[9, 0, 0], [1, 1, 1], [3, 0, 0]], [0, 2, 0.1], examples, [1, 1, 1, 1, 2])
    table = build_pattern_table(run, ReportThresholds())
    assert table is not None
    rows = {row.outcomes: row for row in table.rows}
    row = rows[(("names", EvidenceOutcome.DIFFERS),)]
    assert (row.kind, row.pairs) == ("person", 3)
    assert [(example.left, example.right_id, example.band) for example in row.examples] == [
        ("N0", "a:1", "match"),
        ("N4", "a:5", "distinct"),
        ("N6", "a:7", "distinct"),
    ]
    assert len(row.examples) == SHOWN_EXAMPLES
    assert rows[()].examples == ()
