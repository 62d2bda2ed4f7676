"""The first page: what waits, what came in, how old the lists are, whether all is well."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for

from api.desk.blueprint import blueprint
from api.desk.pages import page
from api.service import service


@blueprint.get("/")
def root() -> Any:
    """The desk is at home here."""
    return redirect(url_for("desk.home"), 303)


@blueprint.get("/desk")
def home() -> Any:
    """What waits, what came in, how old the lists are, whether all is well."""
    held = service()
    with held.hub.store.view() as view:
        return page(
            "home.html",
            version=view.version,
            waiting=view.queue_length(),
            sources=view.sources(counted=True),
            jobs=held.hub.store.jobs.list(limit=5),
            warm=held.is_warm,
        )
