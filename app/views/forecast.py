"""Forecast: what the quarter will bring, how sure that is, and how earlier forecasts turned out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import COLOURS
from app.components.formats import money as dollars
from app.components.page import head
from app.components.panels import chart, money, table, unanswered
from app.data import kpis, rows
from app.filters import add_months, page_filter

CALLS = {"committed": "Commit", "best_case": "Best case", "weighted": "Weighted"}
NOW = "Open on the as-of date, whatever the months."
NONE = "No whole quarter with a forecast lies before the end of the range."
tower, filters = head("Forecast", marks=True)
cards(
    tower,
    filters,
    "won_amount bookings_target win_rate sales_cycle_days slip_share "
    "open_pipeline weighted_pipeline crm_weighted_pipeline overdue_pipeline sales_velocity",
)
quarter = add_months(filters.end, -((filters.end.month - 1) % 3))
name = f"Q{quarter.month // 3 + 1} {quarter.year}"
# the weekly forecast knows segments only: so must the target that it is measured against
plan = kpis(tower, ["bookings_target"], {"segment": filters.segment}, quarter, add_months(quarter, 2))
target = float(plan["bookings_target"].iloc[0])
history = rows(tower, "forecast_weeks", filters)
history["left"] = history["days_left"].astype(float) // 7
whole = history["is_complete"].astype(bool)
weeks = history[history["quarter_start"] == quarter]
note = unanswered(filters, ["region", "acquisition_channel"], "The weekly forecast (and its target)")
missing = f"{name} has no forecast: the data do not know it from its first day."
left, right = st.columns(2)
with left:
    last = weeks.iloc[-1] if len(weeks) else pd.Series(dtype=float)
    steps = {"Target": (target, "target"), "Closed": (last.get("won"), "won")}
    colours = ("commit", "best_case", "weighted")
    steps |= {CALLS[key]: (last.get(key), colour) for key, colour in zip(CALLS, colours, strict=True)}
    steps |= {"Turned out": (last.get("actual"), "total")}
    calls = pd.DataFrame([(call, *rest) for call, rest in steps.items()], columns=["call", "amount", "colour"])
    calls = calls.astype({"amount": float}).dropna(subset=["amount"])
    chart(
        f"{name} against target",
        charts.bars(
            calls,
            "call",
            "amount",
            tick=charts.MONEY,
            labels=[f"{dollars(v)} · {v / target:.0%}" if target > 0 else dollars(v) for v in calls["amount"]],
            colours=[COLOURS[colour] for colour in calls["colour"]],
            horizontal=True,
        )
        if len(weeks)
        else None,
        help="With the share of the target. Closed: won before the week began. Commit adds open deals in negotiation, "
        "best case those in proposal; weighted adds every open deal × the share of such deals won within the quarter.",
        note=f"As of the week from {last['week_start']:%d %b %Y}. {note}" if len(weeks) else note,
        empty=missing,
    )
with right:
    done = history[whole & (history["quarter_start"] < quarter)].dropna(subset=["weighted"])
    spread = done.assign(ratio=done["actual"] / done["weighted"]).groupby("left")["ratio"].agg(["min", "max", "size"])
    fan = weeks.merge(spread, left_on="left", right_index=True, how="left")
    fan = fan.assign(low=fan["weighted"] * fan["min"], high=fan["weighted"] * fan["max"])
    figure = charts.lines(fan, "week_start", {"won": "Closed"}, tick=charts.MONEY, zero=True)
    if figure:
        figure.data[0].line.color = COLOURS["won"]
        charts.expected(fan, "week_start", "weighted", "low", "high", "Weighted forecast", figure=figure)
        figure.add_hline(y=target, line_dash="dash", line_color=COLOURS["total"], annotation_text="Target")
    known = int(spread["size"].max()) if len(spread) else 0
    chart(
        f"{name}, week by week",
        figure,
        help="Band: where earlier quarters ended, relative to their weighted forecast with as many weeks left.",
        note=f"Band from {known} earlier quarters: a range seen, not a probability. {note}"
        if known
        else f"No earlier quarter is complete, so that there is no band. {note}",
        empty=missing,
        marks=True,
    )
st.subheader("How earlier forecasts turned out")
call = page_filter("call", "Forecast", CALLS, default="weighted", format_func=CALLS.__getitem__)
past = history[whole & (history["left"] <= 13)].dropna(subset=[call])
past = past.assign(error=past[call] / past["actual"] - 1, size=(past[call] / past["actual"] - 1).abs())
past["quarter"] = [f"Q{day.month // 3 + 1} {day.year}" for day in past["quarter_start"]]
quality = past.groupby("left", as_index=False).agg(bias=("error", "mean"), accuracy=("size", "mean"))
for place, title, figure, help, said in zip(
    st.columns(2),
    ("Error of the forecast by weeks left", "Accuracy and bias"),
    (
        charts.lines_by(past, "left", "error", "quarter", tick=".0%"),
        charts.lines(quality, "left", {"accuracy": "Mean size of the error", "bias": "Bias"}, tick=".0%", zero=True),
    ),
    (
        "(Forecast − what the quarter brought) ÷ what it brought: above zero was too much.",
        "Bias is the mean error with its sign; below zero the forecast says too little.",
    ),
    (
        "Whole quarters up to the end of the range.",
        f"From {past['quarter'].nunique()} quarters: few, so read it as a tendency.",
    ),
    strict=True,
):
    with place:
        if figure:
            figure.update_xaxes(autorange="reversed", title="Whole weeks left")
        chart(title, figure, help=help, note=f"{said} {note}", empty=NONE)
st.subheader("What it rests on")
deals = rows(tower, "forecast_deals", filters)
flow = rows(tower, "pipeline_weeks", filters)
slips = rows(tower, "slips", filters)
left, right = st.columns(2)
with left:
    sums = deals.groupby("category").agg(open=("amount", "sum"), weighted=("weighted_amount", "sum"))
    chart(
        "Open deals by forecast category",
        charts.stacked(
            sums.reindex(["Commit", "Best case", "Pipeline"]).fillna(0).reset_index(),
            "category",
            {"open": "Open", "weighted": "Weighted"},
            charts.MONEY,
            side_by_side=True,
        ),
        help="Commit: in negotiation. Best case: in proposal. Pipeline: earlier stages.",
        note=NOW,
        drill=lambda point: deals[deals["category"] == point.value],
    )
    chart(
        "Pipeline created, won and lost by week",
        charts.lines(
            flow, "period", {"created": "Created", "won": "Won", "lost": "Lost"}, tick=charts.MONEY, zero=True
        ),
        help="ACV by week; the first and last week may be partial.",
        marks=True,
    )
with right:
    moved = flow.rename(columns={"pulled_in": "met", "pushed_out": "breached"})
    chart(
        "Due dates pulled in and pushed out by week",
        charts.stacked(moved, "period", {"met": "Pulled in", "breached": "Pushed out"}, charts.MONEY),
        help="ACV of deals won before their expected week, and of deals whose expected week passed (below the axis).",
    )
    chart(
        "Slipped deals and what became of them",
        charts.stacked(
            slips.rename(columns={"slipped_won": "won", "slipped_lost": "lost", "slipped_open": "open"}).fillna(0),
            "period",
            {"won": "Won later", "lost": "Lost later", "open": "Still open"},
            ",d",
        ),
        help="Deals whose expected week passed without a close, by the month in which they were expected.",
        note=f"{slips['slipped'].sum():,.0f} of {slips['due'].sum():,.0f} deals due in the range slipped.",
    )
config = money(amount="ACV", weighted_amount="Weighted") | {
    "win_probability": st.column_config.NumberColumn("P(win)", format="percent"),
    "days_late": st.column_config.NumberColumn("Days late", format="%.0f"),
    "owner_name": "Owner",
    "category": "Forecast",
    "expected_close_date": "Expected",
}
late = deals["is_overdue"].astype(bool)
deals = deals.drop(columns=["is_overdue", "slipped", "deal_id"])
table(
    "Slipped deals that are still open",
    deals[late],
    columns=config,
    help=f"{NOW} The expected close date has passed.",
    empty="No open deal of the selection is past its expected date.",
    filters=filters,
)
table(
    "Open deals", deals[~late].drop(columns="days_late"), columns=config, help=f"{NOW} Largest first.", filters=filters
)
