"""Home page: waiting work, latest batches, age of the lists, state of the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, redirect, url_for

from resolver import review
from resolver.api.access import viewer
from resolver.api.desk.batch_pages import list_own_batches
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.desk.support.desk_access import current_user
from resolver.api.desk.support.visible_lists import (
    find_last_posts,
    has_lists_to_load,
    visible_lists,
)
from resolver.api.errors import public_detail
from resolver.api.routes.health import readiness
from resolver.api.service import current_service
from resolver.errors import ResolverError
from resolver.hub.admin import StoredSource

_MAX_JOBS = 6


@blueprint.get("/")
def root() -> Any:
    """Lead from the root of the service to the desk."""
    return redirect(url_for("desk.home"), 303)


@blueprint.get("/desk/<path:path>")
@blueprint.get("/review/<path:path>")
def missing_page(path: str) -> Any:
    """Answer an unknown address below the desk with a page instead of JSON."""
    del path
    abort(404)


@blueprint.get("/desk")
def home() -> Any:
    """Show waiting work, latest batches, age of the lists and state of the service."""
    return render_page(
        "home.html", section="home", **_store_context(), **_review_context(), faults=_faults()
    )


def _store_context() -> dict[str, Any]:
    sources = visible_lists()
    with current_service().hub.store.view() as view:
        revision = view.revision
        commits = view.revisions(max(0, revision - 1))
    return {
        "revision": revision,
        "committed_at": commits[-1].committed_at if commits else "",
        "record_count": sum(source.records for source in sources),
        "sources": [(source, _is_outdated(source)) for source in sources],
        "posted": find_last_posts(sources),
        "is_loading": bool(revision) and has_lists_to_load(),
        "jobs": list_own_batches(_MAX_JOBS),
    }


def _review_context() -> dict[str, Any]:
    hub = current_service().hub
    own_filters = review.Filters(assigned=current_user().name)
    return {
        "waiting": review.list_waiting(hub, limit=1, viewer=viewer()),
        "assigned": review.list_waiting(hub, own_filters, limit=1, viewer=viewer()).total,
        "unconfirmed": len(review.list_pending(hub, viewer())),
        "throughput": review.measure_throughput(hub, viewer()),
        "agreement": review.measure_agreement(hub, viewer()),
    }


def _is_outdated(source: StoredSource) -> bool:
    if source.maximum_age_days is None or not source.updated:
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(source.updated)
    return age > timedelta(source.maximum_age_days)


def _faults() -> list[str]:
    """Return the reasons why checks cannot be answered now."""
    try:
        return readiness(current_service())[1]
    except ResolverError as error:
        return [public_detail(error)]
