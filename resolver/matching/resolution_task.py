"""`ResolutionTask`: the records to resolve, with everything that the result depends on.

`ModelSet` holds the models of all kinds of records, with their frequency tables and the stamp that
every score carries. `load_models` reads it from a directory. `RunOptions` are the options of a run,
among them its blocking plan. `ResolutionTask.build` combines both with a batch and decisions.
`Engine` is the interface of the places where a task runs, and `StagedEngine` runs the stages in
their order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.errors import InputError, ModelError
from resolver.matching.blocking import PLAN_BY_NAME, Plan, choose_plan_by_size
from resolver.matching.clustering.signed_clustering import DecidedRows, find_decided_rows
from resolver.matching.comparators import features_of
from resolver.matching.preparation import NormalValues
from resolver.matching.scoring import (
    MIN_REVIEW_VALUE,
    Model,
    PartnerHistogram,
    Thresholds,
    model_from_json,
    threshold_logodds,
)
from resolver.matching.scoring.agreement_patterns import PatternTally
from resolver.matching.scoring.relation_evidence import RelationWeights, weights_from_json
from resolver.matching.scoring.source_shifts import (
    MAX_DATE_SHIFT,
    MAX_SHIFT,
    WITHIN,
    Marks,
    shift_histogram,
)
from resolver.matching.scoring.terms import CheckTerms, check_terms_from_json
from resolver.models import loader
from resolver.names.name_index import TokenIndex
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.batch import IntArray
from resolver.records.decisions import Decision
from resolver.records.prepared.population import FrequencyTables, Population
from resolver.records.results.resolution import RuleStat, RunStats, StageMeter
from resolver.records.visibility import Audience, VisibilityClasses, find_visibility_classes
from resolver.reference import RIGOUR_VERSION


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run.

    Thresholds follow from `wrong_merge_costs`: the cost of a wrong merge, in reviews. `merge_at` (a
    score) moves only the merge threshold, and `min_review_value` moves the threshold of the queue
    (None: the value of the store, or `MIN_REVIEW_VALUE`). `pairs_mib`: memory for pairs before the
    prefilter (local engine). `resume`: folder of checkpoints, from which a stopped run continues.
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
        # no score reaches 1, so this threshold merges nothing
        return threshold_logodds(score) + (score >= 1)

    @property
    def link_threshold(self) -> int:
        """Log-odds (thousandths) from which a pair links records and entities."""
        return min(threshold_logodds(self.thresholds.review), self.merge_threshold)


def choose_plan(options: RunOptions, count: int, default: Plan) -> Plan:
    """Return the requested plan, or the default. Raises `InputError` for an unknown plan."""
    if options.plan is None:
        return default
    if options.plan not in PLAN_BY_NAME:
        raise InputError(
            f"there is no blocking plan {options.plan!r}",
            hint=f"use one of {', '.join(PLAN_BY_NAME)}",
        )
    return PLAN_BY_NAME[options.plan]


STAMPED_LIBRARIES = ("jellyfish", "nicknames", "icu4py", "rapidfuzz")
"""Libraries that scores depend on, besides the model and this program."""
RELATIONS = "relations"
"""Name of the file of weights of relations, without its ending, and of their version in a stamp."""
CHECKS = "checks"
"""Name of the file with the terms of checks on names, without its ending."""
_MAX_POPULATIONS = 16


@dataclass(frozen=True)
class ModelSet:
    """Models by kind, with their frequency tables, and the stamp that every score carries."""

    models: dict[str, Model]
    tables: FrequencyTables
    stamp: dict[str, str] = field(default_factory=dict)
    relations: RelationWeights = field(default_factory=RelationWeights)
    """Weights of the entities to which two entities are both related."""
    population: Population | None = None
    """Population for which the scores are valid; None if scores assume even odds, and before a
    population is chosen.
    """
    plan: str = ""
    """Plan with which records are blocked, if a population or even odds are chosen."""
    origin: ModelSet | None = field(default=None, repr=False, compare=False)
    """Models before a population was chosen."""
    is_limited: bool = True
    """False without limits for pairs that only names support."""
    _at: dict[tuple[str, int], ModelSet] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def for_population(self, plan: str, population: Population | None) -> ModelSet:
        """Return the models for a population (None: even odds) and for records that are blocked
        under a plan.

        The frequency tables count the words of the population. Each set is built once.
        """
        key = (plan, id(population))
        models = self._at.get(key)
        # a set holds its population, so no other object can have the same identity
        if models is None:
            if len(self._at) >= _MAX_POPULATIONS:
                self._at.clear()
            models = self._at[key] = self._build(plan, population)
        return models

    def _build(self, plan: str, population: Population | None) -> ModelSet:
        models = {
            kind: model.for_population(plan, None if population is None else population.of(kind))
            for kind, model in self.models.items()
        }
        tables = self.tables
        if population is not None and self.counts_words:
            tables = replace(tables, at_hand=population.common_counts)
        return replace(
            self,
            models=models,
            tables=tables,
            population=population,
            plan=plan,
            origin=self.origin or self,
        )

    def for_audience(self, audience: Audience) -> ModelSet:
        """Return the models for records that the whole audience may see."""
        population = self.population
        key = "" if population is None else population.find_key(audience)
        if not key or population is None or self.origin is None:
            return self
        models = self.origin.for_population(self.plan, population.restricted[key])
        return models if self.is_limited else models.without_limits

    def for_records(self, batch: Batch) -> ModelSet:
        """Return the models for combined evidence of some records."""
        if self.population is None or not self.population.restricted:
            return self
        classes = find_visibility_classes(batch)
        if classes is None:
            return self
        group = np.zeros(len(batch), dtype=np.int32)
        return self.for_audience(classes.audiences[classes.find_first_of_groups(group, 1)[0]])

    def for_names(self, plan: str) -> ModelSet:
        """Return the models that say, at even odds, whether two names belong to one entity."""
        return replace(self, models={kind: m.for_names(plan) for kind, m in self.models.items()})

    @cached_property
    def without_limits(self) -> ModelSet:
        """The same models without limits for pairs that only names support."""
        models = {kind: model.unlimited for kind, model in self.models.items()}
        return replace(self, models=models, is_limited=False)

    @property
    def store_stamp(self) -> dict[str, str]:
        """Stamp of a store, whose entities depend on the weights of relations as well."""
        digest = self.relations.digest
        return {**self.stamp, RELATIONS: digest} if digest else self.stamp

    @property
    def counts_words(self) -> bool:
        """True if the weights were fitted with the word counts of each population."""
        return any(model.population is not None for model in self.models.values())


@lru_cache(maxsize=8)
def load_models(directory: Path | None = None) -> ModelSet:
    """Load the models of a directory (default: the shipped ones). Raises `ModelError`.

    `ModelSet.for_population` fits them to the records that they are to score.
    """
    raw = {kind: loader.load(kind, directory) for kind in loader.KINDS}
    models = {
        kind: model_from_json(data, features_of(KIND_BY_LABEL[kind])) for kind, data in raw.items()
    }
    checks = load_check_terms(directory)
    models = {kind: replace(model, checks=checks.get(kind)) for kind, model in models.items()}
    tables = loader.load("tables", directory)
    digest = loader.digest({**raw, "tables": tables})
    versions = {library: version(library) for library in STAMPED_LIBRARIES}
    stamp = {"model": digest, "rigour": RIGOUR_VERSION, **versions}
    return ModelSet(models, build_tables(tables), stamp, load_relation_weights(directory))


def load_check_terms(directory: Path | None = None) -> dict[str, CheckTerms]:
    """Return the terms of checks on names, by kind; empty if a model directory has no such file."""
    if directory is not None and not (directory / f"{CHECKS}.json").exists():
        return {}
    features = {kind: features_of(KIND_BY_LABEL[kind]) for kind in loader.KINDS}
    return check_terms_from_json(loader.load(CHECKS, directory), features)


def load_relation_weights(directory: Path | None = None) -> RelationWeights:
    """Return the weights of relations of a model directory; empty if it has no such file."""
    if directory is not None and not (directory / f"{RELATIONS}.json").exists():
        return RelationWeights()
    data = loader.load(RELATIONS, directory)
    return replace(weights_from_json(data), digest=loader.digest(data))


def build_tables(data: Mapping[str, Any]) -> FrequencyTables:
    """Build the frequency tables from JSON. Raises `ModelError` if a table is missing."""
    try:
        return FrequencyTables(
            dict(data["person_counts"]),
            int(data["person_total"]),
            dict(data["group_counts"]),
            int(data["group_total"]),
            frozenset(data["mass_used"]),
            dict(data["person_given"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the tables of the model are damaged: {error}", hint="restore tables.json"
        ) from error


_Normalized = TypeVar("_Normalized")
_Candidates = TypeVar("_Candidates")


@dataclass(frozen=True, slots=True)
class ResolutionTask:
    """Records to resolve, with everything that the result depends on.

    `batch` is canonical. No two records of one of the `deduplicated_sources` are the same. `sides`
    holds 0, 1 or `BOTH_SIDES` for each record if two sets are linked; then only pairs across the
    sides are compared. `models` are the models of the population in `models.population`. If there
    is no population, `resolve` measures it.
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
        checked: frozenset[tuple[str, str]] | None = None,
    ) -> ResolutionTask:
        """Choose the plan, load the models and check the decisions, before hours of work.

        `population`: population of an earlier refresh, which this run keeps. `checked`: only these
        pairs may contradict other decisions (see `find_decided_rows`). Raises `InputError` for an
        unknown plan, `ModelError`, and `DecisionError` if decisions contradict each other.
        """
        plan = choose_plan(options, len(batch), choose_plan_by_size(len(batch)))
        models = load_models(options.model_dir).for_population(plan.name, population)
        decided = find_decided_rows(batch, options.decisions, checked)
        return cls(batch, deduplicated_sources, options, plan, models, decided, sides)

    @property
    def link_threshold(self) -> int:
        """Log-odds (thousandths) from which clustering uses a pair in any component."""
        return self.options.link_threshold

    @property
    def open_shift(self) -> int:
        """Log-odds (thousandths) by which pairs may still rise once the share of true pairs is
        estimated.
        """
        return MAX_SHIFT + MAX_DATE_SHIFT if self.is_measured else 0

    def with_population(self, population: Population) -> ResolutionTask:
        """Return the task with the models of a population."""
        models = load_models(self.options.model_dir)
        models = models.for_population(self.plan.name, population)
        return replace(self, models=models, is_measured=models.counts_words)

    def at_population(self, population: Population) -> ResolutionTask:
        """Return the task with the models of a population that was measured before."""
        models = load_models(self.options.model_dir)
        return replace(self, models=models.for_population(self.plan.name, population))

    def find_classes(self) -> VisibilityClasses | None:
        """Return the classes of viewers of the records, if they have populations of their own."""
        population = self.models.population
        has_own = population is not None and bool(population.restricted)
        return find_visibility_classes(self.batch) if has_own else None

    @property
    def scoring_models(self) -> ModelSet:
        """Models that score candidates; they have no limits until the share of true pairs is
        known.
        """
        return self.models.without_limits if self.is_measured else self.models

    @property
    def shifts(self) -> dict[str, int]:
        """Log-odds (thousandths) by which pairs rise once the share of true pairs is known, by the
        keys of `count_partners`; empty if it was known from the start.
        """
        return partner_shifts(self.models) if self.is_measured else {}

    @property
    def stamp(self) -> dict[str, str]:
        """Versions of everything that scores depend on, and the plan."""
        return {**self.models.stamp, "plan": self.plan.name}

    def build_stats(self, scored: ScoredCandidates, meter: StageMeter) -> RunStats:
        """Return the figures of a run of the task."""
        shifts, patterns = self.shifts, None
        if scored.tally is not None:
            models = self.models.models if shifts else {}
            limits = {kind: model.limit for kind, model in models.items()}
            errors = {kind: model.date_errors for kind, model in models.items()}
            patterns = scored.tally.summarize(self.options.thresholds, shifts, limits, errors)
            patterns = patterns.with_scores(scored.left, scored.right, scored.logodds)
        counts = scored.partner_counts
        return RunStats(
            self.plan.name,
            self.stamp,
            tuple(meter.stages),
            scored.rules,
            int(scored.histogram.sum()),
            scored.histogram,
            self.models.population,
            shift_histogram(counts, shifts) if counts else None,
            patterns,
            scored.uncompared,
        )


