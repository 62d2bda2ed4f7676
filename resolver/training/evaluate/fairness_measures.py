"""Fairness: error rates by group, and the widest gap between two groups.

Groups differ in the variations of their names (a culture without patronymics has none to omit), so
rates are standardized if pairs are given in strata: observed errors in a group, over the errors
expected from its mix of strata at the overall rates, times the overall rate (indirect
standardization, Breslow and Day 1987). The widest of many gaps is wide by chance, too; how wide is
simulated from the same counts without any difference between groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.results.resolution import Band
from resolver.training.evaluate.measures import wilson_interval
from resolver.training.evaluate.reliability import MIXED, UNKNOWN, Masks

MIN_GROUP_PAIRS = 50
"""Minimum number of pairs of a group that a gap is read from; smaller groups are only shown."""
_MEASURES = ("missed", "lost", "false", "merged")
_DRAWS = 400
BoolMask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabeledScores:
    """Scores, bands and truth of m labeled pairs.

    `stratum` holds a word per pair, or is None if rates are not to be standardized.
    """

    score: npt.NDArray[np.float64]
    band: npt.NDArray[np.uint8]
    same: BoolMask
    stratum: npt.NDArray[np.object_] | None = None


@dataclass(frozen=True, slots=True)
class ErrorShare:
    """`count` of `total` pairs of a group.

    `crude` is count / total; `rate` and its 95 % interval are standardized if there are strata.
    """

    count: int
    total: int
    crude: float
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroupErrors:
    """Error rates of one group.

    `missed` are true pairs scored below 0.5, `lost` those in band distinct, which nobody will see;
    `false` are false pairs scored 0.5 or more, `merged` those in band match, which are merged.
    """

    name: str
    missed: ErrorShare
    lost: ErrorShare
    false: ErrorShare
    merged: ErrorShare


@dataclass(frozen=True, slots=True)
class ErrorGap:
    """Widest difference of a rate between two groups, 0…1.

    `chance` is the width exceeded in 1 of 20 cases if no group differs from others.
    """

    width: float
    worst: str
    best: str
    chance: float


def group_error_rates(scored: LabeledScores, masks: Masks) -> list[GroupErrors]:
    """Return error rates of each group, in the order of the masks, without empty groups."""
    outcomes = _error_masks(scored)
    groups = []
    for name, mask in masks.items():
        if mask.any():
            groups.append(
                GroupErrors(
                    name,
                    *(
                        _error_share(bad, population, mask, scored.stratum)
                        for bad, population in outcomes
                    ),
                )
            )
    return groups


def _error_masks(scored: LabeledScores) -> tuple[tuple[BoolMask, BoolMask], ...]:
    """Return (errors, pairs that could have it) for missed, lost, false and merged."""
    same, different = scored.same, ~scored.same
    return (
        (same & (scored.score < 0.5), same),
        (same & (scored.band == Band.DISTINCT), same),
        (different & (scored.score >= 0.5), different),
        (different & (scored.band == Band.MATCH), different),
    )


def _error_share(
    bad: BoolMask, population: BoolMask, mask: BoolMask, stratum: npt.NDArray[np.object_] | None
) -> ErrorShare:
    count, total = int((bad & mask).sum()), int((population & mask).sum())
    interval = wilson_interval(count, total)
    factor = 1.0
    if stratum is not None and total:
        expected = float(_stratum_error_rates(bad, population, stratum)[population & mask].sum())
        if expected > 0:
            factor = total * (int(bad.sum()) / max(int(population.sum()), 1)) / expected
    scaled = (min(value * factor, 1.0) for value in (interval.rate, interval.low, interval.high))
    return ErrorShare(count, total, interval.rate, *scaled)


def _stratum_error_rates(
    bad: BoolMask, population: BoolMask, stratum: npt.NDArray[np.object_]
) -> npt.NDArray[np.float64]:
    """Return per pair the error rate of its stratum over all groups."""
    _, stratum_number = np.unique(stratum.astype(str), return_inverse=True)
    total = np.bincount(stratum_number[population], minlength=stratum_number.max(initial=0) + 1)
    wrong = np.bincount(stratum_number[bad], minlength=len(total))
    share: npt.NDArray[np.float64] = (wrong / np.maximum(total, 1))[stratum_number]
    return share


def widest_gap(
    groups: Sequence[GroupErrors], measure: str, scored: LabeledScores, masks: Masks, seed: int = 7
) -> ErrorGap | None:
    """Return the widest gap of a measure between groups, or None if there are not two.

    `measure`: `missed`, `lost`, `false` or `merged`. Small, mixed, unknown groups are left out.
    """
    shares = [
        (share, group.name)
        for group in groups
        if (share := getattr(group, measure)).total >= MIN_GROUP_PAIRS
        and group.name not in (MIXED, UNKNOWN)
    ]
    if len(shares) < 2:
        return None
    worst = max(shares, key=lambda row: (row[0].rate, row[1]))
    best = min(shares, key=lambda row: (row[0].rate, row[1]))
    bad, population = _error_masks(scored)[_MEASURES.index(measure)]
    chance = _chance_gap([masks[name] for _, name in shares], bad, population, scored.stratum, seed)
    return ErrorGap(worst[0].rate - best[0].rate, worst[1], best[1], chance)


def _chance_gap(
    masks: Sequence[BoolMask],
    bad: BoolMask,
    population: BoolMask,
    stratum: npt.NDArray[np.object_] | None,
    seed: int,
) -> float:
    """Return the 95th percentile of the widest gap if no group differs within a stratum."""
    names = stratum.astype(str) if stratum is not None else np.full(len(bad), "", dtype=str)
    _, stratum_number = np.unique(names, return_inverse=True)
    bad_counts, totals, *group_counts = (
        np.bincount(stratum_number[mask], minlength=stratum_number.max(initial=0) + 1)
        for mask in (bad, population, *(population & mask for mask in masks))
    )
    share, counts = bad_counts / np.maximum(totals, 1), np.stack(group_counts)
    expected = np.maximum(counts @ share, 1e-12)
    rng = np.random.default_rng(seed)
    draws = rng.binomial(counts, share, size=(_DRAWS, *counts.shape)).sum(axis=2)
    simulated = draws / expected * (bad.sum() / max(int(population.sum()), 1))
    return float(np.sort(simulated.max(axis=1) - simulated.min(axis=1))[int(0.95 * _DRAWS) - 1])


def groups_to_json(groups: Sequence[GroupErrors]) -> list[dict[str, object]]:
    """Return groups as JSON data, rates rounded to four digits."""
    return [
        {
            "group": group.name,
            **{
                name: _share_to_json(getattr(group, name))
                for name in ("missed", "lost", "false", "merged")
            },
        }
        for group in groups
    ]


def _share_to_json(share: ErrorShare) -> Mapping[str, float | int]:
    rates = {name: round(getattr(share, name), 4) for name in ("crude", "rate", "low", "high")}
    return {"count": share.count, "of": share.total, **rates}
