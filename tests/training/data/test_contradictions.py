from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolver.training.data.contradictions import (
    AGAINST,
    BOTH_WAYS,
    CHAIN,
    quarantine,
)
from resolver.training.data.labeled_pairs import Judgement, cluster_names


def said(*pairs: str) -> list[Judgement]:
    """`a=b` and `a!b`."""
    return [Judgement(one[0], one[2], one[1] == "=") for one in pairs]


def test_what_agrees_is_kept() -> None:
    held = said("a=b", "b=c", "a=c", "a!d", "a=b")
    assert quarantine(held) == (held, {})


def test_one_pair_judged_both_ways() -> None:
    assert quarantine(said("a=b", "b!a", "a=c", "a!b")) == (said("a=c"), {BOTH_WAYS: 3})


def test_a_triangle_that_contradicts_itself() -> None:
    assert quarantine(said("a=b", "c=b", "c!a", "c=d", "a!e")) == (said("c=d", "a!e"), {CHAIN: 3})


def test_only_the_shortest_proof_is_left_out() -> None:
    # a = b = c denies c ! a; the detour over d and e is left alone until nothing contradicts it
    held = said("a=b", "b=c", "a!c", "a=d", "d=e", "e=c")
    assert quarantine(held) == (said("a=d", "d=e", "e=c"), {CHAIN: 3})


def test_labelled_clusters_count_for_more() -> None:
    home = {"a": "1", "b": "1", "c": "2"}
    assert quarantine(said("a!b", "a=c", "a=d", "b!c"), home) == (said("a=d", "b!c"), {AGAINST: 2})


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), max_size=25))
def test_what_is_left_can_all_be_right_and_everything_is_counted(
    pairs: list[tuple[int, int, bool]],
) -> None:
    given_ = [Judgement(str(one), str(two), same) for one, two, same in pairs if one != two]
    held, out = quarantine(given_)
    assert len(held) + sum(out.values()) == len(given_)
    ids = [str(number) for number in range(6)]
    home = dict(zip(ids, cluster_names(ids, held), strict=True))
    assert all(one.same == (home[one.left] == home[one.right]) for one in held if not one.same)
