"""Entity-resolution pipeline: the stages in their order, the same on every engine.

    ingest → normalize → block → compare → score → cluster → merge

| stage | from | to | function |
|---|---|---|---|
| ingest | list files | `Intake`: a `Batch` of records, rejects | `ingest_lists` |
| normalize | `Batch` | `PreparedBatch`: normal forms of unique values | `normalize` |
| block | `PreparedBatch` | candidate pairs that the rules of a plan join | `block` |
| compare | candidate pairs | evidence: one similarity per comparator | `compare_and_score` |
| score | evidence | calibrated log-odds, in thousandths | `compare_and_score` |
| cluster | log-odds, decisions, statements, profiles | `Resolution` | `cluster_pairs` |
| merge | `Resolution` | golden records, by `MergeContext` | `merge_entities` |

`resolve` runs the stages from normalize to cluster. Stages up to score run on an `Engine`, which
decides where they run and how pairs are cut into chunks: in this process
(`resolver.engines.local`) or on a cluster (`resolver.engines.spark`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.blocking import CandidatePairs, Plan, choose_plan_by_size, join_candidates
from resolver.blocking.key_groups import PurgeCounts
from resolver.clustering import MergeRule, PairLogOdds, cluster, find_stated_rows
from resolver.clustering.decided_rows import DecidedRows, find_decided_rows
from resolver.clustering.entity_rounds import merge_entities_in_rounds
from resolver.comparison import NameIndex, compare
from resolver.model_set import ModelSet, load_models
from resolver.models.loader import KINDS
from resolver.normalize import SymbolSource, count_population, prepare
from resolver.records import KIND_BY_LABEL, Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.population import Population
from resolver.records.prepared.batch import MaterializedBatch, PreparedBatch
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Resolution, RuleStat, RunStats
from resolver.records.results.stage_meter import StageMeter
from resolver.records.visibility import STRANGER, visible_rows
from resolver.run_options import RunOptions, choose_plan
from resolver.scoring import PartnerHistogram, estimate_partners
from resolver.scoring.entity_scores import ProfileScorer
from resolver.scoring.partners import (
    MAX_PARTNER_SHIFT,
    count_logodds,
    shift_logodds,
    shifted_score_histogram,
)
from resolver.scoring.score_links import ScoredRows, build_links

if TYPE_CHECKING:
    from resolver.ingest.formats.tabular.mapping import Mapping as TableMapping
    from resolver.ingest.list_reading import Progress as ListProgress
    from resolver.ingest.reader_types import Intake
    from resolver.merging import CountryCode, MergeContext, Partition

KIND_MISMATCH = -13_816
"""Thousandths of log-odds of a pair whose kinds exclude each other: the lowest score there is."""
LongArray = npt.NDArray[np.int64]
_Normalized = TypeVar("_Normalized")
_Candidates = TypeVar("_Candidates")


@lru_cache(maxsize=1)
def symbol_source() -> SymbolSource:
    """Return the process's source of name symbols, with a cache in the user's cache folder."""
    return SymbolSource(symbol_cache_folder())


def symbol_cache_folder() -> Path:
    """Return the folder of the cache of name symbols."""
    return Path.home() / ".cache" / "resolver"


@dataclass(frozen=True, slots=True)
class ResolutionTask:
    """Records to resolve, with everything that the result depends on.

    `batch` is canonical. No two records of one of the `deduplicated_sources` are the same. `sides`
    holds 0 or 1 per record where two sets are linked: only pairs across the sides are compared.
    `models` are those of the population in `models.population`; without one, `resolve` measures it.
    """

    batch: Batch
    deduplicated_sources: Sequence[str]
    options: RunOptions
    plan: Plan
    models: ModelSet
    decided: DecidedRows
    sides: npt.NDArray[np.uint8] | None = None
    is_measured: bool = False
    """True if the population was measured in this run, so that its partners are yet unknown."""

    @classmethod
    def build(
        cls,
        batch: Batch,
        deduplicated_sources: Sequence[str],
        options: RunOptions,
        sides: npt.NDArray[np.uint8] | None = None,
        population: Population | None = None,
    ) -> ResolutionTask:
        """Choose the plan, load the models and check the decisions, before hours of work.

        `population`: that of an earlier refresh, which this run is to keep. Raises `InputError` for
        an unknown plan, `ModelError`, and `DecisionError` where decisions contradict each other.
        """
        plan = choose_plan(options, len(batch), choose_plan_by_size(len(batch)))
        models = load_models(options.model_dir).for_population(plan.name, population)
        decided = find_decided_rows(batch, options.decisions)
        return cls(batch, deduplicated_sources, options, plan, models, decided, sides)

    @property
    def link_threshold(self) -> int:
        """Log-odds (thousandths) from which clustering uses a pair wherever it lies."""
        return self.options.link_threshold

    @property
    def open_shift(self) -> int:
        """Log-odds (thousandths) by which pairs may still rise once partners are estimated."""
        return MAX_PARTNER_SHIFT if self.is_measured else 0

    def with_population(self, population: Population) -> ResolutionTask:
        """Return the task with the models of a population."""
        models = load_models(self.options.model_dir)
        models = models.for_population(self.plan.name, population)
        return replace(self, models=models, is_measured=models.counts_words)

    @property
    def scoring_models(self) -> ModelSet:
        """Models that candidates are scored with: without limits until partners are known."""
        return self.models.without_limits if self.is_measured else self.models

    @property
    def stamp(self) -> dict[str, str]:
        """Versions of everything that scores depend on, and the plan."""
        return {**self.models.stamp, "plan": self.plan.name}


@dataclass(frozen=True, slots=True)
class ScoredCandidates:
    """Scored candidate pairs: rows sorted by (left, right), log-odds in thousandths.

    Pairs below the link threshold may be left out where no component holds both of their records;
    `rules` and `histogram` (see `score_histogram`) count them all the same.
    """

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.int32]
    rules: tuple[RuleStat, ...]
    histogram: npt.NDArray[np.int64]
    partner_counts: Mapping[str, PartnerHistogram] = field(default_factory=dict)
    """Pairs by kind and log-odds, to estimate the share of true pairs."""
    unsupported: npt.NDArray[np.bool_] | None = None
    """Pairs that nothing but names supports, where their limit is yet to be applied."""


class Engine(Protocol):
    """Place where the stages from normalize to score run."""

    def measure_population(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[ResolutionTask, Engine]:
        """Return the task with the population of its records, and the engine to run it on."""
        ...

    def score_candidates(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        """Return the scored candidate pairs of a task."""
        ...


class StagedEngine(ABC, Generic[_Normalized, _Candidates]):
    """Engine that is given by its stages; they run in this order."""

    def score_candidates(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        """Run normalize → block → compare → score."""
        normalized = self.normalize(task, meter)
        candidate_pairs = self.block(task, normalized, meter)
        return self.compare_and_score(task, normalized, candidate_pairs, meter)

    @abstractmethod
    def normalize(self, task: ResolutionTask, meter: StageMeter) -> _Normalized:
        """Bring the records into normal form."""

    @abstractmethod
    def block(
        self, task: ResolutionTask, normalized: _Normalized, meter: StageMeter
    ) -> _Candidates:
        """Find the pairs of records that share a blocking key."""

    @abstractmethod
    def compare_and_score(
        self,
        task: ResolutionTask,
        normalized: _Normalized,
        candidate_pairs: _Candidates,
        meter: StageMeter,
    ) -> ScoredCandidates:
        """Compare the records of each pair and score the evidence."""


def resolve(task: ResolutionTask, engine: Engine, progress: Progress = SILENT) -> Resolution:
    """Resolve the records of a task: all stages from normalize to cluster."""
    meter = StageMeter(progress)
    task, scored = score_in_population(task, engine, meter)
    return cluster_pairs(task, scored, meter)


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


def ingest_lists(
    paths: Sequence[Path],
    *,
    list_format: str | None = None,
    mappings: Sequence[TableMapping] | None = None,
    strict: bool = False,
    accept_restricted: bool = False,
    complete: bool = False,
    progress: ListProgress | None = None,
) -> Intake:
    """Read lists of any known formats into one intake; see `read_lists` for the options."""
    # the readers of all formats take long to load
    from resolver.ingest.readers import read_lists

    return read_lists(
        paths,
        format=list_format,
        mapping=mappings,
        strict=strict,
        accept_restricted=accept_restricted,
        complete=complete,
        progress=progress,
    )


def normalize(
    batch: Batch, models: ModelSet, deduplicated_sources: Sequence[str] = ()
) -> MaterializedBatch:
    """Bring a canonical batch into normal form, with the frequency tables of a model."""
    return prepare(batch, models.tables, symbol_source().lookup, deduplicated_sources)


def block(
    task: ResolutionTask, prepared: PreparedBatch, purge_counts: PurgeCounts | None = None
) -> tuple[CandidatePairs, tuple[RuleStat, ...]]:
    """Return the pairs that the task's plan joins, with figures of each rule.

    `purge_counts` counts the pairs of keys that are purged, since records outside of the batch
    share them too.
    """
    options = task.options
    return join_candidates(
        prepared,
        task.plan,
        sides=task.sides,
        workers=options.workers,
        buffer_bytes=options.pairs_mib << 20,
        purge_counts=purge_counts,
    )


def choose_model_kinds(
    kinds: npt.NDArray[np.uint8], left: IntArray, right: IntArray
) -> npt.NDArray[np.uint8]:
    """Return the kind of model for each pair: 1 person, 2 group, 4 asset, 0 none.

    Kind 0 marks pairs whose kinds exclude each other.
    """
    common = kinds[left] & kinds[right]
    chosen = np.where(common == int(Kind.LEGAL), int(Kind.GROUP), common)
    return chosen.astype(np.uint8)


def compare_and_score(
    prepared: PreparedBatch,
    names: NameIndex,
    models: ModelSet,
    left: IntArray,
    right: IntArray,
    workers: int = 2,
) -> npt.NDArray[np.int32]:
    """Compare pairs of rows, and return the calibrated log-odds (thousandths) of each."""
    return score_openly(prepared, names, models, left, right, workers)[0]


def score_openly(
    prepared: PreparedBatch,
    names: NameIndex,
    models: ModelSet,
    left: IntArray,
    right: IntArray,
    workers: int = 2,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Return the log-odds of pairs, and which of them nothing but names supports.

    Where the partners of a population are yet unknown, models have no limit for such pairs: it
    applies once they are.
    """
    logodds = np.full(len(left), KIND_MISMATCH, dtype=np.int32)
    unsupported = np.zeros(len(left), dtype=bool)
    kinds = choose_model_kinds(prepared.kinds, left, right)
    for kind in KINDS:
        chosen = np.flatnonzero(kinds == int(KIND_BY_LABEL[kind]))
        if len(chosen):
            model = models.models[kind]
            evidence = compare(
                prepared,
                names,
                left[chosen],
                right[chosen],
                model.compared_features,
                group=kind != "person",
                workers=workers,
            )
            logodds[chosen] = model.logodds(evidence).astype(np.int32)
            unsupported[chosen] = model.unsupported(evidence)
    return logodds, unsupported


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


