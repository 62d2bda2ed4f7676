"""FollowTheMoney's model as lists use it: links between schemata, properties and labels."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from resolver.ingest.io.json_rows import Json
from resolver.ingest.io.json_values import json_objects, json_texts
from resolver.ingest.io.source_files import SourceFile
from resolver.records.kinds import SCHEMATA, Kind, kind_of_schema
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.properties import DATASETS
from resolver.records.source_names import is_list_source_name
from resolver.reference.ftm.schemata import (
    ENTITY,
    all_schemata,
    find_property,
    find_schema,
    topic_labels,
)

DOCUMENTS = {"Passport": "passportNumber", "Identification": "idNumber"}
_MAX_NAMES = 10_000
"""Names of schemata and properties in a cache; a list may hold any number of unknown ones."""
_MAX_MISSPELLED, _MIN_ALIKE = 40, 0.75
"""Letters of a misspelled property that are compared, and the least similarity of its suggestion.
"""
ANYTHING = "Thing"
"""Schema of queries that may mean a person, a group or an asset."""
_TELLING_SCHEMATA = (
    "Person",
    "Company",
    *(schema for schema in SCHEMATA if kind_of_schema(schema) is Kind.ASSET),
)
"""Schemata whose properties tell of which kind a query is."""
DIRECT = ("parent", "owner", "operator", "holder", "issuer")
"""Properties that name another record without an entity in between."""


def entity_source(row: Json, file: SourceFile) -> str:
    """Return the source of an entity: the first of its datasets, else the file's name."""
    datasets = json_texts(row.get(DATASETS))
    return _name_source(datasets[0] if datasets else file.stem)


def further_datasets(row: Json) -> list[str]:
    """Return the names of the datasets that have an entity beside its source."""
    names = list(dict.fromkeys(map(_name_source, json_texts(row.get(DATASETS)))))
    return [name for name in names[1:] if is_list_source_name(name)]


@cache_short_texts(_MAX_NAMES)
def _name_source(dataset: str) -> str:
    """Return the source that a dataset is."""
    return re.sub(r"[^\w.-]+", "-", dataset)


def entity_properties(entity: Json) -> Json:
    """Return an entity's properties; none where they are no object."""
    properties = entity.get("properties")
    return properties if isinstance(properties, dict) else {}


def nested_entities(entity: Json) -> Iterator[tuple[str, Json]]:
    """Yield entities nested inside another instead of referred to, with their property."""
    for prop, value in entity_properties(entity).items():
        for inner in json_objects(value):
            yield prop, inner


def is_link_schema(schema: str) -> bool:
    """Return whether entities of the schema only join or describe others."""
    return (
        schema in ("Address", "Position", "Sanction", *DOCUMENTS) or edge_ends(schema) is not None
    )


@cache_short_texts(_MAX_NAMES)
def edge_ends(schema: str) -> tuple[str, str] | None:
    """Return the properties at the two ends of an edge, or None where the schema is no edge."""
    model_schema = find_schema(schema)
    return None if model_schema is None else model_schema.edge


@cache_short_texts(_MAX_NAMES)
def link_ends(schema: str) -> tuple[str, ...]:
    """Return the properties of a link entity that name the records it joins or describes."""
    if schema == "Occupancy" or schema in DOCUMENTS:
        # the other end of an occupancy is a position
        return ("holder",)
    return ("entity",) if schema == "Sanction" else edge_ends(schema) or ()


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def reverse_property(schema: str, prop: str) -> str:
    """Return the property by which an entity nested in `prop` would refer back, or empty."""
    model_property = find_property(schema, prop)
    return "" if model_property is None else model_property.reverse


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def is_stub(schema: str, prop: str) -> bool:
    """Return whether a property only says which entities refer to this one."""
    model_property = find_property(schema, prop)
    return model_property is not None and model_property.is_stub


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def has_property(schema: str, prop: str) -> bool:
    """Return whether entities of a schema may have a property; a `Thing` or `LegalEntity` those of
    all that it may turn out to be.
    """
    return any(find_property(kind, prop) is not None for kind in _schemata_within(schema))


