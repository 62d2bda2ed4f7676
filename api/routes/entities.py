"""`GET /entities/{id}`: one entity, by its id, a retired id or the id of one of its records; what it is related to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from resolver.api import query_parameters
from resolver.api.access import consulted, viewer
from resolver.api.errors import ApiError
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.senzing import SENZING, to_senzing, wants_senzing
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_schema import names_entity
from resolver.screening import entity_reader
from resolver.screening.screener import Stand

blueprint = Blueprint("entities", __name__)


@blueprint.get("/entities/<path:entity_id>")
def entity(entity_id: str) -> Response:
    """An entity as FtM, its relations nested unless `nested=false`; with `history=true` what became of it. Other ids
    than its own are redirected to that. In Senzing's format where that is asked for (`Accept`)."""
    nested, history = (
        query_parameters.yes("nested", default=True),
        query_parameters.yes("history", default=False),
    )
    shown = _shown(entity_id, nested=nested)
    if isinstance(shown, Response):
        return shown
    said: dict[str, Any] = {**shown.form, "target": True, "version": shown.version}
    events = entity_reader.history(service().hub, shown.form["id"], viewer())
    said["first_seen"], said["last_change"] = (
        (events[0].at, events[-1].at) if events else (None, None)
    )
    if history:
        said["history"] = [asdict(event) for event in events]
    if wants_senzing():
        return json_response(to_senzing(said), mimetype=SENZING, headers={"Vary": "Accept"})
    return json_response(said, headers={"X-Data-Version": str(shown.version), "Vary": "Accept"})


@blueprint.get("/entities/<path:entity_id>/adjacent")
def adjacent(entity_id: str) -> Response:
    """An entity and what it is related to, by property; `limit` and `offset` count within each property. The entity of
    a record whose own id ends so is shown itself."""
    if _ends_so(entity_id, "adjacent"):
        return entity(f"{entity_id}/adjacent")
    page = _page()
    shown = _shown(entity_id, nested=True)
    if isinstance(shown, Response):
        return shown
    flat, related = _parted(shown.form)
    said = {
        "entity": {**flat, "target": True},
        "adjacent": {prop: page(values) for prop, values in related.items()},
    }
    return json_response(said, headers={"X-Data-Version": str(shown.version)})


@blueprint.get("/entities/<path:entity_id>/adjacent/<prop>")
def adjacent_by(entity_id: str, prop: str) -> Response:
    """What an entity is related to by one property, such as `ownershipOwner`."""
    if _ends_so(entity_id, f"adjacent/{prop}"):
        return entity(f"{entity_id}/adjacent/{prop}")
    page = _page()
    shown = _shown(entity_id, nested=True)
    if isinstance(shown, Response):
        return shown
    if not names_entity(shown.form["schema"], prop):
        raise ApiError(
            404, f"{shown.form['schema']} has no property {prop[:60]!r} that leads to others"
        )
    _, related = _parted(shown.form)
    return json_response(
        page(related.get(prop, [])), headers={"X-Data-Version": str(shown.version)}
    )


def _ends_so(entity_id: str, end: str) -> bool:
    """Whether what looks like a door of an entity is the end of a record's id."""
    hub = service().hub
    if entity_reader.entity(hub, entity_id, viewer()) is not None:
        return False
    return entity_reader.entity(hub, f"{entity_id}/{end}", viewer()) is not None


@dataclass(frozen=True, slots=True)
class _Seen:
    form: dict[str, Any]
    version: int


def _shown(entity_id: str, *, nested: bool) -> _Seen | Response:
    """The entity of an id, looked at and logged, or the way to the id it has now. Raises `ApiError`."""
    hub = service().hub
    shown = entity_reader.entity(hub, entity_id, viewer(), nested=nested)
    if shown is None:
        raise ApiError(404, f"there is no entity {entity_id[:80]!r}")
    if shown.id != entity_id:
        query = (
            f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
        )
        rest = request.path.removeprefix(f"/entities/{entity_id}")
        where = f"{request.script_root}/entities/{quote(shown.id)}{rest}{query}"
        return json_response({"id": shown.id}, 308, headers={"Location": where})
    if shown.entity is None:
        raise ApiError(410, f"all records of the entity {entity_id[:80]!r} were withdrawn")
    stand = Stand(shown.version, hub.models.stamp["model"])
    consulted("entity", {"id": entity_id}, {"seen": [shown.id]}, stand)
    return _Seen(shown.entity, shown.version)


def _parted(form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """An entity without what is nested in it, and that by property."""
    flat, related = {}, {}
    for prop, values in form["properties"].items():
        inner = [value for value in values if isinstance(value, dict)]
        if inner:
            related[prop] = inner
        else:
            flat[prop] = values
    return {**form, "properties": flat}, related


def _page() -> Callable[[list[Any]], dict[str, Any]]:
    limit, offset = (
        query_parameters.whole("limit", 10, 0, 500),
        query_parameters.whole("offset", 0, 0, 10_000),
    )

    def cut(values: list[Any]) -> dict[str, Any]:
        total = {"value": len(values), "relation": "eq"}
        return {
            "results": values[offset : offset + limit],
            "total": total,
            "limit": limit,
            "offset": offset,
        }

    return cut
