"""Bookings of the quarter: what they will be made of, and what was said of earlier quarters."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from app.ui import charts
from app.ui.colours import GOOD, OPEN, PURPLE, TARGET, TOTAL
from app.ui.panels import chart
from app.ui.visit import Visit
from app.views.forecast.ahead import CLOSED, WHOLE, Outlook, unanswered_by
from company.calendar import quarter_label
from metrics.formats import money

PARTS = {  # of the quarter's bookings: label, colour
    "won": ("Won", GOOD),
    "from_open": ("Open deals", PURPLE),
    "from_new": ("Still to be created", OPEN),
    "forecast": ("Expected in all", TOTAL),
    "target": ("Target", TARGET),
}
SAID = {"start": "Said at its start", "middle": "Said in its middle", "actual": "Turned out"}
SAID_COLOURS = {"start": OPEN, "middle": PURPLE, "actual": TOTAL}
SHOWN = 6  # earlier quarters
HELP = (  # with the company's word for a segment
    f"{WHOLE} ACV without renewals. Open deals: each × the chance that a deal of its {{}} and stage is won by the "
    "quarter's end, as deals moved in the past weeks. Still to be created: at the pace of the last months."
)
PAST_HELP = "Forecasts that knew no more than was known then, but for amounts: those of deals are as they stand now."


def quarter_ahead(visit: Visit, outlook: Outlook) -> None:
    """The section on bookings."""
    left, right = st.columns(2)
    with left:
        _made_of(visit, outlook)
    with right:
        _earlier(visit, outlook)


def _made_of(visit: Visit, outlook: Outlook) -> None:
    tower, currency, quarter = visit.build, visit.build.company.currency, outlook.quarter
    figure, note = None, unanswered_by(visit)
    if quarter is not None:
        amounts = {key: outlook.target if key == "target" else float(quarter[key]) for key in PARTS}
        found = [(*PARTS[key], amount) for key, amount in amounts.items() if not math.isnan(amount)]
        frame = pd.DataFrame(found, columns=["part", "colour", "amount"])
        texts, colours = [money(amount, currency) for amount in frame["amount"]], list(frame["colour"])
        figure = charts.bars(frame, "part", "amount", tick=charts.MONEY, labels=texts, colours=colours, horizontal=True)
        name = quarter_label(quarter["quarter_start"], tower.year_starts)
        band = f"{money(quarter['low_80'], currency)} to {money(quarter['high_80'], currency)}"
        note = f"{name} as known at the end of {tower.as_of:%-d %b %Y}; 80 %: {band}. {note}".replace("$", r"\$")
    chart(
        visit,
        "What the quarter's bookings will be made of",
        figure,
        of=outlook.quarters,
        help=HELP.format(tower.company.noun("segment")),
        note=note,
        empty=CLOSED if tower.scope else "It takes 26 weeks of deals, and ten deals that were won in them.",
    )


def _earlier(visit: Visit, outlook: Outlook) -> None:
    frame, scope, years = outlook.quarters.frame, visit.build.scope, visit.build.year_starts
    past = frame[~frame["is_current"].astype(bool)]
    wide = past.pivot_table(index="quarter_start", columns="stand", values="forecast")
    wide = wide.join(past.groupby("quarter_start")["actual"].first()).reindex(columns=[*SAID]).reset_index().tail(SHOWN)
    wide = wide.assign(quarter=[quarter_label(day, years) for day in wide["quarter_start"]])
    off = (past["forecast"] / past["actual"] - 1).abs().groupby(past["stand"]).median()
    words = [
        f"{off[stand]:.0%} {said}"
        for stand, said in (("start", "at its start"), ("middle", "in its middle"))
        if stand in off
    ]
    note = f"Median error of {past['quarter_start'].nunique()} quarters: {' and '.join(words)}." if words else ""
    chart(
        visit,
        "What was said of the bookings of earlier quarters",
        charts.stacked(wide, "quarter", SAID, charts.MONEY, side_by_side=True, colours=SAID_COLOURS),
        of=outlook.quarters,
        help=PAST_HELP,
        note=note,
        empty=CLOSED if scope else "No quarter is over that had 26 weeks of deals before it.",
    )