def partner_shifts(models: ModelSet) -> dict[str, int]:
    """Return the log-odds (thousandths) that the share of true pairs adds, by the keys of
    `count_partners`: for pairs across sources by kind, and for pairs within one source.
    """
    shifts: dict[str, int] = {}
    for kind, model in models.models.items():
        across, within = (model.basis.across, model.basis.within) if model.basis else (0, 0)
        shifts |= {kind: model.shift + across, kind + WITHIN: model.shift + within}
    return shifts


class NormalForms(NamedTuple):
    """Values of records in normal form, and their tokens in the form that comparators read."""

    values: NormalValues
    tokens: TokenIndex


@dataclass(frozen=True, slots=True)
class ScoredCandidates:
    """Scored candidate pairs: rows sorted by (left, right), log-odds in thousandths.

    Pairs below the link threshold may be left out if no component contains both of their records.
    `rules` and `histogram` (see `score_histogram`) count them nevertheless.
    """

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.int32]
    rules: tuple[RuleStat, ...]
    histogram: npt.NDArray[np.int64]
    partner_counts: Mapping[str, PartnerHistogram] = field(default_factory=dict)
    """Pairs by kind and log-odds, to estimate the share of true pairs."""
    marks: Marks | None = None
    """Marks of pairs (`Model.marks`), where limits and errors in dates are yet to be applied."""
    tally: PatternTally | None = None
    """Pairs by their pattern of agreement, before `shifts` of the task, where they are counted."""
    normal: NormalForms | None = None
    """Values of the records in normal form, where they are at hand for profiles."""
    uncompared: int | None = None
    """Records in no pair that share keys with others, all of which are too frequent; None where
    they are not counted.
    """
    twins: IntArray | None = None
    """Pairs of rows (n × 2): one that stands for others of equal normal form, and each of those."""


class Engine(Protocol):
    """Place where the stages from normalize to score run."""

    def measure_population(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[ResolutionTask, Engine]:
        """Return the task with the population of its records, and the engine to run it on.

        An existing population of the task is kept; only the engine changes.
        """
        ...

    def score_candidates(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        """Return the scored candidate pairs of a task."""
        ...

    def without_forms(self) -> Engine:
        """Return the engine for other records, without the normal forms of these records."""
        ...


class StagedEngine(ABC, Generic[_Normalized, _Candidates]):
    """Engine that is defined by its stages; they run in this order."""

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
