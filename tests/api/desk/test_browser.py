"""The desk driven in Chromium: by keyboard, by two stewards at once, and looked at by axe-core.

One browser and one served desk for each kind of store. Every test has pairs of its own, so that the order does not
matter.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from benchmarks import screenshots
from benchmarks.harness import browser as browsing
from resolver.hub.desk_users import Role
from resolver.hub.hub import Hub
from resolver.review import decisions_on, waiting
from resolver.review.decisions.earlier_verdicts import TOGETHER
from resolver.store import StoredDecision
from tests.api.desk import world
from tests.api.desk.conftest import PASSWORD, Desk
from tests.hub.hubs import OPTIONS
from tests.normalize.preparing import quick_symbols
from tests.review.tables import derived
from tests.store.conftest import postgres_url

__all__ = ["postgres_url"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(browsing.missing()), reason="no chromium or chromedriver (on Debian: chromium-driver)"
    ),
]
WAIT = 60.0
ALIKE = (
    "queue under filters",
    "pair of long names",
    "pair of Chinese names",
    "entity with a long name",
)
"""Pages that hold what others hold as well; for these axe-core is not asked again."""
ADMIN, STEWARD, OTHER = "chief", "amira", "ben"


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browsing.chromium() as held:
        yield held


@dataclass
class Sitting:
    """A desk that is served, and the browser in front of it."""

    desk: Desk
    address: str
    driver: Any

    def open(self, path: str, width: int = 1440) -> None:
        browsing.resize(self.driver, width, 900)
        self.driver.get(self.address + path)

    def enter(self, name: str) -> None:
        """Sign in as somebody, by cookie: what the form does is tested elsewhere."""
        users, sessions = self.desk.store.users, self.desk.store.sessions
        from datetime import timedelta

        token = sessions.begin(
            users.get(name), via="password", lasts=timedelta(hours=1), purpose="a test"
        )
        self.driver.get(self.address + "/desk/sign-in")
        self.driver.delete_all_cookies()
        self.driver.add_cookie(
            {"name": "desk", "value": token, "path": "/", "httpOnly": True, "sameSite": "Lax"}
        )

    def one(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        found: list[Any] = self.driver.find_elements("css selector", selector)
        return found

    def press(self, *keys: str) -> None:
        """Keys, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def until(self, good: Callable[[], Any], what: str = "") -> Any:
        """Wait until something is so."""
        from selenium.common.exceptions import (
            NoSuchElementException,
            StaleElementReferenceException,
        )

        ends = time.monotonic() + WAIT
        while True:
            try:
                found = good()
            except (NoSuchElementException, StaleElementReferenceException):
                found = None
            if found:
                return found
            assert time.monotonic() < ends, (
                what or f"{self.driver.current_url}: {self.one('main').text[:1500]}"
            )
            time.sleep(0.02)

    def log_length(self) -> int:
        with self.desk.store.view() as view:
            return int(view.decision_count())

    def at(self, record: str) -> str:
        with self.desk.store.view() as view:
            found = view.entity(record)
        assert found is not None
        return str(found.id)

    def holds(self, entity: str, number: int) -> bool:
        """Whether the page of an entity can undo a decision."""
        self.open(f"/desk/entities/{entity}")
        return bool(self.all(f'[aria-label="Undo decision {number}"]'))

    def pair(self, left: str, right: str) -> str:
        return f"/review/{self.at(left)}/{self.at(right)}"

    def decide(self, key: str) -> None:
        """Decide by keys alone, and wait for the next pair."""
        from selenium.webdriver.common.keys import Keys

        before, length = self.driver.current_url, self.log_length()
        self.press(key)
        self.until(lambda: self.one("#decide.open"))
        self.press(Keys.ENTER)
        self.until(lambda: self.log_length() > length)
        self.until(lambda: self.driver.current_url != before and not self.all("html.busy"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store_url(
    request: pytest.FixtureRequest, filled: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The URL of a store in which much waits."""
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
) -> Iterator[Sitting]:
    """A desk on either database."""
    yield from _sitting(store_url, driver, tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def sitting(
    driver: Any, filled: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sitting]:
    """A desk on SQLite."""
    folder = tmp_path_factory.mktemp("looked-at")
    shutil.copy(filled, folder / "hub.db")
    yield from _sitting(f"sqlite:///{folder}/hub.db", driver, folder / "index")


def _sitting(url: str, driver: Any, index: Path) -> Iterator[Sitting]:
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        desk = Desk(url, index_dir=index)
        for name, role in ((ADMIN, Role.ADMIN), (STEWARD, Role.STEWARD), (OTHER, Role.STEWARD)):
            desk.store.users.add(name, role, "Coast", PASSWORD)
        desk.held.warm()
        with browsing.served(desk.app) as address:
            yield Sitting(desk, address, driver)
        desk.held.close()


def test_fifty_decisions_by_keyboard_alone_and_back(any_store: Sitting) -> None:
    it = any_store
    hub = it.desk.held.hub
    before, length = derived(hub), it.log_length()
    it.enter(STEWARD)
    it.open("/review")
    from selenium.webdriver.common.keys import Keys

    it.press(Keys.ENTER)
    it.until(lambda: it.all("#decide"))
    for number in range(50):
        it.decide("sdus"[number % 4])
    with hub.store.view() as view:
        log = view.decisions()
    assert len(log) >= length + 50
    assert {one.decision.who for one in log} == {STEWARD}
    # one decision may take several lines of the log; these share a mark
    taken = {one.seen.get(TOGETHER, one.number): str(one.decision.verdict) for one in log}
    assert list(taken.values()) == [
        ["same", "different", "unsure", "same"][number % 4] for number in range(50)
    ]
    assert len(hub_members(hub)) < len(set(before["members"].values()))
    # back again by one key, the last first
    for _ in range(50):
        so_far = it.log_length()
        it.press("z")
        it.until(lambda so_far=so_far: it.log_length() > so_far)  # type: ignore[misc]
        it.until(lambda: not it.all("html.busy"))
    after = derived(hub)
    for part in ("members", "links", "alive", "queue"):
        assert after[part] == before[part], part
    assert it.log_length() >= 2 * len(log)
    so_far = it.log_length()
    it.press("z")
    it.until(lambda: "nothing to take back" in it.one("main").text)
    assert it.log_length() == so_far


def hub_members(hub: Hub) -> set[str]:
    return set(derived(hub)["members"].values())


def test_undo_by_key_right_after(sitting: Sitting) -> None:
    it = sitting
    it.enter(STEWARD)
    left, right = "coast:p40", "river:p40"
    it.open(it.pair(left, right))
    it.decide("s")
    assert it.at(left) == it.at(right)
    length = it.log_length()
    it.press("z")
    it.until(lambda: it.log_length() > length)
    it.until(lambda: world.word(40) in it.one("main").text)
    assert it.at(left) != it.at(right)


def test_moving_on_and_back_and_the_keys(sitting: Sitting) -> None:
    from selenium.webdriver.common.keys import Keys

    it = sitting
    it.enter(STEWARD)
    it.open("/review/next")
    first = it.driver.current_url
    it.press("j")
    it.until(lambda: it.driver.current_url != first and not it.all("html.busy"))
    second = it.driver.title
    it.press("k")
    it.until(lambda: it.driver.current_url == first and not it.all("html.busy"))
    assert it.driver.title != second
    it.press("?")
    it.until(lambda: it.one("#keys").is_displayed())
    it.press(Keys.ESCAPE)
    it.until(lambda: not it.one("#keys").is_displayed())
    it.press("d", "3")
    it.until(lambda: it.one("#decide.open"))
    chosen = "return document.querySelector('#reason').selectedOptions[0].textContent"
    assert it.driver.execute_script(chosen) == "another document or number"
    it.press("c", "noted")
    assert it.driver.execute_script("return document.querySelector('#comment').value") == "noted"
    it.press(Keys.ESCAPE)
    it.until(lambda: not it.all("#decide.open"))
    it.press("b")
    it.until(lambda: "score hidden" in it.one("main").text)
    it.press("b")
    it.until(lambda: "score hidden" not in it.one("main").text)
    it.press("/")
    it.until(lambda: it.driver.current_url.endswith("/desk/search"))


def test_two_browsers_decide_at_once(sitting: Sitting) -> None:
    it = sitting
    where = it.pair("coast:p41", "river:p41")
    it.enter(STEWARD)
    it.open(where)
    with browsing.chromium() as second:
        theirs = Sitting(it.desk, it.address, second)
        theirs.enter(OTHER)
        theirs.open(where)
        assert f"{STEWARD} has this pair open" in theirs.one("main").text
        length = it.log_length()
        theirs.press("s")
        theirs.until(lambda: theirs.one("#decide.open"))
        theirs.one("#send").click()
        theirs.until(lambda: "has this pair open" in theirs.one("#pair-notes .refused").text)
        assert it.log_length() == length
        it.decide("d")
        # each goes on with pairs of their own, and none is decided twice
        theirs.open("/review/next")
        it.open("/review/next")
        assert theirs.driver.current_url != it.driver.current_url
        for _ in range(3):
            it.press("d")
            theirs.press("u")
            it.until(lambda: it.one("#decide.open"))
            theirs.until(lambda: theirs.one("#decide.open"))
            length = it.log_length()
            it.driver.execute_script("document.querySelector('#send').click()")
            theirs.driver.execute_script("document.querySelector('#send').click()")
            it.until(lambda length=length: it.log_length() == length + 2)  # type: ignore[misc]
            for one in (it, theirs):
                one.until(lambda one=one: not one.all("html.busy, #decide.open"))  # type: ignore[misc]
            assert theirs.driver.current_url != it.driver.current_url
    with it.desk.store.view() as view:
        pairs = [one.decision.pair for one in view.decisions()][-7:]
    assert len(pairs) == len(set(pairs)) == 7


def test_a_contradiction_is_shown_and_settled(sitting: Sitting) -> None:
    it = sitting
    it.enter(ADMIN)
    it.open(it.pair("river:tri0", "river:tri2"))
    it.decide("d")
    it.open(it.pair("river:tri0", "coast:tri1"))
    it.decide("s")
    it.open(it.pair("coast:tri1", "river:tri2"))
    length = it.log_length()
    it.press("s")
    it.until(lambda: it.one("#decide.open"))
    it.one("#send").click()
    shown = it.until(lambda: it.one("#pair-notes .refused"))
    assert "contradicts earlier decisions" in shown.text
    assert len(it.all(".ring circle")) == 3 - (
        it.at("river:tri0") == it.at("coast:tri1")
    ) or it.all(".ring circle")
    assert it.log_length() == length
    next(one for one in it.all(".refused button") if "Withdraw" in one.text).click()
    it.until(lambda: it.log_length() > length)
    assert it.at("river:tri0") == it.at("coast:tri1") == it.at("river:tri2")


def test_red_waits_for_a_second_steward(sitting: Sitting) -> None:
    it = sitting
    left, right = "coast:p42", "river:p42"
    where = it.pair(left, right)
    it.enter(STEWARD)
    it.open(where)
    it.decide("r")
    assert it.at(left) != it.at(right)
    it.open(where)
    assert "Yours: another steward confirms it" in it.one("#pair-notes").text
    it.enter(OTHER)
    it.open(where)
    length = it.log_length()
    it.one(".waits button").click()
    it.until(lambda: it.log_length() > length)
    assert it.at(left) == it.at(right)
    with it.desk.store.view() as view:
        link = view.link(left, right)
    assert link is not None
    assert link.colour.label == "red"


def test_what_the_rules_say_takes_two_stewards_to_do_and_to_undo(sitting: Sitting) -> None:
    it = sitting
    left, right = "coast:wit", "river:wit"
    where = it.pair(left, right)
    before = derived(it.desk.held.hub)
    it.enter(STEWARD)
    it.open(where)
    assert "Takes two stewards: it touches the data of a witness" in it.one("#decide").text
    it.decide("s")
    assert "It counts once a second steward says so too" in it.one("#desk .outcome").text
    first = logged(it)[-1]
    assert (first.decision.who, first.decision.needs_two) == (STEWARD, True)
    assert derived(it.desk.held.hub)["members"] == before["members"]
    it.enter(OTHER)
    it.open("/review/pending")
    it.one(f'main a[href="/review/{left}/{right}"]').click()
    it.until(lambda: it.one("#decide"))
    it.decide("s")
    assert it.at(left) == it.at(right)
    second = logged(it)[-1]
    assert (second.decision.who, second.decision.pair) == (OTHER, first.decision.pair)
    # taking back what two decided waits for the other one as well
    it.press("z")
    undoing = it.until(lambda: (last := logged(it)[-1]).number > second.number and last)
    assert it.at(left) == it.at(right)
    it.enter(STEWARD)
    it.open("/review/pending")
    assert f"takes back decision {second.number}" in it.one("main").text
    it.one(f'[action="/review/decisions/{undoing.number}/confirm"] button').click()
    it.until(lambda: it.at(left) != it.at(right))
    after = derived(it.desk.held.hub)
    assert after == before
    assert len(logged(it)) >= 4


def logged(it: Sitting) -> list[StoredDecision]:
    with it.desk.store.view() as view:
        found: list[StoredDecision] = view.decisions()
    return found


def test_records_leave_an_entity_and_come_back(sitting: Sitting) -> None:
    it = sitting
    left, right = "coast:p43", "river:p43"
    it.enter(STEWARD)
    it.open(it.pair(left, right))
    it.decide("s")
    it.open(f"/desk/entities/{it.at(left)}")
    it.one(f'input[value="{right}"]').click()
    it.one('#split input[name="why"]').send_keys("somebody else")
    it.one("#split button").click()
    it.until(lambda: "Take 1 record out?" in it.one("main").text)
    it.one("button.first").click()
    it.until(lambda: it.all(".note.good"))
    assert it.at(left) != it.at(right)
    # the history takes it back
    undo = it.until(lambda: it.all(".timeline .inline button"))[0]
    undo.click()
    it.until(lambda: it.at(left) == it.at(right))


def test_a_merge_three_merges_deep_is_undone(sitting: Sitting) -> None:
    it = sitting
    records = ["river:four0", "coast:four1", "river:four2", "coast:four3"]
    links = derived(it.desk.held.hub)["links"]
    assert len({it.at(one) for one in records}) == 4
    # whoever sat here before may have one of these pairs open still
    with it.desk.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM holds")
    it.enter(STEWARD)
    for other in records[1:]:
        it.open(it.pair(records[0], other))
        it.decide("s")
    assert len({it.at(one) for one in records}) == 1
    first, *later = sorted(one.number for one in decisions_on(it.desk.held.hub, records))
    it.open(f"/desk/entities/{it.at(records[0])}")
    it.one(f'[aria-label="Undo decision {first}"]').click()
    it.until(lambda: len({it.at(one) for one in records}) == 2)
    # the first merge is undone, and the two later ones stand
    assert {
        one.standing for one in decisions_on(it.desk.held.hub, records) if one.number in later
    } == {"stands"}
    for number in reversed(later):
        it.open(
            f"/desk/entities/{next(one for one in map(it.at, records) if it.holds(one, number))}"
        )
        it.one(f'[aria-label="Undo decision {number}"]').click()
        it.until(lambda: it.all(".timeline"))
    # an id may be new, since the larger part of a split keeps it; who is whom and every link are as before
    it.until(lambda: len({it.at(one) for one in records}) == 4, "the entities are not as they were")
    assert derived(it.desk.held.hub)["links"] == links


def test_nothing_is_lost_when_the_session_ends(sitting: Sitting) -> None:
    it = sitting
    it.enter(STEWARD)
    it.open(it.pair("coast:p44", "river:p44"))
    it.press("d")
    it.until(lambda: it.one("#decide.open"))
    it.press("c", "well considered")
    it.driver.delete_all_cookies()
    length = it.log_length()
    from selenium.webdriver.common.keys import Keys

    it.press(Keys.ENTER)
    it.until(lambda: "Your session has ended" in it.one("main").text)
    it.one("input[name=name]").send_keys(STEWARD)
    it.one("input[name=password]").send_keys(PASSWORD)
    it.one("input[name=purpose]").send_keys("a test")
    it.one("button.first").click()
    it.until(lambda: "well considered" in it.one("main").text)
    assert it.log_length() == length
    it.one("button.first").click()
    it.until(lambda: it.log_length() == length + 1)
    with it.desk.store.view() as view:
        assert "well considered" in str(view.decisions()[-1])


def pages(it: Sitting) -> dict[str, str]:
    """Every page: what, and where."""
    entity = it.at("coast:p01")
    return {
        "home": "/desk",
        "queue": "/review",
        "queue under filters": "/review?kind=person&score_from=0.1",
        "pair": it.pair("coast:p45", "river:p45"),
        "pair of long names": it.pair("coast:long", "river:long"),
        "pair of right-to-left names": it.pair("coast:he", "river:he"),
        "pair of Chinese names": it.pair("coast:zh", "river:zh"),
        "pair with markup": it.pair("coast:script", "river:script"),
        "preview": it.pair("coast:p45", "river:p45") + "/preview?verdict=same",
        "pending": "/review/pending",
        "done": "/review/done",
        "search": "/desk/search",
        "found": f"/desk/search?name={world.word(1)}+{world.word(38)}",
        "entity": f"/desk/entities/{entity}",
        "entity with a long name": f"/desk/entities/{it.at('coast:long')}",
        "values": f"/desk/entities/{entity}?prop=name",
        "batches": "/desk/batches",
        "learning": "/desk/learning",
        "users": "/desk/users",
        "account": "/desk/account",
        "purpose": "/desk/purpose",
        "nothing": "/desk/entities/e-nobody",
    }


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_overflows_or_fails(sitting: Sitting, width: int) -> None:
    it = sitting
    it.enter(ADMIN)
    wide = []
    for what, path in pages(it).items():
        it.open(path, width)
        size = it.driver.execute_script("return document.documentElement.scrollWidth")
        if size > width:
            wide.append((what, size))
        assert it.driver.title != "taken"
        rows = [row["message"] for row in it.driver.get_log("browser") if row["level"] == "SEVERE"]
        # what was asked for and is not there is no fault of the page
        assert not [text for text in rows if "status of 4" not in text], (what, rows)
    assert not wide


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(sitting: Sitting, theme: str) -> None:
    axe = (resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")
    it = sitting
    it.enter(ADMIN)
    it.driver.add_cookie({"name": "desk_theme", "value": theme, "path": "/"})
    looked_at = {what: path for what, path in pages(it).items() if what not in ALIKE}
    asked = {"signed out": "/desk/sign-in", **looked_at} if theme == "light" else looked_at
    # what is not colour is the same in both
    only = "runOnly: ['color-contrast']" if theme == "dark" else ""
    found = []
    for what, path in asked.items():
        it.open(path)
        if what == "signed out":
            it.driver.delete_cookie("desk")
            it.open(path)
            it.driver.execute_script(axe)
            found += violations(it, what, only)
            it.enter(ADMIN)
            continue
        if what.startswith("pair"):
            it.press("s")
            it.until(lambda: it.all("#preview *"))
        it.driver.execute_script(axe)
        found += violations(it, what, only)
    assert not found, "\n".join(found)


def violations(it: Sitting, what: str, only: str) -> list[str]:
    """What axe-core calls serious or critical on the page, one line each."""
    asked = f"axe.run(document, {{resultTypes: ['violations'], {only}}})"
    said = it.driver.execute_async_script(f"const done = arguments[0]; {asked}.then(done, done)")
    return [
        f"{what}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}"
        for one in said["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_a_batch_is_watched_without_reloading(sitting: Sitting, tmp_path: Path) -> None:
    from resolver.cli.operate.worker import do
    from resolver.hub.job_worker import jobs_folder, work_once

    it = sitting
    (tmp_path / "people.csv").write_text(
        "id,name,birth_date\n1,Olena Bondarenko,1981-02-03\n", "utf-8"
    )
    it.enter(STEWARD)
    it.open("/desk/batches")
    it.one("input[name=file]").send_keys(str(tmp_path / "people.csv"))
    it.one("form button.first").click()
    it.until(lambda: "queued" in it.one("#batch").text)
    with Hub.open(it.desk.url, OPTIONS, index_dir=tmp_path / "index") as hub:
        assert work_once(hub, jobs_folder(hub.store), do) is not None
    it.until(lambda: "The report" in it.one("#batch").text)


def test_colours_change_at_once_and_stay(sitting: Sitting) -> None:
    it = sitting
    it.enter(STEWARD)
    it.open("/desk")
    it.one(".menu summary").click()
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = it.driver.execute_script(ground)
    it.one("input[value=dark]").click()
    it.until(lambda: it.driver.execute_script(ground) != light)
    it.until(lambda: any(one["name"] == "desk_theme" for one in it.driver.get_cookies()))
    it.open("/desk")
    assert it.driver.execute_script(ground) != light
    assert re.match("dark", it.one("html").get_attribute("data-theme"))


def test_focus_can_be_seen_and_content_reached(sitting: Sitting) -> None:
    from selenium.webdriver.common.keys import Keys

    it = sitting
    it.enter(STEWARD)
    it.open("/desk")
    it.press(Keys.TAB)
    skip = it.driver.switch_to.active_element
    assert skip.text == "Skip to the content"
    outline = "return getComputedStyle(document.activeElement).outlineWidth"
    assert it.driver.execute_script(outline) == "3px"
    it.press(Keys.ENTER)
    it.until(lambda: it.driver.switch_to.active_element.get_attribute("id") == "main")


def test_screenshots_can_be_taken(sitting: Sitting, tmp_path: Path) -> None:
    it = sitting
    it.enter(ADMIN)
    (tmp_path / "report.html").write_text("<!doctype html><title>Report</title>", "utf-8")
    taken = screenshots.shots(it.desk.held.hub, tmp_path / "report.html")
    assert {"queue", "pair", "entity", "report"} <= {shot.name for shot in taken}
    for shot in (taken[0], taken[2]):
        assert (
            5_000
            < screenshots.take(it.driver, it.address, shot, tmp_path)
            <= 2 * screenshots.LARGEST
        )
        assert (tmp_path / f"{shot.name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_queue_holds_what_the_store_says(sitting: Sitting) -> None:
    it = sitting
    it.enter(STEWARD)
    it.open("/review")
    assert f"{waiting(it.desk.held.hub).total} pairs wait" in it.one("main").text
