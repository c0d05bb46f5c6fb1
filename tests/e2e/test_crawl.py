"""Every page under every kind of selection: nothing breaks, no chart is empty, every card says what the metrics say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from app.pages import BY_KEY
from metrics import catalogue, query
from metrics.formats import Currency, number
from tests.e2e.browser import EMPTY_CHARTS, PATHS, chromium, new_page, open_page
from warehouse.reading import fetch

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
MONTHS = (date(2026, 5, 1), date(2026, 10, 1))
URL_KEYS = {"segment": "segment", "region": "region", "acquisition_channel": "channel"}
SELECTIONS: dict[str, dict[str, str]] = {
    "none": {},
    "one": {"segment": "SMB"},
    "three": {"segment": "SMB", "region": "Europe", "acquisition_channel": "LinkedIn"},
    "nobody": {},  # a combination that no account has, looked up in the data
}
LOOKS = "Failed to load resource"
CARDS = """() => [...document.querySelectorAll('[data-testid=stMain] [data-testid=stMetric]')].map(
    card => ['Label', 'Value'].map(part => card.querySelector(`[data-testid=stMetric${part}]`).innerText)
)"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser page for the whole crawl."""
    with new_page() as page:
        yield page


@pytest.fixture(scope="module")
def complaints(page: Page) -> list[str]:
    """What the console has said since it was cleared; Streamlit itself looks for its server under each page's path."""
    found: list[str] = []
    page.on("console", lambda said: said.type == "error" and LOOKS not in said.text and found.append(said.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture(scope="module")
def nobody(base: str) -> dict[str, str]:
    """A segment, region and channel that exist, and that no account has together."""
    found = fetch(
        "select s.segment, r.region, c.acquisition_channel from (select distinct segment from marts.dim_account) s "
        "cross join (select distinct region from marts.dim_account) r "
        "cross join (select distinct acquisition_channel from marts.dim_account) c "
        "except select segment, region, acquisition_channel from marts.dim_account order by 1, 2, 3 limit 1",
        {},
    )
    assert len(found) == 1
    return {str(key): str(value) for key, value in found.iloc[0].items()}


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("name", PATHS)
def test_a_page_is_whole(
    base: str, page: Page, complaints: list[str], nobody: dict[str, str], name: str, selection: str
) -> None:
    filters = nobody if selection == "nobody" else SELECTIONS[selection]
    complaints.clear()
    span = {"from": f"{MONTHS[0]:%Y-%m}", "to": f"{MONTHS[1]:%Y-%m}"}
    chosen = urlencode({URL_KEYS[key]: value for key, value in filters.items()} | span)
    open_page(page, base, name, f"?{chosen}", pause=50)
    assert page.locator('[data-testid="stException"]').count() == 0
    errors = page.locator('[data-testid="stAlertContentError"]')
    assert errors.count() == 0, errors.all_inner_texts()
    assert page.evaluate(EMPTY_CHARTS) == []
    assert complaints == []
    if selection == "none":  # everything that a page can show is there
        assert page.get_by_text("Nothing in this selection").count() == 0
    named = {metric.label: metric for metric in catalogue().values()}
    shown = {label.split(" (n = ")[0].removesuffix(" *").strip(): value for label, value in page.evaluate(CARDS)}
    known = [named[label] for label in shown if label in named]
    assert known or "cards(" not in BY_KEY[name].file.read_text()
    if known:
        asked = [metric.name for metric in known]
        told = query(asked, (), {key: [value] for key, value in filters.items()}, *MONTHS, ignore_inapplicable=True)
        expected = {
            metric.label: number(float(told[metric.name].iloc[0]), metric.format, Currency("$")) for metric in known
        }
        assert {label: shown[label] for label in expected} == expected
