"""Explanations of single pairs: reasons of a score, changes that would move its band, blocking.

All explanations are exact. Rows of an explanation sum to the log-odds, changes are read from the
model's tables, and rules are evaluated on the keys of the two records. The module also explains
what decisions on two records, or on their entities, mean for the pair.

Relations that speak for two entities are shown in words. Two entities that wait for review are
explained in their present state. Two entities that rounds of relations merged are explained in
their state before that round. In both cases neighbors are frozen as in the rounds, so no row rests
on a merge that this row helped to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.engines.local import find_rows, fit_models
from resolver.engines.pair_scoring import score_explained
from resolver.errors import InputError, pluralize
from resolver.matching.blocking import PLANS, choose_plan_by_size, trace_pair
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import ModelSet, RunOptions, choose_plan, load_models
from resolver.matching.scoring import Thresholds, relation_evidence, scores
from resolver.names.name_index import NameIndex
from resolver.records import Batch, Record, RelationType
from resolver.records.batch import IntArray
from resolver.records.decisions import Decision, Verdict, settle_decisions
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import Population
from resolver.records.results.explanation import (
    COMPETITION,
    RELATION_ROW,
    BlockingTrace,
    EvidenceRow,
    Explanation,
    Ruling,
)
from resolver.records.results.resolution import Band, Basis, Outcome, RelationRounds, Resolution
from resolver.records.stated_links import RELATION_TYPES, StatedDifference, find_stated_difference
from resolver.records.visibility import STRANGER, visible_rows

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ComparedEntities:
    """Two entities in the state in which a round of relations compared them, or in their present
    state if none merged them.

    `rows` are the evidence of common neighbors, heaviest first. `left_records` and `right_records`
    are the rows of their records.
    """

    left_records: Rows
    right_records: Rows
    rows: Sequence[EvidenceRow]
    are_merged: bool


EntityComparer = Callable[[int, int], ComparedEntities | None]
"""Function that returns the entities of two records in the last state in which they were apart."""


@dataclass(frozen=True, slots=True)
class RelationExplainer:
    """Explainer of the evidence that relations added to the scores of entities.

    `evidence`: None if no relation counts.
    """

    batch: Batch
    evidence: relation_evidence.RelationEvidence | None
    rounds: RelationRounds

    @classmethod
    def build(
        cls,
        resolution: Resolution,
        weights: relation_evidence.RelationWeights,
        table: relation_evidence.RelationTable | None,
    ) -> RelationExplainer:
        """Build from a resolution; `table` has the relations of its batch."""
        batch = resolution.batch
        rounds = resolution.rounds or RelationRounds((resolution.labels,))
        evidence = None
        if table is not None:
            evidence = relation_evidence.RelationEvidence(
                table, weights, rounds.frozen, batch.kinds
            )
        return cls(batch, evidence, rounds)

    def explain_pair(self, left: int, right: int) -> ComparedEntities | None:
        """Return the entities of two rows as they were when last apart.

        It is None if profiles or decisions had already merged them.
        """
        index = self.rounds.find_last_apart(left, right)
        if index is None:
            return None
        labels = self.rounds.labels[index]
        return self._compare(index, int(labels[left]), int(labels[right]))

    def explain_entity(self, row: int) -> Iterator[ComparedEntities]:
        """Yield the entities that rounds merged into the entity of a row, and that share a relation
        with it.
        """
        final = self.rounds.labels[-1]
        for index, merged in enumerate(self.rounds.merged):
            for at in np.flatnonzero(final[merged.left] == final[row]).tolist():
                compared = self._compare(index, int(merged.left[at]), int(merged.right[at]))
                if compared.rows:
                    yield compared

    def _compare(self, index: int, left: int, right: int) -> ComparedEntities:
        """Return two entities by their labels in a state of the rounds."""
        labels, are_merged = self.rounds.labels[index], index < len(self.rounds.merged)
        rows: Sequence[EvidenceRow] = ()
        if self.evidence is not None:
            rows = explain_shared_relations(self.batch, self.evidence, labels, (left, right))
        left_records, right_records = (np.flatnonzero(labels == label) for label in (left, right))
        return ComparedEntities(left_records, right_records, rows, are_merged)


def explain_shared_relations(
    batch: Batch,
    evidence: relation_evidence.RelationEvidence,
    labels: IntArray,
    pair: Sequence[int],
) -> list[EvidenceRow]:
    """Return a row for each relation that two entities share and that counts, heaviest first.

    `labels` name the entity of each row of the batch by its smallest row, and so does `pair` (left,
    right). `evidence` is the evidence of the batch. The weights sum to the evidence of the pair.
    """
    pair, is_swapped = sorted(pair), pair[0] > pair[1]
    left, right = (np.array([label], dtype=np.int32) for label in pair)
    rows: list[EvidenceRow] = []
    for _, nodes in evidence.find_shared(labels, left, right):
        for count in range(1, len(nodes) + 1):
            before = evidence.sum_nodes(nodes[: count - 1], pair[0], pair[1]) if count > 1 else 0
            weight = evidence.sum_nodes(nodes[:count], pair[0], pair[1]) - before
            if weight:
                node = nodes[count - 1]
                rows.append(_explain_node(_node_name(batch, evidence, node), weight, node))
    if is_swapped:
        return [row._replace(left=row.right, right=row.left) for row in rows]
    return rows


def adjust_rows(rows: Sequence[EvidenceRow], total: int) -> tuple[EvidenceRow, ...]:
    """Return rows of relations whose weights sum to a total (thousandths); the first row takes the
    rest.
    """
    rest = total - sum(row.weight for row in rows[1:])
    return (rows[0]._replace(weight=rest), *rows[1:])


def _explain_node(name: str, weight: int, node: relation_evidence.SharedNode) -> EvidenceRow:
    left, right = (_tie_text(tie) for tie in (node.left, node.right))
    text = _shared_text(name, node)
    return EvidenceRow(RELATION_ROW, f"{text}.", left, right, None, weight, text)


def _shared_text(name: str, node: relation_evidence.SharedNode) -> str:
    """Return the relation that two entities share, in words: `Both driver in Blue Harbour Crew
    since 2014`.
    """
    left, right = node.left, node.right
    words = tie_words(left)
    if left.type != right.type:
        words = f"{words} and {tie_words(right)}"
    has_role = bool(left.role_class) and left.role_class == right.role_class
    if has_role and words.endswith("member of"):
        words = f"{left.role} in"
    years = sorted({left.year, right.year} - {0})
    since = f" since {' and '.join(map(str, years))}" if left.year and right.year else ""
    return f"Both {words.replace('has as', 'have as')} {name}{since}"


def tie_words(tie: relation_evidence.StatedTie) -> str:
    """Return the words of a relation from the record's end: `member of`, `led by`."""
    meaning = RELATION_TYPES[RelationType(tie.type)]
    return meaning.words if tie.outward else meaning.reverse


