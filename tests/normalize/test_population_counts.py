"""Counts of a population, against slow and obvious counts."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.model_set import load_models
from resolver.normalize import count_population, prepare, with_frequencies
from resolver.normalize.population_counts import CONCENTRATION_RANGE, name_concentration
from resolver.pipeline import symbol_source
from resolver.records import Batch, Kind, Record, Value
from resolver.records.prepared.batch import MaterializedBatch
from resolver.records.prepared.frequencies import FrequencyTables, WordCounts
from resolver.records.prepared.population import DEFAULT_CONCENTRATION, Population

GIVEN, FAMILY = ("anna", "boris", "carla", "dmitri"), ("adler", "becker", "conti")


def person(number: int, name: str, birth: str = "", source: str = "s") -> Record:
    values = [Value("name", name)]
    if birth:
        values.append(Value("birthDate", birth))
    return Record(f"{source}:{number:05d}", source, Kind.PERSON, "Person", tuple(values))


def prepared_of(records: list[Record], tables: FrequencyTables | None = None) -> MaterializedBatch:
    batch = Batch.from_records(records).canonical()
    return prepare(batch, tables or load_models().tables, symbol_source().lookup, ())


def measured(records: list[Record]) -> Population:
    return count_population(prepared_of(records))


names = st.tuples(st.sampled_from(GIVEN), st.sampled_from(FAMILY)).map(" ".join)
people = st.lists(st.tuples(names, st.integers(1950, 1999)), min_size=2, max_size=40)


@settings(deadline=None)
@given(people)
def test_words_are_counted_once_per_source_name_and_date(rows: list[tuple[str, int]]) -> None:
    records = [person(n, name, f"{year}-01-02") for n, (name, year) in enumerate(rows)]
    counts = Counter(word for name, _ in set(rows) for word in name.split())
    words = measured(records).words
    assert words.persons == len(set(rows))
    assert words.person_words == {word: count for word, count in counts.items() if count > 1}


dated = st.lists(
    st.tuples(names, st.integers(1950, 1999), st.integers(1, 12)), min_size=2, max_size=40
)


@settings(deadline=None)
@given(dated)
def test_concentration_is_that_of_pairs_far_apart(rows: list[tuple[str, int, int]]) -> None:
    prepared = prepared_of(
        [person(n, name, f"{year}-{month:02}-05") for n, (name, year, month) in enumerate(rows)]
    )
    bears = Counter(word for name, *_ in rows for word in name.split())
    of_name = Counter(name for name, *_ in rows)
    counted = {name for name, count in of_name.items() if count <= 10}
    others = [
        math.prod(bears[word] - 1 for word in name.split()) for name, *_ in rows if name in counted
    ]
    pairs = list(combinations(rows, 2))
    apart = [abs(a[1] - b[1]) > 2 and a[2] != b[2] for a, b in pairs]
    observed = sum(
        first[0] == second[0] and first[0] in counted and far
        for (first, second), far in zip(pairs, apart, strict=True)
    )
    expected = sum(others) / (2 * len(rows)) * sum(apart) / len(pairs)
    low, high = CONCENTRATION_RANGE
    concentration = name_concentration(prepared, np.ones(len(rows), dtype=bool))
    ratio = (observed + 5 * math.e) / (expected + 5)
    assert abs(concentration - min(max(1000 * math.log(ratio), low), high)) <= 1


def test_frequencies_replaced_are_those_of_preparing_anew() -> None:
    records = [
        person(n, f"{GIVEN[n % 4]} {FAMILY[n % 3]} Ivanovich J.", f"{1950 + n}") for n in range(30)
    ]
    records.append(Record("s:g", "s", Kind.GROUP, "Company", (Value("name", "Conti Trading Ltd"),)))
    tables = FrequencyTables(at_hand=WordCounts(500, {"anna": 90}, 40, {"conti": 12}))
    replaced = with_frequencies(prepared_of(records), tables).tokens
    anew = prepared_of(records, tables).tokens
    for name in ("rarity_person", "rarity_group", "texts", "flags"):
        assert np.array_equal(getattr(replaced, name), getattr(anew, name)), name


def test_uploading_a_person_often_makes_no_name_common() -> None:
    once = [person(n, "anna adler", f"{1950 + n}-03-04") for n in range(2)]
    often = [person(100 + n, "boris becker", "1960-01-01") for n in range(50)]
    words = measured([*once, *often]).words.person_words
    assert words == {"anna": 2, "adler": 2}


def test_hidden_records_are_not_counted() -> None:
    records = [person(n, "anna adler", f"{1950 + n}-01-01") for n in range(20)]
    prepared = prepared_of(records)
    visible = np.arange(20) < 5
    population = count_population(prepared, visible=visible)
    assert population.of("person").records == 5
    assert population.words.person_words == {"anna": 5, "adler": 5}


def test_linked_sets_count_the_larger_side() -> None:
    prepared = prepared_of([person(n, "anna adler") for n in range(10)])
    sides = np.array([0] * 7 + [1] * 3, dtype=np.uint8)
    assert count_population(prepared, sides).of("person").records == 7


@pytest.mark.parametrize("count", [1, 3, 400])
def test_identical_records_are_counted(count: int) -> None:
    population = measured([person(n, "anna adler", "1960-01-01") for n in range(count)])
    assert population.of("person").records == count
    assert population.of("person").concentration <= DEFAULT_CONCENTRATION
    assert population.of("group").records == 0


def test_a_population_of_groups_has_no_persons() -> None:
    groups = [
        Record(f"s:{n}", "s", Kind.GROUP, "Company", (Value("name", f"Conti {n}"),))
        for n in range(3)
    ]
    population = measured(groups)
    assert population.of("person").records == 0
    assert population.of("group").records == 3
    assert population.words.group_words["conti"] == 3
