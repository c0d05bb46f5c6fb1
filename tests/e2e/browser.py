"""Opens pages of the dashboard in headless Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from app.pages import BY_KEY, PAGES

PATHS = {page.key: page.address for page in PAGES}
SCREEN = {"width": 1280, "height": 1000}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The browser on this machine, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def new_browser() -> Iterator[Browser]:
    """A browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def new_page(width: int = 1440, height: int = 1000, dark: bool = False) -> Iterator[Page]:
    """A page in a browser of its own."""
    with new_browser() as browser:
        yield browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")


EMPTY_CHARTS = """() => {
    const filled = list => list && [...list].flat().some(value => value === 0 || Boolean(value))
    const drawn = trace => trace.type === 'heatmap' ? filled(trace.z)
        : trace.values ? filled(trace.values) : filled(trace.x) && filled(trace.y)
    return [...document.querySelectorAll('.js-plotly-plot')].filter(plot => !(plot._fullData || []).some(drawn))
        .map(plot => plot.closest('[data-testid=stVerticalBlock]').innerText.split('\\n')[0])
}"""


DRAWN = """() => document.querySelector('[data-testid=stMainBlockContainer] h1')
    && document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
    && !document.querySelector('[data-testid=stSkeleton]')
    && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.main-svg'))"""
STILL = """pause => new Promise((resolve, reject) => {
    const moves = motion => motion.playState === 'running' && motion.effect.getTiming().iterations !== Infinity
    const see = () => document.getAnimations().some(moves) ? wait() : end(resolve)
    const wait = () => { clearTimeout(timer); timer = setTimeout(see, pause) }
    const watch = new MutationObserver(wait)
    const end = say => { watch.disconnect(); clearTimeout(timer); clearTimeout(late); say() }
    const late = setTimeout(() => end(() => reject('the page moves on and on')), 30000)
    let timer = setTimeout(see, pause)
    watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true})
})"""


def flaws(page: Page, base: str, name: str) -> list[str]:
    """What is wrong with a page over data in part: what breaks, charts without a line, panels without a reason."""
    go_to(page, base, name, pause=50)
    found = [f"empty chart: {title}" for title in page.evaluate(EMPTY_CHARTS)]
    for sign in ('[data-testid="stException"]', '[data-testid="stAlertContentError"]'):
        found += page.locator(sign).all_inner_texts()
    return found + page.get_by_text("Nothing in this selection").locator("xpath=ancestor::*[5]").all_inner_texts()


def open_page(page: Page, base: str, name: str, query: str = "", pause: int = 200) -> None:
    """Open a page and wait until Streamlit has drawn all of it."""
    page.goto(f"{base}/{PATHS[name]}{query}")
    settle(page, pause)


def turn_to(page: Page, name: str, pause: int = 200) -> None:
    """Go to another page by the menu, which keeps the selection, and wait until Streamlit has drawn all of it."""
    title = BY_KEY[name].title
    page.get_by_test_id("stSidebarNav").get_by_text(title, exact=True).click()
    page.wait_for_function("title => document.querySelector('h1')?.innerText.trim() === title", arg=title)
    settle(page, pause)


def go_to(page: Page, base: str, name: str, pause: int = 200) -> None:
    """Open a page, or turn to it from another one of the same dashboard, which is a third of the work."""
    if page.url.startswith(base):
        turn_to(page, name, pause)
    else:
        open_page(page, base, name, pause=pause)


def settle(page: Page, pause: int = 200) -> None:
    """Wait until the script run has ended, the charts are drawn, and nothing has moved for `pause` milliseconds."""
    page.wait_for_function(DRAWN, timeout=30_000, polling=30)
    page.evaluate(STILL, pause)
