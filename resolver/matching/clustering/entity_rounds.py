"""Rounds that merge entities: first by the comparison of their profiles, then by their relations.

Each record of a person may say too little alone: one record has the birth date, another has the
passport. So after records have been clustered, `merge_entities_in_rounds` compares the profiles of
entities (all values of their records). The candidates of a round are the pairs of entities that a
compared pair of records at or above the link threshold connects. Signed clustering merges them,
with entities in place of records, and the next round starts from its result. Rounds only merge.
They end when a round merges nothing, at the latest after `MAX_ROUNDS`.

`merge_related_entities` then adds the evidence of relations to the scores of profiles. Neighbors
are frozen: in every round they are the entities with which the rounds of profiles ended. So a merge
by relations never supports another merge by relations. Relations alone never decide: if two
profiles are more likely two entities than one, no relation merges them. Pairs without new evidence
stay as they are.

An entity depends on its own records, and on the frozen neighbors, only. Rounds over any union of
final entities end with the same entities, and increments rely on this.

`MergeHistory` records which merge brought two records together, in which stage and with which
score. Records often merge as parts of clusters or profiles, so results state the score of that
merge beside the score of the two records. `find_unmatched_entries` finds pairs of entries of one
deduplicated list that do not match by themselves. Two entries of one deduplicated list merge only
if they match by their own values. Other pairs of entries wait for a steward, since too few of them
are true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from resolver.matching.clustering.ambiguous_records import AmbiguousPairs
from resolver.matching.clustering.cluster_problem import ClusterProblem
from resolver.matching.clustering.signed_clustering import (
    Constraints,
    Marks,
    MergeRule,
    PairLogOdds,
    RowPair,
    cluster_with_merges,
    components,
    drop_joined_pairs,
    find_pairs_between,
)
from resolver.matching.kernels.agglomeration import DECIDED, Merges, find_joining_merges
from resolver.records.batch import IntArray
from resolver.records.kinds import combine_kinds
from resolver.records.results.resolution import Basis, JoiningMerges, MergedPairs, RelationRounds


class MergeHistory:
    """Merges of `count` records in all stages, by the row that named the ended cluster.

    `ambiguous` has the pairs of rows that any stage held apart.
    """

    def __init__(self, count: int) -> None:
        self._into: IntArray = np.full(count, -1, dtype=np.int32)
        self._logodds = np.zeros(count, dtype=np.int32)
        self._step = np.zeros(count, dtype=np.int64)
        self._basis = np.zeros(count, dtype=np.uint8)
        self._is_weighed = np.zeros(count, dtype=bool)
        self._steps = 0
        self.ambiguous = AmbiguousPairs.none()

    def hold(self, ambiguous: AmbiguousPairs) -> None:
        """Add pairs that a stage holds apart."""
        columns = zip(self.ambiguous, ambiguous, strict=True)
        self.ambiguous = AmbiguousPairs(*(np.concatenate(column) for column in columns))

    def add(
        self,
        merges: Merges,
        merge_threshold: int,
        basis: Basis,
        rows: npt.NDArray[np.integer] | None = None,
        twins: IntArray | None = None,
    ) -> None:
        """Add the merges of a stage, whose margins are log-odds above `merge_threshold`.

        `rows` has the row that names each cluster of the stage; None if clusters are rows. `twins`
        (see `Constraints`) merge without a score, because their records are equal.
        """
        ended = np.flatnonzero(merges.into >= 0)
        if not len(ended):
            return
        into, margin = merges.into[ended], merges.margin[ended]
        is_weighed = margin != DECIDED
        own = np.where(is_weighed, basis, Basis.DECISION).astype(np.uint8)
        if twins is not None:
            own[~is_weighed & (twins[ended] >= 0) & (twins[ended] == twins[into])] = basis
        places = ended if rows is None else rows[ended]
        self._into[places] = into if rows is None else rows[into]
        self._logodds[places] = np.where(is_weighed, margin + merge_threshold, 0)
        self._step[places] = self._steps + merges.step[ended]
        self._basis[places], self._is_weighed[places] = own, is_weighed
        self._steps += int(merges.step[ended].max()) + 1

    def append(self, later: MergeHistory, rows: npt.NDArray[np.integer]) -> None:
        """Add the later history of some rows. It began with the present clusters."""
        self.hold(later.ambiguous.move(rows))
        ended = np.flatnonzero(later._into >= 0)
        if not len(ended):
            return
        names = self._find_names(rows)
        places = names[ended]
        self._into[places] = names[later._into[ended]]
        self._step[places] = self._steps + later._step[ended]
        self._steps += later._steps
        for name in ("_logodds", "_basis", "_is_weighed"):
            getattr(self, name)[places] = getattr(later, name)[ended]

    def _find_names(self, rows: npt.NDArray[np.integer]) -> IntArray:
        """Return, for each row, the row that names its present cluster."""
        names = rows.astype(np.int32)
        while (is_ended := self._into[names] >= 0).any():
            names[is_ended] = self._into[names[is_ended]]
        return names

    def find(self, left: IntArray, right: IntArray) -> JoiningMerges:
        """Return the merges that brought the rows of each pair together."""
        ended = np.empty(len(left), dtype=np.int32)
        first, second = (np.ascontiguousarray(side, dtype=np.int32) for side in (left, right))
        find_joining_merges(first, second, self._into, self._step, ended)
        is_one = ended >= 0
        ended = np.maximum(ended, 0)
        return JoiningMerges(
            np.where(is_one, self._logodds[ended], 0).astype(np.int32),
            np.where(is_one, self._basis[ended], 0).astype(np.uint8),
            is_one & self._is_weighed[ended],
        )


Numbers = npt.NDArray[np.int64]
MAX_ROUNDS = 5


class EntityPairs(NamedTuple):
    """Sorted pairs of entities, with the log-odds (thousandths) of their profiles.

    The smallest row of an entity names it, and `left` < `right`.
    """

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.int32]


class EntityScorer(Protocol):
    """Function that compares the profiles of entities."""

    def __call__(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        """Return the log-odds (thousandths) of pairs of entities.

        `labels` name the entity of each record by its smallest row, as `left` and `right` do.
        """
        ...


@dataclass(frozen=True, slots=True)
class MergedEntities:
    """Result of the rounds: the entity of each record, and the pairs that could still merge.

    `candidates` has every pair of entities that a pair of records at or above the link threshold
    connects, forbidden pairs included. `rounds` are the rounds of relations, if there were any.
    """

    labels: IntArray
    candidates: EntityPairs
    rounds: RelationRounds | None = None


def merge_entities_in_rounds(
    labels: IntArray,
    problem: ClusterProblem,
    score: EntityScorer,
    history: MergeHistory | None = None,
) -> MergedEntities:
    """Merge the entities of a clustering of records by their profiles.

    `labels` name the entity of each record by its smallest row. They solve the `problem`.
    Entities never merge if two of their records are decided or stated to be different. The
    result does not depend on the order of the input. Merges are added to the `history`.
    """
    linked = problem.linked_between(labels)
    state = score_candidates(labels, linked, score, None)
    near = select_near_pairs(labels, problem, linked)
    for _ in range(MAX_ROUNDS):
        merged = merge_round(state, near, history, Basis.PROFILES)
        if merged is None:
            break
        state = score_candidates(merged, linked, score, state)
    return MergedEntities(state.labels, state.candidates)


def select_near_pairs(
    labels: IntArray, problem: ClusterProblem, linked: PairLogOdds
) -> ClusterProblem:
    """Return the problem with only the pairs of entities that a chain of links connects.

    No round can merge other pairs.
    """
    component = components(len(labels), labels[linked.left], labels[linked.right], [])
    near = find_pairs_between(problem.pairs, labels, component)
    return replace(problem, pairs=problem.select_pairs(near))


class EntityState(NamedTuple):
    """Entities after a round: number of records by label, and scored candidates."""

    labels: IntArray
    sizes: Numbers
    candidates: EntityPairs


def score_candidates(
    labels: IntArray, linked: PairLogOdds, score: EntityScorer, before: EntityState | None
) -> EntityState:
    """Score the pairs of entities that linked records connect.

    Two entities that have one record each get the score of their records. Entities that have not
    changed since `before` keep their score.
    """
    sizes = np.bincount(labels, minlength=len(labels))
    keys, strongest = _group_by_entities(labels, linked)
    left, right = _unpack(keys)
    logodds = strongest.astype(np.int32)
    is_known = (sizes[left] == 1) & (sizes[right] == 1)
    if before is not None and len(before.candidates.left):
        old_keys = _pack(before.candidates.left, before.candidates.right)
        index = np.minimum(np.searchsorted(old_keys, keys), len(old_keys) - 1)
        # rounds only merge, so an entity of the same size is the same entity
        is_same = (before.sizes[left] == sizes[left]) & (before.sizes[right] == sizes[right])
        is_same &= (old_keys[index] == keys) & ~is_known
        logodds[is_same] = before.candidates.logodds[index[is_same]]
        is_known |= is_same
    if not is_known.all():
        logodds[~is_known] = score(labels, left[~is_known], right[~is_known])
    return EntityState(labels, sizes, EntityPairs(left, right, logodds))


def merge_round(
    state: EntityState,
    problem: ClusterProblem,
    history: MergeHistory | None = None,
    basis: Basis = Basis.PROFILES,
) -> IntArray | None:
    """Return the labels after a round, or None if it merges nothing.

    `problem` has at least the pairs that links connect (`select_near_pairs`). Merges are added to
    the `history` with their `basis`.
    """
    labels, candidates, rule = state.labels, state.candidates, problem.rule
    if not (candidates.logodds >= rule.merge_threshold).any():
        return None
    weights = _add_weak_pairs(state, problem)
    nodes = _Nodes.of(len(labels), candidates)
    node_labels, merges = cluster_with_merges(
        len(nodes.labels),
        PairLogOdds(nodes.place[weights.left], nodes.place[weights.right], weights.logodds),
        rule,
        _constrain_nodes(nodes, labels, problem.constraints),
    )
    if np.array_equal(node_labels, np.arange(len(nodes.labels))):
        return None
    if history is not None:
        history.add(merges, rule.merge_threshold, basis, nodes.labels)
    new_label = np.arange(len(labels), dtype=np.int32)
    new_label[nodes.labels] = nodes.labels[node_labels]
    return new_label[labels]


class _Nodes(NamedTuple):
    """Entities of a round, ascending. For each label it has whether the label is one of them, and
    its position among them.
    """

    labels: IntArray
    is_node: npt.NDArray[np.bool_]
    place: IntArray

    @classmethod
    def of(cls, count: int, candidates: EntityPairs) -> _Nodes:
        """Return the entities of candidates, whose labels are below a number."""
        is_node = np.zeros(count, dtype=bool)
        for side in (candidates.left, candidates.right):
            is_node[side] = True
        place = np.cumsum(is_node, dtype=np.int32) - np.int32(1)
        return cls(np.flatnonzero(is_node).astype(np.int32), is_node, place)


def _add_weak_pairs(state: EntityState, problem: ClusterProblem) -> PairLogOdds:
    """Return the candidates together with weak pairs of entities.

    All compared records of a weak pair are below the link threshold. The pair has the score of its
    strongest records, and pushes its entities apart.
    """
    labels, candidates = state.labels, state.candidates
    pulls = candidates.logodds >= problem.rule.merge_threshold
    component = components(len(labels), candidates.left[pulls], candidates.right[pulls], [])
    inside = find_pairs_between(problem.pairs, labels, component)
    keys, strongest = _group_by_entities(labels, problem.select_pairs(inside))
    candidate_keys = _pack(candidates.left, candidates.right)
    is_weak = ~np.isin(keys, candidate_keys, assume_unique=True)
    left, right = _unpack(keys[is_weak])
    return PairLogOdds(
        np.concatenate([candidates.left, left]),
        np.concatenate([candidates.right, right]),
        np.concatenate([candidates.logodds, strongest[is_weak].astype(np.int32)]),
    )


def _constrain_nodes(nodes: _Nodes, labels: IntArray, constraints: Constraints) -> Constraints:
    """Return the constraints of nodes.

    They are the combined kinds and marks of their records, and the pairs of nodes that must not
    merge because two of their records must not.
    """
    rows, count = np.flatnonzero(nodes.is_node[labels]), len(nodes.labels)
    place = nodes.place[labels[rows]]
    kinds = combine_kinds(constraints.kinds_of(len(labels))[rows], place, count)
    apart = _forbidden_nodes(nodes, labels, constraints)
    if constraints.marks is None:
        return Constraints(stated=apart, kinds=kinds)
    marks: Marks = np.zeros((count, constraints.marks.shape[1]), dtype=np.uint64)
    np.bitwise_or.at(marks, place, constraints.marks[rows])
    return Constraints(stated=apart, kinds=kinds, marks=marks)


def _forbidden_nodes(nodes: _Nodes, labels: IntArray, constraints: Constraints) -> IntArray:
    """Return the pairs of nodes (n × 2) that must not merge, because two of their records must
    not.
    """
    apart = np.array(constraints.decided.different, dtype=np.int64).reshape(-1, 2)
    if constraints.stated is not None:
        apart = np.concatenate([apart, constraints.stated])
    left, right = labels[apart[:, 0]], labels[apart[:, 1]]
    is_kept = (left != right) & nodes.is_node[left] & nodes.is_node[right]
    return np.stack([nodes.place[side[is_kept]] for side in (left, right)], axis=1)


def _group_by_entities(labels: IntArray, pairs: PairLogOdds) -> tuple[Numbers, Numbers]:
    """Return the pairs of different entities that pairs of records connect.

    Each pair is one number (`_pack`), in ascending order. The second array has the highest log-odds
    of each pair.
    """
    first, second = labels[pairs.left], labels[pairs.right]
    across = np.flatnonzero(first != second)
    keys = _pack(np.minimum(first, second)[across], np.maximum(first, second)[across])
    logodds = pairs.logodds[across].astype(np.int64)
    order = np.argsort(keys)
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[starts], np.maximum.reduceat(logodds[order], starts) if len(starts) else logodds


def _pack(left: IntArray, right: IntArray) -> Numbers:
    keys: Numbers = left.astype(np.int64) << 32 | right
    return keys


def _unpack(keys: Numbers) -> tuple[IntArray, IntArray]:
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)


MIN_OWN_LOGODDS = 0
"""Minimum log-odds (thousandths) of two profiles that relations may merge."""


class RelationScorer(Protocol):
    """Function that returns the evidence of relations, with the neighbors frozen."""

    def __call__(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        """Return the evidence (thousandths) for pairs of entities.

        `labels` name the entity of each record by its smallest row, as `left` and `right` do.
        """
        ...


def merge_related_entities(
    merged: MergedEntities,
    problem: ClusterProblem,
    score: EntityScorer,
    weigh: RelationScorer,
    history: MergeHistory | None = None,
) -> MergedEntities:
    """Merge the entities of `merge_entities_in_rounds` further, by relations.

    They solve the `problem`. The log-odds of candidates are the sum of profiles and relations. The
    rounds are recorded for explanations, and merges are added to the `history`.
    """
    linked, rule = problem.linked_between(merged.labels), problem.rule
    before = np.bincount(merged.labels, minlength=len(merged.labels))
    state = EntityState(merged.labels, before, merged.candidates)
    weighed = weigh_candidates(state, rule, weigh)
    near = select_near_pairs(merged.labels, problem, linked)
    states, together = [state.labels], list[MergedPairs]()
    for _ in range(MAX_ROUNDS):
        pulling = _hold_back(weighed, state, before, rule)
        labels = merge_round(pulling, near, history, Basis.RELATIONS)
        if labels is None:
            break
        states.append(labels)
        together.append(_select_merged(weighed.candidates, labels))
        state = score_candidates(labels, linked, score, state)
        weighed = weigh_candidates(state, rule, weigh)
    return MergedEntities(weighed.labels, weighed.candidates, RelationRounds(states, together))


def _select_merged(candidates: EntityPairs, labels: IntArray) -> MergedPairs:
    """Return the pairs of entities that are one entity by the labels after a round."""
    is_merged = labels[candidates.left] == labels[candidates.right]
    return MergedPairs(*(column[is_merged] for column in candidates))


def weigh_candidates(state: EntityState, rule: MergeRule, weigh: RelationScorer) -> EntityState:
    """Return the state with the evidence of relations in the log-odds of its candidates."""
    left, right, own = state.candidates
    evidence = weigh(state.labels, left, right)
    together = own + evidence
    is_unlikely = (own < MIN_OWN_LOGODDS) & (evidence > 0)
    together = np.where(is_unlikely, np.minimum(together, rule.merge_threshold - 1), together)
    return state._replace(candidates=EntityPairs(left, right, together.astype(np.int32)))


def _hold_back(
    weighed: EntityState, state: EntityState, before: npt.NDArray[np.int64], rule: MergeRule
) -> EntityState:
    """Return the state with log-odds below a merge for pairs that relations did not change.

    Neither entity of such a pair has merged by relations, and the pair has no evidence of
    relations.
    """
    left, right, logodds = weighed.candidates
    sizes = weighed.sizes
    is_old = (sizes[left] == before[left]) & (sizes[right] == before[right])
    is_old &= logodds == state.candidates.logodds
    limited = np.where(is_old, np.minimum(logodds, rule.merge_threshold - 1), logodds)
    return weighed._replace(candidates=EntityPairs(left, right, limited.astype(np.int32)))


def find_unmatched_entries(
    sources: IntArray,
    is_deduplicated: npt.NDArray[np.bool_],
    pairs: PairLogOdds,
    merge_threshold: int,
    same: Sequence[RowPair] = (),
) -> IntArray:
    """Return the compared pairs of rows (n × 2) of one deduplicated source that do not match.

    `sources` has the code of the source of each row, `is_deduplicated` a flag for each code. Pairs
    that decisions (`same`) join, directly or through other records, are left out.
    """
    if not is_deduplicated.any():
        return np.zeros((0, 2), dtype=np.int32)
    below = np.flatnonzero(pairs.logodds < merge_threshold)
    source = sources[pairs.left[below]]
    unmatched = below[(source == sources[pairs.right[below]]) & is_deduplicated[source]]
    rows = np.stack([pairs.left[unmatched], pairs.right[unmatched]], axis=1).astype(np.int32)
    return drop_joined_pairs(rows, len(sources), same)
