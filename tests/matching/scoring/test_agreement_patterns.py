"""Patterns of agreement: codes against phrases, and summaries under final scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from resolver.matching.scoring import Thresholds
from resolver.matching.scoring.agreement_patterns import PatternFlags, PatternTally, code_patterns
from resolver.matching.scoring.source_shifts import DATE_ERROR, UNSUPPORTED
from resolver.matching.scoring.terms import SupportLimit
from resolver.records.kinds import Kind
from resolver.records.results.explanation import (
    PATTERN_TOPICS,
    PHRASES,
    EvidenceOutcome,
    pattern_kind,
    pattern_outcomes,
)
from resolver.records.results.resolution import Band

THRESHOLDS = Thresholds(0.9, 0.1)
Outcomes = dict[str, EvidenceOutcome]


def outcomes_of(features: list[str], values: list[float]) -> Outcomes:
    """Return the outcome of each topic, from the phrases of its comparators."""
    outcomes = {}
    for topic, comparators in PATTERN_TOPICS.items():
        grades = {
            PHRASES[name].outcome(value)
            for name, value in zip(features, values, strict=True)
            if name in comparators and value == value
        }
        if grades:
            outcomes[topic] = grades.pop() if len(grades) == 1 else EvidenceOutcome.NEAR
    return outcomes


def test_codes_say_what_phrases_say() -> None:
    chance = np.random.default_rng(4)
    features = ["gender", "name", "name_rarity", "birth_date", "email", "phone", "nationality"]
    evidence = chance.choice([np.nan, 0.0, 0.3, 0.65, 0.93, 1.0], (500, 7)).astype(np.float32)
    unsupported = chance.integers(0, 2, 500).astype(bool)
    flags = PatternFlags(unsupported * UNSUPPORTED, ~unsupported)
    patterns = code_patterns(features, evidence, Kind.GROUP, flags)
    for pattern, values in zip(patterns.tolist(), evidence.tolist(), strict=True):
        assert dict(pattern_outcomes(pattern)) == outcomes_of(features, values)
        assert pattern_kind(pattern) == Kind.GROUP


def test_topics_name_comparators_that_have_phrases() -> None:
    comparators = [name for comparators in PATTERN_TOPICS.values() for name in comparators]
    assert len(comparators) == len(set(comparators))
    assert all(PHRASES[name].agree or PHRASES[name].differ for name in comparators)


def tally_of(
    logodds: list[int], marks: Sequence[np.uint8 | int], is_within: list[bool] | None = None
) -> PatternTally:
    """Return a tally of pairs of persons, all of one pattern but for their marks and sources."""
    count = len(logodds)
    evidence = np.ones((count, 1), dtype=np.float32)
    flags = PatternFlags(np.array(marks, np.uint8), np.array(is_within or [False] * count))
    patterns = code_patterns(["name"], evidence, Kind.PERSON, flags)
    left = np.arange(count, dtype=np.int32)
    tally = PatternTally.empty(THRESHOLDS)
    tally.add(left, left + 1, np.array(logodds, dtype=np.int32), patterns)
    return tally


def test_summary_counts_bands_under_final_scores() -> None:
    tally = tally_of([-5000, 0, 1500, 5000, 5000], [0, 0, 0, 0, UNSUPPORTED])
    summary = tally.summarize(THRESHOLDS, {}, {}, {})
    assert summary.pairs.tolist() == [[1, 2, 2]]
    assert summary.score_sums[0] == pytest.approx(0.007 + 0.5 + 0.82 + 2 * 0.993, abs=0.06)
    assert dict(pattern_outcomes(int(summary.patterns[0]))) == {"names": EvidenceOutcome.AGREES}
    limits = {"person": SupportLimit((), 0, 1000)}
    shifted = tally.summarize(THRESHOLDS, {"person": 3000}, limits, {})
    assert shifted.pairs.tolist() == [[0, 2, 3]]
    examples = sorted(shifted.examples.tolist())
    assert {tuple(pair[:2]) for pair in examples} <= {(n, n + 1) for n in range(5)}
    assert [pair[2] for pair in examples if pair[0] == 4] in ([], [1000])
    assert all(pair[2] == 3000 for pair in examples if pair[0] == 1)


def test_pairs_within_a_source_have_their_own_shift() -> None:
    tally = tally_of([0, 0, 0], [0] * 3, [False, True, True])
    summary = tally.summarize(THRESHOLDS, {"person": 3000, "person within": -3000}, {}, {})
    assert summary.pairs.tolist() == [[2, 0, 1]]


def test_errors_in_dates_rise_above_the_limit_for_names() -> None:
    tally = tally_of([5000] * 3, [UNSUPPORTED, UNSUPPORTED | DATE_ERROR, DATE_ERROR])
    limits = {"person": SupportLimit((), 0, 1800)}
    summary = tally.summarize(THRESHOLDS, {"person": 0}, limits, {"person": 600})
    assert summary.pairs.tolist() == [[0, 1, 2]]
    assert sorted(pair[2] for pair in summary.examples.tolist()) == [1800, 2400, 5600]


def test_every_band_has_examples() -> None:
    logodds = [-6000] * 50 + [0] * 50 + [6000] * 50
    summary = tally_of(logodds, [0] * 150).summarize(THRESHOLDS, {}, {}, {})
    assert summary.pairs[0, list(Band)].tolist() == [50, 50, 50]
    assert sorted(summary.examples[:, 2].tolist()) == [-6000, -6000, 0, 0, 6000, 6000]
    assert set(summary.example_patterns.tolist()) == {0}


def test_empty_tally() -> None:
    summary = PatternTally.empty(THRESHOLDS).summarize(THRESHOLDS, {"person": 5}, {}, {})
    assert (len(summary.patterns), summary.left_out, len(summary.examples)) == (0, 0, 0)
