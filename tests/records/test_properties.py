"""The table of properties agrees with FollowTheMoney and with the comparators."""

from __future__ import annotations

import pytest

from resolver.lists.formats.ftm.ftm_entity import has_property
from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.records import Kind
from resolver.records.properties import (
    PROPERTIES,
    PROPERTY_BY_NAME,
    Group,
    Property,
    ValueType,
)

_OURS = ("isin", "relation", "route", "activity", "programId", "unscId", "authorityId")
"""Properties of records that FollowTheMoney has under another name, or as entities."""


def test_each_property_has_one_row() -> None:
    assert len(PROPERTY_BY_NAME) == len(PROPERTIES)


@pytest.mark.parametrize("row", PROPERTIES, ids=lambda row: row.name)
def test_a_row_fits_followthemoney_and_the_comparators(row: Property) -> None:
    assert row.name in _OURS or has_property("Thing", row.name) or row.schema
    if row.kinds is Kind.PERSON:
        assert not any(has_property(schema, row.name) for schema in ("Company", "Vessel"))
    assert row.comparator in ("", *COMPARATOR_BY_NAME)
    assert (row.wording is None) is (not row.comparator)
    assert all(neighbor == "isinCode" or neighbor in PROPERTY_BY_NAME for neighbor in row.neighbors)
    assert (row.family > 0) is (row.type is ValueType.IDENTIFIER)


def test_groups_have_comparators() -> None:
    assert {group.comparator for group in Group} <= COMPARATOR_BY_NAME.keys()
