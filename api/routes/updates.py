"""`POST /updatez`: see at once what has landed, as yente has it for those who load data themselves.

What lands is seen within two seconds without it; whoever calls this need not wait for that, in the process that
answers.
"""

from __future__ import annotations

from flask import Blueprint, Response

from resolver.api import query_parameters
from resolver.api.schemas.json_response import json_response
from resolver.api.service import service

blueprint = Blueprint("updates", __name__)


@blueprint.post("/updatez")
def update() -> Response:
    """Bring this process to the present version of the store."""
    query_parameters.only()
    service().ready_screen()
    return json_response({"status": "ok", "version": service().screen.refresh()})
