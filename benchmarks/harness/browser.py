"""Headless Chromium and a served application, for screenshots and for tests of the desk."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress.server import create_server

PROGRAMS = ("chromium", "chromedriver")
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--disable-extensions",
    "--no-first-run",
    "--disable-lcd-text",
    # scrolling to an element moves where Tab starts, as Chromium 150 does and later ones do not
    "--disable-blink-features=ScrollIntoViewNoInitialFocusNavigationStartingPoint",
)


def missing_program() -> str:
    """Return the first program that is not installed; empty if all are."""
    return next((name for name in PROGRAMS if shutil.which(name) is None), "")


@contextmanager
def open_chromium(width: int = 1440, height: int = 900) -> Iterator[Any]:
    """Yield a Chromium without a window (a selenium driver). Check `missing_program` first."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for switch in [*SWITCHES, f"--window-size={width},{height}"]:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        resize_page(driver, width, height)
        yield driver
    finally:
        driver.quit()


def resize_page(driver: Any, width: int, height: int) -> None:
    """Set the size of the page independently of the window, which cannot be as narrow as a
    telephone.
    """
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@contextmanager
def serve_app(app: Flask, threads: int = 4) -> Iterator[str]:
    """Serve an application on a free port of this machine; yield its address."""
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=threads, ident="")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)
