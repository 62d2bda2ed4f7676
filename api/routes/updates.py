"""Endpoint `POST /updatez`, known from yente: make this worker process see the latest commits at
once.

Without it a process looks for commits about once a second. Other worker processes are not affected.
"""

from __future__ import annotations

from flask import Blueprint, Response

from resolver.api import query_parameters
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.openapi.json_schema import BOOLEAN
from resolver.api.openapi.objects import json_response_of, query_parameter
from resolver.api.query_parameters import ANY_TEXT
from resolver.api.routes.health import HEALTH
from resolver.api.schemas.json_response import json_response
from resolver.api.service import current_service

blueprint = Blueprint("updates", __name__)


@endpoint(
    blueprint,
    "POST",
    "/updatez",
    Access(Scope.ADMIN, Disclosure.STATE),
    parameters=[query_parameter("sync", BOOLEAN), query_parameter("token", ANY_TEXT)],
    responses={200: json_response_of(HEALTH)},
)
def update() -> Response:
    """Bring this process to the present revision of the store.

    The answer comes once that is done. `sync` and `token`, which clients of yente send, make no
    difference: the key of the request decides who may ask.
    """
    query_parameters.reject_undeclared()
    query_parameters.read_boolean("sync", default=True)
    query_parameters.read_text("token")
    current_service().ready_screener()
    return json_response({"status": "ok", "version": current_service().screener.refresh()})
