"""Scores of candidate pairs in the population of their records, measured where none is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resolver.models.loader import KINDS
from resolver.normalize import count_population
from resolver.records import KIND_BY_LABEL, Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import Population
from resolver.records.results.stage_meter import StageMeter
from resolver.records.visibility import STRANGER, visible_rows
from resolver.resolution_task import Engine, ResolutionTask, ScoredCandidates
from resolver.scoring import PartnerHistogram, estimate_partners
from resolver.scoring.partners import count_logodds, shift_logodds, shifted_score_histogram
from resolver.scoring.terms import LOWEST_LOGODDS

KIND_MISMATCH = LOWEST_LOGODDS
"""Log-odds (thousandths) of a pair whose kinds exclude each other."""


def score_in_population(
    task: ResolutionTask, engine: Engine, meter: StageMeter
) -> tuple[ResolutionTask, ScoredCandidates]:
    """Score the candidate pairs of a task in its population; measure that where it has none."""
    if task.models.population is not None:
        return task, engine.score_candidates(task, meter)
    task, engine = engine.measure_population(task, meter)
    return adapt_to_partners(task, engine.score_candidates(task, meter))


def count_task_population(task: ResolutionTask, prepared: PreparedBatch) -> Population:
    """Count the population of a task's records: those that everybody may see."""
    return count_population(prepared, task.sides, visible_rows(task.batch, STRANGER))


def adapt_to_partners(
    task: ResolutionTask, scored: ScoredCandidates
) -> tuple[ResolutionTask, ScoredCandidates]:
    """Estimate the share of true pairs of each kind, and score the candidates under it."""
    population = task.models.population
    if population is None or not task.models.counts_words:
        return task, scored
    partners = {
        kind: estimate_partners(counts, population.of(kind).records)
        for kind, counts in scored.partner_counts.items()
    }
    task = task.with_population(population.with_partners(partners))
    shifts = np.zeros(max(Kind) + 1, dtype=np.int64)
    for kind in partners:
        shifts[int(KIND_BY_LABEL[kind])] = task.models.models[kind].shift
    kinds = choose_model_kinds(task.batch.kinds, scored.left, scored.right)
    logodds = shift_logodds(scored.logodds, shifts[kinds])
    for kind in partners:
        limit = task.models.models[kind].limit
        if limit is not None and scored.unsupported is not None:
            own = scored.unsupported & (kinds == int(KIND_BY_LABEL[kind]))
            logodds = limit.apply(logodds.astype(np.int64), own).astype(np.int32)
    histogram = shifted_score_histogram(
        scored.partner_counts, {kind: task.models.models[kind].shift for kind in partners}
    )
    histogram[0] += int(scored.histogram.sum() - histogram.sum())
    return task, replace(scored, logodds=logodds, histogram=histogram, unsupported=None)


def choose_model_kinds(
    kinds: npt.NDArray[np.uint8], left: IntArray, right: IntArray
) -> npt.NDArray[np.uint8]:
    """Return the kind of model for each pair: 1 person, 2 group, 4 asset, 0 none.

    Kind 0 marks pairs whose kinds exclude each other.
    """
    common = kinds[left] & kinds[right]
    chosen = np.where(common == int(Kind.LEGAL), int(Kind.GROUP), common)
    return chosen.astype(np.uint8)


def count_partners(
    batch: Batch, left: IntArray, right: IntArray, logodds: npt.NDArray[np.int32]
) -> dict[str, PartnerHistogram]:
    """Count scored pairs of a batch by kind of model and log-odds.

    Only pairs of records that everybody may see count, as in the rest of a population.
    """
    visible = visible_rows(batch, STRANGER)
    if visible is not None:
        chosen = visible[left] & visible[right]
        left, right, logodds = left[chosen], right[chosen], logodds[chosen]
    pair_kinds = choose_model_kinds(batch.kinds, left, right)
    return {kind: count_logodds(logodds[pair_kinds == int(KIND_BY_LABEL[kind])]) for kind in KINDS}
