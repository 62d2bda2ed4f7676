"""Explanations of single pairs: reasons of a score, changes of a band, and blocking.

All are exact: rows sum to the log-odds, changes are read from the model's tables, and rules are
evaluated on the keys of the two records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from resolver.blocking import PLANS, choose_plan_by_size, trace_pair
from resolver.comparison import NameIndex
from resolver.engines.entity_explanation import DecidedPair, add_shared_relations, explain_decided
from resolver.engines.pair_scoring import score_explained
from resolver.engines.record_pairs import find_rows, fit_models
from resolver.engines.relation_explanation import EntityComparer, RelationExplainer
from resolver.errors import InputError
from resolver.model_set import ModelSet, load_models
from resolver.pipeline import normalize
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, Verdict, settle_decisions
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import Population
from resolver.records.results.explanation import (
    BlockingTrace,
    EvidenceRow,
    Explanation,
    Ruling,
)
from resolver.records.results.resolution import Band, Basis, Outcome, Resolution
from resolver.records.stated_differences import StatedDifference, find_stated_difference
from resolver.run_options import RunOptions, choose_plan
from resolver.scoring import Thresholds
from resolver.scoring.relations.relation_table import build_relation_table


def explain_pair(
    batch: Batch,
    left_id: str,
    right_id: str,
    options: RunOptions,
    deduplicated_sources: Sequence[str] = (),
    population: Population | None = None,
) -> Explanation:
    """Explain the score of two records, with alignments of names and smallest changes of band.

    Rows sum to the log-odds exactly, which is that of a run over the batch, or in a `population`.
    Raises `InputError` for an unknown id, or twice the same.
    """
    rows = find_rows(batch, _order_ids(left_id, right_id))
    part = batch.take(np.sort(rows)).canonical()
    models = fit_models(batch, options, deduplicated_sources, population).for_records(part)
    prepared = normalize(part, models, deduplicated_sources)
    names, thresholds = NameIndex.of(prepared), options.thresholds
    return explain_rows(prepared, names, models, thresholds, 0, 1, changes=True)


def explain_rows(
    prepared: PreparedBatch,
    names: NameIndex,
    models: ModelSet,
    thresholds: Thresholds,
    left: int,
    right: int,
    *,
    changes: bool = False,
) -> Explanation:
    """Explain two rows of a prepared batch, left < right; smallest changes only with `changes`."""
    left_row, right_row = np.array([left], dtype=np.int32), np.array([right], dtype=np.int32)
    scored = score_explained(prepared, names, models, left_row, right_row, workers=1)
    return scored.explanation(0, thresholds, changes=changes)


def explain_links(
    resolution: Resolution,
    options: RunOptions,
    places: npt.NDArray[np.integer],
    deduplicated_sources: Sequence[str] = (),
    compare: EntityComparer | None = None,
) -> list[Explanation]:
    """Explain some links, by their places in `resolution.links`, for the report.

    Each is explained with the score that was decided on. `compare` looks up by rows what relations
    say where the batch is a part of a whole (None: by the relations of the batch).
    """
    if not len(places):
        return []
    left, right = resolution.links.left[places], resolution.links.right[places]
    rows = np.unique(np.concatenate([left, right]))
    models = load_models(options.model_dir).for_population(
        resolution.stats.plan, resolution.stats.population
    )
    part = resolution.batch.take(rows).canonical()
    prepared = normalize(part, models, deduplicated_sources)
    names, thresholds = NameIndex.of(prepared), options.thresholds
    left_rows, right_rows = (np.searchsorted(rows, side).astype(np.int32) for side in (left, right))
    scored = score_explained(prepared, names, models, left_rows, right_rows, options.workers)
    scored.prepare_explanations(range(len(places)))
    explanations = [scored.explanation(pair, thresholds) for pair in range(len(places))]
    compare = compare or _build_comparer(resolution, models)
    sizes = np.bincount(resolution.labels)
    return [
        explain_decided(explanation, _find_decided(resolution, sizes, compare, place))
        for explanation, place in zip(explanations, np.asarray(places).tolist(), strict=True)
    ]


def explain_resolved_pair(
    resolution: Resolution,
    left_id: str,
    right_id: str,
    options: RunOptions,
    deduplicated_sources: Sequence[str] = (),
) -> Explanation:
    """Explain two records of a resolved batch, with the score that was decided on.

    Of two records of one entity that is the score of the merge that brought them together, and of
    records of two entities with a link that of the entities. Others are explained by themselves, as
    nothing was decided on them. Raises `InputError` for an unknown id, or twice the same.
    """
    batch, stats = resolution.batch, resolution.stats
    pair = _order_ids(left_id, right_id)
    explanation = explain_pair(batch, *pair, options, deduplicated_sources, stats.population)
    left, right = find_rows(batch, pair).tolist()
    models = load_models(options.model_dir).for_population(stats.plan, stats.population)
    compare, sizes = _build_comparer(resolution, models), np.bincount(resolution.labels)
    if resolution.labels[left] == resolution.labels[right]:
        decided = _find_joined(resolution, compare, (left, right), explanation.logodds)
        return explain_decided(explanation, decided)
    place = _find_entity_link(resolution, left, right)
    if place is None:
        return explanation
    return explain_decided(explanation, _find_decided(resolution, sizes, compare, place))


def _build_comparer(resolution: Resolution, models: ModelSet) -> EntityComparer:
    table = build_relation_table(resolution.batch) if models.relations.kinds else None
    return RelationExplainer.build(resolution, models.relations, table).explain_pair


def _find_entity_link(resolution: Resolution, left: int, right: int) -> int | None:
    """Return the place of the link of the entities of two rows, or None."""
    labels, links = resolution.labels, resolution.links
    first, second = sorted((int(labels[left]), int(labels[right])))
    low, high = labels[links.left], labels[links.right]
    is_pair = (np.minimum(low, high) == first) & (np.maximum(low, high) == second)
    return next(iter(np.flatnonzero(is_pair).tolist()), None)


def _find_joined(
    resolution: Resolution, compare: EntityComparer, pair: tuple[int, int], record_logodds: int
) -> DecidedPair:
    """Return what made two rows one entity. `record_logodds`: those of the two records alone."""
    if resolution.find_joined is None:
        return DecidedPair(record_logodds, Basis.RECORDS, Outcome.MERGED)
    joined = resolution.find_joined(*(np.array([row], dtype=np.int32) for row in pair))
    logodds = int(joined.logodds[0]) if joined.is_weighed[0] else record_logodds
    decided = DecidedPair(logodds, Basis(int(joined.basis[0])), Outcome.MERGED)
    return add_shared_relations(decided, compare(*pair))


def _find_decided(
    resolution: Resolution, sizes: npt.NDArray[np.int64], compare: EntityComparer, place: int
) -> DecidedPair:
    """Return what was decided on the pair of a link. `sizes`: records of each entity, by label."""
    links, labels = resolution.links, resolution.labels
    left, right = int(links.left[place]), int(links.right[place])
    rival = int(links.rival[place])
    both = int(sizes[labels[left]]), int(sizes[labels[right]])
    rival_id = resolution.batch.ids[rival].as_py() if rival >= 0 else ""
    return DecidedPair.of_link(links, place, both, compare(left, right), rival_id)


def explain_blocking(
    batch: Batch,
    left_id: str,
    right_id: str,
    options: RunOptions,
    population: Population | None = None,
) -> BlockingTrace:
    """Return the rules by which the plan of a run over a batch joins two of its records.

    `population`: that of a store (None: common words are those of the shipped tables). Raises
    `InputError` for an unknown id, or twice the same.
    """
    rows = np.sort(find_rows(batch, _order_ids(left_id, right_id)))
    plan = choose_plan(options, len(batch), choose_plan_by_size(len(batch)))
    models = load_models(options.model_dir).for_population(plan.name, population)
    return trace_pair(normalize(batch.take(rows).canonical(), models), plan, 0, 1)


def find_ruling(decisions: Iterable[Decision], left_id: str, right_id: str) -> Ruling | None:
    """Return the decision on two records, or on records that decisions call the same as these.

    None where there is none. Raises `DecisionError` where decisions contradict each other.
    """
    pair = _order_ids(left_id, right_id)
    settled = settle_decisions(decisions)
    left, right = (_find_same(record_id, settled) for record_id in pair)
    across = [decision for decision in settled if _is_across(decision, left, right)]
    different = [decision for decision in across if decision.verdict is Verdict.DIFFERENT]
    same = [decision for decision in across if decision.verdict is Verdict.SAME]
    deciding = different or same
    if not deciding:
        return None
    direct = [decision for decision in deciding if decision.pair == pair]
    return Ruling(not different, (direct or deciding)[0], bool(direct))


def find_statement(batch: Batch, left_id: str, right_id: str) -> StatedDifference | None:
    """Return what makes two records different entities whatever their score, or None.

    Raises `InputError` for an unknown id, or twice the same.
    """
    rows = find_rows(batch, _order_ids(left_id, right_id))
    records = {record.id: record for record in batch.take(rows).to_records()}
    return find_stated_difference([records[left_id]], [records[right_id]])


def _is_across(decision: Decision, left: frozenset[str], right: frozenset[str]) -> bool:
    first, second = decision.pair
    return (first in left and second in right) or (first in right and second in left)


def _find_same(record_id: str, decisions: Sequence[Decision]) -> frozenset[str]:
    """Return a record and all that decisions call the same, directly or through others."""
    pairs = [set(decision.pair) for decision in decisions if decision.verdict is Verdict.SAME]
    reached, is_growing = {record_id}, True
    while is_growing:
        joined = reached.union(*(pair for pair in pairs if pair & reached))
        is_growing, reached = len(joined) > len(reached), joined
    return frozenset(reached)


def _order_ids(left_id: str, right_id: str) -> tuple[str, str]:
    if left_id == right_id:
        raise InputError(f"both ids are {left_id}", hint="name two different records")
    return min(left_id, right_id), max(left_id, right_id)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Result for two records: calibrated probability that they are the same, band, evidence."""

    score: float
    band: Band
    evidence: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Comparison of records, one pair at a time, with a loaded model.

    Scores are for even odds, as two records tell of no population.
    """

    models: ModelSet
    options: RunOptions = field(default_factory=RunOptions)

    @classmethod
    def default(cls) -> Resolver:
        """Return a resolver with the shipped model and default costs."""
        return cls(load_models().for_population(PLANS[0].name, None))

    def compare(self, left: Record, right: Record) -> Comparison:
        """Score two records by themselves; their order does not matter.

        Where they state nothing that can be compared, the odds stay even: a score of 0.5. Raises
        `InputError` where both have the same id.
        """
        if left.id == right.id:
            raise InputError(
                f"both records have the id {left.id}", hint="give the records different ids"
            )
        prepared = normalize(Batch.from_records([left, right]).canonical(), self.models)
        names, thresholds = NameIndex.of(prepared), self.options.thresholds
        explanation = explain_rows(prepared, names, self.models, thresholds, 0, 1)
        if all(row.similarity is None for row in explanation.rows):
            return Comparison(0.5, thresholds.band(0.5), _with_even_odds(explanation))
        return Comparison(explanation.score, explanation.band, explanation.rows)


def _with_even_odds(explanation: Explanation) -> tuple[EvidenceRow, ...]:
    """Return the rows of a pair of which nothing was compared, with a sum of 0."""
    return tuple(
        row._replace(weight=row.weight - explanation.logodds) if row.name == "calibration" else row
        for row in explanation.rows
    )
