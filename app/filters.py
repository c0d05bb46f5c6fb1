"""The selection: the sidebar's filters, kept between pages, and each page's own; all of it lives in the URL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

import pandas as pd
import streamlit as st

from app.data import Tower

DIMENSIONS = {"segment": "Segment", "region": "Region", "acquisition_channel": "Acquisition channel"}
URL_KEYS = {"segment": "segment", "region": "region", "acquisition_channel": "channel"}
SHARED = (*URL_KEYS.values(), "from", "to", "compare")
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

    @property
    def last_day(self) -> date:
        """The last day of the range."""
        return add_months(self.end, 1) - timedelta(days=1)

    def compared(self, first: date) -> Filters | None:
        """The same selection in the comparison range; None where it begins before the data."""
        shift = 12 if self.compare == "prior_year" else self.months
        start, end = add_months(self.start, -shift), add_months(self.end, -shift)
        return None if start < first else replace(self, start=start, end=end)

    def narrowed(self, month: object = None, **values: object) -> Filters:
        """The same selection within one month and one value of a dimension: `narrowed(month, segment="SMB")`."""
        changed: dict[str, Any] = {name: (str(value),) for name, value in values.items() if value is not None}
        if month is not None:
            changed["start"] = changed["end"] = pd.Timestamp(str(month)).date().replace(day=1)
        return replace(self, **changed)

    def describe(self) -> str:
        """The selection in words."""
        chosen = [f"{DIMENSIONS[name]}: {', '.join(values)}" for name, values in self.values.items() if values]
        return " · ".join(chosen) if chosen else "All segments, regions and channels"

    @property
    def span(self) -> str:
        """The months in words, such as May 2026 – Oct 2026."""
        first, last = month_label(self.start), month_label(self.end)
        return first if first == last else f"{first} – {last}"


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
    _adopt_url(months, choices)
    with st.sidebar:
        for name, label in DIMENSIONS.items():
            st.multiselect(label, choices[name], key=name, placeholder="All")
        left, right = st.columns(2)
        left.selectbox("From", months, format_func=month_label, key="from")
        right.selectbox("To", months, format_func=month_label, key="to")
        st.segmented_control("Compare with", list(COMPARISONS), format_func=COMPARISONS.__getitem__, key="compare")
        st.button("Reset filters", on_click=_reset, args=(months,), width="stretch", icon=":material/restart_alt:")
    start, end = sorted((st.session_state["from"], st.session_state["to"]))
    chosen = {name: tuple(st.session_state[name]) for name in DIMENSIONS}
    filters = Filters(**chosen, start=start, end=end, compare=st.session_state["compare"] or "prior_period")
    _to_url(shared(filters))
    st.session_state["_widgets"] = _widgets()
    st.session_state.update(_page_filters={}, _announce=None, _failed=False, _marks=False)
    return filters


def shared(filters: Filters) -> dict[str, str | list[str]]:
    """The query parameters that hold on every page."""
    chosen: dict[str, str | list[str]] = {URL_KEYS[name]: list(v) for name, v in filters.values.items() if v}
    return chosen | {"from": f"{filters.start:%Y-%m}", "to": f"{filters.end:%Y-%m}", "compare": filters.compare}


def page_filter(
    key: str,
    label: str,
    options: Iterable[Any],
    *,
    default: Any = None,
    many: bool = False,
    format_func: Callable[[Any], str] | None = None,
) -> Any:
    """A filter of this page only, drawn where it is called and kept in the URL under `key`.

    Returns one option (or None when there is no default and nothing is chosen), with `many` a list of options, and
    with the options (False, True) a switch's state. Unknown values in the URL are dropped. The choice is named among
    the active filters above the charts and in every export, is left behind on other pages, and goes with a reset.
    """
    options, words = list(options), format_func or _plain
    fallback = [value for value in default or [] if value in options] if many else default
    widget = f"{st.session_state.get('page', '')}.{key}"
    _adopt_parameter(key, widget, options, fallback, many)
    if options == [False, True]:
        st.toggle(label, key=widget)
    elif many:
        st.multiselect(label, options, key=widget, format_func=words, placeholder="All")
    elif len(options) <= 6 and sum(len(words(value)) for value in options) <= 70:
        st.segmented_control(label, options, key=widget, format_func=words, required=default is not None)
    else:
        st.selectbox(label, options, key=widget, format_func=words, placeholder="All")
    chosen = st.session_state[widget]
    if chosen is None and not many:
        chosen = fallback
    st.session_state[f"_{widget}"] = (chosen, fallback)
    picked = chosen if many else [] if chosen is None else [chosen]
    if chosen == fallback:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get_all(key) != [str(value) for value in picked]:
        st.query_params[key] = [str(value) for value in picked] or ""
    said = "" if chosen == fallback and not picked else ", ".join(map(words, picked)) or "none"
    st.session_state.setdefault("_page_filters", {})[key] = Chosen(label, said, widget, fallback, chosen == fallback)
    if announce := st.session_state.get("_announce"):
        announce()
    return chosen


@dataclass(frozen=True)
class Chosen:
    """What a page's own filter is set to, in words, and how to set it back."""

    label: str
    words: str
    widget: str
    default: Any
    is_default: bool


