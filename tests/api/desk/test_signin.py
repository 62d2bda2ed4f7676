"""Sign-in, sessions, purposes of access, and forms whose session has ended."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from resolver.api import ServiceSettings, create_app
from resolver.api.server.run import desk_line
from resolver.api.service import Service
from resolver.hub.admin import FIRST_ADMIN
from resolver.store import UserRole
from resolver.store.schema import sessions, sign_in_failures
from tests.api.desk.conftest import (
    PASSWORD,
    Desk,
    DeskFactory,
    csrf,
    field,
    hidden_fields,
    sign_in,
)

pytestmark = pytest.mark.slow


PROXY = {"REMOTE_ADDR": "10.0.0.5"}


def test_pages_need_a_session(desk: Desk) -> None:
    browser = desk.browser()
    for rule in desk.app.url_map.iter_rules():
        if (
            not rule.endpoint.startswith("desk.")
            or "GET" not in (rule.methods or ())
            or rule.arguments
        ):
            continue
        answer = browser.get(rule.rule)
        if rule.endpoint in ("desk.sign_in", "desk.first_sign_in"):
            assert answer.status_code in (200, 403)
        elif rule.endpoint == "desk.end_provider_sign_in":
            assert answer.status_code == 404
        else:
            assert answer.headers["Location"].startswith("/desk/sign-in?next="), rule
    answer = browser.get("/desk", headers={"X-Partial": "1"})
    assert (answer.status_code, "session has ended" in answer.text) == (401, True)


def test_sign_in_and_out(desk: Desk) -> None:
    desk.add("amira")
    browser = desk.browser()
    assert sign_in(browser, "amira", "wrong password").status_code == 401
    assert sign_in(browser, "nobody").status_code == 401
    assert sign_in(browser, "amira", purpose="").status_code == 422
    answer = sign_in(browser, "  AMIRA ", next="/desk/account?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/account?x=1")
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("desk="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    home = browser.get("/desk")
    assert home.status_code == 200
    assert "amira" in home.text
    assert browser.get("/").headers["Location"] == "/desk"
    assert browser.post("/desk/sign-out", data={"csrf": csrf(browser)}).status_code == 303
    assert browser.get("/desk").status_code == 303


FOREIGN_TARGETS = (
    "//evil.example/desk",
    "https://evil.example",
    "/\\evil.example",
    "/check",
    "/none",
    "/desk\nX: y",
    "/review\r\nX: y",
    "/review?x=\r\nX: y",
)


@pytest.mark.parametrize("target", FOREIGN_TARGETS)
@pytest.mark.parametrize("path", ["/desk/purpose", "/desk/theme", "/review/blind"])
def test_forms_lead_only_to_pages_of_the_desk(desk: Desk, path: str, target: str) -> None:
    browser = desk.signed_in("amira")
    form = {"csrf": csrf(browser), "purpose": "a test", "next": target}
    answer = browser.post(path, data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] in ("/desk", "/review")


@pytest.mark.parametrize("target", FOREIGN_TARGETS)
def test_sign_in_leads_only_to_pages_of_the_desk(desk: Desk, target: str) -> None:
    desk.add("amira")
    assert sign_in(desk.browser(), "amira", next=target).headers["Location"] == "/desk"


def test_sign_in_form_of_another_browser_is_refused(desk: Desk) -> None:
    desk.add("amira")
    form = {"name": "amira", "password": PASSWORD, "purpose": "x"}
    assert desk.browser().post("/desk/sign-in", data=form).status_code == 400
    page = desk.browser().get("/desk/sign-in")
    assert (
        desk.browser().post("/desk/sign-in", data={**form, "form": field(page, "form")}).status_code
        == 400
    )


def test_https_makes_the_cookie_secure(make_desk: DeskFactory) -> None:
    desk = make_desk(user_header="X-Remote-User", proxies=("10.0.0.0/24",))
    desk.add("amira", password=None)
    secure = desk.browser().get(
        "/desk",
        headers={"X-Remote-User": "amira", "X-Forwarded-Proto": "https"},
        environ_base=PROXY,
    )
    assert "Secure" in secure.headers["Set-Cookie"]
    assert secure.headers["Strict-Transport-Security"]
    lying = desk.browser().get("/desk/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in lying.headers


def test_a_name_is_locked_after_wrong_passwords(desk: Desk) -> None:
    desk.add("amira")
    for name in ("amira", "nobody"):
        browser = desk.browser()
        for _ in range(5):
            assert sign_in(browser, name, "wrong password").status_code == 401
        locked = sign_in(browser, name)
        assert locked.status_code == 429
        assert int(locked.headers["Retry-After"]) > 800
        assert "wait 15 minutes" in locked.text.lower()
    with desk.store.engine.begin() as connection:
        connection.execute(update(sign_in_failures).values(until="2020-01-01T00:00:00.000000Z"))
    assert sign_in(desk.browser(), "amira").status_code == 303


def test_an_address_is_locked_after_wrong_passwords(make_desk: DeskFactory) -> None:
    desk = make_desk(sign_in_tries=4, proxies=("127.0.0.1/32",))
    desk.add("amira")

    def try_sign_in(name: str, password: str, origin: str) -> int:
        browser = desk.browser()
        form = {
            "name": name,
            "password": password,
            "purpose": "x",
            "form": field(browser.get("/desk/sign-in"), "form"),
        }
        answer = browser.post("/desk/sign-in", data=form, headers={"X-Forwarded-For": origin})
        return int(answer.status_code)

    address, same_network = "9.9.9.9, 2001:db8::1", "2001:db8::ffff"
    assert [try_sign_in(f"guess{number}", "wrong", address) for number in range(4)] == [401] * 4
    origins = (address, same_network, "2001:db8:1::1", "9.9.9.9")
    assert [try_sign_in("amira", PASSWORD, origin) for origin in origins] == [429, 429, 303, 303]


def test_sessions_end(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    assert browser.get("/desk").status_code == 200
    for column in ("seen", "expires"):
        with desk.store.engine.begin() as connection:
            connection.execute(update(sessions).values({column: "2020-01-01T00:00:00.000000Z"}))
        assert browser.get("/desk").status_code == 303
        sign_in(browser, "amira")
        assert browser.get("/desk").status_code == 200
    desk.store.users.add("other", UserRole.ADMIN, "", PASSWORD)
    desk.store.users.disable("amira")
    assert browser.get("/desk").status_code == 303
    desk.store.users.enable("amira")
    # the session of then has ended
    assert browser.get("/desk").status_code == 303
    sign_in(browser, "amira")
    assert browser.get("/desk").status_code == 200
    desk.store.users.set_password("amira", "another quiet heron")
    assert browser.get("/desk").status_code == 303


def test_a_session_that_is_used_stays(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=50)
    with desk.store.engine.begin() as connection:
        connection.execute(update(sessions).values(seen=before.strftime("%Y-%m-%dT%H:%M:%S.%fZ")))
    assert browser.get("/desk").status_code == 200
    with desk.store.engine.begin() as connection:
        assert connection.execute(sessions.select()).one().seen > before.isoformat()


def test_forms_of_other_sessions_are_not_carried_out(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    for token in ("", "x", "é", csrf(desk.signed_in("ben"))):
        answer = browser.post("/desk/purpose", data={"csrf": token, "purpose": "something <else>"})
        assert answer.status_code == 409
        assert "something &lt;else&gt;" in answer.text
    assert "something" not in browser.get("/desk").text
    again = browser.post("/desk/purpose", data=hidden_fields(answer))
    assert again.status_code == 303
    assert "something &lt;else&gt;" in browser.get("/desk").text
    # the script is told to send the form as a browser does
    part = browser.post(
        "/desk/purpose", data={"csrf": "x", "purpose": "y"}, headers={"X-Partial": "1"}
    )
    assert (part.status_code, "<html" in part.text) == (401, False)
    # a call of the script carries the token in a header
    answer = browser.post(
        "/desk/purpose", data={"purpose": "third"}, headers={"X-CSRF-Token": csrf(browser)}
    )
    assert answer.status_code == 303


def test_form_of_an_expired_session_is_saved(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    token = csrf(browser)
    with desk.store.engine.begin() as connection:
        connection.execute(sessions.delete())
    form = {"csrf": token, "purpose": 'new "purpose"', "next": "/desk/account"}
    answer = browser.post("/desk/purpose", data=form)
    assert answer.status_code == 401
    assert "is kept in this page" in answer.text
    wrong = browser.post(
        "/desk/sign-in",
        data={**hidden_fields(answer), "name": "amira", "password": "no", "purpose": "x"},
    )
    assert wrong.status_code == 401
    entered = browser.post(
        "/desk/sign-in",
        data={**hidden_fields(wrong), "name": "amira", "password": PASSWORD, "purpose": "x"},
    )
    assert (entered.status_code, "Nothing is lost" in entered.text) == (200, True)
    assert "new &#34;purpose&#34;" in entered.text
    done = browser.post("/desk/purpose", data=hidden_fields(entered))
    assert (done.status_code, done.headers["Location"]) == (303, "/desk/account")


@pytest.mark.parametrize(
    "saved_form",
    [
        "",
        "[]",
        '{"path": "/batches", "fields": []}',
        '{"path": "https://evil.example/desk/purpose", "fields": []}',
        '{"path": "/desk/purpose", "fields": [["a"]]}',
        '{"path": "//evil.example/desk/purpose", "fields": []}',
        '{"path": "/desk/purpose", "fields": [["a", "' + "x" * 30_000 + '"]]}',
    ],
)
def test_saved_form_leads_only_to_views_of_the_desk(desk: Desk, saved_form: str) -> None:
    desk.add("amira")
    assert sign_in(desk.browser(), "amira", saved_form=saved_form).status_code == 303


def test_forms_of_other_sites_are_not_saved(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    answer = browser.post(
        "/desk/purpose", data={"purpose": "foreign"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 409
    assert "foreign" not in answer.text


def test_proxy_signs_users_in(make_desk: DeskFactory) -> None:
    desk = make_desk(user_header="X-Remote-User", proxies=("10.0.0.0/24",))
    desk.add("amira", password=None)
    desk.add("ben", UserRole.VIEWER, None)
    browser = desk.browser()

    def get(name: str, address: str = "10.0.0.5") -> Any:
        return browser.get(
            "/desk", headers={"X-Remote-User": name}, environ_base={"REMOTE_ADDR": address}
        )

    assert get("amira").headers["Location"].startswith("/desk/purpose")
    page = browser.get("/desk/purpose", headers={"X-Remote-User": "amira"}, environ_base=PROXY)
    form = {"csrf": field(page, "csrf"), "purpose": "work", "next": "/desk"}
    browser.post("/desk/purpose", data=form, headers={"X-Remote-User": "amira"}, environ_base=PROXY)
    assert get("amira").status_code == 200
    # another address is not trusted, nor is the cookie alone
    assert get("amira", "10.0.1.5").headers["Location"].startswith("/desk/sign-in")
    assert browser.get("/desk", environ_base=PROXY).headers["Location"].startswith("/desk/sign-in")
    # another user of the proxy gets a session of its own
    assert get("ben").headers["Location"].startswith("/desk/purpose")
    unknown = get("carl")
    assert (unknown.status_code, "no such user" in unknown.text) == (403, True)
    # where a proxy signs users in, programs on this machine need a key as well
    assert desk.browser().get("/check?name=x").status_code == 401


def test_first_sign_in_link(make_desk: DeskFactory) -> None:
    desk = make_desk(first_code="c0de")
    browser = desk.browser()
    for code in ("", "wrong"):
        assert browser.get(f"/desk/first?code={code}").status_code == 403
    line = desk_line(desk.service, "http://127.0.0.1:8000")
    path = re.sub(r".*:8000", "", line.split(" (")[0])
    assert browser.get(path).headers["Location"] == "/desk/purpose?next=/desk"
    page = browser.get("/desk/purpose?next=/desk")
    assert "Trying the desk" in page.text
    assert (
        browser.post("/desk/purpose", data={**hidden_fields(page), "purpose": "Trying"}).headers[
            "Location"
        ]
        == "/desk"
    )
    assert "admin" in browser.get("/desk").text
    # programs on this machine may still ask without a key
    assert desk.browser().get("/catalog").status_code == 200
    # once there is a password the link is no longer valid, and programs need a key
    page = browser.get("/desk/account")
    assert (
        browser.post("/desk/account", data={"csrf": csrf(browser), "new": "short"}).status_code
        == 422
    )
    assert (
        browser.post("/desk/account", data={**hidden_fields(page), "new": PASSWORD}).status_code
        == 303
    )
    assert desk.browser().get(path).status_code == 403
    assert "code=" not in desk_line(desk.service, "http://127.0.0.1:8000")
    assert sign_in(browser, FIRST_ADMIN).status_code == 303


@pytest.mark.parametrize("name", ["done", "problem"])
@pytest.mark.parametrize("path", ["/review", "/desk/users", "/desk/views"])
def test_an_address_puts_no_text_on_a_page(desk: Desk, path: str, name: str) -> None:
    browser = desk.signed_in("chief", UserRole.ADMIN)
    for text in ("Call 555 0100 now", f"{'0' * 32}.Call 555 0100 now"):
        assert "555 0100" not in browser.get(path, query_string={name: text}).text


def test_messages_are_shown_to_the_session_that_they_were_made_for(desk: Desk) -> None:
    browser = desk.signed_in("chief", UserRole.ADMIN)
    data = {"csrf": csrf(browser), "name": "zoe", "role": "viewer"}
    address = browser.post("/desk/users", data=data).headers["Location"]
    assert "zoe was added as viewer." in browser.get(address).text
    other = desk.signed_in("second", UserRole.ADMIN)
    assert "zoe was added as viewer." not in other.get(address).text


def test_users_change_their_own_password(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    for old, new in (
        ("wrong", "another quiet heron"),
        (PASSWORD, "short"),
        (PASSWORD, "amira123456"),
    ):
        form = {"csrf": csrf(browser), "old": old, "new": new}
        assert browser.post("/desk/account", data=form).status_code == 422
    form = {"csrf": csrf(browser), "old": PASSWORD, "new": "another quiet heron"}
    assert browser.post("/desk/account", data=form).status_code == 303
    assert sign_in(browser, "amira").status_code == 401
    assert sign_in(browser, "amira", "another quiet heron").status_code == 303


def test_without_a_code_there_is_no_first_link(desk: Desk) -> None:
    assert desk.browser().get("/desk/first?code=").status_code == 403


def test_security_headers(desk: Desk) -> None:
    answer = desk.signed_in("amira").get("/desk")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    for name in ("desk.css", "desk.js"):
        address = re.search(rf'"(/desk/static/{name}[^"]*)"', answer.text)
        assert address
        with desk.browser().get(address[1]) as static:
            assert static.status_code == 200
            assert "immutable" in static.headers["Cache-Control"]


def test_templates_obey_the_content_security_policy(root: Path) -> None:
    for path in (root / "api" / "templates" / "desk").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(
            r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)|javascript:|https?://|\|safe", text
        ), path


def test_light_and_dark(desk: Desk) -> None:
    browser = desk.browser()
    assert 'data-theme="auto"' in browser.get("/desk/sign-in").text
    for theme, shown in (("dark", "dark"), ("<b>", "auto"), ("light", "light")):
        browser.post("/desk/theme", data={"theme": theme, "next": "/desk/sign-in"})
        assert f'data-theme="{shown}"' in browser.get("/desk/sign-in").text


def test_read_only_database_can_be_read(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    token = csrf(browser)
    from sqlalchemy import event

    @event.listens_for(desk.store.engine, "begin")
    def _make_read_only(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    with desk.store.engine.connect():
        pass
    assert browser.get("/desk").status_code == 200
    answer = browser.post("/desk/purpose", data={"csrf": token, "purpose": "other"})
    assert (answer.status_code, "read-only" in answer.text) == (503, True)
    assert "Nothing was changed" in answer.text


def test_proxies_must_be_addresses(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(small, tmp_path / "hub.db")
    closed: list[Service] = []
    close = Service.close

    def note_and_close(service: Service) -> None:
        closed.append(service)
        close(service)

    monkeypatch.setattr(Service, "close", note_and_close)
    with pytest.raises(ValueError, match="nonsense"):
        create_app(ServiceSettings(f"sqlite:///{tmp_path}/hub.db", proxies=("nonsense",)))
    assert len(closed) == 1
