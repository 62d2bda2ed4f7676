"""Forms that could not be carried out at once, and are not lost: kept in the page, sent again when the user says so.

What is kept comes back from a browser and is trusted as little as any form: it leads only to views of the desk, and
only through a button in a page that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import current_app, request
from werkzeug.exceptions import HTTPException

from resolver.api.desk.pages import page
from resolver.hub.desk_users import Session

LARGEST = 20_000
"""Bytes of a form that is kept at most."""
_OURS = ("csrf", "kept")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form: where it goes, and its fields in their order."""

    path: str
    fields: Sequence[tuple[str, str]]

    @property
    def text(self) -> str:
        """As a field of another form."""
        return orjson.dumps(
            {"path": self.path, "fields": [list(pair) for pair in self.fields]}
        ).decode()


def of_request() -> Kept | None:
    """The form that is being sent, where it can be kept: fields alone, of no other site."""
    if (
        request.headers.get("Sec-Fetch-Site") == "cross-site"
        or request.mimetype != "application/x-www-form-urlencoded"
    ):
        return None
    fields = [
        (name, text) for name, texts in request.form.lists() for text in texts if name not in _OURS
    ]
    return checked(Kept(request.path, fields))


def of_text(text: str) -> Kept | None:
    """What was kept, out of a field; None where it is nothing of ours."""
    try:
        held = orjson.loads(text[:LARGEST])
        fields = [(str(name), str(value)) for name, value in held["fields"]]
        return checked(Kept(str(held["path"]), fields))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def checked(found: Kept) -> Kept | None:
    """The form, where it leads to a view of the desk and is not too large."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(found.path, method="POST")
    except HTTPException:
        return None
    return found if str(endpoint).startswith("desk.") and len(found.text) <= LARGEST else None


def ask_sign_in() -> Any:
    """The page that asks for a sign-in, with the form in it."""
    return page(
        "sign_in.html", kept=of_request(), next="", purpose="", name="", ended=True, problem=""
    ), 401


def confirm(_: Session) -> Any:
    """The page that asks whether to send a form that came from another session."""
    return page("confirm.html", kept=of_request()), 409
