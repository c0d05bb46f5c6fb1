"""The filters as widgets: the sidebar's, kept between pages, and each page's own; all of it lives in the URL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app.selection import COMPARISONS, DIMENSIONS, URL_KEYS, Chosen, Filters, Tower
from app.ui.formats import plain
from app.ui.visit import Visit
from company.calendar import month_label

SHARED = (*URL_KEYS.values(), "from", "to", "compare")
SWITCH = [False, True]  # the options of a filter that is on or off


def sidebar(tower: Tower, choices: dict[str, list[str]], own: Mapping[str, Chosen]) -> Filters:
    """Draw the filters and return the selection; a reset sets the page's own back, too."""
    months = [d.date() for d in pd.date_range(tower.first_month, tower.last_month, freq="MS")]
    _adopt_url(months, choices)
    with st.sidebar:
        for name in DIMENSIONS:
            st.multiselect(plain(tower.company.label(name)), choices[name], key=name, placeholder="All")
        left, right = st.columns(2)
        left.selectbox("From", months, format_func=month_label, key="from")
        right.selectbox("To", months, format_func=month_label, key="to")
        st.segmented_control("Compare with", list(COMPARISONS), format_func=COMPARISONS.__getitem__, key="compare")
        st.button("Reset filters", on_click=_reset, args=(months, own), width="stretch", icon=":material/restart_alt:")
    start, end = sorted((st.session_state["from"], st.session_state["to"]))
    chosen = {name: tuple(st.session_state[name]) for name in DIMENSIONS}
    filters = Filters(**chosen, start=start, end=end, compare=st.session_state["compare"] or "prior_period")
    _to_url(filters.parameters)
    st.session_state["_widgets"] = _widgets()
    return filters


def page_filter(
    visit: Visit,
    key: str,
    label: str,
    options: Iterable[Any],
    *,
    default: Any = None,
    many: bool = False,
    format_func: Callable[[Any], str] | None = None,
    slider: bool = False,
) -> Any:
    """A filter of this page only, drawn where it is called and kept in the URL under `key`.

    Returns one option (or None when there is no default and nothing is chosen), with `many` a list of options, and
    with the options (False, True) a switch's state. With `slider` a person slides along the options. Unknown values in
    the URL are dropped. The choice is named among the active filters above the charts and in every export, is left
    behind on other pages, and goes with a reset.
    """
    options, words = list(options), format_func or _plain
    fallback = [value for value in default or [] if value in options] if many else default
    widget = f"{visit.page.key}.{key}"
    _adopt_parameter(key, widget, options, fallback, many)
    if slider:
        st.select_slider(label, options, key=widget, format_func=words)
    else:
        _draw(label, widget, options, words, many, default is not None)
    chosen = st.session_state[widget]
    if chosen is None and not many:
        chosen = fallback
    st.session_state[f"_{widget}"] = (chosen, fallback)
    picked = chosen if many else [] if chosen is None else [chosen]
    _write_parameter(key, picked, chosen == fallback)
    said = "" if chosen == fallback and not picked else ", ".join(map(words, picked)) or "none"
    visit.choose(key, Chosen(label, said, widget, fallback, chosen == fallback))
    return chosen


def _draw(label: str, widget: str, options: list[Any], words: Callable[[Any], str], many: bool, required: bool) -> None:
    """A switch, a list of several, a row of buttons, or a list of one where they would not fit."""
    if options == SWITCH:
        st.toggle(label, key=widget)
    elif many:
        st.multiselect(label, options, key=widget, format_func=words, placeholder="All")
    elif len(options) <= 6 and sum(len(words(value)) for value in options) <= 70:
        st.segmented_control(
            label, options, key=widget, format_func=lambda value: plain(words(value)), required=required
        )
    else:
        st.selectbox(label, options, key=widget, format_func=words, placeholder="All")


def _plain(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("_", " ").capitalize()


def _write_parameter(key: str, picked: list[Any], is_default: bool) -> None:
    """Say the choice in the URL; a default is not said."""
    if is_default:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get_all(key) != [str(value) for value in picked]:
        st.query_params[key] = [str(value) for value in picked] or ""


def _adopt_parameter(key: str, widget: str, options: list[Any], fallback: Any, many: bool) -> None:
    """Set the widget from the URL when it is new, or when the address changed and the widget didn't."""
    wanted = _asked(key, options, fallback, many)
    before, default_before = st.session_state.get(f"_{widget}", (fallback, fallback))
    current = st.session_state.get(widget, wanted)
    if key in st.query_params and current == before:
        current = wanted
    elif current == default_before:
        current = fallback
    kept = [value for value in current or [] if value in options] if many else current
    st.session_state[widget] = fallback if not many and kept not in options else kept


def _asked(key: str, options: list[Any], fallback: Any, many: bool) -> Any:
    """What the URL asks for, of what there is."""
    by_text = {str(value): value for value in options}
    texts = st.query_params.get_all(key)
    if many and texts == [""]:
        return []
    known = [by_text[text] for text in texts if text in by_text]
    return (known if many else known[0]) if known else fallback


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


def _reset(months: list[date], own: Mapping[str, Chosen]) -> None:
    for name in DIMENSIONS:
        st.session_state[name] = []
    st.session_state["from"], st.session_state["to"] = _default_months(months)
    st.session_state["compare"] = "prior_period"
    for chosen in own.values():
        st.session_state[chosen.widget] = chosen.default
