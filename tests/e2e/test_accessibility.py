"""axe-core on every page, light and dark: no serious or critical violation; nothing cut at 1280 and 390."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.browser import PATHS, chromium, new_browser, open_page, settle

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
BACKGROUND = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
TOO_WIDE = "(main => main.scrollWidth - main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
CUT = """() => [...document.querySelectorAll('[data-testid=stMain] [data-testid=stMetric] *, '
    + '[data-testid=stMain] [data-testid^=stPageLink] *')]
    .filter(e => getComputedStyle(e).overflowX !== 'visible' && e.innerText && e.clientWidth > 0)
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"""
GRAVE = ("serious", "critical")
# Streamlit's own markup, which the project cannot change: rule, where, why it is no barrier
EXCUSED = {
    "list": ('[data-testid="stSidebarNav"]', "sections of the navigation are div in a list; its links are plain links"),
    "listitem": ('[data-testid="stSidebarNav"]', "the same lists"),
    "svg-img-alt": ('[data-testid="stMetric"]', "inner marks of a sparkline; label, value and change stand beside it"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with new_browser() as browser:
        yield browser


def excused(page: Page, rule: str, target: str) -> bool:
    """Whether what breaks the rule lies where Streamlit draws it."""
    place = EXCUSED.get(rule, ("", ""))[0]
    return bool(place) and bool(
        page.evaluate("([target, place]) => !!document.querySelector(target)?.closest(place)", [target, place])
    )


def violations(page: Page) -> list[str]:
    """Serious and critical ones, in words."""
    return [
        f"{rule['id']}: {rule['help']}: {node['target'][0]} {node['html'][:160]} {node['failureSummary']}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if not excused(page, rule["id"], node["target"][0])
    ]


@pytest.mark.parametrize("name", PATHS)
def test_a_page_has_no_serious_violation_and_fits_every_screen(base: str, browser: Browser, name: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000}, color_scheme="light")
    open_page(page, base, name)
    assert page.evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => ({BACKGROUND})() === 'rgb(16, 22, 29)'")
    settle(page)
    found += violations(page)
    assert not found, "\n".join(found)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        settle(page)
        assert page.evaluate(CUT) == [], width
    assert page.evaluate(TOO_WIDE) == 0
    page.close()
