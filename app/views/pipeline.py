"""Funnel & pipeline: how deals move, how many are won, and what is still open."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import COLOURS, number
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.data import kpis, rows
from app.filters import add_months

STAGES = ["prospecting", "qualification", "demo", "proposal", "negotiation"]
tower, filters = head("Funnel & pipeline")
cards(
    tower,
    filters,
    [
        "win_rate",
        "win_rate_value",
        "won_amount",
        "average_won_amount",
        "sales_cycle_days",
        "open_pipeline",
        "weighted_pipeline",
        "crm_weighted_pipeline",
        "overdue_pipeline",
        "deals_created",
    ],
)
st.caption("Open pipeline is as of the as-of date, whatever the months; it answers to segment, region and channel.")

stages = kpis(
    tower,
    ["entered_deals", "stage_conversion", "stage_days"],
    filters.values,
    filters.start,
    filters.end,
    group_by=["stage"],
)
stages = stages.set_index("stage").reindex(STAGES).reset_index()
left, middle, right = st.columns(3)
with left:
    chart(
        "Deals entering each stage",
        charts.bars(
            stages,
            "stage",
            "entered_deals",
            labels=[number(v, "count") for v in stages["entered_deals"]],
            horizontal=True,
        ),
        help="From the stage history: deals that entered the stage for the first time within the range.",
    )
with middle:
    chart(
        "Conversion to any further stage",
        charts.bars(
            stages,
            "stage",
            "stage_conversion",
            tick=".0%",
            labels=[number(v, "percent") for v in stages["stage_conversion"]],
            horizontal=True,
        ),
        help="Later reached any further stage ÷ entered; skipped stages pass. Recent entries had less time.",
    )
with right:
    chart(
        "Median days in stage",
        charts.bars(
            stages, "stage", "stage_days", labels=[number(v, "days") for v in stages["stage_days"]], horizontal=True
        ),
        help="Running stays are right-censored and left out.",
    )
left, middle, right = st.columns(3)
rates = kpis(
    tower,
    ["win_rate", "win_rate_value", "closed_deals"],
    filters.values,
    filters.start,
    filters.end,
    group_by=["segment"],
)
with left:
    colours = [COLOURS.get(s, COLOURS["actual"]) for s in rates["segment"]]
    labels = [
        f"{number(r, 'percent')} (n = {n:,.0f})" for r, n in zip(rates["win_rate"], rates["closed_deals"], strict=True)
    ]
    chart(
        "Win rate by count",
        charts.bars(rates, "segment", "win_rate", tick=".0%", labels=labels, colours=colours),
        help="Won ÷ (won + lost), by close date.",
    )
with middle:
    chart(
        "Win rate by value",
        charts.bars(
            rates,
            "segment",
            "win_rate_value",
            tick=".0%",
            labels=[number(v, "percent") for v in rates["win_rate_value"]],
            colours=colours,
        ),
        help="ACV won ÷ (ACV won + lost).",
    )
closed = rows(tower, "deals_closed", filters)
with right:
    lost = (
        closed[closed["loss_reason"].notna()].groupby("loss_reason", as_index=False).agg(deals=("deal_id", "count"))
        if not closed.empty
        else pd.DataFrame({"loss_reason": [], "deals": []})
    )
    chart("Why deals are lost", charts.shares(lost, "loss_reason", "deals", tick=",d"), help="Lost deals of the range.")
left, right = st.columns(2)
with left:
    series = kpis(tower, ["win_rate", "win_rate_value"], filters.values, tower.first_month, filters.end, grain="month")
    chart(
        "Win rate over time",
        charts.lines(series, "period", {"win_rate": "By count", "win_rate_value": "By value"}, tick=".0%", zero=True),
    )
with right:
    won = closed[closed["is_won"]].assign(amount=lambda f: pd.to_numeric(f["amount"])) if not closed.empty else closed
    chart(
        "Size of won deals",
        charts.histogram(won, "amount", "segment"),
        help="Annual contract value, logarithmic steps.",
    )
quarter = add_months(tower.as_of.replace(day=1), -((tower.as_of.month - 1) % 3))
coverage = kpis(
    tower,
    ["due_pipeline", "bookings_target", "won_amount", "pipeline_coverage"],
    filters.values,
    quarter,
    add_months(quarter, 2),
).iloc[0]
with st.container(border=True):
    st.markdown(
        f"**Coverage of the quarter from {quarter:%b %Y}**",
        help="Open pipeline due in the quarter ÷ (target − already won). Overdue dates are out.",
    )
    for place, (name, label, kind) in zip(
        st.columns(4),
        [
            ("bookings_target", "Target", "money"),
            ("won_amount", "Already won", "money"),
            ("due_pipeline", "Open and due", "money"),
            ("pipeline_coverage", "Coverage", "ratio"),
        ],
        strict=True,
    ):
        place.metric(label, number(coverage[name], kind))
    st.caption("Always the quarter of the as-of date. " + unanswered(filters, ["acquisition_channel"], "The target"))
deals = rows(tower, "deals_open", filters)
for column in ("amount", "weighted_amount", "win_probability", "crm_probability", "age_days", "days_in_current_stage"):
    deals[column] = pd.to_numeric(deals[column]) if column in deals else []
left, right = st.columns(2)
with left:
    aged = deals.assign(
        age=pd.cut(
            deals["age_days"], [-1, 30, 60, 90, 180, 10_000], labels=["≤ 30", "31–60", "61–90", "91–180", "> 180"]
        )
    )
    by_age = aged.groupby("age", observed=False, as_index=False).agg(
        amount=("amount", "sum"), deals=("deal_id", "count")
    )
    chart(
        "Open pipeline by age in days",
        charts.bars(
            by_age.astype({"age": str}),
            "age",
            "amount",
            tick=charts.MONEY,
            labels=[f"{n} deals" for n in by_age["deals"]],
        ),
    )
with right:
    by_stage = (
        deals.groupby("stage")
        .agg(amount=("amount", "sum"), weighted=("weighted_amount", "sum"))
        .reindex(STAGES)
        .reset_index()
    )
    chart(
        "Open and weighted by stage",
        charts.stacked(
            by_stage.rename(columns={"weighted": "actual", "amount": "target"}),
            "stage",
            {"target": "Open", "actual": "Weighted"},
            charts.MONEY,
            side_by_side=True,
        ),
    )
config = {
    "amount": st.column_config.NumberColumn("ACV", format="dollar"),
    "weighted_amount": st.column_config.NumberColumn("Weighted", format="dollar"),
    "win_probability": st.column_config.NumberColumn("P(win), history", format="percent"),
    "crm_probability": st.column_config.NumberColumn("P(win), CRM", format="percent"),
    "age_days": st.column_config.NumberColumn("Age (days)", format="%.0f"),
    "days_in_current_stage": st.column_config.NumberColumn("In stage (days)", format="%.0f"),
}
table(
    "Stale and overdue deals",
    deals[deals["is_stale"].astype(bool) | deals["is_overdue"].astype(bool)] if not deals.empty else deals,
    columns=config,
    help="Stale: no move for 60 days. Overdue: the expected close date has passed.",
    filters=filters,
)
