"""Cluster records that not everybody may see, without an effect on what others see.

Nothing that a viewer sees may depend on records that this viewer may not see; this includes the
entities. So records are clustered by classes of viewers: first the records that everybody may see,
then, class by class, the further records that the class sees. A later record joins the entities of
earlier classes, but it never connects two entities that an earlier class sees as two. A restricted
record that fits two public entities joins the entity that it fits better. The other pair waits for
a steward who may see all its records. So the entities of each class are the same as if the records
that it cannot see did not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from resolver.matching.clustering.cluster_problem import ClusterProblem
from resolver.matching.clustering.entity_rounds import (
    EntityPairs,
    EntityScorer,
    MergedEntities,
    MergeHistory,
    RelationScorer,
    merge_entities_in_rounds,
    score_candidates,
    weigh_candidates,
)
from resolver.matching.clustering.signed_clustering import (
    PairLogOdds,
    cluster_with_merges,
    components,
)
from resolver.records.batch import IntArray
from resolver.records.results.resolution import (
    Basis,
    MergedPairs,
    RelationRounds,
    name_by_smallest_row,
)
from resolver.records.visibility import Marks, VisibilityClasses

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class SelectableScorer(EntityScorer, Protocol):
    """Scorer of entities that can be limited to some rows."""

    def select(self, rows: Numbers) -> EntityScorer:
        """Return the scorer of some rows, ascending, which are numbered anew."""
        ...


@dataclass(frozen=True, slots=True)
class RestrictedRecords:
    """Problem with records that not everybody may see, their classes, and the scorer of entities.

    The first class has been resolved by itself.
    """

    problem: ClusterProblem
    classes: VisibilityClasses
    score: SelectableScorer

    def add_to(
        self,
        public: MergedEntities,
        relate: Callable[[IntArray], RelationScorer] | None,
        history: MergeHistory | None = None,
    ) -> MergedEntities:
        """`public` are the entities of the first class.

        `relate` returns the scorer of relations from frozen labels (None: no relations count).
        Merges are added to the `history`.
        """
        labels = self._join(public.labels, history)
        weigh = None if relate is None or public.rounds is None else relate(public.rounds.frozen)
        candidates = self._score_candidates(public, labels, weigh)
        return MergedEntities(labels, candidates, _add_state(public.rounds, labels))

    def _join(self, labels: IntArray, history: MergeHistory | None) -> IntArray:
        """Return the entities of all records; `labels` has the entities of the first class."""
        rows = self._find_tied()
        place = np.zeros(len(labels), dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        joined = _Joining(
            self.problem.take(rows), self.classes.take(rows), self.score, rows, history
        ).join_classes(place[labels[rows]])
        out = labels.copy()
        out[rows] = rows[joined]
        return out

    def _find_tied(self) -> Numbers:
        """Return the rows that links or decisions tie to a restricted record, through any number of
        steps.
        """
        linked = self.problem.linked
        count, same = self.problem.count, self.problem.constraints.decided.same
        component = components(count, linked.left, linked.right, same)
        is_tied = np.zeros(count, dtype=bool)
        is_tied[component[~self.classes.visible_to(0)]] = True
        return np.flatnonzero(is_tied[component])

    def _score_candidates(
        self, public: MergedEntities, labels: IntArray, weigh: RelationScorer | None
    ) -> EntityPairs:
        """Return the candidates among the entities of all records (`labels`).

        `public`: result for the first class. If both entities are of that class, a candidate keeps
        its score.
        """
        sizes = np.bincount(labels, minlength=len(labels))
        has_changed = sizes != np.bincount(public.labels, minlength=len(labels))
        has_changed[labels[~self.classes.visible_to(0)]] = True
        linked = self.problem.linked
        is_new = has_changed[labels[linked.left]] | has_changed[labels[linked.right]]
        changed = PairLogOdds(linked.left[is_new], linked.right[is_new], linked.logodds[is_new])
        state = score_candidates(labels, changed, self.score, None)
        if weigh is not None:
            state = weigh_candidates(state, self.problem.rule, weigh)
        is_old = ~(has_changed[public.candidates.left] | has_changed[public.candidates.right])
        old = EntityPairs(*(column[is_old] for column in public.candidates))
        return _unite(old, state.candidates)


def _add_state(rounds: RelationRounds | None, labels: IntArray) -> RelationRounds | None:
    """Return rounds with one more state, after restricted records have joined; no round made this
    state.
    """
    if rounds is None:
        return None
    nothing = np.zeros(0, dtype=np.int32)
    merged = [*rounds.merged, MergedPairs(nothing, nothing, nothing)]
    return RelationRounds([*rounds.labels, labels], merged)


class _Ties(NamedTuple):
    """Pairs of rows that may merge entities, with the first class of viewers that sees both
    rows.
    """

    left: Numbers
    right: Numbers
    first: Numbers


class _Part(NamedTuple):
    """Part of a problem: its rows, their clusters by labels, and the marks of these clusters."""

    rows: Numbers
    start: IntArray
    marks: Marks


@dataclass(frozen=True, slots=True)
class _Joining:
    """Records that are tied to restricted records, with row numbers of their own; `origin` has
    their rows in the scorer.
    """

    problem: ClusterProblem
    classes: VisibilityClasses
    score: SelectableScorer
    origin: Numbers
    history: MergeHistory | None = None

    def join_classes(self, labels: IntArray) -> IntArray:
        """Join the records of all classes except the first class, class by class."""
        ties = self._find_ties()
        for number in np.unique(ties.first[ties.first > 0]).tolist():
            chosen = ties.first == number
            is_joined = np.zeros(len(labels), dtype=bool)
            is_joined[labels[ties.left[chosen]]] = True
            is_joined[labels[ties.right[chosen]]] = True
            rows = np.flatnonzero(is_joined[labels] & self.classes.visible_to(number))
            labels = self._join_class(number, rows, labels)
        return labels

    def _find_ties(self) -> _Ties:
        linked = self.problem.linked
        same = np.array(self.problem.constraints.decided.same, dtype=np.int64).reshape(-1, 2)
        left = np.concatenate([linked.left, same[:, 0]])
        right = np.concatenate([linked.right, same[:, 1]])
        return _Ties(left, right, self.classes.find_first(left, right))

    def _join_class(self, number: int, rows: Numbers, labels: IntArray) -> IntArray:
        """Return the labels after the clusters of some rows were joined; the rows are all that one
        class sees.
        """
        start = name_by_smallest_row(labels[rows])
        class_marks = self.classes.marks_of(number)
        marks = np.zeros((len(rows), class_marks.shape[1]), dtype=np.uint64)
        np.bitwise_or.at(marks, start, class_marks[self.classes.compartment[rows]])
        joined = self._cluster(_Part(rows, start, marks))
        # a cluster takes the smallest label of its parts
        smallest = np.full(len(rows), len(labels), dtype=np.int32)
        np.minimum.at(smallest, joined, labels[rows])
        label_of = np.arange(len(labels), dtype=np.int32)
        label_of[labels[rows]] = smallest[joined]
        return label_of[labels]

    def _cluster(self, part: _Part) -> IntArray:
        """Return the labels of a part once its clusters have merged."""
        rows, start, marks = part

        def may_merge(first: IntArray, second: IntArray) -> Flags:
            """Return whether two rows are in clusters that no earlier class sees as two
            clusters.
            """
            left, right = start[first], start[second]
            flags: Flags = (left != right) & ~(marks[left] & marks[right]).any(axis=1)
            return flags

        problem = self.problem.take(rows).settle()
        started = replace(problem.constraints, start=start, marks=marks)
        problem, ambiguous = replace(problem, constraints=started).hold_ambiguous(may_merge)
        free = may_merge(problem.pairs.left, problem.pairs.right)
        problem = replace(problem, pairs=problem.select_pairs(np.flatnonzero(free)))
        rule, history = problem.rule, MergeHistory(len(rows))
        history.hold(ambiguous)
        labels, merges = cluster_with_merges(len(rows), problem.pairs, rule, problem.constraints)
        history.add(merges, rule.merge_threshold, Basis.RECORDS, twins=problem.constraints.twins)
        score = self.score.select(self.origin[rows])
        labels = merge_entities_in_rounds(labels, problem, score, history).labels
        if self.history is not None:
            self.history.append(history, self.origin[rows])
        return labels


def _unite(first: EntityPairs, second: EntityPairs) -> EntityPairs:
    """Return the pairs of both, sorted."""
    columns = zip(first, second, strict=True)
    return _order(EntityPairs(*(np.concatenate(column) for column in columns)))


def _order(pairs: EntityPairs) -> EntityPairs:
    """Return pairs sorted, each with the smaller row first."""
    left, right = np.minimum(pairs.left, pairs.right), np.maximum(pairs.left, pairs.right)
    order = np.lexsort((right, left))
    return EntityPairs(left[order], right[order], pairs.logodds[order])
