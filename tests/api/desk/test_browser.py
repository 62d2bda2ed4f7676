"""Desk driven in Chromium: by keyboard, by two stewards at once, and examined by axe-core.

One browser and one served desk for each kind of store. Every test has its own pairs, so that the
order does not matter.
"""

from __future__ import annotations

import functools
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from benchmarks import screenshots
from benchmarks.harness import browser as browsing
from resolver.hub.hub import Hub
from resolver.hub.job_worker import INPUT, create_job_folder, run_next_job
from resolver.hub.ownership import RecordOwner
from resolver.review import list_decisions, list_waiting
from resolver.review.earlier_verdicts import ACT_KEY
from resolver.screening.jobs import run_screening_job, submit_screening
from resolver.store import StoredDecision, UserRole
from tests.api.desk import world
from tests.api.desk.conftest import PASSWORD, Desk
from tests.hub.hubs import OPTIONS
from tests.hub.stored_links import stored_links
from tests.matching.preparing import quick_symbols
from tests.review.tables import derived
from tests.store.conftest import postgres_url

__all__ = ["postgres_url"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(browsing.missing_program()),
        reason="no chromium or chromedriver (on Debian: chromium-driver)",
    ),
]
WAIT = 60.0
REDUNDANT_PAGES = (
    "queue under filters",
    "pair of long names",
    "pair of Chinese names",
    "entity with a long name",
)
"""Pages with the same elements as others; axe-core does not examine them again."""
ADMIN, STEWARD, OTHER = "chief", "amira", "ben"


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """Return a Chromium."""
    with browsing.open_chromium() as chromium:
        yield chromium


