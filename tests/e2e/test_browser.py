"""A real browser: charts are drawn, filters change numbers, a copied link opens the same view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from metrics import query
from tests.e2e.browser import SCREEN, chromium, open_page, settle

SELECTED = "May 2026 – Oct 2026 · Segment: SMB"
pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    """Somebody's browser, which keeps what it has fetched."""
    return browser.new_context(viewport=SCREEN, color_scheme="light")


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of it, desktop size."""
    page = context.new_page()
    yield page
    page.close()


def numbers(page: Page) -> list[str]:
    """What the cards show, once there are any."""
    expect(page.locator('[data-testid="stMetricValue"]').first).to_be_visible(timeout=30_000)
    return page.locator('[data-testid="stMetricValue"]').all_inner_texts()


def test_a_filter_changes_the_numbers_survives_a_page_change_and_lives_in_the_link(
    base: str, browser: Browser, page: Page
) -> None:
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
    other = browser.new_page()
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


def test_the_first_page_is_there_for_less_than_four_megabytes(base: str, browser: Browser) -> None:
    page = browser.new_page(viewport=SCREEN)  # of somebody who has fetched nothing yet
    wire = page.context.new_cdp_session(page)
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda answer: sizes.append(answer["encodedDataLength"]))
    wire.on("Network.webSocketFrameReceived", lambda frame: sizes.append(len(frame["response"]["payloadData"])))
    wire.send("Network.enable")
    open_page(page, base, "executive", pause=1000)
    assert len(sizes) > 100
    assert 2e6 < sum(sizes) < 4e6
    page.close()


def click_bar(page: Page, chart: int, bar: int = 0) -> None:
    """Click the middle of a bar."""
    place = page.locator('[data-testid="stPlotlyChart"]').nth(chart)
    place.scroll_into_view_if_needed()
    box = place.locator(".bars .point path").nth(bar).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_bar_leads_to_its_accounts_and_a_name_to_its_page(base: str, page: Page) -> None:
    open_page(page, base, "executive")
    click_bar(page, 3)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("MRR by segment: the accounts behind", timeout=30_000)
    largest = query(["mrr"], ["segment"]).sort_values("mrr")["segment"].iloc[-1]
    expect(dialog).to_contain_text(f"MRR by segment: {largest}")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="XLSX").click()
    assert download.value.suggested_filename.startswith(f"mrr-by-segment-{largest.lower()}_")
    dialog.locator('[data-testid="stDataFrame"]').click(position={"x": 60, "y": 52})
    page.wait_for_url("**/customer?**account=A-**")


def test_the_board_report_and_a_picture_can_be_taken_away(base: str, page: Page) -> None:
    open_page(page, base, "executive", "?segment=SMB")
    button = page.get_by_role("button", name="Board report (PDF)")
    with page.expect_download(timeout=30_000) as download:
        button.click()
        expect(button.get_by_test_id("stSpinnerIcon")).to_be_visible()
    expect(button.get_by_test_id("stSpinnerIcon")).to_have_count(0)
    assert download.value.suggested_filename.endswith("_smb.pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    expect(page.locator(".gtitle").first).to_have_text("MRR against target · As of 31 Oct 2026 · " + SELECTED)
    expect(page.locator(".gtitle").first).to_be_hidden()
    with page.expect_download(timeout=30_000) as download:
        page.locator('[data-title="Download plot as a PNG"], [aria-label="Download plot as a PNG"]').first.click()
    assert download.value.suggested_filename.startswith("mrr-against-target_")
    assert download.value.suggested_filename.endswith("_smb.png")
    picture = Image.open(download.value.path()).convert("L")
    head = picture.crop((0, 0, picture.width, 40))
    assert head.getextrema()[0] < 60 < 200 < head.getextrema()[1]  # the title is written there


def test_a_table_is_searched_and_enlarged_but_saved_only_by_the_safe_export(base: str, page: Page) -> None:
    open_page(page, base, "executive")
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.hover()
    tools = page.get_by_test_id("stElementToolbarButton").filter(visible=True).get_by_role("button")
    expect(tools).to_have_count(3)
    named = {str(tool.get_attribute("aria-label")).split(":")[0] for tool in tools.all()}
    assert named == {"Show/hide columns", "Search", "Fullscreen"}


def test_a_view_is_saved_and_opened_by_name_and_the_link_is_copied(base: str, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, base, "support", "?segment=Enterprise&cut=region")
    page.get_by_text("Saved views").click()
    page.get_by_label("Save this view as").fill("Enterprise by region")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved “Enterprise by region”.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "segment=Enterprise" in copied
    assert "cut=region" in copied
    open_page(page, base, "executive")
    page.get_by_text("Saved views").click()
    box = page.get_by_label("View", exact=True)
    expect(box).to_be_visible()
    page.wait_for_timeout(700)  # the expander unfolds
    box.click()
    page.get_by_role("option", name="Enterprise by region").click()
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url("**/support?**cut=region**")
    settle(page)
    head = page.get_by_role("paragraph").filter(has_text="Segment: Enterprise · Cut by: Region")
    expect(head).to_be_visible(timeout=30_000)