def _tie_text(tie: relation_evidence.StatedTie) -> str:
    parts = [tie_words(tie), tie.role, f"since {tie.year}" if tie.year else ""]
    return ", ".join(part for part in parts if part)


def _node_name(
    batch: Batch, evidence: relation_evidence.RelationEvidence, node: relation_evidence.SharedNode
) -> str:
    """Return the name of a node as everybody may see it: the name of a record of the entity, or the
    name as some list writes it.
    """
    table = evidence.table
    if node.node < table.count:
        records = batch.take(np.flatnonzero(evidence.frozen == node.node))
        visible = visible_rows(records, STRANGER)
        first = 0 if visible is None else int(np.argmax(visible))
        return next(iter(records.take(np.array([first])).to_records())).caption
    key = table.names[node.node - table.count]
    edges = table.code[(table.node == node.node) & ~table.is_derived]
    texts = sorted(split_fields(table.texts[int(code)].as_py(), 3)[2] for code in edges)
    return next((text for text in texts if relation_evidence.name_key(text) == key), key)


ENTITIES_ROW = "entities"
"""Name of the row that leads from the score of two records to the score that was decided on."""
_PROFILES = (
    "Entities compared: the values of all their records together, less what chance adds.",
    "all values of the two entities that became one",
)
_RECORDS = (
    "Groups of records compared: the mean over all pairs of a record of either group.",
    "mean over the pairs of the two groups that became one",
)
_NOTES = {
    Basis.OTHERS: (
        "the two would match by themselves; other records of theirs, their kinds, or a list that "
        "holds nobody twice keep them apart"
    ),
    Basis.AMBIGUOUS: (
        "one of the two also matches {rival}, which contradicts the other: it joins neither"
    ),
}


