"""MRR of the months to come by parts, and how earlier forecasts of it turned out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.ui import charts
from app.ui.colours import ACTUAL, MOVEMENTS, TARGET
from app.ui.filters import page_filter
from app.ui.panels import chart, money, table
from app.ui.visit import Visit
from app.views.forecast.ahead import CLOSED, WHOLE, Outlook, unanswered_by
from app.views.forecast.scenario import BANDS
from company.calendar import month_label

LEAST = 9  # complete months that a forecast of MRR needs; scoring/forecast/mrr.py says so
PAST = 12  # months whose movements are shown
BANDS_HELP = (
    f"{WHOLE} Dark band: MRR lies within it with 80 % probability, light: 95 %. Bands come from simulated months like "
    "those that were, and are as wide as the company's own earlier forecasts needed."
)
PARTS_HELP = (
    "New MRR is the recent mean of a month, with the pattern of the months of a quarter; the others are their mean "
    "shares of the MRR that a month begins with. Grey: months to come. They add up to MRR, to the cent."
)
DRIFT_HELP = (
    "Mean size of the error as a share of MRR. Drift carries on the mean move of a month: a forecast must beat it."
)


def months_ahead(visit: Visit, outlook: Outlook) -> None:
    """MRR and what moves it, past and to come."""
    history, moved = outlook.history, outlook.moved
    note = unanswered_by(visit)
    empty = f"It takes {LEAST} complete months of MRR; {len(history)} are known. The next build after them shows it."
    empty = CLOSED if visit.build.scope else empty
    left, right = st.columns(2)
    with left:
        chart(
            visit,
            "MRR, and what it is expected to be",
            _fan(outlook),
            of=outlook.months,
            help=BANDS_HELP,
            note=f"From the end of {month_label(history['period'].iloc[-1])}. {note}" if len(history) else note,
            empty=empty,
        )
    with right:
        title, figure = "What moves MRR, month by month", _parts(history, moved.frame)
        chart(visit, title, figure, of=outlook.months, help=PARTS_HELP, note=note, empty=empty)
    if len(moved.frame):
        with st.expander("The months to come as a table"):
            shown = moved.frame.rename(columns={"period": "forecast_month"}).drop(columns="months_ahead")
            labels = {movement.metric: movement.label for movement in MOVEMENTS}
            labels |= {"starting_mrr": "Start", "mrr": "MRR", "low_95": "95 % from", "low_80": "80 % from"}
            labels |= {"high_80": "80 % to", "high_95": "95 % to"}
            table(visit, "MRR by month to come", moved.having(shown), columns=money(**labels))


def _fan(outlook: Outlook) -> go.Figure | None:
    """The line of MRR, carried on by the forecast in its bands; under a scenario beside what it would be without."""
    moved, history = outlook.moved.frame, outlook.history
    if moved.empty or history.empty:
        return None
    figure = charts.lines(history, "period", {"mrr": "MRR"}, tick=charts.MONEY, markers=False) or go.Figure()
    last = history.iloc[[-1]][["period", "mrr"]]
    last = last.assign(**dict.fromkeys(BANDS, last["mrr"]))

    def joined(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([last, frame[last.columns]], ignore_index=True)

    def line(frame: pd.DataFrame, name: str, **style: Any) -> None:
        hover = f"%{{y:{charts.MONEY}}}"
        figure.add_scatter(x=frame["period"], y=frame["mrr"], mode="lines", name=name, line=style, hovertemplate=hover)

    ahead = joined(moved)
    charts.between(ahead, "period", "low_95", "high_95", "95 %", figure, strength=0.10)
    charts.between(ahead, "period", "low_80", "high_80", "80 %", figure, strength=0.20)
    if outlook.scenario.is_as_was:
        line(ahead, "Expected", dash="dash", color=ACTUAL, width=2.5)
    else:
        line(joined(outlook.months.frame), "As it was", dash="dot", color=TARGET)
        line(ahead, "Scenario", dash="dash", color=ACTUAL, width=2.5)
    return figure


def _parts(history: pd.DataFrame, moved: pd.DataFrame) -> go.Figure | None:
    """Movements by month, those that take away below the axis; the months to come on grey."""
    if moved.empty:
        return None
    names = [movement.metric for movement in MOVEMENTS]
    both = pd.concat([history.tail(PAST)[["period", *names]], moved[["period", *names]]], ignore_index=True)
    both = both.assign(**{m.metric: m.sign * both[m.metric] for m in MOVEMENTS})
    labels, colours = {m.metric: m.label for m in MOVEMENTS}, {m.metric: m.colour for m in MOVEMENTS}
    figure = charts.stacked(both, "period", labels, charts.MONEY, colours=colours)
    if figure:
        half = pd.Timedelta(days=15)
        first, last = pd.Timestamp(moved["period"].iloc[0]), pd.Timestamp(moved["period"].iloc[-1])
        figure.add_vrect(x0=first - half, x1=last + half, fillcolor=TARGET, opacity=0.12, line_width=0, layer="below")
    return figure


def turned_out(visit: Visit, outlook: Outlook) -> None:
    """What earlier forecasts of MRR said, beside what came; and their error by months ahead, beside drift."""
    frame = outlook.trials.frame
    empty = f"It takes more than {LEAST} complete months: earlier ones have too little to learn from."
    empty = CLOSED if visit.build.scope else empty
    shown = page_filter(visit, "ahead", "Earlier forecasts, months ahead", [1, 3, 6], default=3)
    some = frame[frame["months_ahead"] == shown]
    left, right = st.columns(2)
    with left:
        figure = charts.lines(some, "period", {"actual": "Turned out"}, tick=charts.MONEY)
        if figure:
            charts.expected(some, "period", "forecast", "low_80", "high_80", "Forecast", figure=figure)
        chart(
            visit,
            f"MRR as it was foreseen {shown} month{'s' if shown > 1 else ''} before",
            figure,
            of=outlook.trials,
            help="Forecasts made month by month in the past, which knew nothing that came later. Band: 80 %.",
            note=f"{some['is_within_80'].sum():.0f} of {len(some)} months lie within their band." if len(some) else "",
            empty=empty,
        )
    with right:
        own, drift = ((frame[name] / frame["actual"] - 1).abs() for name in ("forecast", "drift"))
        means = frame.assign(own=own, drift=drift).groupby("months_ahead", as_index=False)[["own", "drift"]].mean()
        names = {"own": "Forecast", "drift": "Drift"}
        figure = charts.lines(means, "months_ahead", names, tick=".1%", dashed=("drift",), zero=True)
        scaled = ((frame["forecast"] - frame["actual"]).abs() / frame["step"]).mean()
        chart(
            visit,
            "Error by months ahead",
            figure and figure.update_xaxes(title="Months ahead", dtick=1),
            of=outlook.trials,
            help=DRIFT_HELP,
            note=f"In mean moves of a month (MASE): {scaled:.2f}." if len(frame) else "",
            empty=empty,
        )
