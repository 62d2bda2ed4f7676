"""Score the candidate pairs of a task in the population of its records.

The log-odds of a pair depend on the population: its number of records, how common its values are,
and its share of true pairs. `score_in_population` measures the population if the task has none:

1. The engine counts the records (`count_task_population`) and scores the pairs without the share.
2. `adapt_to_partners` estimates the share of true pairs from these scores, by kind, for pairs
   within one source, and for single sources. Then it estimates how common errors in birth dates
   are, and shifts the log-odds of all pairs.

Populations of restricted records are measured by audience, so that no score depends on a record
that a viewer may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.matching.preparation import count_population
from resolver.matching.resolution_task import (
    Engine,
    ModelSet,
    ResolutionTask,
    ScoredCandidates,
    partner_shifts,
)
from resolver.matching.scoring import PartnerHistogram
from resolver.matching.scoring.model import choose_model_kinds
from resolver.matching.scoring.source_shifts import (
    BINS,
    DATE_ERROR,
    MAX_SHIFT,
    UNSUPPORTED,
    WITHIN,
    Marks,
    PairSources,
    SourceCounts,
    count_logodds,
    estimate_date_errors,
    estimate_partners_by_source,
    estimate_source_shifts,
    shift_logodds,
    shifted_score_histogram,
    shifts_by_source,
)
from resolver.matching.scoring.terms import LOWEST_LOGODDS, partner_shift
from resolver.models.loader import KINDS
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.batch import IntArray
from resolver.records.kinds import count_kinds
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import KindPopulation, Partners, Population
from resolver.records.results.resolution import StageMeter
from resolver.records.visibility import (
    EVERYBODY,
    STRANGER,
    Audience,
    VisibilityClasses,
    find_visibility_classes,
    visible_rows,
)
from resolver.runtime.threads import threads

Numbers = npt.NDArray[np.int64]
_Result = TypeVar("_Result")
_PAIRS_PER_PART = 1 << 18
PARTNER_KEYS = tuple(key for kind in KINDS for key in (kind, kind + WITHIN))
"""Keys of counts of pairs: kinds, and kinds of pairs within one source."""
KIND_MISMATCH = LOWEST_LOGODDS
"""Log-odds (thousandths) of a pair whose kinds exclude each other."""


def score_in_population(
    task: ResolutionTask, engine: Engine, meter: StageMeter
) -> tuple[ResolutionTask, ScoredCandidates]:
    """Score the candidate pairs of a task in its population.

    A task without a population is measured first. If the population counts no record so far, it is
    measured for the audiences who see the first records.
    """
    if task.models.population is not None:
        extended = _extend_population(task, engine, meter)
        if extended is not None:
            task, engine = engine.measure_population(task.at_population(extended), meter)
        return task, engine.score_candidates(task, meter)
    task, engine = engine.measure_population(task, meter)
    return adapt_to_partners(task, engine.score_candidates(task, meter))


def _extend_population(
    task: ResolutionTask, engine: Engine, meter: StageMeter
) -> Population | None:
    """Return the population, extended for audiences who saw no record before; None if unneeded.

    It is unneeded if everybody who sees a record of the task has a population. The records that an
    audience sees are measured as if no other records existed.
    """
    population = task.models.population
    if (
        population is None
        or not population.is_empty
        or task.sides is not None
        or not task.models.counts_words
    ):
        return None
    classes = find_visibility_classes(task.batch)
    audiences = (EVERYBODY,) if classes is None else classes.audiences
    extended = population
    for audience in audiences:
        if not population.for_audience(audience).is_empty:
            continue
        visible = audience.visible_rows(task.batch)
        rows = np.arange(len(task.batch)) if visible is None else np.flatnonzero(visible)
        options = replace(task.options, plan=task.plan.name, decisions=(), resume=None)
        part = ResolutionTask.build(
            task.batch.take(rows).canonical(), task.deduplicated_sources, options
        )
        own = score_in_population(part, engine.without_forms(), meter)[0].models.population
        if own is None:
            continue
        first = own if extended.is_empty else extended
        extended = replace(first, restricted={**extended.restricted, **own.restricted})
    return None if extended is population else extended


def count_task_population(task: ResolutionTask, prepared: PreparedBatch) -> Population:
    """Count the population of a task's records.

    It counts the records that everybody may see. An audience that sees far more has a population of
    its own, which counts all records that it sees.
    """
    batch, workers = task.batch, task.options.workers
    visible = visible_rows(batch, STRANGER)
    population = count_population(prepared, task.sides, visible, workers)
    for audience, seen in _iterate_audiences(batch):
        if population.for_audience(audience).is_outgrown_by(count_kinds(batch.kinds[seen])):
            own = count_population(prepared, task.sides, seen, workers)
            restricted = {**population.restricted, audience.key: own}
            population = replace(population, restricted=restricted)
    return population


def _iterate_audiences(batch: Batch) -> Iterator[tuple[Audience, npt.NDArray[np.bool_]]]:
    """Yield the audiences of restricted records, with the records that each may see.

    Audiences that see less come first.
    """
    classes = find_visibility_classes(batch)
    for number, audience in enumerate(classes.audiences if classes is not None else ()):
        if audience != EVERYBODY:
            assert classes is not None
            yield audience, classes.visible_to(number)


def adapt_to_partners(
    task: ResolutionTask, scored: ScoredCandidates
) -> tuple[ResolutionTask, ScoredCandidates]:
    """Estimate the share of true pairs of each kind, and score the candidates under it."""
    population = task.models.population
    if population is None or not task.models.counts_words:
        return task, scored
    visible = visible_rows(task.batch, STRANGER)
    counts, within_shares = scored.partner_counts, _within_shares(task, visible)
    partners = {
        kind: estimate_partners_by_source(
            counts[kind + WITHIN], counts[kind], population.of(kind).records, within_shares[kind]
        )
        for kind in KINDS
    }
    certain = _select_certain(task, scored)
    if task.sides is None:
        partners = _add_source_shifts(task, certain, partners, visible)
    partners = _add_date_errors(certain, partners, visible)
    restricted = _estimate_restricted(task, scored, certain)
    task = task.with_population(replace(population, restricted=restricted).with_partners(partners))
    counts = _move_to_sources(task, counts, certain)
    histogram = shifted_score_histogram(counts, partner_shifts(task.models))
    histogram[0] += int(scored.histogram.sum() - histogram.sum())
    return task, replace(
        scored,
        logodds=_shift_all(task, scored),
        histogram=histogram,
        partner_counts=counts,
        marks=None,
    )


def _estimate_restricted(
    task: ResolutionTask, scored: ScoredCandidates, certain: _Candidates
) -> dict[str, Population]:
    """Return the populations of audiences, with the shares of true pairs that they see."""
    population, restricted = task.models.population, dict[str, Population]()
    for key, own in population.restricted.items() if population is not None else ():
        visible = Audience.from_key(key).visible_rows(task.batch)
        if visible is None:
            visible = np.ones(len(task.batch), dtype=bool)
        pairs = scored.left, scored.right, scored.logodds
        counts = count_partners(
            *(task.batch, task.deduplicated_sources, *pairs, task.options.workers), visible=visible
        )
        shares = _within_shares(task, visible)
        partners = {
            kind: estimate_partners_by_source(
                counts[kind + WITHIN], counts[kind], own.of(kind).records, shares[kind]
            )
            for kind in KINDS
        }
        if task.sides is None:
            partners = _add_source_shifts(task, certain, partners, visible)
        partners = _add_date_errors(certain, partners, visible)
        restricted[key] = own.with_partners(partners)
    return restricted


class _Candidates(NamedTuple):
    """Candidate pairs: rows, log-odds (thousandths), kinds of their models, sources and marks."""

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.uint8]
    sources: PairSources
    marks: Marks

    @classmethod
    def at(cls, task: ResolutionTask, scored: ScoredCandidates, places: slice | Numbers) -> Self:
        """Return the candidates at some places."""
        batch, left, right = task.batch, scored.left[places], scored.right[places]
        codes = batch.sources.codes
        sources = PairSources(
            batch.sources.values.to_pylist(),
            codes[left],
            codes[right],
            is_within_list(batch, task.deduplicated_sources, left, right),
        )
        kinds = choose_model_kinds(batch.kinds, left, right)
        marks = np.zeros(len(left), np.uint8) if scored.marks is None else scored.marks[places]
        return cls(left, right, scored.logodds[places], kinds, sources, marks)

    def of_kind(self, kind: str) -> Numbers:
        """Return the places of the pairs that the model of a kind scores."""
        return np.flatnonzero(self.kinds == int(KIND_BY_LABEL[kind]))


def _select_certain(task: ResolutionTask, scored: ScoredCandidates) -> _Candidates:
    """Return the candidates that no engine leaves out, so that all engines count the same."""
    lowest = task.link_threshold - MAX_SHIFT
    return _Candidates.at(task, scored, np.flatnonzero(scored.logodds >= lowest))


def _shift_all(task: ResolutionTask, scored: ScoredCandidates) -> npt.NDArray[np.int32]:
    """Return the log-odds of all candidates in the population of a task."""
    logodds = np.empty_like(scored.logodds)

    def shift(part: slice) -> None:
        """Shift some of the log-odds."""
        pairs = _Candidates.at(task, scored, part)
        shifts, errors = _find_shifts(task, pairs)
        moved = _limit_unsupported(task, pairs, shift_logodds(pairs.logodds, shifts))
        logodds[part] = shift_logodds(moved, errors)

    _run_on_parts(shift, len(logodds), task.options.workers)
    return logodds


def _run_on_parts(run: Callable[[slice], _Result], count: int, workers: int) -> list[_Result]:
    """Run over parts of many pairs on threads. All pairs at once would need too much memory."""
    starts = range(0, count, _PAIRS_PER_PART)
    parts = [slice(start, min(start + _PAIRS_PER_PART, count)) for start in starts]
    with threads(min(workers, len(parts))) as pool:
        return list(pool.map(run, parts))


def _find_shifts(task: ResolutionTask, pairs: _Candidates) -> tuple[Numbers, Numbers]:
    """Return by how much the population and the sources of each pair move its log-odds, and how
    much errors in birth dates add after that.
    """
    shifts, errors = np.zeros((2, len(pairs.kinds)), dtype=np.int64)
    for models, is_own in _split_by_models(task, pairs):
        for kind in KINDS:
            own, model = pairs.of_kind(kind), models.models[kind]
            own = own if is_own is None else own[is_own[own]]
            shifts[own] = model.shift + model.source_shifts(pairs.sources.take(own))
            errors[own] = np.where(pairs.marks[own] & DATE_ERROR != 0, model.date_errors, 0)
    return shifts, errors


def _split_by_models(
    task: ResolutionTask, pairs: _Candidates
) -> list[tuple[ModelSet, npt.NDArray[np.bool_] | None]]:
    return split_by_models(task.models, task.find_classes(), pairs.left, pairs.right)


def split_by_models(
    models: ModelSet, classes: VisibilityClasses | None, left: IntArray, right: IntArray
) -> list[tuple[ModelSet, npt.NDArray[np.bool_] | None]]:
    """Return models, each with a mask of the pairs that it scores (None: all pairs).

    A pair is scored in the population of the viewers who may see both of its records.
    """
    population = models.population
    if population is None or not population.restricted or classes is None:
        return [(models, None)]
    first = classes.find_first(left, right)
    classes_of = dict[str, list[int]]()
    for number in np.unique(first).tolist():
        classes_of.setdefault(population.find_key(classes.audiences[number]), []).append(number)
    return [
        (models.for_audience(classes.audiences[numbers[0]]), np.isin(first, numbers))
        for _, numbers in sorted(classes_of.items())
    ]


def _limit_unsupported(
    task: ResolutionTask,
    pairs: _Candidates,
    logodds: npt.NDArray[np.int32],
) -> npt.NDArray[np.int32]:
    """Return the log-odds, limited for pairs that only names support."""
    unsupported = pairs.marks & UNSUPPORTED != 0
    for models, is_own in _split_by_models(task, pairs):
        limited = unsupported if is_own is None else unsupported & is_own
        for kind in KINDS:
            limit = models.models[kind].limit
            if limit is not None:
                own = limited & (pairs.kinds == int(KIND_BY_LABEL[kind]))
                logodds = limit.apply(logodds.astype(np.int64), own).astype(np.int32)
    return logodds


def _add_source_shifts(
    task: ResolutionTask,
    certain: _Candidates,
    partners: Mapping[str, Partners],
    visible: npt.NDArray[np.bool_] | None,
) -> dict[str, Partners]:
    """Return the share of true pairs of each kind, with estimates for single sources.

    Only pairs of `visible` records (None: all) that every engine has are counted.
    """
    batch = task.batch
    is_counted = np.ones(len(certain.left), dtype=bool)
    if visible is not None:
        is_counted = visible[certain.left] & visible[certain.right]
    estimates = {}
    for kind, pooled in partners.items():
        is_kind = certain.kinds == int(KIND_BY_LABEL[kind])
        sizes = _source_sizes(batch, kind, visible)
        counts = SourceCounts.of(certain.sources, certain.logodds, is_counted & is_kind)
        shifts = estimate_source_shifts(counts, certain.sources.names, sizes, pooled)
        estimates[kind] = pooled._replace(sources=shifts)
    return estimates


def _add_date_errors(
    certain: _Candidates,
    partners: Mapping[str, Partners],
    visible: npt.NDArray[np.bool_] | None,
) -> dict[str, Partners]:
    """Return the share of true pairs of each kind, with what errors in birth dates add.

    Only pairs of `visible` records (None: all) that every engine has are counted.
    """
    estimates = {}
    for kind, share in partners.items():
        own, basis = certain.of_kind(kind), KindPopulation(**share._asdict())
        if visible is not None:
            own = own[visible[certain.left[own]] & visible[certain.right[own]]]
        shifts = partner_shift(basis) + shifts_by_source(basis, certain.sources.take(own))
        errors = estimate_date_errors(certain.logodds[own] + shifts, certain.marks[own])
        estimates[kind] = share._replace(date_errors=errors)
    return estimates


def _move_to_sources(
    task: ResolutionTask, counts: Mapping[str, PartnerHistogram], certain: _Candidates
) -> Mapping[str, PartnerHistogram]:
    """Return counts of pairs that are moved so that the shift of each key leads to the final
    log-odds.

    The real shift of a pair depends on its two sources and dates. The counts are moved by the
    difference.
    """
    by_source, errors = _find_shifts(task, certain)
    shifts, shift_of = by_source + errors, partner_shifts(task.models)
    pooled = shifts.copy()
    for kind in KINDS:
        own = certain.of_kind(kind)
        is_within = certain.sources.is_within[own]
        pooled[own] = np.where(is_within, shift_of[kind + WITHIN], shift_of[kind])
    moved = np.flatnonzero(shifts != pooled)
    if not len(moved):
        return counts
    before = certain.logodds[moved]
    after = (before + shifts[moved] - pooled[moved]).astype(np.int32)
    left, right = certain.left[moved], certain.right[moved]
    removed, added = (
        count_partners(task.batch, task.deduplicated_sources, left, right, logodds)
        for logodds in (before, after)
    )
    return {key: own - removed[key] + added[key] for key, own in counts.items()}


def is_within_list(
    batch: Batch, deduplicated_sources: Collection[str], left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    """Return which pairs are within one source that does not declare all its entries different."""
    codes = batch.sources.codes
    is_one: npt.NDArray[np.bool_] = codes[left] == codes[right]
    return is_one & ~deduplicated_mask(batch, deduplicated_sources)[codes[left]]


def deduplicated_mask(batch: Batch, deduplicated_sources: Collection[str]) -> npt.NDArray[np.bool_]:
    """Return whether each source of a batch declares its entries to be all different."""
    names = batch.sources.values.to_pylist()
    return np.array([name in deduplicated_sources for name in names], dtype=bool)


def _within_shares(task: ResolutionTask, visible: npt.NDArray[np.bool_] | None) -> dict[str, float]:
    """Return, for each kind, the share of pairs within one source among all pairs of records.

    Compared or not, all pairs of `visible` records (None: all) count. It is 0 for linked sets.
    """
    if task.sides is not None:
        return dict.fromkeys(KINDS, 0.0)
    batch = task.batch
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
    """Return the number of records of a kind in each source; only `visible` records count (None:
    all).
    """
    is_counted = (batch.kinds & int(KIND_BY_LABEL[kind])) != 0
    if visible is not None:
        is_counted &= visible
    codes = batch.sources.codes[is_counted]
    return np.bincount(codes, minlength=len(batch.sources.values)).astype(np.float64)


def count_partners(
    batch: Batch,
    deduplicated_sources: Collection[str],
    left: IntArray,
    right: IntArray,
    logodds: npt.NDArray[np.int32],
    workers: int = 1,
    visible: npt.NDArray[np.bool_] | None = None,
) -> dict[str, PartnerHistogram]:
    """Count scored pairs of a batch by the kind of model and by log-odds, under `PARTNER_KEYS`,
    which distinguish pairs within one source.

    Only pairs of `visible` records count (None: records that everybody may see), as in the rest of
    a population. The result does not depend on `workers` (threads).
    """
    visible = visible_rows(batch, STRANGER) if visible is None else visible

    def count(part: slice) -> dict[str, PartnerHistogram]:
        """Count some of the pairs."""
        some = left[part], right[part], logodds[part]
        if visible is not None:
            chosen = visible[some[0]] & visible[some[1]]
            some = some[0][chosen], some[1][chosen], some[2][chosen]
        pair_kinds = choose_model_kinds(batch.kinds, *some[:2])
        is_within = is_within_list(batch, deduplicated_sources, *some[:2])
        counts = {}
        for kind in KINDS:
            is_kind = pair_kinds == int(KIND_BY_LABEL[kind])
            counts[kind] = count_logodds(some[2][is_kind & ~is_within])
            counts[kind + WITHIN] = count_logodds(some[2][is_kind & is_within])
        return counts

    total = {key: np.zeros(BINS, dtype=np.int64) for key in PARTNER_KEYS}
    for counts in _run_on_parts(count, len(left), workers):
        for key, own in counts.items():
            total[key] += own
    return total
