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
from app.components.drill import follow
from app.components.shelf import follow_view, saved_views, search
from app.data import choices, definitions, tower
from app.filters import sidebar
from warehouse.errors import TowerError

log = logging.getLogger(__name__)
PAGES = {
    "Overview": [
        ("executive", "Executive overview", ":material/monitoring:"),
        ("anomalies", "Anomalies", ":material/warning:"),
    ],
    "Revenue": [
        ("movements", "MRR & movements", ":material/waterfall_chart:"),
        ("retention", "Retention & cohorts", ":material/group:"),
        ("conversion", "Conversion", ":material/conversion_path:"),
        ("orders", "Orders & products", ":material/shopping_cart:"),
    ],
    "Go to market": [
        ("pipeline", "Funnel & pipeline", ":material/filter_alt:"),
        ("forecast", "Forecast", ":material/online_prediction:"),
        ("reps", "Sales activity & reps", ":material/badge:"),
        ("marketing", "Marketing & attribution", ":material/campaign:"),
    ],
    "Customers": [
        ("health", "Account health", ":material/health_and_safety:"),
        ("customer", "Customer 360", ":material/person_search:"),
        ("adoption", "Product adoption", ":material/widgets:"),
    ],
    "Operations": [
        ("support", "Support & quality", ":material/support_agent:"),
        ("causes", "Root causes & releases", ":material/troubleshoot:"),
        ("data_health", "Data health", ":material/database:"),
    ],
}
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
    folder = Path(__file__).parent / "views"
    sections = {
        section: {
            name: st.Page(folder / f"{name}.py", title=title, icon=icon, default=name == "executive")
            for name, title, icon in pages
            if (folder / f"{name}.py").exists()
        }
        for section, pages in PAGES.items()
    }
    who, problem = None, ""
    try:
        who = visitor()
    except TowerError as error:
        problem = str(error)
    page = st.navigation(
        {section: list(pages.values()) for section, pages in sections.items()},
        position="sidebar" if who else "hidden",
        expanded=True,
    )
    if who is None:
        sign_in(problem)
        return
    st.session_state["pages"] = {name: page for pages in sections.values() for name, page in pages.items()}
    st.session_state["page"] = page.url_path or "executive"
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
