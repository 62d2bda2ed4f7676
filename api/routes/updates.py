"""`POST /updatez`: see at once what has landed, as yente has it for those who load data themselves.

What lands is seen within two seconds without it; whoever calls this need not wait for that, in the process that
answers.
"""

from __future__ import annotations

from flask import Blueprint, Response

from api import params
from api.answers import json_response
from api.service import service

blueprint = Blueprint("updates", __name__)


@blueprint.post("/updatez")
def update() -> Response:
    """Bring this process to the present version of the store."""
    params.only()
    service().ready_screen()
    return json_response({"status": "ok", "version": service().screen.refresh()})
