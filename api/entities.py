"""`GET /entities/{id}`: one entity, by its id, a retired id or the id of one of its records."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from api import params
from api.access import consulted
from api.answers import json_response
from api.errors import ApiError
from api.service import service
from resolver.engines import reading
from resolver.engines.screening import Stand

blueprint = Blueprint("entities", __name__)


@blueprint.get("/entities/<path:entity_id>")
def entity(entity_id: str) -> Response:
    """An entity as FtM, its relations nested unless `nested=false`; with `history=true` what became of it. Other ids
    than its own are redirected to that."""
    params.only("nested", "history")
    hub = service().hub
    shown = reading.entity(hub, entity_id, nested=params.yes("nested", default=True))
    if shown is None:
        raise ApiError(404, f"there is no entity {entity_id[:80]!r}")
    if shown.id != entity_id:
        query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
        where = f"{request.script_root}/entities/{quote(shown.id)}{query}"
        return json_response({"id": shown.id}, 308, headers={"Location": where})
    if shown.entity is None:
        raise ApiError(410, f"all records of the entity {entity_id[:80]!r} were withdrawn")
    said: dict[str, Any] = {**shown.entity, "target": True, "version": shown.version}
    if params.yes("history", default=False):
        said["history"] = [asdict(event) for event in reading.history(hub, shown.id)]
    stand = Stand(shown.version, hub.models.stamp["model"])
    consulted("entity", {"id": entity_id}, {"seen": [shown.id]}, stand)
    return json_response(said, headers={"X-Data-Version": str(shown.version)})
