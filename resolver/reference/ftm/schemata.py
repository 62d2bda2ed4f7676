"""Schemata of FollowTheMoney, their properties, and the topics that entities may have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from resolver.records.properties import PROPERTIES, ValueType
from resolver.reference.tables import read_table

ENTITY = "entity"
"""Type of properties whose values are ids of other entities."""
FTM_TYPES = {
    ValueType.NAME: "name",
    ValueType.NAME_PART: "name",
    ValueType.GENDER: "gender",
    ValueType.DATE: "date",
    ValueType.PLACE: "string",
    ValueType.COUNTRY: "country",
    ValueType.PROGRAM: "string",
    ValueType.IDENTIFIER: "identifier",
    ValueType.ADDRESS: "address",
    ValueType.PHONE: "phone",
    ValueType.EMAIL: "email",
    ValueType.WEBSITE: "url",
    ValueType.TEXT: "string",
}
"""FollowTheMoney's types of values."""
BASE_ID = "id"
"""Property of statements that state an entity's id, and its type."""
STATEMENT_COLUMNS = (
    "canonical_id",
    "entity_id",
    "prop",
    "prop_type",
    "schema",
    "value",
    "dataset",
    "origin",
    "lang",
    "original_value",
    "external",
    "first_seen",
    "last_seen",
    "id",
)
"""Columns of a table of statements in CSV."""


@dataclass(frozen=True, slots=True)
class Property:
    """Property of a schema.

    `format`: kind of identifier, or empty. `reverse`: property by which the entities that are the
    values refer back, or empty. `is_stub`: such a property, which no entity states itself.
    """

    name: str
    label: str
    type: str
    format: str = ""
    reverse: str = ""
    is_stub: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """Schema with all its properties, inherited ones included.

    `ancestors` are the names of all broader schemata and its own. `edge`: the properties at the
    ends of an edge, or None.
    """

    name: str
    label: str
    ancestors: frozenset[str]
    extends: tuple[str, ...]
    featured: tuple[str, ...]
    edge: tuple[str, str] | None
    properties: dict[str, Property]

    def is_a(self, broader: str) -> bool:
        """Return whether this is a schema or a kind of it."""
        return broader in self.ancestors


@cache
def all_schemata() -> dict[str, Schema]:
    """Return all schemata by name. Shared: callers must not change them."""
    facts: dict[str, Any] = read_table("ftm")["schemata"]
    own = {
        name: {prop: _read_property(prop, item) for prop, item in schema["properties"].items()}
        for name, schema in facts.items()
    }
    for row in PROPERTIES:
        if row.schema:
            # a property of our own, which FollowTheMoney's readers skip
            label = row.label or row.name
            own[row.schema][row.name] = Property(row.name, label, FTM_TYPES[row.type])
            for name, item in facts.items():
                if row.schema in item["schemata"] and name != row.schema:
                    item["inherits"][row.name] = row.schema
    return {name: _read_schema(name, item, own) for name, item in facts.items()}


def find_schema(name: str) -> Schema | None:
    """Return the schema of a name, or None."""
    return all_schemata().get(name)


def find_property(schema: str, name: str) -> Property | None:
    """Return a property of a schema; None if either is unknown."""
    ftm_schema = find_schema(schema)
    return None if ftm_schema is None else ftm_schema.properties.get(name)


@cache
def property_type(schema: str, name: str) -> str:
    """Return the type of a property, or `BASE_ID`. Raises `KeyError` if either is unknown."""
    return BASE_ID if name == BASE_ID else all_schemata()[schema].properties[name].type


def topic_labels() -> dict[str, str]:
    """Return the topics that entities may have, with their labels."""
    topics: dict[str, str] = read_table("ftm")["topics"]
    return topics


def _read_property(name: str, item: dict[str, Any]) -> Property:
    return Property(
        name=name,
        label=item["label"],
        type=item["type"],
        format=item.get("format", ""),
        reverse=item.get("reverse", ""),
        is_stub=item.get("stub", False),
        is_hidden=item.get("hidden", False),
    )


def _read_schema(name: str, item: dict[str, Any], own: dict[str, dict[str, Property]]) -> Schema:
    inherited = {prop: own[origin][prop] for prop, origin in item["inherits"].items()}
    return Schema(
        name=name,
        label=item["label"],
        ancestors=frozenset(item["schemata"]),
        extends=tuple(item["extends"]),
        featured=tuple(item["featured"]),
        edge=tuple(item["edge"]) if "edge" in item else None,
        properties={**inherited, **own[name]},
    )
