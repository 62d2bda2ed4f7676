"""Audit log of the desk: every page that shows records, every sign-in and sign-out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.routing import Rule

from resolver.review import DecisionRequest, Steward, StewardVerdict, decide_pair
from resolver.store import AuditEvent, UserRole
from resolver.store.steward_work import NetworkView
from tests.api.desk.conftest import PASSWORD, Client, Desk, DeskFactory, csrf, sign_in
from tests.api.desk.world import word

pytestmark = pytest.mark.slow

KIM = Steward("kim", "River")
PROXY = {"REMOTE_ADDR": "10.0.0.5"}
RECORD_SIGNS = re.compile(rf"(coast|river):|\be-[a-z2-7]{{20}}|{word(20)}|{word(13)}")
"""Matches pages with an id of the store's records or entities, or a name of its people."""


def events(desk: Desk) -> list[AuditEvent]:
    desk.service.audit_log.flush()
    rows: list[AuditEvent] = desk.store.audit_events.list(limit=100_000)
    return rows


def entity_id_of(desk: Desk, record_id: str) -> str:
    with desk.store.view() as view:
        entity = view.entity(record_id)
    assert entity is not None
    return str(entity.id)


def add_view(desk: Desk, entity_id: str) -> str:
    """Save and share a view of the network around an entity; return its id."""
    view = NetworkView("", "kim", "Coast", "Around", "", entity_id, {}, is_shared=True, saved="")
    return str(desk.store.network_views.add(view).id)


def sample_addresses(desk: Desk) -> dict[str, str]:
    """Return an address of each page that has parameters, by the name of its endpoint."""
    ids = [entity_id_of(desk, f"{source}:p20") for source in ("coast", "river")]
    with desk.store.view() as view:
        number = view.decisions()[0].number
    batch = "0" * 32
    return {
        "desk.missing_page": "/desk/none",
        "desk.static": "/desk/static/desk.css",
        "desk.batch": f"/desk/batches/{batch}",
        "desk.batch_changes": f"/desk/batches/{batch}/changes",
        "desk.batch_state": f"/desk/batches/{batch}/state",
        "desk.batch_result": f"/desk/batches/{batch}/entities",
        "desk.watch": "/desk/watches/crew",
        "desk.screening": f"/desk/screenings/{batch}",
        "desk.screening_result": f"/desk/screenings/{batch}/hits",
        # an upload that is not sent yet holds no record of the store
        **{
            f"desk.import_{step}": f"/desk/batches/new/{batch}/{step}"
            for step in ("worksheets", "columns", "preview")
        },
        "desk.user_sessions": "/desk/users/chief",
        "desk.dossier": f"/desk/dossier/{ids[0]}",
        "desk.network_view": f"/desk/views/{add_view(desk, ids[0])}",
        "desk.entity": f"/desk/entities/{ids[0]}",
        "desk.group": f"/desk/groups/{entity_id_of(desk, 'coast:crew')}",
        "desk.network": f"/desk/network/{ids[0]}",
        "desk.similar": f"/desk/similar/{ids[0]}",
        "desk.network_file": f"/desk/network-file/graphml/{ids[0]}",
        "desk.pair": f"/review/{ids[0]}/{ids[1]}?did={number}",
        "desk.pair_preview": f"/review/{ids[0]}/{ids[1]}/preview?verdict=same",
    }


def pages(desk: Desk) -> list[Rule]:
    return [
        rule
        for rule in desk.app.url_map.iter_rules()
        if rule.endpoint.startswith("desk.") and "GET" in (rule.methods or ())
    ]


