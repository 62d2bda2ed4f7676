"""The blueprint that all pages hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__, static_folder="../static", static_url_path="/desk/static")
