"""Sessions that are listed and ended by their user, an admin and a command; keys that end soon."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from resolver.cli.app import run
from resolver.store import UserRole
from resolver.store.database import utc_text
from resolver.store.schema import sign_in_steps
from tests.api.desk.conftest import PASSWORD, Desk, csrf, field, sign_in
from tests.store.passwords import quick_passwords

pytestmark = pytest.mark.slow
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(scope="module")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk over an empty store, where passwords cost little; each test has own users."""
    with quick_passwords():
        desk = Desk(f"sqlite:///{tmp_path_factory.mktemp('desk')}/hub.db")
        yield desk
        desk.service.close()


def test_a_user_sees_and_ends_own_sessions(empty_desk: Desk) -> None:
    desk, here = empty_desk, empty_desk.signed_in("amira")
    other, third = desk.browser(), desk.browser()
    other.environ_base["HTTP_USER_AGENT"] = FIREFOX
    for browser in (other, third):
        assert sign_in(browser, "amira").status_code == 303
    stranger = desk.signed_in("bo")
    page = here.get("/desk/account")
    rows = page.text.partition("Your sessions")[2]
    ids = re.findall(r'name="session" value="(\w{16})"', rows)
    assert (len(ids), rows.count("this one"), rows.count("Firefox on Linux")) == (3, 1, 1)
    assert rows.count("127.0.0.1") == 3
    # nobody ends sessions of others, and a name of a session is no key to it
    theirs = re.findall(r'name="session" value="(\w{16})"', stranger.get("/desk/account").text)
    for name in (*theirs, "0", "%"):
        form = {"csrf": csrf(here), "session": name}
        assert (
            "0 sessions ended"
            in here.post("/desk/account/sessions", data=form, follow_redirects=True).text
        )
    assert here.post("/desk/account/sessions", data={"session": ids[0]}).status_code == 409
    mark = desk.store.sessions.of_user(desk.store.users.get("amira"), idle=timedelta(hours=1))
    firefox = next(row.id for row in mark if row.browser == "Firefox on Linux")
    here.post("/desk/account/sessions", data={"csrf": csrf(here), "session": firefox})
    assert other.get("/desk/account").status_code == 303
    assert third.get("/desk/account").status_code == 200
    here.post("/desk/account/sessions", data={"csrf": csrf(here)})
    assert third.get("/desk/account").status_code == 303
    assert [browser.get("/desk/account").status_code for browser in (here, stranger)] == [200, 200]
    desk.service.audit_log.flush()
    ended = [row for row in desk.store.audit_events.list() if row.action == "sessions"]
    assert [row.query["ended"] for row in ended] == ["0", "0", "0", "1", "1"]


