"""A running dashboard for the browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import Company, enter, free_port
from tests.e2e.browser import SCREEN, new_browser
from tests.e2e.crawl import listen


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    """The address of a running dashboard over the test company, which this process sees too."""
    with running(company) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a module."""
    with new_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """One browser page for all of them."""
    return browser.new_page(viewport=SCREEN, color_scheme="light")


@pytest.fixture(scope="module")
def complaints(page: Page) -> list[str]:
    """What its console has said since it was cleared."""
    return listen(page)


@contextmanager
def running(company: Company) -> Iterator[str]:
    """The address of a company's dashboard while it runs; this process sees the company too."""
    company.environment["APP_PORT"] = str(free_port())
    company.run("app", "start")
    with pytest.MonkeyPatch.context() as patch:
        enter(company, patch)
        yield f"http://127.0.0.1:{company.environment['APP_PORT']}"
    company.run("app", "stop")
