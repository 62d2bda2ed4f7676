"""The first page: what waits, what came in, how old the lists are, whether all is well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, redirect, url_for

from resolver import review as back
from resolver.api.access import viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.support import desk_access
from resolver.api.routes.health import standing
from resolver.api.service import service
from resolver.errors import ResolverError
from resolver.hub.admin import Source
from resolver.hub.desk_users import Role
from resolver.hub.job_worker import BATCH

_JOBS = 6


@blueprint.get("/")
def root() -> Any:
    """The desk is at home here."""
    return redirect(url_for("desk.home"), 303)


@blueprint.get("/desk/<path:rest>")
@blueprint.get("/review/<path:rest>")
def nothing(rest: str) -> Any:
    """Below these addresses people look, and get a page, whatever they mistyped."""
    del rest
    abort(404)


@blueprint.get("/desk")
def home() -> Any:
    """What waits, what came in, how old the lists are, whether all is well."""
    held = service()
    with held.hub.store.view() as view:
        version, sources = view.version, view.sources(counted=True)
        landings = view.versions(max(0, version - 1))
    agency = None if desk_access.user().role >= Role.ADMIN else desk_access.user().agency
    return page(
        "home.html",
        room="home",
        version=version,
        landed=landings[-1].landed if landings else "",
        waiting=back.waiting(held.hub, limit=1, viewer=viewer()),
        mine=back.waiting(
            held.hub, back.Filters(assigned=desk_access.user().name), limit=1, viewer=viewer()
        ).total,
        pending=len(back.pending(held.hub, viewer())),
        pace=back.throughput(held.hub),
        agreement=back.agreement(held.hub),
        records=sum(one.records for one in sources),
        sources=[(one, _is_old(one)) for one in sources],
        jobs=held.hub.store.jobs.list(agency=agency, kind=BATCH, limit=_JOBS),
        faults=_faults(),
    )


def _is_old(one: Source) -> bool:
    if one.maximum_age_days is None or not one.updated:
        return False
    return datetime.now(UTC) - datetime.fromisoformat(one.updated) > timedelta(one.maximum_age_days)


def _faults() -> list[str]:
    """What keeps checks from being answered, in words."""
    try:
        return standing(service())[1]
    except ResolverError as error:
        return [error.line()]
