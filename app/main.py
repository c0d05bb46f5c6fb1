"""Entry point of the dashboard: navigation, filters, and one page that explains a warehouse that is not ready.

The pages lie in views/, because Streamlit serves a folder called pages/ by itself.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import streamlit as st

from app.access import account, narrowed, sign_in, visitor
from app.data import choices, definitions, tower
from app.filters import sidebar
from app.pages import FIRST, PAGES
from app.ui.drill import follow
from app.ui.shelf import follow_view, saved_views, search
from warehouse.errors import TowerError

log = logging.getLogger(__name__)
LOOK = """
[data-testid='stMetric'] { font-variant-numeric: tabular-nums; }
/* words on cards are wrapped, not cut */
[data-testid='stMetric'] label *, [data-testid^='stPageLink'] *,
[data-testid='stMetricDeltaDescription'], [data-testid='stMetricDeltaDescription'] * {
  white-space: normal; overflow: visible; }
:has(> [data-testid='stMetricDeltaDescription']) { flex-wrap: wrap; row-gap: 0; }
/* only for the picture: see drill.draw */
[data-testid='stPlotlyChart'] .g-gtitle { display: none; }
"""


def main() -> None:
    """Draw the chosen page, or what to do when the warehouse cannot serve it."""
    st.set_page_config(page_title="GTM Control Tower", page_icon=":material/cell_tower:", layout="wide")
    st.html(f"<style>{LOOK}</style>")
    sections: dict[str, list[st.Page]] = {}
    for entry in PAGES:
        shown = st.Page(entry.file, title=entry.title, icon=entry.icon, url_path=entry.key, default=entry is FIRST)
        sections.setdefault(entry.section, []).append(shown)
    who, problem = None, ""
    try:
        who = visitor()
    except TowerError as error:
        problem = str(error)
    page = st.navigation(sections, position="sidebar" if who else "hidden", expanded=True)
    if who is None:
        sign_in(problem)
        return
    st.session_state["page"] = page.url_path or FIRST.key
    try:
        build = tower()
        st.session_state["tower"] = build
        definitions(build.publication)
        with st.sidebar:
            search(build)
        st.session_state["filters"] = narrowed(sidebar(build, choices(build.publication, build.scope)), who.scope)
        follow()
        follow_view()
        with st.sidebar:
            saved_views()
        account(who)
        _run(page)
    except TowerError as error:
        st.title("The warehouse is not ready")
        st.error(str(error), icon=":material/database_off:")
        st.markdown(
            "Type one of these in the project's folder, then reload this page:\n\n"
            "- `make up` starts the warehouse when it is down\n- `make all` generates, loads and builds everything\n"
            "- `make load-data dbt-run` builds from CSV files that are already there"
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
