"""Contradicting judgments are set aside and counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolver.training.data.labeled_pairs import JudgedPair, name_clusters
from resolver.training.data.training_decisions import (
    AGAINST_CLUSTERS,
    BOTH_VERDICTS,
    CONTRADICTING_CHAIN,
    quarantine_contradictions,
)


def judge(*pairs: str) -> list[JudgedPair]:
    """Return judgments written as `a=b` and `a!b`."""
    return [JudgedPair(text[0], text[2], text[1] == "=") for text in pairs]


def test_consistent_judgments_remain() -> None:
    judgments = judge("a=b", "b=c", "a=c", "a!d", "a=b")
    assert quarantine_contradictions(judgments) == (judgments, {})


def test_one_pair_judged_both_ways() -> None:
    assert quarantine_contradictions(judge("a=b", "b!a", "a=c", "a!b")) == (
        judge("a=c"),
        {BOTH_VERDICTS: 3},
    )


def test_a_triangle_that_contradicts_itself() -> None:
    assert quarantine_contradictions(judge("a=b", "c=b", "c!a", "c=d", "a!e")) == (
        judge("c=d", "a!e"),
        {CONTRADICTING_CHAIN: 3},
    )


def test_only_the_shortest_contradiction_is_left_out() -> None:
    # a = b = c denies c ! a; the detour over d and e is left alone until nothing contradicts it
    judgments = judge("a=b", "b=c", "a!c", "a=d", "d=e", "e=c")
    assert quarantine_contradictions(judgments) == (
        judge("a=d", "d=e", "e=c"),
        {CONTRADICTING_CHAIN: 3},
    )


def test_labeled_clusters_overrule_judgments() -> None:
    cluster_of = {"a": "1", "b": "1", "c": "2"}
    assert quarantine_contradictions(judge("a!b", "a=c", "a=d", "b!c"), cluster_of) == (
        judge("a=d", "b!c"),
        {AGAINST_CLUSTERS: 2},
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), max_size=25))
def test_remaining_judgments_are_consistent_and_all_are_counted(
    pairs: list[tuple[int, int, bool]],
) -> None:
    judgments = [
        JudgedPair(str(left), str(right), same) for left, right, same in pairs if left != right
    ]
    remaining, dropped = quarantine_contradictions(judgments)
    assert len(remaining) + sum(dropped.values()) == len(judgments)
    ids = [str(number) for number in range(6)]
    cluster_of = dict(zip(ids, name_clusters(ids, remaining), strict=True))
    assert all(
        left.same == (cluster_of[left.left] == cluster_of[left.right])
        for left in remaining
        if not left.same
    )
