"""Rounds that merge entities: what is compared, forbidden and merged, on invented scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.clustering import DecidedRows, MergeRule, PairLogOdds
from resolver.matching.clustering.cluster_problem import ClusterProblem
from resolver.matching.clustering.entity_rounds import (
    MAX_ROUNDS,
    MergedEntities,
    merge_entities_in_rounds,
    merge_round,
    score_candidates,
    select_near_pairs,
)
from resolver.matching.clustering.signed_clustering import Constraints
from resolver.records import Kind
from resolver.records.batch import IntArray

RULE = MergeRule(2000, -2000)
Members = frozenset[int]
ScoreMembers = Callable[[Members, Members], int]
_PLACES = list(range(8))


class Scorer:
    """Scorer of entities by their members; notes what was compared."""

    def __init__(self, score: ScoreMembers) -> None:
        self.compared: list[tuple[Members, Members]] = []
        self._score = score

    def __call__(self, labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        pairs = [
            (members_of(labels, first), members_of(labels, second))
            for first, second in zip(left.tolist(), right.tolist(), strict=True)
        ]
        self.compared += pairs
        return np.array([self._score(*pair) for pair in pairs], dtype=np.int32)


def members_of(labels: IntArray, label: int) -> Members:
    return frozenset(np.flatnonzero(labels == label).tolist())


def run_rounds(
    labels: list[int],
    pairs: dict[tuple[int, int], int],
    scorer: Scorer,
    different: list[tuple[int, int]] | None = None,
    kinds: list[int] | None = None,
    stated: list[tuple[int, int]] | None = None,
) -> MergedEntities:
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int32) for side in (0, 1))
    bound = Constraints(
        DecidedRows([], different or []),
        None if stated is None else np.array(stated, dtype=np.int32),
        None if kinds is None else np.array(kinds, dtype=np.uint8),
    )
    logodds = np.array(list(pairs.values()), dtype=np.int32)
    problem = ClusterProblem(len(labels), PairLogOdds(left, right, logodds), RULE, bound)
    return merge_entities_in_rounds(np.array(labels, dtype=np.int32), problem, scorer)


def always(logodds: int) -> Scorer:
    return Scorer(lambda _left, _right: logodds)


def test_joint_evidence_merges_entities() -> None:
    scorer = always(2500)
    merged = run_rounds([0, 0, 2], {(0, 1): 5000, (1, 2): 500}, scorer)
    assert merged.labels.tolist() == [0, 0, 0]
    assert scorer.compared == [(frozenset({0, 1}), frozenset({2}))]
    assert len(merged.candidates.left) == 0


def test_only_entities_with_a_linked_pair_are_compared() -> None:
    scorer = always(9000)
    merged = run_rounds([0, 0, 2, 3], {(0, 1): 5000, (0, 2): -2001, (2, 3): 100}, scorer)
    assert merged.labels.tolist() == [0, 0, 2, 3]
    # two single records keep the score of their pair
    assert scorer.compared == []
    assert [column.tolist() for column in merged.candidates] == [[2], [3], [100]]


def test_a_score_below_the_merge_threshold_waits() -> None:
    merged = run_rounds([0, 0, 2], {(0, 1): 5000, (1, 2): 500}, always(1999))
    assert merged.labels.tolist() == [0, 0, 2]
    assert [column.tolist() for column in merged.candidates] == [[0], [2], [1999]]


@pytest.mark.parametrize("pair", [(0, 2), (2, 1), (0, 3), (3, 1)])
def test_a_decision_or_statement_on_any_members_forbids(pair: tuple[int, int]) -> None:
    pairs = {(0, 1): 5000, (2, 3): 5000, (1, 2): 500}
    merged = run_rounds([0, 0, 2, 2], pairs, always(9000), [pair])
    assert merged.labels.tolist() == [0, 0, 2, 2]
    assert merged.candidates.logodds.tolist() == [9000]
    stated = run_rounds([0, 0, 2, 2], pairs, always(9000), stated=[pair])
    assert stated.labels.tolist() == [0, 0, 2, 2]
    assert run_rounds([0, 0, 2, 2], pairs, always(9000)).labels.tolist() == [0] * 4


def test_a_decision_forbids_over_a_third_entity() -> None:
    """Two entities that differ do not come together by both merging with a third."""
    pairs = {(0, 1): 5000, (1, 2): 600, (1, 3): 500}
    merged = run_rounds([0, 0, 2, 3], pairs, always(9000), [(2, 3)])
    assert merged.labels.tolist() in ([0, 0, 0, 3], [0, 0, 2, 0])


def test_kinds_that_exclude_each_other_do_not_merge() -> None:
    legal, person, group = int(Kind.LEGAL), int(Kind.PERSON), int(Kind.GROUP)
    pairs = {(0, 1): 5000, (0, 2): 500}
    separate = run_rounds([0, 0, 2], pairs, always(9000), kinds=[legal, person, group])
    assert separate.labels.tolist() == [0, 0, 2]
    merged = run_rounds([0, 0, 2], pairs, always(9000), kinds=[legal, person, person])
    assert merged.labels.tolist() == [0, 0, 0]


def test_records_that_differ_push_entities_apart() -> None:
    """Two entities without a linked pair weigh as their strongest records."""
    linked = {(0, 1): 5000, (1, 2): 600, (1, 3): 500}
    apart = {**linked, (2, 3): -9000}
    scorer = Scorer(lambda left, right: 3000 - 100 * max(right) if len(left) == 2 else 0)
    assert run_rounds([0, 0, 2, 3], linked, scorer).labels.tolist() == [0] * 4
    assert run_rounds([0, 0, 2, 3], apart, scorer).labels.tolist() == [0, 0, 0, 3]


def test_unchanged_entities_are_compared_once() -> None:
    pairs = {(0, 1): 5000, (1, 2): 0, (3, 4): 5000, (4, 5): 0}
    scorer = Scorer(lambda left, _right: 3000 if 0 in left else 1000)
    assert run_rounds([0, 0, 2, 3, 3, 5], pairs, scorer).labels.tolist() == [0, 0, 0, 3, 3, 5]
    assert scorer.compared.count((frozenset({3, 4}), frozenset({5}))) == 1


def test_rounds_end() -> None:
    """Each round adds one record to the growing entity, and no more rounds run than allowed."""
    count = MAX_ROUNDS + 4
    pairs = {(0, 1): 5000, **{(0, row): 0 for row in range(2, count)}}

    def score(left: Members, right: Members) -> int:
        return 3000 if min(right) == len(left) else -1000

    merged = run_rounds([0, 0, *range(2, count)], pairs, Scorer(score))
    assert np.bincount(merged.labels)[0] == 2 + MAX_ROUNDS
    # what could still merge has the score of the last state
    assert merged.candidates.logodds.tolist() == [3000, -1000]


@st.composite
def scored_entities(draw: st.DrawFn) -> tuple[list[int], dict[tuple[int, int], int]]:
    """Return a partition of eight records, and scores of some pairs."""
    groups = draw(st.lists(st.integers(0, 4), min_size=8, max_size=8))
    labels = [groups.index(group) for group in groups]
    ends = st.tuples(st.sampled_from(_PLACES), st.sampled_from(_PLACES))
    pairs = draw(
        st.dictionaries(ends.filter(lambda pair: pair[0] < pair[1]), st.integers(-6000, 6000))
    )
    return labels, pairs


def score_by_sum(left: Members, right: Members) -> int:
    """Return a score that depends on the members alone."""
    return (sum(left) * 997 + sum(right) * 613) % 9000 - 4000


@given(
    scored_entities(), st.permutations(range(100)), st.sets(st.sampled_from(_PLACES), max_size=2)
)
def test_order_of_pairs_does_not_matter(
    entities: tuple[list[int], dict[tuple[int, int], int]], order: list[int], ends: set[int]
) -> None:
    labels, pairs = entities
    different = [(min(ends), max(ends))] if len(ends) == 2 else []
    different = [pair for pair in different if labels[pair[0]] != labels[pair[1]]]
    shuffled = dict(sorted(pairs.items(), key=lambda item: order[item[0][0] * 8 + item[0][1]]))
    first = run_rounds(labels, pairs, Scorer(score_by_sum), different)
    # what lists state forbids as decisions do
    second = run_rounds(labels, shuffled, Scorer(score_by_sum), stated=different or None)
    assert first.labels.tolist() == second.labels.tolist()
    assert [column.tolist() for column in first.candidates] == [
        column.tolist() for column in second.candidates
    ]
    for left, right in different:
        assert first.labels[left] != first.labels[right]
    # rounds only merge
    assert len({*zip(labels, first.labels.tolist(), strict=True)}) == len(set(labels))


@given(scored_entities())
def test_rounds_need_no_pairs_but_those_that_links_connect(
    entities: tuple[list[int], dict[tuple[int, int], int]],
) -> None:
    labels = np.array(entities[0], dtype=np.int32)
    left, right = (np.array([pair[side] for pair in entities[1]], np.int32) for side in (0, 1))
    pairs = PairLogOdds(left, right, np.array(list(entities[1].values()), dtype=np.int32))
    problem = ClusterProblem(len(labels), pairs, RULE, Constraints())
    linked = problem.linked
    state = score_candidates(labels, linked, Scorer(score_by_sum), None)
    near = select_near_pairs(labels, problem, linked)
    for _ in range(MAX_ROUNDS):
        whole, by_near = (merge_round(state, some) for some in (problem, near))
        assert (whole is None) == (by_near is None)
        if whole is None or by_near is None:
            break
        assert whole.tolist() == by_near.tolist()
        state = score_candidates(whole, linked, Scorer(score_by_sum), state)


@given(scored_entities(), st.sets(st.integers(0, 7)))
def test_any_union_of_entities_comes_out_as_in_the_whole(
    entities: tuple[list[int], dict[tuple[int, int], int]], chosen: set[int]
) -> None:
    """Increments leave out entities that do not merge with those they resolve."""
    labels, pairs = entities
    whole = run_rounds(labels, pairs, Scorer(score_by_sum)).labels
    rows = np.flatnonzero(np.isin(whole, list(chosen)))
    inside = {pair: value for pair, value in pairs.items() if np.isin(pair, rows).all()}
    # the other records are there without any pair
    part = run_rounds(labels, inside, Scorer(score_by_sum)).labels
    assert part[rows].tolist() == whole[rows].tolist()
