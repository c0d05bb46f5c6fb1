"""From a number to the accounts behind it, and from an account to its 360 page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.data import account_heads, kpis, listed, rows
from app.found import Found
from app.pages import BY_KEY
from app.selection import Filters, Tower
from company.calendar import add_months

NOBODY = "Prospect without an account"


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


def accounts(
    tower: Tower,
    filters: Filters,
    *metrics: str,
    each: str | None = None,
    days: tuple[date, date] | None = None,
    **dimensions: str | Iterable[str] | None,
) -> Found:
    """The accounts behind the numbers of metrics, one a row and the largest first, with the parts of the numbers.

    Narrow the selection with `filters.narrowed(month, segment=…)`, what has a day with the first and last of its
    `days`, and the rest by the metrics' own dimensions; one that is None narrows nothing. With `each`, a key of the
    metrics such as a deal, there is a row for each of those: what a median is over.
    """
    narrow = {
        name: (given,) if isinstance(given, str) else tuple(given)
        for name, given in dimensions.items()
        if given is not None
    }
    start, end = days or (filters.start, filters.end)
    keys = {"account": "account_id"} | ({each: each} if each else {})
    found = listed(tower, metrics, filters.asked, start, end, [*keys], days=bool(days), dimensions=narrow)
    return described(tower, found.having(found.frame.rename(columns=keys)))


def described(tower: Tower, found: Found) -> Found:
    """A list of accounts with who they are."""
    heads = account_heads(tower, tuple(found.frame["account_id"].dropna().unique()))
    listing = found.frame.merge(heads, on="account_id", how="left")
    listing["account_name"] = listing["account_name"].fillna(NOBODY)
    return found.having(listing[[*heads.columns, *found.frame.columns.drop("account_id")]])


def cohort(tower: Tower, filters: Filters, later: int) -> Found:
    """The customers won within the months, with what they pay so many months later, once those are over."""
    won = accounts(tower, filters, "new_mrr")
    if won.frame.empty:
        return won
    last = add_months(tower.last_month, -tower.is_partial)
    asked = filters.values | {"account": tuple(won.frame["account_id"])}
    until = min(add_months(filters.end, later), last)
    paid = kpis(tower, ["new_mrr", "mrr"], asked, filters.start, until, ["account"], "month").frame
    begun = paid[(paid["new_mrr"] > 0) & (paid["period"] <= min(filters.end, add_months(last, -later)))]
    begun = begun.assign(period=[add_months(month, later) for month in begun["period"]])
    found = begun[["account", "period", "new_mrr"]].merge(paid[["account", "period", "mrr"]], how="left")
    found = found.rename(columns={"account": "account_id", "new_mrr": "mrr_at_start", "mrr": "mrr_then"})
    found = found.drop(columns="period").fillna({"mrr_then": 0}).sort_values("mrr_at_start", ascending=False)
    return described(tower, won.having(found.assign(is_still_paying=found["mrr_then"] > 0)))


def on_day(only: Any) -> tuple[date, date]:
    """The first and last of one day, for `accounts`."""
    day = pd.Timestamp(str(only)).date()
    return day, day


def week(first: Any, filters: Filters | None = None) -> tuple[date, date]:
    """The first and last day of the week that begins on a day, within the selection when it is given."""
    since = pd.Timestamp(str(first)).date()
    until = since + timedelta(days=6)
    return (max(since, filters.start), min(until, filters.last_day)) if filters else (since, until)


def events(tower: Tower, filters: Filters) -> pd.DataFrame:
    """Releases, price changes and campaigns that concern the selection: kind, day, label."""
    found = rows(tower, "markers", filters).frame
    return found[found["segment"].isna() | found["segment"].isin(filters.segment) | (not filters.segment)]


def answers(figure: go.Figure, event: Mapping[str, Any]) -> bool:
    """Whether a click can be asked for accounts: markers of what happened and lines that only guide have none."""
    return figure.data[event.get("curve_number", 0)].customdata is not None


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
        names = account_heads(tower, ids).set_index("account_id")["account_name"]
        frame = frame.assign(account_name=frame["account_id"].map(names).fillna(NOBODY))
    return frame[["account_name", *frame.columns.drop("account_name")]]


def follow(filters: Filters) -> None:
    """Go to the 360 page of the account that was clicked, keeping the selection."""
    account = st.session_state.pop("_open", None)
    if account:
        st.switch_page(BY_KEY["customer"].script, query_params={**filters.parameters, "account": str(account)})
