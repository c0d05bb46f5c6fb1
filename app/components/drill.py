"""From a number to the accounts behind it, and from an account to its 360 page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.components.charts import describe
from app.components.exports import caption, file_name
from app.components.formats import words
from app.data import Tower, account_names, rows
from app.filters import Filters, shared
from warehouse.errors import TowerError

KINDS = {
    "revenue": ("movement", "reason"),
    "deals": ("state", "stage", "loss_reason"),
    "stages": ("stage",),
    "tickets": ("priority", "category", "root_cause", "week", "state"),
    "cohort": ("months_later",),
    "activated": ("activation",),
}


@dataclass(frozen=True)
class Point:
    """What was clicked: the raw category (a code, a name, a first day), the series' column, and the drawn value."""

    value: Any
    series: str
    amount: float | None


def accounts(tower: Tower, filters: Filters, kind: str, **where: Any) -> pd.DataFrame:
    """The accounts behind a number, one a row, with `account_id` and `account_name`; `kind` is a key of KINDS.

    Narrow the selection with `filters.narrowed(month, segment=…)` and the kind with its own columns. revenue: movement
    (new_mrr, churned_mrr, …; otherwise MRR at the end), reason; deals: state (won, lost, open, created; otherwise all
    closed), stage, loss_reason; stages: stage; tickets: priority, category, root_cause, week (its first day), state
    (response or resolution due, answered); cohort: months_later; activated: activation.
    """
    if strange := set(where) - set(KINDS[kind]):
        raise ValueError(f"{kind} knows {', '.join(KINDS[kind])}, not {', '.join(sorted(strange))}")
    return rows(tower, f"accounts_{kind}", filters, **(dict.fromkeys(KINDS[kind]) | where))


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
        st.session_state["_clicked"] = (title, _point(figure, points[0])) if points else None
        st.session_state[f"_turn-{title}"] = turn + 1  # a new key, so that no bar stays selected

    st.plotly_chart(figure, key=key, on_select=clicked, selection_mode="points", **drawn)
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
    from app.components.panels import table  # panels draw charts, which open this list

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
        frame = frame.assign(account_name=frame["account_id"].map(names))
    return frame[["account_name", *frame.columns.drop("account_name")]]


def link(title: str, frame: pd.DataFrame) -> dict[str, Any]:
    """The column configuration that makes names open 360 pages; empty where there are none."""
    if "account_id" not in frame or "customer" not in st.session_state.get("pages", ()):
        return {}
    key = f"open-{title}"

    def clicked() -> None:
        st.session_state["_open"] = frame["account_id"].iloc[st.session_state[key]["row"]]

    button = st.column_config.ButtonColumn("Account", type="tertiary", alignment="left", on_click=clicked, key=key)
    return {"account_name": button}


def follow() -> None:
    """Go to the 360 page of the account that was clicked, keeping the selection."""
    account = st.session_state.pop("_open", None)
    if account and "customer" in st.session_state.get("pages", ()):
        parameters = {**shared(st.session_state["filters"]), "account": str(account)}
        st.switch_page(st.session_state["pages"]["customer"], query_params=parameters)
