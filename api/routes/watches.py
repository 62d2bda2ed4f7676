"""`/watches`, `/notices` and `/subscriptions`: news for the caller's agency.

All of it belongs to the agency of the key. It is made and read with the rights that every user of
that agency has. `POST /screenings` with `watch` and `until` makes a watch.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of
from resolver.api.endpoints import (
    BOOLEAN,
    NAME,
    STRING,
    Access,
    Disclosure,
    Scope,
    array_of,
    closed_object,
    component,
    content,
    endpoint,
    enum_of,
    errors,
    integer,
    json_response_of,
    query_parameter,
)
from resolver.api.errors import ApiError
from resolver.api.routes.match import read_json_object
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.errors import StoreError
from resolver.notices import (
    KINDS,
    Subscription,
    describe_notices,
    owner_of_notices,
    read_notices,
    subscribe,
)
from resolver.records.visibility import Viewer
from resolver.screening import describe_hit
from resolver.screening.watch import Watch, describe_watch, read_watch

blueprint = Blueprint("watches", __name__)
_READS, _ACTS = Access(Scope.CHECK, Disclosure.VALUES), Access(Scope.CHECK, Disclosure.ACTS)
_COUNT = integer(0, 2**53)
_WATCH = component(
    "Watch",
    closed_object(
        {
            "name": STRING,
            "owner": STRING,
            "until": STRING,
            "created": STRING,
            "subjects": _COUNT,
            "version": _COUNT,
            "is_current": BOOLEAN,
        }
    ),
)
_WATCHES = component("Watches", closed_object({"watches": array_of(_WATCH)}))
_HITS = component(
    "WatchedHits", closed_object({"watch": _WATCH, "hits": array_of({"type": "object"})})
)
_NOTICES = component(
    "Notices",
    closed_object({"notices": array_of({"type": "object"}), "cursor": _COUNT, "has_more": BOOLEAN}),
)
_SUBSCRIPTION = component(
    "Subscription",
    closed_object({"id": STRING, "kind": enum_of(list(KINDS)), "value": STRING, "created": STRING}),
)
_SUBSCRIPTIONS = component(
    "Subscriptions", closed_object({"subscriptions": array_of(_SUBSCRIPTION)})
)
_READ = component("MarkedNotices", closed_object({"marked": _COUNT}))
_REMOVED = component("RemovedWatch", closed_object({"removed": STRING}))


def reader() -> Viewer:
    """Return the viewer whose watches and notices a request is about; a key never reads those of
    the operator.
    """
    viewer: Viewer = g.viewer
    return Viewer(viewer.name, viewer.agency, frozenset({"submit"})) if viewer.name else viewer


def _log(action: str, query: dict[str, Any], seen: list[str]) -> None:
    revision = revision_of(current_service().hub.store.revision)
    log_access(action, query, {"seen": seen}, revision)


@endpoint(blueprint, "GET", "/watches", _ACTS, responses={200: json_response_of(_WATCHES)})
def list_watches() -> Response:
    """List the watches of your agency, with the numbers of their subjects."""
    endpoints.reject_undeclared()
    rows = [described for _, described in find_watches()]
    _log("watches", {}, [])
    return json_response({"watches": rows})


def find_watches() -> list[tuple[Watch, dict[str, Any]]]:
    """Return the watches of the viewer's agency, each with its form in JSON."""
    watches = current_service().hub.store.watches
    some = watches.list(owner_of_notices(reader()))
    counts, due = watches.count_subjects(some), {watch.number for watch in watches.due()}
    return [(watch, describe_watch(watch, counts[watch.number], due)) for watch in some]


def find_watch(name: str) -> tuple[Watch, dict[str, Any]]:
    """Return a watch of the viewer's agency. Raises `ApiError` for an unknown watch."""
    for watch, described in find_watches():
        if watch.name == name:
            return watch, described
    raise ApiError(404, f"your agency has no watch {name[:60]!r}")


@endpoint(
    blueprint,
    "GET",
    "/watches/<watch>/hits",
    _READS,
    responses={200: json_response_of(_HITS), **errors(404)},
)
def watch_hits(watch: str) -> Response:
    """Return the hits of a watch as the last run found them, with the verdicts that hold now."""
    endpoints.reject_undeclared()
    _log("watch", {"watch": watch}, [])
    found, described = find_watch(watch)
    screening, _ = read_watch(current_service().hub.store, found)
    seen = [record for hit in screening.hits for record in hit.records]
    _log("watch", {"watch": watch}, seen)
    hits = [describe_hit(hit) for hit in screening.hits]
    return json_response({"watch": described, "hits": hits})


