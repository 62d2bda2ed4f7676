"""Sets of codes against loops over Python sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import Kind
from resolver.records.prepared.batch import PLURAL_FAMILIES, WEAK_FAMILIES, IdentifierTable, Ragged
from resolver.records.prepared.value_flags import CHECKED
from resolver.values.value_comparators import graded_overlap, identifier_similarity, overlap
from tests.matching.preparing import prepared
from tests.records.samples import record

two_sets = st.tuples(*(st.sets(st.integers(0, 5), max_size=4) for _ in range(2)))
first, second = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)


@settings(deadline=None)
@given(two_sets)
def test_overlap(sets: tuple[set[int], set[int]]) -> None:
    side = Ragged.of([sorted(items) for items in sets])
    expected = len(sets[0] & sets[1]) / min(map(len, sets)) if all(sets) else np.nan
    for left, right in ((first, second), (second, first)):
        np.testing.assert_array_equal(
            overlap(side, left, right), np.array([expected], dtype=np.float32)
        )


@settings(deadline=None)
@given(two_sets, st.lists(st.floats(0, 1, width=32), min_size=6, max_size=6))
def test_graded_overlap(sets: tuple[set[int], set[int]], grades: list[float]) -> None:
    side = Ragged.of([sorted(items) for items in sets])
    common = sets[0] & sets[1]
    expected = np.nan
    if all(sets):
        shared = len(common) / min(map(len, sets))
        expected = 0.5 * shared + 0.5 * max((grades[item] for item in common), default=0)
    weights = np.array(grades, dtype=np.float32)
    for left, right in ((first, second), (second, first)):
        np.testing.assert_allclose(graded_overlap(side, weights, left, right), [expected], 1e-6)


# (number, family, country, used by many, how exclusive); number 0 is none
papers = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([1, 2, 6, 15, 2 | CHECKED]),
        st.integers(0, 2),
        st.sampled_from([0, 0, 1]),
    ),
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(papers, papers)
def test_identifiers(left: list[tuple[int, ...]], right: list[tuple[int, ...]]) -> None:
    weak = WEAK_FAMILIES
    grades = [1.0, 0.25, 1.0]
    columns = list(zip(*(left + right), strict=True)) or [(), (), (), ()]
    table = IdentifierTable(
        number=np.array(columns[0], dtype=np.uint64),
        type=np.array(columns[1], dtype=np.int32),
        country=np.array(columns[2], dtype=np.int32),
        texts=np.array([], dtype=object),
        mass_used=np.array(columns[3], dtype=np.uint8),
    )
    side = Ragged.of([list(range(len(left))), list(range(len(left), len(left) + len(right)))])
    # numbers that are not shared have the grade 1
    shared = np.array([1, 7, 9], dtype=np.uint64), np.array([0.25, 0.5, 0.6], dtype=np.float32)
    values = [
        value for a in left for b in right if (value := _paper(a, b, weak, grades)) is not None
    ]
    expected = np.array([max(values) if values else np.nan], dtype=np.float32)
    for rows in ((first, second), (second, first)):
        actual = identifier_similarity(side, table, shared, *rows)
        np.testing.assert_allclose(actual, expected, 1e-6)


def _paper(
    left: tuple[int, ...], right: tuple[int, ...], weak: tuple[int, ...], grades: list[float]
) -> float | None:
    has_countries = left[2] and right[2]
    if left[3] or right[3]:
        return None
    checked = left[1] & right[1] & CHECKED
    left, right = ((item[0], item[1] % CHECKED, *item[2:]) for item in (left, right))
    if left[0] == right[0] != 0:
        if left[1] in weak or right[1] in weak:
            best = 0.5
        elif has_countries and left[2] != right[2]:
            best = 0.6
        else:
            best = 1.0 if left[1] == right[1] else 0.9
        return 0.3 + (best - 0.3) * grades[left[0]]
    if left[1] == right[1] and left[2] == right[2] and left[0] and right[0]:
        if left[1] in PLURAL_FAMILIES:
            return None
        if checked:
            return 0.0
        return 0.1 if left[2] else 0.2
    return None


@pytest.mark.parametrize(
    ("names", "others", "expected"),
    [
        ("Unit 121 Iran", "Unit 121 France", {"numbers": 1.0, "places_named": 0.0}),
        ("Bureau 39 Section 3", "Bureau 39 Section 4", {"numbers": 0.25}),
        ("Bureau 39", "Bureau 39 Section 4", {"numbers": 1.0}),
        ("Acme LLC", "Acme", {"legal_form": 0.5}),
        ("Acme", "Acme", {"legal_form": np.nan, "numbers": np.nan, "places_named": np.nan}),
    ],
)
def test_flagged_words(names: str, others: str, expected: dict[str, float]) -> None:
    batch = prepared(
        [record("s:1", Kind.GROUP, name=names), record("s:2", Kind.GROUP, name=others)]
    )
    for left, right in ((first, second), (second, first)):
        context = Context(batch, NameIndex.of(batch), left, right, True)
        for feature, value in expected.items():
            answer = COMPARATOR_BY_NAME[feature].compare(context)
            np.testing.assert_array_equal(answer, np.array([value], dtype=np.float32))


@pytest.mark.parametrize(
    ("name", "other", "matches"),
    [
        ("Red River Gang Northern", "RRGN", True),
        ("The Red River Gang of Northern LLC", "RRGN", True),
        ("Red River", "RR", False),
        ("Red River Gang", "RXG", False),
        ("Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota", "ABGDEZETI", True),
        ("Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota", "ABGDEZETA", False),
    ],
)
def test_acronyms(name: str, other: str, matches: bool) -> None:
    batch = prepared(
        [record("s:1", Kind.GROUP, name=["X Y", name]), record("s:2", Kind.GROUP, name=other)]
    )
    for left, right in ((first, second), (second, first)):
        context = Context(batch, NameIndex.of(batch), left, right, True)
        answer = COMPARATOR_BY_NAME["acronym"].compare(context)
        np.testing.assert_array_equal(
            answer, np.array([1.0 if matches else np.nan], dtype=np.float32)
        )
