"""The forecast of the quarter, week by week, and how the forecasts of earlier quarters turned out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.data import Tower, kpis, rows
from app.filters import Filters, add_months, page_filter
from app.ui import charts
from app.ui.drill import Point, accounts
from app.ui.formats import COLOURS, money
from app.ui.panels import chart, unanswered

CALLS = {"committed": "Commit", "best_case": "Best case", "weighted": "Weighted"}
NONE = "No whole quarter with a forecast lies before the end of the range."


def weeks(tower: Tower, filters: Filters) -> pd.DataFrame:
    """The forecast of each quarter as it stood at the start of each week, with the whole weeks left."""
    history = rows(tower, "forecast_weeks", filters)
    quarters = [f"Q{day.month // 3 + 1} {day.year}" for day in history["quarter_start"]]
    return history.assign(left=history["days_left"].astype(float) // 7, quarter=quarters)


def _note(filters: Filters) -> str:
    return unanswered(filters, ["region", "acquisition_channel"], "The weekly forecast (and its target)")


def _deals(tower: Tower, filters: Filters, row: pd.Series, call: str) -> pd.DataFrame:
    """The accounts behind a forecast as it stood in a week: what was won by then, and the open deals it counts on."""
    known = replace(filters, region=(), acquisition_channel=())
    if call == "target":
        return pd.DataFrame()
    if call == "actual":
        end = add_months(row["quarter_start"], 2)
        return accounts(tower, replace(known, start=row["quarter_start"], end=end), "deals", state="won")
    return accounts(tower, known, "forecast", quarter=row["quarter_start"], week=row["week_start"], call=call)


def this_quarter(tower: Tower, filters: Filters, history: pd.DataFrame) -> None:
    """The quarter in which the range ends: its forecast against the target, and week by week."""
    quarter = add_months(filters.end, -((filters.end.month - 1) % 3))
    name = f"Q{quarter.month // 3 + 1} {quarter.year}"
    # the weekly forecast knows segments only: so must the target that it is measured against
    plan = kpis(tower, ["bookings_target"], {"segment": filters.segment}, quarter, add_months(quarter, 2))
    target = float(plan["bookings_target"].iloc[0])
    standing = history[history["quarter_start"] == quarter]
    note, missing = _note(filters), f"{name} has no forecast: the data do not know it from its first day."
    left, right = st.columns(2)
    with left:
        last = standing.iloc[-1] if len(standing) else None
        chart(
            f"{name} against target",
            None if last is None else _calls(last, target),
            help="With the share of the target. Closed: won before the week began. Commit adds open deals in "
            "negotiation, best case those in proposal; weighted adds every open deal × the share of such deals won "
            "within the quarter. A click lists those deals by account, with their whole amounts.",
            note=note if last is None else f"As known on {last['week_start']:%d %b %Y}, the week's first day. {note}",
            empty=missing,
            drill=lambda point: _deals(tower, filters, standing.iloc[-1], point.value),
        )
    with right:
        figure, known = _fan(history, standing, quarter, target)
        chart(
            f"{name}, week by week",
            figure,
            help="Band: where earlier quarters ended, relative to their weighted forecast with as many weeks left.",
            note=f"Band from {known} earlier quarters: a range seen, not a probability. {note}"
            if known
            else f"No earlier quarter is complete, so that there is no band. {note}",
            empty=missing,
            drill=lambda point: _deals(tower, filters, _week(standing, point), point.series),
            marks=True,
        )


def _week(standing: pd.DataFrame, point: Point) -> pd.Series:
    return standing[pd.to_datetime(standing["week_start"]) == pd.Timestamp(str(point.value))].iloc[0]


def _calls(last: pd.Series, target: float) -> go.Figure | None:
    """Target, what is closed, the three forecasts and what the quarter turned out to bring."""
    steps = {"target": ("Target", "target"), "won": ("Closed", "won"), "committed": (CALLS["committed"], "commit")}
    steps |= {name: (CALLS[name], name) for name in ("best_case", "weighted")} | {"actual": ("Turned out", "total")}
    found = [
        (call, label, target if call == "target" else last[call], COLOURS[c]) for call, (label, c) in steps.items()
    ]
    calls = pd.DataFrame(found, columns=["call", "label", "amount", "colour"]).astype({"amount": float}).dropna()
    labels = [f"{money(v)} · {v / target:.0%}" if target > 0 else money(v) for v in calls["amount"]]
    colours = list(calls["colour"])
    figure = charts.bars(calls, "label", "amount", tick=charts.MONEY, labels=labels, colours=colours, horizontal=True)
    return figure and figure.update_traces(customdata=list(calls["call"]))


def _fan(history: pd.DataFrame, standing: pd.DataFrame, quarter: date, target: float) -> tuple[go.Figure | None, int]:
    """What is closed and the weighted forecast by week, with a band from the quarters before; and their number."""
    done = history[history["is_complete"].astype(bool) & (history["quarter_start"] < quarter)].dropna(
        subset=["weighted"]
    )
    spread = done.assign(ratio=done["actual"] / done["weighted"]).groupby("left")["ratio"].agg(["min", "max", "size"])
    fan = standing.merge(spread, left_on="left", right_index=True, how="left")
    fan = fan.assign(low=fan["weighted"] * fan["min"], high=fan["weighted"] * fan["max"])
    figure = charts.lines(fan, "week_start", {"won": "Closed"}, tick=charts.MONEY, zero=True)
    if figure:
        figure.data[0].line.color = COLOURS["won"]
        charts.expected(fan, "week_start", "weighted", "low", "high", "Weighted forecast", figure=figure)
        figure.data[-1].update(meta="weighted", customdata=fan["week_start"].astype(str))
        figure.add_hline(y=target, line_dash="dash", line_color=COLOURS["total"], annotation_text="Target")
    return figure, int(spread["size"].max()) if len(spread) else 0


def earlier_quarters(tower: Tower, filters: Filters, history: pd.DataFrame) -> None:
    """How far the forecasts of whole quarters were from what those brought."""
    st.subheader("How earlier forecasts turned out")
    call = page_filter("call", "Forecast", CALLS, default="weighted", format_func=CALLS.__getitem__)
    past = history[history["is_complete"].astype(bool) & (history["left"] <= 13)].dropna(subset=[call])
    past = past.assign(error=past[call] / past["actual"] - 1, size=(past[call] / past["actual"] - 1).abs())
    quality = past.groupby("left", as_index=False).agg(bias=("error", "mean"), accuracy=("size", "mean"))

    def then(point: Point) -> pd.DataFrame:
        """The deals of a quarter's forecast as they stood with so many weeks left."""
        found = past[(past["quarter"] == point.series) & (past["left"] == float(point.value))]
        return _deals(tower, filters, found.iloc[0], call)

    left, right = st.columns(2)
    with left:
        figure = charts.lines_by(past, "left", "error", "quarter", tick=".0%")
        chart(
            "Error of the forecast by weeks left",
            _backwards(figure),
            help="(Forecast − what the quarter brought) ÷ what it brought: above zero was too much.",
            note=f"Whole quarters up to the end of the range. {_note(filters)}",
            empty=NONE,
            drill=then,
        )
    with right:
        means = {"accuracy": "Mean size of the error", "bias": "Bias"}
        chart(
            "Accuracy and bias",
            _backwards(charts.lines(quality, "left", means, tick=".0%", zero=True)),
            help="Bias is the mean error with its sign; below zero the forecast says too little.",
            note=f"From {past['quarter'].nunique()} quarters: few, so read it as a tendency. {_note(filters)}",
            empty=NONE,
        )


def _backwards(figure: go.Figure | None) -> go.Figure | None:
    """Time runs to the right: many weeks left come first."""
    return figure and figure.update_xaxes(autorange="reversed", title="Whole weeks left")
