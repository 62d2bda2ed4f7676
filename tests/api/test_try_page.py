"""Page `/try`: it loads nothing from other hosts, and its requests are answered."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.serving import served

pytestmark = pytest.mark.slow


def test_the_page_loads_only_its_own_parts(client: Client) -> None:
    answer = client.get("/try")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    page = answer.get_data(as_text=True)
    assert "http://" not in page
    assert "https://" not in page
    assert " style=" not in page
    assert "<script>" not in page
    for name, kind in (("try.js", "text/javascript"), ("try.css", "text/css")):
        part = client.get(f"/try/{name}")
        assert (part.status_code, part.mimetype, part.headers["X-Content-Type-Options"]) == (
            200,
            kind,
            "nosniff",
        )
        assert "http" not in part.get_data(as_text=True).replace("https?", "")
    assert client.get("/try/desk.js").status_code == 404


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip(
            "Chromium and its driver are not installed (on Debian: chromium chromium-driver)"
        )
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@pytest.mark.slow
def test_requests_are_sent_and_shown(browser: Any, store_url: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    def text_of(identity: str) -> str:
        elements = browser.find_elements(By.ID, identity)
        return str(elements[0].text) if elements else ""

    with served(store_url, ready=True) as (_, address, _):
        browser.get(f"{address}/try")
        wait = WebDriverWait(browser, 30)
        wait.until(lambda _: browser.find_elements(By.ID, "match_check"))
        assert len(browser.find_elements(By.CSS_SELECTOR, "#operations button")) >= 24
        browser.find_element(By.ID, "match_check").click()
        browser.find_element(By.NAME, "name").send_keys("Maria Quispe Huanca")
        browser.find_element(By.CSS_SELECTOR, "form button").click()
        wait.until(lambda _: ": 200" in text_of("status"))
        assert "coast:2" in text_of("answer")
        browser.find_element(By.ID, "match_match").click()
        browser.find_element(By.NAME, "dataset").send_keys("default")
        browser.find_element(By.CSS_SELECTOR, "form button").click()
        wait.until(lambda _: ": 200" in text_of("status"))
        assert '"responses"' in text_of("answer")
        browser.find_element(By.ID, "catalog_changes").click()
        browser.find_element(By.NAME, "since").send_keys("<b>x</b>")
        browser.find_element(By.CSS_SELECTOR, "form button").click()
        wait.until(lambda _: ": 422" in text_of("status"))
        assert "<b>x</b>" in text_of("answer")
        # nothing was kept from loading, and no script has failed
        severe = [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]
        assert [line["message"] for line in severe if "422" not in line["message"]] == []
