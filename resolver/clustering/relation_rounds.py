"""Rounds that merge entities by what they are related to, after those that compare profiles.

Evidence from relations is added to the score of two profiles. Its neighbors are frozen: they are
the entities that the rounds of profiles ended with, in every round, so an entity depends on its own
records and on what its neighbors state themselves, and on nothing that relations made of these. No
merge supports itself, in however many steps, and increments need no more than the neighbors.

Relations alone never decide: where profiles do not make two entities likelier one than two, no
relation merges them, and pairs that nothing new speaks for stay as the profiles left them.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.clustering.cluster_problem import ClusterProblem
from resolver.clustering.entity_rounds import (
    MAX_ROUNDS,
    EntityPairs,
    EntityScorer,
    EntityState,
    MergedEntities,
    merge_round,
    score_candidates,
    select_near_pairs,
)
from resolver.clustering.merge_history import MergeHistory
from resolver.clustering.signed_clustering import MergeRule
from resolver.records.batch import IntArray
from resolver.records.results.resolution import Basis, MergedPairs, RelationRounds

MIN_OWN_LOGODDS = 0
"""Log-odds (thousandths) of two profiles from which relations may merge them."""


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
    """Merge entities further by relations, as `merge_entities_in_rounds` left them.

    `problem` is the one they solve. The log-odds of candidates are those of profiles and relations
    together. The rounds are recorded, to explain what they merged, and merges added to the
    `history`.
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
    """Return the pairs of entities that are one by the labels after a round."""
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
    """Return the state in which only what relations changed can merge.

    Two entities that are as profiles left them, without evidence, do not pull.
    """
    left, right, logodds = weighed.candidates
    sizes = weighed.sizes
    is_old = (sizes[left] == before[left]) & (sizes[right] == before[right])
    is_old &= logodds == state.candidates.logodds
    limited = np.where(is_old, np.minimum(logodds, rule.merge_threshold - 1), logodds)
    return weighed._replace(candidates=EntityPairs(left, right, limited.astype(np.int32)))
