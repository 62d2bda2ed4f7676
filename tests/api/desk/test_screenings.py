"""Screenings at the desk: upload, hits subject by subject, verdicts."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder, run_next_job
from resolver.screening.jobs import run_screening_job
from resolver.store import UserRole
from tests.api.desk.conftest import Desk, csrf, sign_in
from tests.hub.hubs import OPTIONS

pytestmark = pytest.mark.slow

PEOPLE = b"id,name,birthDate\nP1,Maria Quispe Huanca,1980-11-02\nP2,John Smith,1990-01-01\n"


def upload(browser: Any, content: bytes = PEOPLE) -> Any:
    form = {"csrf": csrf(browser), "file": (io.BytesIO(content), "people.csv")}
    return browser.post("/desk/screenings", data=form, content_type="multipart/form-data")


def run_worker(desk: Desk) -> None:
    with Hub.open(desk.url, OPTIONS) as hub:
        assert run_next_job(hub, jobs_folder(hub.store), run_screening_job) is not None


def judge(browser: Any, page: Any, verdict: str, reason: str = "another face") -> Any:
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    data = {**fields, "csrf": csrf(browser), "verdict": verdict, "reason": reason}
    address = re.search(r'action="(/desk/screenings/\w+/verdict)"', page.text)
    assert address
    return browser.post(address[1], data=data)


def test_hits_are_judged_one_after_the_other(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    answer = upload(browser)
    address = answer.headers["Location"]
    assert "queued" in browser.get(address).text
    run_worker(desk)
    page = browser.get(address)
    assert "2 of them wait for a verdict" in " ".join(page.text.split())
    assert 'data-hotkey="c"' in page.text
    first = "Maria Quispe Huanca" in page.text
    page = browser.get(judge(browser, page, "cleared").headers["Location"])
    assert "1 of them waits for a verdict" in " ".join(page.text.split())
    assert ("John Smith" if first else "Maria Quispe Huanca") in page.text
    page = browser.get(judge(browser, page, "confirmed").headers["Location"])
    assert "0 of them wait for a verdict" in " ".join(page.text.split())
    assert {row.verdict.value for row in desk.store.verdicts.list("agency Coast")} == {
        *("cleared", "confirmed")
    }
    for what in ("hits", "report"):
        with browser.get(f"{address}/{what}") as answer:
            assert answer.status_code == 200


def test_a_verdict_needs_a_reason_and_can_be_withdrawn(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    address = upload(browser).headers["Location"]
    run_worker(desk)
    page = browser.get(f"{address}?at=0")
    # the values of both sides are in view, and no reason is chosen beforehand
    assert "Birth date: 19" in page.text
    assert "Birth dates" in page.text
    assert "<select" not in page.text
    refused = judge(browser, page, "cleared", reason=" ")
    assert refused.status_code == 422
    assert not desk.store.verdicts.list("agency Coast")
    judge(browser, page, "cleared")
    page = browser.get(f"{address}?at=0")
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    form = re.search(r'action="(/desk/screenings/\w+/withdraw)"', page.text)
    assert form
    answer = browser.post(form[1], data={**fields, "csrf": csrf(browser)})
    assert not desk.store.verdicts.list("agency Coast")
    page = browser.get(answer.headers["Location"])
    assert "waits for a verdict again" in page.text
    assert "2 of them wait for a verdict" in " ".join(page.text.split())


def test_the_next_subject_that_waits_follows_a_verdict(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    address = upload(browser, PEOPLE + b"P3,John Smyth,1990-01-01\n").headers["Location"]
    run_worker(desk)
    ids = [
        re.search(r'name="subject" value="(\w+)"', browser.get(f"{address}?at={place}").text)
        for place in range(3)
    ]
    answer = judge(browser, browser.get(f"{address}?at=1"), "cleared")
    text = browser.get(answer.headers["Location"]).text
    assert ids[1]
    assert f"({ids[1][1]}) is not" in text
    assert ids[2]
    assert f'name="subject" value="{ids[2][1]}"' in text
    # after the last one the first that waits is next
    answer = judge(browser, browser.get(f"{address}?at=2"), "cleared")
    assert ids[0]
    assert f'name="subject" value="{ids[0][1]}"' in (browser.get(answer.headers["Location"]).text)
    assert browser.get(f"{address}?at={'9' * 5000}").status_code == 200


def test_a_table_without_names_is_refused_in_words_of_the_desk(desk: Desk) -> None:
    page = upload(desk.signed_in("amira"), b"foo,bar\nx,y\n")
    assert page.status_code == 400
    assert "the table has foo, bar" in page.text
    assert "--mapping" not in page.text


def test_a_viewer_may_read_but_not_judge(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    address = upload(browser).headers["Location"]
    run_worker(desk)
    page = browser.get(address)
    viewer = desk.signed_in("vera", UserRole.VIEWER)
    assert 'name="verdict"' not in viewer.get(address).text
    assert judge(viewer, page, "cleared").status_code == 403
    assert not desk.store.verdicts.list("agency Coast")


def test_screenings_of_other_agencies_are_hidden(desk: Desk) -> None:
    address = upload(desk.signed_in("amira")).headers["Location"]
    desk.store.users.add("olga", UserRole.STEWARD, "River", "seven quiet herons")
    other = desk.browser()
    sign_in(other, "olga")
    assert other.get(address).status_code == 404
    assert "people.csv" not in other.get("/desk/screenings").text
