"""Every page under every kind of selection: nothing breaks, no chart is empty, every card says what the metrics say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from metrics.formats import Currency
from tests.e2e.browser import PATHS, chromium, new_page
from tests.e2e.crawl import assert_whole, listen
from warehouse.reading import fetch

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
SELECTIONS: dict[str, dict[str, str]] = {  # the crawl of the other company filters one dimension
    "none": {},
    "three": {"segment": "SMB", "region": "Europe", "acquisition_channel": "LinkedIn"},
    "nobody": {},  # a combination that no account has, looked up in the data
}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser page for the whole crawl."""
    with new_page() as page:
        yield page


@pytest.fixture(scope="module")
def complaints(page: Page) -> list[str]:
    """What the console has said since it was cleared."""
    return listen(page)


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
    complaints.clear()
    assert_whole(page, base, name, nobody if selection == "nobody" else SELECTIONS[selection], Currency("$"))
    assert complaints == []
    if selection == "none":  # everything that a page can show is there
        assert page.get_by_text("Nothing in this selection").count() == 0
