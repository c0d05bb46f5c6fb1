"""From a number to the accounts behind it, and from an account to its 360 page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.data import account_names, rows
from app.found import Found
from app.pages import BY_KEY
from app.selection import Filters, Tower

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
    """What was clicked. `where` maps dimensions to raw values (a code, a name, a first day).

    A chart's point has the column of its series and the drawn value; a table's row has its first column in `where`,
    and its number.
    """

    where: Mapping[str, Any]
    series: str = ""
    amount: float | None = None
    row: int = 0

    @property
    def value(self) -> Any:
        """The raw value of the first dimension."""
        return next(iter(self.where.values()))


Drill = Callable[[Point], Found]


def accounts(tower: Tower, filters: Filters, kind: str, **where: Any) -> Found:
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
    found = rows(tower, "markers", filters).frame
    return found[found["segment"].isna() | found["segment"].isin(filters.segment) | (not filters.segment)]


def point_of(figure: go.Figure, event: Mapping[str, Any]) -> Point:
    """The point of a figure that a click names: the trace's `customdata` holds its mapping, `meta` the series."""
    trace = figure.data[event.get("curve_number", 0)]
    number = event.get("point_number", event.get("point_index", 0))
    flat = getattr(trace, "orientation", None) == "h"
    return Point(dict(trace.customdata[number]), str(trace.meta or trace.name or ""), event.get("x" if flat else "y"))


def named(tower: Tower, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with `account_name` first where it has accounts, looked up where only the id is there."""
    if "account_id" not in frame:
        return frame
    if "account_name" not in frame:
        ids = tuple(frame["account_id"].dropna().unique())
        names = account_names(tower, ids).set_index("account_id")["account_name"]
        frame = frame.assign(account_name=frame["account_id"].map(names).fillna("Prospect without an account"))
    return frame[["account_name", *frame.columns.drop("account_name")]]


def follow(filters: Filters) -> None:
    """Go to the 360 page of the account that was clicked, keeping the selection."""
    account = st.session_state.pop("_open", None)
    if account:
        st.switch_page(BY_KEY["customer"].script, query_params={**filters.parameters, "account": str(account)})
