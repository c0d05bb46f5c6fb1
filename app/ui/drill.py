"""From a number to the accounts behind it, and from an account to its 360 page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.data import Tower, account_names, rows
from app.filters import Filters, shared
from app.pages import BY_KEY
from app.ui.charts import describe
from app.ui.exports import caption, file_name
from app.ui.formats import words
from warehouse.errors import TowerError

KINDS = {  # app/queries/accounts_<kind>.sql: what narrows it, beside the selection and the days
    "revenue": ("movement", "reason"),
    "retained": ("months_back",),
    "cohort": ("months_later",),
    "activated": ("activation",),
    "activation": (),
    "plans": ("plan_tier", "billing_interval"),
    "lines": ("product", "price_tier"),
    "invoices": ("payment_state",),
    "payments": ("failure",),
    "reconciled": ("explanation",),
    "deals": ("state", "result", "stage", "loss_reason", "rep"),
    "stages": ("stage",),
    "forecast": ("quarter", "week", "call"),
    "activities": ("rep", "activity_type", "sentiment", "due"),
    "credit": ("model", "touch_channel", "campaign"),
    "decile": ("decile",),
    "usage": ("errors",),
    "features": ("feature", "modules", "is_beta"),
    "tickets": ("priority", "category", "root_cause", "channel", "state", "open_on"),
}


@dataclass(frozen=True)
class Point:
    """What was clicked: the raw category (a code, a name, a first day), the series' column, and the drawn value.

    Of a table's row it is the first column's value, and the series is the row's number.
    """

    value: Any
    series: str
    amount: float | None = None


def accounts(tower: Tower, filters: Filters, kind: str, **where: Any) -> pd.DataFrame:
    """The accounts behind a number, one a row, with `account_id` and `account_name`; `kind` is a key of KINDS.

    Narrow the selection with `filters.narrowed(month, segment=…)`, the kind with its own columns, and what has a day
    (deals, tickets, activities, payments, usage) with `since` and `until`, both included.
    """
    if strange := {*where} - {*KINDS[kind], "since", "until"}:
        raise ValueError(f"{kind} knows {', '.join(KINDS[kind])}, not {', '.join(sorted(strange))}")
    days = {"since": filters.start, "until": filters.last_day}
    return rows(tower, f"accounts_{kind}", filters, **(dict.fromkeys(KINDS[kind]) | days | where))


def week(first: Any, filters: Filters | None = None) -> dict[str, date]:
    """The days of the week that begins on a day, those of the selection when it is given, for `accounts`."""
    since = pd.Timestamp(str(first)).date()
    until = since + timedelta(days=6)
    return {
        "since": max(since, filters.start) if filters else since,
        "until": min(until, filters.last_day) if filters else until,
    }


def events(tower: Tower, filters: Filters) -> pd.DataFrame:
    """Releases, price changes and campaigns that concern the selection: kind, day, label."""
    found = rows(tower, "markers", filters)
    return found[found["segment"].isna() | found["segment"].isin(filters.segment) | (not filters.segment)]


def draw(title: str, figure: go.Figure, drill: Callable[[Point], pd.DataFrame] | None = None) -> None:
    """Draw the figure with a button for its picture; with `drill`, a click opens the list of accounts."""
    # the picture alone shows this title: main.py hides it on the page, where title and selection stand above
    text = caption(title, st.session_state["tower"], st.session_state["filters"])
    place = {"x": 0, "y": 1, "xanchor": "left", "yanchor": "top", "xref": "container", "pad": {"l": 8, "t": 4}}
    figure.update_layout(title={"text": text, "font": {"size": 10}, **place})
    picture = {"format": "png", "scale": 2, "width": 1000, "height": figure.layout.height}
    picture["filename"] = file_name(title, st.session_state["filters"])
    config = {
        "displaylogo": False,
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": picture,
    }
    drawn: dict[str, Any] = {"config": config, "alt": describe(title, figure)}
    if drill is None:
        st.plotly_chart(figure, key=f"chart-{title}", **drawn)
        return
    turn = st.session_state.setdefault(f"_turn-{title}", 0)
    key = f"chart-{title}-{turn}"

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        points = [p for p in points if figure.data[p.get("curve_number", 0)].yaxis != "y2"]  # no markers
        st.session_state["_clicked"] = (title, _point(figure, points[0])) if points else None
        st.session_state[f"_turn-{title}"] = turn + 1  # a new key, so that no bar stays selected

    st.plotly_chart(figure, key=key, on_select=clicked, selection_mode="points", **drawn)
    pursue(title, drill)


def pursue(title: str, drill: Callable[[Point], pd.DataFrame]) -> None:
    """Open the list of accounts when something of this panel was clicked."""
    where, point = st.session_state.get("_clicked") or (None, None)
    if where == title and point:
        st.session_state["_clicked"] = None
        _listed(title, point, drill)


def _point(figure: go.Figure, event: dict[str, Any]) -> Point:
    """The raw category lies in the trace's `customdata`, the series' column in its `meta`."""
    trace = figure.data[event.get("curve_number", 0)]
    number = event.get("point_number", event.get("point_index", 0))
    flat = trace.orientation == "h" if hasattr(trace, "orientation") else False
    raw = trace.customdata[number] if trace.customdata is not None else event.get("y" if flat else "x")
    return Point(raw, str(trace.meta or trace.name or ""), event.get("x" if flat else "y"))


def _listed(title: str, point: Point, drill: Callable[[Point], pd.DataFrame]) -> None:
    from app.ui.panels import table  # panels draw charts, which open this list

    @st.dialog(f"{title}: the accounts behind", width="large")
    def show() -> None:
        follow()
        try:
            found, what = drill(point), words(point.value)
        except TowerError as error:
            st.error(str(error), icon=":material/database_off:")
            return
        count = found["account_id"].nunique() if "account_id" in found else len(found)
        st.caption(f"{count:,} accounts · {st.session_state['filters'].describe()}")
        empty = "No account lies behind this point."
        table(f"{title}: {what}", found, filters=st.session_state["filters"], empty=empty)

    show()


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with `account_name` first where it has accounts, looked up where only the id is there."""
    if "account_id" not in frame:
        return frame
    if "account_name" not in frame:
        ids = tuple(frame["account_id"].dropna().unique())
        names = account_names(st.session_state["tower"], ids).set_index("account_id")["account_name"]
        frame = frame.assign(account_name=frame["account_id"].map(names).fillna("Prospect without an account"))
    return frame[["account_name", *frame.columns.drop("account_name")]]


def link(title: str, frame: pd.DataFrame, column: str, label: str) -> dict[str, Any]:
    """The column configuration that makes the cells of a column open the 360 page of their account, or else the list
    of accounts behind their row."""
    key = f"open-{title}"

    def clicked() -> None:
        row = st.session_state[key]["row"]
        if column == "account_name":
            st.session_state["_open"] = frame["account_id"].iloc[row]
        else:
            st.session_state["_clicked"] = (title, Point(frame[column].iloc[row], str(row)))

    return {column: st.column_config.ButtonColumn(label, type="tertiary", alignment="left", on_click=clicked, key=key)}


def follow() -> None:
    """Go to the 360 page of the account that was clicked, keeping the selection."""
    account = st.session_state.pop("_open", None)
    if account:
        parameters = {**shared(st.session_state["filters"]), "account": str(account)}
        st.switch_page(BY_KEY["customer"].script, query_params=parameters)
