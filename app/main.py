"""Entry point of the dashboard: navigation, filters, and one page that explains a warehouse that is not ready.

The pages lie in views/, because Streamlit serves a folder called pages/ by itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import streamlit as st

from app.data import choices, tower
from app.filters import sidebar
from warehouse.errors import TowerError

PAGES = [
    ("executive", "Executive overview", ":material/monitoring:"),
    ("pipeline", "Funnel & pipeline", ":material/filter_alt:"),
    ("retention", "Retention & cohorts", ":material/group:"),
    ("support", "Support & quality", ":material/support_agent:"),
    ("anomalies", "Anomalies", ":material/warning:"),
]


def main() -> None:
    """Draw the chosen page, or what to do when the warehouse cannot serve it."""
    st.set_page_config(page_title="GTM Control Tower", page_icon=":material/cell_tower:", layout="wide")
    folder = Path(__file__).parent / "views"
    page = st.navigation(
        [
            st.Page(folder / f"{name}.py", title=title, icon=icon, default=index == 0)
            for index, (name, title, icon) in enumerate(PAGES)
        ]
    )
    try:
        build = tower()
        st.session_state["tower"] = build
        st.session_state["filters"] = sidebar(build, choices(build.publication))
        page.run()
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


main()
