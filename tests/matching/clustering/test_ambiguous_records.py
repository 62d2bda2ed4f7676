"""Ambiguous records: what matches two that contradict each other joins neither."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.clustering.ambiguous_records import (
    MARGIN,
    MAX_YEARS,
    MIN_YEAR_DIGITS,
    BirthYears,
)
from resolver.matching.clustering.cluster_problem import ClusterProblem
from resolver.matching.clustering.signed_clustering import (
    Constraints,
    DecidedRows,
    MergeRule,
    PairLogOdds,
    cluster,
)
from resolver.records import Batch
from tests.matching.clustering.test_restricted_records import read_years
from tests.records.samples import record

RULE = MergeRule(2945, -2944)
Scores = dict[tuple[int, int], int]
FATHER, SON, THIRD = range(3)
FAMILY: Scores = {(FATHER, SON): 500, (FATHER, THIRD): 6000, (SON, THIRD): 6000}
DATES: Sequence[tuple[int, ...]] = ((1948,), (1975,), ())


def pose(
    scores: Scores, births: Sequence[tuple[int, ...]], decided: DecidedRows | None = None
) -> ClusterProblem:
    ends = np.array(sorted(scores), dtype=np.int32).reshape(-1, 2)
    logodds = np.array([scores[pair] for pair in sorted(scores)], dtype=np.int32)
    pairs = PairLogOdds(ends[:, 0].copy(), ends[:, 1].copy(), logodds)
    bound = Constraints(decided or DecidedRows([], []))
    return ClusterProblem(len(births), pairs, RULE, bound, read_years(births))


def solve(problem: ClusterProblem) -> list[int]:
    held, _ = problem.hold_ambiguous()
    labels: list[int] = cluster(problem.count, held.pairs, RULE, held.constraints).tolist()
    return labels


def test_a_record_that_matches_father_and_son_joins_neither() -> None:
    for order in permutations(range(3)):
        scores = {
            (min(order[a], order[b]), max(order[a], order[b])): logodds
            for (a, b), logodds in FAMILY.items()
        }
        births = [DATES[order.index(row)] for row in range(3)]
        assert solve(pose(scores, births)) == [0, 1, 2]
    _, ambiguous = pose(FAMILY, DATES).hold_ambiguous()
    assert [column.tolist() for column in ambiguous[:3]] == [[0, 1], [2, 2], [1, 0]]


@pytest.mark.parametrize(
    ("births", "scores", "labels"),
    [
        # it states the birth dates of both
        ([(1948,), (1975,), (1948, 1975)], FAMILY, [0, 1, 2]),
        # it states both, and these two share no key
        ([(1948,), (1975,), (1948, 1975)], {(0, 2): 6000, (1, 2): 6000}, [0, 1, 2]),
        # it has a birth date of its own
        ([(1948,), (1975,), (1948,)], FAMILY, [0, 0, 0]),
        # the dates may be those of one person
        ([(1948,), (1948 + MAX_YEARS,), ()], FAMILY, [0, 0, 0]),
        # father and son match in spite of their dates
        (DATES, {**FAMILY, (FATHER, SON): 3000}, [0, 0, 0]),
        # it matches one so much better that it joins that one, and never connects the two
        (DATES, {**FAMILY, (FATHER, THIRD): 6000 + MARGIN}, [0, 1, 0]),
        (DATES, {**FAMILY, (FATHER, THIRD): 20_000}, [0, 1, 0]),
        # it does not match the other
        (DATES, {**FAMILY, (SON, THIRD): 2000}, [0, 1, 0]),
    ],
)
def test_only_equal_matches_of_two_that_contradict_each_other_count(
    births: Sequence[tuple[int, ...]], scores: Scores, labels: list[int]
) -> None:
    assert solve(pose(scores, births)) == labels


def test_decisions_settle_what_is_ambiguous() -> None:
    # the third is decided to be the father
    same = DecidedRows([(FATHER, THIRD)], [])
    held, ambiguous = pose(FAMILY, DATES, same).hold_ambiguous()
    assert not len(ambiguous.left)
    assert cluster(3, held.pairs, RULE, held.constraints).tolist()[THIRD] == FATHER
    # who is decided to be somebody else is no rival
    assert solve(pose(FAMILY, DATES, DecidedRows([], [(SON, THIRD)]))) == [0, 1, 0]
    # two of one birth date are decided to be different
    namesakes = [(1948,), (1948,), ()]
    scores = {**FAMILY, (FATHER, SON): 2000}
    assert solve(pose(scores, namesakes)) == [0, 0, 0]
    assert solve(pose(scores, namesakes, DecidedRows([], [(FATHER, SON)]))) == [0, 1, 2]
    # father and son are decided to be one
    assert solve(pose(FAMILY, DATES, DecidedRows([(FATHER, SON)], []))) == [0, 0, 0]


def test_ambiguous_records_may_be_one() -> None:
    """Two records without a birth date match each other, and wait together."""
    scores = {**FAMILY, (FATHER, 3): 5000, (SON, 3): 4000, (THIRD, 3): 6000}
    assert solve(pose(scores, [*DATES, ()])) == [0, 1, 2, 2]


PAIRS = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1])
SCORES = st.dictionaries(PAIRS, st.integers(-9_000, 12_000), max_size=15)
BIRTHS = st.lists(st.lists(st.integers(1950, 1962), max_size=2).map(tuple), min_size=6, max_size=6)


@settings(max_examples=400, deadline=None)
@given(SCORES, BIRTHS)
def test_rivals_are_those_of_all_triples(scores: Scores, births: Sequence[tuple[int, ...]]) -> None:
    def of(left: int, right: int) -> int | None:
        return scores.get((min(left, right), max(left, right)))

    def contradict(left: int, right: int, digits: int = MIN_YEAR_DIGITS) -> bool:
        both = [(a, b) for a in births[left] for b in births[right]]
        return bool(both) and all(
            abs(a - b) > MAX_YEARS
            and sum(x != y for x, y in zip(str(a), str(b), strict=True)) >= digits
            for a, b in both
        )

    strongest: dict[tuple[int, int], tuple[int, int]] = {}
    for middle, own, rival in permutations(range(6), 3):
        first, second, between = of(middle, own), of(middle, rival), of(own, rival)
        if min(first or 0, second or 0) < RULE.merge_threshold or not contradict(own, rival):
            continue
        if contradict(middle, own, 0) or contradict(middle, rival, 0):
            continue
        years = births[middle]
        is_bridge = bool(years) and max(years) - min(years) > MAX_YEARS
        if between is None and not is_bridge:
            continue
        if between is not None and between >= RULE.merge_threshold:
            continue
        assert first is not None
        assert second is not None
        if abs(first - second) < MARGIN:
            pair = min(middle, own), max(middle, own)
            strongest[pair] = min(strongest.get(pair, (0, 0)), (-second, rival))
    _, ambiguous = pose(scores, births).hold_ambiguous()
    pairs = zip(ambiguous.left.tolist(), ambiguous.right.tolist(), strict=True)
    found = dict(zip(pairs, ambiguous.rival.tolist(), strict=True))
    assert found == {pair: rival for pair, (_, rival) in strongest.items()}
    labels = np.arange(6, dtype=np.int32)
    queried = np.array([0, 2, 4], dtype=np.int32), np.array([1, 3, 5], dtype=np.int32)
    expected = [found.get(pair, -1) for pair in ((0, 1), (2, 3), (4, 5))]
    assert ambiguous.find_rivals(labels, *queried).tolist() == expected


def test_dates_are_read_as_the_years_they_may_mean() -> None:
    years = read_years([(1950,), (), (1950, 1960, 1970, 1980, 1990)])
    rows = np.arange(3)
    assert years.contradict_themselves().tolist() == [False, False, True]
    assert years.contradict(rows, np.array([2, 0, 0])).tolist() == [False, False, False]


@pytest.mark.parametrize(
    ("left", "right", "contradicts"),
    [
        ("1948-03-02", "1975-11-20", True),
        # a digit of the year and one of the month are wrong
        ("1948-03-02", "1978-08-02", False),
        ("1948-03-02", "1978", False),
        ("1948", "1975", True),
        ("1948", "1978", False),
        ("1948-03-02", "", False),
    ],
)
def test_dates_that_may_be_slips_contradict_nothing(
    left: str, right: str, contradicts: bool
) -> None:
    records = [record(f"s:{place}", birthDate=date) for place, date in enumerate((left, right))]
    births = BirthYears.of(Batch.from_records(records).canonical())
    assert births.contradict(np.array([0]), np.array([1])).tolist() == [contradicts]