def test_begun_sign_ins_are_kept_once_and_bounded(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.store.sessions._MAX_STEPS", 3)
    steps, minute = empty_desk.store.sign_in_steps, timedelta(minutes=1)
    early = steps.put("provider", "192.0.2.9", {"number": 0}, minute / 2)
    # whoever begins many sign-ins ends own ones only
    tokens = [steps.put("provider", "192.0.2.1", {"number": n}, n * minute) for n in range(1, 6)]
    other = steps.put("second factor", "amira", {"number": 9}, minute)
    assert steps.take("provider", other) is None
    late = steps.put("provider", "192.0.2.2", {"number": 6}, -minute)
    assert steps.take("provider", late) is None
    taken = [steps.take("provider", token) for token in (early, *tokens, *tokens)]
    assert [step["number"] for step in taken if step is not None] == [0, 5]
    assert steps.take("second factor", other) == {"number": 9}
    # what was kept while the clock was a day ahead does not take the place of others
    for number in range(3):
        steps.put("provider", "192.0.2.1", {"number": number}, timedelta(days=1))
    token = steps.put("provider", "192.0.2.1", {"number": 7}, minute)
    with empty_desk.store.engine.connect() as connection:
        kinds = connection.execute(select(sign_in_steps.c.kind)).scalars().all()
    assert kinds == ["provider of 192.0.2.1"]
    assert steps.take("provider", token) == {"number": 7}


def test_a_second_sign_in_of_a_browser_ends_the_first_session(empty_desk: Desk) -> None:
    desk, browser = empty_desk, empty_desk.signed_in("eve")
    desk.add("fay")
    # the page of sign-in is not shown any more, but its form may wait in another tab
    other = desk.browser()
    token = field(other.get("/desk/sign-in"), "form")
    browser.set_cookie("desk_form", token, path="/desk")
    form = {"name": "fay", "password": PASSWORD, "purpose": "a test", "form": token, "next": ""}
    cookie = browser.get_cookie("desk").value
    assert browser.post("/desk/sign-in", data=form).status_code == 303
    assert browser.get_cookie("desk").value != cookie
    hour = timedelta(hours=1)
    count = [
        len(desk.store.sessions.of_user(desk.store.users.get(name), idle=hour))
        for name in ("eve", "fay")
    ]
    assert count == [0, 1]
    desk.service.audit_log.flush()
    ended = [row.actor for row in desk.store.audit_events.list() if row.action == "sign-out"]
    assert ended == ["eve"]


def test_an_admin_ends_sessions_of_a_user(empty_desk: Desk) -> None:
    desk, browser = empty_desk, empty_desk.signed_in("cleo")
    chief = desk.signed_in("chief", UserRole.ADMIN)
    assert browser.get("/desk/users/chief").status_code == 403
    assert chief.get("/desk/users/nobody").status_code == 404
    page = chief.get("/desk/users/cleo")
    assert "Sessions of <bdi>cleo</bdi>" in page.text
    (name,) = re.findall(r'name="session" value="(\w{16})"', page.text)
    ended = {"csrf": csrf(chief), "session": name}
    answer = chief.post("/desk/users/cleo", data=ended)
    assert answer.headers["Location"].startswith("/desk/users/cleo?done=")
    assert browser.get("/desk/account").status_code == 303
    for _ in range(2):
        sign_in(desk.browser(), "cleo")
    chief.post("/desk/users/cleo", data={"csrf": csrf(chief), "end": "1"})
    assert "has no session now" in chief.get("/desk/users/cleo").text
    desk.service.audit_log.flush()
    rows = [row.query for row in desk.store.audit_events.list() if row.action == "users"]
    assert rows == [{"what": "end sessions", "user": "cleo", "by": "chief"}] * 2


def test_commands_list_and_end_sessions(
    empty_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, browser = empty_desk, empty_desk.signed_in("dan")
    sign_in(desk.browser(), "dan")
    store = ["--store", desk.url]
    capsys.readouterr()
    assert run(["users", "sessions", "dan", "--json", *store]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["via"], row["address"]) for row in rows] == [("password", "127.0.0.1")] * 2
    assert run(["users", "sign-out", "dan", "--session", rows[0]["id"], *store]) == 0
    assert "1 session of user dan ended." in capsys.readouterr().err
    assert run(["users", "sessions", "dan", *store]) == 0
    assert capsys.readouterr().out.startswith(f"{rows[1]['id']}: since ")
    assert run(["users", "sign-out", "dan", *store]) == 0
    assert browser.get("/desk/account").status_code == 303
    assert run(["users", "sign-out", "nobody", *store]) == 1


def test_admins_are_told_of_keys_that_end_soon(empty_desk: Desk) -> None:
    desk = empty_desk
    for name, days in (("gate-1", 3), ("gate-2", 40)):
        expires = utc_text(datetime.now(UTC) + timedelta(days=days))
        desk.store.api_keys.create(name, "Coast", ["check"], expires=expires)
    shown = {
        role: desk.signed_in(role.label, role).get("/desk").text
        for role in (UserRole.SENIOR, UserRole.ADMIN)
    }
    assert "gate-1" not in shown[UserRole.SENIOR]
    assert "API key ends soon" in shown[UserRole.ADMIN]
    assert ("gate-1" in shown[UserRole.ADMIN], "gate-2" in shown[UserRole.ADMIN]) == (True, False)
