"""Looks at one page of the dashboard under one selection: nothing breaks, and every card says what the metrics say."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Page

from app.pages import BY_KEY
from metrics import catalogue, query
from metrics.formats import Currency, number
from tests.e2e.browser import EMPTY_CHARTS, open_page, turn_to

MONTHS = (date(2026, 5, 1), date(2026, 10, 1))
URL_KEYS = {"segment": "segment", "region": "region", "acquisition_channel": "channel"}
LOOKS = "Failed to load resource"  # Streamlit itself looks for its server under each page's path
CARDS = """() => [...document.querySelectorAll('[data-testid=stMain] [data-testid=stMetric]')].map(
    card => ['Label', 'Value'].map(part => card.querySelector(`[data-testid=stMetric${part}]`).innerText)
)"""


def listen(page: Page) -> list[str]:
    """What the console says from now on, line by line."""
    found: list[str] = []
    page.on("console", lambda said: said.type == "error" and LOOKS not in said.text and found.append(said.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def assert_whole(page: Page, base: str, name: str, filters: dict[str, str], currency: Currency) -> None:
    """Go to a page under a selection and compare it with the metrics that this process knows."""
    span = {"from": f"{MONTHS[0]:%Y-%m}", "to": f"{MONTHS[1]:%Y-%m}"}
    chosen = {URL_KEYS[key]: value for key, value in filters.items()} | span
    if filters and chosen.items() <= dict(parse_qsl(urlsplit(page.url).query)).items():
        turn_to(page, name, pause=50)  # from the page before, which shows the selection
    else:
        open_page(page, base, name, f"?{urlencode(chosen)}", pause=50)
    assert page.locator('[data-testid="stException"]').count() == 0
    errors = page.locator('[data-testid="stAlertContentError"]')
    assert errors.count() == 0, errors.all_inner_texts()
    assert page.evaluate(EMPTY_CHARTS) == []
    named = {metric.label: metric for metric in catalogue().values()}
    shown = {label.split(" (n = ")[0].removesuffix(" *").strip(): value for label, value in page.evaluate(CARDS)}
    known = [named[label] for label in shown if label in named]
    assert known or "cards(" not in BY_KEY[name].file.read_text()
    if known:
        asked = [metric.name for metric in known]
        told = query(asked, (), {key: [value] for key, value in filters.items()}, *MONTHS, ignore_inapplicable=True)
        expected = {metric.label: number(float(told[metric.name].iloc[0]), metric.format, currency) for metric in known}
        assert {label: shown[label] for label in expected} == expected
