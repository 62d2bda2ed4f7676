"""Reports of the workers of a cluster, added up: cost of stages, figures of rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking import PLAN_BY_NAME, RULES
from resolver.population_scoring import PARTNER_KEYS
from resolver.records.results.resolution import RuleStat
from resolver.records.results.stage_meter import StageMeter
from resolver.scoring import PartnerHistogram
from resolver.scoring.partners import BINS
from resolver.scoring.score_links import SCORE_BINS

Report = dict[str, Any]
"""Report of one part, as `PartReport` sends it."""
_COUNTED_STAGES = ("read", "population", "keys", "judge", "merge", "write")
"""Steps whose reports say how many items a stage had."""


@contextmanager
def measure_stage(
    meter: StageMeter, name: str, unit: str, count: int | None
) -> Iterator[list[Report]]:
    """Measure a stage; the caller adds the reports of the workers to the list it receives."""
    meter.progress.start(name, count, unit)
    reports: list[Report] = []
    with meter.measure(name, unit) as usage:
        yield reports
        counts = [report.get(unit, 0) for report in reports if report["stage"] in _COUNTED_STAGES]
        usage.items = sum(counts) if counts else count or 0
        usage.worker_cpu = sum(report["cpu"] for report in reports)
        usage.worker_peak_mib = max((report["peak_mib"] for report in reports), default=0.0)
    meter.progress.advance(usage.items)


def sum_rule_stats(
    blocking: Sequence[Report], scoring: Sequence[Report], plan: str
) -> tuple[RuleStat, ...]:
    """Return the figures of each rule of the plan, over all parts.

    `blocking` reports count keys and purged pairs, `scoring` reports the pairs that are left.
    """
    stats = []
    for number, rule in enumerate(RULES):
        if rule.name in PLAN_BY_NAME[plan].rules:
            keys, cut = _rule_totals(blocking, number)
            pairs, only = _rule_totals(scoring, number)
            stats.append(RuleStat(rule.name, rule.help, keys, pairs, only, cut))
    return tuple(stats)


def _rule_totals(reports: Sequence[Report], number: int) -> tuple[int, int]:
    figures = [report.get("rules", {}).get(str(number), (0, 0)) for report in reports]
    return sum(first for first, _ in figures), sum(second for _, second in figures)


def sum_histograms(reports: Sequence[Report]) -> npt.NDArray[np.int64]:
    """Return the score histogram over all parts (see `score_histogram`)."""
    empty = np.zeros(SCORE_BINS, dtype=np.int64)
    return sum(
        (np.array(report["histogram"]) for report in reports if "histogram" in report),
        start=empty,
    )


def sum_partner_counts(reports: Sequence[Report]) -> dict[str, PartnerHistogram]:
    """Return the pairs by kind and log-odds over all parts (see `count_partners`)."""
    totals = {key: np.zeros(BINS, dtype=np.int64) for key in PARTNER_KEYS}
    for counts in (report["partners"] for report in reports if "partners" in report):
        for key, histogram in counts.items():
            totals[key] += np.array(histogram, dtype=np.int64)
    return totals
