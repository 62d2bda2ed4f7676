"""FollowTheMoney's model as its library has it."""

from __future__ import annotations

import pytest
from followthemoney import model, registry
from followthemoney.statement.serialize import CSV_COLUMNS
from followthemoney.statement.util import BASE_ID as BASE_ID_OF_LIBRARY
from followthemoney.statement.util import get_prop_type

from resolver.reference.ftm import (
    BASE_ID,
    ENTITY,
    STATEMENT_COLUMNS,
    all_schemata,
    find_property,
    find_schema,
    property_type,
    topic_labels,
)


def test_schemata_are_those_of_the_library() -> None:
    assert set(all_schemata()) == {schema.name for schema in model}
    for schema in model:
        own = all_schemata()[schema.name]
        assert own.label == schema.label
        assert own.ancestors == schema.names
        assert set(own.extends) == {parent.name for parent in schema.extends}
        assert list(own.featured) == list(schema.featured)
        assert own.edge == ((schema.edge_source, schema.edge_target) if schema.edge else None)


def test_properties_are_those_of_the_library() -> None:
    for schema in model:
        own = all_schemata()[schema.name].properties
        assert set(own) == set(schema.properties)
        for name, item in schema.properties.items():
            reverse = item.reverse.name if item.reverse is not None else ""
            assert (own[name].name, own[name].label) == (item.name, item.label)
            assert (own[name].type, own[name].format) == (item.type.name, item.format or "")
            assert (own[name].reverse, own[name].is_stub) == (reverse, bool(item.stub))
            assert own[name].is_hidden == bool(item.hidden)
            assert property_type(schema.name, name) == get_prop_type(schema.name, name)


def test_unknown_names_are_none() -> None:
    assert find_schema("Nothing") is None
    assert find_property("Person", "nothing") is None
    assert find_property("Nothing", "name") is None
    with pytest.raises(KeyError):
        property_type("Person", "nothing")


def test_statements_have_the_columns_of_the_library() -> None:
    assert list(STATEMENT_COLUMNS) == CSV_COLUMNS
    assert property_type("Person", BASE_ID) == BASE_ID == BASE_ID_OF_LIBRARY
    assert registry.entity.name == ENTITY
    assert topic_labels() == registry.topic.names
