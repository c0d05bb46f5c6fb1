"""Entry point of the dashboard: navigation, filters, and one page that explains a warehouse that is not ready.

The pages lie in views/, because Streamlit serves a folder called pages/ by itself; pages.py lists them.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import streamlit as st

from app.access import Visitor, narrowed, say_scope, visitor
from app.data import choices, definitions, tower
from app.pages import BY_KEY, FIRST, PAGES, Page
from app.selection import Chosen
from app.sign_in import door, way_out
from app.ui.drill import follow
from app.ui.filters import sidebar
from app.ui.shelf import follow_view, saved_views, search
from app.ui.visit import Visit, begin
from metrics.compiled import is_compiling
from warehouse.errors import TowerError

log = logging.getLogger(__name__)
ICON = Path(__file__).with_name("icon.png")  # an icon by name would be fetched from elsewhere
LOOK = """
[data-testid='stMetric'] { font-variant-numeric: tabular-nums; }
/* words on cards are wrapped, not cut */
[data-testid='stMetric'] label *, [data-testid^='stPageLink'] *,
[data-testid='stMetricDeltaDescription'], [data-testid='stMetricDeltaDescription'] * {
  white-space: normal; overflow: visible; }
:has(> [data-testid='stMetricDeltaDescription']) { flex-wrap: wrap; row-gap: 0; }
/* only for the picture: see panels.draw */
[data-testid='stPlotlyChart'] .g-gtitle { display: none; }
"""


def main() -> None:
    """Draw the chosen page, or what to do when the warehouse cannot serve it."""
    st.set_page_config(page_title="GTM Control Tower", page_icon=ICON, layout="wide")
    st.html(f"<style>{LOOK}</style>")
    who, problem = None, ""
    try:
        who = visitor()
    except TowerError as error:
        problem = str(error)
    chosen = _navigation(hidden=who is None)
    if who is None:
        door(problem)
        return
    try:
        visit = _visit(who, BY_KEY[chosen.url_path or FIRST.key])
        way_out(who.email)
        begin(visit)
        _run(chosen)
    except TowerError as error:
        _not_ready(str(error))


def _navigation(hidden: bool) -> st.Page:
    """The pages of the registry by section; returns the chosen one."""
    sections: dict[str, list[st.Page]] = {}
    for page in PAGES:
        shown = st.Page(page.file, title=page.title, icon=page.icon, url_path=page.key, default=page is FIRST)
        sections.setdefault(page.section, []).append(shown)
    return st.navigation(sections, position="hidden" if hidden else "sidebar", expanded=True)


def _visit(who: Visitor, page: Page) -> Visit:
    """Draw the sidebar; returns what the page is to show."""
    build = tower(who.role or "")
    definitions(build.publication, is_compiling())
    own: dict[str, Chosen] = {}
    with st.sidebar:
        search(build)
    filters = narrowed(sidebar(build, choices(build), own), who.scope)
    follow(filters)
    follow_view()
    with st.sidebar:
        saved_views(build, page)
    say_scope(who.scope)
    return Visit(page, build, filters, own)


def _not_ready(problem: str) -> None:
    """What to do when the warehouse cannot serve a page."""
    st.title("The warehouse is not ready")
    st.error(problem, icon=":material/database_off:")
    st.markdown(
        "Type one of these in the project's folder, then reload this page:\n\n"
        "- `make up` starts the warehouse when it is down\n"
        "- `make all` generates the synthetic company, loads and builds it\n"
        "- `make load-data dbt-run dbt-test` builds from CSV files that are already there"
    )
    if st.button("Try again"):
        st.cache_data.clear()
        st.rerun()


def _run(page: st.Page) -> None:
    """Draw the page; what breaks on it is said there, and the rest of the dashboard stays."""
    try:
        page.run()
    except TowerError:
        raise
    except Exception:
        log.exception("the page %s broke", page.title)
        st.error(
            "This page could not be drawn to its end. Try other months or reset the filters; if it stays, "
            "`.run/app.log` says what happened.",
            icon=":material/error:",
        )


main()
