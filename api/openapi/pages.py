"""`/openapi.json`, and `/try`, a page that reads it and sends requests. The page loads nothing from elsewhere."""

from __future__ import annotations

from importlib import resources

from flask import Blueprint, Response, current_app, render_template

from resolver.api.openapi.document import described
from resolver.api.schemas.json_response import json_response

blueprint = Blueprint("openapi", __name__)
pages = Blueprint("pages", __name__)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_KINDS = {"try.js": "text/javascript", "try.css": "text/css"}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """This description."""
    return json_response(described(current_app))


@pages.get("/try")
def attempt() -> Response:
    """A page to try the service."""
    response = Response(render_template("try.html"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@pages.get("/try/<any('try.js', 'try.css'):name>")
def part(name: str) -> Response:
    """What the page is made of."""
    text = (resources.files("resolver.api") / "static" / name).read_text("utf-8")
    response = Response(text, mimetype=_KINDS[name])
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
