"""axe-core on an open page: what is wrong with it in earnest; and what is cut or too wide for the screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.browser import SCREEN, settle

AXE = Axe().axe_script
NARROW = {"width": 390, "height": 844}
COLOURS = {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 22, 29)"}
BACKGROUND = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
TOO_WIDE = "(main => main.scrollWidth - main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
CUT = """() => [...document.querySelectorAll('[data-testid=stMain] [data-testid=stMetric] *, '
    + '[data-testid=stMain] [data-testid^=stPageLink] *')]
    .filter(e => getComputedStyle(e).overflowX !== 'visible' && e.innerText && e.clientWidth > 0)
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"""
# Streamlit's own markup, which the project cannot change: rule, where, why it is no barrier
EXCUSED = {
    "list": ('[data-testid="stSidebarNav"]', "sections of the navigation are div in a list; its links are plain links"),
    "listitem": ('[data-testid="stSidebarNav"]', "the same lists"),
    "svg-img-alt": ('[data-testid="stMetric"]', "inner marks of a sparkline; label, value and change stand beside it"),
}
# without a slow rule that is never grave
OPTIONS: dict[str, object] = {"resultTypes": ["violations"], "rules": {"region": {"enabled": False}}}
# themes differ in colours alone: the same markup is judged once
OF_THEMES = OPTIONS | {"runOnly": ["color-contrast", "link-in-text-block"], "rules": {}}
GRAVE = """([options, excused]) => axe.run(options).then(({violations}) => violations
    .filter(rule => ['serious', 'critical'].includes(rule.impact))
    .flatMap(rule => rule.nodes.map(node => ({rule, node, target: node.target[0]})))
    .filter(({rule, target}) => !(rule.id in excused && document.querySelector(target)?.closest(excused[rule.id])))
    .map(({rule, node, target}) =>
        `${rule.id}: ${rule.help}: ${target} ${node.html.slice(0, 160)} ${node.failureSummary}`))"""


def violations(page: Page, options: dict[str, object] = OPTIONS) -> list[str]:
    """Serious and critical ones that are not Streamlit's, in words."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    places = {rule: place for rule, (place, _) in EXCUSED.items()}
    return list(page.evaluate(GRAVE, [options, places]))


def barriers(page: Page) -> list[str]:
    """What stands in somebody's way on the open page, light and dark, and what does not fit it and a narrow screen."""
    found = []
    for theme, options in (("light", OPTIONS), ("dark", OF_THEMES)):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"colour => ({BACKGROUND})() === colour", arg=COLOURS[theme], polling=30)
        settle(page)
        found += [f"{theme}: {violation}" for violation in violations(page, options)]
    found += cut(page, SCREEN["width"])
    page.set_viewport_size(NARROW)
    settle(page)
    found += cut(page, NARROW["width"])
    return found + ([f"too wide for {NARROW['width']}"] if page.evaluate(TOO_WIDE) else [])


def cut(page: Page, width: int) -> list[str]:
    """What does not fit at the width that the page has."""
    return [f"cut at {width}: {text}" for text in page.evaluate(CUT)]
