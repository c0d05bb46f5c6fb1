"""The forecast of the quarter, week by week, and how the forecasts of earlier quarters turned out."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.data import kpis, rows
from app.found import NOTHING, Found
from app.selection import Filters, Tower
from app.ui import charts
from app.ui.colours import GOOD, PLAIN, TARGET, TOTAL
from app.ui.drill import Point, accounts
from app.ui.filters import page_filter
from app.ui.panels import chart, unanswered
from app.ui.pipelines import stages_in
from app.ui.visit import Visit
from company.calendar import add_months, quarter_label, quarter_start
from metrics.formats import Currency, money

CALLS = {"committed": "Commit", "best_case": "Best case", "weighted": "Weighted"}
NONE = "No whole quarter with a forecast lies before the end of the range."


def weeks(tower: Tower, filters: Filters) -> Found:
    """The forecast of each quarter as it stood at the start of each week, with the whole weeks left."""
    found = rows(tower, "forecast_weeks", filters)
    history = found.frame
    quarters = [quarter_label(day, tower.year_starts) for day in history["quarter_start"]]
    return found.having(history.assign(left=history["days_left"].astype(float) // 7, quarter=quarters))


def _note(visit: Visit) -> str:
    note = unanswered(visit, ["region", "acquisition_channel"], "The weekly forecast (and its target)")
    return f"{note} {unanswered(visit, ['pipeline'], 'The target')}".strip()


def _deals(tower: Tower, filters: Filters, row: pd.Series, call: str) -> Found:
    """The accounts behind a forecast as it stood in a week: what was won by then, and the open deals it counts on."""
    known = replace(filters, region=(), acquisition_channel=())
    if call == "target":
        return NOTHING
    if call == "actual":
        end = add_months(row["quarter_start"], 2)
        return accounts(tower, replace(known, start=row["quarter_start"], end=end), "won_amount")
    return rows(tower, "forecast_accounts", known, quarter=row["quarter_start"], week=row["week_start"], call=call)


def this_quarter(visit: Visit, history: Found, stages: pd.DataFrame) -> None:
    """The quarter in which the range ends: its forecast against the target, and week by week."""
    tower, filters = visit.build, visit.filters
    quarter = quarter_start(filters.end, tower.year_starts)
    name = quarter_label(quarter, tower.year_starts)
    # the weekly forecast knows segments only: so must the target that it is measured against
    plan = kpis(tower, ["bookings_target"], {"segment": filters.segment}, quarter, add_months(quarter, 2))
    target = math.nan if filters.pipeline else float(plan.frame["bookings_target"].iloc[0])
    standing = history.frame[history.frame["quarter_start"] == quarter]
    note, missing = _note(visit), f"{name} has no forecast: the data do not know it from its first day."
    left, right = st.columns(2)
    with left:
        last = standing.iloc[-1] if len(standing) else None
        chart(
            visit,
            f"{name} against target",
            None if last is None else _calls(last, target, tower.company.currency),
            of=history,
            help="With the share of the target. Closed: won before the week began. Commit adds open deals in "
            f"{stages_in(stages, 'commit')}, best case those in {stages_in(stages, 'best_case')}; weighted adds every "
            "open deal × the share of such deals won within the quarter. A click lists those deals by account, with "
            "their whole amounts.",
            note=note if last is None else f"As known on {last['week_start']:%-d %b %Y}, the week's first day. {note}",
            empty=missing,
            drill=lambda point: _deals(tower, filters, standing.iloc[-1], point.value),
        )
    with right:
        figure, known = _fan(history.frame, standing, quarter, target)
        chart(
            visit,
            f"{name}, week by week",
            figure,
            of=history,
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


def _calls(last: pd.Series, target: float, currency: Currency) -> go.Figure | None:
    """Target, what is closed, the three forecasts and what the quarter turned out to bring."""
    steps = {"target": ("Target", TARGET), "won": ("Closed", GOOD)}
    steps |= {call: (label, PLAIN.colour_of("forecast", call) or TOTAL) for call, label in CALLS.items()}
    steps |= {"actual": ("Turned out", TOTAL)}
    amounts = {call: target if call == "target" else last[call] for call in steps}
    found = [(call, label, amounts[call], colour) for call, (label, colour) in steps.items()]
    calls = pd.DataFrame(found, columns=["call", "label", "amount", "colour"]).astype({"amount": float}).dropna()
    labels = [f"{money(v, currency)} · {v / target:.0%}" if target > 0 else money(v, currency) for v in calls["amount"]]
    colours = list(calls["colour"])
    figure = charts.bars(calls, "label", "amount", tick=charts.MONEY, labels=labels, colours=colours, horizontal=True)
    return figure and figure.update_traces(customdata=charts.at(calls, "call"))


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
        figure.data[0].line.color = GOOD
        figure.update_xaxes(tickvals=list(fan["week_start"])[:: len(fan) // 6 + 1], tickformat="%-d %b")
        charts.expected(fan, "week_start", "weighted", "low", "high", "Weighted forecast", figure=figure)
        figure.data[-1].update(meta="weighted", customdata=charts.at(fan, "week_start"))
        if not math.isnan(target):
            figure.add_hline(y=target, line_dash="dash", line_color=TOTAL, annotation_text="Target")
    return figure, int(spread["size"].max()) if len(spread) else 0


def earlier_quarters(visit: Visit, history: Found) -> None:
    """How far the forecasts of whole quarters were from what those brought."""
    tower, filters = visit.build, visit.filters
    st.subheader("How earlier forecasts turned out")
    call = page_filter(visit, "call", "Forecast", CALLS, default="weighted", format_func=CALLS.__getitem__)
    known = history.frame[history.frame["is_complete"].astype(bool) & (history.frame["left"] <= 13)]
    past = known.dropna(subset=[call])
    past = past.assign(error=past[call] / past["actual"] - 1, size=(past[call] / past["actual"] - 1).abs())
    quality = past.groupby("left", as_index=False).agg(bias=("error", "mean"), accuracy=("size", "mean"))

    def then(point: Point) -> Found:
        """The deals of a quarter's forecast as they stood with so many weeks left."""
        found = past[(past["quarter"] == point.where["quarter"]) & (past["left"] == float(point.where["left"]))]
        return _deals(tower, filters, found.iloc[0], call)

    left, right = st.columns(2)
    with left:
        figure = charts.lines_by(past, "left", "error", "quarter", tick=".0%")
        chart(
            visit,
            "Error of the forecast by weeks left",
            _backwards(figure),
            of=history,
            help="(Forecast − what the quarter brought) ÷ what it brought: above zero was too much.",
            note=f"Whole quarters up to the end of the range. {_note(visit)}",
            empty=NONE,
            drill=then,
        )
    with right:
        means = {"accuracy": "Mean size of the error", "bias": "Bias"}
        chart(
            visit,
            "Accuracy and bias",
            _backwards(charts.lines(quality, "left", means, tick=".0%", zero=True)),
            of=history,
            help="Bias is the mean error with its sign; below zero the forecast says too little.",
            note=f"From {past['quarter'].nunique()} quarters: few, so read it as a tendency. {_note(visit)}",
            empty=NONE,
        )


def _backwards(figure: go.Figure | None) -> go.Figure | None:
    """Time runs to the right: many weeks left come first."""
    return figure and figure.update_xaxes(autorange="reversed", title="Whole weeks left")
