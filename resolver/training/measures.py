"""Quality measures of scores with intervals: rates, F1, calibration, fairness. Deterministic.

The module also sums figures over the candidate pairs of labeled records, by group; the pairs are
scored in the records' own population.

Fairness compares error rates by group, and finds the widest gap between two groups. Groups differ
in the variations of their names (a culture without patronymics has none to omit). So rates are
standardized if pairs are given in strata: the observed errors in a group, divided by the errors
expected from its mix of strata at the overall rates, times the overall rate (indirect
standardization, Breslow and Day 1987). The widest of many gaps is wide by chance, too. How wide it
is by chance is simulated from the same counts without any difference between groups.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.matching.pipeline import normalize
from resolver.matching.population_scoring import score_in_population
from resolver.matching.resolution_task import ResolutionTask, RunOptions, ScoredCandidates
from resolver.matching.scoring import scores
from resolver.matching.scoring.model import choose_model_kinds
from resolver.models.loader import KINDS
from resolver.records import KIND_BY_LABEL, Batch, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.results.resolution import Band, StageMeter
from resolver.training import reliability

Z95 = 1.959964
"""Normal quantile of two-sided 95 % intervals."""
BIN_COUNT = 15
_DRAWS = 500

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]
Sums = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` of `total`, with the 95 % interval of Wilson (1927), all in 0…1.

    The interval of 0 of 0 is 0…1.
    """

    count: int
    total: int
    rate: float
    low: float
    high: float


def wilson_interval(count: int, total: int) -> Proportion:
    """Return the proportion `count` / `total` with its interval."""
    return _wilson(count, total, count / total) if total else Proportion(0, 0, 0.0, 0.0, 1.0)


def _wilson(count: int, total: int, share: float, pairs: int = 0) -> Proportion:
    """Return a proportion; `pairs` is the sample size if it is not `total`."""
    spread = Z95**2 / (pairs or total)
    middle = (share + spread / 2) / (1 + spread)
    half = (
        Z95
        / (1 + spread)
        * math.sqrt(share * (1 - share) / (pairs or total) + spread / (4 * (pairs or total)))
    )
    # rounding must not put the share outside its interval
    return Proportion(
        count,
        total,
        share,
        max(min(middle - half, share), 0.0),
        min(max(middle + half, share), 1.0),
    )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Counts and rates at score 0.5; `f1_low` … `f1_high` is the 95 % interval of F1."""

    pairs: int
    matches: int
    wrong: int
    missed: int
    precision: Proportion
    recall: Proportion
    f1: float
    f1_low: float
    f1_high: float


def measure_accuracy(
    score: Floats,
    labels: Labels,
    clusters: npt.NDArray[np.object_],
    weights: Floats | None = None,
    seed: int = 7,
) -> Accuracy:
    """Return precision and recall with Wilson's interval, and F1 with a bootstrap interval.

    Pairs of one entity are not independent, so the bootstrap draws whole clusters (`clusters` is m
    × 2 names; a pair is drawn with the cluster of its left side). `weights` are the numbers of
    pairs that each pair stands for, if only a sample was drawn.
    """
    pair_weights = np.ones(len(score)) if weights is None else weights
    is_called, is_true = score >= 0.5, labels == 1
    outcomes = (is_called & is_true, is_called & ~is_true, ~is_called & is_true)
    right, wrong, missed = (float(pair_weights[mask].sum()) for mask in outcomes)
    low, high = _f1_interval(outcomes, pair_weights, clusters[:, 0], seed)
    return Accuracy(
        len(labels),
        int(is_true.sum()),
        round(wrong),
        round(missed),
        _weighted_rate(right, right + wrong, int(is_called.sum())),
        _weighted_rate(right, right + missed, int(is_true.sum())),
        _f1(right, wrong, missed),
        low,
        high,
    )


def _weighted_rate(count: float, total: float, pairs: int) -> Proportion:
    """Return a proportion of weights, with an interval for `pairs` observations."""
    return (
        _wilson(round(count), round(total), count / total, pairs)
        if pairs and total > 0
        else wilson_interval(0, 0)
    )


def _f1(right: float, wrong: float, missed: float) -> float:
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 0.0


def _f1_interval(
    outcomes: tuple[npt.NDArray[np.bool_], ...],
    pair_weights: Floats,
    cluster: npt.NDArray[np.object_],
    seed: int,
) -> tuple[float, float]:
    """Return a percentile bootstrap interval of F1 (Efron and Tibshirani 1993).

    A draw is one multinomial over the distinct patterns of counts that clusters have.
    """
    _, cluster_number = np.unique(cluster.astype(str), return_inverse=True)
    columns = [np.bincount(cluster_number, outcome * pair_weights) for outcome in outcomes]
    counts = np.stack(columns, axis=1)
    if not len(counts) or not counts.any():
        return 0.0, 1.0
    patterns, frequency = np.unique(counts, axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(counts), frequency / len(counts), size=_DRAWS) @ patterns
    f1 = np.sort([_f1(*row) for row in draws.tolist()])
    return float(f1[int(0.025 * _DRAWS)]), float(f1[int(0.975 * _DRAWS) - 1])


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Pairs with scores from `low` to `high`.

    `pairs` is the sum of their weights, `score` is their mean score, `true` is the share of true
    pairs, and `count` is their number.
    """

    low: float
    high: float
    pairs: float
    score: float
    true: float
    count: int


