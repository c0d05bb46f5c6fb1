"""Forecast: what the quarter will bring, how sure that is, and how earlier forecasts turned out."""

from __future__ import annotations

import streamlit as st

from app.data import rows
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import accounts, week
from app.ui.head import head
from app.ui.panels import chart, money, table
from app.views.forecast.outlook import earlier_quarters, this_quarter, weeks

DATES = {"met": "pulled_in", "breached": "pushed_out"}
NOW = "Open on the as-of date, whatever the months."
tower, filters = head("Forecast", marks=True)
cards(
    tower,
    filters,
    "won_amount bookings_target win_rate sales_cycle_days slip_share "
    "open_pipeline weighted_pipeline crm_weighted_pipeline overdue_pipeline sales_velocity",
)
history = weeks(tower, filters)
this_quarter(tower, filters, history)
earlier_quarters(tower, filters, history)
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
        drill=lambda point: accounts(tower, filters, "deals", state=point.series, **week(point.value)),
        marks=True,
    )
with right:
    moved = flow.rename(columns={"pulled_in": "met", "pushed_out": "breached"})
    chart(
        "Due dates pulled in and pushed out by week",
        charts.stacked(moved, "period", {"met": "Pulled in", "breached": "Pushed out"}, charts.MONEY),
        help="ACV of deals won before their expected week, and of deals whose expected week passed (below the axis).",
        drill=lambda point: accounts(tower, filters, "deals", state=DATES[point.series], **week(point.value)),
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
        drill=lambda point: accounts(
            tower, filters.narrowed(point.value), "deals", state="slipped", result=point.series
        ),
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
