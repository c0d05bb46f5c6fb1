"""A panel: a title, what it means, the chart or table, the reason when it is empty, and its downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.data import lacks_of
from app.filters import DIMENSIONS, Filters
from app.ui import charts
from app.ui import drill as drilling
from app.ui.exports import downloads
from app.ui.formats import is_money, listed, title_of, words

CODED = {"stage", "reason", "loss_reason", "priority", "category"}  # columns that hold codes


def chart(
    title: str,
    figure: go.Figure | None,
    *,
    help: str = "",
    note: str = "",
    empty: str = "",
    height: int = 330,
    drill: Callable[[drilling.Point], pd.DataFrame] | None = None,
    marks: bool = False,
    needs: str = "",
) -> None:
    """A chart in a bordered panel, with its picture to take away; `figure` None shows the reason instead.

    `needs` are metrics and marts without whose data the panel says so; without it an empty one says so of the last
    query.

    With `marks` the releases, price changes and campaigns of the selection are drawn when the head's toggle is on.

    With `drill` a click on a bar, cell or point lists the accounts behind it: the function takes the point and
    returns them, one a row, with `account_id` and `account_name` (see `drill.accounts`).
    """
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**", help=help or None)
        missing = _missing(needs, figure is None)
        if figure is None or missing:
            _nothing(empty, missing)
        else:
            if marks and st.session_state.get("_marks"):
                charts.mark(figure, drilling.events(st.session_state["tower"], st.session_state["filters"]))
            # a unified hover would take every click for one on the first series
            hover = "closest" if drill else "x unified"
            figure.update_layout(
                height=height,
                margin={"l": 8, "r": 12, "t": 30, "b": 8},
                legend={"orientation": "h", "y": -0.18, "x": 0, "title": None},
                font={"size": 12},
                hovermode=figure.layout.hovermode or hover,
                separators=".,",
            )
            figure.update_xaxes(automargin=True)
            figure.update_yaxes(automargin=True)
            drilling.draw(title, figure, drill)
        if note and not missing:
            st.caption(note)


def table(
    title: str,
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, Any] | None = None,
    help: str = "",
    empty: str = "",
    filters: Filters,
    needs: str = "",
    drill: Callable[[drilling.Point], pd.DataFrame] | None = None,
) -> None:
    """A table in a bordered panel with a download of what it shows; `needs` as for a chart.

    A frame with `account_id` shows each account's name as a link to its 360 page; the id itself only goes into exports.
    With `drill` the first column's cells list the accounts behind their row.
    """
    if drill:
        help = f"{help} A click in the first column lists the accounts behind its row.".strip()
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**", help=help or None)
        if (missing := _missing(needs, frame.empty)) or frame.empty:
            _nothing(empty, missing)
            return
        frame = drilling.named(frame)
        shown: dict[Any, Any] = {name: _column(name, frame[name]) for name in frame.columns} | dict(columns or {})
        links: dict[str, Any] = {}
        if drill:
            first = frame.columns[0]
            label = shown[first] if isinstance(shown[first], str) else shown[first]["label"]
            links = drilling.link(title, frame, first, label)
        elif "account_id" in frame:
            links = drilling.link(title, frame, "account_name", "Account")
        st.dataframe(
            _read_well(frame, shown),
            hide_index=True,
            width="stretch",
            column_config=shown | links,
            column_order=[name for name in frame.columns if name != "account_id"],
            height="content" if len(frame) <= 11 else 420,
            placeholder="–",
            alt=f"Table: {title}",
        )
        downloads(title, frame, filters)
        drilling.follow()
        if drill:
            drilling.pursue(title, drill)


def _read_well(frame: pd.DataFrame, shown: dict[Any, Any]) -> pd.DataFrame:
    """The frame with codes in words, and shares in per cent with one decimal (Streamlit's own format varies them)."""
    coded = {name: frame[name].map(words) for name in CODED & {*frame.columns}}
    shares = {}
    for name in frame.columns.intersection([*shown]):
        if isinstance(shown[name], dict) and (shown[name].get("type_config") or {}).get("format") == "percent":
            shown[name] = shown[name] | {"type_config": {"type": "number", "format": "%.1f %%"}}
            shares[name] = 100 * pd.to_numeric(frame[name])
    return frame.assign(**coded, **shares)


def _missing(needs: str, is_empty: bool) -> tuple[str, ...]:
    """The tables that a panel lacks."""
    if needs:
        return lacks_of(st.session_state["tower"]).for_any(needs.split())
    return tuple(st.session_state.get("_lacks", ())) if is_empty else ()


def _nothing(reason: str, missing: tuple[str, ...]) -> None:
    """Why a panel is empty."""
    if st.session_state.get("_failed"):
        st.warning("Not shown: what it rests on could not be read, see the message above.", icon=":material/error:")
    elif missing:
        st.info(f"Needs {listed(missing)}: not loaded.", icon=":material/database_off:")
    else:
        st.info(reason or "Nothing in this selection. Widen the filters or the months.", icon=":material/search_off:")


def _column(name: str, values: pd.Series) -> Any:
    """How a column looks where the page doesn't say: dollars, whole counts, or its title alone."""
    if pd.api.types.is_float_dtype(values):
        if is_money(name):
            return st.column_config.NumberColumn(title_of(name), format="dollar")
        if values.dropna().mod(1).eq(0).all():
            return st.column_config.NumberColumn(title_of(name), format="%,d")
    elif pd.api.types.is_integer_dtype(values):
        return st.column_config.NumberColumn(title_of(name), format="%,d")
    return title_of(name)


def money(**columns: str) -> dict[str, Any]:
    """The column configuration of money: column to label."""
    return {name: st.column_config.NumberColumn(label, format="dollar") for name, label in columns.items()}


def unanswered(filters: Filters, dimensions: Iterable[str], what: str) -> str:
    """The note of a panel that cannot answer to some of the active filters; empty when it can."""
    active = [DIMENSIONS[name].lower() for name in dimensions if filters.values[name]]
    return f"{what} isn't recorded by {' or '.join(active)}: it doesn't answer to that filter." if active else ""
