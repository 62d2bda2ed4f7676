"""The queue, the pair and decisions, as a browser without script sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event

from resolver.hub.desk_users import Role
from resolver.hub.hub import Hub
from resolver.records import Handling
from resolver.review import Rules, Steward, Verdict, decide, hold, item_of, pending
from resolver.store.schema import sessions
from tests.api.desk import world
from tests.api.desk.conftest import (
    PASSWORD,
    Client,
    Desk,
    Opened,
    csrf,
    fields,
    sign_in,
)
from tests.hub.hubs import OPTIONS, intake
from tests.records.samples import record
from tests.review.tables import derived, items, log_length

KIM = Steward("kim", "River")


def at(desk: Desk, record: str) -> str:
    """The entity of a record."""
    with desk.store.view() as view:
        found = view.entity(record)
    assert found is not None
    return str(found.id)


def pair(desk: Desk, left: str, right: str) -> str:
    """The address of the pair of two records' entities."""
    return f"/review/{at(desk, left)}/{at(desk, right)}"


def two(number: int) -> tuple[str, str]:
    return f"coast:p{number:02d}", f"river:p{number:02d}"


def ends(mark: str) -> tuple[str, str]:
    left, _, right = mark.partition("|")
    return left, right


def say(browser: Client, page: Any, verdict: str, **more: Any) -> Any:
    """Send the form of a pair's page."""
    path = re.search(r'action="([^"]*/decide)"', page.text)
    assert path, page.text[:3000]
    form = page.text[page.text.index('id="decide"') :]
    held = {
        name: unescape(text)
        for name, text in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    }
    return browser.post(
        unescape(path[1]), data={**held, "verdict": verdict, "reason": "the evidence shown", **more}
    )


def followed(browser: Client, answer: Any) -> Any:
    assert answer.status_code == 303, re.findall(r"<h1>.*|note bad.*", answer.text)
    return browser.get(answer.headers["Location"])


def decisions(desk: Desk) -> list[tuple[str, str, str, str]]:
    with desk.store.view() as view:
        return [
            (*one.decision.pair, str(one.decision.verdict), one.decision.who)
            for one in view.decisions()
        ]


