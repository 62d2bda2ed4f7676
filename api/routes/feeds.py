"""`/feeds`: lists that are fetched on schedule, with their age and state."""

from __future__ import annotations

from flask import Blueprint, Response

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import (
    COUNT,
    STRING,
    STRINGS,
    Access,
    Disclosure,
    Scope,
    array_of,
    closed_object,
    component,
    endpoint,
    enum_of,
    errors,
    json_response_of,
)
from resolver.api.errors import ApiError
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.check import source_policy
from resolver.errors import StoreError
from resolver.feeds.feeds import (
    FeedState,
    KnownSources,
    VisibleFeed,
    find_visible_feeds,
    load_feed_status,
)

blueprint = Blueprint("feeds", __name__)
FEED_ACTS = ("run", "pause", "resume")
"""What an admin can do with a feed."""
_SECONDS = {"type": ["integer", "null"]}
_VERSION = closed_object(
    {"fetched": STRING, "published": STRING, "size": COUNT, "sha256": STRING, "batch": STRING}
)
_FEED = component(
    "Feed",
    closed_object(
        {
            "name": STRING,
            "title": STRING,
            "state": enum_of([state.value for state in FeedState]),
            "age_seconds": _SECONDS,
        },
        {
            "reason": STRING,
            "address": STRING,
            "format": STRING,
            "license": STRING,
            "agency": STRING,
            "handling": STRING,
            "every_seconds": COUNT,
            "full_fetch_age_seconds": _SECONDS,
            "next_run": STRING,
            "sources": STRINGS,
            "batch": STRING,
            "version": {"anyOf": [_VERSION, {"type": "null"}]},
        },
    ),
)
_FEEDS = component("Feeds", closed_object({"feeds": array_of(_FEED)}))


def visible_feeds() -> list[VisibleFeed]:
    """Return the feeds that the user of the request may know. While the service loads, no feeds are
    returned because of their lists.
    """
    service = current_service()

    def find_known() -> KnownSources:
        if not service.is_warm:
            return KnownSources(frozenset(), frozenset())
        _, sources = source_policy.read_catalog(service.hub, viewer())
        agencies = service.screener.snapshot_for(viewer()).agencies
        return KnownSources(frozenset(source.name for source in sources), agencies)

    return find_visible_feeds(service.hub.store, viewer(), find_known)


def log_feeds(act: str, feeds: list[str]) -> None:
    """Log that feeds are shown or changed."""
    revision = revision_of(current_service().hub.store.revision)
    log_access("job", {"feeds": feeds, "act": act}, {}, revision)


@endpoint(
    blueprint,
    "GET",
    "/feeds",
    Access(Scope.CHECK, Disclosure.ACTS),
    responses={200: json_response_of(_FEEDS)},
)
def list_feeds() -> Response:
    """List the lists that are fetched on schedule, with their age and state.

    A key of scope `admin` sees all facts of all feeds. A key of the agency that owns a feed sees
    all facts of it. Other keys see feeds of lists that they may know: name, title, whether the list
    is fetched, and how long ago the publisher answered.
    """
    endpoints.reject_undeclared()
    feeds = visible_feeds()
    log_feeds("list", [feed.status.feed.name for feed in feeds])
    return json_response({"feeds": [feed.fields for feed in feeds]})


@endpoint(
    blueprint,
    "POST",
    "/feeds/<feed>/<any(run,pause,resume):act>",
    Access(Scope.ADMIN, Disclosure.ACTS),
    responses={200: json_response_of(_FEED), **errors(404)},
)
def change_feed(feed: str, act: str) -> Response:
    """Let a worker fetch a feed at once (`run`), pause it, or resume it."""
    endpoints.reject_undeclared()
    try:
        act_on_feed(feed, act)
        status = load_feed_status(current_service().hub.store, feed)
    except StoreError as error:
        raise ApiError(404, error.message) from None
    return json_response(VisibleFeed(status, is_whole=True).fields)


def act_on_feed(name: str, act: str) -> str:
    """Change a feed, and return a text for people on what happened. Raises `StoreError`."""
    feeds = current_service().hub.store.feeds
    feeds.get(name)
    log_feeds(act, [name])
    if act == "run":
        paused = feeds.make_due(name).paused
        return f"{name} is paused: resume it first" if paused else f"{name} is fetched next"
    feeds.pause(name, paused=act == "pause")
    return f"{name} is paused" if act == "pause" else f"{name} is fetched next"
