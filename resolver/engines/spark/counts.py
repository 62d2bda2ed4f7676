"""What the workers of a cluster say of their parts, added up: what each stage cost, what each rule gave."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking import PLAN_BY_NAME, RULES
from resolver.engines.local import BINS
from resolver.records.progress import Progress
from resolver.records.results.resolution import RuleStat, StageStat

Numbers = npt.NDArray[np.int64]
Account = dict[str, Any]


@contextmanager
def stage(
    meter: list[StageStat], name: str, unit: str, progress: Progress, count: int | None
) -> Iterator[list[Account]]:
    """Time a stage; the caller puts into the list what the workers say of their parts."""
    progress.start(name, count, unit)
    accounts: list[Account] = []
    wall, cpu = time.perf_counter(), time.process_time()
    yield accounts
    counted = [
        account.get(unit, 0) for account in accounts if account["stage"] in ("keys", "judge")
    ]
    items = sum(counted) if counted else count or 0
    spent = time.process_time() - cpu + sum(account["cpu"] for account in accounts)
    peak = max((account["peak_mib"] for account in accounts), default=0.0)
    meter.append(StageStat(name, items, unit, time.perf_counter() - wall, spent, peak))
    progress.advance(items)


def rules_of(
    blocked: Sequence[Account], judged: Sequence[Account], plan: str
) -> tuple[RuleStat, ...]:
    """What each rule of the plan gave, in all parts together."""
    answer = []
    for number, rule in enumerate(RULES):
        if rule.name in PLAN_BY_NAME[plan].rules:
            distinct, cut = _totals(blocked, number)
            pairs, only = _totals(judged, number)
            answer.append(RuleStat(rule.name, rule.help, distinct, pairs, only, cut))
    return tuple(answer)


def _totals(accounts: Sequence[Account], number: int) -> tuple[int, int]:
    found = [account.get("rules", {}).get(str(number), (0, 0)) for account in accounts]
    return sum(one for one, _ in found), sum(two for _, two in found)


def histogram_of(accounts: Sequence[Account]) -> Numbers:
    """How many pairs have which score, in all parts together."""
    none = np.zeros(BINS, dtype=np.int64)
    return sum(
        (np.array(account["histogram"]) for account in accounts if "histogram" in account),
        start=none,
    )
