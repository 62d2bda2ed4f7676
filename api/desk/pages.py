"""Rendering of the desk's templates, with the values that every page may use.

Blueprint of the desk's pages and of their static files.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from flask import Blueprint, g, render_template, request

from resolver.api.desk import text_filters
from resolver.hub.desk_users import UserRole


@dataclass(frozen=True, slots=True)
class MenuItem:
    """Item of the main menu: endpoint (without `desk.`), title, and the least role that sees it."""

    endpoint: str
    title: str
    min_role: UserRole = UserRole.VIEWER


MENU = (
    MenuItem("home", "Home"),
    MenuItem("queue", "Review"),
    MenuItem("search", "Search"),
    MenuItem("groups", "Groups"),
    MenuItem("batches", "Batches"),
    MenuItem("screenings", "Screenings"),
    MenuItem("learning", "Learning"),
    MenuItem("users", "Users", UserRole.ADMIN),
)
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "desk_theme"


def render_page(template: str, *, section: str = "", **context: Any) -> str:
    """Render a template of the desk, or a part of a page.

    `section` is the endpoint of the menu item to highlight. All values are escaped; a name that the
    context lacks is an error.
    """
    session = g.get("session")
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return render_template(
        f"desk/{template}",
        user=None if session is None else session.user,
        session=session,
        csrf="" if session is None else session.csrf,
        theme=theme if theme in THEMES else "auto",
        themes=THEMES,
        asset_url=asset_url,
        Role=UserRole,
        menu=[item for item in MENU if session is not None and session.user.role >= item.min_role],
        section=section,
        fmt=text_filters,
        page_url=request.full_path.rstrip("?"),
        **context,
    )


def sign_message(text: str) -> str:
    """Return a message for the next page of this session, to be sent as a part of its address."""
    return f"{_message_code(text)}.{text}"


def signed_message(name: str = "done") -> str:
    """Return the message in a part of the address, or an empty text.

    Only messages that the desk made for this session are shown: anybody can send a link with
    another text in it.
    """
    code, _, text = request.args.get(name, "").partition(".")
    is_signed = hmac.compare_digest(code.encode(), _message_code(text).encode())
    return text if is_signed else ""


def _message_code(text: str) -> str:
    secret = "" if g.session is None else g.session.csrf
    return hmac.new(f"message {secret}".encode(), text.encode(), "sha256").hexdigest()[:32]


@cache
def asset_url(name: str) -> str:
    """Return the address of a static file; it changes with the content of the file."""
    content = (resources.files("resolver.api") / "static" / name).read_bytes()
    return f"/desk/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


blueprint = Blueprint("desk", __name__, static_folder="../static", static_url_path="/desk/static")