@dataclass
class BrowserSession:
    """Served desk and a browser that shows session."""

    desk: Desk
    address: str
    driver: Any

    def open(self, path: str, width: int = 1440) -> None:
        """Open a page."""
        browsing.resize_page(self.driver, width, 900)
        self.driver.get(self.address + path)

    def sign_in(self, name: str) -> None:
        """Sign a user in by cookie; the form is tested elsewhere."""
        users, sessions = self.desk.store.users, self.desk.store.sessions
        from datetime import timedelta

        token = sessions.begin(
            users.get(name), via="password", lifetime=timedelta(hours=1), purpose="a test"
        )
        self.driver.get(self.address + "/desk/sign-in")
        self.driver.delete_all_cookies()
        self.driver.add_cookie(
            {"name": "desk", "value": token, "path": "/", "httpOnly": True, "sameSite": "Lax"}
        )

    def find(self, selector: str) -> Any:
        """Return the first element."""
        return self.driver.find_element("css selector", selector)

    def find_all(self, selector: str) -> list[Any]:
        """Return all elements."""
        elements: list[Any] = self.driver.find_elements("css selector", selector)
        return elements

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def wait_until(self, condition: Callable[[], Any], failure: str = "") -> Any:
        """Wait until a condition is true and return its value."""
        from selenium.common.exceptions import WebDriverException

        ends = time.monotonic() + WAIT
        while True:
            try:
                value = condition()
            except WebDriverException:
                # the element may not exist yet, or the page is replaced while it is read
                value = None
            if value:
                return value
            assert time.monotonic() < ends, (
                failure or f"{self.driver.current_url}: {self.find('main').text[:1500]}"
            )
            time.sleep(0.02)

    def log_length(self) -> int:
        """Return the number of decisions."""
        with self.desk.store.view() as view:
            return int(view.decision_count())

    def wait_for_log(self, length: int) -> None:
        """Wait until the log has at least this many decisions."""
        self.wait_until(lambda: self.log_length() >= length)

    def wait_until_idle(self) -> None:
        """Wait until no request runs and no verdict is chosen."""
        self.wait_until(lambda: not self.find_all("html.busy, #decide.open"))

    def entity_id_of(self, record_id: str) -> str:
        """Return the id of the entity of a record."""
        with self.desk.store.view() as view:
            entity = view.entity(record_id)
        assert entity is not None
        return str(entity.id)

    def count_entities(self, record_ids: list[str]) -> int:
        """Return the number of entities that have these records."""
        return len({self.entity_id_of(record_id) for record_id in record_ids})

    def entity_with_undo(self, record_ids: list[str], decision_id: str) -> str:
        """Return the entity of these records whose page can undo a decision."""
        entity_ids = map(self.entity_id_of, record_ids)
        return next(entity_id for entity_id in entity_ids if self.can_undo(entity_id, decision_id))

    def can_undo(self, entity: str, decision_id: str) -> bool:
        """Return whether the page of an entity can undo a decision."""
        self.open(f"/desk/entities/{entity}")
        return bool(self.find_all(f'[aria-label="Undo decision {decision_id}"]'))

    def pair(self, left: str, right: str) -> str:
        """Return the address of the pair of two records' entities."""
        return f"/review/{self.entity_id_of(left)}/{self.entity_id_of(right)}"

    def decide(self, key: str) -> None:
        """Decide by keys only, and wait for the next pair."""
        from selenium.webdriver.common.keys import Keys

        before, length = self.driver.current_url, self.log_length()
        self.press(key)
        self.wait_until(lambda: self.find("#decide.open"))
        self.press(Keys.ENTER)
        self.wait_until(lambda: self.log_length() > length)
        self.wait_until(
            lambda: self.driver.current_url != before and not self.find_all("html.busy")
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store_url(
    request: pytest.FixtureRequest, filled: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Return the URL of a store in which many pairs wait."""
    folder = tmp_path_factory.mktemp("driven")
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(filled, folder / 'hub.db')}"
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    server = request.getfixturevalue("postgres_url")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE driven"))
    engine.dispose()
    url = make_url(server).set(database="driven").render_as_string()
    world.fill(url, folder / "index")
    return url


@pytest.fixture(scope="module")
def any_store(
    store_url: str, driver: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserSession]:
    """Return a session at a desk on either database."""
    yield from _serve_desk(store_url, driver, tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def session(
    driver: Any, filled: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserSession]:
    """Return a session at a desk on SQLite."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(filled, folder / "hub.db")
    yield from _serve_desk(f"sqlite:///{folder}/hub.db", driver, folder / "index")


def _serve_desk(url: str, driver: Any, index: Path) -> Iterator[BrowserSession]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        desk = Desk(url, index_dir=index)
        for name, role in (
            (ADMIN, UserRole.ADMIN),
            (STEWARD, UserRole.STEWARD),
            (OTHER, UserRole.STEWARD),
        ):
            desk.store.users.add(name, role, "Coast", PASSWORD)
        desk.service.warm()
        with browsing.serve_app(desk.app) as address:
            yield BrowserSession(desk, address, driver)
        desk.service.close()


def test_many_decisions_by_keyboard_and_their_undo(any_store: BrowserSession) -> None:
    session = any_store
    # eight show that the other database does the same
    count = 24 if session.desk.url.startswith("sqlite") else 8
    hub = session.desk.service.hub
    before, length = derived(hub), session.log_length()
    session.sign_in(STEWARD)
    session.open("/review")
    from selenium.webdriver.common.keys import Keys

    session.press(Keys.ENTER)
    session.wait_until(lambda: session.find_all("#decide"))
    for number in range(count):
        session.decide("sdus"[number % 4])
    with hub.store.view() as view:
        log = view.decisions()
    assert len(log) >= length + count
    assert {stored.decision.decided_by for stored in log} == {STEWARD}
    # one decision may take several rows of the log, which share the id of its act
    verdicts = {
        stored.context.get(ACT_KEY, stored.number): str(stored.decision.verdict) for stored in log
    }
    assert list(verdicts.values()) == [
        ["same", "different", "unsure", "same"][number % 4] for number in range(count)
    ]
    assert len(hub_members(hub)) < len(set(before["members"].values()))
    # all are undone by one key, the latest first
    for _ in range(count):
        so_far = session.log_length()
        session.press("z")
        session.wait_for_log(so_far + 1)
        session.wait_until(lambda: not session.find_all("html.busy"))
    after = derived(hub)
    for part in ("members", "links", "alive", "queue"):
        assert after[part] == before[part], part
    assert session.log_length() >= 2 * len(log)
    so_far = session.log_length()
    session.press("z")
    session.wait_until(lambda: "nothing to undo" in session.find("main").text)
    assert session.log_length() == so_far


def hub_members(hub: Hub) -> set[str]:
    """Return the entities that have members."""
    return set(derived(hub)["members"].values())


def test_undo_by_key(session: BrowserSession) -> None:
    session.sign_in(STEWARD)
    left, right = "coast:p40", "river:p40"
    session.open(session.pair(left, right))
    session.decide("s")
    assert session.entity_id_of(left) == session.entity_id_of(right)
    length = session.log_length()
    session.press("z")
    session.wait_until(lambda: session.log_length() > length)
    session.wait_until(lambda: world.word(40) in session.find("main").text)
    assert session.entity_id_of(left) != session.entity_id_of(right)


def test_skipping_going_back_and_other_keys(session: BrowserSession) -> None:
    from selenium.webdriver.common.keys import Keys

    session.sign_in(STEWARD)
    session.open("/review/next")
    first = session.driver.current_url
    session.press("j")
    session.wait_until(
        lambda: session.driver.current_url != first and not session.find_all("html.busy")
    )
    second = session.driver.title
    session.press("k")
    session.wait_until(
        lambda: session.driver.current_url == first and not session.find_all("html.busy")
    )
    assert session.driver.title != second
    session.press("?")
    session.wait_until(lambda: session.find("#keys").is_displayed())
    session.press(Keys.ESCAPE)
    session.wait_until(lambda: not session.find("#keys").is_displayed())
    session.press("d", "3")
    session.wait_until(lambda: session.find("#decide.open"))
    chosen = "return document.querySelector('#reason :checked').value"
    assert session.driver.execute_script(chosen) == "another document or number"
    session.press("c", "noted")
    assert (
        session.driver.execute_script("return document.querySelector('#comment').value") == "noted"
    )
    session.press(Keys.ESCAPE)
    session.wait_until(lambda: not session.find_all("#decide.open"))
    session.press("b")
    session.wait_until(lambda: "score hidden" in session.find("main").text)
    session.press("b")
    session.wait_until(lambda: "score hidden" not in session.find("main").text)
    session.press("/")
    session.wait_until(lambda: session.driver.current_url.endswith("/desk/search"))


def test_two_browsers_decide_at_once(session: BrowserSession) -> None:
    address = session.pair("coast:p41", "river:p41")
    session.sign_in(STEWARD)
    session.open(address)
    with browsing.open_chromium() as second:
        other = BrowserSession(session.desk, session.address, second)
        other.sign_in(OTHER)
        other.open(address)
        assert f"{STEWARD} has this pair open" in other.find("main").text
        length = session.log_length()
        other.press("s")
        other.wait_until(lambda: other.find("#decide.open"))
        other.find("#send").click()
        other.wait_until(lambda: "has this pair open" in other.find("#pair-notes .refused").text)
        assert session.log_length() == length
        session.decide("d")
        # each goes on with other pairs, and none is decided twice
        other.open("/review/next")
        session.open("/review/next")
        assert other.driver.current_url != session.driver.current_url
        for _ in range(3):
            session.press("d")
            other.press("u")
            session.wait_until(lambda: session.find("#decide.open"))
            other.wait_until(lambda: other.find("#decide.open"))
            length = session.log_length()
            session.driver.execute_script("document.querySelector('#send').click()")
            other.driver.execute_script("document.querySelector('#send').click()")
            session.wait_for_log(length + 2)
            assert session.log_length() == length + 2
            session.wait_until_idle()
            other.wait_until_idle()
            assert other.driver.current_url != session.driver.current_url
    with session.desk.store.view() as view:
        pairs = [stored.decision.pair for stored in view.decisions()][-7:]
    assert len(pairs) == len(set(pairs)) == 7


def test_contradiction_is_shown_and_resolved(session: BrowserSession) -> None:
    session.sign_in(ADMIN)
    session.open(session.pair("river:tri0", "river:tri2"))
    session.decide("d")
    session.open(session.pair("river:tri0", "coast:tri1"))
    session.decide("s")
    session.open(session.pair("coast:tri1", "river:tri2"))
    length = session.log_length()
    session.press("s")
    session.wait_until(lambda: session.find("#decide.open"))
    session.find("#send").click()
    shown = session.wait_until(lambda: session.find("#pair-notes .refused"))
    assert "contradicts earlier decisions" in shown.text
    assert len(session.find_all(".ring circle")) == 3 - (
        session.entity_id_of("river:tri0") == session.entity_id_of("coast:tri1")
    ) or session.find_all(".ring circle")
    assert session.log_length() == length
    buttons = session.find_all(".refused button")
    next(button for button in buttons if "Withdraw" in button.text).click()
    session.wait_until(lambda: session.log_length() > length)
    assert (
        session.entity_id_of("river:tri0")
        == session.entity_id_of("coast:tri1")
        == session.entity_id_of("river:tri2")
    )


def test_red_needs_a_second_steward(session: BrowserSession) -> None:
    left, right = "coast:p42", "river:p42"
    address = session.pair(left, right)
    session.sign_in(STEWARD)
    session.open(address)
    session.decide("r")
    assert session.entity_id_of(left) != session.entity_id_of(right)
    session.open(address)
    assert "another steward must confirm it" in session.find("#pair-notes").text
    session.sign_in(OTHER)
    session.open(address)
    length = session.log_length()
    session.find(".waits button").click()
    session.wait_until(lambda: session.log_length() > length)
    assert session.entity_id_of(left) == session.entity_id_of(right)
    with session.desk.store.view() as view:
        link = stored_links(view)[min(left, right), max(left, right)]
    assert link.color.label == "red"


def test_four_eyes_rule_covers_decision_and_undo(session: BrowserSession) -> None:
    left, right = "coast:wit", "river:wit"
    address = session.pair(left, right)
    before = derived(session.desk.service.hub)
    session.sign_in(STEWARD)
    session.open(address)
    assert "Takes two stewards: it touches the data of a witness" in session.find("#decide").text
    session.decide("s")
    assert "It counts once a second steward confirms it" in session.find("#desk .outcome").text
    first = logged_decisions(session)[-1]
    assert (first.decision.decided_by, first.decision.needs_two) == (STEWARD, True)
    assert derived(session.desk.service.hub)["members"] == before["members"]
    session.sign_in(OTHER)
    session.open("/review/pending")
    session.find(f'main a[href="/review/{left}/{right}"]').click()
    session.wait_until(lambda: session.find("#decide"))
    session.decide("s")
    assert session.entity_id_of(left) == session.entity_id_of(right)
    second = logged_decisions(session)[-1]
    assert (second.decision.decided_by, second.decision.pair) == (OTHER, first.decision.pair)
    # an undo of what two stewards decided needs a second steward as well
    session.press("z")
    undoing = session.wait_until(
        lambda: (last := logged_decisions(session)[-1]).number > second.number and last
    )
    assert session.entity_id_of(left) == session.entity_id_of(right)
    session.sign_in(STEWARD)
    session.open("/review/pending")
    assert f"takes back decision {second.id}" in session.find("main").text
    session.find(f'[action="/review/decisions/{undoing.id}/confirm"] button').click()
    session.wait_until(lambda: session.entity_id_of(left) != session.entity_id_of(right))
    after = derived(session.desk.service.hub)
    assert after == before
    assert len(logged_decisions(session)) >= 4


def logged_decisions(session: BrowserSession) -> list[StoredDecision]:
    """Return the log of decisions."""
    with session.desk.store.view() as view:
        decisions: list[StoredDecision] = view.decisions()
    return decisions


def test_split_and_its_undo(session: BrowserSession) -> None:
    left, right = "coast:p43", "river:p43"
    session.sign_in(STEWARD)
    session.open(session.pair(left, right))
    session.decide("s")
    session.open(f"/desk/entities/{session.entity_id_of(left)}")
    session.find(f'input[value="{right}"]').click()
    session.find('#split input[name="why"]').send_keys("somebody else")
    session.find("#split button").click()
    session.wait_until(lambda: "Take 1 record out?" in session.find("main").text)
    session.find("button.primary").click()
    session.wait_until(lambda: session.find_all(".note.good"))
    assert session.entity_id_of(left) != session.entity_id_of(right)
    # the history can undo it
    undo = session.wait_until(lambda: session.find_all(".timeline .inline button"))[0]
    undo.click()
    session.wait_until(lambda: session.entity_id_of(left) == session.entity_id_of(right))


def test_undo_of_a_merge_below_later_merges(session: BrowserSession) -> None:
    hub = session.desk.service.hub
    records = ["river:four0", "coast:four1", "river:four2", "coast:four3"]
    links = derived(hub)["links"]
    assert session.count_entities(records) == 4
    # a steward of another test may still have one of these pairs open
    with session.desk.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    session.sign_in(STEWARD)
    for other in records[1:]:
        session.open(session.pair(records[0], other))
        session.decide("s")
    assert session.count_entities(records) == 1

    def is_undone(decision_id: str) -> bool:
        rows = list_decisions(hub, records)
        return all(row.status != "stands" for row in rows if row.id == decision_id)

    # newest first
    *later, first = (row.id for row in list_decisions(hub, records))
    session.open(f"/desk/entities/{session.entity_id_of(records[0])}")
    session.find(f'[aria-label="Undo decision {first}"]').click()
    session.wait_until(lambda: session.count_entities(records) == 2)
    # the first merge is undone, and the two later ones are still effective
    assert {row.status for row in list_decisions(hub, records) if row.id in later} == {"stands"}
    for decision_id in later:
        session.open(f"/desk/entities/{session.entity_with_undo(records, decision_id)}")
        session.find(f'[aria-label="Undo decision {decision_id}"]').click()
        # the page of before is still shown while the undo is carried out
        session.wait_until(functools.partial(is_undone, decision_id))
    # the larger part of a split keeps the id, so ids may be new; members and links are as before
    session.wait_until(
        lambda: session.count_entities(records) == 4,
        "the entities are not as they were",
    )
    assert derived(hub)["links"] == links


def test_expired_session_loses_nothing(session: BrowserSession) -> None:
    session.sign_in(STEWARD)
    session.open(session.pair("coast:p44", "river:p44"))
    session.press("d")
    session.wait_until(lambda: session.find("#decide.open"))
    session.press("c", "well considered")
    session.driver.delete_all_cookies()
    length = session.log_length()
    from selenium.webdriver.common.keys import Keys

    session.press(Keys.ENTER)
    session.wait_until(lambda: "Your session has ended" in session.find("main").text)
    session.find("input[name=name]").send_keys(STEWARD)
    session.find("input[name=password]").send_keys(PASSWORD)
    session.find("input[name=purpose]").send_keys("a test")
    session.find("button.primary").click()
    session.wait_until(lambda: "well considered" in session.find("main").text)
    assert session.log_length() == length
    session.find("button.primary").click()
    session.wait_until(lambda: session.log_length() == length + 1)
    with session.desk.store.view() as view:
        assert "well considered" in str(view.decisions()[-1])


def test_the_network_of_an_entity_is_used_by_mouse_and_keyboard(session: BrowserSession) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    session.sign_in(STEWARD)
    entity, other = session.entity_id_of("coast:p01"), session.entity_id_of("coast:link")
    session.open(f"/desk/entities/{entity}")
    node = session.find("[data-network] a.node")
    tie = session.find("[data-network] .tie")
    before = tie.get_attribute("d")
    actions = ActionChains(session.driver, duration=0)
    actions.click_and_hold(node).move_by_offset(40, 30).release().perform()
    assert tie.get_attribute("d") != before
    assert entity in session.driver.current_url
    before = tie.get_attribute("d")
    session.driver.execute_script("arguments[0].focus()", node)
    ActionChains(session.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_UP).perform()
    ActionChains(session.driver).key_up(Keys.SHIFT).perform()
    assert tie.get_attribute("d") != before
    session.press(Keys.ENTER)
    session.wait_until(lambda: other in session.driver.current_url)
    # the table says the same, and the way back
    assert "family of" in session.find("#h-network ~ details").text
    session.find("#h-network ~ details a").click()
    session.wait_until(lambda: entity in session.driver.current_url)


def test_years_are_chosen_by_keyboard_and_the_picture_is_painted(session: BrowserSession) -> None:
    from selenium.webdriver.common.keys import Keys

    session.sign_in(STEWARD)
    session.open(f"/desk/network/{session.entity_id_of('coast:crew')}")
    assert not session.find_all(".rings .off")
    slider = session.find("[data-timeline] input")
    session.driver.execute_script("arguments[0].focus()", slider)
    # the relation begins in 2011, the only year that is dated
    session.press(Keys.ARROW_RIGHT)
    session.wait_until(lambda: "year=2011" in session.driver.current_url)
    assert slider.get_attribute("aria-valuetext") == "2011"
    assert "1 of 1 relation shown" in session.find("[data-timeline]").text
    assert "year=2011" in session.find("a[href*='network-file/graphml']").get_attribute("href")
    session.press(Keys.ARROW_LEFT)
    session.wait_until(lambda: "year" not in session.driver.current_url)
    button = session.find("[data-png]")
    button.click()
    session.wait_until(lambda: int(button.get_attribute("data-bytes") or 0) > 2_000)
    assert not session.find_all(".failed")


def overlapping(session: BrowserSession) -> tuple[int, int]:
    """Return how many nodes of the drawing are shown, and how many labels cover another."""
    script = """
      const hidden = ".off, .folded, .left-out, .by-hand";
      const nodes = document.querySelector("[data-graph]").graph.nodes().not(hidden).toArray();
      const boxes = nodes.map((node) => node.boundingBox({
        includeNodes: false, includeEdges: false, includeOverlays: false }));
      const covers = (a, b) => Math.min(a.x2, b.x2) > Math.max(a.x1, b.x1)
        && Math.min(a.y2, b.y2) > Math.max(a.y1, b.y1);
      return [boxes.length, boxes.filter((a) => boxes.some((b) => a !== b && covers(a, b))).length];
    """
    count, covered = session.driver.execute_script(script)
    return count, covered


def test_a_network_is_worked_with(session: BrowserSession) -> None:
    from selenium.webdriver.common.keys import Keys

    session.sign_in(STEWARD)
    person = session.entity_id_of("coast:link")
    session.driver.get_log("browser")  # what other pages have written does not count
    session.open(f"/desk/network/{person}")
    stage = session.find("[data-graph]")
    session.wait_until(lambda: session.find_all(".drawn [data-graph] canvas"))
    assert not session.find(".rings").is_displayed()
    nodes, covered = overlapping(session)
    assert nodes > 1
    assert not covered
    # by keyboard: to a neighbor, and from there what leads further
    session.driver.execute_script("arguments[0].focus()", stage)
    for key in (Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_DOWN):
        session.press(key)
    session.wait_until(lambda: session.find("[data-picked]").is_displayed())
    # what the arrows lead to is read aloud
    assert session.find("[data-graph-status]").text == session.find("[data-picked] h3").text != ""
    pick = "arguments[0].graph.nodes().filter((row) => (row.data('links') || {}).expand)[0]"
    session.driver.execute_script(f"{pick}.emit('dbltap')", stage)
    session.wait_until(lambda: "expand=" in session.driver.current_url)
    session.wait_until(lambda: not stage.get_attribute("aria-busy"))
    assert overlapping(session)[1] == 0
    # what was expanded is in sight
    box = "arguments[0].graph.nodes(':visible').renderedBoundingBox()"
    inside = f"return {box}.x1 >= 0 && {box}.x2 <= arguments[0].graph.width()"
    assert session.driver.execute_script(inside, stage)
    session.find("[data-act=undo]").click()
    session.wait_until(lambda: "expand=" not in session.driver.current_url)
    session.wait_until(lambda: overlapping(session) == (nodes, 0))
    # what somebody hid stays hidden when a filter is changed
    hide = """
      const cy = arguments[0].graph;
      const box = document.querySelector("[data-sort=asset]");
      cy.nodes().filter((row) => !row.data("start") && row.data("sort") === "entity")[0].select();
      arguments[0].dispatchEvent(new KeyboardEvent("keydown", { key: "Delete" }));
      box.click();
      box.click();
    """
    session.driver.execute_script(hide, stage)
    assert session.driver.execute_script("return arguments[0].graph.$('.by-hand').length", stage)
    session.find("[data-act=all]").click()
    assert overlapping(session)[0] == nodes
    # rings stand in for those who want them
    layout = "const s = document.querySelector('[data-layout]'); s.value = arguments[0];"
    send = "s.dispatchEvent(new Event('change', { bubbles: true }))"
    for name in ("layers", "circles", "rings"):
        session.driver.execute_script(layout + send, name)
    assert session.find(".rings").is_displayed()
    # the rings came anew with what was expanded; their keys work all the same
    script = """
      const node = document.querySelector(".rings a[data-node]");
      const press = { key: "ArrowRight", shiftKey: true, bubbles: true };
      node.dispatchEvent(new KeyboardEvent("keydown", press));
      return node.getAttribute("transform");
    """
    assert session.driver.execute_script(script) == "translate(24 0)"
    errors = [row for row in session.driver.get_log("browser") if row["level"] == "SEVERE"]
    assert not errors


def test_a_dossier_is_printed_without_the_desk_around_it(session: BrowserSession) -> None:
    session.sign_in(STEWARD)
    session.driver.add_cookie({"name": "desk_theme", "value": "dark", "path": "/"})
    session.open(f"/desk/dossier/{session.entity_id_of('coast:he')}")
    media = {"media": "print"}
    session.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        assert not session.find(".top").is_displayed()
        assert not session.find("[data-print]").is_displayed()
        ink = "return getComputedStyle(document.querySelector('.dossier h1')).color"
        assert session.driver.execute_script(ink) == "rgb(28, 33, 38)"
        assert session.find(".dossier bdi[dir=rtl]").text == world.HEBREW
    finally:
        session.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        session.driver.delete_cookie("desk_theme")


def test_two_groups_are_related_by_keyboard(session: BrowserSession) -> None:
    from selenium.webdriver.common.keys import Keys

    session.sign_in(STEWARD)
    session.open(session.pair("coast:crew", "coast:grp"))
    length = session.log_length()
    session.press("f")
    session.wait_until(lambda: session.find("#relation") == session.driver.switch_to.active_element)
    session.press("V", Keys.ENTER)
    session.find("#send").click()
    session.wait_for_log(length + 1)
    with session.desk.store.view() as view:
        assert view.decisions()[-1].context["relation"]["type"] == "factionOf"
    session.open(f"/desk/network/{session.entity_id_of('coast:crew')}")
    assert "faction of" in session.find("#h-edges ~ details").text


def test_all_is_there_without_a_script(session: BrowserSession) -> None:
    session.sign_in(STEWARD)
    switch = "Emulation.setScriptExecutionDisabled"
    session.driver.execute_cdp_cmd(switch, {"value": True})
    try:
        session.open(f"/desk/entities/{session.entity_id_of(placed_record())}")
        assert session.find_all(".map circle")
        session.open(f"/desk/entities/{session.entity_id_of('coast:p01')}")
        assert session.find_all("html:not(.js) .network a.node")
        session.find(".network a.node").click()
        link = session.entity_id_of("coast:link")
        session.wait_until(lambda: link in session.driver.current_url)
        session.open(session.pair("coast:p46", "river:p46"))
        assert not session.find("#send").get_attribute("hidden")
        length = session.log_length()
        session.find("input[name=verdict][value=different]").click()
        session.find("[data-for=different] input").click()
        session.find("#send").click()
        session.wait_for_log(length + 1)
        session.wait_until(lambda: session.find_all("#decide, .outcome"))
    finally:
        session.driver.execute_cdp_cmd(switch, {"value": False})


def screen_passengers(session: BrowserSession, *numbers: int) -> str:
    """Screen some persons of the world, and return the address of the screening."""
    service = session.desk.service
    folder = create_job_folder(service.jobs_dir)
    rows = [f"P{number},{world.word(number)} {world.word(number + 37)}" for number in numbers]
    (folder / INPUT / "people.csv").write_text("\n".join(["id,name", *rows]), encoding="utf-8")
    owner = RecordOwner(ADMIN, "Coast")
    job, _ = submit_screening(service.hub, folder, "people.csv", "", owner=owner, listed=0.01)
    assert run_next_job(service.hub, service.jobs_dir, run_screening_job) is not None
    return f"/desk/screenings/{job.id}"


def test_hits_are_judged_by_keys(any_store: BrowserSession) -> None:
    from selenium.webdriver.common.keys import Keys

    session = any_store
    session.sign_in(ADMIN)
    address = screen_passengers(session, 50, 51)
    session.open(f"{address}?at=0")
    verdicts = session.desk.store.verdicts
    for count, (key, verdict) in enumerate((("m", "confirmed"), ("c", "cleared")), 1):
        # without a reason nothing is sent; Enter then sends the verdict of the key
        before = session.driver.current_url
        session.press(key)
        session.wait_until(lambda: session.find_all("input[name=reason]:focus"))
        assert len(verdicts.list("agency Coast")) == count - 1
        session.press("another face", Keys.ENTER)
        session.wait_until(lambda: session.driver.current_url != before)  # noqa: B023
        newest = verdicts.list("agency Coast")[0]
        assert (newest.verdict, newest.reason) == (verdict, "another face")


@cache
def placed_record() -> str:
    """Return the id of a record with addresses and a nationality."""
    rows = world.records()
    return next(row.id for row in rows if row.addresses and row.texts("nationality"))


def pages(session: BrowserSession) -> dict[str, str]:
    """Return the addresses of all pages by title."""
    entity = session.entity_id_of("coast:p01")
    return {
        "home": "/desk",
        "queue": "/review",
        "queue under filters": "/review?kind=person&score_from=0.1",
        "pair": session.pair("coast:p45", "river:p45"),
        "pair of long names": session.pair("coast:long", "river:long"),
        "pair of right-to-left names": session.pair("coast:he", "river:he"),
        "pair of Chinese names": session.pair("coast:zh", "river:zh"),
        "pair with markup": session.pair("coast:script", "river:script"),
        "preview": session.pair("coast:p45", "river:p45") + "/preview?verdict=same",
        "pending": "/review/pending",
        "done": "/review/done",
        "search": "/desk/search",
        "matches": f"/desk/search?name={world.word(1)}+{world.word(38)}",
        "found": "/desk/search?q=ali",
        "entity": f"/desk/entities/{entity}",
        "entity with places": f"/desk/entities/{session.entity_id_of(placed_record())}",
        "entity with a long name": f"/desk/entities/{session.entity_id_of('coast:long')}",
        "values": f"/desk/entities/{entity}?prop=name",
        "relations": f"/desk/entities/{entity}?relations=all",
        "network": f"/desk/network/{entity}?hops=2",
        "network with a path": f"/desk/network/{entity}?to=coast:link&role=sibling",
        "groups": "/desk/groups",
        "group against group": "/desk/group-matrix",
        "similar": f"/desk/similar/{entity}",
        "group in a year": f"/desk/groups/{session.entity_id_of('coast:crew')}?on=2011",
        "network with changes": f"/desk/network/{entity}?since=2020-01-01",
        "paths": "/desk/paths?from=nobody",
        "network of a path": f"/desk/network/{entity}?hops=0&to=coast:link&first_year=1990",
        "group": f"/desk/groups/{session.entity_id_of('coast:crew')}",
        "overlap": "/desk/overlap",
        "links across crimes": "/desk/crime-links",
        "shared values": "/desk/shared-values?kind=",
        "saved views": "/desk/views",
        "dossier": f"/desk/dossier/{entity}",
        "batches": "/desk/batches",
        "screenings": "/desk/screenings",
        "screening": screen_passengers(session, 52, 53),
        "learning": "/desk/learning",
        "erasures": "/desk/erasures",
        "audit log": "/desk/audit",
        "feeds": "/desk/feeds",
        "notices": "/desk/notices",
        "contacts": "/desk/contacts",
        "users": "/desk/users",
        "sessions of a user": f"/desk/users/{ADMIN}",
        "account": "/desk/account",
        "purpose": "/desk/purpose",
        "missing entity": "/desk/entities/e-nobody",
    }


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_overflows_or_fails(session: BrowserSession, width: int) -> None:
    session.sign_in(ADMIN)
    wide = []
    for title, path in pages(session).items():
        session.open(path, width)
        size = session.driver.execute_script("return document.documentElement.scrollWidth")
        if size > width:
            wide.append((title, size))
        assert session.driver.title != "taken"
        rows = [
            row["message"] for row in session.driver.get_log("browser") if row["level"] == "SEVERE"
        ]
        # a 404 of the requested page itself is no fault of the page
        assert not [text for text in rows if "status of 4" not in text], (title, rows)
    assert not wide


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_axe_finds_nothing_serious(session: BrowserSession, theme: str) -> None:
    axe = (resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")
    session.sign_in(ADMIN)
    session.driver.add_cookie({"name": "desk_theme", "value": theme, "path": "/"})
    examined = {
        title: path for title, path in pages(session).items() if title not in REDUNDANT_PAGES
    }
    if theme == "light":
        examined = {"signed out": "/desk/sign-in", **examined}
    # all but colors is the same in both themes
    only = "runOnly: ['color-contrast']" if theme == "dark" else ""
    problems = []
    for title, path in examined.items():
        session.open(path)
        if title == "signed out":
            session.driver.delete_cookie("desk")
            session.open(path)
            session.driver.execute_script(axe)
            problems += violations(session, title, only)
            session.sign_in(ADMIN)
            continue
        if title.startswith("pair"):
            session.press("s")
            session.wait_until(lambda: session.find_all("#preview *"))
        session.driver.execute_script(axe)
        problems += violations(session, title, only)
    assert not problems, "\n".join(problems)


def violations(session: BrowserSession, title: str, only: str) -> list[str]:
    """Return the serious and critical violations that axe-core reports, one line each."""
    call = f"axe.run(document, {{resultTypes: ['violations'], {only}}})"
    report = session.driver.execute_async_script(
        f"const done = arguments[0]; {call}.then(done, done)"
    )
    return [
        f"{title}: {row['id']} ({row['impact']}): {row['nodes'][0]['html'][:200]}"
        for row in report["violations"]
        if row["impact"] in ("serious", "critical")
    ]


def test_queue_shows_twenty_rows_and_acts_on_marked_ones(session: BrowserSession) -> None:
    session.sign_in(STEWARD)
    session.open("/review", 1440)
    bottom = (
        "return document.querySelectorAll('.queue tbody tr')[19].getBoundingClientRect().bottom"
    )
    assert session.driver.execute_script(bottom) <= 900
    assert not session.find(".bulk").is_displayed()
    # the keys mark the first and the third row
    session.press("j", "x")
    session.press("j", "j", "x")
    bar = session.find(".bulk")
    session.wait_until(bar.is_displayed)
    assert "2 pairs marked" in bar.text
    session.press("x")
    assert "1 pair marked" in bar.text
    session.find("[data-mark-all]").click()
    assert f"{len(session.find_all('.queue .pair-link'))} pairs marked" in bar.text
    session.find("[data-mark-all]").click()
    assert not bar.is_displayed()
    # a filter applies at once, and leaves no empty fields in the address
    option = session.find('select[name="script"] option:not([value=""])')
    address = f"/review?script={option.get_attribute('value')}"
    option.click()
    session.wait_until(lambda: "script=" in session.driver.current_url)
    assert session.driver.current_url.endswith(address)


def test_batch_page_updates_without_reloading(session: BrowserSession, tmp_path: Path) -> None:
    from resolver.cli.operate.worker import run_batch_job
    from resolver.hub.job_worker import jobs_folder, run_next_job

    (tmp_path / "people.csv").write_text(
        "id,name,birth_date\n1,Olena Bondarenko,1981-02-03\n", "utf-8"
    )
    session.sign_in(STEWARD)
    session.open("/desk/batches")
    session.find("input[name=file]").send_keys(str(tmp_path / "people.csv"))
    axe = (resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")
    session.find("main form button.primary").click()
    for page, button in (("columns", "Preview"), ("preview", "Send as a batch")):
        session.wait_until(partial(is_at, session, page))
        session.driver.execute_script(axe)
        assert not violations(session, page, "")
        for width in (390, 1440):
            session.open(session.driver.current_url.removeprefix(session.address), width)
            size = "return document.documentElement.scrollWidth"
            assert session.driver.execute_script(size) <= width
        buttons = session.find_all("main button")
        next(item for item in buttons if item.text == button).click()
    session.wait_until(lambda: "queued" in session.find("#batch").text)
    with Hub.open(session.desk.url, OPTIONS, index_dir=tmp_path / "index") as hub:
        assert run_next_job(hub, jobs_folder(hub.store), run_batch_job) is not None
    session.wait_until(lambda: "Report" in session.find("#batch").text)


def is_at(session: BrowserSession, page: str) -> bool:
    return str(session.driver.current_url).endswith(page)


def test_theme_changes_at_once_and_stays(session: BrowserSession) -> None:
    session.sign_in(STEWARD)
    session.open("/desk")
    session.find(".menu summary").click()
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = session.driver.execute_script(ground)
    session.find("input[value=dark]").click()
    session.wait_until(lambda: session.driver.execute_script(ground) != light)
    session.wait_until(
        lambda: any(row["name"] == "desk_theme" for row in session.driver.get_cookies())
    )
    session.open("/desk")
    assert session.driver.execute_script(ground) != light
    assert re.match("dark", session.find("html").get_attribute("data-theme"))


@pytest.mark.parametrize(("path", "width"), [("/desk", 1440), ("/desk/users", 390)])
def test_focus_is_visible_and_the_skip_link_works(
    session: BrowserSession, path: str, width: int
) -> None:
    from selenium.webdriver.common.keys import Keys

    session.sign_in(ADMIN)
    session.open(path, width)
    session.press(Keys.TAB)
    skip = session.driver.switch_to.active_element
    assert skip.text == "Skip to the content"
    outline = "return getComputedStyle(document.activeElement).outlineWidth"
    assert session.driver.execute_script(outline) == "3px"
    session.press(Keys.ENTER)
    session.wait_until(
        lambda: session.driver.switch_to.active_element.get_attribute("id") == "main"
    )


def test_the_current_section_is_visible_on_a_telephone(session: BrowserSession) -> None:
    session.sign_in(ADMIN)
    session.open("/desk/users", 390)
    row, section = session.find(".sections"), session.find(".sections [aria-current]")
    scrolled = "return arguments[0].scrollWidth > arguments[0].clientWidth"
    assert session.driver.execute_script(scrolled, row)
    assert section.text == "Users"
    assert section.rect["x"] >= row.rect["x"]
    end = row.rect["x"] + row.rect["width"]
    assert section.rect["x"] + section.rect["width"] <= end + 1


def test_screenshots(session: BrowserSession, tmp_path: Path) -> None:
    session.sign_in(ADMIN)
    (tmp_path / "report.html").write_text("<!doctype html><title>Report</title>", "utf-8")
    shots = screenshots.choose_shots(session.desk.service.hub, tmp_path / "report.html")
    assert {"queue", "pair", "entity", "report"} <= {shot.name for shot in shots}
    for shot in (shots[0], shots[2]):
        assert (
            5_000
            < screenshots.take_screenshot(session.driver, session.address, shot, tmp_path)
            <= 2 * screenshots.LARGEST
        )
        assert (tmp_path / f"{shot.name}.png").read_bytes().startswith(b"\x89PNG")


def test_queue_page_shows_the_number_of_waiting_pairs(session: BrowserSession) -> None:
    session.sign_in(STEWARD)
    session.open("/review")
    assert f"{list_waiting(session.desk.service.hub).total} pairs wait" in session.find("main").text