def test_the_queue_and_its_filters(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get("/review")
    total = len(items(busy.held.hub))
    assert f"{total} pairs wait" in page.text
    assert total > world.PAIRS
    # all pages together show each pair once
    seen: list[str] = []
    while True:
        seen += re.findall(r'class="two" href="(/review/[^"?]*)', page.text)
        more = re.search(r'rel="next" href="([^"]*)"', page.text)
        if not more:
            break
        page = browser.get(unescape(more[1]))
    assert len(seen) == len(set(seen)) == total
    hebrew = browser.get("/review?script=Hebr")
    assert re.search(r"<strong>1 pair waits</strong>", hebrew.text)
    assert world.HEBREW in hebrew.text
    assert browser.get("/review?kind=asset&reason=red").text.count('class="two"') == 0
    for wrong in (
        "kind=fish",
        "reason=none",
        "script=Klin",
        "score_from=high",
        "score_to=2",
        "after=x",
    ):
        answer = browser.get(f"/review?{wrong}")
        assert answer.status_code == 400, wrong
        assert "request" in answer.text
    busy.held.log.flush()
    look = busy.store.access.consultations()[0]
    assert (look.action, look.who, len(look.answer["seen"])) == ("queue", "amira", 80)


def test_filters_are_saved(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    said = {"csrf": csrf(browser), "name": "עברית <b>", "filters": "script=Hebr&score_to=0.9"}
    page = followed(browser, browser.post("/review/filters", data=said))
    assert "עברית &lt;b&gt;" in page.text
    assert re.search(r"1 pair waits</strong> under these filters", page.text)
    assert "עברית" not in busy.signed_in("ben").get("/review").text
    assert browser.post("/review/filters", data={**said, "name": " "}).status_code == 400
    page = followed(
        browser, browser.post("/review/filters", data={"csrf": said["csrf"], "forget": "עברית <b>"})
    )
    assert "עברית" not in page.text


def test_the_pair_shows_who_says_what_and_why(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *two(0)))
    name = f"{world.word(0)} {world.word(37)}"
    assert page.text.count(name) > 3
    for text in ("1950", "1951", "coast", "river", "2026-03", "Coast guard", "Why "):
        assert text in page.text
    part = page.text[page.text.index('id="h-why"') :]
    weights = [
        float(text.replace("−", "-")) for text in re.findall(r'weight">([+−]?[\d.]+)<', part)
    ]
    assert weights[-1] == pytest.approx(sum(weights[:-1]), abs=0.006 * len(weights))
    busy.held.log.flush()
    look = busy.store.access.consultations()[-1]
    assert (look.action, look.purpose, len(look.answer["seen"])) == ("pair", "a test", 2)


def test_what_is_told_of_names_follows_the_sides(busy: Desk) -> None:
    with Hub.open(busy.url, OPTIONS) as hub:
        two_names = (
            ("coast:a", "Vlasta Kroupova", "1980-02-03"),
            ("river:a", "Vlasta Kroupova Zemanova", "1971-09-21"),
        )
        hub.add(intake([record(one, name=name, birthDate=born) for one, name, born in two_names]))
    left, right = at(busy, "coast:a"), at(busy, "river:a")
    browser = busy.signed_in("amira")
    assert "zemanova right only" in browser.get(f"/review/{left}/{right}").text
    assert "zemanova left only" in browser.get(f"/review/{right}/{left}").text


def test_values_of_other_scripts_are_read_their_own_way(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    hebrew = browser.get(pair(busy, "coast:he", "river:he")).text
    assert re.search(rf'dir="rtl">{world.HEBREW}</bdi> <span class="latin"', hebrew)
    assert world.CHINESE in browser.get(pair(busy, "coast:zh", "river:zh")).text
    script = browser.get(pair(busy, "coast:script", "river:script"))
    assert "<script>document" not in script.text
    assert "&lt;script&gt;document" in script.text
    assert world.LONG in browser.get(pair(busy, "coast:long", "river:long")).text


def test_a_blind_look_shows_no_score(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    where = pair(busy, *two(1))
    answer = browser.post("/review/blind", data={"csrf": csrf(browser), "next": where})
    assert answer.headers["Location"] == where
    page = browser.get(where)
    assert "score hidden" in page.text
    assert not re.search(r"\d %|h-why", page.text)
    assert "%" not in browser.get("/review").text
    say(browser, page, "unsure")
    with busy.store.view() as view:
        assert view.decisions()[-1].seen["hidden"] is True
    answer = browser.post(
        "/review/blind", data={"csrf": csrf(browser), "next": "https://evil.example"}
    )
    assert answer.headers["Location"] == "/review"
    assert "score hidden" not in browser.get(where).text


@pytest.mark.parametrize("verdict", ["same", "different", "unsure"])
def test_a_decision_lands_and_is_undone(busy: Desk, verdict: str) -> None:
    browser = busy.signed_in("amira")
    before = derived(busy.held.hub)
    where = pair(busy, *two(2))
    page = followed(browser, say(browser, browser.get(where), verdict, comment="سبب <i>"))
    assert decisions(busy) == [(*two(2), verdict, "amira")]
    with busy.store.view() as view:
        (stored,) = view.decisions()
        assert view.entity("coast:p02") is not None
    assert "سبب <i>" in str(stored.seen) + stored.decision.why
    assert f"Decided: {verdict}" in page.text
    assert (at(busy, "coast:p02") == at(busy, "river:p02")) is (verdict == "same")
    undo = re.search(r'action="(/review/decisions/\d+/undo)"', page.text)
    assert undo
    back = followed(browser, browser.post(undo[1], data={"csrf": csrf(browser)}))
    assert "is taken back" in back.text
    assert world.word(2) in back.text
    after = derived(busy.held.hub)
    assert {part: after[part] for part in ("members", "links", "alive")} == {
        part: before[part] for part in ("members", "links", "alive")
    }
    assert log_length(busy.held.hub) == 2


def test_a_verdict_is_needed_and_a_role(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *two(3)))
    assert say(browser, page, "perhaps").status_code == 422
    assert say(browser, page, "same", seen="{broken").status_code == 422
    viewer = busy.signed_in("vera", Role.VIEWER)
    assert 'id="decide"' not in viewer.get(pair(busy, *two(3))).text
    assert say(viewer, page, "same", csrf=csrf(viewer)).status_code == 403
    assert decisions(busy) == []
    assert browser.get("/review/coast:absent/river:absent").status_code == 400
    assert (
        browser.post("/review/decisions/99/undo", data={"csrf": csrf(browser)}).status_code == 404
    )


def test_a_preview_says_what_would_come_of_it(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    where = pair(busy, *two(4))
    part = browser.get(f"{where}/preview?verdict=same", headers={"X-Partial": "1"})
    assert "2 records" in part.text
    assert "<html" not in part.text
    assert "No entity would change" in browser.get(f"{where}/preview?verdict=unsure").text
    assert log_length(busy.held.hub) == 0


def test_a_pair_that_another_has_open(busy: Desk) -> None:
    busy.add("kim")
    browser = busy.signed_in("amira")
    where = pair(busy, *two(5))
    page = browser.get(where)
    other = busy.browser()
    sign_in(other, "kim")
    theirs = other.get(where)
    assert "<bdi>amira</bdi> has this pair open" in theirs.text
    refused = say(other, theirs, "same")
    assert refused.status_code == 409
    assert "amira has this pair open" in refused.text
    assert "Nothing was changed" in refused.text
    assert say(browser, page, "same").status_code == 303
    assert [one[3] for one in decisions(busy)] == ["amira"]


def test_a_pair_decided_meanwhile(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    where = pair(busy, *two(6))
    page = browser.get(where)
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    decide(
        busy.held.hub,
        KIM,
        at(busy, "coast:p06"),
        at(busy, "river:p06"),
        Verdict.DIFFERENT,
        reason="sure",
    )
    refused = say(browser, page, "same")
    assert (refused.status_code, "kim has decided this pair meanwhile" in refused.text) == (
        409,
        True,
    )
    assert "Look at the pair again" in refused.text
    assert len(decisions(busy)) == 1


def test_an_entity_retired_meanwhile(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    where = pair(busy, "river:tri0", "coast:tri1")
    page = browser.get(where)
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    decide(busy.held.hub, KIM, at(busy, "coast:tri1"), at(busy, "river:tri2"), Verdict.SAME)
    refused = say(browser, page, "different")
    assert refused.status_code == 409
    assert "Nothing was changed" in refused.text
    assert len(decisions(busy)) == 1
    # one that is gone for good says where its records are
    decide(busy.held.hub, KIM, at(busy, "river:tri0"), at(busy, "coast:tri1"), Verdict.SAME)
    gone = browser.get(where)
    assert (gone.status_code, "by now" in gone.text) == (409, True)


def test_a_contradiction_shows_the_triangle_and_is_settled(busy: Desk) -> None:
    hub = busy.held.hub
    decide(hub, KIM, "river:tri0", "river:tri2", Verdict.DIFFERENT, reason="another birth date")
    decide(hub, KIM, "river:tri0", "coast:tri1", Verdict.SAME)
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, "coast:tri1", "river:tri2"))
    refused = say(browser, page, "same")
    assert refused.status_code == 409
    assert "contradicts earlier decisions" in refused.text
    assert refused.text.count("<circle") >= 2
    assert "another birth date" in refused.text
    assert "A senior steward can withdraw decision 1" in refused.text
    assert say(browser, page, "same", over="1").status_code == 403
    assert len(decisions(busy)) == 2
    senior = busy.signed_in("sol", Role.SENIOR)
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    page = senior.get(pair(busy, "coast:tri1", "river:tri2"))
    refused = say(senior, page, "same")
    button = refused.text.index("Withdraw decision 1")
    form = refused.text[refused.text.rindex("<form", 0, button) : button]
    action = re.search(r'action="([^"]*)"', form)
    assert action
    held = {
        name: unescape(text) for name, text in re.findall(r'name="(\w+)" value="([^"]*)"', form)
    }
    assert held["over"] == "1"
    assert senior.post(unescape(action[1]), data=held).status_code == 303
    assert at(busy, "river:tri0") == at(busy, "coast:tri1") == at(busy, "river:tri2")


def test_red_takes_two(busy: Desk) -> None:
    browser, other = busy.signed_in("amira"), busy.signed_in("ben")
    where = pair(busy, *two(7))
    page = followed(browser, say(browser, browser.get(where), "red"))
    assert "second steward" in page.text
    assert at(busy, "coast:p07") != at(busy, "river:p07")
    own = browser.get(where)
    assert "Yours: another steward confirms it" in own.text
    assert "coast:p07" in browser.get("/review/pending").text
    (waits,) = pending(busy.held.hub)
    confirm = f"/review/decisions/{waits.number}/confirm"
    assert browser.post(confirm, data={"csrf": csrf(browser)}).status_code == 409
    theirs = other.get(where)
    assert "<bdi>amira</bdi> said red" in theirs.text
    assert other.post(confirm, data={"csrf": csrf(other)}).status_code == 303
    assert at(busy, "coast:p07") == at(busy, "river:p07")


def test_four_eyes_by_rule(crowded: Opened) -> None:
    desk = crowded(rules=Rules(records=1))
    browser, other = desk.signed_in("amira"), desk.signed_in("ben")
    where = pair(desk, *two(8))
    page = browser.get(where)
    assert "Takes two stewards" in page.text
    assert "second steward" in followed(browser, say(browser, page, "same")).text
    assert at(desk, "coast:p08") != at(desk, "river:p08")
    assert say(other, other.get(where), "same").status_code == 303
    assert at(desk, "coast:p08") == at(desk, "river:p08")


def test_a_pair_passed_over_is_given_back(busy: Desk) -> None:
    browser, other = busy.signed_in("amira"), busy.signed_in("ben")
    page = followed(browser, browser.get("/review/next?script=Hebr"))
    assert "Nothing more waits" in followed(other, other.get("/review/next?script=Hebr")).text
    skip = re.search(r'id="skip" href="([^"]*)"', page.text)
    assert skip
    # there is nothing else, so it comes again
    assert world.HEBREW in followed(browser, browser.get(unescape(skip[1]))).text
    browser.get(unescape(skip[1]).replace("script=Hebr", "script=Cyrl"))
    assert world.HEBREW in followed(other, other.get("/review/next?script=Hebr")).text


def test_a_second_look_is_blind(crowded: Opened) -> None:
    desk = crowded(rules=Rules(again_share=1.0))
    browser, other = desk.signed_in("amira"), desk.signed_in("ben")
    say(browser, browser.get(pair(desk, *two(16))), "different")
    page = followed(other, other.get("/review/next?reason=blind"))
    assert "comes back so that agreement can be measured" in page.text
    assert "amira" not in page.text
    assert not re.search(r"\d %|h-why|Hide scores", page.text)
    assert say(other, page, "same").status_code == 303
    assert at(desk, "coast:p16") != at(desk, "river:p16")
    assert "stewards agree on 0 of 1 second looks" in browser.get("/desk").text


def test_others_decisions_are_taken_back_by_seniors(busy: Desk) -> None:
    outcome = decide(busy.held.hub, KIM, *two(9), Verdict.SAME)
    where = f"/review/decisions/{outcome.numbers[0]}/undo"
    browser, senior = busy.signed_in("amira"), busy.signed_in("sol", Role.SENIOR)
    assert browser.post(where, data={"csrf": csrf(browser)}).status_code == 403
    assert senior.post(where, data={"csrf": csrf(senior)}).status_code == 303
    assert at(busy, "coast:p09") != at(busy, "river:p09")


def test_marked_pairs_are_decided_and_assigned_together(busy: Desk) -> None:
    busy.add("ben")
    browser = busy.signed_in("amira")
    marks = ["|".join(at(busy, one) for one in two(number)) for number in (10, 11, 12)]
    said = {"csrf": csrf(browser), "pair": marks[:2], "assign": "1", "who": "ben"}
    page = followed(browser, browser.post("/review/together", data=said))
    assert "2 assigned to ben" in page.text
    item = item_of(busy.held.hub, *ends(marks[0]))
    assert item is not None
    assert item.assigned == "ben"
    hold(busy.held.hub, KIM, *ends(marks[2]))
    said = {
        "csrf": csrf(browser),
        "pair": marks,
        "verdict": "different",
        "reason": "a relative or a namesake",
    }
    page = browser.post("/review/together", data=said)
    assert "2 pairs decided" in page.text
    assert "kim has this pair open" in page.text
    assert len(decisions(busy)) == 2
    assert browser.post("/review/together", data={"csrf": said["csrf"]}).status_code == 422
    again = browser.post("/review/together", data={**said, "pair": marks[:2]})
    assert again.status_code in (200, 409)
    assert len(decisions(busy)) == 2


def test_records_are_taken_out_of_an_entity(busy: Desk) -> None:
    hub = busy.held.hub
    decide(hub, KIM, *two(13), Verdict.SAME)
    browser = busy.signed_in("amira")
    entity = at(busy, "coast:p13")
    page = browser.get(f"/desk/entities/{entity}")
    assert "Take them out" in page.text
    assert (
        browser.post(f"/desk/entities/{entity}/split", data={"csrf": csrf(browser)}).status_code
        == 422
    )
    digest = re.search(r'name="digest" value="([^"]*)"', page.text)
    assert digest
    said = {
        "csrf": csrf(browser),
        "record": "river:p13",
        "why": "another person",
        "digest": digest[1],
    }
    shown = browser.post(f"/desk/entities/{entity}/split", data=said)
    assert "Take 1 record out?" in shown.text
    assert at(busy, "river:p13") == entity
    page = followed(
        browser, browser.post(f"/desk/entities/{entity}/split", data={**said, "sure": "1"})
    )
    assert "another person" in page.text
    assert at(busy, "river:p13") != at(busy, "coast:p13")
    # what was seen before does not count any more
    late = browser.post(
        f"/desk/entities/{entity}/split", data={**said, "record": "coast:p13", "sure": "1"}
    )
    assert late.status_code in (400, 409)


def test_what_an_agency_keeps_to_itself(busy: Desk) -> None:
    closed = [
        replace(one, handling=Handling(code="H3", agency="Far"))
        for one in world.near("far", "Wendeline Kostrova")
    ]
    with Hub.open(busy.url, OPTIONS) as hub:
        hub.add(intake(closed))
    where = pair(busy, "coast:far", "river:far")
    browser, admin = busy.signed_in("amira"), busy.signed_in("chief", Role.ADMIN)
    busy.store.users.add("own", Role.STEWARD, "Far", PASSWORD)
    own = busy.browser()
    sign_in(own, "own")
    for visitor in (admin, own):
        assert "Wendeline Kostrova" in visitor.get(where).text
        assert "Wendeline" in visitor.get("/desk/entities/coast:far", follow_redirects=True).text
        page = visitor.get("/review")
        while "Wendeline" not in page.text:
            page = visitor.get(unescape(re.findall(r'rel="next" href="([^"]*)"', page.text)[0]))
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    refused = browser.get(where)
    assert (refused.status_code, "keeps to itself" in refused.text) == (403, True)
    assert browser.get(f"{where}/preview?verdict=same").status_code == 403
    said = {"csrf": csrf(browser), "verdict": "same"}
    assert browser.post(f"{where}/decide", data=said).status_code == 403
    assert browser.get("/desk/entities/coast:far").status_code == 404
    page, texts = browser.get("/review"), ""
    while True:
        texts += page.text
        more = re.findall(r'rel="next" href="([^"]*)"', page.text)
        if not more:
            break
        page = browser.get(unescape(more[0]))
    assert "Wendeline" not in texts
    assert decisions(busy) == []


def test_a_session_that_ends_in_the_middle_of_a_decision_loses_nothing(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *two(14)))
    with busy.store.engine.begin() as connection:
        connection.execute(sessions.delete())
    answer = say(browser, page, "different", comment="long thought about")
    assert (answer.status_code, "is kept in this page" in answer.text) == (401, True)
    entered = browser.post(
        "/desk/sign-in",
        data={**fields(answer), "name": "amira", "password": PASSWORD, "purpose": "on"},
    )
    assert "long thought about" in entered.text
    assert decisions(busy) == []
    action = re.search(r'action="([^"]*/decide)"', entered.text)
    assert action
    assert browser.post(unescape(action[1]), data=fields(entered)).status_code == 303
    assert decisions(busy) == [(*two(14), "different", "amira")]


def test_a_database_that_is_read_only_takes_no_decision_and_shows_all(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    where = pair(busy, *two(15))
    browser.get(where)

    @event.listens_for(busy.store.engine, "begin")
    def _closed(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    page = browser.get(where)
    assert page.status_code == 200
    assert browser.get("/review").status_code == 200
    answer = say(browser, page, "same")
    assert answer.status_code == 503
    assert "The database is read-only" in answer.text
    part = browser.post(
        f"{where}/decide", data={**fields(page), "verdict": "same"}, headers={"X-Partial": "1"}
    )
    assert "<html" not in part.text
    assert "read-only" in part.text


def test_the_last_one_says_so(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = followed(browser, browser.get("/review/next?script=Hebr"))
    assert world.HEBREW in page.text
    done = followed(browser, say(browser, page, "different"))
    assert "Nothing more waits for you" in done.text
    assert "under these filters" in done.text.lower()
    assert "Undo" in done.text
