"""Grades of shared values: how common they are, and whether contradicting names share them."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from resolver.engines.pair_explanation import Resolver
from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import Address, Identifier, Kind, Record, Relation, RelationType
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import FrequencyTables, KindCounts, ValueCounts
from resolver.records.prepared.value_flags import TokenFlag
from resolver.records.results.resolution import Band
from resolver.runtime.text_cache import hash64
from resolver.values.value_comparators import country_grades, exclusive_grades, place_grades
from tests.matching.preparing import prepared
from tests.records.samples import record

pytestmark = pytest.mark.slow

CROWDED = FrequencyTables(
    at_hand=ValueCounts(
        KindCounts(10_000, countries={"de": 9_000, "mt": 3}, places={"berlin": 4_000}),
        bearers={
            "phone": {"30123456": 22},
            "email": {"info@firm.example": 22},
            "website": {"firm.example": 9},
            "identifier": {"K8812345": 30},
            "relation": {"the congress": 435, "the gang": 40},
            "position": {"member of congress": 435},
        },
    )
)

NAMES = (
    "Adam Kowalczyk",
    "Piotr Kowalczyk",
    "P. Kowalczyk",
    "Adam Nowak",
    "Walijan",
    "Salman bin Muhammad",
    "Muhammad bin Salman",
    "Иван Петров",
    "Ivan Petrov",
    "张伟",
    "欧阳修",
    "",
    "Haytham Nowak",
    "Aisha Haytham Nowak",
)


def context_of(records: list[Record], pairs: list[tuple[int, int]], *, group: bool) -> Context:
    batch = prepared(records)
    left, right = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
    return Context(batch, NameIndex.of(batch), left, right, group)


def compare(feature: str, left: Record, right: Record) -> float:
    group = left.kind != Kind.PERSON
    context = context_of([left, right], [(0, 1)], group=group)
    return float(COMPARATOR_BY_NAME[feature].compare(context)[0])


def _has_latin(batch: PreparedBatch, form: int) -> tuple[bool, bool]:
    """Return whether a name has Latin words, and whether it has others."""
    foreign = [
        bool(batch.tokens.flags[token] & TokenFlag.FOREIGN) for token in batch.forms.tokens[form]
    ]
    return not all(foreign), any(foreign)


def test_contradicting_names_against_a_loop() -> None:
    records = [record(f"s:{place:02}", name=name or []) for place, name in enumerate(NAMES)]
    pairs = list(combinations(range(len(NAMES)), 2))
    context = context_of(records, pairs, group=False)
    expected = []
    for row, left, right in zip(context.alignments, *context.best_forms, strict=True):
        total = row["matched"] + row["contradicted"] + 0.2 * row["omitted"]
        is_other = row["sides"] in (0, 1) or row["matched"] < 0.2 * total
        is_other |= row["crossed"] > 0 and row["omitted"] > 0
        scripts = (
            [_has_latin(context.prepared, form) for form in (left, right)]
            if left >= 0 and right >= 0
            else [(False, False)] * 2
        )
        expected.append(bool(is_other and any(map(min, *scripts))))
    assert context.names_contradict.tolist() == expected
    contradict = {
        tuple(sorted((NAMES[a], NAMES[b])))
        for (a, b), is_other in zip(pairs, expected, strict=True)
        if is_other
    }
    assert ("Adam Kowalczyk", "Piotr Kowalczyk") in contradict
    assert ("Muhammad bin Salman", "Salman bin Muhammad") in contradict
    assert ("Aisha Haytham Nowak", "Haytham Nowak") in contradict
    assert ("Ivan Petrov", "张伟") not in contradict
    assert ("Ivan Petrov", "Иван Петров") not in contradict


@pytest.mark.parametrize(("feature", "value"), [("phone", "+49 30 123456"), ("email", "a@b.org")])
def test_a_contact_of_a_household_links_two_people(feature: str, value: str) -> None:
    own = record("a:1", name="Adam Kowalczyk", **{feature: value})  # type: ignore[arg-type]
    same = record("b:1", name="Adam Kowalczyk", **{feature: value})  # type: ignore[arg-type]
    other = record("b:1", name="Piotr Kowalczyk", **{feature: value})  # type: ignore[arg-type]
    assert compare(feature, own, same) == 1
    # Below all that says more for a match than against one, and above numbers that differ.
    link = compare(feature, own, other)
    assert math.isnan(link) if feature == "email" else 0.04 < link <= 0.081
    others = {feature: value.replace("b", "x") + "7"}
    stranger = record("b:1", name="Piotr Kowalczyk", **others)  # type: ignore[arg-type]
    assert not math.isnan(compare(feature, own, stranger))


CONTACTS: list[tuple[str, dict[str, Any]]] = [
    ("phone", {"phone": "+49 30 123456"}),
    ("email", {"email": "a@b.org"}),
    ("address", {"addresses": [Address(street="Hauptstr. 5", city="Greifswald", country="de")]}),
]


@pytest.mark.parametrize(("feature", "contact"), CONTACTS)
@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            {"name": "Anna Berger", "birthDate": "1991-03-04"},
            {"name": "Anna Kowalska", "birthDate": "1967-08-09"},
        ),
        (
            {"name": "Jan Berger", "birthDate": "1991-03-04"},
            {"name": "Piotr Berger", "birthDate": "1991-07-19"},
        ),
        (
            {"name": "Jan Berger", "birthDate": "1991-03-04"},
            {"name": "Jan Berger", "birthDate": "1967-08-09"},
        ),
        (
            {"name": "Andrea Berger", "birthDate": "1991-03-04", "gender": "female"},
            {"name": "Andrea Berger", "birthDate": "1967-08-09", "gender": "male"},
        ),
    ],
)
def test_a_contact_of_two_who_contradict_each_other_twice_says_nothing(
    feature: str, contact: dict[str, Any], left: dict[str, Any], right: dict[str, Any]
) -> None:
    link = compare(feature, record("a:1", **left, **contact), record("b:1", **right, **contact))
    assert 0.04 < link <= 0.081 if feature == "phone" else math.isnan(link)
    if left["name"].split()[0] == right["name"].split()[0]:
        same_date = record("b:1", **{**right, "birthDate": left["birthDate"]}, **contact)
        assert compare(feature, record("a:1", **left, **contact), same_date) > 0.2


@pytest.mark.parametrize(("feature", "contact"), CONTACTS[:2])
def test_a_contact_of_another_family_name_is_that_of_a_household(
    feature: str, contact: dict[str, Any]
) -> None:
    own = record("a:1", name="Anna Berger", **contact)
    assert compare(feature, own, record("b:1", name="Anna Kowalska", **contact)) < 0.9
    # women change their family name
    her = record("a:1", name="Anna Berger", gender="female", **contact)
    assert (
        compare(feature, her, record("b:1", name="Anna Kowalska", gender="female", **contact)) == 1
    )


def test_a_number_of_two_firms_and_of_a_renamed_ship() -> None:
    number = [Identifier("taxNumber", "7707083893", "ru")]
    firm, other = (
        record(f"s:{place}", Kind.GROUP, name=name, identifiers=number)
        for place, name in enumerate(("Alfa Stroi Service", "Vostok Neftegaz Trading"))
    )
    assert 0.4 < compare("identifier", firm, other) < 0.6
    ships = [
        record(
            f"s:{place}", Kind.ASSET, name=name, identifiers=[Identifier("imoNumber", "9811000")]
        )
        for place, name in enumerate(("Ever Given", "Golden Star"))
    ]
    assert compare("identifier", *ships) == 1


HOME = [Address(full="12 Rose Street, Leeds LS1 4AB, United Kingdom")]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            record("a:1", name="Adam Kowalczyk", phone="+442079460123", addresses=HOME),
            record("b:1", name="Piotr Kowalczyk", phone="+442079460123", addresses=HOME),
        ),
        (
            record(
                "a:1",
                Kind.GROUP,
                name="Alfa Stroi Service",
                country="ru",
                identifiers=[Identifier("taxNumber", "7707083893", "ru")],
            ),
            record(
                "b:1",
                Kind.GROUP,
                name="Vostok Neftegaz Trading",
                country="ru",
                identifiers=[Identifier("taxNumber", "7707083893", "ru")],
            ),
        ),
    ],
)
def test_what_two_bearers_share_does_not_make_them_one(left: Record, right: Record) -> None:
    """At even odds, which are far better than those in any list."""
    assert Resolver.default().compare(left, right).band is not Band.MATCH


def similarity(name: str, left: Record, right: Record, frequencies: FrequencyTables) -> float:
    batch = prepared([left, right])
    first, second = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    context = Context(batch, NameIndex.of(batch), first, second, False, frequencies=frequencies)
    return float(COMPARATOR_BY_NAME[name].compare(context)[0])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("phone", {"phone": "+49 30 123456"}),
        ("email", {"email": "info@firm.example"}),
        ("website", {"website": "www.firm.example"}),
        ("identifier", {"identifiers": [Identifier("passportNumber", "K8812345")]}),
        ("nationality", {"nationality": "Germany"}),
        ("country", {"country": "Germany"}),
        ("birth_place", {"birthPlace": "Berlin"}),
        ("address", {"addresses": [Address(city="Berlin")]}),
    ],
)
def test_values_that_many_share_say_less(name: str, values: dict[str, Any]) -> None:
    left, right = record("s:1", name="Ann", **values), record("s:2", name="Ann", **values)
    common = similarity(name, left, right, CROWDED)
    rare = similarity(name, left, right, FrequencyTables())
    assert 0 < common < rare <= 1


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        ({"program": "SYRIA"}, {"program": "EU-SYR"}, True),
        ({"program": "SYRIA"}, {"country": "Syria"}, True),
        ({"program": "SYRIA"}, {"program": "EU-IRN"}, None),
        ({"program": "SYRIA"}, {"country": "Iran"}, None),
        ({"program": "SYRIA", "country": "Iran"}, {"country": "Iraq"}, False),
        ({"program": "SYRIA", "country": "Iran"}, {"country": "Iran"}, True),
        ({"program": "SYRIA", "country": "Iran"}, {"country": "Iraq", "program": "EU-SYR"}, True),
        ({"program": "SDGT"}, {"program": "SDGT"}, None),
    ],
)
def test_countries_of_programs_agree_but_contradict_nothing(
    left: dict[str, Any], right: dict[str, Any], agree: bool | None
) -> None:
    first, second = record("s:1", name="Ann", **left), record("t:1", name="Ann", **right)
    grade = similarity("country", first, second, FrequencyTables())
    assert (None if math.isnan(grade) else grade > 0) is agree


@pytest.mark.parametrize(
    ("left", "right", "grade"),
    [
        (["The Congress"], ["The Congress"], None),
        (["The Congress"], ["The Gang"], None),
        (["The Congress", "The Gang"], ["The Congress", "The Gang"], 1.0),
        (["The Congress", "The Gang"], ["The Congress", "Rivals"], 0.0),
        (["The Congress", "The Gang"], ["The Congress"], None),
        (["Rivals", "The Gang"], ["Others", "The Gang", "The Congress"], 0.5),
    ],
)
def test_ties_of_one_record_in_a_hundred_say_nothing(
    left: list[str], right: list[str], grade: float | None
) -> None:
    first, second = (
        record(
            f"{source}:1",
            relations=[Relation(RelationType.MEMBER_OF, target_name=name) for name in targets],
        )
        for source, targets in (("s", left), ("t", right))
    )
    value = similarity("relation", first, second, CROWDED)
    assert (None if math.isnan(value) else value) == grade
    assert similarity("relation", first, second, FrequencyTables()) >= (grade or 0)


def test_offices_of_one_record_in_a_hundred_say_nothing() -> None:
    first, second = (record(f"{n}:1", position="Member of Congress") for n in "st")
    third = record("u:1", position=["Member of Congress", "Mayor of Ambridge"])
    fourth = record("v:1", position="Mayor of Ambridge")
    assert math.isnan(similarity("position", first, second, CROWDED))
    assert similarity("position", first, second, FrequencyTables()) == 1
    assert similarity("position", third, fourth, CROWDED) == 1


def test_a_shared_mailbox_says_more_than_two_of_one_kind() -> None:
    shared, other = (record(f"s:{n}", name="Ann", email="info@firm.example") for n in (1, 2))
    alike = record("s:3", name="Ann", email="info@firm1.example")
    assert similarity("email", shared, other, CROWDED) > similarity("email", shared, alike, CROWDED)


def test_grades_are_between_0_and_1_and_cached_by_tables() -> None:
    codes = ("", "de", "mt")
    grades = country_grades(CROWDED, codes, group=False)
    assert grades is country_grades(CROWDED, codes, group=False)
    assert grades[1] < grades[2] <= 1
    places = np.array(["berlin", "ambridge"], dtype=object)
    assert place_grades(CROWDED, places, group=False)[0] < 0.2
    hashes = np.array([hash64("30123456"), hash64("30654321")], dtype=np.uint64)
    assert exclusive_grades(CROWDED, "phone", hashes).tolist() == pytest.approx(
        [0.224, 1], abs=0.01
    )
    assert exclusive_grades(CROWDED, "email", hashes).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("minsu.song18@example.com", "minsu.song10@example.com"),
        ("ann.lee@example.com", "ann.lee2@example.com"),
        ("1ann@example.com", "ann77@example.com"),
    ],
)
def test_another_number_in_an_email_address_says_nothing(first: str, second: str) -> None:
    left, right = record("s:1", name="Ann", email=first), record("s:2", name="Ann", email=second)
    assert np.isnan(similarity("email", left, right, CROWDED))


def test_typos_in_an_email_address_are_close() -> None:
    left, right = (
        record("s:1", name="Ann", email="ann.lee18@example.com"),
        record("s:2", name="Ann", email="ann.lea18@example.com"),
    )
    assert similarity("email", left, right, CROWDED) > 0.8
