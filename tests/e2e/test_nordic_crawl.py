"""Every page of a company of another shape, by one of its own words: whole, and in its currency."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from metrics.formats import Currency
from tests.conftest import Company
from tests.e2e.browser import PATHS, chromium
from tests.e2e.conftest import running
from tests.e2e.crawl import assert_whole

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")


@pytest.fixture(scope="module")
def base(nordic: Company) -> Iterator[str]:
    """The address of its dashboard."""
    with running(nordic) as address:
        yield address


@pytest.mark.parametrize("name", PATHS)
def test_a_page_of_another_company_is_whole(base: str, page: Page, complaints: list[str], name: str) -> None:
    complaints.clear()
    assert_whole(page, base, name, {"segment": "Scale"}, Currency("€"))
    assert complaints == []
    assert "$" not in page.locator('[data-testid="stMain"]').inner_text()
