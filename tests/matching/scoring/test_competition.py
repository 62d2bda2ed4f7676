"""Competition of candidates: probabilities of exclusive hypotheses, in thousandths of log-odds."""

from __future__ import annotations

import math
import random
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.scoring import Thresholds
from resolver.matching.scoring.competition import (
    Competition,
    ContestedPairs,
    InReview,
    QueryCompetition,
    add_competition,
    compete,
    group_in_review,
    spare_equals,
)
from resolver.matching.scoring.terms import LOWEST_LOGODDS
from resolver.records.results.explanation import EvidenceRow, Explanation
from resolver.records.results.resolution import Band

STRONG = 4_000
LOGODDS = st.lists(st.integers(-3_000, 13_000), min_size=1, max_size=8)


def run(logodds: list[int], in_review: InReview | None = None) -> list[Competition]:
    return compete(logodds, [True] * len(logodds), in_review or {})


def probability(logodds: int) -> float:
    return 1 / (1 + math.exp(-logodds / 1000))


def test_five_equal_candidates_share_the_probability() -> None:
    odds = math.exp(STRONG / 1000)
    for competition in run([STRONG] * 5):
        assert probability(competition.logodds) == pytest.approx(odds / (1 + 5 * odds), abs=1e-3)
        assert competition.others == 4
        assert competition.logodds == STRONG + competition.weight


@given(LOGODDS)
def test_probabilities_are_those_of_exclusive_hypotheses(logodds: list[int]) -> None:
    odds = [math.exp(value / 1000) for value in logodds]
    for own, competition in zip(odds, run(logodds), strict=True):
        expected = own / (1 + math.fsum(odds))
        # a thousandth of log-odds is a relative error of 0.001
        assert probability(competition.logodds) == pytest.approx(expected, rel=1.1e-3, abs=1e-6)


def test_lone_candidate_keeps_its_score() -> None:
    assert run([STRONG]) == [Competition(STRONG, 0, 0)]
    assert compete([], [], {}) == []


def test_candidates_that_do_not_compete_only_lose() -> None:
    first, second = compete([STRONG, -4_000], [True, False], {})
    assert first == Competition(STRONG, 0, 0)
    assert second.weight == -math.ceil(1000 * math.log1p(math.exp(4)))
    assert second.others == 1


def test_candidates_in_review_count_once() -> None:
    logodds = [STRONG, 3_000, 2_000]
    first, second, third = run(logodds, group_in_review([0, 1, 2], [(0, 1)]))
    # the two are in review with each other: each competes with the third only
    assert first.weight == second.weight == -math.ceil(1000 * math.log1p(math.exp(2)))
    assert (first.others, second.others) == (1, 1)
    # and the third competes with the stronger of them only
    assert third == Competition(2_000 + third.weight, -math.ceil(1000 * math.log1p(math.exp(4))), 1)


def test_chain_in_review_counts_its_ends() -> None:
    # 1 is in review with 0 and 2, which compete with each other
    in_review = group_in_review([0, 1, 2], [(0, 1), (1, 2)])
    weights = [competition.others for competition in run([3_000, 2_000, 1_000, 0], in_review)]
    assert weights == [2, 1, 2, 2]


@given(LOGODDS, st.data())
def test_order_of_candidates_plays_no_part(logodds: list[int], data: st.DataObject) -> None:
    count = len(logodds)
    indices = st.integers(0, count - 1)
    pairs = data.draw(st.sets(st.tuples(indices, indices).filter(lambda pair: pair[0] != pair[1])))
    ordered = sorted(range(count), key=lambda place: (-logodds[place], place))
    expected = run(logodds, group_in_review(ordered, pairs))
    shuffled = data.draw(st.permutations(range(count)))
    at = {place: position for position, place in enumerate(shuffled)}
    in_review = group_in_review(
        [at[place] for place in ordered], [(at[left], at[right]) for left, right in pairs]
    )
    result = run([logodds[place] for place in shuffled], in_review)
    assert [result[at[place]] for place in range(count)] == expected


def test_sum_is_exact_in_any_order() -> None:
    odds = [13_000, 2, -2_900, -1]
    results = {
        tuple(sorted(zip(order, run(list(order)), strict=True))) for order in permutations(odds)
    }
    assert len(results) == 1


def test_no_score_falls_below_the_lowest() -> None:
    lowest = run([13_816, LOWEST_LOGODDS])[1]
    assert lowest == Competition(LOWEST_LOGODDS, 0, 1)


def explanation(*weights: int) -> Explanation:
    rows = tuple(EvidenceRow(f"r{weight}", "", "", "", None, weight) for weight in weights)
    return Explanation("!", "p", 0.98, Band.MATCH, sum(weights), rows)


