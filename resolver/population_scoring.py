"""Scores of candidate pairs in the population of their records, measured where none is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resolver.models.loader import KINDS
from resolver.normalize import count_population
from resolver.records import KIND_BY_LABEL, Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import Partners, Population
from resolver.records.results.stage_meter import StageMeter
from resolver.records.visibility import STRANGER, visible_rows
from resolver.resolution_task import Engine, ResolutionTask, ScoredCandidates, partner_shifts
from resolver.scoring import PartnerHistogram
from resolver.scoring.partners import (
    MAX_SHIFT,
    WITHIN,
    count_logodds,
    estimate_partners_by_source,
    shift_logodds,
    shifted_score_histogram,
)
from resolver.scoring.source_shifts import PairSources, SourceCounts, estimate_source_shifts
from resolver.scoring.terms import LOWEST_LOGODDS

PARTNER_KEYS = tuple(key for kind in KINDS for key in (kind, kind + WITHIN))
"""Keys of counts of pairs: kinds, and kinds of pairs within one source."""
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
    visible = visible_rows(task.batch, STRANGER)
    return count_population(prepared, task.sides, visible, task.options.workers)


def adapt_to_partners(
    task: ResolutionTask, scored: ScoredCandidates
) -> tuple[ResolutionTask, ScoredCandidates]:
    """Estimate the share of true pairs of each kind, and score the candidates under it."""
    population = task.models.population
    if population is None or not task.models.counts_words:
        return task, scored
    kinds = choose_model_kinds(task.batch.kinds, scored.left, scored.right)
    counts, within_shares = scored.partner_counts, _within_shares(task)
    partners = {
        kind: estimate_partners_by_source(
            counts[kind + WITHIN], counts[kind], population.of(kind).records, within_shares[kind]
        )
        for kind in KINDS
    }
    sources = _pair_sources(task, scored)
    if task.sides is None:
        partners = _add_source_shifts(task, scored, kinds, sources, partners)
    task = task.with_population(population.with_partners(partners))
    shifts = np.zeros(len(kinds), dtype=np.int64)
    for kind in KINDS:
        own, model = np.flatnonzero(kinds == int(KIND_BY_LABEL[kind])), task.models.models[kind]
        shifts[own] = model.shift + model.source_shifts(sources.take(own))
    counts = _move_to_sources(task, scored, kinds, sources, shifts)
    logodds = shift_logodds(scored.logodds, shifts)
    if scored.unsupported is not None:
        logodds = _limit_unsupported(task, kinds, scored.unsupported, logodds)
    histogram = shifted_score_histogram(counts, partner_shifts(task.models))
    histogram[0] += int(scored.histogram.sum() - histogram.sum())
    return task, replace(
        scored, logodds=logodds, histogram=histogram, partner_counts=counts, unsupported=None
    )


def _limit_unsupported(
    task: ResolutionTask,
    kinds: npt.NDArray[np.uint8],
    unsupported: npt.NDArray[np.bool_],
    logodds: npt.NDArray[np.int32],
) -> npt.NDArray[np.int32]:
    """Return log-odds under the limit of their kind for pairs that nothing but names supports."""
    for kind in KINDS:
        limit = task.models.models[kind].limit
        if limit is not None:
            own = unsupported & (kinds == int(KIND_BY_LABEL[kind]))
            logodds = limit.apply(logodds.astype(np.int64), own).astype(np.int32)
    return logodds


def _pair_sources(task: ResolutionTask, scored: ScoredCandidates) -> PairSources:
    """Return the sources of the candidates of a task."""
    batch = task.batch
    codes = batch.sources.codes
    is_within = is_within_list(batch, task.deduplicated_sources, scored.left, scored.right)
    names = batch.sources.values.to_pylist()
    return PairSources(names, codes[scored.left], codes[scored.right], is_within)


def _add_source_shifts(
    task: ResolutionTask,
    scored: ScoredCandidates,
    kinds: npt.NDArray[np.uint8],
    sources: PairSources,
    partners: Mapping[str, Partners],
) -> dict[str, Partners]:
    """Return the share of true pairs of each kind with what the candidates tell of single sources.

    Only pairs that every engine has are counted.
    """
    batch, visible = task.batch, visible_rows(task.batch, STRANGER)
    is_counted = _are_certain(task, scored)
    if visible is not None:
        is_counted &= visible[scored.left] & visible[scored.right]
    estimates = {}
    for kind, pooled in partners.items():
        is_kind = kinds == int(KIND_BY_LABEL[kind])
        sizes = _source_sizes(batch, kind, visible)
        counts = SourceCounts.of(sources, scored.logodds, is_counted & is_kind)
        shifts = estimate_source_shifts(counts, sources.names, sizes, pooled)
        estimates[kind] = pooled._replace(sources=shifts)
    return estimates


def _move_to_sources(
    task: ResolutionTask,
    scored: ScoredCandidates,
    kinds: npt.NDArray[np.uint8],
    sources: PairSources,
    shifts: npt.NDArray[np.int64],
) -> Mapping[str, PartnerHistogram]:
    """Return the counts of pairs that lead to their final log-odds by the shift of their key.

    `shifts`: what each pair really rises by, which depends on its two sources.
    """
    pooled, shift_of = shifts.copy(), partner_shifts(task.models)
    for kind in KINDS:
        own = np.flatnonzero(kinds == int(KIND_BY_LABEL[kind]))
        pooled[own] = np.where(sources.is_within[own], shift_of[kind + WITHIN], shift_of[kind])
    moved = np.flatnonzero((shifts != pooled) & _are_certain(task, scored))
    if not len(moved):
        return scored.partner_counts
    before = scored.logodds[moved]
    after = (before + shifts[moved] - pooled[moved]).astype(np.int32)
    removed, added = (
        count_partners(
            task.batch, task.deduplicated_sources, scored.left[moved], scored.right[moved], logodds
        )
        for logodds in (before, after)
    )
    return {
        key: counts - removed[key] + added[key] for key, counts in scored.partner_counts.items()
    }


def _are_certain(task: ResolutionTask, scored: ScoredCandidates) -> npt.NDArray[np.bool_]:
    """Return which candidates no engine leaves out, so that all engines agree on their counts."""
    certain: npt.NDArray[np.bool_] = scored.logodds >= task.link_threshold - MAX_SHIFT
    return certain


def is_within_list(
    batch: Batch, deduplicated_sources: Collection[str], left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    """Return which pairs are of one source that does not declare its entries to be all
    different.
    """
    codes = batch.sources.codes
    is_one: npt.NDArray[np.bool_] = codes[left] == codes[right]
    return is_one & ~deduplicated_mask(batch, deduplicated_sources)[codes[left]]


def deduplicated_mask(batch: Batch, deduplicated_sources: Collection[str]) -> npt.NDArray[np.bool_]:
    """Return whether each source of a batch declares its entries to be all different."""
    names = batch.sources.values.to_pylist()
    return np.array([name in deduplicated_sources for name in names], dtype=bool)


def _within_shares(task: ResolutionTask) -> dict[str, float]:
    """Return for each kind the pairs within one source among all pairs of records, compared or not;
    0 where two sets are linked.
    """
    if task.sides is not None:
        return dict.fromkeys(KINDS, 0.0)
    batch = task.batch
    visible = visible_rows(batch, STRANGER)
    is_deduplicated = deduplicated_mask(batch, task.deduplicated_sources)
    shares = {}
    for kind in KINDS:
        sizes = _source_sizes(batch, kind, visible)
        pairs = sizes * (sizes - 1)
        total = float(sizes.sum() * (sizes.sum() - 1))
        shares[kind] = float(pairs[~is_deduplicated].sum()) / total if total else 0.0
    return shares


def _source_sizes(
    batch: Batch, kind: str, visible: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.float64]:
    """Return the visible records of a kind (None: all of it) in each source of a batch."""
    is_counted = (batch.kinds & int(KIND_BY_LABEL[kind])) != 0
    if visible is not None:
        is_counted &= visible
    codes = batch.sources.codes[is_counted]
    return np.bincount(codes, minlength=len(batch.sources.values)).astype(np.float64)


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
    batch: Batch,
    deduplicated_sources: Collection[str],
    left: IntArray,
    right: IntArray,
    logodds: npt.NDArray[np.int32],
) -> dict[str, PartnerHistogram]:
    """Count scored pairs of a batch by kind of model and log-odds; under `PARTNER_KEYS`, which tell
    pairs within one source from others.

    Only pairs of records that everybody may see count, as in the rest of a population.
    """
    visible = visible_rows(batch, STRANGER)
    if visible is not None:
        chosen = visible[left] & visible[right]
        left, right, logodds = left[chosen], right[chosen], logodds[chosen]
    pair_kinds = choose_model_kinds(batch.kinds, left, right)
    is_within = is_within_list(batch, deduplicated_sources, left, right)
    counts = {}
    for kind in KINDS:
        is_kind = pair_kinds == int(KIND_BY_LABEL[kind])
        counts[kind] = count_logodds(logodds[is_kind & ~is_within])
        counts[kind + WITHIN] = count_logodds(logodds[is_kind & is_within])
    return counts
