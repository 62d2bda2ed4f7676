"""Feeds at the desk, over HTTP, in readiness and metrics: who may know what."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.hub.admin import create_key
from resolver.store import FeedRun, NewFeed, RunOutcome, UserRole, utc_text
from tests.api.desk.conftest import Desk, csrf

pytestmark = pytest.mark.slow

REASON = "https://lists.example.org/coast: refuses access (HTTP 403)"


@pytest.fixture
def fed(desk: Desk) -> Desk:
    """Return a desk whose store has two feeds: of a list that everybody sees, and of another."""
    desk.store.describe_source("coast", agency="Harbour")
    feeds = desk.store.feeds
    for name, source in (("coast-list", "coast"), ("secret-list", "secret")):
        address = f"https://lists.example.org/{name}?token=s3cret"
        feeds.add(NewFeed(name, address, "", 3600, agency="Harbour"))
        feeds.note_sources(name, [source])
    feed = feeds.lease("coast-list", "worker")
    assert feed is not None
    feeds.record(feed, FeedRun(feed.name, utc_text(), RunOutcome.FAILED, REASON))
    desk.service.warm()
    return desk


def headers(desk: Desk, name: str, agency: str, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"ApiKey {create_key(desk.url, name, agency, scopes)}"}


def test_the_page_shows_what_its_reader_may_know(fed: Desk) -> None:
    admin = fed.signed_in("ada", UserRole.ADMIN)
    page = admin.get("/desk/feeds").text
    assert "coast-list" in page
    assert "secret-list" in page
    assert "refuses access" in page
    assert "s3cret" not in page
    assert "List not fresh:" in admin.get("/desk").text

    steward = fed.signed_in("kim")
    page = steward.get("/desk/feeds").text
    assert "coast-list" in page
    assert "failed" in page
    for hidden in ("secret-list", "refuses access", "Fetch now"):
        assert hidden not in page
    assert "secret-list" not in steward.get("/desk").text


def test_admins_fetch_pause_and_resume(fed: Desk) -> None:
    admin = fed.signed_in("ada", UserRole.ADMIN)
    token = csrf(admin)
    for act, paused, text in (
        ("pause", True, "coast-list is paused."),
        ("resume", False, "coast-list is fetched next."),
        ("run", False, "coast-list is fetched next."),
    ):
        answer = admin.post("/desk/feeds/coast-list", data={"csrf": token, "act": act})
        assert answer.status_code == 303
        assert text in admin.get(answer.headers["Location"]).text
        assert fed.store.feeds.get("coast-list").paused is paused
    assert "coast-list" in fed.store.feeds.find_due()
    assert admin.post("/desk/feeds/absent", data={"csrf": token, "act": "run"}).status_code == 404
    wrong = admin.post("/desk/feeds/coast-list", data={"csrf": token, "act": "remove"})
    assert wrong.status_code == 422

    steward = fed.signed_in("kim")
    token = csrf(steward)
    refused = steward.post("/desk/feeds/coast-list", data={"csrf": token, "act": "pause"})
    assert refused.status_code == 403


def test_keys_see_and_change_feeds_by_their_scopes(fed: Desk) -> None:
    client: Any = fed.app.test_client()
    admin = headers(fed, "root", "", "admin")
    shown = client.get("/feeds", headers=admin).json["feeds"]
    assert [(row["name"], row["state"]) for row in shown] == [
        ("coast-list", "failed"),
        ("secret-list", "new"),
    ]
    assert (shown[0]["reason"], shown[0]["sources"]) == (REASON, ["coast"])
    assert "s3cret" not in str(shown)

    own = client.get("/feeds", headers=headers(fed, "quay", "Harbour", "check")).json["feeds"]
    assert own == shown
    other = headers(fed, "border", "Border", "check")
    assert client.get("/feeds", headers=other).json["feeds"] == [
        {"name": "coast-list", "title": "", "state": "failed", "age_seconds": None}
    ]
    assert client.post("/feeds/coast-list/pause", headers=other).status_code == 403
    changed = client.post("/feeds/coast-list/pause", headers=admin)
    assert changed.json["state"] == "paused"
    assert client.post("/feeds/absent/run", headers=admin).status_code == 404
    assert client.get("/feeds").status_code == 401


def test_readiness_and_metrics_say_how_old_lists_are(fed: Desk) -> None:
    client: Any = fed.app.test_client()
    assert client.get("/readyz").json["lists"] == [
        {"name": "coast-list", "state": "failed", "age_seconds": None}
    ]
    figures = client.get("/metrics", headers=headers(fed, "watch", "", "metrics")).text
    assert 'resolver_feed_state{feed="coast-list",state="failed"} 1.0' in figures
    assert 'resolver_feed_age_seconds{feed="secret-list"} NaN' in figures
