"""Order of the attributes of a pair: what decides comes first, what is administrative last."""

from __future__ import annotations

import pytest

from resolver.records.labels import ADMINISTRATIVE, PROPERTY_ORDER
from resolver.review.attributes import put_decisive_first
from resolver.review.view_models import AttributeView, Mark


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


@pytest.mark.parametrize("prop", ["name", "alias", "firstName", "address"])
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
