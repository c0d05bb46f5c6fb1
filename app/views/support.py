"""Support & quality: how much comes in, how fast it is answered, and what causes it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import number
from app.components.page import head
from app.components.panels import chart, table
from app.data import kpis, rows
from app.filters import page_filter

ORDER = ["urgent", "high", "normal", "low"]
tower, filters = head("Support & quality")
cards(
    tower,
    filters,
    [
        "tickets",
        "backlog",
        "first_response_sla",
        "resolution_sla",
        "open_and_breached",
        "first_response_median_hours",
        "first_response_p90_hours",
        "resolution_median_hours",
        "resolution_p90_hours",
        "csat",
    ],
)

left, right = st.columns(2)
weekly = kpis(tower, ["tickets"], filters.values, filters.start, filters.end, grain="week")
with left:
    chart(
        "Tickets opened per week",
        charts.bars(weekly, "period", "tickets") if not weekly.empty else None,
        help="By day of opening; the first and last week may be partial.",
    )
with right:
    backlog = rows(tower, "backlog", filters)
    chart(
        "Backlog at the end of the day",
        charts.lines(backlog, "backlog_date", {"open_tickets": "Open tickets"}, zero=True, markers=False),
    )
left, right = st.columns(2)
with left:
    sla = kpis(
        tower, ["first_response_sla", "resolution_sla"], filters.values, filters.start, filters.end, grain="month"
    )
    chart(
        "SLA met by month of opening",
        charts.lines(
            sla, "period", {"first_response_sla": "First response", "resolution_sla": "Resolution"}, tick=".1%"
        ),
        help="Open tickets past their target count as breached; those not yet due are out.",
    )
with right:
    csat = kpis(tower, ["csat", "csat_answers"], filters.values, filters.start, filters.end, grain="month")
    labels = [
        f"{number(c, 'percent')}<br>n = {n:,.0f}" for c, n in zip(csat["csat"], csat["csat_answers"], strict=True)
    ]
    chart(
        "CSAT by month, with the number of answers",
        charts.bars(csat, "period", "csat", tick=".0%", labels=labels),
        help="Scores of 4 or 5 ÷ scores given.",
    )
cut = page_filter("cut", "Cut by", ["priority", "segment", "region", "category"], default="priority")
names = [
    "tickets",
    "first_response_sla",
    "resolution_sla",
    "resolution_median_hours",
    "resolution_p90_hours",
    "csat",
    "csat_answers",
    "open_and_breached",
]
split = kpis(tower, names, filters.values, filters.start, filters.end, group_by=[cut])
if cut == "priority":
    split = split.sort_values(cut, key=lambda s: s.map(ORDER.index), ignore_index=True)
left, right = st.columns(2)
with left:
    chart(
        f"Resolution SLA by {cut}",
        charts.bars(
            split,
            cut,
            "resolution_sla",
            tick=".0%",
            labels=[
                f"{number(v, 'percent')} of {n:,.0f}"
                for v, n in zip(split["resolution_sla"], split["tickets"], strict=True)
            ],
        ),
    )
with right:
    chart(f"Tickets by {cut}", charts.shares(split, cut, "tickets", tick=",d"))
config: dict[str, object] = {
    name: st.column_config.NumberColumn(label, format=kind)
    for name, label, kind in [
        ("tickets", "Tickets", "%.0f"),
        ("first_response_sla", "First response SLA", "percent"),
        ("resolution_sla", "Resolution SLA", "percent"),
        ("resolution_median_hours", "Resolution p50 (h)", "%.1f"),
        ("resolution_p90_hours", "Resolution p90 (h)", "%.1f"),
        ("csat", "CSAT", "percent"),
        ("csat_answers", "Answers", "%.0f"),
        ("open_and_breached", "Open and breached", "%.0f"),
    ]
}
table(f"Quality by {cut}", split, columns=config, filters=filters)
left, right = st.columns([3, 2])
with left:
    causes = kpis(tower, ["tickets"], filters.values, filters.start, filters.end, group_by=["root_cause_name"])
    known = causes[causes["root_cause_name"] != "Not yet known"]
    unknown = float(causes["tickets"].sum() - known["tickets"].sum()) if not causes.empty else 0.0
    chart(
        "Root causes",
        charts.pareto(known, "root_cause_name", "tickets"),
        note=f"{unknown:,.0f} tickets have no known cause yet.",
        height=420,
    )
with right:
    ages = rows(tower, "backlog_age", filters)
    for column in ages.columns.drop("priority", errors="ignore"):
        ages[column] = pd.to_numeric(ages[column])
    table(
        "Open tickets on the as-of date",
        ages,
        filters=filters,
        help="Age in days, median and 90th percentile.",
        empty="No ticket is open.",
        columns={
            "age_p50_days": st.column_config.NumberColumn("Age p50 (days)", format="%.1f"),
            "age_p90_days": st.column_config.NumberColumn("Age p90 (days)", format="%.1f"),
        },
    )
