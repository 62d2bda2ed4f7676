"""Counts of a population, against slow and obvious counts."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching import preparation
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import (
    CONCENTRATION_RANGE,
    COUNTED_PROPERTIES,
    count_population,
    name_concentration,
    prepare,
    with_frequencies,
)
from resolver.matching.resolution_task import load_models
from resolver.names import token_tables
from resolver.names.token_tables import word_key
from resolver.records import Batch, Identifier, Kind, Record, Relation, RelationType, Value
from resolver.records.prepared.batch import MaterializedBatch
from resolver.records.prepared.population import (
    DEFAULT_CONCENTRATION,
    MIN_BEARERS,
    MIN_TIED,
    FrequencyTables,
    KindCounts,
    Population,
    ValueCounts,
)

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
    persons = measured(records).counts.persons
    assert persons.records == len(set(rows))
    assert persons.words == {word_key(word): count for word, count in counts.items() if count > 1}


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


def test_frequencies_replaced_are_those_of_preparing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        person(n, f"{GIVEN[n % 4]} {FAMILY[n % 3]} Ivanovich J.", f"{1950 + n}") for n in range(30)
    ]
    records.append(Record("s:g", "s", Kind.GROUP, "Company", (Value("name", "Conti Trading Ltd"),)))
    counts = ValueCounts(
        KindCounts(500, {word_key("anna"): 90}), KindCounts(40, {word_key("conti"): 12})
    )
    tables = FrequencyTables(at_hand=counts)
    anew = prepared_of(records, tables).tokens
    monkeypatch.setattr(token_tables, "_MIN_PARALLEL", 1)
    for workers in (1, 2):
        replaced = with_frequencies(prepared_of(records), tables, workers).tokens
        for name in ("rarity_person", "rarity_group", "texts", "flags"):
            assert np.array_equal(getattr(replaced, name), getattr(anew, name)), name


def test_uploading_a_person_often_makes_no_name_common() -> None:
    once = [person(n, "anna adler", f"{1950 + n}-03-04") for n in range(2)]
    often = [person(100 + n, "boris becker", "1960-01-01") for n in range(50)]
    words = measured([*once, *often]).counts.persons.words
    assert words == {word_key("anna"): 2, word_key("adler"): 2}


def test_hidden_records_are_not_counted() -> None:
    records = [person(n, "anna adler", f"{1950 + n}-01-01") for n in range(20)]
    prepared = prepared_of(records)
    visible = np.arange(20) < 5
    population = count_population(prepared, visible=visible)
    assert population.of("person").records == 5
    assert population.counts.persons.words == {word_key("anna"): 5, word_key("adler"): 5}


def test_ties_are_counted_by_names_where_many_state_them() -> None:
    guild = Relation(RelationType.MEMBER_OF, target_name="Guild")
    records = []
    for number, word in enumerate(permutations(("ba", "do", "ki", "lu", "mer"), 3)):
        name, crew = "".join(word), Relation(RelationType.MEMBER_OF, target_name="Crew")
        records.append(
            replace(
                person(number, name),
                relations=(guild, crew) if number else (guild,),
                values=(Value("name", name), Value("position", "Guild Clerk")),
            )
        )
    records = records[:MIN_TIED]
    counts = measured(records).counts
    assert counts.bearers["relation"] == {"guild": MIN_TIED}
    assert counts.bearers["position"] == {"guild clerk": MIN_TIED}
    assert counts.common_ties("relation") == ("guild",)
    many = replace(counts, groups=KindCounts(100 * MIN_TIED))
    assert many.common_ties("relation") == many.common_ties("email") == ()
    assert measured(records[1:]).counts.bearers == {}


def test_counts_read_the_properties_that_they_name() -> None:
    """A cluster's driver counts a batch that has no others."""
    tie = (Relation(RelationType.MEMBER_OF, target_name="Guild"),)
    records = []
    for number, word in enumerate(permutations(("ba", "do", "ki", "lu", "mer"), 3)):
        values = [Value("name", "".join(word)), Value("position", "Clerk"), Value("notes", "x")]
        values += [Value("program", "SYRIA"), Value("programId", "EU-IRN"), Value("country", "fr")]
        records.append(
            Record(f"s:{number:02d}", "s", Kind.PERSON, "Person", tuple(values), relations=tie)
        )
    batch = Batch.from_records(records).canonical()
    columns = {prop: batch.columns[prop] for prop in COUNTED_PROPERTIES & set(batch.columns)}
    tables, lookup = load_models().tables, symbol_source().lookup
    whole, part = (
        count_population(prepare(some, tables, lookup, ()))
        for some in (batch, replace(batch, columns=columns))
    )
    assert len(columns) < len(batch.columns)
    assert whole == part
    assert set(whole.counts.bearers) == {"relation", "position"}
    assert set(whole.counts.persons.countries) == {"fr", "ir", "sy"}


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
    assert population.counts.groups.words[word_key("conti")] == 3


stated = st.lists(
    st.tuples(
        names,
        st.sampled_from(["fr", "de", ""]),
        st.sampled_from(["Lyon", "Bonn", ""]),
        st.sampled_from(["+49 30 123456", "+49 30 654321", ""]),
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None)
@given(stated)
def test_values_are_counted_by_records_and_by_names(rows: list[tuple[str, ...]]) -> None:
    records = []
    for number, (name, country, place, phone) in enumerate(rows):
        values = [("name", name), ("nationality", country), ("birthPlace", place), ("phone", phone)]
        texts = tuple(Value(prop, text) for prop, text in values if text)
        # dates apart, so that each record is a statement of its own
        date = Value("birthDate", f"{1900 + number}")
        records.append(Record(f"s:{number}", "s", Kind.PERSON, "Person", (*texts, date)))
    counts = measured(records).counts
    nationalities = Counter(row[1] for row in rows if row[1])
    assert counts.persons.countries == nationalities
    places = Counter(row[2].lower() for row in rows if row[2])
    assert counts.persons.places == {text: n for text, n in places.items() if n >= MIN_BEARERS}
    names_of: dict[str, set[str]] = {}
    for name, *_, phone in rows:
        if phone:
            names_of.setdefault(phone[-6:], set()).add(name)
    shared = {phone: len(own) for phone, own in names_of.items() if len(own) >= MIN_BEARERS}
    phones = counts.bearers.get("phone", {})
    assert {phone[-6:]: count for phone, count in phones.items()} == shared


def test_one_source_makes_a_number_no_commoner_by_uploading_it_often() -> None:
    often = [
        replace(
            person(number, "boris becker", f"{1950 + number}"),
            identifiers=(Identifier("passportNumber", "X123456"),),
        )
        for number in range(20)
    ]
    assert measured(often).counts.bearers == {}


def test_counts_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    rows = [
        person(
            number,
            f"{GIVEN[chance.integers(4)]} {FAMILY[chance.integers(3)]}",
            f"{chance.integers(1950, 1990)}-{chance.integers(10, 13)}-{chance.integers(10, 29)}",
        )
        for number in range(400)
    ]
    prepared = prepared_of(rows)
    expected = count_population(prepared)
    for least in (1, 60, 400):
        monkeypatch.setattr(preparation, "_MIN_PARALLEL", least)
        assert count_population(prepared, workers=3) == expected


def test_first_statements_are_the_same_where_keys_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [person(number, f"{GIVEN[number % 4]} Adler", "1970-01-02") for number in range(40)]
    plain = measured(rows)
    monkeypatch.setattr(preparation, "_MAX_KEY", 1)
    assert measured(rows) == plain