class DecidedLinks(Protocol):
    """Links of a run or of a store, as columns: see `Links`."""

    @property
    def logodds(self) -> npt.NDArray[np.integer]:
        """Log-odds that the decision used, in thousandths."""
        ...

    @property
    def outcome(self) -> npt.NDArray[np.integer]:
        """`Outcome` of each link."""
        ...

    @property
    def basis(self) -> npt.NDArray[np.integer]:
        """`Basis` of each link."""
        ...


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """Outcome of two records, with its log-odds (thousandths) and its basis.

    `relations` are the rows of evidence of the entities that both are related to. `left_records`
    and `right_records` count the records of the two entities that were compared (0: not known).
    `rival`: id of a record of a third entity that one of the two also matches, or empty.
    """

    logodds: int
    basis: Basis
    outcome: Outcome
    relations: Sequence[EvidenceRow] = ()
    left_records: int = 0
    right_records: int = 0
    rival: str = ""

    @classmethod
    def of_link(
        cls,
        links: DecidedLinks,
        place: int,
        sizes: tuple[int, int],
        compared: ComparedEntities | None,
        rival: str,
    ) -> DecidedPair:
        """Return the outcome that a link states for its two entities, with the relations that they
        share.

        `sizes` count the records of the two entities; they matter if these are still two.
        """
        outcome = Outcome(int(links.outcome[place]))
        left, right = (0, 0) if outcome is Outcome.MERGED else sizes
        basis, logodds = Basis(int(links.basis[place])), int(links.logodds[place])
        decided = cls(logodds, basis, outcome, (), left, right, rival)
        return add_shared_relations(decided, compared)


def add_shared_relations(decided: DecidedPair, compared: ComparedEntities | None) -> DecidedPair:
    """Return a decision with the rows of those relations that the two entities share and that were
    weighed. Entities that wait are taken in their present state, and merged entities in the state
    of the round that merged them.
    """
    is_merged = decided.outcome is Outcome.MERGED
    if compared is None or not compared.rows or compared.are_merged != is_merged:
        return decided
    if is_merged and decided.basis is not Basis.RELATIONS:
        return decided
    sizes = decided.left_records, decided.right_records
    if is_merged:
        sizes = len(compared.left_records), len(compared.right_records)
    return replace(decided, relations=compared.rows, left_records=sizes[0], right_records=sizes[1])


def explain_decided(explanation: Explanation, decided: DecidedPair) -> Explanation:
    """Return the explanation of two records, with the score that the decision used.

    Rows still sum to the log-odds exactly: rows are added for relations, and for the evidence of
    the other records of the two entities.
    """
    difference = decided.logodds - explanation.logodds
    relations = tuple(decided.relations)
    if relations and (decided.left_records, decided.right_records) == (1, 1):
        # the difference between the records and their entities comes only from relations
        relations = adjust_rows(relations, difference)
    rest = difference - sum(row.weight for row in relations)
    rows = (*_describe_rest(decided, rest), *relations)
    note = _NOTES.get(decided.basis)
    return replace(
        explanation,
        score=float(scores(np.array([decided.logodds]))[0]),
        band=Band.MATCH if decided.outcome is Outcome.MERGED else Band.REVIEW,
        logodds=decided.logodds,
        rows=(*explanation.rows, *rows),
        notes=(*explanation.notes, *((note.format(rival=decided.rival),) if note else ())),
        # the changes hold for the two records alone
        changes=() if rows else explanation.changes,
        record_score=explanation.score,
        basis=decided.basis.label,
    )


