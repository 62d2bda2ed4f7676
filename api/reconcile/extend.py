"""Data extension: values of some properties of reconciled entities."""

from __future__ import annotations

from typing import Any

from resolver.api.access import count_queries, log_access, revision_of, viewer
from resolver.api.errors import ApiError
from resolver.api.query_parameters import check_length
from resolver.api.reconcile.kinds import TYPES, list_properties
from resolver.api.reconcile.queries import load_object
from resolver.api.routes.match import MAX_QUERIES
from resolver.api.service import current_service
from resolver.ingest.formats.ftm.ftm_schema import has_property, property_label
from resolver.screening import entity_reader

_FIELDS = ("id", "settings")


def propose_properties(schema: str, limit: int) -> dict[str, Any]:
    """Return the properties that can be fetched of a type. Raises `ApiError`."""
    properties = list_properties(schema)
    if not properties:
        raise ApiError(404, f"there is no type {schema[:60]!r}")
    return {
        "type": schema,
        "properties": properties[:limit] if limit else properties,
        "limit": limit or len(properties),
    }


def extend_entities(text: str) -> dict[str, Any]:
    """Return the values that an extension query (JSON) asks for. Raises `ApiError`."""
    query = load_object(text, "extend")
    ids, properties = query.get("ids"), query.get("properties")
    if not isinstance(ids, list) or not all(isinstance(entity_id, str) for entity_id in ids):
        raise ApiError(422, "extend: ids must be a list of texts")
    if not isinstance(properties, list) or not all(isinstance(row, dict) for row in properties):
        raise ApiError(422, "extend: properties must be a list of objects")
    if not all(isinstance(row.get("id"), str) for row in properties):
        raise ApiError(422, "extend: properties must each have an id, a text")
    if len(ids) > MAX_QUERIES:
        raise ApiError(413, f"{len(ids)} ids are too many for one call (at most {MAX_QUERIES})")
    for entity_id in ids:
        check_length("extend: an id", entity_id)
    count_queries(max(1, len(ids)))
    limits = {row["id"]: _read_limit(row) for row in properties}
    if not ids:
        _log({"id": ""}, [], current_service().hub.store.revision)
    rows = {entity_id: _read_values(entity_id, limits) for entity_id in ids}
    return {"meta": [{"id": prop, "name": property_label(prop)} for prop in limits], "rows": rows}


def _read_limit(row: dict[str, Any]) -> int:
    """Return the most values to fetch of a property; 0 for no limit.

    Raises `ApiError` for a property that no type has.
    """
    prop = row["id"]
    if not any(has_property(schema, prop) for schema in TYPES):
        raise ApiError(400, f"extend: there is no property {prop[:60]!r}")
    settings = row.get("settings") or {}
    # OpenRefine sends numbers as texts
    text = str(settings.get("limit") or 0) if isinstance(settings, dict) else ""
    if not text.isascii() or not text.isdigit():
        raise ApiError(422, f"extend: the limit of {prop} must be a whole number")
    return int(text[:9])


def _read_values(entity_id: str, limits: dict[str, int]) -> dict[str, list[dict[str, str]]]:
    """Return values of an entity by property; empty lists for an unknown entity."""
    hub = current_service().hub
    read = entity_reader.read_entity(hub, entity_id, viewer())
    if read is None or read.entity is None:
        _log({"id": entity_id}, [], hub.store.revision if read is None else read.revision)
        return {prop: [] for prop in limits}
    _log({"id": entity_id}, [read.id], read.revision)
    entity = read.entity
    properties = entity["properties"]
    return {
        prop: [{"str": str(value)} for value in properties.get(prop, [])[: limit or None]]
        for prop, limit in limits.items()
    }


def _log(query: dict[str, str], entity_ids: list[str], revision: int) -> None:
    log_access("extend", query, {"seen": entity_ids}, revision_of(revision))
