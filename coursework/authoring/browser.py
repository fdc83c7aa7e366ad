"""A headless Chromium: for slides as PDF, and for the tests that look at pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

PATIENCE = 120_000  # milliseconds that a page may take for one thing on a busy machine


class NoBrowser(RuntimeError):
    """Playwright or Chromium is missing; the message says how to get it."""


def find_chromium() -> str | None:
    """The path of Chromium or Chrome; None if neither is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def open_page(width: int = 1280, height: int = 720) -> Iterator["Page"]:
    """A new page of a headless Chromium that makes no requests of its own.

    Raises NoBrowser.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NoBrowser("Playwright is missing: `pip install playwright`") from None
    chromium = find_chromium()
    if chromium is None:
        raise NoBrowser("no Chromium found: install it (`apt install chromium`), then try again")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(PATIENCE)
            yield page
        finally:
            browser.close()