def _describe_rest(decided: DecidedPair, rest: int) -> tuple[EvidenceRow, ...]:
    """Return the row of the evidence that other records of the two entities add, if they add
    any.
    """
    sizes = decided.left_records, decided.right_records
    if not rest and (max(sizes) < 2 or decided.outcome is Outcome.MERGED):
        return ()
    if sizes == (1, 1):
        # the two entities are the two records, so only other candidates of a link can lower the
        # score
        return (EvidenceRow(COMPETITION, "Other candidates also fit.", "", "", None, rest),)
    left, right = (pluralize(size, "record") if size else "" for size in sizes)
    text, short = _RECORDS if decided.basis is Basis.RECORDS else _PROFILES
    detail = short if decided.outcome is Outcome.MERGED else ""
    return (EvidenceRow(ENTITIES_ROW, text, left, right, None, rest, detail),)


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
    Raises `InputError` for an unknown id, or if both ids are equal.
    """
    rows = find_rows(batch, _order_ids(left_id, right_id))
    part = batch.take(np.sort(rows)).canonical()
    models = fit_models(batch, options, deduplicated_sources, population).for_records(part)
    prepared = normalize(part, models, deduplicated_sources)
    names, thresholds = NameIndex.of(prepared), options.thresholds
    return explain_two(prepared, names, models, thresholds, changes=True)


def explain_two(
    prepared: PreparedBatch,
    names: NameIndex,
    models: ModelSet,
    thresholds: Thresholds,
    *,
    changes: bool = False,
) -> Explanation:
    """Explain the two rows of a prepared batch. The smallest changes are computed only if `changes`
    is true.
    """
    left, right = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    scored = score_explained(prepared, names, models, left, right, workers=1)
    return scored.explanation(0, thresholds, changes=changes)


def explain_links(
    resolution: Resolution,
    options: RunOptions,
    places: npt.NDArray[np.integer],
    deduplicated_sources: Sequence[str] = (),
    compare: EntityComparer | None = None,
) -> list[Explanation]:
    """Explain some links for the report, given by their positions in `resolution.links`.

    Each link is explained with the score that the decision used. `compare` looks up the evidence of
    relations by rows, if the batch is only a part of the store. None: the relations of the batch
    are used.
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
    """Explain two records of a resolved batch, with the score that the decision used.

    For two records of one entity, this is the score of the merge that joined them. For records of
    two entities with a link, it is the score of the entities. Other records are explained with
    their own score, as nothing was decided on them. Raises `InputError` for an unknown id, or if
    both ids are equal.
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
    table = (
        relation_evidence.build_relation_table(resolution.batch) if models.relations.kinds else None
    )
    return RelationExplainer.build(resolution, models.relations, table).explain_pair


def _find_entity_link(resolution: Resolution, left: int, right: int) -> int | None:
    """Return the position of the link between the entities of two rows, or None."""
    labels, links = resolution.labels, resolution.links
    first, second = sorted((int(labels[left]), int(labels[right])))
    low, high = labels[links.left], labels[links.right]
    is_pair = (np.minimum(low, high) == first) & (np.maximum(low, high) == second)
    return next(iter(np.flatnonzero(is_pair).tolist()), None)


def _find_joined(
    resolution: Resolution, compare: EntityComparer, pair: tuple[int, int], record_logodds: int
) -> DecidedPair:
    """Return the merge that made two rows one entity. `record_logodds`: log-odds of the two records
    alone.
    """
    if resolution.find_joined is None:
        return DecidedPair(record_logodds, Basis.RECORDS, Outcome.MERGED)
    joined = resolution.find_joined(*(np.array([row], dtype=np.int32) for row in pair))
    logodds = int(joined.logodds[0]) if joined.is_weighed[0] else record_logodds
    decided = DecidedPair(logodds, Basis(int(joined.basis[0])), Outcome.MERGED)
    return add_shared_relations(decided, compare(*pair))


def _find_decided(
    resolution: Resolution, sizes: npt.NDArray[np.int64], compare: EntityComparer, index: int
) -> DecidedPair:
    """Return the outcome of the pair of a link. `sizes`: records of each entity, by label."""
    links, labels = resolution.links, resolution.labels
    left, right = int(links.left[index]), int(links.right[index])
    rival = int(links.rival[index])
    both = int(sizes[labels[left]]), int(sizes[labels[right]])
    rival_id = resolution.batch.ids[rival].as_py() if rival >= 0 else ""
    return DecidedPair.of_link(links, index, both, compare(left, right), rival_id)


def explain_blocking(
    batch: Batch,
    left_id: str,
    right_id: str,
    options: RunOptions,
    population: Population | None = None,
) -> BlockingTrace:
    """Return the rules by which the plan of a run over a batch joins two of its records.

    `population`: the population of a store (None: common words come from the shipped tables).
    Raises `InputError` for an unknown id, or if both ids are equal.
    """
    rows = np.sort(find_rows(batch, _order_ids(left_id, right_id)))
    plan = choose_plan(options, len(batch), choose_plan_by_size(len(batch)))
    models = load_models(options.model_dir).for_population(plan.name, population)
    return trace_pair(normalize(batch.take(rows).canonical(), models), plan, 0, 1)


def find_ruling(decisions: Iterable[Decision], left_id: str, right_id: str) -> Ruling | None:
    """Return the decision on two records, or a decision on two other records that decisions call
    the same as these two.

    None if there is no decision. Raises `DecisionError` if decisions contradict each other.
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
    """Return the reason why two records are different entities at any score, or None.

    Raises `InputError` for an unknown id, or if both ids are equal.
    """
    rows = find_rows(batch, _order_ids(left_id, right_id))
    records = {record.id: record for record in batch.take(rows).to_records()}
    return find_stated_difference([records[left_id]], [records[right_id]])