@dataclass(frozen=True, slots=True)
class CalibrationQuality:
    """Calibration of scores: Brier score (0 is best), log loss in nats, expected calibration error.

    `bins` holds the bins of a reliability plot.
    """

    brier: float
    log_loss: float
    calibration_error: float
    bins: tuple[ReliabilityBin, ...]


def _reliability_bins(
    weights: Sums, score_sums: Sums, true_sums: Sums, counts: npt.NDArray[np.int64]
) -> tuple[ReliabilityBin, ...]:
    bins = len(weights)
    return tuple(
        ReliabilityBin(
            number / bins,
            (number + 1) / bins,
            float(weights[number]),
            float(score_sums[number] / weights[number]),
            float(true_sums[number] / weights[number]),
            int(counts[number]),
        )
        for number in range(bins)
        if weights[number] > 0
    )


def measure_calibration(
    score: Floats, labels: Labels, weights: Floats | None = None, bins: int = BIN_COUNT
) -> CalibrationQuality:
    """Measure the calibration of weighted pairs, in bins of the score of equal width."""
    weight = np.ones(len(score)) if weights is None else weights.astype(np.float64)
    is_true, total = labels.astype(np.float64), max(float(weight.sum()), 1e-12)
    bin_of = np.minimum((score * bins).astype(np.int64), bins - 1)
    weights_in, score_in, true_in = (
        np.bincount(bin_of, weights=weight * column, minlength=bins)
        for column in (np.ones(len(score)), score, is_true)
    )
    clipped = np.clip(score, 1e-6, 1 - 1e-6)
    loss = -(is_true * np.log(clipped) + (1 - is_true) * np.log(1 - clipped))
    rows = _reliability_bins(weights_in, score_in, true_in, np.bincount(bin_of, minlength=bins))
    return CalibrationQuality(
        float((weight * (score - is_true) ** 2).sum() / total),
        float((weight * loss).sum() / total),
        float(np.abs(score_in - true_in).sum() / total),
        rows,
    )


JOINT = "size × kind × evidence"
DIMENSIONS = ("size", "kind", "script", "evidence", JOINT)
_Groups = tuple[reliability.Masks, Mapping[str, int]]
"""Masks of pairs, and number of records, of each group."""


def total_candidates(
    records: Sequence[Record], truth: Mapping[str, str], options: RunOptions
) -> dict[str, dict[str, reliability.BinTotals]]:
    """Score the candidate pairs of records; return sums of their scores by dimension and group.

    `truth` maps record id → true id. Pairs whose kinds cannot be the same are left out.
    """
    task = ResolutionTask.build(Batch.from_records(records).canonical(), (), options)
    prepared = normalize(task.batch, task.models)
    task, scored = score_in_population(task, LocalEngine(prepared), StageMeter())
    true_ids = [truth[record_id] for record_id in task.batch.ids.to_pylist()]
    entities = np.unique(true_ids, return_inverse=True)[1]
    same = entities[scored.left] == entities[scored.right]
    score = scores(scored.logodds.astype(np.int64))
    groups = _group_candidates(prepared, scored)
    return {by: reliability.total_bins(score, same, *groups[by]) for by in DIMENSIONS}


