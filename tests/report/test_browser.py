"""Report in Chromium: the sliders, the choice of a band, and accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.harness import browser as browsing
from resolver.records.kinds import Kind
from resolver.records.results.explanation import KIND_SHIFT
from resolver.records.results.resolution import AgreementPatterns, Outcome
from resolver.report import build_report, render_report
from tests.report.sample_runs import record, resolution

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(browsing.missing_program()),
        reason="no chromium or chromedriver (on Debian: chromium-driver)",
    ),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of a small run with patterns, links in review and a weak entity."""
    records = [
        record(f"a:{number}", ("name", f"Name {number}"), ("birthDate", "1980"))
        for number in range(6)
    ]
    pairs = [
        (0, 1, 6000, Outcome.MERGED),
        (1, 2, 3000, Outcome.MERGED),
        (3, 4, 1000, Outcome.QUEUED),
        (4, 5, 2500, Outcome.QUEUED),
    ]
    run = resolution(records, [0, 0, 0, 1, 2, 3], pairs)
    patterns = AgreementPatterns(
        int(Kind.PERSON) << KIND_SHIFT | np.array([1, 2, 3]),
        np.array([[4, 0, 0], [1, 2, 0], [0, 0, 2]]),
        np.array([0.1, 1.5, 1.9]),
        0,
        np.array([[0, 1, 6000]], dtype=np.int32),
        np.array([2]),
    )
    data = build_report(replace(run, stats=replace(run.stats, patterns=patterns)))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(data), "utf-8")
    return path


@pytest.fixture(scope="module")
def driver(page: Path) -> Iterator[Any]:
    with browsing.open_chromium() as chromium:
        chromium.get(page.as_uri())
        yield chromium


def text_of(driver: Any, identity: str) -> str:
    return str(driver.find_element("id", identity).text)


def click(driver: Any, identity: str) -> None:
    """Click an element by its id; the page scrolls smoothly, so that a real click may miss it."""
    driver.execute_script("document.getElementById(arguments[0]).click()", identity)


def test_sliders_show_figures_of_other_thresholds(driver: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    assert [text_of(driver, f"tool-{name}") for name in ("merge", "review")] == ["0.95", "0.225"]
    assert (text_of(driver, "tool-merges"), text_of(driver, "tool-reviews")) == ("2", "2")
    slider = driver.find_element("id", "merge-threshold")
    slider.send_keys(Keys.ARROW_LEFT)
    assert (text_of(driver, "tool-merge"), slider.get_attribute("aria-valuetext")) == ("0.9",) * 2
    # a score of 0.92 merges from there
    assert (text_of(driver, "tool-merges"), text_of(driver, "tool-reviews")) == ("3", "1")
    click(driver, "tool-reset")
    assert text_of(driver, "tool-merge") == "0.95"


def test_a_band_is_chosen_without_the_script(driver: Any) -> None:
    counts = {}
    for band in ("all", "match", "review", "distinct"):
        click(driver, f"band-{band}")
        rows = driver.find_elements("css selector", ".patterns tbody tr")
        counts[band] = sum(row.is_displayed() for row in rows)
    assert counts == {"all": 3, "match": 1, "review": 1, "distinct": 2}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(driver: Any, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    driver.execute_script((resources.files("axe_core_python") / "axe.min.js").read_text("utf-8"))
    violations = driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations']})"
        ".then((report) => done(report.violations), done)"
    )
    serious = [row for row in violations if row["impact"] in ("serious", "critical")]
    assert [f"{row['id']}: {row['nodes'][0]['html'][:200]}" for row in serious] == []


def test_nothing_is_refused_by_the_policy(driver: Any) -> None:
    assert [row["message"] for row in driver.get_log("browser")] == []
