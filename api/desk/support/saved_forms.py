"""Forms that could not be carried out at once: saved in the page and sent again on confirmation.

A saved form comes back from a browser and is trusted as little as any other: it leads only to views
of the desk, and only through a button on a page that shows its content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import current_app, request
from werkzeug.exceptions import HTTPException

from resolver.api.desk.pages import render_page

MAX_FORM_BYTES = 20_000
_OWN_FIELDS = ("csrf", "saved_form")


@dataclass(frozen=True, slots=True)
class SavedForm:
    """Target path of a form and its fields in their order."""

    path: str
    fields: Sequence[tuple[str, str]]

    @property
    def text(self) -> str:
        """JSON of the form, to be carried in a field of another form."""
        return orjson.dumps(
            {"path": self.path, "fields": [list(pair) for pair in self.fields]}
        ).decode()


def save_request_form() -> SavedForm | None:
    """Return the form of the request, or None if it cannot be saved.

    Only plain fields can be saved, and only of a form that no other site has sent.
    """
    if (
        request.headers.get("Sec-Fetch-Site") == "cross-site"
        or request.mimetype != "application/x-www-form-urlencoded"
    ):
        return None
    fields = [
        (name, text)
        for name, texts in request.form.lists()
        for text in texts
        if name not in _OWN_FIELDS
    ]
    return _validate(SavedForm(request.path, fields))


def parse_saved_form(text: str) -> SavedForm | None:
    """Return the form saved in a field, or None for anything else."""
    try:
        saved = orjson.loads(text[:MAX_FORM_BYTES])
        fields = [(str(name), str(value)) for name, value in saved["fields"]]
        return _validate(SavedForm(str(saved["path"]), fields))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def _validate(form: SavedForm) -> SavedForm | None:
    """Return the form if it leads to a view of the desk and is not too large, else None."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(form.path, method="POST")
    except HTTPException:
        return None
    is_valid = str(endpoint).startswith("desk.") and len(form.text) <= MAX_FORM_BYTES
    return form if is_valid else None


def show_expired_session() -> Any:
    """Return the sign-in page with the form of the request saved in it (401)."""
    return render_page(
        "sign_in.html",
        saved_form=save_request_form(),
        next="",
        purpose="",
        name="",
        is_session_expired=True,
        problem="",
    ), 401


def show_foreign_form() -> Any:
    """Return the page that asks whether to send a form of another session (409)."""
    return render_page("confirm.html", saved_form=save_request_form()), 409