@endpoint(
    blueprint,
    "DELETE",
    "/watches/<watch>",
    _ACTS,
    responses={200: json_response_of(_REMOVED), **errors(404)},
)
def erase_watch(watch: str) -> Response:
    """Erase a watch with all of its subjects."""
    endpoints.reject_undeclared()
    _log("watch", {"watch": watch, "act": "remove"}, [])
    current_service().hub.store.watches.remove(find_watch(watch)[0])
    return json_response({"removed": watch})


@endpoint(
    blueprint,
    "GET",
    "/notices",
    _READS,
    parameters=[
        query_parameter("after", integer(0, 2**53)),
        query_parameter("limit", integer(1, 1000)),
    ],
    responses={200: json_response_of(_NOTICES)},
)
def list_notices() -> Response:
    """List the notices of your agency after a cursor, the oldest first.

    Go on with the `cursor` of the answer. Notices about records that you may no longer see are left
    out.
    """
    endpoints.reject_undeclared()
    after = endpoints.read_integer("after", 0, 0, 2**53)
    limit = endpoints.read_integer("limit", 100, 1, 1000)
    read = read_notices(current_service().hub, reader(), after, limit)
    _log("notices", {"after": after, "limit": limit}, [row["entity"] for row in read.notices])
    return json_response(
        {"notices": read.notices, "cursor": read.cursor, "has_more": read.has_more}
    )


def newest_notices(limit: int, *, unread: bool = False) -> list[dict[str, Any]]:
    """Return the newest notices of the viewer's agency that may be seen now, newest first."""
    store, viewer = current_service().hub.store, reader()
    rows = store.notices.newest(owner_of_notices(viewer), unread=unread, limit=limit)
    return describe_notices(store, viewer, rows)


@endpoint(
    blueprint,
    "POST",
    "/notices/read",
    _ACTS,
    body=content(closed_object({"cursor": _COUNT})),
    responses={200: json_response_of(_READ), **errors(400, 415)},
)
def mark_notices() -> Response:
    """Mark the notices of your agency up to a cursor as read."""
    endpoints.reject_undeclared()
    body = read_json_object()
    _log("notices", {"act": "read"}, [])
    cursor = body.get("cursor")
    if type(cursor) is not int or set(body) != {"cursor"} or not 0 <= cursor <= 2**53:
        raise ApiError(422, "the body must have the cursor of an answer, and nothing else")
    owner = owner_of_notices(reader())
    marked = current_service().hub.store.notices.mark_read(owner, up_to=cursor)
    return json_response({"marked": marked})


@endpoint(
    blueprint, "GET", "/subscriptions", _ACTS, responses={200: json_response_of(_SUBSCRIPTIONS)}
)
def show_subscriptions() -> Response:
    """List the subscriptions of your agency."""
    endpoints.reject_undeclared()
    rows = current_service().hub.store.notices.subscriptions(owner_of_notices(reader()))
    _log("subscriptions", {}, [])
    return json_response({"subscriptions": [_describe(row) for row in rows]})


@endpoint(
    blueprint,
    "POST",
    "/subscriptions",
    _ACTS,
    body=content(closed_object({"kind": enum_of(list(KINDS))}, {"value": NAME})),
    responses={200: json_response_of(_SUBSCRIPTION), **errors(400, 415)},
)
def add_subscription() -> Response:
    """Subscribe your agency to an entity, a source, a country, a crime, words of names, a search,
    a watch, records of others that join yours, or checks of your records.

    The value of a search has words of a name, `country:iq`, `crime:terrorism` and `source:NAME`, or
    some of these. You are told of each entity that has all of them.
    """
    endpoints.reject_undeclared()
    body = read_json_object()
    kind, value = body.get("kind"), body.get("value", "")
    if not isinstance(kind, str) or not isinstance(value, str) or set(body) - {"kind", "value"}:
        raise ApiError(422, "the body must have kind and value, both texts, and nothing else")
    _log("subscriptions", {"act": "add", "kind": kind, "value": value}, [])
    return json_response(_describe(subscribe(current_service().hub, reader(), kind, value)))


@endpoint(
    blueprint,
    "DELETE",
    "/subscriptions/<subscription>",
    _ACTS,
    responses={200: json_response_of(_SUBSCRIPTIONS), **errors(404)},
)
def end_subscription(subscription: str) -> Response:
    """End a subscription of your agency; its notices stay. The answer has the remaining
    subscriptions.
    """
    endpoints.reject_undeclared()
    owner, notices = owner_of_notices(reader()), current_service().hub.store.notices
    _log("subscriptions", {"act": "end", "subscription": subscription}, [])
    try:
        notices.unsubscribe(owner, subscription)
    except StoreError as error:
        raise ApiError(404, error.line()) from None
    rows = notices.subscriptions(owner)
    return json_response({"subscriptions": [_describe(row) for row in rows]})


def _describe(row: Subscription) -> dict[str, Any]:
    return {"id": row.id, "kind": row.kind, "value": row.value, "created": row.created}
