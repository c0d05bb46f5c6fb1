"""axe-core on every page, light and dark: no serious or critical violation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.conftest import Company, free_port
from tests.e2e.browser import PATHS, chromium, new_browser, open_page

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
GRAVE = ("serious", "critical")
# Streamlit's own markup, which the project cannot change: rule, where, why it is no barrier
EXCUSED = {
    "list": ('[data-testid="stSidebarNav"]', "sections of the navigation are div in a list; its links are plain links"),
    "listitem": ('[data-testid="stSidebarNav"]', "the same lists"),
    "svg-img-alt": ('[data-testid="stMetric"]', "inner marks of a sparkline; label, value and change stand beside it"),
}


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    """The address of a running dashboard over the test company."""
    company.environment["APP_PORT"] = str(free_port())
    company.run("app", "start")
    yield f"http://127.0.0.1:{company.environment['APP_PORT']}"
    company.run("app", "stop")


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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
def test_a_page_has_no_serious_violation(base: str, browser: Browser, name: str, theme: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000}, color_scheme=theme)  # type: ignore[arg-type]
    open_page(page, base, name)
    found = Axe().run(page).response["violations"]
    grave = [
        f"{rule['id']}: {rule['help']}: {node['target'][0]} {node['html'][:160]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if not excused(page, rule["id"], node["target"][0])
    ]
    page.close()
    assert not grave, "\n".join(grave)
