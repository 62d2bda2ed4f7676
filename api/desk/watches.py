"""Pages of notices: the inbox of an agency, what it subscribes to, and its watches with their hits.

What a page shows is that of the user's agency, as all users of the agency may see the store.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from resolver.api.access import log_access, revision_of
from resolver.api.desk.desk_access import require_role
from resolver.api.desk.pages import (
    DeskError,
    blueprint,
    render_page,
    sign_message,
    signed_message,
)
from resolver.api.errors import ApiError
from resolver.api.routes.watches import find_watch, find_watches, newest_notices, reader
from resolver.api.service import current_service
from resolver.errors import StoreError, UsageError
from resolver.hub.admin import UserRole
from resolver.notices import KINDS, describe_parts, owner_of_notices, subscribe
from resolver.screening.watch import read_watch

_SHOWN = 200
"""Notices on the page; older ones are read over HTTP or by command."""
_MAX_HITS = 500
"""Hits of a watch on its page."""
KIND_TITLES = {
    "entity": "An entity or record (its id)",
    "source": "A source (its name)",
    "country": "A country",
    "crime": "A crime",
    "words": "Words of a name",
    "watch": "A watch (its name)",
    "joined": "Records of others that join ours",
    "checked": "Checks of our records by others",
}
"""Names of the kinds of subscriptions in the form."""


@blueprint.get("/desk/notices")
def notices() -> Any:
    """Show the inbox: the newest notices, subscriptions and watches."""
    return _render()


def _render(problem: str = "") -> str:
    store = current_service().hub.store
    rows = newest_notices(_SHOWN)
    _log("notices", {}, [row["entity"] for row in rows])
    return render_page(
        "notices.html",
        section="notices",
        rows=[(row, describe_parts(row)) for row in rows],
        unread=sum(not row["read"] for row in rows),
        cursor=max((row["cursor"] for row in rows), default=0),
        subscriptions=store.notices.subscriptions(owner_of_notices(reader())),
        watches=[described for _, described in find_watches()],
        kinds=[(kind, KIND_TITLES[kind]) for kind in KINDS],
        problem=problem,
        message=signed_message(),
    )


def _log(action: str, query: dict[str, Any], seen: list[str]) -> None:
    revision = revision_of(current_service().hub.store.revision)
    log_access(action, query, {"seen": seen}, revision)


@blueprint.post("/desk/notices/read")
def read_all_notices() -> Any:
    """Mark the notices up to the newest one that was shown as read."""
    text = request.form.get("cursor", "")
    cursor = int(text) if text.isdecimal() and len(text) < 16 else 0
    _log("notices", {"act": "read"}, [])
    owner = owner_of_notices(reader())
    current_service().hub.store.notices.mark_read(owner, up_to=cursor)
    return redirect(url_for("desk.notices"), 303)


@blueprint.post("/desk/subscriptions")
@require_role(UserRole.STEWARD)
def add_desk_subscription() -> Any:
    """Subscribe the agency to what the form names."""
    kind, value = request.form.get("kind", ""), request.form.get("value", "")
    _log("subscriptions", {"act": "add", "kind": kind, "value": value}, [])
    try:
        row = subscribe(current_service().hub, reader(), kind, value)
    except UsageError as error:
        return _render(error.line()), 422
    message = f"Subscribed: {KIND_TITLES[row.kind]} {row.value}".rstrip()
    return redirect(url_for("desk.notices", done=sign_message(message)), 303)


@blueprint.post("/desk/subscriptions/<subscription>/end")
@require_role(UserRole.STEWARD)
def end_desk_subscription(subscription: str) -> Any:
    """End a subscription; its notices stay."""
    _log("subscriptions", {"act": "end", "subscription": subscription}, [])
    store = current_service().hub.store
    try:
        store.notices.unsubscribe(owner_of_notices(reader()), subscription)
    except StoreError:
        raise DeskError(404, "There is no such subscription.", "It may have ended.") from None
    return redirect(url_for("desk.notices", done=sign_message("The subscription has ended.")), 303)


@blueprint.get("/desk/watches/<watch>")
def watch(watch: str) -> Any:
    """Show the hits of a watch."""
    found, described = _find(watch)
    screening, _ = read_watch(current_service().hub.store, found)
    hits = sorted(screening.hits, key=lambda hit: -hit.score)[:_MAX_HITS]
    _log("watch", {"watch": watch}, [record for hit in hits for record in hit.records])
    return render_page(
        "watch.html",
        section="notices",
        watch=described,
        hits=hits,
        count=len(screening.hits),
        cleared=len(screening.cleared),
    )


@blueprint.post("/desk/watches/<watch>/remove")
@require_role(UserRole.STEWARD)
def remove_desk_watch(watch: str) -> Any:
    """Erase a watch with all of its subjects."""
    found, _ = _find(watch)
    _log("watch", {"watch": watch, "act": "remove"}, [])
    current_service().hub.store.watches.remove(found)
    message = sign_message(f"The watch {found.name} is erased.")
    return redirect(url_for("desk.notices", done=message), 303)


def _find(name: str) -> Any:
    try:
        return find_watch(name)
    except ApiError:
        raise DeskError(
            404, "Your agency has no such watch.", "It may have ended, or been erased."
        ) from None
