"""Blueprint of the desk's pages and of their static files."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__, static_folder="../static", static_url_path="/desk/static")