def test_every_page_with_records_leaves_an_event(busy: Desk) -> None:
    decide_pair(
        busy.service.hub,
        DecisionRequest(KIM, "coast:p13", "river:p13", StewardVerdict.SAME),
    )
    busy.service.warm()
    browser = busy.signed_in("chief", UserRole.ADMIN)
    addresses, shown = sample_addresses(busy), set()
    for rule in pages(busy):
        # a new page with parameters needs a row in `sample_addresses`
        address = addresses[rule.endpoint] if rule.arguments else rule.rule
        if rule.endpoint == "desk.search":
            address += f"?name={word(20)}+{word(57)}"
        for headers in ({}, {"X-Partial": "1"}):
            count = len(events(busy))
            answer = browser.get(address, headers=headers)
            if answer.status_code == 200 and RECORD_SIGNS.search(answer.text):
                shown.add(rule.endpoint)
                assert len(events(busy)) > count, (rule, headers)
            answer.close()
    assert shown >= {"desk.queue", "desk.pair", "desk.pair_preview", "desk.entity", "desk.search"}


def test_previews_of_splits_and_contradictions_leave_events(busy: Desk) -> None:
    hub = busy.service.hub
    decide_pair(hub, DecisionRequest(KIM, "coast:p13", "river:p13", StewardVerdict.SAME))
    decide_pair(hub, DecisionRequest(KIM, "coast:p14", "river:p14", StewardVerdict.DIFFERENT))
    browser = busy.signed_in("amira")
    merged, left, right = (
        entity_id_of(busy, record_id) for record_id in ("coast:p13", "coast:p14", "river:p14")
    )
    form = {"csrf": csrf(browser), "record": "river:p13"}
    shown = browser.post(f"/desk/entities/{merged}/split", data=form)
    assert "Take 1 record out?" in shown.text
    assert (events(busy)[-1].action, events(busy)[-1].query) == (
        "entity",
        {"id": merged, "split": 1},
    )
    verdict = {"csrf": form["csrf"], "verdict": "same", "reason": "again"}
    refused = browser.post(f"/review/{left}/{right}/decide", data=verdict)
    assert (refused.status_code, "coast:p14" in refused.text) == (409, True)
    event = events(busy)[-1]
    assert (event.action, event.answer["seen"]) == ("contradiction", ["coast:p14", "river:p14"])


def test_sign_ins_and_sign_outs_are_logged(desk: Desk) -> None:
    desk.add("amira")
    browser = desk.browser()
    secret = "a password typed elsewhere"
    assert sign_in(browser, "amira", secret).status_code == 401
    assert sign_in(browser, f"nobody\n{'x' * 100}", secret).status_code == 401
    assert sign_in(browser, "Amira").status_code == 303
    account = browser.post(
        "/desk/account", data={"csrf": csrf(browser), "old": secret, "new": secret}
    )
    assert account.status_code == 422
    assert browser.post("/desk/sign-out", data={"csrf": csrf(browser)}).status_code == 303
    rows = [(row.action, row.actor, row.query.get("name"), row.answer) for row in events(desk)]
    wrong, done = {"outcome": "wrong name or password"}, {"outcome": "done"}
    assert rows == [
        ("sign-in", "", "amira", wrong),
        ("sign-in", "", "nobody\ufffd" + "x" * 53, wrong),
        ("sign-in", "amira", None, done),
        ("password", "", "amira", wrong),
        ("sign-out", "amira", None, done),
    ]
    assert (events(desk)[2].purpose, events(desk)[2].agency) == ("a test", "Coast")
    assert events(desk)[2].query == {"via": "password", "address": "127.0.0.1"}
    assert not any(text in str(row) for row in events(desk) for text in (secret, PASSWORD))