def _group_candidates(prepared: PreparedBatch, scored: ScoredCandidates) -> dict[str, _Groups]:
    left, right, size = scored.left, scored.right, len(prepared)
    pair_kinds = choose_model_kinds(prepared.kinds, left, right)
    has_model = pair_kinds != 0
    codes = {kind: int(KIND_BY_LABEL[kind]) for kind in KINDS}
    kinds = {kind: pair_kinds == code for kind, code in codes.items()}
    records = {kind: int(((prepared.kinds & code) != 0).sum()) for kind, code in codes.items()}
    scripts, evidence = (
        _within(reliability.pair_group_masks(prepared, left, right, by), has_model)
        for by in ("script", "evidence")
    )
    joint = {
        (kind, name): kinds[kind] & evidence_mask
        for kind in kinds
        for name, evidence_mask in evidence.items()
    }
    return {
        "size": ({str(size): has_model}, {str(size): size}),
        "kind": (kinds, records),
        "script": (scripts, dict.fromkeys(scripts, size)),
        "evidence": (evidence, dict.fromkeys(evidence, size)),
        JOINT: (
            {f"{size} × {kind} × {name}": mask for (kind, name), mask in joint.items()},
            {f"{size} × {kind} × {name}": records[kind] for kind, name in joint},
        ),
    }


def _within(masks: reliability.Masks, chosen: npt.NDArray[np.bool_]) -> reliability.Masks:
    return {name: mask & chosen for name, mask in masks.items()}


MIN_GROUP_PAIRS = 50
"""Minimum number of pairs of a group that a gap is read from; smaller groups are only shown."""
_MEASURES = ("missed", "lost", "false", "merged")
_FAIRNESS_DRAWS = 400
BoolMask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabeledScores:
    """Scores, bands and truth of m labeled pairs.

    `stratum` has a word for each pair; it is None if rates are not to be standardized.
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

    `missed` counts true pairs scored below 0.5; `lost` counts those of them in band distinct, which
    nobody will see. `false` counts false pairs scored 0.5 or more; `merged` counts those in band
    match, which are merged.
    """

    name: str
    missed: ErrorShare
    lost: ErrorShare
    false: ErrorShare
    merged: ErrorShare


@dataclass(frozen=True, slots=True)
class ErrorGap:
    """Widest difference of a rate between two groups, 0…1.

    `chance` is the width that is exceeded in 1 of 20 cases if the groups do not differ.
    """

    width: float
    worst: str
    best: str
    chance: float


def group_error_rates(scored: LabeledScores, masks: reliability.Masks) -> list[GroupErrors]:
    """Return the error rates of each group, in the order of the masks, without groups that have no
    pairs.
    """
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
    """Return two masks for each of missed, lost, false and merged: pairs with this error, and pairs
    that could have it.
    """
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
    """Return, for each pair, the error rate of its stratum over all groups."""
    _, stratum_number = np.unique(stratum.astype(str), return_inverse=True)
    total = np.bincount(stratum_number[population], minlength=stratum_number.max(initial=0) + 1)
    wrong = np.bincount(stratum_number[bad], minlength=len(total))
    share: npt.NDArray[np.float64] = (wrong / np.maximum(total, 1))[stratum_number]
    return share


def widest_gap(
    groups: Sequence[GroupErrors],
    measure: str,
    scored: LabeledScores,
    masks: reliability.Masks,
    seed: int = 7,
) -> ErrorGap | None:
    """Return the widest gap of a measure between groups; None if there are fewer than two groups.

    `measure` is `missed`, `lost`, `false` or `merged`. Small groups and the groups `mixed` and
    `unknown` are left out.
    """
    shares = [
        (share, group.name)
        for group in groups
        if (share := getattr(group, measure)).total >= MIN_GROUP_PAIRS
        and group.name not in (reliability.MIXED, reliability.UNKNOWN)
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
    """Return the 95th percentile of the widest gap if the groups do not differ within a stratum."""
    names = stratum.astype(str) if stratum is not None else np.full(len(bad), "", dtype=str)
    _, stratum_number = np.unique(names, return_inverse=True)
    bad_counts, totals, *group_counts = (
        np.bincount(stratum_number[mask], minlength=stratum_number.max(initial=0) + 1)
        for mask in (bad, population, *(population & mask for mask in masks))
    )
    share, counts = bad_counts / np.maximum(totals, 1), np.stack(group_counts)
    expected = np.maximum(counts @ share, 1e-12)
    rng = np.random.default_rng(seed)
    draws = rng.binomial(counts, share, size=(_FAIRNESS_DRAWS, *counts.shape)).sum(axis=2)
    simulated = draws / expected * (bad.sum() / max(int(population.sum()), 1))
    return float(
        np.sort(simulated.max(axis=1) - simulated.min(axis=1))[int(0.95 * _FAIRNESS_DRAWS) - 1]
    )


def groups_to_json(groups: Sequence[GroupErrors]) -> list[dict[str, object]]:
    """Return groups as JSON data, with rates rounded to four digits."""
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
