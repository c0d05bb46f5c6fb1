"""The sidebar's filters: kept between pages, and written into the URL so that a link shows the same view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from app.data import Tower

DIMENSIONS = {"segment": "Segment", "region": "Region", "acquisition_channel": "Acquisition channel"}
URL_KEYS = {"segment": "segment", "region": "region", "acquisition_channel": "channel"}
COMPARISONS = {"prior_period": "Prior period", "prior_year": "Prior year"}


@dataclass(frozen=True)
class Filters:
    """What the user chose. Empty tuples filter nothing; start and end are first days of months, both included."""

    segment: tuple[str, ...]
    region: tuple[str, ...]
    acquisition_channel: tuple[str, ...]
    start: date
    end: date
    compare: str

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """Dimension to chosen values."""
        return {name: getattr(self, name) for name in DIMENSIONS}

    @property
    def months(self) -> int:
        """Length of the range."""
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    def compared(self, first: date) -> Filters | None:
        """The same selection in the comparison range; None where it begins before the data."""
        shift = 12 if self.compare == "prior_year" else self.months
        start, end = add_months(self.start, -shift), add_months(self.end, -shift)
        return (
            None
            if start < first
            else Filters(self.segment, self.region, self.acquisition_channel, start, end, self.compare)
        )

    def describe(self) -> str:
        """The selection in words."""
        chosen = [f"{DIMENSIONS[name]}: {', '.join(values)}" for name, values in self.values.items() if values]
        return " · ".join(chosen) if chosen else "All segments, regions and channels"


def add_months(day: date, months: int) -> date:
    """First day of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def month_label(day: date) -> str:
    """Such as Oct 2026."""
    return f"{day:%b %Y}"


def sidebar(tower: Tower, choices: dict[str, list[str]]) -> Filters:
    """Draw the filters and return the selection."""
    months = [d.date() for d in pd.date_range(tower.first_month, tower.last_month, freq="MS")]
    _from_url(months, choices)
    with st.sidebar:
        for name, label in DIMENSIONS.items():
            st.multiselect(label, choices[name], key=name, placeholder="All")
        left, right = st.columns(2)
        left.selectbox("From", months, format_func=month_label, key="from")
        right.selectbox("To", months, format_func=month_label, key="to")
        st.segmented_control("Compare with", list(COMPARISONS), format_func=COMPARISONS.__getitem__, key="compare")
        st.button("Reset filters", on_click=_reset, args=(months,), width="stretch")
        st.caption("The address of this page holds the selection: copy it to share the view.")
    start, end = sorted((st.session_state["from"], st.session_state["to"]))
    chosen = {name: tuple(st.session_state[name]) for name in DIMENSIONS}
    filters = Filters(**chosen, start=start, end=end, compare=st.session_state["compare"] or "prior_period")
    _to_url(filters)
    return filters


def _default_months(months: list[date]) -> tuple[date, date]:
    return months[max(0, len(months) - 6)], months[-1]


def _from_url(months: list[date], choices: dict[str, list[str]]) -> None:
    """On a session's first run take the selection from the URL; unknown values are dropped."""
    if "compare" in st.session_state:
        return
    for name, key in URL_KEYS.items():
        st.session_state[name] = [value for value in st.query_params.get_all(key) if value in choices[name]]
    low, high = _default_months(months)
    by_text = {f"{month:%Y-%m}": month for month in months}
    low, high = by_text.get(st.query_params.get("from", ""), low), by_text.get(st.query_params.get("to", ""), high)
    st.session_state["from"], st.session_state["to"] = min(low, high), max(low, high)
    compare = st.query_params.get("compare", "")
    st.session_state["compare"] = compare if compare in COMPARISONS else "prior_period"


def _to_url(filters: Filters) -> None:
    wanted: dict[str, str | list[str]] = {
        URL_KEYS[name]: list(values) for name, values in filters.values.items() if values
    }
    wanted |= {"from": f"{filters.start:%Y-%m}", "to": f"{filters.end:%Y-%m}", "compare": filters.compare}
    kept: dict[str, str | list[str]] = {
        key: st.query_params.get_all(key)
        for key in st.query_params
        if key not in {*URL_KEYS.values(), "from", "to", "compare"}
    }
    st.query_params.from_dict(kept | wanted)


def _reset(months: list[date]) -> None:
    for name in DIMENSIONS:
        st.session_state[name] = []
    st.session_state["from"], st.session_state["to"] = _default_months(months)
    st.session_state["compare"] = "prior_period"