def test_refusals_that_cost_nothing_are_logged_once_a_minute(make_desk: DeskFactory) -> None:
    desk = make_desk(user_header="X-Remote-User", proxies=("10.0.0.0/24",), first_code="right")
    desk.add("amira")
    browser = desk.browser()
    tries = [sign_in(browser, "amira", "wrong password").status_code for _ in range(9)]
    assert tries == [401] * 5 + [429] * 4
    for _ in range(3):
        browser.get("/desk/first?code=wrong")
        browser.get("/desk", headers={"X-Remote-User": "eve"}, environ_base=PROXY)
    # another address is refused by itself
    sign_in_from = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert browser.get("/desk/first?code=wrong", **sign_in_from).status_code == 403
    outcomes = [(row.query["address"], row.answer["outcome"]) for row in events(desk)]
    local = [("127.0.0.1", "wrong name or password")] * 5 + [("127.0.0.1", "locked")]
    assert outcomes == [
        *local,
        ("127.0.0.1", "invalid link"),
        ("10.0.0.5", "the proxy names an unknown user"),
        ("192.0.2.7", "invalid link"),
    ]


def test_sign_ins_by_link_and_proxy_are_logged(make_desk: DeskFactory) -> None:
    desk = make_desk(user_header="X-Remote-User", proxies=("10.0.0.0/24",), first_code="right")
    assert desk.browser().get("/desk/first?code=right").status_code == 303
    desk.add("amira", password=None)
    desk.browser().get("/desk", headers={"X-Remote-User": "amira"}, environ_base=PROXY)
    rows = [(row.action, row.actor, row.query["via"]) for row in events(desk)]
    assert rows == [("sign-in", "admin", "link"), ("sign-in", "amira", "proxy")]


def test_nobody_signs_in_without_an_event(desk: Desk) -> None:
    desk.add("amira")
    # a file where the folder of the audit spool has to be
    desk.service.jobs_dir.mkdir(parents=True)
    (desk.service.jobs_dir / "looks").touch()
    browser = desk.browser()
    for password in (PASSWORD, "wrong password"):
        refused = sign_in(browser, "amira", password)
        assert (refused.status_code, "audit log" in refused.text) == (503, True)
        assert "desk=" not in cookies(refused)
    assert browser.get("/desk").headers["Location"].startswith("/desk/sign-in")


def cookies(answer: Any) -> str:
    return "; ".join(answer.headers.getlist("Set-Cookie"))


def test_a_sign_out_is_carried_out_even_where_it_cannot_be_logged(desk: Desk) -> None:
    browser: Client = desk.signed_in("amira")
    token = csrf(browser)
    desk.service.audit_log.close()
    (desk.service.jobs_dir / "looks").rmdir()
    (desk.service.jobs_dir / "looks").touch()
    assert browser.post("/desk/sign-out", data={"csrf": token}).status_code == 503
    assert browser.get("/desk").headers["Location"].startswith("/desk/sign-in")


def test_an_auditor_opens_the_log_and_no_other_page(busy: Desk) -> None:
    browser = busy.signed_in("ada", UserRole.AUDITOR)
    assert browser.get("/desk").headers["Location"].endswith("/desk/audit")
    page = browser.get("/desk/audit")
    assert (page.status_code, "Audit log" in page.text) == (200, True)
    assert "Users" not in page.text
    allowed = {
        *("desk.audit", "desk.account", "desk.purpose", "desk.static", "desk.sign_in"),
        *("desk.root", "desk.home", "desk.first_sign_in"),
        *("desk.new_security_key", "desk.end_provider_sign_in"),
    }
    pair = DecisionRequest(KIM, "coast:p13", "river:p13", StewardVerdict.SAME)
    decide_pair(busy.service.hub, pair)
    busy.service.warm()
    addresses = sample_addresses(busy)
    for rule in pages(busy):
        if rule.endpoint not in allowed:
            address = addresses[rule.endpoint] if rule.arguments else rule.rule
            with browser.get(address) as answer:
                assert answer.status_code == 403, rule
    steward = busy.signed_in("sam", UserRole.STEWARD)
    assert steward.get("/desk/audit").status_code == 403
    assert steward.get("/desk/search?q=ali").status_code == 200
    busy.service.audit_log.flush()
    shown = browser.get("/desk/audit?who=sam&action=search").text
    assert ('"ali"' in shown, "sam" in shown) == (True, True)
    assert "No event fits." in browser.get("/desk/audit?record=absent:1").text
