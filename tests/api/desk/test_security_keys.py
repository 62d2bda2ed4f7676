"""Security keys beside passwords, with the virtual authenticator of Chromium."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from waitress.server import create_server

from benchmarks.harness import browser as browsing
from resolver.cli.app import run
from resolver.store import UserRole
from tests.api.desk.conftest import PASSWORD, Desk, csrf, field, hidden_fields, sign_in
from tests.store.passwords import quick_passwords

pytest.importorskip("webauthn", reason="webauthn comes with the extra `server`")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk over an empty store whose admins need a security key; each test has own
    users.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('desk')}/hub.db"
    with quick_passwords():
        desk = Desk(url, security_key_roles=frozenset({"admin"}))
        yield desk
        desk.service.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """Serve the desk; return its address, which a browser takes for a safe one."""
    server: Any = create_server(desk.app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://localhost:{server.effective_port}"
    server.close()


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until a page shows what it should."""
    ends = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture
def chromium() -> Iterator[Any]:
    """Return a Chromium with a virtual security key."""
    from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

    if missing := browsing.missing_program():
        pytest.skip(missing)
    with browsing.open_chromium() as driver:
        options = VirtualAuthenticatorOptions()
        options.is_user_consenting = True
        driver.add_virtual_authenticator(options)
        yield driver


def add_key(desk: Desk, name: str, credential: str = "AAAA") -> None:
    desk.store.security_keys.add(
        desk.store.users.get(name),
        "blue key",
        credential=credential,
        public_key="AAAA",
        host="localhost",
    )


def test_a_key_is_registered_asked_for_and_removed(desk: Desk, address: str, chromium: Any) -> None:
    desk.add("chief", UserRole.ADMIN)
    find = chromium.find_element

    def submit_password() -> None:
        chromium.delete_all_cookies()
        chromium.get(address + "/desk/sign-in")
        for name, text in (("name", "chief"), ("password", PASSWORD), ("purpose", "a test")):
            find("name", name).send_keys(text)
        find("css selector", "button.primary").click()

    submit_password()
    # the role needs a key, so no page opens before one is registered
    wait_for(lambda: "required for your role" in chromium.page_source)
    chromium.get(address + "/desk/users")
    assert chromium.current_url == address + "/desk/account"
    user = desk.store.users.get("chief")
    # who has learned the password may have signed in before there was a key
    desk.store.sessions.begin(user, via="password", lifetime=timedelta(hours=1))
    for name in ("blue key", "red key"):
        chromium.get(address + "/desk/account/keys")
        find("name", "name").send_keys(name)
        find("css selector", "button.primary").click()
        if name == "red key":
            # the same device again
            wait_for(lambda: "registered already" in chromium.page_source)
            break
        wait_for(lambda: "The security key is registered" in chromium.page_source)
    chromium.get(address + "/desk/users")
    assert chromium.current_url == address + "/desk/users"
    assert len(desk.store.sessions.of_user(user, idle=timedelta(days=1))) == 1
    (key,) = desk.store.security_keys.list(user)
    assert (key.name, key.host, key.used) == ("blue key", "localhost", None)
    submit_password()
    wait_for(lambda: "Confirm with your security key" in chromium.page_source)
    # the password alone is not enough
    chromium.execute_script("window.stop()")
    assert not [
        row.via
        for row in desk.store.sessions.of_user(user, idle=timedelta(days=1))
        if row.via == "password"
    ]
    find("css selector", "button.primary").click()
    wait_for(
        lambda: (
            chromium.current_url.startswith(address + "/desk")
            and "sign-in" not in chromium.current_url
        )
    )
    (used,) = desk.store.security_keys.list(user)
    assert (used.uses > key.uses, used.used is not None) == (True, True)
    # a copy of the key counts from where it was made
    desk.store.security_keys.note_use(used, used.uses + 100)
    submit_password()
    wait_for(lambda: "Confirm with your security key" in chromium.page_source)
    find("css selector", "button.primary").click()
    wait_for(lambda: "did not confirm the sign-in" in chromium.page_source)
    desk.service.audit_log.flush()
    rows = [
        (row.query["via"], row.answer["outcome"])
        for row in desk.store.audit_events.list()
        if row.action == "sign-in" and "chief" in (row.actor, row.query.get("name"))
    ]
    assert rows == [
        ("password", "done"),
        ("security key", "done"),
        ("security key", "security key not confirmed"),
    ]


def test_forged_answers_are_refused(desk: Desk) -> None:
    desk.add("amira")
    browser = desk.browser()
    add_key(desk, "amira")
    page = sign_in(browser, "amira")
    assert (page.status_code, "Confirm with your security key" in page.text) == (200, True)
    assert browser.get("/desk/account").status_code == 303
    fields = hidden_fields(page)
    answer = {
        "id": "AAAA",
        "rawId": "AAAA",
        "type": "public-key",
        "response": dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), "AAAA"),
    }
    # not in another browser, not twice, and not with anything else than a signature
    other = desk.browser()
    assert other.post("/desk/sign-in/key", data=fields).status_code == 400
    assert browser.post("/desk/sign-in/key", data=fields).status_code == 400
    for text in ("", "{}", "[]", "null", json.dumps(answer), json.dumps({**answer, "id": 1})):
        page = sign_in(browser, "amira")
        sent = {**hidden_fields(page), "answer": text}
        assert browser.post("/desk/sign-in/key", data=sent).status_code == 401, text
    assert browser.get("/desk/account").status_code == 303


def test_a_session_without_a_key_adds_no_further_one(desk: Desk) -> None:
    browser = desk.signed_in("gus")
    step = field(browser.get("/desk/account/keys"), "step")
    add_key(desk, "gus", "DDDD")
    form = {"csrf": csrf(browser), "step": step, "name": "mine", "answer": "{}"}
    assert browser.get("/desk/account/keys").status_code == 403
    assert browser.post("/desk/account/keys", data=form).status_code == 403


def test_keys_are_removed_with_the_password_or_by_an_admin(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    browser, stranger = desk.signed_in("cleo"), desk.signed_in("dan")
    add_key(desk, "cleo", "BBBB")
    (key,) = desk.store.security_keys.list(desk.store.users.get("cleo"))
    for who, password, status in (
        (browser, "wrong password", 422),
        (stranger, PASSWORD, 404),
        (browser, PASSWORD, 303),
    ):
        form = {"csrf": csrf(who), "old": password}
        assert who.post(f"/desk/account/keys/{key.number}", data=form).status_code == status
    assert not desk.store.security_keys.list(desk.store.users.get("cleo"))
    add_key(desk, "cleo", "BBBB")
    assert run(["users", "remove-keys", "cleo", "--store", desk.url]) == 0
    assert "1 security key of user cleo removed." in capsys.readouterr().err
    # whoever was signed in may be the one who has the lost key
    assert browser.get("/desk/account").status_code == 303
