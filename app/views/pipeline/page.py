"""Funnel & pipeline: how deals move, how many are won, and what is still open."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import kpis, rows, split
from app.filters import add_months
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import accounts
from app.ui.formats import number
from app.ui.head import head
from app.ui.panels import chart, money, table, unanswered

STAGES = ["prospecting", "qualification", "demo", "proposal", "negotiation"]
AGES = {"≤ 30": 30, "31–60": 60, "61–90": 90, "91–180": 180, "> 180": 10_000}
tower, filters = head("Funnel & pipeline", marks=True)
cards(
    tower,
    filters,
    "win_rate win_rate_value won_amount average_won_amount sales_cycle_days "
    "open_pipeline weighted_pipeline crm_weighted_pipeline overdue_pipeline deals_created",
)
st.caption("Open pipeline is as of the as-of date, whatever the months; it answers to segment, region and channel.")

stages = split(tower, filters, ["entered_deals", "stage_conversion", "stage_days"], "stage")
stages = stages.set_index("stage").reindex(STAGES).reset_index()
for place, (title, name, kind, help) in zip(
    st.columns(3),
    [
        (
            "Deals entering each stage",
            "entered_deals",
            "count",
            "From the stage history: deals that entered the stage for the first time within the range.",
        ),
        (
            "Conversion to any further stage",
            "stage_conversion",
            "percent",
            "Later reached any further stage ÷ entered; skipped stages pass. Recent entries had less time.",
        ),
        ("Median days in stage", "stage_days", "days", "Running stays are right-censored and left out."),
    ],
    strict=True,
):
    with place:
        chart(
            title,
            charts.bars(stages, "stage", name, kind=kind, horizontal=True),
            help=help,
            drill=lambda point: accounts(tower, filters, "stages", stage=point.value),
        )
left, middle, right = st.columns(3)
rates = split(tower, filters, ["win_rate", "win_rate_value", "closed_deals"], "segment")
for place, (title, name, help) in zip(
    (left, middle),
    [
        ("Win rate by count", "win_rate", "Won ÷ (won + lost), by close date."),
        ("Win rate by value", "win_rate_value", "ACV won ÷ (ACV won + lost)."),
    ],
    strict=True,
):
    with place:
        chart(
            title,
            charts.bars(rates, "segment", name, kind="percent", n="closed_deals"),
            help=help,
            drill=lambda point: accounts(tower, filters.narrowed(segment=point.value), "deals"),
        )
closed = rows(tower, "deals_closed", filters)
with right:
    lost = closed.dropna(subset=["loss_reason"]).groupby("loss_reason", as_index=False).agg(deals=("deal_id", "count"))
    chart(
        "Why deals are lost",
        charts.shares(lost, "loss_reason", "deals", tick=",d"),
        help="Lost deals of the range.",
        drill=lambda point: accounts(tower, filters, "deals", state="lost", loss_reason=point.value),
    )
left, right = st.columns(2)
with left:
    series = split(tower, filters, ["win_rate", "win_rate_value"], grain="month", whole=True)
    chart(
        "Win rate over time",
        charts.lines(series, "period", {"win_rate": "By count", "win_rate_value": "By value"}, tick=".0%", zero=True),
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "deals"),
        marks=True,
    )
with right:
    won = closed[closed["is_won"].astype(bool)]
    chart(
        "Size of won deals",
        charts.histogram(won, "amount", "segment"),
        help="ACV won, logarithmic steps.",
        drill=lambda point: won[
            (won["segment"] == point.series)
            & won["amount"].between(*charts.steps(won["amount"])[point.value], inclusive="left")
        ],
    )
quarter = add_months(tower.as_of.replace(day=1), -((tower.as_of.month - 1) % 3))
parts = {
    "bookings_target": ("Target", "money"),
    "won_amount": ("Already won", "money"),
    "due_pipeline": ("Open and due", "money"),
    "pipeline_coverage": ("Coverage", "ratio"),
}
coverage = kpis(tower, list(parts), filters.values, quarter, add_months(quarter, 2)).iloc[0]
with st.container(border=True):
    st.markdown(
        f"**Coverage of the quarter from {quarter:%b %Y}**",
        help="Open pipeline due in the quarter ÷ (target − already won). Overdue dates are out.",
    )
    for place, (name, (label, kind)) in zip(st.columns(4), parts.items(), strict=True):
        place.metric(label, number(coverage[name], kind))
    st.caption("Always the quarter of the as-of date. " + unanswered(filters, ["acquisition_channel"], "The target"))
deals = rows(tower, "deals_open", filters)
deals["age"] = pd.cut(deals["age_days"].astype(float), [-1, *AGES.values()], labels=list(AGES)).astype(str)
left, right = st.columns(2)
with left:
    by_age = deals.groupby("age").agg(amount=("amount", "sum"), deals=("deal_id", "count")).reindex(list(AGES))
    chart(
        "Open pipeline by age in days",
        charts.bars(by_age.fillna(0).reset_index(), "age", "amount", kind="money", n="deals"),
        drill=lambda point: deals[deals["age"] == point.value].drop(columns="age"),
    )
with right:
    by_stage = deals.groupby("stage").agg(open=("amount", "sum"), weighted=("weighted_amount", "sum"))
    chart(
        "Open and weighted by stage",
        charts.stacked(
            by_stage.reindex(STAGES).reset_index(),
            "stage",
            {"open": "Open", "weighted": "Weighted"},
            charts.MONEY,
            side_by_side=True,
        ),
        drill=lambda point: accounts(tower, filters, "deals", state="open", stage=point.value),
    )
config = money(amount="ACV", weighted_amount="Weighted") | {
    "win_probability": st.column_config.NumberColumn("P(win), history", format="percent"),
    "crm_probability": st.column_config.NumberColumn("P(win), CRM", format="percent"),
    "age_days": st.column_config.NumberColumn("Age (days)", format="%.0f"),
    "days_in_current_stage": st.column_config.NumberColumn("In stage (days)", format="%.0f"),
}
table(
    "Stale and overdue deals",
    deals[deals["is_stale"].astype(bool) | deals["is_overdue"].astype(bool)].drop(columns="age"),
    columns=config,
    help="Stale: no move for 60 days. Overdue: the expected close date has passed.",
    filters=filters,
)
