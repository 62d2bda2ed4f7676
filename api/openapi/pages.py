"""Routes `/openapi.json` and `/try`, a page that reads the document and sends requests.

The page loads nothing from other hosts.
"""

from __future__ import annotations

from importlib import resources

from flask import Blueprint, Response, current_app, render_template

from resolver.api.endpoints import Access, Disclosure, endpoint, public_page
from resolver.api.openapi.document import openapi_document
from resolver.api.openapi.objects import json_response_of
from resolver.api.schemas.json_response import json_response

blueprint = Blueprint("openapi", __name__)
pages = Blueprint("pages", __name__)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_KINDS = {"try.js": "text/javascript", "try.css": "text/css"}


@endpoint(
    blueprint,
    "GET",
    "/openapi.json",
    Access(None, Disclosure.STATIC),
    responses={200: json_response_of({"type": "object"}, "This description")},
)
def openapi() -> Response:
    """Return this description."""
    return json_response(openapi_document(current_app))


@public_page(pages, "/try")
def attempt() -> Response:
    """Show a page to try the service."""
    response = Response(render_template("try.html"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@public_page(pages, "/try/<any('try.js', 'try.css'):name>")
def part(name: str) -> Response:
    """Return the script or the style sheet of the page."""
    text = (resources.files("resolver.api") / "static" / name).read_text("utf-8")
    response = Response(text, mimetype=_KINDS[name])
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
