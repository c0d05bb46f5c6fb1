"""The head of every page: title, as-of date, selection and comparison."""

from __future__ import annotations

import streamlit as st

from app.data import Tower
from app.filters import COMPARISONS, Filters, month_label


def head(title: str) -> tuple[Tower, Filters]:
    """Draw the head; returns the build and the selection that the page shows."""
    tower: Tower = st.session_state["tower"]
    filters: Filters = st.session_state["filters"]
    st.title(title)
    span = (
        month_label(filters.start)
        if filters.months == 1
        else f"{month_label(filters.start)} – {month_label(filters.end)}"
    )
    partial = " (partial)" if tower.is_partial and filters.end == tower.last_month else ""
    earlier = filters.compared(tower.first_month)
    against = f"{COMPARISONS[filters.compare].lower()}"
    if earlier:
        against += (
            f" ({month_label(earlier.start)} – {month_label(earlier.end)})"
            if filters.months > 1
            else f" ({month_label(earlier.start)})"
        )
    else:
        against += " (before the data begin: only values at the end of the range are compared)"
    st.caption(f"As of **{tower.as_of:%d %b %Y}** · {span}{partial} · {filters.describe()} · compared with {against}")
    return tower, filters
