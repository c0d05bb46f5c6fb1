"""Every page under every kind of selection: nothing breaks, no chart is empty, every card says what the metrics say.

Opened by its link, it also has no serious or critical violation, light and dark, and nothing is cut at 1280 and 390.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from metrics.formats import Currency
from tests.e2e.accessibility import barriers
from tests.e2e.browser import PATHS, SCREEN, chromium
from tests.e2e.crawl import assert_whole
from warehouse.reading import fetch

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
THREE = {"segment": "SMB", "region": "Europe", "acquisition_channel": "LinkedIn"}  # another company's crawl filters one


@pytest.fixture
def desk(page: Page) -> Iterator[Page]:
    """The page, which is again of desktop size and light afterwards."""
    yield page
    page.goto("about:blank")  # nothing is drawn again
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(SCREEN)


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


@pytest.mark.parametrize("name", PATHS)
def test_a_page_is_whole_and_bars_nobody(base: str, desk: Page, complaints: list[str], name: str) -> None:
    complaints.clear()
    assert_whole(desk, base, name, {}, Currency("$"))
    assert complaints == []
    assert desk.get_by_text("Nothing in this selection").count() == 0  # everything that a page can show is there
    found = barriers(desk)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", PATHS)
def test_a_page_of_three_filters_is_whole(base: str, page: Page, complaints: list[str], name: str) -> None:
    complaints.clear()
    assert_whole(page, base, name, THREE, Currency("$"))
    assert complaints == []


@pytest.mark.parametrize("name", PATHS)
def test_a_page_of_nobody_is_whole(
    base: str, page: Page, complaints: list[str], nobody: dict[str, str], name: str
) -> None:
    complaints.clear()
    assert_whole(page, base, name, nobody, Currency("$"))
    assert complaints == []
