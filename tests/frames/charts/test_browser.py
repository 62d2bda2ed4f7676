"""Saved charts in Chromium: no network, no `eval`, and a description for screen readers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import resolver
from benchmarks.harness import browser as browsing
from tests.frames.people import people

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(browsing.missing_program()),
        reason="no chromium or chromedriver (on Debian: chromium-driver)",
    ),
]
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'\">"
)
SECONDS = 30


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browsing.open_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def charts() -> dict[str, Any]:
    chart = resolver.dedupe(pd.DataFrame(people()), kind="person").chart
    return {
        "weights": chart.weights(),
        "clusters": chart.clusters(0),
        "threshold": chart.dark.threshold(),
    }


def _drawings(driver: Any, chart: Any, path: Path, options: dict[str, Any]) -> list[Any]:
    """Open a saved chart under a content policy, and return its drawings."""
    chart.save(str(path), inline=True, embed_options={"renderer": "svg", **options})
    text = path.read_text("utf-8")
    caught = "vegaEmbed('#vis', spec, embedOpt).catch(console.error)"
    assert caught in text
    # the end shows in the title of the page, whatever it is
    text = text.replace(caught, f"{caught}.then(() => document.title = 'ended')")
    path.write_text(text.replace("<head>", f"<head>{POLICY}", 1), "utf-8")
    driver.get(path.as_uri())
    deadline = time.monotonic() + SECONDS
    while driver.title != "ended":
        assert time.monotonic() < deadline, "the chart is not drawn"
        time.sleep(0.1)
    return list(driver.find_elements("css selector", "#vis svg.marks"))


@pytest.mark.parametrize("name", ["weights", "clusters", "threshold"])
def test_saved_charts_need_no_network_and_no_eval(
    name: str, driver: Any, charts: dict[str, Any], tmp_path: Path
) -> None:
    chart = charts[name]
    assert len(_drawings(driver, chart, tmp_path / "chart.html", {"ast": True})) == 1
    (document,) = driver.find_elements("css selector", "#vis [role=graphics-document]")
    assert document.get_attribute("aria-label") == chart.to_dict()["description"]


def test_the_policy_forbids_compiled_expressions(
    driver: Any, charts: dict[str, Any], tmp_path: Path
) -> None:
    assert _drawings(driver, charts["clusters"], tmp_path / "chart.html", {}) == []
