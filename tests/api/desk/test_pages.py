"""Home, search, entities, batches and users, as a browser without script sees them."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from resolver.cli.operate.worker import do
from resolver.hub.desk_users import Role
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder, work_once
from resolver.store.schema import jobs
from tests.api.desk.conftest import (
    PASSWORD,
    Desk,
    Opened,
    csrf,
    sign_in,
)
from tests.hub.hubs import OPTIONS, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

CSV = b"id,name,birth_date\n1,Olena Bondarenko,1981-02-03\n2,<script>alert(1)</script>,1990-01-01\n"


@pytest.fixture
def warm(desk: Desk) -> Desk:
    desk.held.warm()
    return desk


def hand_in(browser: Any, content: bytes = CSV, **more: Any) -> Any:
    said = {"csrf": csrf(browser), "file": (io.BytesIO(content), "people.csv"), **more}
    return browser.post("/desk/batches", data=said, content_type="multipart/form-data")


def work(desk: Desk) -> None:
    """What a worker does."""
    with quick_symbols("resolver.pipeline"), Hub.open(desk.url, OPTIONS) as hub:
        assert work_once(hub, jobs_folder(hub.store), do) is not None


def test_home_says_where_all_stands(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    home = browser.get("/desk").text
    assert "Checks are not answered now" in home
    assert re.search(r"<dt>Records</dt><dd>6</dd>", home)
    assert "coast" in home
    assert "river" in home
    desk.held.warm()
    desk.store.describe_source(
        "coast", agency="Coast guard", title="Wanted at sea", maximum_age_days=0
    )
    home = browser.get("/desk").text
    assert "Wanted at sea" in home
    assert "too old" in home
    assert "/desk/users" not in home
    assert "/desk/users" in desk.signed_in("chief", Role.ADMIN).get("/desk").text


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    desk = Desk(f"sqlite:///{tmp_path}/new.db")
    browser = desk.signed_in("amira")
    assert "The store is empty" in browser.get("/desk").text
    answer = browser.get("/desk/search?name=x")
    assert (answer.status_code, "still loading" in answer.text) == (503, True)
    desk.held.close()


def test_a_search_finds_and_explains_and_is_logged(warm: Desk) -> None:
    browser = warm.signed_in("amira")
    found = browser.get("/desk/search?name=maria+quispe+huanca&birthDate=1980-11-02&schema=Person")
    assert found.status_code == 200
    assert "Maria Quispe Huanca" in found.text
    weights = [
        float(text.replace("−", "-")) for text in re.findall(r'weight">([+−]?[\d.]+)<', found.text)
    ]
    assert weights[-1] == pytest.approx(sum(weights[:-1]), abs=0.006 * len(weights))
    warm.held.log.flush()
    (look,) = (one for one in warm.store.access.consultations() if one.action == "search")
    assert (look.who, look.agency, look.purpose) == ("amira", "Coast", "a test")
    assert look.query["properties"]["name"] == ["maria quispe huanca"]
    assert len(look.answer["seen"]) == 1


def test_a_search_takes_ids_and_refuses_nonsense(warm: Desk) -> None:
    browser = warm.signed_in("amira")
    assert "This is the id of" in browser.get("/desk/search?name=coast:2").text
    assert "Nobody in the store is near this" in browser.get("/desk/search?name=Zzyzx+Qwrtp").text
    assert browser.get("/desk/search?birthDate=1980-11-02").status_code == 200
    hard = browser.get(
        "/desk/search?name=%3Cscript%3Ealert(1)%3C/script%3E&schema=Nonsense&birthDate=yesterday"
    )
    assert "<script>alert" not in hard.text


def test_an_entity_by_any_of_its_ids(warm: Desk) -> None:
    browser = warm.signed_in("amira")
    answer = browser.get("/desk/entities/river:1")
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"])
    for text in (
        "Abdulrahman Tikriti",
        "Abu Omar",
        "1971-03-09",
        "coast:1",
        "river:1",
        "is one of its records",
    ):
        assert text in page.text
    warm.held.log.flush()
    look = warm.store.access.consultations()[-1]
    assert (look.action, look.who, look.purpose) == ("entity", "amira", "a test")
    assert browser.get("/desk/entities/e-nobody").status_code == 404
    assert browser.get("/desk/entities/%3Cscript%3E").status_code == 404


def test_five_thousand_aliases_are_paged(opened: Opened) -> None:
    desk = opened()
    many = record("coast:9", name="Hydra", alias=[f"Hydra {number:04d}" for number in range(5_000)])
    with Hub.open(desk.url, OPTIONS) as hub:
        hub.add(intake([many]))
    browser = desk.signed_in("amira")
    page = browser.get(browser.get("/desk/entities/coast:9").headers["Location"])
    assert len(page.data) < 60_000
    assert "all 5,000 values" in page.text
    entity = page.request.path
    rest = browser.get(f"{entity}?prop=alias&from=4950")
    assert "Hydra 4999" in rest.text
    assert "4951 to 5000 of 5,000" in rest.text
    assert browser.get(f"{entity}?prop=nothing").status_code == 404


def test_a_batch_from_a_browser(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    answer = hand_in(browser, once="a")
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert "queued" in browser.get(where).text
    assert "data-poll" in browser.get(where + "/state").text
    # the same form sent twice is one batch
    assert hand_in(browser, once="a").headers["Location"] == where
    work(desk)
    page = browser.get(where)
    assert "data-poll" not in page.text
    assert re.search(r"<dt>Records read</dt><dd>2</dd>", page.text)
    with browser.get(where + "/report") as report:
        assert report.status_code == 200
        assert "unsafe-inline" in report.headers["Content-Security-Policy"]
        assert "script-src" not in report.headers["Content-Security-Policy"]
    for what in ("links", "entities", "rejects"):
        with browser.get(f"{where}/{what}") as file:
            assert file.headers["Content-Disposition"].startswith("attachment")
    assert "people.csv" in browser.get("/desk/batches").text
    # scripts in names stay text
    entity = browser.get("/desk/entities/people:2", follow_redirects=True)
    assert "&lt;script&gt;alert(1)" in entity.text
    assert "<script>alert" not in entity.text


def test_others_batches_are_nobodys(desk: Desk) -> None:
    where = hand_in(desk.signed_in("amira")).headers["Location"]
    desk.store.users.add("ben", Role.STEWARD, "River", PASSWORD)
    other = desk.browser()
    sign_in(other, "ben")
    assert other.get(where).status_code == other.get("/desk/batches/none").status_code == 404
    assert "people.csv" not in other.get("/desk/batches").text
    assert desk.signed_in("chief", Role.ADMIN).get(where).status_code == 200


def test_what_a_worker_that_is_down_looks_like(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    where = hand_in(browser).headers["Location"]
    assert "No worker" not in browser.get(where).text
    with desk.store.engine.begin() as connection:
        connection.execute(update(jobs).values(created="2026-01-01T00:00:00.000000Z"))
    page = browser.get(where).text
    assert "No worker has taken it up" in page
    assert "resolver worker" in page
    job = desk.store.jobs.lease("w1")
    assert job is not None
    assert "No worker" not in browser.get(where).text
    with desk.store.engine.begin() as connection:
        connection.execute(update(jobs).values(lease_until="2026-01-01T00:00:00.000000Z"))
    assert "Its worker was last heard of" in browser.get(where).text
    assert browser.post(f"{where}/cancel", data={"csrf": csrf(browser)}).status_code == 303
    assert "asked to stop" in browser.get(where).text


def test_a_batch_that_fails_says_why(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    refused = hand_in(browser, b"nothing of use\n")
    assert (refused.status_code, "people.csv" in refused.text) == (400, True)
    where = hand_in(browser, b"id,name,birth_date\n1,,\n").headers["Location"]
    work(desk)
    assert "It failed:" in browser.get(where).text
    assert browser.get(where + "/report").status_code == 410


def test_uploads_that_will_not_do(opened: Opened) -> None:
    desk = opened(max_upload=10_000)
    browser = desk.signed_in("amira")
    for said, status, text in (
        ({"file": (io.BytesIO(b""), "x.csv")}, 400, "nothing was sent"),
        ({"format": "klingon", "file": (io.BytesIO(CSV), "x.csv")}, 422, "no format"),
        ({"file": (io.BytesIO(b"x" * 20_000), "x.csv")}, 413, "too large"),
    ):
        data = {"csrf": csrf(browser), **said}
        answer = browser.post("/desk/batches", data=data, content_type="multipart/form-data")
        assert (answer.status_code, text in answer.text) == (status, True), answer.text
    viewer = desk.signed_in("viewer", Role.VIEWER)
    assert "Hand it in" not in viewer.get("/desk/batches").text
    assert hand_in(viewer).status_code == 403


def test_admins_say_who_may_what(desk: Desk) -> None:
    admin, steward = desk.signed_in("chief", Role.ADMIN), desk.signed_in("amira")
    assert steward.get("/desk/users").status_code == 403
    token = csrf(admin)
    new = {"csrf": token, "name": "Zoe", "role": "viewer", "agency": "وزارة", "password": PASSWORD}
    assert admin.post("/desk/users", data=new).status_code == 303
    assert admin.post("/desk/users", data=new).status_code == 422
    assert admin.post("/desk/users", data={**new, "name": "a b"}).status_code == 422
    zoe = desk.browser()
    assert sign_in(zoe, "zoe").status_code == 303

    def change(name: str, **said: str) -> Any:
        return admin.post(f"/desk/users/{name}", data={"csrf": token, **said})

    assert change("zoe", role="admin", agency="River").status_code == 303
    assert zoe.get("/desk/users").status_code == 200
    assert change("zoe", disable="1").status_code == 303
    assert zoe.get("/desk").status_code == 303
    assert change("zoe", enable="1").status_code == 303
    assert change("zoe", password="short").status_code == 422
    assert change("zoe", password="another quiet heron").status_code == 303
    assert sign_in(zoe, "zoe", "another quiet heron").status_code == 303
    assert change("zoe", role="viewer").status_code == 303
    assert "last admin" in change("chief", role="viewer").text
    desk.held.log.flush()
    logged = [
        one.query["what"] for one in desk.store.access.consultations() if one.action == "users"
    ]
    assert logged == ["add", "change", "disable", "enable", "password", "change"]


def test_times_are_read_by_people() -> None:
    from resolver.api.desk.support import text_filters

    now = time.time()
    for seconds, said in (
        (5, "just now"),
        (61, "1 minute ago"),
        (7_300, "2 hours ago"),
        (86_400 * 3, "3 days ago"),
    ):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(now - seconds))
        assert text_filters.ago(stamp) == said
    assert text_filters.ago("") == "never"
    assert text_filters.listed(["a", "b", "c"]) == "a, b and c"
    assert text_filters.weight(-1234) == "−1.23"
