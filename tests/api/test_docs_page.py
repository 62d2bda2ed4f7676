"""Page `/docs`: it loads nothing from other hosts, and its requests are answered."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from resolver.cli.app import run
from tests.api.conftest import Client, Serve

pytestmark = pytest.mark.slow


PARTS = (
    ("docs.js", "text/javascript"),
    ("docs.css", "text/css"),
    ("icon.svg", "image/svg+xml"),
    ("swagger-ui-bundle.js", "text/javascript"),
    ("swagger-ui.css", "text/css"),
)


def test_the_page_loads_only_its_own_parts(client: Client) -> None:
    answer = client.get("/docs")
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
    names = re.findall(r'(?:src|href)="docs/([^"]+)"', page)
    assert sorted(names) == sorted(name for name, _ in PARTS)
    assert client.get("/docs/desk.js").status_code == 404


@pytest.mark.parametrize(("name", "media_type"), PARTS)
def test_parts_come_compressed_or_plain(name: str, media_type: str, client: Client) -> None:
    plain = client.get(f"/docs/{name}")
    assert (plain.status_code, plain.mimetype) == (200, media_type)
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in plain.headers
    compressed = client.get(f"/docs/{name}", headers={"Accept-Encoding": "gzip"})
    if compressed.headers.get("Content-Encoding") == "gzip":
        assert gzip.decompress(compressed.get_data()) == plain.get_data()
    else:
        assert compressed.get_data() == plain.get_data()
        assert len(plain.get_data()) < 10_000


def test_the_former_address_leads_to_the_page(client: Client) -> None:
    answer = client.get("/try")
    assert (answer.status_code, answer.headers["Location"]) == (308, "docs")


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
def test_requests_are_sent_with_a_key_and_shown(
    browser: Any, url: str, serve_fork: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    assert run(["keys", "create", "border", "--scope", "check", "--store", url]) == 0
    key = capsys.readouterr().out.strip()
    with serve_fork(url, ready=True) as (_, address, _):
        browser.get(f"{address}/try")
        wait = WebDriverWait(browser, 30)

        def click(selector: str) -> None:
            wait.until(lambda _: browser.find_elements(By.CSS_SELECTOR, selector))
            element = browser.find_element(By.CSS_SELECTOR, selector)
            browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()

        def status() -> str:
            cells = browser.find_elements(
                By.CSS_SELECTOR, ".live-responses-table .response-col_status"
            )
            return str(cells[-1].text) if cells else ""

        click("#operations-catalog-catalog_catalog .opblock-summary-control")
        click("#operations-catalog-catalog_catalog .execute")
        wait.until(lambda _: status().startswith("401"))
        click("button.authorize")
        browser.find_element(By.CSS_SELECTOR, ".auth-container input").send_keys(key)
        click(".auth-container button.authorize")
        click(".auth-container button.btn-done")
        click("#operations-catalog-catalog_catalog .execute")
        wait.until(lambda _: status().startswith("200"))
        assert "coast" in browser.find_element(By.CSS_SELECTOR, ".live-responses-table").text
        assert len(browser.find_elements(By.CSS_SELECTOR, ".opblock")) >= 24
        # nothing was kept from loading, and no script has failed
        severe = [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]
        assert [line["message"] for line in severe if "401" not in line["message"]] == []