@pytest.mark.parametrize(
    ("others", "text"), [(1, "Also fits: 1 other."), (4, "Also fits: 4 others.")]
)
def test_row_of_competition_keeps_the_sum(others: int, text: str) -> None:
    result = add_competition(explanation(-1_000, 5_000), -1_609, others, Thresholds())
    assert (result.rows[-1].name, result.rows[-1].help) == ("competition", text)
    assert result.logodds == sum(row.weight for row in result.rows) == 2_391
    assert result.score == pytest.approx(probability(2_391), abs=1e-6)
    assert result.band is Band.REVIEW
    # it is no evidence against this candidate
    assert [row.name for row in result.contradicting_rows] == ["r-1000"]


def test_row_without_weight_is_left_out() -> None:
    before = explanation(4_000)
    assert add_competition(before, 0, 0, Thresholds()) is before


QUERIES = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(10, 16)), st.integers(-2_900, 9_000), max_size=20
)


@given(QUERIES, st.sets(st.integers(10, 16)), st.randoms())
def test_candidates_of_many_queries_compete_as_those_of_one_check(
    logodds: dict[tuple[int, int], int], hidden: set[int], dice: random.Random
) -> None:
    pairs = sorted(logodds, key=lambda pair: dice.random())
    columns = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    values = np.array([logodds[pair] for pair in pairs], dtype=np.int32)
    competes = np.array([pair[1] not in hidden for pair in pairs], dtype=bool)
    competition = QueryCompetition.of(
        ContestedPairs(columns[:, 0], columns[:, 1], values, competes)
    )
    rivals = {(first, second) for first, second in competition.find_rivals().tolist()}
    in_review = {pair for pair in sorted(rivals) if dice.random() < 0.3}
    weights = dict(zip(pairs, competition.weigh(in_review).tolist(), strict=True))
    for query in range(4):
        own = sorted(
            (pair for pair in pairs if pair[0] == query), key=lambda pair: (-logodds[pair], pair)
        )
        rows = [row for _, row in own]
        together = [
            (first, second)
            for first in range(len(rows))
            for second in range(first)
            if (min(rows[first], rows[second]), max(rows[first], rows[second])) in in_review
        ]
        expected = compete(
            [logodds[pair] for pair in own],
            [row not in hidden for row in rows],
            group_in_review(range(len(rows)), together),
        )
        assert [weights[pair] for pair in own] == (
            [item.weight for item in expected] if len(own) > 1 else [0] * len(own)
        )
        if not together and not hidden:
            total = sum(probability(logodds[pair] + weights[pair]) for pair in own)
            assert total <= 1.001


def test_candidates_that_match_and_may_be_one_do_not_compete() -> None:
    """The right side of a link may hold somebody twice, and the two records share little."""
    rows = np.array([10, 11, 12], dtype=np.int32)
    logodds = np.array([STRONG + 9_000, STRONG, -1_000], dtype=np.int32)
    pairs = ContestedPairs(np.zeros(3, dtype=np.int32), rows, logodds, np.ones(3, dtype=bool))
    competition = QueryCompetition.of(pairs)
    assert competition.find_rivals().tolist() == [[10, 11], [10, 12], [11, 12]]
    every = {(10, 11), (10, 12), (11, 12)}
    weights = competition.weigh(set(), every, STRONG).tolist()
    # the third matches too little to be one of them, and takes little from either
    assert weights == [-314, -314, LOWEST_LOGODDS + 1_000]
    assert competition.weigh(set()).tolist()[1] < -9_000


def test_equal_candidates_lower_each_other_to_even_odds_at_most() -> None:
    def spare(logodds: list[int], equals: list[list[int]]) -> list[float]:
        competes = [True] * len(logodds)
        competitions = compete(logodds, competes, {})
        spared = spare_equals(logodds, competitions, competes, {}, equals)
        for own, before, after in zip(logodds, competitions, spared, strict=True):
            assert before.logodds <= after.logodds == own + after.weight <= own
        return [round(probability(row.logodds), 3) for row in spared]

    assert spare([STRONG] * 5, [[0, 1, 2, 3, 4]]) == [0.5] * 5
    # below even odds equals take nothing from each other
    assert spare([-405, -405], [[0, 1]]) == [0.4, 0.4]
    # what tells one of them apart counts as before
    assert spare([STRONG, STRONG, STRONG], [[0, 1]]) == [0.495, 0.495, 0.331]
    assert spare([STRONG, STRONG], []) == [0.495, 0.495]
