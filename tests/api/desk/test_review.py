"""Queue, pair and decisions, in a browser without script."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event

from resolver.api.desk.queue import DECISION_REASONS
from resolver.hub.hub import Hub
from resolver.records import Handling
from resolver.review import (
    DecisionRequest,
    DeskRules,
    QueueItem,
    Steward,
    StewardVerdict,
    decide_pair,
    find_item,
    hold_pair,
    list_pending,
)
from resolver.store import UserRole
from resolver.store.schema import sessions
from tests.api.desk import world
from tests.api.desk.conftest import (
    PASSWORD,
    Client,
    Desk,
    DeskFactory,
    csrf,
    hidden_fields,
    sign_in,
)
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record
from tests.review.tables import derived, items, log_length

pytestmark = pytest.mark.slow


KIM = Steward("kim", "River")


def entity_id_of(desk: Desk, record_id: str) -> str:
    """Return the id of the entity of a record."""
    with desk.store.view() as view:
        entity = view.entity(record_id)
    assert entity is not None
    return str(entity.id)


def pair(desk: Desk, left: str, right: str) -> str:
    """Return the address of the pair of two records' entities."""
    return f"/review/{entity_id_of(desk, left)}/{entity_id_of(desk, right)}"


def waiting_records(number: int) -> tuple[str, str]:
    """Return the ids of two records that wait as a pair."""
    return f"coast:p{number:02d}", f"river:p{number:02d}"


def split_mark(mark: str) -> tuple[str, str]:
    """Return the entity ids of a marked pair."""
    left, _, right = mark.partition("|")
    return left, right


def decide(browser: Client, page: Any, verdict: str, **extra: Any) -> Any:
    """Send the form of a pair's page."""
    path = re.search(r'action="([^"]*/decide)"', page.text)
    assert path, page.text[:3000]
    form = page.text[page.text.index('id="decide"') :]
    fields = {
        name: unescape(text)
        for name, text in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    }
    return browser.post(
        unescape(path[1]),
        data={**fields, "verdict": verdict, "reason": "the evidence shown", **extra},
    )


def test_a_form_with_a_nul_character_is_refused(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *waiting_records(2)))
    answer = decide(browser, page, "same", comment="a\x00b")
    assert answer.status_code == 422
    assert "no NUL character" in answer.text
    assert logged_decisions(busy) == []


def follow_redirect(browser: Client, answer: Any) -> Any:
    """Return the page that a response leads to."""
    assert answer.status_code == 303, re.findall(r"<h1>.*|note bad.*", answer.text)
    return browser.get(answer.headers["Location"])


def logged_decisions(desk: Desk) -> list[tuple[str, str, str, str]]:
    """Return records, verdict and steward of all decisions."""
    with desk.store.view() as view:
        return [
            (*stored.decision.pair, str(stored.decision.verdict), stored.decision.decided_by)
            for stored in view.decisions()
        ]


def logged_ids(desk: Desk) -> list[str]:
    """Return the ids of all decisions, in the order of the log."""
    with desk.store.view() as view:
        return [stored.id for stored in view.decisions()]


