"""Addresses and sanctions of an entity as entities of their own, where yente's clients look.

Records keep them as values. Nested, they have ids that follow from their content, so that the same
address has the same id in every answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

from resolver.records.properties import ADDRESS

_PROGRAMS = ("program", "programId", "programUrl")
"""Properties of an entity that are those of its sanctions."""
_Entity = dict[str, Any]


def nest_parts(entity: _Entity) -> _Entity:
    """Return an entity with its addresses as `addressEntity`, and the programs of sanctions that
    lists state as `sanctions`, beside the values themselves.
    """
    properties = entity["properties"]
    nested = {}
    if addresses := _texts(properties, ADDRESS):
        nested["addressEntity"] = [
            _part(entity, "addr", "Address", text, {"full": [text]}) for text in addresses
        ]
    programs = {prop: texts for prop in _PROGRAMS if (texts := _texts(properties, prop))}
    if programs:
        name = next(iter(programs.values()))[0]
        nested["sanctions"] = [_part(entity, "sanction", "Sanction", name, programs)]
    return {**entity, "properties": {**properties, **nested}} if nested else entity


def _texts(properties: dict[str, list[Any]], prop: str) -> list[str]:
    return [text for text in properties.get(prop, ()) if isinstance(text, str)]


def _part(
    entity: _Entity, prefix: str, schema: str, caption: str, properties: dict[str, list[str]]
) -> _Entity:
    # a place is the same whoever is there, a sanction concerns one entity
    content = caption if schema == "Address" else f"{entity['id']} {properties}"
    return {
        "id": f"{prefix}-{hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()}",
        "caption": caption,
        "schema": schema,
        "properties": properties,
        "datasets": entity["datasets"],
        "referents": [],
    }
