"""A real browser: charts are drawn, filters change numbers, a copied link opens the same view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Company, free_port
from tests.e2e.browser import PATHS, chromium, new_page, open_page, settle
from warehouse.settings import ROOT

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
CHARTS = {"executive": 6, "pipeline": 10, "retention": 7, "support": 7, "anomalies": 1}
ARTEFACTS = ROOT / "test-artifacts"


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    """The address of a running dashboard over the test company."""
    company.environment["APP_PORT"] = str(free_port())
    company.run("app", "start")
    yield f"http://127.0.0.1:{company.environment['APP_PORT']}"
    company.run("app", "stop")


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser page, desktop size."""
    with new_page() as page:
        yield page


@pytest.mark.parametrize("name", PATHS)
def test_every_chart_of_a_page_is_drawn(base: str, page: Page, name: str) -> None:
    open_page(page, base, name, "?from=2025-05&to=2026-10")
    expect(page.locator('[data-testid="stPlotlyChart"]')).to_have_count(CHARTS[name], timeout=30_000)
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.locator('[data-testid="stAlertContentError"]').count() == 0
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("name", PATHS)
def test_a_narrow_screen_does_not_scroll_sideways(base: str, name: str) -> None:
    with new_page(390, 844) as page:
        open_page(page, base, name)
        assert (
            page.evaluate(
                "(main => main.scrollWidth - main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
            )
            <= 1
        )


def numbers(page: Page) -> list[str]:
    """What the cards show, once there are any."""
    expect(page.locator('[data-testid="stMetricValue"]').first).to_be_visible(timeout=30_000)
    return page.locator('[data-testid="stMetricValue"]').all_inner_texts()


def test_a_filter_changes_the_numbers_survives_a_page_change_and_lives_in_the_link(base: str, page: Page) -> None:
    open_page(page, base, "executive")
    before = numbers(page)
    page.locator('[data-testid="stMultiSelect"]').first.locator("input").click()
    page.get_by_role("option", name="SMB").click()
    page.keyboard.press("Escape")
    page.wait_for_url("**segment=SMB**")
    settle(page)
    page.wait_for_function(
        "before => document.querySelector('[data-testid=stMetricValue]').innerText !== before", arg=before[0]
    )
    settle(page)
    chosen = numbers(page)
    assert chosen != before
    assert page.context.browser
    other = page.context.browser.new_page()
    other.goto(page.url)
    settle(other)
    expect(other.locator('[data-testid="stMetricValue"]')).to_have_text(chosen, timeout=30_000)
    other.close()
    page.get_by_role("link", name="Support & quality").click()
    page.wait_for_url("**/support**segment=SMB**")
    settle(page)
    assert (
        "Segment: SMB" in page.locator('[data-testid="stCaptionContainer"]').all_inner_texts()[0]
        or "Segment: SMB" in page.content()
    )