def page_filters() -> list[Chosen]:
    """The filters of the page so far, in the order in which they were drawn."""
    return list(cast(dict[str, Chosen], st.session_state.get("_page_filters", {})).values())


def active(filters: Filters) -> str:
    """The filters that are set, the sidebar's and the page's own, in one line."""
    own = [f"{chosen.label}: {chosen.words}" for chosen in page_filters() if chosen.words and not chosen.is_default]
    return " · ".join([filters.describe(), *own])


def selection(filters: Filters) -> dict[str, str]:
    """The whole selection in words, for exports and reports."""
    named = {DIMENSIONS[name]: ", ".join(values) or "All" for name, values in filters.values.items()}
    own = {chosen.label: chosen.words for chosen in page_filters() if chosen.words}
    return {"Months": filters.span, "Compared with": COMPARISONS[filters.compare], **named, **own}


def _plain(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("_", " ").capitalize()


def _adopt_parameter(key: str, widget: str, options: list[Any], fallback: Any, many: bool) -> None:
    """Set the widget from the URL when it is new, or when the address changed and the widget didn't."""
    by_text = {str(value): value for value in options}
    known = [by_text[text] for text in st.query_params.get_all(key) if text in by_text]
    wanted = (known if many else known[0]) if known else fallback
    if key in st.query_params and many and st.query_params.get_all(key) == [""]:
        wanted = []
    before, default_before = st.session_state.get(f"_{widget}", (fallback, fallback))
    current = st.session_state.get(widget, wanted)
    if key in st.query_params and current == before:
        current = wanted
    elif current == default_before:
        current = fallback
    kept = [value for value in current or [] if value in options] if many else current
    st.session_state[widget] = fallback if not many and kept not in options else kept


def _default_months(months: list[date]) -> tuple[date, date]:
    return months[max(0, len(months) - 6)], months[-1]


def _widgets() -> dict[str, Any]:
    return {name: st.session_state.get(name) for name in (*DIMENSIONS, "from", "to", "compare")}


def _adopt_url(months: list[date], choices: Mapping[str, list[str]]) -> None:
    """Take the selection from the URL on a session's first run, and when the address changed and no widget did.

    Unknown values are dropped. An address that says nothing about the selection keeps the one there is.
    """
    said = {key: st.query_params.get_all(key) for key in SHARED if key in st.query_params}
    if "compare" in st.session_state and (
        not said or said == st.session_state.get("_written") or _widgets() != st.session_state.get("_widgets")
    ):
        return
    for name, key in URL_KEYS.items():
        st.session_state[name] = [value for value in st.query_params.get_all(key) if value in choices[name]]
    low, high = _default_months(months)
    by_text = {f"{month:%Y-%m}": month for month in months}
    low, high = by_text.get(st.query_params.get("from", ""), low), by_text.get(st.query_params.get("to", ""), high)
    st.session_state["from"], st.session_state["to"] = min(low, high), max(low, high)
    compare = st.query_params.get("compare", "")
    st.session_state["compare"] = compare if compare in COMPARISONS else "prior_period"


def _to_url(wanted: dict[str, str | list[str]]) -> None:
    now = {key: st.query_params.get_all(key) for key in st.query_params}
    kept = {key: values for key, values in now.items() if key not in SHARED}
    written = {key: [value] if isinstance(value, str) else value for key, value in wanted.items()}
    st.session_state["_written"] = written
    if now != kept | written:
        st.query_params.from_dict(kept | written)


def _reset(months: list[date]) -> None:
    for name in DIMENSIONS:
        st.session_state[name] = []
    st.session_state["from"], st.session_state["to"] = _default_months(months)
    st.session_state["compare"] = "prior_period"
    for chosen in page_filters():
        st.session_state[chosen.widget] = chosen.default