def _schemata_within(schema: str) -> tuple[str, ...]:
    """Return the schemata whose properties entities of a schema may have."""
    if schema == "LegalEntity":
        return (schema, "Person", "Company")
    return SCHEMATA if schema == ANYTHING else (schema,)


def schema_of_properties(properties: Collection[str]) -> str:
    """Return the schema of a query that states some properties, and no kind: `Thing`, or the part
    of it whose entities may have them all.
    """
    fitting = {
        kind_of_schema(schema): schema
        for schema in reversed(_TELLING_SCHEMATA)
        if all(has_property(schema, prop) for prop in properties)
    }
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    is_legal = not fitting and all(has_property("LegalEntity", prop) for prop in properties)
    return "LegalEntity" if is_legal or fitting.keys() == {Kind.PERSON, Kind.GROUP} else ANYTHING


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def suggest_property(schema: str, prop: str) -> str:
    """Return the property of a schema that a misspelled one most likely means, or empty."""
    properties = {name.lower(): name for name in value_properties(schema)}
    folded = prop[:_MAX_MISSPELLED].lower().replace("_", "").replace("-", "").replace(" ", "")
    alike = get_close_matches(folded, properties, n=1, cutoff=_MIN_ALIKE)
    return properties[alike[0]] if alike else ""


@cache_short_texts(_MAX_NAMES)
def value_properties(schema: str) -> tuple[str, ...]:
    """Return the properties of a schema whose values are no other entities, sorted by name."""
    properties = {
        name: model_property
        for kind in _schemata_within(schema)
        for name, model_property in all_schemata()[kind].properties.items()
    }
    values = (name for name, item in properties.items() if item.type != ENTITY)
    return tuple(sorted(values))


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def is_kind_of(schema: str, broader: str) -> bool:
    """Return whether a schema is another one, or a kind of it."""
    model_schema = find_schema(schema)
    return model_schema is not None and model_schema.is_a(broader)


@cache
def topic_names() -> tuple[str, ...]:
    """Return the topics that entities may have."""
    return tuple(sorted(topic_labels()))


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def is_entity_property(schema: str, prop: str) -> bool:
    """Return whether a property's values are ids of other entities."""
    stated = (find_property(kind, prop) for kind in _schemata_within(schema))
    return any(item is not None and item.type == ENTITY for item in stated)


@dataclass(frozen=True, slots=True)
class SchemaDescription:
    """Schema for display: its label, its broader schemata, and its value properties (name, label).

    Featured properties come first.
    """

    name: str
    label: str
    broader: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]


@cache_short_texts(_MAX_NAMES)
def describe_schema(schema: str) -> SchemaDescription | None:
    """Return the description of a schema, or None for an unknown name."""
    model_schema = find_schema(schema)
    if model_schema is None:
        return None
    featured = {name: place for place, name in enumerate(model_schema.featured)}
    values = [
        item
        for item in model_schema.properties.values()
        if item.type != ENTITY and not item.is_hidden
    ]
    ordered = sorted(values, key=lambda item: (featured.get(item.name, len(featured)), item.name))
    broader = tuple(name for name in model_schema.extends if name != "Thing")
    return SchemaDescription(
        model_schema.name,
        model_schema.label,
        broader,
        tuple((item.name, item.label) for item in ordered),
    )


@cache_short_texts(_MAX_NAMES)
def property_label(prop: str) -> str:
    """Return the label of a property; its name where no person, group or asset has it."""
    schemata = ("Person", "Company", "Vessel", "Airplane")
    return next(
        (
            model_property.label
            for schema in schemata
            if (model_property := find_property(schema, prop)) is not None
        ),
        prop,
    )
