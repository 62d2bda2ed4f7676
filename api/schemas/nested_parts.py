"""Addresses and sanctions of an entity as entities of their own, where yente's clients look.

Those of FollowTheMoney lists are nested as they were stated. Other lists give them as values; these
get ids that follow from their content, so that the same address has the same id in every answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

from resolver.ingest.formats.ftm.ftm_edges import build_address
from resolver.records.properties import ADDRESS

_PROGRAMS = ("program", "programId", "programUrl")
"""Properties of an entity that are those of its sanctions."""
_Entity = dict[str, Any]


def nest_parts(entity: _Entity) -> _Entity:
    """Return an entity with its addresses as `addressEntity`, and the programs of sanctions that
    lists state as `sanctions` unless lists state these, beside the values themselves.
    """
    properties = entity["properties"]
    nested: dict[str, list[Any]] = {}
    stated = [part for part in properties.get("addressEntity", ()) if isinstance(part, dict)]
    lines = {build_address(part).text for part in stated}
    addresses = [
        _part(entity, "addr", "Address", text, {"full": [text]})
        for text in _texts(properties, ADDRESS)
        if text not in lines
    ]
    if stated or addresses:
        nested["addressEntity"] = stated + addresses
    programs = {prop: texts for prop in _PROGRAMS if (texts := _texts(properties, prop))}
    if programs and "sanctions" not in properties:
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
