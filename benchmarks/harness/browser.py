"""A headless Chromium, and an application served to it: for screenshots, and for the tests that drive the desk."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress.server import create_server

PROGRAMS = ("chromium", "chromedriver")


def missing() -> str:
    """Which of the programs is not installed; empty where all are."""
    return next((name for name in PROGRAMS if shutil.which(name) is None), "")


@contextmanager
def chromium(width: int = 1440, height: int = 900) -> Iterator[Any]:
    """A Chromium without a window (a selenium driver). Look first whether it is `missing`."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    wanted = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ]
    wanted += [
        "--force-device-scale-factor=1",
        "--disable-extensions",
        "--no-first-run",
        "--disable-lcd-text",
    ]
    for word in [*wanted, f"--window-size={width},{height}"]:
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        resize(driver, width, height)
        yield driver
    finally:
        driver.quit()


def resize(driver: Any, width: int, height: int) -> None:
    """Set the size of the page, whatever the window's frame takes; telephones are narrower than windows may be."""
    said = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", said)


@contextmanager
def served(app: Flask, threads: int = 4) -> Iterator[str]:
    """Serve an application on a free port of this machine; the address."""
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=threads, ident="")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)
