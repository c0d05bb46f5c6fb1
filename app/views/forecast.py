"""Forecast: what the quarter will bring, how sure that is, and how earlier forecasts turned out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import COLOURS, money
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.data import kpis, rows
from app.filters import add_months, page_filter

CALLS = {"committed": "Commit", "best_case": "Best case", "weighted": "Weighted"}
tower, filters = head("Forecast")
cards(
    tower,
    filters,
    [
        "won_amount",
        "bookings_target",
        "win_rate",
        "sales_cycle_days",
        "slip_share",
        "open_pipeline",
        "weighted_pipeline",
        "crm_weighted_pipeline",
        "overdue_pipeline",
        "sales_velocity",
    ],
)
quarter = add_months(filters.end, -((filters.end.month - 1) % 3))
name = f"Q{quarter.month // 3 + 1} {quarter.year}"
plan = kpis(tower, ["bookings_target", "won_amount", "due_pipeline"], filters.values, quarter, add_months(quarter, 2))
target = float(plan["bookings_target"].iloc[0])
history = rows(tower, "forecast_weeks", filters)
history[list(CALLS.values())] = history[list(CALLS)].div(history["actual"], axis=0) - 1
weeks = history[history["quarter_start"] == quarter]
note = unanswered(filters, ["region", "acquisition_channel"], "The weekly forecast")
missing = f"{name} has no forecast: the data do not know it from its first day."
left, right = st.columns(2)
with left:
    last = weeks.iloc[-1] if len(weeks) else pd.Series(dtype=float)
    steps = {"Target": target, "Closed": last.get("won"), **{label: last.get(key) for key, label in CALLS.items()}}
    if len(weeks) and bool(last["is_complete"]):
        steps["Turned out"] = last["actual"]
    calls = pd.DataFrame({"call": steps.keys(), "amount": pd.to_numeric(pd.Series(steps.values()))})
    of_target = [f"{money(v)} · {v / target:.0%} of target" if target else money(v) for v in calls["amount"]]
    colours = [COLOURS["target"], COLOURS["met"], *[COLOURS["actual"]] * 3, COLOURS["total"]]
    chart(
        f"{name} against target",
        charts.bars(calls, "call", "amount", tick=charts.MONEY, labels=of_target, colours=colours, horizontal=True)
        if len(weeks)
        else None,
        help="Closed: won before the week began. Commit adds open deals in negotiation, best case those in proposal; "
        "weighted adds every open deal × the share of such deals that were won within the quarter.",
        note=f"As of the week from {last['week_start']:%d %b %Y}. {note}" if len(weeks) else note,
        empty=missing,
    )
with right:
    done = history[history["is_complete"].astype(bool) & (history["quarter_start"] < quarter)].dropna(subset="weighted")
    done = done.assign(ratio=done["actual"] / done["weighted"], week=done["days_left"] // 7)
    spread = done.groupby("week")["ratio"].agg(["min", "max", "size"]).reset_index()
    band = weeks.assign(week=weeks["days_left"] // 7).merge(spread, on="week", how="left")
    band = band.assign(low=band["weighted"] * band["min"], high=band["weighted"] * band["max"])
    figure = charts.fan(band, "week_start", "weighted", "low", "high", "Weighted forecast", charts.MONEY)
    if figure:
        figure.add_scatter(x=band["week_start"], y=band["won"], name="Closed", line={"color": COLOURS["met"]})
        figure.add_hline(y=target, line_dash="dot", line_color=COLOURS["target"], annotation_text="Target")
    known = int(spread["size"].max()) if len(spread) else 0
    chart(
        f"{name}, week by week",
        figure,
        help="Band: where earlier quarters ended, relative to their weighted forecast with as many weeks left.",
        note=f"Band from {known} earlier quarters: a range seen, not a probability. {note}"
        if known
        else f"No earlier quarter is complete, so that there is no band. {note}",
        empty=missing,
    )
st.subheader("How earlier forecasts turned out")
call = page_filter("call", "Forecast", list(CALLS), default="weighted", format_func=CALLS.__getitem__)
past = history[history["is_complete"].astype(bool) & (history["days_left"] <= 91)].dropna(subset=CALLS[call])
past = past.assign(error=past[CALLS[call]], weeks=past["days_left"] // 7, size=past[CALLS[call]].abs())
past["quarter"] = [f"Q{d.month // 3 + 1} {d.year}" for d in past["quarter_start"]]
left, right = st.columns(2)
with left:
    figure = charts.lines_by(past, "weeks", "error", "quarter", tick=".0%")
    if figure:
        figure.update_xaxes(autorange="reversed", title="Whole weeks left")
    chart(
        "Error of the forecast by weeks left",
        figure,
        help="(Forecast − what the quarter brought) ÷ what it brought: above zero was too much.",
        note=f"Whole quarters up to the end of the range. {note}",
        empty="No whole quarter with a forecast lies before the end of the range.",
    )
with right:
    quality = past.groupby("weeks", as_index=False).agg(
        bias=("error", "mean"), accuracy=("size", "mean"), n=("error", "size")
    )
    figure = charts.lines(
        quality, "weeks", {"accuracy": "Mean size of the error", "bias": "Bias"}, tick=".0%", zero=True
    )
    if figure:
        figure.update_xaxes(autorange="reversed", title="Whole weeks left")
    chart(
        "Accuracy and bias",
        figure,
        help="Bias is the mean error with its sign; below zero the forecast says too little.",
        note=f"From {past['quarter'].nunique()} quarters: few, so read it as a tendency. {note}",
        empty="No whole quarter with a forecast lies before the end of the range.",
    )
st.subheader("What it rests on")
deals = rows(tower, "forecast_deals", filters)
left, right = st.columns(2)
with left:
    sums = deals.groupby("category").agg(amount=("amount", "sum"), weighted=("weighted_amount", "sum"))
    sums = sums.reindex(["Commit", "Best case", "Pipeline"]).fillna(0).reset_index()
    chart(
        "Open deals by forecast category",
        charts.stacked(
            sums.rename(columns={"amount": "target", "weighted": "actual"}),
            "category",
            {"target": "Open", "actual": "Weighted"},
            charts.MONEY,
            side_by_side=True,
        ),
        help="Commit: in negotiation. Best case: in proposal. Pipeline: earlier stages.",
        note="Open on the as-of date, whatever the months.",
        drill=lambda point: deals[(deals["category"] == point.value) & deals["account_id"].notna()],
    )
with right:
    flow = rows(tower, "pipeline_weeks", filters)
    chart(
        "Due dates pulled in and pushed out by week",
        charts.stacked(
            flow.rename(columns={"pulled_in": "met", "pushed_out": "breached"}),
            "period",
            {"met": "Pulled in", "breached": "Pushed out"},
            charts.MONEY,
        ),
        help="ACV of deals won before their expected week, and of deals whose expected week passed (below the axis).",
    )
left, right = st.columns(2)
with left:
    chart(
        "Pipeline created, won and lost by week",
        charts.lines(
            flow, "period", {"created": "Created", "won": "Won", "lost": "Lost"}, tick=charts.MONEY, zero=True
        ),
        help="ACV by week; the first and last week may be partial.",
    )
with right:
    slips = rows(tower, "slips", filters)
    parts = {"met": "Won later", "breached": "Lost later", "target": "Still open"}
    named = slips.rename(columns={"slipped_won": "met", "slipped_lost": "breached", "slipped_open": "target"})
    chart(
        "Slipped deals and what became of them",
        charts.stacked(named.fillna(0), "period", parts, ",d"),
        help="Deals whose expected week passed without a close, by the month in which they were expected.",
        note=f"{slips['slipped'].sum():,} of {slips['due'].sum():,} deals due in the range slipped."
        if len(slips)
        else "",
    )
config = {
    "amount": st.column_config.NumberColumn("ACV", format="dollar"),
    "weighted_amount": st.column_config.NumberColumn("Weighted", format="dollar"),
    "win_probability": st.column_config.NumberColumn("P(win)", format="percent"),
    "days_late": st.column_config.NumberColumn("Days late", format="%.0f"),
    "owner_name": "Owner",
    "category": "Forecast",
    "expected_close_date": "Expected",
}
late = deals["is_overdue"].astype(bool)
deals = deals.drop(columns=["is_overdue", "slipped", "deal_id"])
note = "Open on the as-of date, whatever the months."
table(
    "Slipped deals that are still open",
    deals[late],
    columns=config,
    help=f"{note} The expected close date has passed.",
    empty="No open deal of the selection is past its expected date.",
    filters=filters,
)
table(
    "Open deals", deals[~late].drop(columns="days_late"), columns=config, help=f"{note} Largest first.", filters=filters
)
