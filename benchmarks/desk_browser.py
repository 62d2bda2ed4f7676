"""Measure the desk in Chromium: decisive evidence in view, decisions by keyboard, pages opened.

    python -m benchmarks.desk_browser --seeds 1,2,3 --pairs 40 --decisions 20

For each seed a store is generated. The pairs at the head of its queue are opened at 1440 × 900, and
what contradicts a match must be in view without scrolling: every property whose values cannot both
be true, every word of a name that contradicts, and every row of evidence against a match on values
of the two records (not the summary of small ones). Then pairs are decided by keys alone, and the
pages opened most are loaded. Seconds of wall time: on a busy machine they measure the machine.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from benchmarks.harness.browser import missing_program, open_chromium, resize_page, serve_app
from resolver.api import ServiceSettings, create_app
from resolver.cli.app import run
from resolver.hub.hub import Hub
from resolver.review import list_waiting
from resolver.store import UserRole

RECORDS = 2_000
_SIZE = 1440, 900
_WAIT = 30.0
_NAME = "benchmark"
_FRAME = ("relatives", "competition", "entities", "prior")
_VISIBLE_ROWS = """
const frame = arguments[0];
const bottom = document.querySelector("#decide").getBoundingClientRect().top;
const top = document.querySelector("header.top").getBoundingClientRect().bottom;
const rows = [
  ...[...document.querySelectorAll(".compare tr.a-differ")].map((row) => [
    "property " + row.querySelector("th").textContent,
    [row.querySelector("th"), ...row.querySelectorAll("td > :first-child")],
  ]),
  ...[...document.querySelectorAll(".tokens li.differ")].map((part) => [
    "name " + part.textContent, [part],
  ]),
  ...[...document.querySelectorAll(".evidence tr.against")]
    .filter((row) => !frame.includes(row.dataset.evidence))
    .map((row) => ["evidence " + row.dataset.evidence, [row]]),
];
return rows.map(([title, parts]) => [
  title.replace(/\\s+/g, " ").trim(),
  parts.every((part) => {
    const box = part.getBoundingClientRect();
    return box.height > 0 && box.top >= top && box.bottom <= bottom;
  }),
]);
"""


@dataclass(frozen=True, slots=True)
class DeskBrowser:
    """Chromium signed in at a served desk."""

    driver: Any
    address: str
    hub: Hub

    def open(self, path: str) -> float:
        """Open a page; return the seconds until it is loaded."""
        self.driver.get(self.address + path)
        timing = "return performance.getEntriesByType('navigation')[0].loadEventEnd"
        self.wait_until(lambda: self.driver.execute_script(timing))
        return float(self.driver.execute_script(timing)) / 1000

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def address_and_state(self) -> tuple[str, str]:
        """Return the address of the page, and whether it is busy, a verdict is open, or neither."""
        state = """return document.querySelector("html.busy") ? "busy"
            : document.querySelector("#decide.open") ? "open" : "ready";"""
        return self.driver.current_url, str(self.driver.execute_script(state))

    def wait_for_next(self, address: str) -> None:
        """Wait for the page that follows the one of an address."""
        self.wait_until(
            lambda: (now := self.address_and_state())[0] != address and now[1] == "ready"
        )

    def wait_until(self, condition: Callable[[], Any]) -> None:
        """Wait for a condition. Raises `TimeoutError`."""
        ends = time.monotonic() + _WAIT
        while not condition():
            if time.monotonic() > ends:
                raise TimeoutError(f"{self.driver.current_url} does not change")
            time.sleep(0.005)


@contextmanager
def signed_in(url: str, driver: Any) -> Iterator[DeskBrowser]:
    """Serve the desk of a store and sign a senior steward in."""
    app = create_app(ServiceSettings(url))
    service = app.extensions["resolver"]
    service.warm()
    store = service.hub.store
    if store.users.find(_NAME) is None:
        store.users.add(_NAME, UserRole.SENIOR, "", None)
    token = store.sessions.begin(
        store.users.get(_NAME), via="password", lifetime=timedelta(hours=1), purpose="a measurement"
    )
    try:
        with serve_app(app) as address:
            driver.get(f"{address}/desk/sign-in")
            driver.add_cookie({"name": "desk", "value": token, "path": "/"})
            yield DeskBrowser(driver, address, service.hub)
    finally:
        service.close()


def measure_evidence(browser: DeskBrowser, count: int) -> tuple[int, list[str]]:
    """Return how many pairs of the queue have evidence against a match, and a line for each of
    those whose evidence is not all in view.
    """
    items = list_waiting(browser.hub, limit=count).items
    contradicted, hidden = 0, []
    for item in items:
        path = f"/review/{item.left.id}/{item.right.id}"
        browser.open(path)
        rows = browser.driver.execute_script(_VISIBLE_ROWS, list(_FRAME))
        contradicted += bool(rows)
        missing = [title for title, is_visible in rows if not is_visible]
        if missing:
            hidden.append(f"{path}: {', '.join(missing)}")
    return contradicted, hidden


def measure_decisions(browser: DeskBrowser, count: int) -> float:
    """Decide pairs of the queue by keys alone; return the seconds of all of them."""
    from selenium.webdriver.common.keys import Keys

    browser.open("/review/next")
    began = time.perf_counter()
    for number in range(count):
        before = browser.address_and_state()[0]
        browser.press("sdu"[number % 3])
        browser.wait_until(lambda: browser.address_and_state()[1] == "open")
        browser.press(Keys.ENTER)
        browser.wait_for_next(before)
    return time.perf_counter() - began


def measure_pages(browser: DeskBrowser, repeats: int = 5) -> dict[str, float]:
    """Return the median seconds until each of the pages opened most is loaded."""
    item = list_waiting(browser.hub, limit=1).items[0]
    pages = {
        "home": "/desk",
        "queue": "/review",
        "pair": f"/review/{item.left.id}/{item.right.id}",
        "entity": f"/desk/entities/{item.left.id}",
        "search": "/desk/search?q=Ahmad",
    }
    seconds = {
        name: [browser.open(path) for _ in range(repeats + 1)] for name, path in pages.items()
    }
    # the first of each loads what later ones find loaded
    return {name: round(statistics.median(times[1:]), 3) for name, times in seconds.items()}


def build_store(folder: Path, seed: int, records: int) -> str:
    """Generate lists and resolve them; return the URL of the store."""
    url = f"sqlite:///{folder}/hub{seed}.db"
    lists = folder / f"demo{seed}"
    size = ["--records", str(records), "--seed", str(seed)]
    for words in (
        ["demo", *size, "--out", str(lists)],
        ["dedupe", str(lists / "lists"), "--store", url, "--out", str(folder / f"result{seed}")],
    ):
        if run(words):
            raise RuntimeError(f"resolver {words[0]} failed")
    return url


def measure(urls: Sequence[str], pairs: int, decisions: int) -> dict[str, Any]:
    """Measure the desks of some stores; decisions and pages on the last."""
    figures: dict[str, Any] = {"contradicted": 0, "hidden": []}
    with open_chromium(*_SIZE) as driver:
        resize_page(driver, *_SIZE)
        for place, url in enumerate(urls, 1):
            with signed_in(url, driver) as browser:
                contradicted, hidden = measure_evidence(browser, pairs)
                figures["contradicted"] += contradicted
                figures["hidden"] += hidden
                if place == len(urls):
                    figures["pages"] = measure_pages(browser)
                    figures["decisions"] = round(measure_decisions(browser, decisions), 2)
    shown = figures["contradicted"] - len(figures["hidden"])
    figures["in view"] = round(shown / max(figures["contradicted"], 1), 4)
    return figures


def main() -> int:
    """Measure generated stores and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="1,2,3", help="seeds of the stores")
    parser.add_argument("--records", type=int, default=RECORDS, help="records of each store")
    parser.add_argument("--pairs", type=int, default=40, help="pairs of each queue to open")
    parser.add_argument("--decisions", type=int, default=20)
    options = parser.parse_args()
    if missing_program():
        print(f"error: {missing_program()} is not installed", file=sys.stderr)
        return 1
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        seeds = [int(seed) for seed in options.seeds.split(",")]
        urls = [build_store(Path(folder), seed, options.records) for seed in seeds]
        print(json.dumps(measure(urls, options.pairs, options.decisions), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
