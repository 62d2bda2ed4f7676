"""Entities in Senzing's entity format, for `Accept: application/vnd.senzing+json`.

An entity is one record of the data source `RESOLVER`; its relations are pointers to the anchors of
other entities. A property that the format has no attribute for keeps its own name, as in Senzing.
Reading the output again gives the same names, dates, numbers and relations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from flask import request

from resolver.lists.formats.ftm.ftm_entity import edge_ends, is_link_schema
from resolver.records.properties import PROPERTIES, ValueType

SENZING = "application/vnd.senzing+json"
"""Media type of Senzing's entity format."""
SOURCE = "RESOLVER"
_RECORD_TYPES = {
    "Person": "PERSON",
    "Vessel": "VESSEL",
    "Airplane": "AIRCRAFT",
    "Vehicle": "VEHICLE",
    "Organization": "ORGANIZATION",
    "Company": "ORGANIZATION",
    "PublicBody": "ORGANIZATION",
}
_ATTRIBUTES = {
    row.name: row.senzing
    for row in PROPERTIES
    if row.senzing and row.type is not ValueType.IDENTIFIER
} | {"topics": "TOPIC"}
"""Senzing's attribute of each property; other properties keep their own name."""
_IDENTIFIERS = {
    row.name: (row.senzing, row.senzing_type)
    for row in PROPERTIES
    if row.senzing and row.type is ValueType.IDENTIFIER
} | {"isinCode": ("OTHER_ID", "ISIN")}
"""Family of Senzing's attributes of each identifier, and the type where the family is general."""
_NAME_TYPES = {"alias": "AKA", "weakAlias": "AKA", "abbreviation": "AKA", "previousName": "FORMER"}
_Entity = Mapping[str, Any]


def wants_senzing() -> bool:
    """Return whether the client prefers Senzing's format to any other."""
    accepted = request.accept_mimetypes
    return accepted[SENZING] > 0 and SENZING in accepted.values() and accepted.best == SENZING


def to_senzing(entity: _Entity) -> dict[str, Any]:
    """Return an FtM entity, its relations nested or not, in Senzing's format."""
    features = list(_features(entity))
    return {"DATA_SOURCE": SOURCE, "RECORD_ID": entity["id"], "FEATURES": features}


def senzing_lines(entities: Iterable[_Entity]) -> Iterator[bytes]:
    """Yield a JSON line for each entity; its edges follow it in the input, as a run writes them."""
    node: _Entity | None = None
    edges: list[_Entity] = []
    for entity in entities:
        if edge_ends(entity["schema"]) is not None:
            edges.append(entity)
            continue
        if is_link_schema(entity["schema"]):
            # what it says is among the values of the entity
            continue
        if node is not None:
            yield _line(node, edges)
        node, edges = entity, []
    if node is not None:
        yield _line(node, edges)


def _line(entity: _Entity, edges: list[_Entity]) -> bytes:
    row = to_senzing(entity)
    row["FEATURES"] += [_pointer(edge, entity["id"]) for edge in edges]
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


_REPEATED = ("name", "addressEntity", "sanctions", "identification", "positionOccupancies")


def _features(entity: _Entity) -> Iterator[dict[str, str]]:
    record_type = _RECORD_TYPES.get(entity["schema"], "")
    if record_type:
        yield {"RECORD_TYPE": record_type}
    names = [text for text in entity["properties"].get("name", ()) if isinstance(text, str)]
    name_attribute = "NAME_ORG" if record_type == "ORGANIZATION" else "NAME_FULL"
    for i, name in enumerate(names):
        yield {"NAME_TYPE": "AKA" if i else "PRIMARY", name_attribute: name}
    for prop, values in entity["properties"].items():
        # the entities nested in these repeat texts of the entity itself
        if prop not in _REPEATED:
            for value in values:
                yield _feature(prop, value, entity["id"])
    yield {"REL_ANCHOR_DOMAIN": SOURCE, "REL_ANCHOR_KEY": entity["id"]}
    for referent in entity.get("referents", ()):
        yield {"REFERENT": referent}


def _feature(prop: str, value: Any, entity_id: str) -> dict[str, str]:
    if isinstance(value, dict):
        return _pointer(value, entity_id)
    if prop in _NAME_TYPES:
        return {"NAME_TYPE": _NAME_TYPES[prop], "NAME_FULL": value}
    if prop in _IDENTIFIERS:
        family, kind = _IDENTIFIERS[prop]
        number = {f"{family}_NUMBER": value}
        return {**number, f"{family}_TYPE": kind} if kind else number
    return {_ATTRIBUTES.get(prop, prop): value}


def _pointer(edge: _Entity, entity_id: str) -> dict[str, str]:
    """Return the relation of an entity to the other end of an edge, with its role."""
    ends = [
        _id_of(end)
        for prop in edge_ends(edge["schema"]) or ()
        for end in edge["properties"].get(prop, ())
    ]
    others = [end for end in ends if end != entity_id]
    roles = [text for text in edge["properties"].get("role", ()) if isinstance(text, str)]
    role = roles[0] if roles else edge["schema"]
    return {
        "REL_POINTER_DOMAIN": SOURCE,
        "REL_POINTER_KEY": others[0] if others else edge["id"],
        "REL_POINTER_ROLE": str(role).upper(),
    }


def _id_of(value: Any) -> str:
    return str(value["id"]) if isinstance(value, dict) else str(value)
