"""The points of a pair at a glance, against the same sum told slowly."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.blocking import (
    PLAN_BY_NAME,
    PLANS,
    Plan,
    candidates,
    glanced,
)
from resolver.blocking.key_join import Pairs
from resolver.blocking.prefilter import (
    PASSED,
    POINTS,
    _near,
    all_points,
)
from resolver.records import Identifier, Kind, Record
from resolver.records.prepared.batch import Prepared, TokenFlag
from resolver.synthetic import generate
from tests.normalize.preparing import prepared
from tests.records.samples import record

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


def at_a_glance(found: Prepared, one: int, two: int) -> int:
    """The points of two rows."""
    certain = _certain(found, one) & _certain(found, two)
    if int(found.kinds[one] & found.kinds[two]) != 1 or certain:
        return PASSED
    words = sorted(
        (words_of(found, one), words_of(found, two)), key=lambda words: (len(words), words)
    )
    return of_those(found, one, two, words)


def of_those(found: Prepared, one: int, two: int, words: list[list[int]]) -> int:
    """The same of two persons whose words are given in this order."""
    levels = [max((_level(found, a, b) for b in words[1]), default=0) for a in words[0]]
    rarity = [int(min(found.tokens.rarity_person[word] / 2, 4)) for word in words[0]]
    alike = [steps for steps, level in zip(rarity, levels, strict=True) if level > 2]
    counts = [levels.count(level) for level in range(5)]
    counts[3] += counts[4]
    answers = [min(count, 3) for count in counts]
    answers += [max(alike, default=0), min(len(words[0]), 2)]
    places = _places(found, one), _places(found, two)
    answers.append(1 + min(len(places[0] & places[1]), 2) if all(places) else 0)
    answers.append(
        max((_date(found, a, b) for a in found.births[one] for b in found.births[two]), default=0)
    )
    return sum(int(POINTS[question, answer]) for question, answer in enumerate(answers))


def _certain(found: Prepared, row: int) -> set[str]:
    table = found.identifier_table
    said = {
        f"i{table.texts[at]}"
        for at in found.identifiers[row]
        if not table.mass_used[at] and table.number[at]
    }
    for name in ("phone", "email"):
        ragged, texts = found.plain[name]
        said |= {f"c{texts.texts[at]}" for at in ragged[row]}
    return said


def words_of(found: Prepared, row: int) -> list[int]:
    """Its tokens, ascending, without particles and legal forms."""
    tokens = {int(token) for form in found.names[row] for token in found.forms.tokens[form]}
    return sorted(
        token
        for token in tokens
        if not found.tokens.flags[token] & (TokenFlag.PARTICLE | TokenFlag.LEGAL)
    )


def _places(found: Prepared, row: int) -> set[str]:
    held = (found.birth_places, found.place_table), (found.addresses, found.address_table)
    return {
        str(table.token_texts[word])
        for ragged, table in held
        for at in ragged[row]
        for word in table.local[at]
    }


def _level(found: Prepared, one: int, two: int) -> int:
    table = found.tokens
    a, b = str(table.texts[one]), str(table.texts[two])
    if len(a) > 1 and len(b) > 1:
        if a == b:
            return 4
        if (
            table.phonetic[one] == table.phonetic[two]
            or table.skeleton[one] == table.skeleton[two] != 0
        ):
            return 3
        if a[:3] == b[:3] and min(len(a), len(b)) > 2:
            return 2
    if (
        min(len(a), len(b)) > 3
        and int(table.signature[one] ^ table.signature[two]).bit_count() <= 2
    ):
        return 2
    return int(a[0] == b[0])


def _date(found: Prepared, one: int, two: int) -> int:
    table = found.dates
    columns = (table.year, table.last_year, table.month, table.day)
    year, last, month, day = ([int(column[at]) for at in (one, two)] for column in columns)
    if 0 in year:
        return 2
    circa = [int(table.circa[at]) for at in (one, two)]
    first, last = (
        [y - c for y, c in zip(year, circa, strict=True)],
        [y + c for y, c in zip(last, circa, strict=True)],
    )
    exact = all(day)
    parts = (month[0] == month[1]) + (day[0] == day[1]) if exact else 0
    new_year = month[0] == day[0] == 1
    if first[0] <= last[1] and first[1] <= last[0]:
        if not exact:
            return 8
        if parts == 2:
            return 9 if new_year else 10
        return 9 if month[0] == day[1] and day[0] == month[1] else 7 if parts else 4
    digits = sum(a != b for a, b in zip(f"{first[0]:04d}", f"{first[1]:04d}", strict=True))
    near = digits == 1 or abs(first[0] - first[1]) <= 2
    if parts == 2 and not new_year:
        return 7 if near else 6
    return 5 if parts and near else 3 if near else 1


@st.composite
def people(draw: st.DrawFn) -> list[Record]:
    """A few records that have much in common."""
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
def test_points_are_those_told_slowly_and_of_the_pair_alone(records: list[Record]) -> None:
    found = prepared(records)
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(records), 1))
    wanted = [
        at_a_glance(found, one, two) for one, two in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert all_points(found, left, right).tolist() == wanted
    assert all_points(found, right, left).tolist() == wanted
    for one, two, points in zip(left.tolist(), right.tolist(), wanted, strict=True):
        alone = prepared([records[one], records[two]])
        assert all_points(
            alone, np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
        ).tolist() == [points]


def test_years_are_near_that_differ_little_or_in_one_digit() -> None:
    years = [*range(1, 2200, 7), 1899, 1900, 1960, 1961, 1962, 1990, 2000, 2060, 9960]
    for left, right in product(years, years):
        digits = sum(a != b for a, b in zip(f"{left:04d}", f"{right:04d}", strict=True))
        assert _near.py_func(left, right) == (abs(left - right) <= 2 or digits == 1)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_one_thread_or_several_give_the_same(plan: Plan) -> None:
    found = prepared(generate(600, seed=5).records)
    answers = [candidates(found, plan, workers=workers) for workers in (1, 2, 3)]
    for pairs, stats in answers[1:]:
        assert stats == answers[0][1]
        assert all(
            np.array_equal(getattr(pairs, name), getattr(answers[0][0], name))
            for name in Pairs.__slots__
        )


def test_what_speaks_for_one_person_is_worth_more() -> None:
    base = {"name": "Brzezinski John", "birthDate": "1960-05-04", "birthPlace": "Kabul"}
    others = [
        base,
        {**base, "birthDate": "1960-05-09"},
        {**base, "birthDate": "1960-05-09", "birthPlace": "Herat"},
        {**base, "birthDate": "1985-07-08", "birthPlace": "Herat"},
        {**base, "birthDate": "1985-07-08", "birthPlace": "Herat", "name": "Brzezinski Mark"},
    ]
    found = prepared(record(str(row), **other) for row, other in enumerate([base, *others]))  # type: ignore[arg-type]
    points = all_points(
        found, np.zeros(5, dtype=np.int32), np.arange(1, 6, dtype=np.int32)
    ).tolist()
    assert points == sorted(points, reverse=True)
    assert len(set(points)) == 5
    told = glanced(
        found, PLAN_BY_NAME["S"], np.zeros(5, dtype=np.int32), np.arange(1, 6, dtype=np.int32)
    )
    assert told.tolist() == [True, True, True, True, False]
