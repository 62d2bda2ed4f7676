"""Home, search, entities, batches and users, in a browser without script."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from resolver.cli.operate.worker import run_batch_job
from resolver.hub.hub import Hub
from resolver.hub.job_worker import (
    Job,
    WorkerPresence,
    is_worker_running,
    jobs_folder,
    run_next_job,
)
from resolver.hub.ownership import RecordOwner
from resolver.records import Relation, RelationType
from resolver.records.visibility import Viewer
from resolver.report import SCRIPT_SOURCE
from resolver.review import (
    DecisionRequest,
    Steward,
    StewardVerdict,
    count_facets,
    decide_pair,
    list_waiting,
)
from resolver.store import UserRole
from resolver.store.schema import jobs
from resolver.trust.erasure import ErasureRunner
from tests.api.desk.conftest import (
    PASSWORD,
    Desk,
    DeskFactory,
    csrf,
    sign_in,
    without_tokens,
)
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


CSV = b"id,name,birth_date\n1,Olena Bondarenko,1981-02-03\n2,<script>alert(1)</script>,1990-01-01\n"


@pytest.fixture
def warm(desk: Desk) -> Desk:
    """Return a desk that answers checks."""
    desk.service.warm()
    return desk


def upload(browser: Any, content: bytes = CSV, **extra: Any) -> Any:
    """Upload a list."""
    form = {"csrf": csrf(browser), "file": (io.BytesIO(content), "people.csv"), **extra}
    return browser.post("/desk/batches", data=form, content_type="multipart/form-data")


def run_worker(desk: Desk) -> None:
    """Run the waiting job, as a worker does."""
    with quick_symbols("resolver.matching.pipeline"), Hub.open(desk.url, OPTIONS) as hub:
        assert run_next_job(hub, jobs_folder(hub.store), run_batch_job) is not None


def test_home_shows_the_state_of_the_store(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    home = browser.get("/desk").text
    assert "Checks are not answered now" in home
    assert "The lists appear here once the service has loaded" in home
    chief = desk.signed_in("chief", UserRole.ADMIN)
    desk_of_admin = chief.get("/desk").text
    desk.service.warm()
    home = browser.get("/desk").text
    for page in (home, desk_of_admin):
        assert re.search(r"<dt>Records</dt>\s*<dd>\s*6\s*<small>", page)
        assert "coast" in page
        assert "river" in page
    desk.store.describe_source(
        "coast", agency="Coast guard", title="Wanted at sea", maximum_age_days=0
    )
    home = browser.get("/desk").text
    assert "Wanted at sea" in home
    assert "too old" in home
    assert "/desk/users" not in home
    assert "/desk/users" in chief.get("/desk").text


def test_home_says_when_records_were_last_posted(warm: Desk) -> None:
    with Hub.open(warm.url, OPTIONS) as hub:
        hub.add(make_intake([record("posts:1", name="Ondina Pescatore")]))
    warm.store.describe_source("silent", create=True, title="A list to come")
    for role in (UserRole.STEWARD, UserRole.ADMIN):
        home = " ".join(warm.signed_in(f"user{role}", role).get("/desk").text.split())
        row = re.search(r"<bdi[^>]*>posts</bdi>.*?</tr>", home)
        assert row
        assert "last posted just now" in row[0]
        assert "never" not in home
    assert "no list yet" in home


def test_home_draws_the_queue_and_the_pace(make_busy_desk: DeskFactory) -> None:
    desk = make_busy_desk()
    hub = desk.service.hub
    browser = desk.signed_in("amira")
    page = browser.get("/desk").text
    assert "Decisions per day" not in page
    facets = count_facets(hub, viewer=Viewer("amira", "Coast", frozenset({"review"})))
    for name in ("reason", "kind"):
        for item in facets[name]:
            row = re.search(rf'href="/review\?{name}={item.value}">.*?</tr>', page, re.DOTALL)
            assert row
            assert f">{item.count:,}</td>" in row[0]
            assert "<svg" in row[0]
    # the store was made just now
    total = list_waiting(hub, limit=1).total
    assert re.search(rf"under a day\s*</th>\s*<td[^>]*>{total}</td>", page)
    first = list_waiting(hub, limit=1).items[0]
    decide_pair(
        hub,
        DecisionRequest(
            Steward("amira", "Coast"), first.left.id, first.right.id, StewardVerdict.DIFFERENT
        ),
    )
    page = browser.get("/desk").text
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert re.search(rf"{today}\s*</th>\s*<td[^>]*>1</td>", page)
    assert "1 by you today" in page


def test_home_says_what_failed_or_is_held(warm: Desk) -> None:
    browser = warm.signed_in("amira")
    other = warm.browser()
    warm.store.users.add("ben", UserRole.STEWARD, "River", PASSWORD)
    sign_in(other, "ben")
    own = {"agency": "Coast", "submitted_by": "amira"}
    queue = warm.store.jobs
    ends: dict[str, Callable[[Job], Job]] = {
        "empty.csv": lambda job: queue.fail(job, "no record could be read"),
        "large.csv": lambda job: queue.hold(job, "it would withdraw 5 records"),
        "rows.csv": lambda job: queue.finish(job, {"records": 2, "rejects": 1}),
    }
    for label, end in ends.items():
        queue.submit("batch", {"label": label}, **own)
        job = queue.lease("w1")
        assert job is not None
        end(job)
    queue.submit("screening", {"label": "crew.csv"}, **own)
    job = queue.lease("w1")
    assert job is not None
    queue.fail(job, "no subject could be read")
    page = " ".join(browser.get("/desk").text.split())
    assert re.search(r"<strong>Failed:</strong> <a[^>]*><bdi[^>]*>empty.csv</bdi></a>, just", page)
    assert re.search(
        r'<a href="/desk/screenings/\w+"> Screening <bdi[^>]*>crew.csv</bdi></a>', page
    )
    assert "crew.csv" not in other.get("/desk").text
    assert "no record could be read" in page
    assert re.search(r"<strong>Held for approval:</strong> <a[^>]*><bdi[^>]*>large.csv", page)
    assert "1 row rejected" in page
    assert "large.csv" not in other.get("/desk").text
    with warm.store.engine.begin() as connection:
        connection.execute(update(jobs).values(created="2026-01-01T00:00:00.000000Z"))
    page = browser.get("/desk").text
    # what is held waits for somebody, however long ago it came
    assert ("Failed:" in page, "Held for approval:" in page) == (False, True)


def test_empty_store_page_states_what_to_do(tmp_path: Path) -> None:
    desk = Desk(f"sqlite:///{tmp_path}/new.db")
    browser = desk.signed_in("amira")
    page = browser.get("/desk").text
    assert "The store is empty" in page
    assert re.search(r'class="button primary" href="/desk/batches">\s*Upload a list', page)
    assert "--" not in without_tokens(page)
    viewer = desk.signed_in("vera", UserRole.VIEWER).get("/desk").text
    assert "A steward uploads a list" in viewer
    answer = browser.get("/desk/search?name=x")
    assert (answer.status_code, "still loading" in answer.text) == (503, True)
    desk.service.close()


def test_search_explains_its_matches_and_is_logged(warm: Desk) -> None:
    browser = warm.signed_in("amira")
    page = browser.get("/desk/search?name=maria+quispe+huanca&birthDate=1980-11-02&schema=Person")
    assert page.status_code == 200
    assert "Maria Quispe Huanca" in page.text
    weights = [
        float(text.replace("−", "-")) for text in re.findall(r'weight">([+−]?[\d.]+)<', page.text)
    ]
    assert weights[-1] == pytest.approx(sum(weights[:-1]), abs=0.006 * len(weights))
    warm.service.audit_log.flush()
    (event,) = (row for row in warm.store.audit_events.list() if row.action == "search")
    assert (event.actor, event.agency, event.purpose) == ("amira", "Coast", "a test")
    assert event.query["properties"]["name"] == ["maria quispe huanca"]
    assert len(event.answer["seen"]) == 1


def test_single_words_find_entities_without_a_probability(warm: Desk) -> None:
    browser = warm.signed_in("amira")
    for text in ("quispe", "Quisp", "HUANCA maria"):
        page = browser.get("/desk/search", query_string={"q": text}).text
        assert "Maria Quispe Huanca" in page, text
        assert "Why this score" not in page
    assert "No listed entity has these words" in browser.get("/desk/search?q=Zzyzx").text
    assert "This is the id of" in browser.get("/desk/search?q=coast:2").text
    compared = browser.get("/desk/search?q=maria+quispe+huanca&birthDate=1980-11-02").text
    assert "Why this score" in compared
    warm.service.audit_log.flush()
    events = [row for row in warm.store.audit_events.list() if row.action == "search"]
    assert {"q": "quispe"} in [event.query for event in events]
    assert "<script>alert" not in browser.get("/desk/search?q=<script>alert(1)</script>").text


def test_search_accepts_ids_and_rejects_bad_values(warm: Desk) -> None:
    browser = warm.signed_in("amira")
    assert "This is the id of" in browser.get("/desk/search?name=coast:2").text
    assert (
        "No listed entity fits what you stated" in browser.get("/desk/search?name=Zzyzx+Qwrtp").text
    )
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
    warm.service.audit_log.flush()
    event = warm.store.audit_events.list()[-1]
    assert (event.action, event.actor, event.purpose) == ("entity", "amira", "a test")
    assert browser.get("/desk/entities/e-nobody").status_code == 404
    # an id within its source leads there too
    moved = browser.get("/desk/entities/4")
    assert moved.status_code == 303
    assert "Vektor Trading LLC" in browser.get(moved.headers["Location"]).text
    assert browser.get("/desk/entities/%3Cscript%3E").status_code == 404


def test_five_thousand_aliases_are_paged(make_desk: DeskFactory) -> None:
    desk = make_desk()
    entity_with_aliases = record(
        "coast:9", name="Hydra", alias=[f"Hydra {number:04d}" for number in range(5_000)]
    )
    with Hub.open(desk.url, OPTIONS) as hub:
        hub.add(make_intake([entity_with_aliases]))
    browser = desk.signed_in("amira")
    page = browser.get(browser.get("/desk/entities/coast:9").headers["Location"])
    assert len(page.data) < 60_000
    assert "all 5,000 values" in page.text
    entity = page.request.path
    rest = browser.get(f"{entity}?prop=alias&from=4950")
    assert "Hydra 4999" in rest.text
    assert "4951 to 5000 of 5,000" in rest.text
    assert browser.get(f"{entity}?prop=nothing").status_code == 404


def test_a_pair_shows_the_list_that_states_a_difference(make_desk: DeskFactory) -> None:
    desk = make_desk()
    kin = [Relation(RelationType.FAMILY_OF, "river:21")]
    father, son = record("coast:20", name="Omar", relations=kin), record("river:21", name="Omar")
    with Hub.open(desk.url, OPTIONS) as hub:
        hub.add(make_intake([father, son]))
    page = desk.signed_in("amira").get("/review/coast:20/river:21", follow_redirects=True)
    assert "coast relates these two as family, so they are two persons." in page.text
    assert "They stay apart unless you decide that they are the same." in page.text


def test_a_batch_from_a_browser(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    answer = upload(browser, once="a")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "queued" in browser.get(address).text
    assert "data-poll" in browser.get(address + "/state").text
    # the same form sent twice is one batch
    assert upload(browser, once="a").headers["Location"] == address
    run_worker(desk)
    page = browser.get(address)
    assert "data-poll" not in page.text
    assert re.search(r"<dt>Records read</dt>\s*<dd>2</dd>", page.text)
    with browser.get(address + "/report") as report:
        assert report.status_code == 200
        policy = report.headers["Content-Security-Policy"]
        assert "style-src 'unsafe-inline';" in policy
        # the script of the report, and no other
        assert f"script-src {SCRIPT_SOURCE};" in policy
    for name in ("links", "entities", "rejects"):
        with browser.get(f"{address}/{name}") as file:
            assert file.headers["Content-Disposition"].startswith("attachment")
    assert "people.csv" in browser.get("/desk/batches").text
    # scripts in names stay text
    entity = browser.get("/desk/entities/people:2", follow_redirects=True)
    assert "&lt;script&gt;alert(1)" in entity.text
    assert "<script>alert" not in entity.text


def test_batches_of_other_agencies_are_hidden(desk: Desk) -> None:
    address = upload(desk.signed_in("amira")).headers["Location"]
    desk.store.users.add("ben", UserRole.STEWARD, "River", PASSWORD)
    other = desk.browser()
    sign_in(other, "ben")
    assert other.get(address).status_code == other.get("/desk/batches/none").status_code == 404
    assert "people.csv" not in other.get("/desk/batches").text
    assert desk.signed_in("chief", UserRole.ADMIN).get(address).status_code == 200


def test_batch_page_reports_a_stopped_worker(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    address = upload(browser).headers["Location"]
    assert "No worker" not in browser.get(address).text
    with desk.store.engine.begin() as connection:
        connection.execute(update(jobs).values(created="2026-01-01T00:00:00.000000Z"))
    chief = desk.signed_in("chief", UserRole.ADMIN)
    for reader in (browser, chief):
        assert "No worker is running" in reader.get(address).text
        assert re.search(r"1 batch waits\s+for one", reader.get("/desk/batches").text)
    with WorkerPresence(desk.service.jobs_dir):
        assert "until the worker has finished others" in browser.get(address).text
        assert "The worker has other batches to finish first" in chief.get(address).text
        assert "No worker" not in browser.get("/desk/batches").text
    assert not is_worker_running(desk.service.jobs_dir)
    job = desk.store.jobs.lease("w1")
    assert job is not None
    assert "No worker" not in browser.get(address).text
    with desk.store.engine.begin() as connection:
        connection.execute(update(jobs).values(lease_until="2026-01-01T00:00:00.000000Z"))
    assert "Its worker last reported" in browser.get(address).text
    assert browser.post(f"{address}/cancel", data={"csrf": csrf(browser)}).status_code == 303
    assert "cancel requested" in browser.get(address).text


def test_failed_batch_shows_the_error(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    refused = upload(browser, b"nothing of use\n")
    assert (refused.status_code, "people.csv" in refused.text) == (400, True)
    address = upload(browser, b"id,name,birth_date\n1,,\n").headers["Location"]
    run_worker(desk)
    assert "The batch failed:" in browser.get(address).text
    assert browser.get(address + "/report").status_code == 410


def test_an_upload_asks_which_source_a_new_edition_updates(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    desk.service.hub.add(
        make_intake([record("border:1", name="Ann Lee")]),
        owner=RecordOwner("amira", "Coast", False),
    )
    data = {"csrf": csrf(browser), "file": (io.BytesIO(CSV), "border-2.csv")}
    answer = browser.post("/desk/batches", data=data, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert "may be a new edition of the source border" in answer.text


def test_bad_uploads_are_refused(make_desk: DeskFactory) -> None:
    desk = make_desk(max_upload=10_000)
    browser = desk.signed_in("amira")
    for fields, status, text in (
        ({"file": (io.BytesIO(b""), "x.csv")}, 400, "nothing was sent"),
        ({"format": "klingon", "file": (io.BytesIO(CSV), "x.csv")}, 422, "no format"),
        ({"file": (io.BytesIO(b"x" * 20_000), "x.csv")}, 413, "too large"),
    ):
        data = {"csrf": csrf(browser), **fields}
        answer = browser.post("/desk/batches", data=data, content_type="multipart/form-data")
        assert (answer.status_code, text in answer.text) == (status, True), answer.text
    viewer = desk.signed_in("viewer", UserRole.VIEWER)
    assert "Upload</button>" not in viewer.get("/desk/batches").text
    assert upload(viewer).status_code == 403


def test_admins_manage_users(desk: Desk) -> None:
    admin, steward = desk.signed_in("chief", UserRole.ADMIN), desk.signed_in("amira")
    refused = steward.get("/desk/users")
    assert refused.status_code == 403
    assert "Only an admin may open this page." in refused.text
    token = csrf(admin)
    new = {"csrf": token, "name": "Zoe", "role": "viewer", "agency": "وزارة", "password": PASSWORD}
    assert admin.post("/desk/users", data=new).status_code == 303
    assert admin.post("/desk/users", data=new).status_code == 422
    assert admin.post("/desk/users", data={**new, "name": "a b"}).status_code == 422
    zoe = desk.browser()
    assert sign_in(zoe, "zoe").status_code == 303

    def change(name: str, **fields: str) -> Any:
        return admin.post(f"/desk/users/{name}", data={"csrf": token, **fields})

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
    desk.service.audit_log.flush()
    logged = [
        event.query["what"] for event in desk.store.audit_events.list() if event.action == "users"
    ]
    assert logged == ["add", "change", "disable", "enable", "password", "change"]


def test_two_admins_erase_records(desk: Desk) -> None:
    chief, other = (desk.signed_in(name, UserRole.ADMIN) for name in ("chief", "olga"))
    assert desk.signed_in("amira").get("/desk/erasures").status_code == 403
    with desk.store.view() as view:
        (record_id, _), *_ = view.records_of_sources(["coast"]).items()
    form = {"csrf": csrf(chief), "records": f" {record_id}\n", "reason": "court order"}
    assert "never had a record" in chief.post("/desk/erasures", data={**form, "records": "a"}).text
    assert chief.post("/desk/erasures", data=form).status_code == 303
    (asked,) = desk.store.erasures.list()
    page = chief.get("/desk/erasures").text
    assert (record_id in page, "Confirm and erase" in page) == (True, False)
    path, decision = f"/desk/erasures/{asked.id}", {"decision": "confirm"}
    refused = chief.post(path, data={**decision, "csrf": form["csrf"]})
    assert (refused.status_code, "yourself" in refused.text) == (422, True)
    assert "Confirm and erase" in other.get("/desk/erasures").text
    assert other.post(path, data={**decision, "csrf": csrf(other)}).status_code == 303
    (result,) = ErasureRunner(desk.service.hub, desk.service.jobs_dir).run_due()
    assert (result.waits, result.erasure.decided_by) == ((), "olga")
    desk.service.audit_log.flush()
    assert "None was found." in other.get("/desk/erasures").text
    events = desk.store.audit_events.list(actions=["erasures"])
    assert {"ask", "confirm"} <= {event.query.get("what") for event in events}
    assert record_id not in str(events)


def test_two_admins_erase_a_value(desk: Desk) -> None:
    chief, other = (desk.signed_in(name, UserRole.ADMIN) for name in ("chief", "olga"))
    with desk.store.view() as view:
        rows = view.records([*view.records_of_sources(["coast"]).values()])
    record, value = next(
        (row.record, value)
        for row in rows
        for value in row.record.values
        if value.prop == "birthDate"
    )
    form = {"csrf": csrf(chief), "records": record.id, "reason": "wrong", "values": "phone\nfax"}
    refused = chief.post("/desk/erasures", data=form)
    assert (refused.status_code, "phone\nfax</textarea>" in refused.text) == (422, True)
    many = {**form, "values": "birthDate\n" * 101}
    assert "at most 100 values" in chief.post("/desk/erasures", data=many).text
    stated = {**form, "values": f" birthDate={value.text}\n"}
    assert chief.post("/desk/erasures", data=stated).status_code == 303
    (asked,) = desk.store.erasures.list()
    assert f">{value.text}</bdi>" in other.get("/desk/erasures").text
    path = f"/desk/erasures/{asked.id}"
    confirmed = other.post(path, data={"decision": "confirm", "csrf": csrf(other)})
    assert confirmed.status_code == 303
    (result,) = ErasureRunner(desk.service.hub, desk.service.jobs_dir).run_due()
    assert (result.waits, result.erasure.properties()) == ((), ["birthDate"])
    assert value.text not in other.get("/desk/erasures").text
    with desk.store.view() as view:
        stored = view.record(record.id)
    assert stored is not None
    assert value.text not in stored.record.texts("birthDate")


def test_times_and_words_as_pages_show_them() -> None:
    from resolver.api.desk import text_filters

    now = time.time()
    for seconds, text in (
        (5, "just now"),
        (61, "1 minute ago"),
        (7_300, "2 hours ago"),
        (86_400 * 3, "3 days ago"),
    ):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(now - seconds))
        assert text_filters.ago(stamp) == text
    assert text_filters.ago("") == "never"
    assert text_filters.join_words(["a", "b", "c"]) == "a, b and c"
    assert text_filters.weight(-1234) == "−1.23"


def test_a_long_purpose_in_the_address_of_a_page_is_no_fault(desk: Desk) -> None:
    answer = desk.browser().get(
        "/desk/sign-in", query_string={"purpose": "x" * 600, "next": "/\r\nX: y"}
    )
    assert answer.status_code == 200
