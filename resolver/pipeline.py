"""Entity-resolution pipeline: the stages in their order, the same on every engine.

    ingest → normalize → block → compare → score → cluster → merge

| stage | from | to | function |
|---|---|---|---|
| ingest | list files | `Intake`: a `Batch` of records, rejects | `ingest_lists` |
| normalize | `Batch` | `PreparedBatch`: normal forms of unique values | `normalize` |
| block | `PreparedBatch` | candidate pairs that the rules of a plan join | `block` |
| compare | candidate pairs | evidence: one similarity per comparator | `compare_and_score` |
| score | evidence | calibrated log-odds, in thousandths | `compare_and_score` |
| cluster | log-odds, decisions | `Resolution`: entities and links | `cluster_pairs` |
| merge | `Resolution` | golden records, by `MergeContext` | `merge_entities` |

`resolve` runs the stages from normalize to cluster. Stages up to score run on an `Engine`, which
decides where they run and how pairs are cut into chunks: in this process
(`resolver.engines.local`) or on a cluster (`resolver.engines.spark`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.blocking import CandidatePairs, Plan, choose_plan_by_size, join_candidates
from resolver.blocking.key_groups import PurgeCounts
from resolver.clustering import MergeRule, PairLogOdds, cluster
from resolver.clustering.decided_rows import DecidedRows, find_decided_rows
from resolver.comparison import NameIndex, compare
from resolver.model_set import ModelSet, load_models
from resolver.models.loader import KINDS
from resolver.normalize import SymbolSource, prepare
from resolver.records import KIND_BY_LABEL, Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Resolution, RuleStat, RunStats
from resolver.records.results.stage_meter import StageMeter
from resolver.run_options import RunOptions, choose_plan
from resolver.scoring import (
    threshold_logodds,
)
from resolver.scoring.score_links import build_links

if TYPE_CHECKING:
    from resolver.ingest.formats.tabular.mapping import Mapping
    from resolver.ingest.list_reading import Progress as ListProgress
    from resolver.ingest.reader_types import Intake
    from resolver.merging import CountryCode, MergeContext, Partition

KIND_MISMATCH = -13_816
"""Thousandths of log-odds of a pair whose kinds exclude each other: the lowest score there is."""
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
    """

    batch: Batch
    deduplicated_sources: Sequence[str]
    options: RunOptions
    plan: Plan
    models: ModelSet
    decided: DecidedRows
    sides: npt.NDArray[np.uint8] | None = None

    @classmethod
    def build(
        cls,
        batch: Batch,
        deduplicated_sources: Sequence[str],
        options: RunOptions,
        sides: npt.NDArray[np.uint8] | None = None,
    ) -> ResolutionTask:
        """Choose the plan, load the models and check the decisions, before hours of work.

        Raises `InputError` for an unknown plan, `ModelError`, and `DecisionError` where decisions
        contradict each other.
        """
        plan = choose_plan(options, len(batch), choose_plan_by_size(len(batch)))
        models = load_models(options.model_dir, plan.name)
        decided = find_decided_rows(batch, options.decisions)
        return cls(batch, deduplicated_sources, options, plan, models, decided, sides)

    @property
    def link_threshold(self) -> int:
        """Log-odds (thousandths) from which clustering uses a pair wherever it lies."""
        review = threshold_logodds(self.options.thresholds.review)
        return min(review, self.options.merge_threshold)

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


class Engine(Protocol):
    """Place where the stages from normalize to score run."""

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
    scored = engine.score_candidates(task, meter)
    return cluster_pairs(task, scored, meter)


def ingest_lists(
    paths: Sequence[Path],
    *,
    list_format: str | None = None,
    mappings: Sequence[Mapping] | None = None,
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
) -> PreparedBatch:
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
    logodds = np.full(len(left), KIND_MISMATCH, dtype=np.int32)
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
                model.features,
                group=kind != "person",
                workers=workers,
            )
            logodds[chosen] = model.logodds(evidence).astype(np.int32)
    return logodds


def cluster_pairs(task: ResolutionTask, scored: ScoredCandidates, meter: StageMeter) -> Resolution:
    """Cluster the records by their scored pairs and decisions; return entities and links."""
    batch, options, decided = task.batch, task.options, task.decided
    with meter.measure("cluster", "records") as usage:
        meter.progress.start("cluster", None)
        labels = cluster(
            len(batch),
            PairLogOdds(scored.left, scored.right, scored.logodds),
            MergeRule(options.merge_threshold, task.link_threshold),
            decided=decided,
            kinds=batch.kinds,
            workers=options.workers,
        )
        links = build_links(
            scored.left,
            scored.right,
            scored.logodds,
            labels,
            options.thresholds,
            decided.different,
        )
        usage.items = len(batch)
    stats = RunStats(
        task.plan.name,
        task.stamp,
        tuple(meter.stages),
        scored.rules,
        int(scored.histogram.sum()),
        scored.histogram,
    )
    return Resolution(batch, labels, links, stats)


def merge_entities(batch: Batch, parts: Partition, country_code: CountryCode) -> MergeContext:
    """Prepare the merge of each entity's records into its golden record.

    `iterate_golden_records`, `iterate_statements` and exports of `resolver.merging` take it on.
    """
    from resolver.merging import build_merge_context

    return build_merge_context(batch, parts, country_code)
