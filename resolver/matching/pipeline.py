"""The pipeline of entity resolution: its stages in their order, the same on every engine.

    read → normalize → block → compare → score → cluster → merge

| stage | from | to | function | |---|---|---|---| | read | list files | `Intake`: a `Batch` of
records, rejects | `resolver.lists.readers.read_lists` | | normalize | `Batch` | `PreparedBatch`:
normal forms of unique values | `normalize` | | block | `PreparedBatch` | candidate pairs that the
rules of a plan join | `block` | | compare | candidate pairs | evidence: one similarity per
comparator | `compare_and_score` | | score | evidence | calibrated log-odds, in thousandths |
`compare_and_score` | | cluster | log-odds, decisions, statements, profiles | `Resolution` |
`cluster_pairs` | | merge | `Resolution` | golden records, by `MergeContext` | `merge_entities` |

`resolve` runs the stages from normalize to cluster. An `Engine` runs the stages up to the stage
score. It decides where they run and how pairs are cut into chunks: in this process
(`resolver.engines.local`) or on a cluster (`resolver.spark`). `cluster_pairs` always runs where the
command runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.blocking import CandidatePairs, join_candidates
from resolver.matching.blocking.key_groups import PurgeCounts
from resolver.matching.clustering import (
    MergeRule,
    PairLogOdds,
    find_stated_rows,
    find_unmatched_entries,
)
from resolver.matching.clustering.ambiguous_records import BirthYears
from resolver.matching.clustering.cluster_problem import ClusterProblem, group_twins
from resolver.matching.clustering.entity_rounds import (
    MergeHistory,
    RelationScorer,
    merge_entities_in_rounds,
    merge_related_entities,
)
from resolver.matching.clustering.restricted_records import RestrictedRecords, SelectableScorer
from resolver.matching.clustering.signed_clustering import (
    Constraints,
    cluster_with_merges,
    drop_joined_pairs,
)
from resolver.matching.comparators import compare
from resolver.matching.population_scoring import (
    KIND_MISMATCH,
    deduplicated_mask,
    score_in_population,
    split_by_models,
)
from resolver.matching.preparation import (
    NormalValues,
    has_all_values,
    prepare_again,
    prepare_with_values,
    with_frequencies,
)
from resolver.matching.resolution_task import (
    Engine,
    ModelSet,
    NormalForms,
    ResolutionTask,
    ScoredCandidates,
)
from resolver.matching.scoring.agreement_patterns import PatternFlags, code_patterns
from resolver.matching.scoring.competition import ContestedPairs, QueryCompetition
from resolver.matching.scoring.entity_scores import ContestedScorer, ProfileScorer
from resolver.matching.scoring.model import choose_model_kinds
from resolver.matching.scoring.relation_evidence import (
    RelationEvidence,
    RelationTable,
    build_relation_table,
)
from resolver.matching.scoring.score_links import ApartRows, ScoredRows, build_links
from resolver.matching.scoring.source_shifts import Marks, PairSources
from resolver.matching.scoring.terms import threshold_logodds
from resolver.models.loader import KINDS
from resolver.names.context import Context
from resolver.names.lexicons.symbols import SymbolSource
from resolver.names.name_index import NameIndex
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import MaterializedBatch, PreparedBatch
from resolver.records.prepared.population import NO_POPULATION
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Basis, Resolution, RuleStat, StageMeter
from resolver.records.visibility import Audience, VisibilityClasses, find_visibility_classes

if TYPE_CHECKING:
    from resolver.merging import CountryCode, MergeContext, Partition


LongArray = npt.NDArray[np.int64]
_QUERY_RANKS = np.array([0, 2, 1])
"""Rank of a record by its side (left, right, both). In a linked pair, the lower rank looks up the
other record."""


@lru_cache(maxsize=1)
def symbol_source() -> SymbolSource:
    """Return the process's source of name symbols, with a cache in the user's cache folder."""
    return SymbolSource(symbol_cache_folder())


def symbol_cache_folder() -> Path:
    """Return the folder of the cache of name symbols."""
    return Path.home() / ".cache" / "resolver"


def resolve(task: ResolutionTask, engine: Engine, progress: Progress = SILENT) -> Resolution:
    """Resolve the records of a task: all stages from normalize to cluster."""
    meter = StageMeter(progress)
    task, scored = score_in_population(task, engine, meter)
    return cluster_pairs(task, scored, meter)


def normalize(
    batch: Batch, models: ModelSet, deduplicated_sources: Sequence[str] = (), workers: int = 1
) -> MaterializedBatch:
    """Bring a canonical batch into normal form, with the frequency tables of a model."""
    return normalize_with_values(batch, models, deduplicated_sources, workers)[0]


def normalize_with_values(
    batch: Batch, models: ModelSet, deduplicated_sources: Sequence[str] = (), workers: int = 1
) -> tuple[MaterializedBatch, NormalValues | None]:
    """Bring a canonical batch into normal form. Also return its values, unless it is one record."""
    lookup = symbol_source().lookup
    return prepare_with_values(batch, models.tables, lookup, deduplicated_sources, workers)


def block(
    task: ResolutionTask, prepared: PreparedBatch, purge_counts: PurgeCounts | None = None
) -> tuple[CandidatePairs, tuple[RuleStat, ...]]:
    """Return the pairs that the task's plan joins, with figures of each rule.

    `purge_counts` gives the pairs of keys that are purged because records outside of the batch
    share them.
    """
    options, classes = task.options, find_visibility_classes(task.batch)
    return join_candidates(
        prepared,
        task.plan,
        sides=task.sides,
        workers=options.workers,
        buffer_bytes=options.pairs_mib << 20,
        purge_counts=purge_counts,
        is_last=None if classes is None else ~classes.visible_to(0),
    )


def compare_and_score(
    prepared: PreparedBatch,
    names: NameIndex,
    models: ModelSet,
    left: IntArray,
    right: IntArray,
    workers: int = 2,
) -> npt.NDArray[np.int32]:
    """Compare pairs of rows, and return the calibrated log-odds (thousandths) of each."""
    return score_openly(prepared, names, models, left, right, workers).logodds


class OpenScores(NamedTuple):
    """Scores of pairs in a population whose share of true pairs may still be unknown.

    `logodds` are in thousandths. `marks` are those of `Model.marks`. `patterns` has the pattern of
    agreement of each pair (-1: kinds exclude each other). It is empty if the caller did not ask for
    patterns.
    """

    logodds: npt.NDArray[np.int32]
    marks: Marks
    patterns: LongArray


def score_openly(
    prepared: PreparedBatch,
    names: NameIndex,
    models: ModelSet,
    left: IntArray,
    right: IntArray,
    workers: int = 2,
    *,
    with_patterns: bool = False,
) -> OpenScores:
    """Return the log-odds of pairs, and their marks.

    The score of pairs that only names support has a limit. If the share of true pairs in the
    population is still unknown, the models have no limit; it is applied when the share is known.
    """
    logodds = np.full(len(left), KIND_MISMATCH, dtype=np.int32)
    marks = np.zeros(len(left), dtype=np.uint8)
    patterns = np.full(len(left) if with_patterns else 0, -1, dtype=np.int64)
    kinds = choose_model_kinds(prepared.kinds, left, right)
    for kind in KINDS:
        chosen = np.flatnonzero(kinds == int(KIND_BY_LABEL[kind]))
        if len(chosen):
            model = models.models[kind]
            context = Context(
                prepared,
                names,
                left[chosen],
                right[chosen],
                kind != "person",
                workers,
                models.tables,
            )
            evidence = compare(context, model.compared_features)
            sources = PairSources.of(prepared, left[chosen], right[chosen])
            logodds[chosen] = model.logodds(evidence, sources).astype(np.int32)
            marks[chosen] = own_marks = model.marks(evidence)
            if with_patterns:
                flags = PatternFlags(own_marks, sources.is_within)
                patterns[chosen] = code_patterns(
                    model.features, evidence, KIND_BY_LABEL[kind], flags
                )
    return OpenScores(logodds, marks, patterns)


class PairScorer:
    """Scorer of pairs of rows of a prepared batch. Threads may share it.

    A pair is scored in the population of the viewers who may see both records. `classes` are the
    classes of viewers of the rows. It is None if everybody may see all rows, or if the population
    is the same for all viewers.
    """

    def __init__(
        self,
        prepared: PreparedBatch,
        models: ModelSet,
        classes: VisibilityClasses | None = None,
        names: NameIndex | None = None,
    ) -> None:
        self._prepared, self._models, self._classes = prepared, models, classes
        self.names = names if names is not None else NameIndex.of(prepared)
        self._lock = threading.Lock()
        self._forms = [(models, prepared, self.names)]
        """Models of each population, with normal forms that have its frequencies."""

    @classmethod
    def of_records(cls, prepared: PreparedBatch, models: ModelSet, batch: Batch) -> PairScorer:
        """Return the scorer of some records in normal form."""
        has_own = models.population is not None and models.population.restricted
        return cls(prepared, models, find_visibility_classes(batch) if has_own else None)

    def score(
        self, left: IntArray, right: IntArray, workers: int = 2, *, with_patterns: bool = False
    ) -> OpenScores:
        """Return the result of `score_openly`."""
        parts = split_by_models(self._models, self._classes, left, right)
        if len(parts) == 1:
            prepared, names = self._forms_for(parts[0][0])
            return score_openly(
                prepared, names, parts[0][0], left, right, workers, with_patterns=with_patterns
            )
        logodds = np.empty(len(left), dtype=np.int32)
        marks = np.zeros(len(left), dtype=np.uint8)
        patterns = np.empty(len(left) if with_patterns else 0, dtype=np.int64)
        for models, is_own in parts:
            own = np.arange(len(left)) if is_own is None else np.flatnonzero(is_own)
            prepared, names = self._forms_for(models)
            scored = score_openly(
                *(prepared, names, models, left[own], right[own], workers),
                with_patterns=with_patterns,
            )
            logodds[own], marks[own] = scored.logodds, scored.marks
            if with_patterns:
                patterns[own] = scored.patterns
        return OpenScores(logodds, marks, patterns)

    def _forms_for(self, models: ModelSet) -> tuple[PreparedBatch, NameIndex]:
        with self._lock:
            for known, prepared, names in self._forms:
                if known is models:
                    return prepared, names
            own = with_frequencies(self._prepared, models.tables)
            self._forms.append((models, own, NameIndex.of(own)))
            return self._forms[-1][1:]


def cluster_pairs(
    task: ResolutionTask,
    scored: ScoredCandidates,
    meter: StageMeter,
    load_records: Callable[[LongArray], Batch] | None = None,
    relations: RelationTable | None = None,
) -> Resolution:
    """Cluster records, then merge entities, and return the entities and links.

    Records are clustered by scored pairs, decisions and statements of lists. Entities merge by
    their profiles, then by relations. `load_records` returns the records of some rows, if the
    records of the batch carry no values. `relations` are the relations of the batch; None reads
    them from it, which is wrong for a part of a larger batch.
    """
    batch, options, decided = task.batch, task.options, task.decided
    classes = find_visibility_classes(batch)
    own_logodds = contested = scored.logodds
    if task.sides is not None:
        contested = _let_candidates_compete(task, scored, classes)
        # A candidate stays a candidate, however many others compete with it.
        least = np.minimum(own_logodds, task.link_threshold)
        scored = replace(scored, logodds=np.maximum(contested, least).astype(np.int32))
    with meter.measure("cluster", "records") as usage:
        meter.progress.start("cluster", None)
        stated = find_stated_rows(batch, scored.left, scored.right)
        problem = _pose_problem(task, scored, stated)
        public = problem if classes is None else problem.limit(classes.visible_to(0))
        public, ambiguous = public.settle().hold_ambiguous()
        labels, merges = cluster_with_merges(
            len(batch), public.pairs, public.rule, public.constraints, workers=options.workers
        )
        history = MergeHistory(len(batch))
        history.hold(ambiguous)
        twins = public.constraints.twins
        history.add(merges, public.rule.merge_threshold, Basis.RECORDS, twins=twins)
        usage.items = len(batch)
    with meter.measure("compare entities", "entities") as usage:
        profiles = _profile_scorer(task, load_records or batch.take, scored.normal)
        score: SelectableScorer = profiles
        if task.sides is not None:
            linked = np.flatnonzero(own_logodds >= task.link_threshold)
            losses = own_logodds[linked] - scored.logodds[linked]
            score = ContestedScorer(profiles, scored.left[linked], scored.right[linked], losses)
        merged = merge_entities_in_rounds(labels, public, score, history)
        relate = _relation_scorers(task, relations)
        if relate is not None:
            weigh = relate(merged.labels)
            merged = merge_related_entities(merged, public, score, weigh, history)
        if classes is not None:
            merged = RestrictedRecords(problem, classes, score).add_to(merged, relate, history)
        rows = ScoredRows(scored.left, scored.right, contested, own_logodds)
        entities = ScoredRows(*merged.candidates)
        stated = drop_joined_pairs(stated, len(batch), decided.same)
        apart = ApartRows(decided.different, stated)
        links = build_links(
            *(rows, merged.labels, options.thresholds, apart, entities),
            rivals=history.ambiguous.find_rivals(merged.labels, entities.left, entities.right),
            find_joined=history.find,
        )
        usage.items = int(np.count_nonzero(np.bincount(labels)))
    stats = task.build_stats(scored, meter)
    return Resolution(batch, merged.labels, links, stats, merged.rounds, history.find)


def _let_candidates_compete(
    task: ResolutionTask, scored: ScoredCandidates, classes: VisibilityClasses | None
) -> npt.NDArray[np.int32]:
    """Return the log-odds after the candidates of each left record have competed, as in a check.

    A record of both sides is a candidate of left records. The right side may hold a person several
    times, so two candidates count as one if they would be merged or wait for a steward as a pair.
    Two candidates with contradicting birth dates count as one only if they match in spite of these
    dates. Restricted records do not lower the log-odds of others.
    """
    assert task.sides is not None
    places = np.flatnonzero(scored.logodds >= task.link_threshold)
    left, right = scored.left[places], scored.right[places]
    # A record of both sides is a candidate of left records, and looks up right records.
    rank = _QUERY_RANKS[task.sides]
    is_query = rank[left] <= rank[right]
    query, candidate = np.where(is_query, left, right), np.where(is_query, right, left)
    is_open = np.ones(len(task.batch), dtype=bool) if classes is None else classes.visible_to(0)
    competition = QueryCompetition.of(
        ContestedPairs(query, candidate, scored.logodds[places], is_open[candidate])
    )
    rivals = competition.find_rivals()
    contradict = BirthYears.of(task.batch).contradict(rivals[:, 0], rivals[:, 1])
    logodds = scored.logodds.copy()
    logodds[places] += competition.weigh(
        _find_rivals_in_review(task, rivals, contradict),
        _pack_rows(rivals[~contradict]) - _pack_rows(np.array(task.decided.different)),
        task.options.merge_threshold,
    )
    return logodds


def _find_rivals_in_review(
    task: ResolutionTask, rivals: LongArray, contradict: npt.NDArray[np.bool_]
) -> set[tuple[int, int]]:
    """Return the pairs of rows (of n × 2) that would merge or wait for a steward.

    If the birth dates of a pair `contradict` each other, the pair must reach the merge threshold.
    """
    if not len(rivals):
        return set()
    rows = np.unique(rivals)
    part = task.batch.take(rows).canonical()
    prepared = normalize(part, task.models, task.deduplicated_sources, task.options.workers)
    left, right = (np.searchsorted(rows, rivals[:, side]).astype(np.int32) for side in (0, 1))
    scorer = PairScorer.of_records(prepared, task.models, part)
    logodds = scorer.score(left, right, task.options.workers).logodds
    queued_from = threshold_logodds(task.options.thresholds.queue)
    waits = logodds >= np.where(contradict, task.options.merge_threshold, queued_from)
    same, different = (_pack_rows(np.array(pairs)) for pairs in task.decided)
    return (_pack_rows(rivals[waits]) - different) | same


def _pack_rows(pairs: npt.NDArray[np.integer]) -> set[tuple[int, int]]:
    """Return pairs of rows (n × 2) as a set, each with the smaller row first."""
    return {(min(pair), max(pair)) for pair in pairs.tolist()}


def _pose_problem(
    task: ResolutionTask, scored: ScoredCandidates, stated: IntArray
) -> ClusterProblem:
    """Return the clustering problem of a task. `stated` pairs are stated to be different."""
    batch = task.batch
    pairs = PairLogOdds(scored.left, scored.right, scored.logodds)
    rule = MergeRule(task.options.merge_threshold, task.link_threshold)
    is_deduplicated = deduplicated_mask(batch, task.deduplicated_sources)
    unmatched = find_unmatched_entries(
        batch.sources.codes, is_deduplicated, pairs, rule.merge_threshold
    )
    # No cluster joins the pairs of either list. Links show stated pairs as different; unmatched
    # pairs wait for a steward.
    apart = np.concatenate([stated, unmatched])
    twins = group_twins(scored.twins, pairs, rule.merge_threshold, len(batch))
    bound = Constraints(task.decided, apart, batch.kinds, twins=twins)
    return ClusterProblem(len(batch), pairs, rule, bound, BirthYears.of(batch), stated)


def _relation_scorers(
    task: ResolutionTask, relations: RelationTable | None
) -> Callable[[IntArray], RelationScorer] | None:
    """Return a function from frozen labels to a scorer of relations; None if the batch has no
    relations.
    """
    batch, weights = task.batch, task.models.relations
    table = relations or (build_relation_table(batch) if weights.kinds else None)
    if table is None:
        return None
    return lambda frozen: RelationEvidence(table, weights, frozen, batch.kinds).weigh


def _profile_scorer(
    task: ResolutionTask,
    load_records: Callable[[LongArray], Batch],
    normal: NormalForms | None,
    models: ModelSet | None = None,
) -> ProfileScorer[NameIndex]:
    """Return the scorer of entities, with the functions and models that score records.

    `normal` has the normal forms of all values that `load_records` returns, if already computed.
    `models` replace the models of the task: they are those of an audience's population.
    """
    workers, own = task.options.workers, models or task.models

    def prepare_profiles(profiles: Batch) -> tuple[MaterializedBatch, NameIndex]:
        """Bring profiles into normal form, and index their names."""
        if normal is not None and has_all_values(profiles, normal.values):
            prepared = prepare_again(profiles, normal.values, workers)
            return prepared, NameIndex.of(prepared, normal.tokens)
        prepared = normalize(profiles.canonical(), own, workers=workers)
        return prepared, NameIndex.of(prepared)

    def compare(
        prepared: PreparedBatch, names: NameIndex, left: IntArray, right: IntArray
    ) -> npt.NDArray[np.int32]:
        """Score pairs of profiles, in one of several threads."""
        return compare_and_score(prepared, names, own, left, right, workers=1)

    def at_audience(audience: Audience) -> ProfileScorer[NameIndex]:
        """Return the scorer of entities that an audience may see."""
        return _profile_scorer(task, load_records, None, own.for_audience(audience))

    return ProfileScorer(
        load_records,
        prepare_profiles,
        compare,
        frozenset(task.deduplicated_sources),
        own.population or NO_POPULATION,
        workers,
        at_audience,
    )


def merge_entities(batch: Batch, parts: Partition, country_code: CountryCode) -> MergeContext:
    """Prepare the merge of each entity's records into its golden record.

    The result is for `iterate_golden_records`, `iterate_statements` and the exports of
    `resolver.merging`.
    """
    from resolver.merging import build_merge_context

    return build_merge_context(batch, parts, country_code)
