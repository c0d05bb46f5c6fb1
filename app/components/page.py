"""The head of every page: title, as-of date, the active selection and comparison."""

from __future__ import annotations

import streamlit as st

from app.data import Tower
from app.filters import COMPARISONS, Filters, page_filters


def head(title: str) -> tuple[Tower, Filters]:
    """Draw the head; returns the build and the selection that the page shows."""
    tower: Tower = st.session_state["tower"]
    filters: Filters = st.session_state["filters"]
    st.title(title)
    line = st.empty()

    def announce() -> None:
        own = [f"{chosen.label}: {chosen.words}" for chosen in page_filters() if chosen.words and not chosen.is_default]
        line.caption(
            f"As of **{tower.as_of:%d %b %Y}** · {filters.span}{_partial(tower, filters)} · "
            f"{' · '.join([filters.describe(), *own])} · compared with {_against(tower, filters)}"
        )

    announce()
    st.session_state["_announce"] = announce
    return tower, filters


def _partial(tower: Tower, filters: Filters) -> str:
    return " (partial)" if tower.is_partial and filters.end == tower.last_month else ""


def _against(tower: Tower, filters: Filters) -> str:
    earlier, words = filters.compared(tower.first_month), COMPARISONS[filters.compare].lower()
    if earlier is None:
        return f"{words} (before the data begin: only values at the end of the range are compared)"
    return f"{words} ({earlier.span})"
