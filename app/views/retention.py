"""Retention & cohorts: who stays, who leaves, and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import number
from app.components.page import head
from app.components.panels import chart, table
from app.data import kpis, rows
from app.filters import Filters

tower, filters = head("Retention & cohorts")
cards(tower, filters, ["nrr_t12m", "grr_t12m", "logo_churn_rate", "churned_mrr", "churned_customers"])

whole = Filters(
    filters.segment, filters.region, filters.acquisition_channel, tower.first_month, filters.end, filters.compare
)
cells = rows(tower, "cohorts", whole)
for column in ("cohort_accounts", "retained_accounts", "cohort_mrr", "retained_mrr"):
    cells[column] = pd.to_numeric(cells[column]) if column in cells else []
cells["logo"] = cells["retained_accounts"] / cells["cohort_accounts"]
cells["revenue"] = cells["retained_mrr"] / cells["cohort_mrr"]
logo, revenue = st.tabs(["Logo retention", "Revenue retention"])
note = (
    "Cohorts of new customers since the data begin, up to the end of the range; "
    "cells that the data cannot know yet are empty."
)
with logo:
    chart(
        "Accounts still paying, %",
        charts.heatmap(cells, "logo", "cohort_accounts"),
        note=note,
        height=480,
        help="Accounts of a start month that still pay after k months ÷ cohort (size in brackets).",
    )
with revenue:
    chart(
        "MRR still there, %",
        charts.heatmap(cells, "revenue", "cohort_accounts"),
        note=note,
        height=480,
        help="MRR of the cohort after k months ÷ its MRR at the end of its first month.",
    )
left, right = st.columns(2)
with left:
    series = kpis(
        tower,
        ["nrr_t12m", "grr_t12m", "nrr_monthly", "grr_monthly"],
        filters.values,
        tower.first_month,
        filters.end,
        grain="month",
    )
    chart(
        "NRR and GRR, trailing 12 months",
        charts.lines(series, "period", {"nrr_t12m": "NRR", "grr_t12m": "GRR"}, tick=".1%"),
        help="Empty until twelve months of history are there.",
        empty="Trailing-12-month figures need twelve months of history before the range ends.",
    )
with right:
    chart(
        "NRR and GRR, monthly", charts.lines(series, "period", {"nrr_monthly": "NRR", "grr_monthly": "GRR"}, tick=".1%")
    )
figure, at_risk = charts.survival(rows(tower, "survival", filters), "segment")
left, right = st.columns([3, 2])
with left:
    chart(
        "Survival since the first payment",
        figure,
        help="Kaplan–Meier by segment, censored at the as-of date; customers older than the data enter late.",
        note="Days since the first payment; accounts that first paid by the end of the range, while ten are at risk.",
    )
    if not at_risk.empty:
        st.dataframe(at_risk, hide_index=True, width="stretch")
churned = rows(tower, "churn", filters)
churned["churned_mrr"] = pd.to_numeric(churned["churned_mrr"]) if len(churned) else []
with right:
    reasons = churned.groupby("reason", as_index=False).agg(
        mrr=("churned_mrr", "sum"), accounts=("account_id", "count")
    )
    chart(
        "Why customers leave, by MRR",
        charts.shares(reasons, "reason", "mrr"),
        help="Churned MRR of the range by recorded reason.",
    )
    kept = rows(tower, "activated", filters)
    kept["share"] = kept["still_paying"] / kept["accounts"] if len(kept) else []
    labels = [f"{number(s, 'percent')} (n = {n})" for s, n in zip(kept["share"], kept["accounts"], strict=True)]
    chart(
        "Still paying, activated or not",
        charts.bars(kept, "activation", "share", tick=".0%", labels=labels),
        height=250,
        help="New customers of the range whose first user was observed: share that still pays on the as-of date.",
    )
config = {
    "churned_mrr": st.column_config.NumberColumn("MRR lost", format="dollar"),
    "tenure_months": st.column_config.NumberColumn("Tenure (months)"),
}
table("Churned accounts", churned, columns=config, filters=filters)
