"""Entity of hundreds of records and relations: every part in pages, and readable on a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from benchmarks.harness import browser as browsing
from resolver.hub.hub import Hub
from resolver.records import Relation, RelationType
from tests.api.desk.conftest import Desk
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow

RECORDS, RELATIONS = 300, 500
NAMES = ("Vasilisa Kondratyevna Oblonskaya", "Василиса Кондратьевна Облонская")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk with one large entity, whose records each state another position."""
    url = f"sqlite:///{tmp_path_factory.mktemp('large')}/hub.db"
    ties = [
        Relation(RelationType.ASSOCIATE_OF, f"coast:x{number}", role="x" * (number % 60))
        for number in range(RELATIONS)
    ]
    rows = [
        record(
            f"coast:{number}",
            name=NAMES[number % 2],
            birthDate="1971-02-03",
            passportNumber="XK4829164",
            position=f"Director of office {number}",
            relations=ties if number == 0 else (),
        )
        for number in range(RECORDS)
    ]
    rows += [record(f"coast:x{number}", name=f"Tie Number {number}") for number in range(RELATIONS)]
    with quick_symbols("resolver.matching.pipeline"):
        with Hub.open(url, OPTIONS) as hub:
            hub.add(make_intake(rows))
        large = Desk(url)
        large.add("amira")
        yield large
        large.service.close()


def entity_id(desk: Desk) -> str:
    with desk.store.view() as view:
        entity = view.entity("coast:0")
    assert entity is not None
    assert len(entity.records) == RECORDS
    return str(entity.id)


def session_token(desk: Desk) -> str:
    user, hour = desk.store.users.get("amira"), timedelta(hours=1)
    return str(desk.store.sessions.begin(user, via="password", lifetime=hour, purpose="a test"))


def test_every_record_value_and_relation_is_on_a_page(desk: Desk) -> None:
    browser = desk.browser()
    browser.set_cookie("desk", session_token(desk))
    address = f"/desk/entities/{entity_id(desk)}"
    listed = {"": set[str](), "&prop=position": set[str](), "&relations=1": set[str]()}
    patterns = (r'value="(coast:\d+)"', r"Director of office (\d+)\b", r"Tie Number (\d+)\b")
    for (part, texts), pattern in zip(listed.items(), patterns, strict=True):
        for start in range(0, RELATIONS, 50):
            answer = browser.get(f"{address}?from={start}{part}")
            assert answer.status_code == 200
            assert len(answer.data) < 400_000
            texts.update(re.findall(pattern, answer.text))
    assert [len(texts) for texts in listed.values()] == [RECORDS, RECORDS, RELATIONS]


@pytest.mark.skipif(bool(browsing.missing_program()), reason="no chromium or chromedriver")
def test_nothing_overflows_on_a_telephone(desk: Desk) -> None:
    address = f"/desk/entities/{entity_id(desk)}"
    with browsing.serve_app(desk.app) as server, browsing.open_chromium() as driver:
        browsing.resize_page(driver, 390, 844)
        driver.get(f"{server}/desk/sign-in")
        driver.add_cookie({"name": "desk", "value": session_token(desk), "path": "/"})
        for part in ("", "?from=250", "?prop=position", "?relations=1&from=100"):
            driver.get(f"{server}{address}{part}")
            assert NAMES[0] in driver.find_element("css selector", "main").text
            width = driver.execute_script("return document.documentElement.scrollWidth")
            assert width <= 390, part
