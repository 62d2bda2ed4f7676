"""Decided pairs of a batch, and decisions that contradict each other."""

from __future__ import annotations

import datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import DecisionError
from resolver.matching.clustering.signed_clustering import DecidedRows, place_decisions
from resolver.records.decisions import Decision, Verdict

IDS = "abcdef"
ROWS = {record_id: row for row, record_id in enumerate(IDS)}
SAME, DIFFERENT = Verdict.SAME, Verdict.DIFFERENT
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def decision(pair: str, verdict: Verdict, minute: int = 0) -> Decision:
    left, right = tuple(pair)
    time = START + datetime.timedelta(minutes=minute)
    return Decision(left, right, verdict, decided_by="ann", decided_at=time)


def test_pairs_without_a_row_are_left_out() -> None:
    decisions = [decision("ab", SAME), decision("ac", DIFFERENT), decision("az", SAME)]
    assert place_decisions(decisions, ROWS) == DecidedRows([(0, 1)], [(0, 2)])


def test_contradicting_decisions_are_refused() -> None:
    decisions = [decision("ab", SAME), decision("bc", SAME), decision("ac", DIFFERENT)]
    with pytest.raises(DecisionError, match="a and c are decided to be different"):
        place_decisions(decisions, ROWS)
    with pytest.raises(DecisionError):
        place_decisions(decisions, ROWS, frozenset({("a", "c")}))
    with pytest.raises(DecisionError):
        place_decisions(decisions, ROWS, frozenset({("b", "c")}))


def test_of_earlier_contradictions_the_latest_same_counts() -> None:
    decisions = [decision("ab", SAME, 1), decision("bc", SAME, 2), decision("ac", DIFFERENT, 3)]
    assert place_decisions(decisions, ROWS, frozenset()) == DecidedRows([(1, 2)], [(0, 2)])
    # a new decision on other records is no matter of it
    decisions.append(decision("de", SAME, 4))
    checked = frozenset({("d", "e")})
    assert place_decisions(decisions, ROWS, checked) == DecidedRows([(1, 2), (3, 4)], [(0, 2)])
    # but one that contradicts what counts is
    with pytest.raises(DecisionError):
        place_decisions(
            [*decisions, decision("bf", SAME), decision("cf", DIFFERENT)],
            ROWS,
            checked | {("c", "f")},
        )


def _groups(pairs: list[Decision]) -> list[set[str]]:
    groups = [{record_id} for record_id in IDS]
    for item in pairs:
        first, second = (next(g for g in groups if r in g) for r in item.pair)
        if first is not second:
            groups.remove(second)
            first |= second
    return groups


@given(
    st.lists(st.sampled_from([SAME, DIFFERENT, None]), min_size=15, max_size=15),
    st.permutations(range(15)),
)
def test_decisions_that_count_are_consistent_and_as_many_as_can_be(
    verdicts: list[Verdict | None], minutes: list[int]
) -> None:
    pairs = ["".join(pair) for pair in combinations(IDS, 2)]
    decisions = [
        decision(pair, verdict, minute)
        for pair, verdict, minute in zip(pairs, verdicts, minutes, strict=True)
        if verdict is not None
    ]
    placed = place_decisions(decisions, ROWS, frozenset())
    apart = [set(item.pair) for item in decisions if item.verdict is DIFFERENT]
    lasting: list[Decision] = []
    by_time = sorted(decisions, key=lambda item: item.decided_at or START, reverse=True)
    for item in (item for item in by_time if item.verdict is SAME):
        if not any(pair <= group for pair in apart for group in _groups([*lasting, item])):
            lasting.append(item)
    assert placed.same == sorted((ROWS[item.left_id], ROWS[item.right_id]) for item in lasting)
    assert {frozenset(pair) for pair in placed.different} == {
        frozenset(ROWS[record_id] for record_id in pair) for pair in apart
    }
