"""Attributes of a pair: their marks and transliterations, and their order (what decides comes
first, what is administrative last).
"""

from __future__ import annotations

import pytest

from resolver.records import Identifier
from resolver.records.labels import ADMINISTRATIVE, PROPERTY_ORDER
from resolver.records.results.explanation import EvidenceRow
from resolver.review.attributes import (
    StatementIndex,
    compare_attributes,
    latin_transliteration,
    put_decisive_first,
)
from resolver.review.models import AttributeView, Mark
from tests.merging.merged_records import merged, person


def attribute(prop: str, mark: Mark) -> AttributeView:
    return AttributeView(prop, prop, mark, (), ())


def order_of(*attributes: AttributeView) -> list[str]:
    return [shown.prop for shown in put_decisive_first(attributes)]


def test_contradictions_are_above_what_differs_agrees_or_is_missing() -> None:
    attributes = (
        attribute("gender", Mark.OMITTED),
        attribute("nationality", Mark.AGREES),
        attribute("birthPlace", Mark.DIFFERS),
        attribute("birthDate", Mark.CONTRADICTED),
    )
    assert order_of(*attributes) == ["birthDate", "birthPlace", "nationality", "gender"]


@pytest.mark.parametrize("prop", ["name", "alias", "firstName", "address", "route"])
def test_spellings_of_names_and_addresses_are_with_what_agrees(prop: str) -> None:
    attributes = (
        attribute(prop, Mark.DIFFERS),
        attribute("nationality", Mark.AGREES),
        attribute("position", Mark.DIFFERS),
        attribute("birthDate", Mark.CONTRADICTED),
    )
    assert order_of(*attributes) == ["birthDate", "position", prop, "nationality"]


@pytest.mark.parametrize("mark", list(Mark))
def test_administrative_attributes_are_last_whatever_they_say(mark: Mark) -> None:
    attributes = attribute("createdAt", mark), attribute("gender", Mark.OMITTED)
    assert order_of(*attributes) == ["gender", "createdAt"]
    assert [shown.is_administrative for shown in attributes] == [True, False]


def test_what_is_compared_is_not_administrative() -> None:
    assert set(PROPERTY_ORDER).isdisjoint(ADMINISTRATIVE)


@pytest.mark.parametrize(
    ("left", "right", "mark"),
    [
        (("1149102012620", "", ""), ("1149102012620", "", "Registration ID"), Mark.AGREES),
        (("192-3238459- 9", "", ""), ("192-3238459-9", "", "National ID"), Mark.AGREES),
        (("N61331372", "", ""), ("N61331372", "vn", ""), Mark.AGREES),
        (("N61331372", "la", ""), ("N61331372", "vn", ""), Mark.DIFFERS),
        (("N61331372", "vn", ""), ("N61331374", "vn", ""), Mark.DIFFERS),
    ],
)
def test_a_number_agrees_whatever_lists_call_its_kind(
    left: tuple[str, str, str], right: tuple[str, str, str], mark: Mark
) -> None:
    first, second = (
        merged(person(f"{source}:1", identifiers=(Identifier("idNumber", *item),)))
        for source, item in (("a", left), ("b", right))
    )
    (shown,) = compare_attributes(first, second, StatementIndex({}))
    assert shown.mark is mark


def test_a_number_under_another_property_agrees_and_names_its_kind() -> None:
    first, second = (
        merged(person(f"{source}:1", identifiers=numbers))
        for source, numbers in (
            ("a", (Identifier("innCode", "9111000450"),)),
            ("b", (Identifier("vatCode", "9111000450"), Identifier("passportNumber", "K1"))),
        )
    )
    attributes = compare_attributes(first, second, StatementIndex({}))
    shown = {row.prop: (row.mark, row.left, row.right) for row in attributes}
    assert {prop: mark for prop, (mark, *_) in shown.items()} == {
        "innCode": Mark.AGREES,
        "vatCode": Mark.AGREES,
        "passportNumber": Mark.OMITTED,
    }
    assert [value.text for value in shown["innCode"][2]] == ["9111000450 (VAT code)"]
    assert [value.text for value in shown["vatCode"][1]] == ["9111000450 (INN code)"]


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Mouvement pour l’Unification", ""),
        ("WEIßE SOKOL INSTITUT", ""),
        ("Nguyễn Văn Đạt", ""),
        ("Величко Юстян", "velichko yustyan"),
    ],
)
def test_only_other_scripts_are_transliterated(text: str, latin: str) -> None:
    assert latin_transliteration(text) == latin


def test_notes_are_not_transliterated() -> None:
    side = merged(person("a:1", ("name", "Порты"), ("notes", "See ‘Порты’")))
    attributes = compare_attributes(side, side, StatementIndex({}))
    assert {row.prop: bool(row.left[0].latin) for row in attributes} == {
        "name": True,
        "notes": False,
    }


def test_countries_of_routes_are_named_and_compared_by_their_codes() -> None:
    left, right = (
        merged(*(person(f"{source}:{at}", ("route", text)) for at, text in enumerate(texts)))
        for source, texts in (
            ("a", ("BEL\x1fdestination", "be\x1fdestination")),
            ("b", ("Belgium\x1fdestination", "Libya\x1ftransit")),
        )
    )
    (shown,) = compare_attributes(left, right, StatementIndex({}))
    assert [(view.text, view.mark) for view in shown.left] == [
        ("Belgium (destination)", Mark.AGREES)
    ]
    assert {view.text: view.mark for view in shown.right} == {
        "Belgium (destination)": Mark.AGREES,
        "Libya (transit)": Mark.DIFFERS,
    }


def test_a_name_agrees_with_an_alias() -> None:
    left = merged(person("a:1", ("name", "Ivan Petrov"), ("alias", "Vanya")))
    right = merged(person("b:1", ("name", "Iwan Petroff"), ("alias", "Ivan Petrov")))
    shown = {row.prop: row for row in compare_attributes(left, right, StatementIndex({}))}
    assert shown["name"].mark is Mark.AGREES
    values = [(value.text, value.mark, value.stated_as) for value in shown["name"].right]
    assert values == [("Iwan Petroff", Mark.DIFFERS, ""), ("Ivan Petrov", Mark.AGREES, "Alias")]
    assert shown["alias"].mark is Mark.AGREES
    values = [(value.text, value.mark, value.stated_as) for value in shown["alias"].left]
    assert values == [("Vanya", Mark.DIFFERS, ""), ("Ivan Petrov", Mark.AGREES, "Name")]
    # a name that only the other side states as an alias is no longer on one side alone
    bare = merged(person("a:2", ("name", "Ivan Petrov")))
    shown = {row.prop: row for row in compare_attributes(bare, right, StatementIndex({}))}
    assert shown["alias"].mark is Mark.AGREES


@pytest.mark.parametrize(
    ("similarity", "mark", "is_partial"),
    [(1.0, Mark.AGREES, False), (0.8, Mark.AGREES, True), (0.1, Mark.DIFFERS, False)],
)
def test_attributes_say_what_the_evidence_says(
    similarity: float, mark: Mark, is_partial: bool
) -> None:
    left = merged(person("a:1", ("position", "Head of the bank")))
    right = merged(person("b:1", ("position", "Bank head")))
    row = EvidenceRow("position", "", "", "", similarity, 400)
    shown = {row.prop: row for row in compare_attributes(left, right, StatementIndex({}), [row])}
    assert (shown["position"].mark, shown["position"].is_partial) == (mark, is_partial)