def cluster_pairs(
    task: ResolutionTask,
    scored: ScoredCandidates,
    meter: StageMeter,
    load_records: Callable[[LongArray], Batch] | None = None,
) -> Resolution:
    """Cluster records by scored pairs, decisions and statements of lists, then merge entities by
    their profiles; return entities and links.

    `load_records` returns the records of some rows, where those of the batch carry no values.
    The population of the task is known, so that profiles are scored under its partners.
    """
    batch, options, decided = task.batch, task.options, task.decided
    pairs = PairLogOdds(scored.left, scored.right, scored.logodds)
    rule = MergeRule(options.merge_threshold, task.link_threshold)
    count, kinds, different = len(batch), batch.kinds, decided.different
    with meter.measure("cluster", "records") as usage:
        meter.progress.start("cluster", None)
        stated = find_stated_rows(batch, scored.left, scored.right, decided.same)
        labels = cluster(
            count,
            pairs,
            rule,
            decided=decided,
            stated=stated,
            kinds=kinds,
            workers=options.workers,
        )
        usage.items = count
    with meter.measure("compare entities", "entities") as usage:
        score = _profile_scorer(task, load_records or batch.take)
        merged = merge_entities_in_rounds(
            labels, pairs, rule, score, different=different, stated=stated, kinds=kinds
        )
        rows = ScoredRows(scored.left, scored.right, scored.logodds)
        entities = ScoredRows(*merged.candidates)
        links = build_links(rows, merged.labels, options.thresholds, different, entities, stated)
        usage.items = len(np.unique(labels))
    stats = RunStats(
        task.plan.name,
        task.stamp,
        tuple(meter.stages),
        scored.rules,
        int(scored.histogram.sum()),
        scored.histogram,
        task.models.population,
    )
    return Resolution(batch, merged.labels, links, stats)


def _profile_scorer(
    task: ResolutionTask, load_records: Callable[[LongArray], Batch]
) -> ProfileScorer:
    """Return the scorer of entities, with the functions and models that score records."""

    def compare(prepared: PreparedBatch, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        """Score pairs of profiles."""
        names = NameIndex.of(prepared)
        return compare_and_score(prepared, names, task.models, left, right, task.options.workers)

    return ProfileScorer(
        load_records,
        partial(normalize, models=task.models),
        compare,
        frozenset(task.deduplicated_sources),
    )


def merge_entities(batch: Batch, parts: Partition, country_code: CountryCode) -> MergeContext:
    """Prepare the merge of each entity's records into its golden record.

    `iterate_golden_records`, `iterate_statements` and exports of `resolver.merging` take it on.
    """
    from resolver.merging import build_merge_context

    return build_merge_context(batch, parts, country_code)
