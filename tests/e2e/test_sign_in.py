"""Signing in, in a real browser: by password and by OpenID Connect, and what a scoped visitor then sees."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Company, free_port
from tests.e2e.browser import chromium, settle
from tests.e2e.provider import CLIENT, Provider, running_provider
from warehouse.settings import ROOT

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
PASSWORD = "open sesame"
ARTEFACTS = ROOT / "test-artifacts"
USERS = """
users:
  ann@example.com: {segments: [SMB]}
  cfo@example.com: everything
"""


@contextmanager
def dashboard(company: Company, **settings: str) -> Iterator[str]:
    """The address of a dashboard with settings of its own."""
    own = replace(company, environment=company.environment | {"APP_PORT": str(free_port())} | settings)
    own.run("warehouse", "access")
    own.run("app", "start")
    try:
        yield f"http://127.0.0.1:{own.environment['APP_PORT']}"
    finally:
        own.run("app", "stop")


def shot(page: Page, name: str) -> None:
    """Keep a picture."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"sign-in-{name}.png"))


def wait_for_cookie(context: BrowserContext) -> list[Any]:
    """The cookie of the session, as soon as the browser has it."""
    deadline = time.monotonic() + 20
    while not (found := [cookie for cookie in context.cookies() if cookie["name"] == "tower_session"]):
        assert time.monotonic() < deadline, "no cookie"
        context.pages[0].wait_for_timeout(100)
    return found


def test_the_password_is_asked_for_kept_and_forgotten(company: Company, browser: Browser) -> None:
    with dashboard(company, APP_PASSWORD=PASSWORD) as base:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{base}/support?segment=SMB")
        field = page.get_by_label("Password", exact=True)
        field.fill("open barley")
        page.keyboard.press("Enter")
        expect(page.get_by_text("That is not the password")).to_be_visible(timeout=30_000)
        assert page.locator('[data-testid="stMetricValue"]').count() == 0
        shot(page, "refused")
        page.wait_for_timeout(1100)  # the second that a first mistake costs
        field.fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Support & quality", timeout=30_000)
        settle(page)
        assert "/support?segment=SMB" in page.url and "sesame" not in page.url
        (cookie,) = wait_for_cookie(context)
        assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and "sesame" not in str(cookie)
        assert "tower_session" not in page.evaluate("document.cookie")
        page.reload()
        expect(page.locator("h1")).to_have_text("Support & quality", timeout=30_000)
        other = context.new_page()
        other.goto(base)
        expect(other.locator("h1")).to_have_text("Executive overview", timeout=30_000)
        page.get_by_role("button", name="Sign out").click()
        expect(field).to_be_visible(timeout=30_000)
        page.reload()
        expect(field).to_be_visible(timeout=30_000)
        context.add_cookies([cookie])  # a copy of it is worth nothing any more
        page.reload()
        expect(field).to_be_visible(timeout=30_000)
        stranger = browser.new_context().new_page()
        stranger.goto(base)
        expect(stranger.get_by_label("Password", exact=True)).to_be_visible(timeout=30_000)
        assert "sesame" not in (ROOT / ".run" / "app.log").read_text()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Who signs people in."""
    with running_provider() as provider:
        yield provider


def enter(browser: Browser, base: str) -> Page:
    """A stranger's browser after clicking Sign in."""
    page = browser.new_context().new_page()
    page.goto(base)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    return page


@pytest.mark.skipif(importlib.util.find_spec("httpx") is None, reason="OpenID Connect needs httpx")
def test_an_address_signs_in_sees_its_scope_and_strangers_are_refused(
    company: Company, browser: Browser, provider: Provider, tmp_path: Path
) -> None:
    access, secrets, port = tmp_path / "access.yml", tmp_path / "secrets.toml", str(free_port())
    access.write_text(USERS)
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"x" * 40}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "y"\n'
        f'server_metadata_url = "{provider.base}/.well-known/openid-configuration"\n'
    )
    settings = {"APP_PORT": port, "ACCESS_FILE": str(access), "STREAMLIT_SECRETS_FILES": str(secrets)}
    with dashboard(company, **settings) as base:
        page = enter(browser, base)
        expect(page.get_by_text("You see SMB in all regions")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("Signed in as ann@example.com")).to_be_visible()
        settle(page)
        shot(page, "scoped")
        small = page.locator('[data-testid="stMetricValue"]').first.inner_text()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=30_000)
        provider.email = "cfo@example.com"
        page = enter(browser, base)
        expect(page.get_by_text("Signed in as cfo@example.com")).to_be_visible(timeout=30_000)
        settle(page)
        assert page.locator('[data-testid="stMetricValue"]').first.inner_text() != small
        provider.email = "stranger@example.com"
        page = enter(browser, base)
        expect(page.get_by_text("stranger@example.com may not look")).to_be_visible(timeout=30_000)
        assert page.locator('[data-testid="stMetricValue"]').count() == 0
        shot(page, "stranger")
        provider.email, provider.verified = "ann@example.com", False
        page = enter(browser, base)
        expect(page.get_by_text("ann@example.com may not look")).to_be_visible(timeout=30_000)