def test_the_queue_and_its_filters(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get("/review")
    total = len(items(busy.service.hub))
    assert f"{total} pairs wait" in page.text
    assert total > world.PAIRS
    # all pages together show each pair once
    addresses: list[str] = []
    while True:
        addresses += re.findall(r'class="pair-link" href="(/review/[^"?]*)', page.text)
        next_page = re.search(r'rel="next" href="([^"]*)"', page.text)
        if not next_page:
            break
        page = browser.get(unescape(next_page[1]))
    assert len(addresses) == len(set(addresses)) == total
    hebrew = browser.get("/review?script=Hebr")
    assert re.search(r"<strong>1 pair waits</strong>", hebrew.text)
    assert world.HEBREW in hebrew.text
    assert browser.get("/review?kind=asset&reason=red").text.count('class="pair-link"') == 0
    for wrong in (
        "kind=fish",
        "reason=none",
        "script=Klin",
        "score_from=high",
        "score_to=2",
        "waiting_days=-1",
        "waiting_days=soon",
        "after=x",
    ):
        answer = browser.get(f"/review?{wrong}")
        assert answer.status_code == 400, wrong
        assert "request" in answer.text
    busy.service.audit_log.flush()
    event = next(item for item in busy.store.audit_events.list() if item.action == "queue")
    assert (event.action, event.actor, len(event.answer["seen"])) == ("queue", "amira", 80)


def test_filters_state_the_pairs_that_each_value_leaves(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get("/review").text
    whole = items(busy.service.hub)
    for value in ("person", "borderline", "coast", "Coast guard", "Hebr"):
        (count,) = re.findall(rf'<option value="{value}">[^<]*\(([\d,]+)\)', page)
        fitting = [item for item in whole if value in words_of(item)]
        assert int(count.replace(",", "")) == len(fitting) > 0
    # a value that leaves nothing is not offered, unless it is the one that is set
    assert 'value="asset"' not in page
    none_left = browser.get("/review?kind=asset").text
    assert 'value="asset" selected>vessel or asset (0)' in none_left
    assert 'value="person">' in none_left


def words_of(item: QueueItem) -> set[str]:
    sides = item.left, item.right
    words = {str(item.reason)}
    for side in sides:
        words |= {side.kind, *side.sources, *side.agencies, *side.scripts}
    return words


def test_queue_shows_dates_and_countries_of_both_sides(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    # the years of the Hebrew name are nine apart, those of most others one
    (row,) = re.findall(r"<tr>.*?</tr>", browser.get("/review?script=Hebr").text, re.DOTALL)[1:]
    assert "1961" in row
    assert "1970" in row
    assert "The dates contradict each other" in row
    shown = items(busy.service.hub)[:40]
    rows = browser.get("/review").text.split("<tr")[2:]
    assert len(rows) == len(shown)
    for row, item in zip(rows, shown, strict=True):
        assert ("The dates contradict each other" in row) is item.dates_contradict
        for side in (item.left, item.right):
            assert all(text in row for text in (*side.dates[:1], *side.countries[:1]))
    assert any(side.countries for item in shown for side in (item.left, item.right))


def test_progress_counts_decisions_and_their_undo(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    assert 'id="progress"' not in browser.get("/review").text
    token = csrf(browser)
    for number in range(20, 24):
        left, right = waiting_records(number)
        form = {"csrf": token, "verdict": "different", "reason": "another person"}
        browser.post(f"/review/{left}/{right}/decide", data=form)
    page = browser.get("/review?kind=person")
    assert re.search(r"4 decided in the last\s+minute, about \d+ minutes? left", page.text)
    action = re.search(r'id="progress"[^>]*action="([^"]+)"', page.text)
    assert action
    answer = browser.post(action[1], data={"csrf": token, "queue": "1", "filters": "kind=person"})
    assert answer.headers["Location"].startswith("/review?")
    assert "kind=person" in answer.headers["Location"]
    assert re.search(r"3 decided in the last\s+minute", browser.get("/review").text)
    # each steward sees what they decided themselves
    assert 'id="progress"' not in busy.signed_in("ben").get("/review").text


def test_capacity_is_shown_as_a_divider(make_busy_desk: DeskFactory) -> None:
    desk = make_busy_desk(rules=DeskRules(review_capacity=3))
    browser = desk.signed_in("amira")
    total = len(items(desk.service.hub))
    page = browser.get("/review").text
    assert "With 3 reviews a day, 3 pairs are within today’s capacity" in page
    assert f"{total - 3} are left undecided" in page
    assert page.count('<tr class="cut">') == 1
    head, below = page.split('<tr class="cut">')
    assert head.count('class="pair-link"') == 3
    assert below.count('class="pair-link"') == 37
    # the line is that of the whole queue, also under filters and on later pages
    filtered = browser.get("/review?script=Hebr").text
    assert "Without filters:" in filtered
    after = items(desk.service.hub)[10].key
    later = browser.get(f"/review?after={after}").text
    assert later.index('<tr class="cut">') < later.index('class="pair-link"')
    # each viewer of the page has as many columns as the line spans
    for role, span in ((UserRole.STEWARD, 8), (UserRole.VIEWER, 7)):
        page = desk.signed_in(f"user{span}", role).get("/review").text
        assert page.count('scope="col"') == span
        assert f'<td colspan="{span}">' in page


@pytest.mark.parametrize("capacity", [None, 10_000])
def test_no_divider_without_a_cut(make_busy_desk: DeskFactory, capacity: int | None) -> None:
    desk = make_busy_desk(rules=DeskRules(review_capacity=capacity))
    page = desk.signed_in("amira").get("/review").text
    assert 'class="cut"' not in page
    assert ("nothing is left undecided" in page) is (capacity is not None)
    assert ('id="capacity"' in page) is (capacity is not None)


def test_filters_are_saved(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    form = {"csrf": csrf(browser), "name": "עברית <b>", "filters": "script=Hebr&score_to=0.9"}
    page = follow_redirect(browser, browser.post("/review/filters", data=form))
    assert "עברית &lt;b&gt;" in page.text
    assert re.search(r"1 pair waits</strong> under these filters", page.text)
    assert "עברית" not in busy.signed_in("ben").get("/review").text
    assert browser.post("/review/filters", data={**form, "name": " "}).status_code == 400
    page = follow_redirect(
        browser, browser.post("/review/filters", data={"csrf": form["csrf"], "forget": "עברית <b>"})
    )
    assert "עברית" not in page.text


def test_pair_shows_values_with_sources_and_evidence(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *waiting_records(0)))
    name = f"{world.word(0)} {world.word(37)}"
    assert page.text.count(name) > 3
    for text in ("1950", "1951", "coast", "river", "2026-03", "Coast guard", "Why "):
        assert text in page.text
    part = page.text[page.text.index('id="h-why"') :]
    weights = [
        float(text.replace("−", "-")) for text in re.findall(r'weight">([+−]?[\d.]+)<', part)
    ]
    assert weights[-1] == pytest.approx(sum(weights[:-1]), abs=0.006 * len(weights))
    busy.service.audit_log.flush()
    event = busy.store.audit_events.list()[-1]
    assert (event.action, event.purpose, len(event.answer["seen"])) == ("pair", "a test", 2)


def test_a_contradiction_stands_first_and_entries_about_lists_are_folded(busy: Desk) -> None:
    with Hub.open(busy.url, OPTIONS) as hub:
        rows = (
            record("coast:o", name="Otakar Vlk", birthDate="1980-02-03", notes="seen at the quay"),
            record("river:o", name="Otokar Vlk", birthDate="1971-09-21", createdAt="2020-05-06"),
        )
        hub.add(make_intake(rows))
    ends = entity_id_of(busy, "coast:o"), entity_id_of(busy, "river:o")
    page = busy.signed_in("amira").get("/review/{}/{}".format(*ends)).text
    assert re.search(r'class="summary">Similar names; birth dates differ\.</p>', page)
    body, _, folded = page.partition('<details class="administrative">')
    assert body.index("1971-09-21") < body.rindex("Otokar Vlk")
    assert "2 properties" in folded
    for text in ("seen at the quay", "2020-05-06"):
        assert text in folded
        assert text not in body


def test_each_reason_shows_its_key(busy: Desk) -> None:
    page = busy.signed_in("amira").get(pair(busy, "coast:he", "river:he")).text
    for reasons in DECISION_REASONS.values():
        for key, reason in enumerate(reasons, 1):
            assert f"<kbd>{key}</kbd> {reason}<" in page


def test_the_preview_on_the_page_of_a_pair_is_folded(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    address = f"{pair(busy, 'coast:he', 'river:he')}/preview?verdict=same"
    page, part = browser.get(address), browser.get(address, headers={"X-Partial": "1"})
    assert "<details open>" in page.text
    assert "<details>" in part.text
    assert "<details open>" not in part.text


def test_name_details_follow_the_sides(busy: Desk) -> None:
    with Hub.open(busy.url, OPTIONS) as hub:
        rows = (
            ("coast:a", "Vlasta Kroupova", "1980-02-03"),
            ("river:a", "Vlasta Kroupova Zemanova", "1971-09-21"),
        )
        hub.add(make_intake([record(key, name=name, birthDate=born) for key, name, born in rows]))
    left, right = entity_id_of(busy, "coast:a"), entity_id_of(busy, "river:a")
    browser = busy.signed_in("amira")
    omitted = '<bdi dir="auto">–</bdi>', '<bdi dir="auto">zemanova</bdi>'
    for (first, second), sides in ((left, right), omitted), ((right, left), omitted[::-1]):
        words = browser.get(f"/review/{first}/{second}").text.partition('class="tokens"')[2]
        assert 0 < words.index(sides[0]) < words.index(sides[1])
        assert "right only" not in words.partition("</ol>")[0]


def test_values_keep_their_script_and_direction(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    hebrew = browser.get(pair(busy, "coast:he", "river:he")).text
    assert re.search(rf'dir="rtl">{world.HEBREW}</bdi>\s+<span class="latin"', hebrew)
    assert world.CHINESE in browser.get(pair(busy, "coast:zh", "river:zh")).text
    script = browser.get(pair(busy, "coast:script", "river:script"))
    assert "<script>document" not in script.text
    assert "&lt;script&gt;document" in script.text
    assert world.LONG in browser.get(pair(busy, "coast:long", "river:long")).text


def test_hidden_scores_are_not_shown(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    address = pair(busy, *waiting_records(1))
    answer = browser.post("/review/blind", data={"csrf": csrf(browser), "next": address})
    assert answer.headers["Location"] == address
    page = browser.get(address)
    assert "score hidden" in page.text
    assert not re.search(r"\d %|h-why", page.text)
    assert "%" not in browser.get("/review").text
    decide(browser, page, "unsure")
    with busy.store.view() as view:
        assert view.decisions()[-1].context["hidden"] is True
    answer = browser.post(
        "/review/blind", data={"csrf": csrf(browser), "next": "https://evil.example"}
    )
    assert answer.headers["Location"] == "/review"
    assert "score hidden" not in browser.get(address).text


@pytest.mark.parametrize("verdict", ["same", "different", "unsure"])
def test_decision_is_committed_and_undone(busy: Desk, verdict: str) -> None:
    browser = busy.signed_in("amira")
    before = derived(busy.service.hub)
    address = pair(busy, *waiting_records(2))
    page = follow_redirect(
        browser, decide(browser, browser.get(address), verdict, comment="سبب <i>")
    )
    assert logged_decisions(busy) == [(*waiting_records(2), verdict, "amira")]
    with busy.store.view() as view:
        (stored,) = view.decisions()
        assert view.entity("coast:p02") is not None
    assert "سبب <i>" in str(stored.context) + stored.decision.reason
    assert f"Decided: {verdict}" in page.text
    assert (entity_id_of(busy, "coast:p02") == entity_id_of(busy, "river:p02")) is (
        verdict == "same"
    )
    undo = re.search(r'action="(/review/decisions/[\w-]+/undo)"', page.text)
    assert undo
    page_again = follow_redirect(browser, browser.post(undo[1], data={"csrf": csrf(browser)}))
    assert "is taken back" in page_again.text
    assert world.word(2) in page_again.text
    after = derived(busy.service.hub)
    assert {part: after[part] for part in ("members", "links", "alive")} == {
        part: before[part] for part in ("members", "links", "alive")
    }
    assert log_length(busy.service.hub) == 2


def test_the_reason_of_an_undone_decision_is_gone(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *waiting_records(4)))
    red = re.compile(r'class="tag wait">red<')
    decided = follow_redirect(browser, decide(browser, page, "red"))
    undo = re.search(r'action="(/review/decisions/[\w-]+/undo)"', decided.text)
    assert undo
    assert red.search(browser.get(pair(busy, *waiting_records(4))).text)
    again = follow_redirect(browser, browser.post(undo[1], data={"csrf": csrf(browser)}))
    assert "is taken back" in again.text
    assert not red.search(again.text)


def test_decision_needs_a_verdict_and_a_role(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *waiting_records(3)))
    assert decide(browser, page, "perhaps").status_code == 422
    assert decide(browser, page, "same", snapshot="{broken").status_code == 422
    viewer = busy.signed_in("vera", UserRole.VIEWER)
    assert 'id="decide"' not in viewer.get(pair(busy, *waiting_records(3))).text
    assert decide(viewer, page, "same", csrf=csrf(viewer)).status_code == 403
    assert logged_decisions(busy) == []
    assert browser.get("/review/coast:absent/river:absent").status_code == 404
    assert (
        browser.post("/review/decisions/99/undo", data={"csrf": csrf(browser)}).status_code == 404
    )


def test_preview_shows_the_effect(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    address = pair(busy, *waiting_records(4))
    part = browser.get(f"{address}/preview?verdict=same", headers={"X-Partial": "1"})
    assert "2 records" in part.text
    assert "<html" not in part.text
    assert "No entity would change" in browser.get(f"{address}/preview?verdict=unsure").text
    assert log_length(busy.service.hub) == 0


def test_pair_opened_by_another_steward(busy: Desk) -> None:
    busy.add("kim")
    browser = busy.signed_in("amira")
    address = pair(busy, *waiting_records(5))
    page = browser.get(address)
    other = busy.browser()
    sign_in(other, "kim")
    page_of_other = other.get(address)
    assert "<bdi>amira</bdi> has this pair open" in page_of_other.text
    refused = decide(other, page_of_other, "same")
    assert refused.status_code == 409
    assert "amira has this pair open" in refused.text
    assert "Nothing was changed" in refused.text
    assert decide(browser, page, "same").status_code == 303
    assert [steward for *_, steward in logged_decisions(busy)] == ["amira"]


def test_pair_decided_meanwhile(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    address = pair(busy, *waiting_records(6))
    page = browser.get(address)
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    decide_pair(
        busy.service.hub,
        DecisionRequest(
            KIM,
            entity_id_of(busy, "coast:p06"),
            entity_id_of(busy, "river:p06"),
            StewardVerdict.DIFFERENT,
            reason="sure",
        ),
    )
    refused = decide(browser, page, "same")
    assert (refused.status_code, "kim has decided this pair meanwhile" in refused.text) == (
        409,
        True,
    )
    assert "Look at the pair again" in refused.text
    assert len(logged_decisions(busy)) == 1


def test_entity_retired_meanwhile(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    address = pair(busy, "river:tri0", "coast:tri1")
    page = browser.get(address)
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    decide_pair(
        busy.service.hub,
        DecisionRequest(
            KIM,
            entity_id_of(busy, "coast:tri1"),
            entity_id_of(busy, "river:tri2"),
            StewardVerdict.SAME,
        ),
    )
    refused = decide(browser, page, "different")
    assert refused.status_code == 409
    assert "Nothing was changed" in refused.text
    assert len(logged_decisions(busy)) == 1
    # the page of a retired pair leads to the entity that has its records
    decide_pair(
        busy.service.hub,
        DecisionRequest(
            KIM,
            entity_id_of(busy, "river:tri0"),
            entity_id_of(busy, "coast:tri1"),
            StewardVerdict.SAME,
        ),
    )
    gone = browser.get(address)
    assert (gone.status_code, "by now" in gone.text) == (409, True)


def test_contradiction_is_shown_and_resolved(busy: Desk) -> None:
    hub = busy.service.hub
    decide_pair(
        hub,
        DecisionRequest(
            KIM, "river:tri0", "river:tri2", StewardVerdict.DIFFERENT, reason="another birth date"
        ),
    )
    decide_pair(hub, DecisionRequest(KIM, "river:tri0", "coast:tri1", StewardVerdict.SAME))
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, "coast:tri1", "river:tri2"))
    refused = decide(browser, page, "same")
    assert refused.status_code == 409
    assert "contradicts earlier decisions" in refused.text
    assert refused.text.count("<circle") >= 2
    assert "another birth date" in refused.text
    first = logged_ids(busy)[0]
    assert f"A senior steward can withdraw decision {first}" in refused.text
    assert decide(browser, page, "same", over=first).status_code == 403
    assert len(logged_decisions(busy)) == 2
    senior = busy.signed_in("sol", UserRole.SENIOR)
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    page = senior.get(pair(busy, "coast:tri1", "river:tri2"))
    refused = decide(senior, page, "same")
    button = refused.text.index(f"Withdraw decision {first}")
    form = refused.text[refused.text.rindex("<form", 0, button) : button]
    action = re.search(r'action="([^"]*)"', form)
    assert action
    fields = {
        name: unescape(text) for name, text in re.findall(r'name="(\w+)" value="([^"]*)"', form)
    }
    assert fields["over"] == first
    assert senior.post(unescape(action[1]), data=fields).status_code == 303
    assert (
        entity_id_of(busy, "river:tri0")
        == entity_id_of(busy, "coast:tri1")
        == entity_id_of(busy, "river:tri2")
    )


def test_red_needs_a_second_steward(busy: Desk) -> None:
    browser, other = busy.signed_in("amira"), busy.signed_in("ben")
    address = pair(busy, *waiting_records(7))
    page = follow_redirect(browser, decide(browser, browser.get(address), "red"))
    assert "second steward" in page.text
    assert entity_id_of(busy, "coast:p07") != entity_id_of(busy, "river:p07")
    own = browser.get(address)
    assert "another steward must confirm it" in own.text
    assert "coast:p07" in browser.get("/review/pending").text
    (waiting,) = list_pending(busy.service.hub)
    confirm = f"/review/decisions/{waiting.id}/confirm"
    assert browser.post(confirm, data={"csrf": csrf(browser)}).status_code == 409
    page_of_other = other.get(address)
    assert "<bdi>amira</bdi> decided “red”" in page_of_other.text
    assert other.post(confirm, data={"csrf": csrf(other)}).status_code == 303
    assert entity_id_of(busy, "coast:p07") == entity_id_of(busy, "river:p07")


def test_four_eyes_rule(make_busy_desk: DeskFactory) -> None:
    desk = make_busy_desk(rules=DeskRules(record_limit=1))
    browser, other = desk.signed_in("amira"), desk.signed_in("ben")
    address = pair(desk, *waiting_records(8))
    page = browser.get(address)
    assert "Takes two stewards" in page.text
    assert "second steward" in follow_redirect(browser, decide(browser, page, "same")).text
    assert entity_id_of(desk, "coast:p08") != entity_id_of(desk, "river:p08")
    assert decide(other, other.get(address), "same").status_code == 303
    assert entity_id_of(desk, "coast:p08") == entity_id_of(desk, "river:p08")


def test_skipped_pair_is_released(busy: Desk) -> None:
    browser, other = busy.signed_in("amira"), busy.signed_in("ben")
    page = follow_redirect(browser, browser.get("/review/next?script=Hebr"))
    assert (
        "No more pairs wait" in follow_redirect(other, other.get("/review/next?script=Hebr")).text
    )
    skip = re.search(r'id="skip" href="([^"]*)"', page.text)
    assert skip
    # there is nothing else, so it comes again
    assert world.HEBREW in follow_redirect(browser, browser.get(unescape(skip[1]))).text
    browser.get(unescape(skip[1]).replace("script=Hebr", "script=Cyrl"))
    assert world.HEBREW in follow_redirect(other, other.get("/review/next?script=Hebr")).text


def test_second_review_is_blind(make_busy_desk: DeskFactory) -> None:
    desk = make_busy_desk(rules=DeskRules(recheck_share=1.0))
    browser, other = desk.signed_in("amira"), desk.signed_in("ben")
    decide(browser, browser.get(pair(desk, *waiting_records(16))), "different")
    page = follow_redirect(other, other.get("/review/next?reason=blind"))
    assert "to measure how far stewards agree" in page.text
    assert "amira" not in page.text
    assert not re.search(r"\d %|h-why|Hide scores", page.text)
    assert decide(other, page, "same").status_code == 303
    assert entity_id_of(desk, "coast:p16") != entity_id_of(desk, "river:p16")
    assert "stewards agree on 0 of 1 blind reviews" in browser.get("/desk").text


def test_seniors_undo_decisions_of_others(busy: Desk) -> None:
    outcome = decide_pair(
        busy.service.hub, DecisionRequest(KIM, *waiting_records(9), StewardVerdict.SAME)
    )
    address = f"/review/decisions/{outcome.ids[0]}/undo"
    browser, senior = busy.signed_in("amira"), busy.signed_in("sol", UserRole.SENIOR)
    assert browser.post(address, data={"csrf": csrf(browser)}).status_code == 403
    assert senior.post(address, data={"csrf": csrf(senior)}).status_code == 303
    assert entity_id_of(busy, "coast:p09") != entity_id_of(busy, "river:p09")


def test_marked_pairs_are_decided_and_assigned_together(busy: Desk) -> None:
    busy.add("ben")
    browser = busy.signed_in("amira")
    marks = [
        "|".join(entity_id_of(busy, record_id) for record_id in waiting_records(number))
        for number in (10, 11, 12)
    ]
    form = {"csrf": csrf(browser), "pair": marks[:2], "assign": "1", "who": "ben"}
    page = follow_redirect(browser, browser.post("/review/together", data=form))
    assert "2 pairs assigned to ben" in page.text
    item = find_item(busy.service.hub, *split_mark(marks[0]))
    assert item is not None
    assert item.assigned == "ben"
    hold_pair(busy.service.hub, KIM, *split_mark(marks[2]))
    form = {
        "csrf": csrf(browser),
        "pair": marks,
        "verdict": "different",
        "reason": "a relative or a namesake",
    }
    page = browser.post("/review/together", data=form)
    assert "2 pairs decided" in page.text
    assert "kim has this pair open" in page.text
    assert len(logged_decisions(busy)) == 2
    assert browser.post("/review/together", data={"csrf": form["csrf"]}).status_code == 422
    again = browser.post("/review/together", data={**form, "pair": marks[:2]})
    assert again.status_code in (200, 409)
    assert len(logged_decisions(busy)) == 2


def test_split_takes_records_out_of_an_entity(busy: Desk) -> None:
    hub = busy.service.hub
    decide_pair(hub, DecisionRequest(KIM, *waiting_records(13), StewardVerdict.SAME))
    browser = busy.signed_in("amira")
    entity = entity_id_of(busy, "coast:p13")
    page = browser.get(f"/desk/entities/{entity}")
    assert "Preview: take them out" in page.text
    assert (
        browser.post(f"/desk/entities/{entity}/split", data={"csrf": csrf(browser)}).status_code
        == 422
    )
    digest = re.search(r'name="digest" value="([^"]*)"', page.text)
    assert digest
    form = {
        "csrf": csrf(browser),
        "record": "river:p13",
        "why": "another person",
        "digest": digest[1],
    }
    shown = browser.post(f"/desk/entities/{entity}/split", data=form)
    assert "Take 1 record out?" in shown.text
    assert entity_id_of(busy, "river:p13") == entity
    page = follow_redirect(
        browser, browser.post(f"/desk/entities/{entity}/split", data={**form, "sure": "1"})
    )
    assert "another person" in page.text
    assert entity_id_of(busy, "river:p13") != entity_id_of(busy, "coast:p13")
    # the entity has changed since it was shown
    late = browser.post(
        f"/desk/entities/{entity}/split", data={**form, "record": "coast:p13", "sure": "1"}
    )
    assert late.status_code in (400, 409)


def test_what_reads_the_same_is_no_difference(busy: Desk) -> None:
    coast, river = world.near("cond", "Tiberius Valkonen")
    with Hub.open(busy.url, OPTIONS) as hub:
        hub.add(
            make_intake(
                [
                    replace(coast, handling=Handling(agency="Coast guard")),
                    replace(river, handling=Handling(agency="River police", purpose="search")),
                ]
            )
        )
    page = busy.signed_in("amira").get(pair(busy, "coast:cond", "river:cond")).text
    row = re.search(
        r'<tr class="a-(\w+)">\s*<th[^>]*>((?:(?!</tr>).)*?)Handling.*?</tr>', page, re.S
    )
    assert row
    assert row[1] == "wait"
    assert "H0; Coast guard" in row[0]
    assert "H0; River police; search" in row[0]


def test_waiting_undo_is_listed_as_one(busy: Desk) -> None:
    browser, other = busy.signed_in("amira"), busy.signed_in("bela", UserRole.SENIOR)
    decide(browser, browser.get(pair(busy, "coast:wit", "river:wit")), "different")
    (name,) = (decision.id for decision in list_pending(busy.service.hub, KIM.viewer))
    address = f"/review/decisions/{name}"
    assert other.post(f"{address}/confirm", data={"csrf": csrf(other)}).status_code == 303
    assert other.post(f"{address}/undo", data={"csrf": csrf(other)}).status_code == 303
    pages = [
        browser.get("/review/pending").text,
        browser.get(pair(busy, "coast:wit", "river:wit")).text,
        browser.get("/desk/entities/coast:wit", follow_redirects=True).text,
    ]
    for page in pages:
        # the log repeats the verdict of before, which was none
        assert not re.search(r'class="tag[^>]*>\s*unsure', page)
        assert not re.search(r": unsure|“unsure”", page)
    for page in (pages[0], pages[2]):
        assert re.search(r'class="tag[^>]*>\s*undo', page)
    # the confirming decision is the last one of the act
    confirmed = logged_ids(busy)[1]
    assert f"took back decision {confirmed}" in " ".join(pages[1].split())
    assert f"takes back decision {confirmed}" in pages[2]
    queue_page = browser.get("/review?reason=second").text
    assert "bela took back an earlier decision" in queue_page
    assert "said unsure" not in queue_page


def test_restricted_records_are_hidden_from_other_agencies(busy: Desk) -> None:
    closed = [
        replace(row, handling=Handling(code="H3", agency="Far"))
        for row in world.near("far", "Wendeline Kostrova")
    ]
    with Hub.open(busy.url, OPTIONS) as hub:
        hub.add(make_intake(closed))
    address = pair(busy, "coast:far", "river:far")
    browser, admin = busy.signed_in("amira"), busy.signed_in("chief", UserRole.ADMIN)
    busy.store.users.add("own", UserRole.STEWARD, "Far", PASSWORD)
    own = busy.browser()
    sign_in(own, "own")
    for visitor in (admin, own):
        assert "Wendeline Kostrova" in visitor.get(address).text
        assert "Wendeline" in visitor.get("/desk/entities/coast:far", follow_redirects=True).text
        page = visitor.get("/review")
        while "Wendeline" not in page.text:
            page = visitor.get(unescape(re.findall(r'rel="next" href="([^"]*)"', page.text)[0]))
    with busy.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    assert browser.get(address).status_code == 404
    assert browser.get(f"{address}/preview?verdict=same").status_code == 404
    form = {"csrf": csrf(browser), "verdict": "same"}
    assert browser.post(f"{address}/decide", data=form).status_code == 404
    assert browser.get("/desk/entities/coast:far").status_code == 404
    page, texts = browser.get("/review"), ""
    while True:
        texts += page.text
        next_pages = re.findall(r'rel="next" href="([^"]*)"', page.text)
        if not next_pages:
            break
        page = browser.get(unescape(next_pages[0]))
    assert "Wendeline" not in texts
    assert logged_decisions(busy) == []


def test_decision_of_an_expired_session_is_saved(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = browser.get(pair(busy, *waiting_records(14)))
    with busy.store.engine.begin() as connection:
        connection.execute(sessions.delete())
    answer = decide(browser, page, "different", comment="long thought about")
    assert (answer.status_code, "is kept in this page" in answer.text) == (401, True)
    entered = browser.post(
        "/desk/sign-in",
        data={**hidden_fields(answer), "name": "amira", "password": PASSWORD, "purpose": "on"},
    )
    assert "long thought about" in entered.text
    assert logged_decisions(busy) == []
    action = re.search(r'action="([^"]*/decide)"', entered.text)
    assert action
    assert browser.post(unescape(action[1]), data=hidden_fields(entered)).status_code == 303
    assert logged_decisions(busy) == [(*waiting_records(14), "different", "amira")]


def test_read_only_database_shows_pairs_and_refuses_decisions(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    address = pair(busy, *waiting_records(15))
    browser.get(address)

    @event.listens_for(busy.store.engine, "begin")
    def _make_read_only(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    page = browser.get(address)
    assert page.status_code == 200
    assert browser.get("/review").status_code == 200
    answer = decide(browser, page, "same")
    assert answer.status_code == 503
    assert "The database is read-only" in answer.text
    part = browser.post(
        f"{address}/decide",
        data={**hidden_fields(page), "verdict": "same"},
        headers={"X-Partial": "1"},
    )
    assert "<html" not in part.text
    assert "read-only" in part.text


def test_last_pair_leads_to_the_done_page(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    page = follow_redirect(browser, browser.get("/review/next?script=Hebr"))
    assert world.HEBREW in page.text
    done = follow_redirect(browser, decide(browser, page, "different"))
    assert "No more pairs wait for you" in done.text
    assert "under the current filters" in done.text.lower()
    assert "Undo" in done.text


def test_the_id_of_a_record_leads_to_the_same_part_of_its_entity(busy: Desk) -> None:
    browser = busy.signed_in("amira")
    entity = entity_id_of(busy, "coast:p01")
    answer = browser.get("/desk/entities/coast:p01?relations=all")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert address.startswith(f"/desk/entities/{entity}?")
    assert "relations=all" in address
    assert "Sanaa Merkel" in browser.get(address).text
