"""Watches, notices and subscriptions over HTTP and at the desk: of one agency, and of no other."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder, run_next_job
from resolver.notices import make_notices
from resolver.records import Kind
from resolver.screening.jobs import run_screening_job
from resolver.screening.watch import WatchRunner
from tests.api.desk.conftest import Desk, csrf
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

pytestmark = pytest.mark.slow

PEOPLE = b"id,name,birthDate\nP1,Maria Quispe Huanca,1980-11-02\nP2,Oona Laine,1951-01-01\n"
WATCH = {"filename": "crew.csv", "watch": "crew", "until": "2031-01-31"}


def work(desk: Desk) -> None:
    """Do what a worker does, once."""
    with Hub.open(desk.url, OPTIONS) as hub:
        run_next_job(hub, jobs_folder(hub.store), run_screening_job)
        WatchRunner(hub, 0.01).run_due()
        make_notices(hub)


def add_oona(desk: Desk) -> None:
    """Add a list with one of the passengers."""
    with Hub.open(desk.url, OPTIONS) as hub:
        row = record("quay:9", Kind.PERSON, name="Oona Laine", birthDate="1951-01-01")
        hub.add(make_intake([row]))


@pytest.fixture
def clients(desk: Desk) -> tuple[Any, dict[str, str], dict[str, str]]:
    """Return a client, and the headers of keys of two agencies."""
    keys = [
        {"Authorization": f"ApiKey {create_key(desk.url, name, name, ['check', 'submit'])}"}
        for name in ("Coast", "River")
    ]
    return desk.app.test_client(), keys[0], keys[1]


def test_an_agency_watches_and_is_told(desk: Desk, clients: Any) -> None:
    client, coast, river = clients
    for query in ({"watch": "crew"}, {"until": "2031-01-31"}, {**WATCH, "until": "2001-01-01"}):
        answer = client.post("/screenings", data=PEOPLE, query_string=query, headers=coast)
        assert answer.status_code in (400, 422)
    answer = client.post("/screenings", data=PEOPLE, query_string=WATCH, headers=coast)
    assert answer.status_code == 202
    for body in ({"kind": "watch", "value": "crew"}, {"kind": "words", "value": "oona"}):
        made = client.post("/subscriptions", json=body, headers=coast)
        assert made.status_code == 200
        assert made.json["kind"] == body["kind"]
    work(desk)
    (watch,) = client.get("/watches", headers=coast).json["watches"]
    assert (watch["name"], watch["subjects"], watch["is_current"]) == ("crew", 2, True)
    hits = client.get("/watches/crew/hits", headers=coast).json["hits"]
    assert {hit["subject"]["id"] for hit in hits} == {"P1"}
    assert client.get("/notices", headers=coast).json["notices"] == []
    add_oona(desk)
    work(desk)
    rows = client.get("/notices", headers=coast).json
    assert [(row["kind"], row["caption"]) for row in rows["notices"]] == [
        *(("hit_new", "Oona Laine"), ("born", "Oona Laine"))
    ]
    assert rows["notices"][0]["subject"] == {"id": "P2", "name": "Oona Laine", "watch": "crew"}
    later = client.get(f"/notices?after={rows['cursor']}", headers=coast).json
    assert (later["notices"], later["cursor"], later["has_more"]) == ([], rows["cursor"], False)
    marked = client.post("/notices/read", json={"cursor": rows["cursor"]}, headers=coast)
    assert marked.json == {"marked": 2}
    assert client.post("/notices/read", json={"cursor": "x"}, headers=coast).status_code == 422
    # another agency knows nothing of it
    assert client.get("/watches", headers=river).json == {"watches": []}
    assert client.get("/watches/crew/hits", headers=river).status_code == 404
    assert client.delete("/watches/crew", headers=river).status_code == 404
    assert client.get("/notices", headers=river).json["notices"] == []
    (first, second) = client.get("/subscriptions", headers=coast).json["subscriptions"]
    assert client.get("/subscriptions", headers=river).json == {"subscriptions": []}
    path = f"/subscriptions/{first['id']}"
    assert client.delete(path, headers=river).status_code == 404
    assert client.delete(path, headers=coast).json == {"subscriptions": [second]}
    assert client.delete("/watches/crew", headers=coast).json == {"removed": "crew"}
    assert client.get("/watches", headers=coast).json == {"watches": []}
    wrong = client.post("/subscriptions", json={"kind": "country", "value": "?"}, headers=coast)
    assert wrong.status_code in (400, 422)


def test_the_desk_has_an_inbox_and_watches(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    form = {"csrf": csrf(browser), "file": (io.BytesIO(PEOPLE), "crew.csv"), **WATCH}
    sent = {**form, "until": ""}
    sent["file"] = (io.BytesIO(PEOPLE), "crew.csv")
    refused = browser.post("/desk/screenings", data=sent, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "a watch needs an end" in refused.text
    sent = browser.post("/desk/screenings", data=form, content_type="multipart/form-data")
    assert sent.status_code == 303
    token = {"csrf": csrf(browser)}
    answer = browser.post("/desk/subscriptions", data={**token, "kind": "watch", "value": "crew"})
    assert "Subscribed: A watch" in browser.get(answer.headers["Location"]).text
    wrong = browser.post("/desk/subscriptions", data={**token, "kind": "country", "value": ""})
    assert wrong.status_code == 422
    assert "give the country" in wrong.text
    work(desk)
    add_oona(desk)
    work(desk)
    assert re.search(r"Notices\s+\(1\)", browser.get("/desk").text)
    page = browser.get("/desk/notices")
    text = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    assert "Notices (1)" in page.text
    assert "New: Oona Laine is a new hit of Oona Laine (P2)" in text
    assert re.search(r'href="/desk/entities/e-\w+"', page.text)
    cursor = re.search(r'name="cursor" value="(\d+)"', page.text)
    assert cursor
    browser.post("/desk/notices/read", data={**token, "cursor": cursor[1]})
    page = browser.get("/desk/notices")
    assert "not read yet" not in page.text
    assert not re.search(r"Notices\s+\(", page.text)
    page = browser.get("/desk/watches/crew")
    assert "2 hits" in page.text
    assert browser.get("/desk/watches/none").status_code == 404
    assert browser.post("/desk/watches/crew/remove", data=token).status_code == 303
    assert "No watches." in browser.get("/desk/notices").text
