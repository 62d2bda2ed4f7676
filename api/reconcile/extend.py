"""Data extension: values of some properties of entities that were reconciled before."""

from __future__ import annotations

from typing import Any

from resolver.api.access import consulted, viewer
from resolver.api.errors import ApiError
from resolver.api.reconcile.kinds import TYPES, properties_of
from resolver.api.reconcile.queries import load
from resolver.api.routes.match import MOST_QUERIES
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_schema import has_property, label_of
from resolver.screening import entity_reader
from resolver.screening.screener import Stand

_FIELDS = ("id", "settings")


def proposed(schema: str, limit: int) -> dict[str, Any]:
    """The properties that can be fetched of a type. Raises `ApiError`."""
    found = properties_of(schema)
    if not found:
        raise ApiError(404, f"there is no type {schema[:60]!r}")
    return {
        "type": schema,
        "properties": found[:limit] if limit else found,
        "limit": limit or len(found),
    }


def extended(text: str) -> dict[str, Any]:
    """The values that an extension query (JSON) asks for. Raises `ApiError`."""
    query = load(text, "extend")
    ids, wanted = query.get("ids"), query.get("properties")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise ApiError(422, "extend: ids must be a list of texts")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise ApiError(422, "extend: properties must be a list of objects")
    if not all(isinstance(one.get("id"), str) for one in wanted):
        raise ApiError(422, "extend: properties must each have an id, a text")
    if len(ids) > MOST_QUERIES:
        raise ApiError(413, f"{len(ids)} ids are too many for one call (at most {MOST_QUERIES})")
    limits = {one["id"]: _limit(one) for one in wanted}
    rows = {identity: _row(identity, limits) for identity in ids}
    return {"meta": [{"id": prop, "name": label_of(prop)} for prop in limits], "rows": rows}


def _limit(wanted: dict[str, Any]) -> int:
    """How many values at most; 0: all. Raises `ApiError` for a property that nobody has."""
    prop = wanted["id"]
    if not any(has_property(schema, prop) for schema in TYPES):
        raise ApiError(400, f"extend: there is no property {prop[:60]!r}")
    settings = wanted.get("settings") or {}
    # OpenRefine sends numbers as texts
    text = str(settings.get("limit") or 0) if isinstance(settings, dict) else ""
    if not text.isascii() or not text.isdigit():
        raise ApiError(422, f"extend: the limit of {prop} must be a whole number")
    return int(text[:9])


def _row(identity: str, limits: dict[str, int]) -> dict[str, list[dict[str, str]]]:
    hub = service().hub
    found = entity_reader.entity(hub, identity, viewer())
    form = found.entity if found is not None else None
    if found is None or form is None:
        return {prop: [] for prop in limits}
    consulted(
        "extend",
        {"id": identity},
        {"seen": [found.id]},
        Stand(found.version, hub.models.stamp["model"]),
    )
    return {
        prop: [{"str": str(value)} for value in form["properties"].get(prop, [])[: limit or None]]
        for prop, limit in limits.items()
    }
