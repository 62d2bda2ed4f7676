"""Rounds that merge entities by the comparison of their profiles.

Records of one person may each say too little: one has the birth date, another the passport. So
after records have been clustered, the profiles of entities (all values of their records) are
compared. Candidates of a round are the pairs of entities that a compared pair of records at or
above the link threshold connects. They are clustered by the same signed clustering, with entities
in place of records, and the next round starts from its result. Rounds only merge; they end once one
merges nothing, after `MAX_ROUNDS` at the latest.

An entity depends on its own records alone: rounds over any union of final entities, without all
others, end with the same entities. Increments rely on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from resolver.clustering.cluster_problem import ClusterProblem
from resolver.clustering.merge_history import MergeHistory
from resolver.clustering.signed_clustering import (
    Constraints,
    Marks,
    PairLogOdds,
    cluster_with_merges,
    components,
    find_pairs_between,
)
from resolver.records.batch import IntArray
from resolver.records.kinds import combine_kinds
from resolver.records.results.resolution import Basis, RelationRounds

Numbers = npt.NDArray[np.int64]
MAX_ROUNDS = 5


class EntityPairs(NamedTuple):
    """Pairs of entities, sorted: an entity is named by its smallest row, and `left` < `right`.

    `logodds` (thousandths) are those of the profiles.
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
    connects, forbidden ones included. `rounds`: those of relations, where there were any.
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

    `labels` name the entity of each record by its smallest row; `problem` is the one they solve.
    Entities never merge where two of their records are decided or stated to be different. The
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
    """Return the problem with the pairs of records of two entities that links connect, in however
    many steps.

    No round merges others, so it need not look at them.
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

    Two entities of one record each have the score of their records; entities that are as they were
    `before` keep their score.
    """
    sizes = np.bincount(labels, minlength=len(labels))
    keys, strongest = _group_by_entities(labels, linked)
    left, right = _unpack(keys)
    logodds = strongest.astype(np.int32)
    is_known = (sizes[left] == 1) & (sizes[right] == 1)
    if before is not None and len(before.candidates.left):
        old_keys = _pack(before.candidates.left, before.candidates.right)
        place = np.minimum(np.searchsorted(old_keys, keys), len(old_keys) - 1)
        # rounds only merge, so an entity of the same size is the same entity
        is_same = (before.sizes[left] == sizes[left]) & (before.sizes[right] == sizes[right])
        is_same &= (old_keys[place] == keys) & ~is_known
        logodds[is_same] = before.candidates.logodds[place[is_same]]
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
    """Return the labels after a round, or None where it merges nothing.

    `problem` has the pairs that links connect, at least (`select_near_pairs`). Merges are added to
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
    """Entities of a round, ascending; whether each label is one of them, and its place there."""

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
    """Return the candidates, and the pairs of entities whose compared records are all below the
    link threshold: these push with the score of their strongest records.
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
    """Return what binds nodes: the combined kinds and marks of their records, and the pairs of
    nodes with records that must not come together.
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
    """Return the pairs of nodes (n × 2) with records that must not come together."""
    apart = np.array(constraints.decided.different, dtype=np.int64).reshape(-1, 2)
    if constraints.stated is not None:
        apart = np.concatenate([apart, constraints.stated])
    left, right = labels[apart[:, 0]], labels[apart[:, 1]]
    is_kept = (left != right) & nodes.is_node[left] & nodes.is_node[right]
    return np.stack([nodes.place[side[is_kept]] for side in (left, right)], axis=1)


def _group_by_entities(labels: IntArray, pairs: PairLogOdds) -> tuple[Numbers, Numbers]:
    """Return the pairs of different entities that pairs of records connect, each as one number in
    ascending order, and the highest log-odds of each.
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
