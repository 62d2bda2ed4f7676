"""Measurement of the desk in Chromium, on a small store."""

from __future__ import annotations

import pytest

from benchmarks import desk_browser
from benchmarks.harness import browser as browsing
from tests.api.desk import world
from tests.matching.preparing import quick_symbols

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browsing.missing_program()), reason="no chromium or chromedriver"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a store in which many pairs wait."""
    folder = tmp_path_factory.mktemp("desk")
    world.fill(f"sqlite:///{folder}/hub.db", folder / "index")
    return f"sqlite:///{folder}/hub.db"


def test_evidence_is_in_view_and_decisions_are_fast(url: str) -> None:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        figures = desk_browser.measure([url], pairs=6, decisions=3)
    assert 1 <= figures["contradicted"] <= 6
    assert figures["hidden"] == []
    assert figures["in view"] == 1
    assert figures["decisions"] > 0
    assert set(figures["pages"]) == {"home", "queue", "pair", "entity", "search"}
    assert min(figures["pages"].values()) > 0


@pytest.mark.nightly
def test_evidence_below_the_fold_is_reported(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_browser, "_SIZE", (1440, 320))
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        figures = desk_browser.measure([url], pairs=6, decisions=1)
    assert len(figures["hidden"]) == figures["contradicted"] > 0
    assert figures["in view"] == 0
