"""Prefilter scores of pairs, against a slow sum of points."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.blocking import (
    PLAN_BY_NAME,
    PLANS,
    Plan,
    join_candidates,
    passes_prefilter,
)
from resolver.matching.blocking.key_join import CandidatePairs
from resolver.matching.blocking.keys import prefilter_scores
from resolver.matching.kernels.prefilter import PASSED, POINTS, _is_near_year
from resolver.records import Identifier, Kind, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.value_flags import TokenFlag
from resolver.world import generate
from tests.matching.preparing import prepared
from tests.records.samples import record

pytestmark = pytest.mark.slow


NAMES = ("Ann Lee", "Ana Li", "A. Lee", "Husayn Ali Stone", "Atone Hussein", "Hus", "Dr. Al", "")
DATES = (
    "1960",
    "1961~",
    "1960-05-04",
    "1960-04-05",
    "1960-05-09",
    "1958/1961",
    "1960-01-01",
    "1990-05-04",
    "never",
)
PLACES = ("Kabul", "Old Kabul", "New Old Kabul", "Herat")


def score_slowly(batch: PreparedBatch, first: int, second: int) -> int:
    """Return the score of two rows."""
    certain = _certain(batch, first) & _certain(batch, second)
    if int(batch.kinds[first] & batch.kinds[second]) != 1 or certain:
        return PASSED
    words = sorted(
        (words_of(batch, first), words_of(batch, second)), key=lambda words: (len(words), words)
    )
    return score_of_words(batch, first, second, words)


def score_of_words(batch: PreparedBatch, first: int, second: int, words: list[list[int]]) -> int:
    """Return the score of two persons, given their words in order."""
    levels = [max((_level(batch, a, b) for b in words[1]), default=0) for a in words[0]]
    rarity = [int(min(batch.tokens.rarity_person[word] / 2, 4)) for word in words[0]]
    alike = [steps for steps, level in zip(rarity, levels, strict=True) if level > 2]
    counts = [levels.count(level) for level in range(5)]
    counts[3] += counts[4]
    answers = [min(count, 3) for count in counts]
    answers += [max(alike, default=0), min(len(words[0]), 2)]
    places = _places(batch, first), _places(batch, second)
    answers.append(1 + min(len(places[0] & places[1]), 2) if all(places) else 0)
    answers.append(
        max(
            (_date(batch, a, b) for a in batch.births[first] for b in batch.births[second]),
            default=0,
        )
    )
    return sum(int(POINTS[question, answer]) for question, answer in enumerate(answers))


def _certain(batch: PreparedBatch, row: int) -> set[str]:
    table = batch.identifier_table
    values = {
        f"i{table.texts[at]}"
        for at in batch.identifiers[row]
        if not table.mass_used[at] and table.number[at]
    }
    for name in ("phone", "email"):
        ragged, texts = batch.plain[name]
        values |= {f"c{texts.texts[at]}" for at in ragged[row]}
    return values


def words_of(batch: PreparedBatch, row: int) -> list[int]:
    """Return the tokens of a row, ascending, without particles and legal forms."""
    tokens = {int(token) for form in batch.names[row] for token in batch.forms.tokens[form]}
    return sorted(
        token
        for token in tokens
        if not batch.tokens.flags[token] & (TokenFlag.PARTICLE | TokenFlag.LEGAL)
    )


def _places(batch: PreparedBatch, row: int) -> set[str]:
    sides = (batch.birth_places, batch.place_table), (batch.addresses, batch.address_table)
    return {
        str(table.token_texts[word])
        for ragged, table in sides
        for at in ragged[row]
        for word in table.local[at]
    }


def _level(batch: PreparedBatch, first: int, second: int) -> int:
    table = batch.tokens
    a, b = str(table.texts[first]), str(table.texts[second])
    if len(a) > 1 and len(b) > 1:
        if a == b:
            return 4
        if (
            table.phonetic[first] == table.phonetic[second]
            or table.skeleton[first] == table.skeleton[second] != 0
        ):
            return 3
        if a[:3] == b[:3] and min(len(a), len(b)) > 2:
            return 2
    if (
        min(len(a), len(b)) > 3
        and int(table.signature[first] ^ table.signature[second]).bit_count() <= 2
    ):
        return 2
    return int(a[0] == b[0])


def _date(batch: PreparedBatch, first: int, second: int) -> int:
    table = batch.dates
    columns = (table.year, table.last_year, table.month, table.day)
    year, last, month, day = ([int(column[at]) for at in (first, second)] for column in columns)
    if 0 in year:
        return 2
    circa = [int(table.circa[at]) for at in (first, second)]
    earliest, latest = (
        [y - c for y, c in zip(year, circa, strict=True)],
        [y + c for y, c in zip(last, circa, strict=True)],
    )
    exact = all(day)
    parts = (month[0] == month[1]) + (day[0] == day[1]) if exact else 0
    new_year = month[0] == day[0] == 1
    if earliest[0] <= latest[1] and earliest[1] <= latest[0]:
        if not exact:
            return 8
        if parts == 2:
            return 9 if new_year else 10
        return 9 if month[0] == day[1] and day[0] == month[1] else 7 if parts else 4
    digits = sum(a != b for a, b in zip(f"{earliest[0]:04d}", f"{earliest[1]:04d}", strict=True))
    near = digits == 1 or abs(earliest[0] - earliest[1]) <= 2
    if parts == 2 and not new_year:
        return 7 if near else 6
    return 5 if parts and near else 3 if near else 1


@st.composite
def people(draw: st.DrawFn) -> list[Record]:
    """Draw records that have much in common."""
    return [
        record(
            f"s:{number}",
            draw(st.sampled_from([Kind.PERSON] * 5 + [Kind.GROUP, Kind.LEGAL])),
            name=draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)),
            birthDate=draw(st.lists(st.sampled_from(DATES), max_size=2, unique=True)),
            birthPlace=draw(st.lists(st.sampled_from(PLACES), max_size=2, unique=True)),
            phone=draw(st.lists(st.sampled_from(["123456", "654321"]), max_size=1)),
            identifiers=[Identifier("idNumber", draw(st.sampled_from(["A1B2", "1234567"])))]
            * draw(st.integers(0, 1)),
        )
        for number in range(draw(st.integers(2, 6)))
    ]


@settings(max_examples=150, deadline=None)
@given(people())
def test_scores_are_slow_sums_of_the_pair(records: list[Record]) -> None:
    batch = prepared(records)
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(records), 1))
    expected = [
        score_slowly(batch, first, second)
        for first, second in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert prefilter_scores(batch, left, right).tolist() == expected
    assert prefilter_scores(batch, right, left).tolist() == expected
    for first, second, points in zip(left.tolist(), right.tolist(), expected, strict=True):
        pair_batch = prepared([records[first], records[second]])
        assert prefilter_scores(
            pair_batch, np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
        ).tolist() == [points]


def test_near_years_differ_little_or_in_one_digit() -> None:
    years = [*range(1, 2200, 7), 1899, 1900, 1960, 1961, 1962, 1990, 2000, 2060, 9960]
    for left, right in product(years, years):
        digits = sum(a != b for a, b in zip(f"{left:04d}", f"{right:04d}", strict=True))
        assert _is_near_year(left, right) == (abs(left - right) <= 2 or digits == 1)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_threads_do_not_change_the_result(plan: Plan) -> None:
    batch = prepared(generate(600, seed=5).records)
    answers = [join_candidates(batch, plan, workers=workers) for workers in (1, 2, 3)]
    for pairs, stats in answers[1:]:
        assert stats == answers[0][1]
        assert all(
            np.array_equal(getattr(pairs, name), getattr(answers[0][0], name))
            for name in CandidatePairs.__slots__
        )


def test_agreement_raises_the_score() -> None:
    base = {"name": "Brzezinski John", "birthDate": "1960-05-04", "birthPlace": "Kabul"}
    others = [
        base,
        {**base, "birthDate": "1960-05-09"},
        {**base, "birthDate": "1960-05-09", "birthPlace": "Herat"},
        {**base, "birthDate": "1985-07-08", "birthPlace": "Herat"},
        {**base, "birthDate": "1985-07-08", "birthPlace": "Herat", "name": "Brzezinski Mark"},
    ]
    rows = enumerate([base, *others])
    batch = prepared(record(str(row), **other) for row, other in rows)  # type: ignore[arg-type]
    points = prefilter_scores(
        batch, np.zeros(5, dtype=np.int32), np.arange(1, 6, dtype=np.int32)
    ).tolist()
    assert points == sorted(points, reverse=True)
    assert len(set(points)) == 5
    passed = passes_prefilter(
        batch, PLAN_BY_NAME["S"], np.zeros(5, dtype=np.int32), np.arange(1, 6, dtype=np.int32)
    )
    assert passed.tolist() == [True, True, True, True, False]
