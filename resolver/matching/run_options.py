"""Options of a run, and the choice of its blocking plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resolver.errors import InputError
from resolver.matching.blocking import PLAN_BY_NAME, Plan
from resolver.matching.scoring import MIN_REVIEW_VALUE, Thresholds, threshold_logodds
from resolver.records.decisions import Decision


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run.

    Thresholds follow from `wrong_merge_costs`: the cost of a wrong merge, in reviews. `merge_at` (a
    score) moves the merge threshold alone, `min_review_value` that of the queue (None: that of the
    store, or `MIN_REVIEW_VALUE`). `pairs_mib`: memory for pairs before the prefilter
    (local engine). `resume`: folder of checkpoints, from which a stopped run continues.
    `review_capacity`: reviews a day, for the report (None: not stated).

    Raises `InputError` for a `merge_at` that is no probability.
    """

    merge_at: float | None = None
    plan: str | None = None
    decisions: Sequence[Decision] = ()
    only_entities: bool = False
    model_dir: Path | None = None
    wrong_merge_costs: float = 20.0
    min_review_value: float | None = None
    workers: int = 2
    pairs_mib: int = 448
    resume: Path | None = None
    review_capacity: int | None = None

    def __post_init__(self) -> None:
        if self.merge_at is not None and not 0 <= self.merge_at <= 1:
            raise InputError(
                f"merge_at is a probability, and {self.merge_at} is none",
                hint="use a number from 0 to 1, or None to merge by costs",
            )

    @property
    def review_value(self) -> float:
        """Value of a review, in reviews, from which a pair waits for a steward."""
        return MIN_REVIEW_VALUE if self.min_review_value is None else self.min_review_value

    @property
    def thresholds(self) -> Thresholds:
        """Thresholds of the bands, and of the queue, which begins no higher than merging."""
        thresholds = Thresholds.from_costs(self.wrong_merge_costs, self.review_value)
        if self.merge_at is None or self.merge_at >= thresholds.queue:
            return thresholds
        return replace(thresholds, queue=max(self.merge_at, thresholds.review))

    @property
    def merge_threshold(self) -> int:
        """Merge threshold in thousandths of log-odds."""
        score = self.thresholds.match if self.merge_at is None else self.merge_at
        # no score reaches 1, so such a threshold merges nothing
        return threshold_logodds(score) + (score >= 1)

    @property
    def link_threshold(self) -> int:
        """Log-odds (thousandths) from which a pair links records and entities."""
        return min(threshold_logodds(self.thresholds.review), self.merge_threshold)


def choose_plan(options: RunOptions, count: int, default: Plan) -> Plan:
    """Return the requested plan, or the default. Raises `InputError` for an unknown one."""
    if options.plan is None:
        return default
    if options.plan not in PLAN_BY_NAME:
        raise InputError(
            f"there is no blocking plan {options.plan!r}",
            hint=f"use one of {', '.join(PLAN_BY_NAME)}",
        )
    return PLAN_BY_NAME[options.plan]
