"""Take screenshots of the desk and of the report: `python -m benchmarks.screenshots`.

The data is generated, so nobody in the pictures exists. The same seed gives the same people; only
times differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness.browser import (
    missing_program,
    open_chromium,
    resize_page,
    serve_app,
)
from resolver.api import ServiceSettings, create_app
from resolver.cli.app import run
from resolver.review import (
    DecisionRequest,
    QueueItem,
    Steward,
    StewardVerdict,
    decide_pair,
    list_waiting,
)

RECORDS = 2_000
LARGEST = 150_000
"""Largest size of a picture in bytes, since pictures are stored in the repository."""
_WIDE, _PHONE = (1280, 800), (390, 844)


@dataclass(frozen=True, slots=True)
class Shot:
    """Screenshot: name, page, size of the window, color theme, and keys to press before it is
    taken.
    """

    name: str
    page: str
    size: tuple[int, int] = _WIDE
    theme: str = "light"
    keys: str = ""


@contextmanager
def demo_world(folder: Path) -> Iterator[tuple[Any, Path]]:
    """Yield an application over a generated world with some decisions, and its report."""
    lists, store = folder / "demo" / "lists", f"sqlite:///{folder}/hub.db"
    for words in (
        ["demo", "--records", str(RECORDS), "--out", str(folder / "demo")],
        ["dedupe", str(lists), "--store", store, "--out", str(folder / "result")],
    ):
        if run(words):
            raise SystemExit(f"resolver {words[0]} failed")
    app = create_app(ServiceSettings(store, first_code="screenshots"))
    service = app.extensions["resolver"]
    service.warm()
    yield app, folder / "result" / "report.html"
    service.close()


def choose_shots(hub: Any, report: Path) -> list[Shot]:
    """Return the screenshots to take.

    The pair is the one of highest priority in the queue whose names are in two scripts.
    """
    items = list_waiting(hub, limit=300).items
    merged = next((item for item in items if item.score > 0.9 and item.left.records > 2), items[0])
    decide_pair(
        hub,
        DecisionRequest(
            Steward("amira", "Coast guard"),
            merged.left.id,
            merged.right.id,
            StewardVerdict.SAME,
            reason="same document",
        ),
    )
    # the decision may have changed the queue
    items = list_waiting(hub, limit=300).items
    item = next(
        (
            item
            for item in items
            if _scripts(item) > 1 and item.left.records + item.right.records > 3
        ),
        items[0],
    )
    pair = f"/review/{item.left.id}/{item.right.id}"
    return [
        Shot("queue", "/review", size=(1280, 500)),
        Shot("pair", pair),
        Shot("pair-decide", pair, theme="dark", keys="s"),
        Shot("pair-phone", pair, size=_PHONE),
        Shot("entity", f"/desk/entities/{merged.left_record}", size=(1280, 720)),
        Shot("home", "/desk"),
        Shot("report", report.as_uri()),
    ]


def _scripts(item: QueueItem) -> int:
    return len({*item.left.scripts, *item.right.scripts})


def take_screenshot(driver: Any, address: str, shot: Shot, out: Path) -> int:
    """Take a screenshot; return its size in bytes."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.support.ui import WebDriverWait

    resize_page(driver, *shot.size)
    driver.get(shot.page if "://" in shot.page else address + shot.page)
    driver.execute_script("document.documentElement.dataset.theme = arguments[0]", shot.theme)
    if shot.keys:
        ActionChains(driver).send_keys(shot.keys).perform()
        WebDriverWait(driver, 20).until(
            lambda page_driver: page_driver.find_elements("css selector", "#preview *")
        )
    path = out / f"{shot.name}.png"
    driver.save_screenshot(str(path))
    return path.stat().st_size


def main() -> int:
    """Take all screenshots; return 1 where one is too large."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=Path("docs/images"))
    out = options.parse_args().out
    if missing_program():
        print(
            f"error: {missing_program()} is not installed (on Debian: chromium chromium-driver)",
            file=sys.stderr,
        )
        return 1
    out.mkdir(parents=True, exist_ok=True)
    too_large = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_world(Path(folder)) as (app, report),
        serve_app(app) as address,
        open_chromium() as driver,
    ):
        driver.get(f"{address}/desk/first?code=screenshots")
        driver.find_element("css selector", "form button.primary").click()
        for shot in choose_shots(app.extensions["resolver"].hub, report):
            size = take_screenshot(driver, address, shot, out)
            too_large += size > LARGEST
            print(f"{out / shot.name}.png: {size // 1000} kB")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
