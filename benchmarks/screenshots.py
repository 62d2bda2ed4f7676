"""Screenshots of the desk and of the report, made from generated data: `python -m benchmarks.screenshots`.

Nobody in them exists. The same seed gives the same people; only times differ.
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
    chromium,
    missing,
    resize,
    served,
)
from resolver.api import ServiceSettings, create_app
from resolver.cli.app import run
from resolver.review import QueueItem, Steward, Verdict, decide, waiting

RECORDS = 2_000
LARGEST = 150_000
"""Bytes of a picture at most: they lie in the repository."""
_WIDE, _PHONE = (1280, 800), (390, 844)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, the page, the size of the window, the colours, and keys to press before it is taken."""

    name: str
    page: str
    size: tuple[int, int] = _WIDE
    theme: str = "light"
    keys: str = ""


@contextmanager
def world(folder: Path) -> Iterator[tuple[Any, Path]]:
    """An application over a generated world in which some decisions were taken, and the report of its resolution."""
    lists, store = folder / "demo" / "lists", f"sqlite:///{folder}/hub.db"
    for words in (
        ["demo", "--records", str(RECORDS), "--out", str(folder / "demo")],
        ["dedupe", str(lists), "--store", store, "--out", str(folder / "result")],
    ):
        if run(words):
            raise SystemExit(f"resolver {words[0]} failed")
    app = create_app(ServiceSettings(store, first_code="screenshots"))
    held = app.extensions["resolver"]
    held.warm()
    yield app, folder / "result" / "report.html"
    held.close()


def shots(hub: Any, report: Path) -> list[Shot]:
    """What is taken: of the pairs that wait, the one of most worth whose names are written in two scripts."""
    found = waiting(hub, limit=300).items
    merged = next((one for one in found if one.score > 0.9 and one.left.records > 2), found[0])
    decide(
        hub,
        Steward("amira", "Coast guard"),
        merged.left.id,
        merged.right.id,
        Verdict.SAME,
        reason="same document",
    )
    # what waits now: the decision may have changed that
    found = waiting(hub, limit=300).items
    item = next(
        (one for one in found if _scripts(one) > 1 and one.left.records + one.right.records > 3),
        found[0],
    )
    pair = f"/review/{item.left.id}/{item.right.id}"
    return [
        Shot("queue", "/review", size=(1280, 660)),
        Shot("pair", pair),
        Shot("pair-decide", pair, theme="dark", keys="s"),
        Shot("pair-phone", pair, size=_PHONE),
        Shot("entity", f"/desk/entities/{merged.left_record}", size=(1280, 600)),
        Shot("home", "/desk"),
        Shot("report", report.as_uri()),
    ]


def _scripts(item: QueueItem) -> int:
    return len({*item.left.scripts, *item.right.scripts})


def take(driver: Any, address: str, shot: Shot, out: Path) -> int:
    """Take a picture; its size in bytes."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.support.ui import WebDriverWait

    resize(driver, *shot.size)
    driver.get(shot.page if "://" in shot.page else address + shot.page)
    driver.execute_script("document.documentElement.dataset.theme = arguments[0]", shot.theme)
    if shot.keys:
        ActionChains(driver).send_keys(shot.keys).perform()
        WebDriverWait(driver, 20).until(
            lambda held: held.find_elements("css selector", "#preview *")
        )
    path = out / f"{shot.name}.png"
    driver.save_screenshot(str(path))
    return path.stat().st_size


def main() -> int:
    """Take all; 1 where one is too large."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=Path("docs/images"))
    out = options.parse_args().out
    if missing():
        print(
            f"error: {missing()} is not installed (on Debian: chromium chromium-driver)",
            file=sys.stderr,
        )
        return 1
    out.mkdir(parents=True, exist_ok=True)
    too_large = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        world(Path(folder)) as (app, report),
        served(app) as address,
        chromium() as driver,
    ):
        driver.get(f"{address}/desk/first?code=screenshots")
        driver.find_element("css selector", "form button.first").click()
        for shot in shots(app.extensions["resolver"].hub, report):
            size = take(driver, address, shot, out)
            too_large += size > LARGEST
            print(f"{out / shot.name}.png: {size // 1000} kB")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
