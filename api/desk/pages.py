"""Pages out of templates: what every one of them may use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from flask import g, render_template, request

from resolver.api.desk.support import text_filters
from resolver.hub.desk_users import Role


@dataclass(frozen=True, slots=True)
class Room:
    """A row of the menu: the endpoint (without `desk.`), what it is called, and who sees it."""

    endpoint: str
    title: str
    least: Role = Role.VIEWER


ROOMS = (
    Room("home", "Home"),
    Room("review", "Review"),
    Room("search", "Search"),
    Room("batches", "Batches"),
    Room("learning", "Learning"),
    Room("users", "Users", Role.ADMIN),
)
THEMES = ("auto", "light", "dark")
THEME = "desk_theme"


def page(template: str, *, room: str = "", **said: Any) -> str:
    """The text of a page (or of a part of one), in a room of the menu. Missing names are errors, all values are
    escaped."""
    held = g.get("session")
    theme = request.cookies.get(THEME, "auto")
    return render_template(
        f"desk/{template}",
        me=None if held is None else held.user,
        session=held,
        csrf="" if held is None else held.csrf,
        theme=theme if theme in THEMES else "auto",
        themes=THEMES,
        asset=asset,
        Role=Role,
        rooms=[one for one in ROOMS if held is not None and held.user.role >= one.least],
        here_room=room,
        w=text_filters,
        here=request.full_path.rstrip("?"),
        **said,
    )


@cache
def asset(name: str) -> str:
    """The address of a file of ours; it changes with the file."""
    digest = hashlib.sha256(
        (resources.files("resolver.api") / "static" / name).read_bytes()
    ).hexdigest()[:12]
    return f"/desk/static/{name}?v={digest}"
