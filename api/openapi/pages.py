"""Routes `/openapi.json` and `/docs`, a page that describes every operation and sends requests.

The page is Swagger UI, which is shipped compressed (`api/static/swagger-ui`). It loads nothing from
other hosts.
"""

from __future__ import annotations

import gzip
from importlib import resources

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from resolver.api.endpoints import Access, Disclosure, endpoint, public_page
from resolver.api.openapi.document import openapi_document
from resolver.api.openapi.objects import json_response_of
from resolver.api.schemas.json_response import json_response

blueprint = Blueprint("openapi", __name__)
pages = Blueprint("pages", __name__)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PARTS = {
    "docs.js": ("docs.js", "text/javascript"),
    "docs.css": ("docs.css", "text/css"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js.gz", "text/javascript"),
    "swagger-ui.css": ("swagger-ui/swagger-ui.css.gz", "text/css"),
}
"""Parts of the page: file, and media type."""


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


@public_page(pages, "/docs")
def docs() -> Response:
    """Show the page that describes the service and sends requests."""
    response = Response(render_template("docs.html"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@public_page(pages, f"/docs/<any({', '.join(map(repr, _PARTS))}):name>")
def part(name: str) -> Response:
    """Return a script, a style sheet or the icon of the page."""
    path, media_type = _PARTS[name]
    content, headers = _read_part(path), {"X-Content-Type-Options": "nosniff"}
    if path.endswith(".gz"):
        headers["Vary"] = "Accept-Encoding"
        if request.accept_encodings["gzip"]:
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
    return Response(content, mimetype=media_type, headers=headers)


@public_page(pages, "/try")
def attempt() -> Redirect:
    """Redirect from the address that the page had."""
    return redirect("docs", 308)


def _read_part(path: str) -> bytes:
    return resources.files("resolver.api").joinpath("static", path).read_bytes()
