"""Rounds that merge entities by relations: what relations may decide, on invented scores."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.clustering import MergeRule, PairLogOdds
from resolver.matching.clustering.cluster_problem import ClusterProblem
from resolver.matching.clustering.entity_rounds import (
    MIN_OWN_LOGODDS,
    EntityPairs,
    MergedEntities,
    merge_related_entities,
)
from resolver.matching.clustering.signed_clustering import Constraints, components
from resolver.records.batch import IntArray

RULE = MergeRule(2000, -2000)
Scores = dict[tuple[int, int], int]


def strongest(labels: IntArray, first: int, second: int, scores: Scores) -> int:
    """Return the highest score of records across two entities."""
    between = (
        score for (a, b), score in scores.items() if {labels[a], labels[b]} == {first, second}
    )
    return max(between, default=0)


def run(
    own: Scores, evidence: Scores, stated: list[tuple[int, int]] | None = None
) -> MergedEntities:
    """Run the rounds on six records that profiles left apart; profiles score as their records."""
    keys = sorted(own)
    left, right = (np.array([key[side] for key in keys], dtype=np.int32) for side in (0, 1))
    logodds = np.array([own[key] for key in keys], dtype=np.int32)

    def score(labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([strongest(labels, *pair, own) for pair in pairs], dtype=np.int32)

    def weigh(labels: IntArray, left: IntArray, right: IntArray) -> npt.NDArray[np.int32]:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([strongest(labels, *pair, evidence) for pair in pairs], dtype=np.int32)

    apart = None if stated is None else np.array(stated, dtype=np.int32)
    return merge_related_entities(
        MergedEntities(np.arange(6, dtype=np.int32), EntityPairs(left, right, logodds)),
        ClusterProblem(6, PairLogOdds(left, right, logodds), RULE, Constraints(stated=apart)),
        score,
        weigh,
    )


def test_relations_add_to_profiles() -> None:
    merged = run({(0, 1): 1500, (2, 3): 1500}, {(0, 1): 500, (2, 3): 499})
    assert merged.labels.tolist() == [0, 0, 2, 3, 4, 5]
    assert [column.tolist() for column in merged.candidates] == [[2], [3], [1999]]


def test_relations_by_themselves_never_decide() -> None:
    merged = run({(0, 1): MIN_OWN_LOGODDS - 1}, {(0, 1): 90_000})
    assert merged.labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert merged.candidates.logodds.tolist() == [RULE.merge_threshold - 1]


def test_statements_of_lists_forbid() -> None:
    assert run({(0, 1): 1900}, {(0, 1): 900}).labels[1] == 0
    assert run({(0, 1): 1900}, {(0, 1): 900}, [(1, 0)]).labels[1] == 1


def test_what_profiles_left_apart_stays_so_without_evidence() -> None:
    """A merge elsewhere is no reason; evidence, or a merge of one of the two, is."""
    assert run({(0, 1): 5000, (2, 3): 1500}, {(2, 3): 900}).labels.tolist() == [0, 1, 2, 2, 4, 5]
    assert run({(0, 1): 5000, (1, 2): 1500}, {(1, 2): 900}).labels.tolist() == [0, 0, 0, 3, 4, 5]


_PAIRS = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1])
_SCORES = st.dictionaries(_PAIRS, st.integers(-1900, 4000), max_size=9)


@given(own=_SCORES, evidence=st.dictionaries(_PAIRS, st.integers(-1500, 2500)))
def test_no_entity_rests_on_nothing_but_relations(own: Scores, evidence: Scores) -> None:
    """Records of one entity hang together by pairs that their own values make likely."""
    labels = run(own, evidence).labels
    likely = [pair for pair, score in own.items() if score >= MIN_OWN_LOGODDS]
    left, right = (np.array([pair[side] for pair in likely], dtype=np.int32) for side in (0, 1))
    reach = components(6, left, right, [])
    assert all(reach[row] == reach[label] for row, label in enumerate(labels.tolist()))
    for pair in evidence:
        # and one relation less changes nothing where there are no others than relations
        rest = {key: value for key, value in evidence.items() if key != pair}
        unlikely = {key: min(value, MIN_OWN_LOGODDS - 1) for key, value in own.items()}
        assert run(unlikely, rest).labels.tolist() == run(unlikely, evidence).labels.tolist()


@given(own=_SCORES, evidence=st.dictionaries(_PAIRS, st.integers(-1500, 2500)))
def test_rounds_are_recorded_as_they_were(own: Scores, evidence: Scores) -> None:
    """They begin with what profiles left, only merge, and know the score of what they merged."""
    merged = run(own, evidence)
    assert merged.rounds is not None
    states, pairs = merged.rounds.labels, merged.rounds.merged
    assert states[0].tolist() == list(range(6))
    assert states[-1].tolist() == merged.labels.tolist()
    assert len(states) == len(pairs) + 1
    for before, after, (left, right, logodds) in zip(states, states[1:], pairs, strict=False):
        assert np.array_equal(after[before], after)
        assert len(np.unique(after)) < len(np.unique(before))
        assert (after[left] == after[right]).all()
        assert (before[left] == left).all()
        assert (before[right] == right).all()
        connected = {
            (min(before[[a, b]].tolist()), max(before[[a, b]].tolist()))
            for a, b in own
            if before[a] != before[b] and after[a] == after[b]
        }
        assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(connected)
        for pair, total in zip(sorted(connected), logodds.tolist(), strict=True):
            profile, relations = (strongest(before, *pair, scores) for scores in (own, evidence))
            together = profile + relations
            if profile < MIN_OWN_LOGODDS < relations:
                together = min(together, RULE.merge_threshold - 1)
            assert total == together


def test_two_rows_were_last_apart_before_the_round_that_merged_them() -> None:
    rounds = run({(0, 1): 1500, (1, 2): 1500, (3, 4): 0}, {(0, 1): 600, (1, 2): 500}).rounds
    assert rounds is not None
    assert rounds.find_last_apart(0, 1) == 0
    assert rounds.find_last_apart(3, 4) == len(rounds.labels) - 1
    assert rounds.find_last_apart(3, 3) is None


@pytest.mark.parametrize("kinds", [(1, 2), (2, 1)])
def test_kinds_that_exclude_each_other_do_not_merge(kinds: tuple[int, int]) -> None:
    pair = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    own = np.array([1900], dtype=np.int32)
    bound = Constraints(kinds=np.array(kinds, dtype=np.uint8))
    merged = merge_related_entities(
        MergedEntities(np.arange(2, dtype=np.int32), EntityPairs(*pair, own)),
        ClusterProblem(2, PairLogOdds(*pair, own), RULE, bound),
        lambda _labels, left, _right: np.full(len(left), 1900, dtype=np.int32),
        lambda _labels, left, _right: np.full(len(left), 900, dtype=np.int32),
    )
    assert merged.labels.tolist() == [0, 1]