def _is_across(decision: Decision, left: frozenset[str], right: frozenset[str]) -> bool:
    first, second = decision.pair
    return (first in left and second in right) or (first in right and second in left)


def _find_same(record_id: str, decisions: Sequence[Decision]) -> frozenset[str]:
    """Return a record and all records that decisions call the same, directly or through other
    records.
    """
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
    """Result for two records: the calibrated probability that they are the same, the band, and the
    evidence.
    """

    score: float
    band: Band
    evidence: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Comparison of records, one pair at a time, with a loaded model.

    Scores are for even odds, since two records alone say nothing about a population.
    """

    models: ModelSet
    options: RunOptions = field(default_factory=RunOptions)

    @classmethod
    def default(cls) -> Resolver:
        """Return a resolver with the shipped model and default costs."""
        return cls(load_models().for_population(PLANS[0].name, None))

    def compare(self, left: Record, right: Record) -> Comparison:
        """Score two records without a population; their order does not matter.

        If they have nothing that can be compared, the odds stay even: a score of 0.5. Raises
        `InputError` if both have the same id.
        """
        if left.id == right.id:
            raise InputError(
                f"both records have the id {left.id}", hint="give the records different ids"
            )
        prepared = normalize(Batch.from_records([left, right]).canonical(), self.models)
        names, thresholds = NameIndex.of(prepared), self.options.thresholds
        explanation = explain_two(prepared, names, self.models, thresholds)
        if all(row.similarity is None for row in explanation.rows):
            return Comparison(0.5, thresholds.band(0.5), _with_even_odds(explanation))
        return Comparison(explanation.score, explanation.band, explanation.rows)


def _with_even_odds(explanation: Explanation) -> tuple[EvidenceRow, ...]:
    """Return the rows of a pair in which nothing was compared, with a sum of 0."""
    return tuple(
        row._replace(weight=row.weight - explanation.logodds) if row.name == "calibration" else row
        for row in explanation.rows
    )
