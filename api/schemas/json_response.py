"""JSON responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response


def json_response(
    content: object,
    status: int = 200,
    *,
    headers: Mapping[str, Any] | None = None,
    mimetype: str = "application/json",
) -> Response:
    """Return a response with a JSON body."""
    response = Response(orjson.dumps(content), status, mimetype=mimetype)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response
