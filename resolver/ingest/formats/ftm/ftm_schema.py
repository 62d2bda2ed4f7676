"""What FollowTheMoney's model says about schemata: which join others, by which properties. It is loaded when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from resolver.ingest.io.json_values import objects, texts
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import Json

DOCUMENTS = {"Passport": "passportNumber", "Identification": "idNumber"}
DIRECT = ("parent", "owner", "operator", "holder", "issuer")
"""Properties that name another record and have no entity of their own in between."""


def source_of(row: Json, file: SourceFile) -> str:
    """The source of an entity: the first of its datasets, else the file's name."""
    datasets = texts(row.get("datasets"))
    return re.sub(r"[^\w.-]+", "-", datasets[0] if datasets else file.stem)


def properties_of(entity: Json) -> Json:
    """An entity's properties; none where they are no object."""
    properties = entity.get("properties")
    return properties if isinstance(properties, dict) else {}


def nested_entities(entity: Json) -> Iterator[tuple[str, Json]]:
    """Entities that stand inside another instead of being referred to, with the property they stand in."""
    for prop, value in properties_of(entity).items():
        for inner in objects(value):
            yield prop, inner


def is_joint(schema: str) -> bool:
    """Whether entities of the schema only join or describe others."""
    return (
        schema in ("Address", "Position", "Sanction", *DOCUMENTS) or edge_ends(schema) is not None
    )


@cache
def edge_ends(schema: str) -> tuple[str, str] | None:
    """The properties at the two ends of an edge, or None where the schema is no edge."""
    known = _schema(schema)
    if known is None or not known.edge or not known.edge_source or not known.edge_target:
        return None
    return str(known.edge_source), str(known.edge_target)


@cache
def reverse_of(schema: str, prop: str) -> str:
    """The property by which what stands nested in `prop` would refer back; empty where there is none."""
    found = _property(schema, prop)
    return str(found.reverse.name) if found is not None and found.reverse is not None else ""


@lru_cache(maxsize=10_000)
def has_property(schema: str, prop: str) -> bool:
    """Whether entities of a schema may have a property. Of a legal entity, which may turn out to be either, what
    persons have and what groups have."""
    kinds = (schema, "Person", "Company") if schema == "LegalEntity" else (schema,)
    return any(_property(one, prop) is not None for one in kinds)


@cache
def value_properties(schema: str) -> tuple[str, ...]:
    """The properties that entities of a schema may have and whose values are no other entities, by name."""
    kinds = (schema, "Person", "Company") if schema == "LegalEntity" else (schema,)
    known = {name: one for kind in kinds for name, one in _schema(kind).properties.items()}
    return tuple(sorted(name for name, one in known.items() if one.type.name != "entity"))


@cache
def is_a(schema: str, broader: str) -> bool:
    """Whether a schema is another one, or a kind of it."""
    known, other = _schema(schema), _schema(broader)
    return known is not None and other is not None and bool(known.is_a(other))


@cache
def topics() -> tuple[str, ...]:
    """The topics that entities may have."""
    from followthemoney import registry

    return tuple(sorted(registry.topic.names))


@cache
def names_entity(schema: str, prop: str) -> bool:
    """Whether a property's values are ids of other entities."""
    found = _property(schema, prop)
    return found is not None and found.type.name == "entity"


@dataclass(frozen=True, slots=True)
class Described:
    """A schema for people: its label, the schemata it is a kind of, and its properties (name, label) that hold values,
    the featured ones first."""

    name: str
    label: str
    broader: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]


@cache
def described(schema: str) -> Described | None:
    """A schema, or None where there is none of that name."""
    known = _schema(schema)
    if known is None:
        return None
    first = {name: place for place, name in enumerate(known.featured)}
    values = [
        one for one in known.properties.values() if one.type.name != "entity" and not one.hidden
    ]
    ordered = sorted(values, key=lambda one: (first.get(one.name, len(first)), one.name))
    broader = tuple(sorted(one.name for one in known.extends if one.name != "Thing"))
    return Described(
        known.name, known.label, broader, tuple((one.name, one.label) for one in ordered)
    )


@cache
def label_of(prop: str) -> str:
    """What people call a property; its name where no schema of persons, groups or assets has it."""
    schemata = ("Person", "Company", "Vessel", "Airplane")
    return next(
        (str(found.label) for schema in schemata if (found := _property(schema, prop)) is not None),
        prop,
    )


def _schema(schema: str) -> Any:
    from followthemoney import model

    return model.get(schema)


def _property(schema: str, prop: str) -> Any:
    known = _schema(schema)
    return known.get(prop) if known is not None else None
