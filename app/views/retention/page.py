"""Retention & cohorts: who stays, who leaves, and why."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from app.data import in_order, rows, split
from app.found import Found
from app.ui import charts, points
from app.ui.cards import cards
from app.ui.drill import Point, accounts, cohort
from app.ui.head import head
from app.ui.panels import chart, money, table
from app.ui.survival import reached, survival

ACTIVATED = "Activated in 14 days"  # as activated.sql names them


def cell(point: Point) -> Found:
    """The accounts of a clicked cell: a cohort after so many months."""
    return cohort(tower, filters.narrowed(point.where["cohort_month"]), point.where["months_since_start"])


visit = head(marks=True)
tower, filters = visit.build, visit.filters
cards(visit, "nrr_t12m grr_t12m logo_churn_rate churned_mrr churned_customers")
cohorts = rows(tower, "cohorts", replace(filters, start=tower.first_month))
cells = cohorts.frame.assign(
    logo=cohorts.frame["retained_accounts"] / cohorts.frame["cohort_accounts"],
    revenue=cohorts.frame["retained_mrr"] / cohorts.frame["cohort_mrr"],
)
logo, revenue = st.tabs(["Logo retention", "Revenue retention"])
note = (
    "Cohorts of new customers since the data begin, up to the end of the range; "
    "cells that the data cannot know yet are empty."
)
for place, (title, name, help) in zip(
    (logo, revenue),
    [
        (
            "Accounts still paying, %",
            "logo",
            "Accounts of a start month that still pay after k months ÷ cohort (size in brackets).",
        ),
        ("MRR still there, %", "revenue", "MRR of the cohort after k months ÷ its MRR at the end of its first month."),
    ],
    strict=True,
):
    with place:
        figure = points.heatmap(cells, name, "cohort_accounts")
        chart(visit, title, figure, of=cohorts, note=note, height=480, help=help, drill=cell)
series = split(tower, filters, ["nrr_t12m", "grr_t12m", "nrr_monthly", "grr_monthly"], grain="month", whole=True)
left, right = st.columns(2)
with left:
    chart(
        visit,
        "NRR and GRR, trailing 12 months",
        charts.lines(series.frame, "period", {"nrr_t12m": "NRR", "grr_t12m": "GRR"}, tick=".1%"),
        of=series,
        help="Empty until twelve months of history are there.",
        empty="Trailing-12-month figures need twelve months of history before the range ends.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "nrr_t12m", "grr_t12m"),
        marks=True,
    )
with right:
    chart(
        visit,
        "NRR and GRR, monthly",
        charts.lines(series.frame, "period", {"nrr_monthly": "NRR", "grr_monthly": "GRR"}, tick=".1%"),
        of=series,
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "nrr_monthly", "grr_monthly"),
        help="A click lists the accounts that paid at the start of the month, with what was kept of it.",
        marks=True,
    )
lives = rows(tower, "survival", filters)


def begun(activated: bool) -> Found:
    """The new customers of the range that activated in time, or did not, with whether they still pay."""
    young = pd.to_datetime(lives.frame["first_paid_at"]) >= pd.Timestamp(filters.start)
    found = lives.where(young & (lives.frame["is_activated"] == activated))
    return found.having(found.frame.assign(is_still_paying=~found.frame["is_churned"].astype(bool)))


noun = tower.company.noun("segment")
figure, at_risk = survival(in_order(lives, "segment", tower.company).frame, "segment", visit.look)
left, right = st.columns([3, 2])
with left:
    chart(
        visit,
        "Survival since the first payment",
        figure,
        of=lives,
        height=470,
        help=f"Kaplan–Meier by {noun}, censored at the as-of date; customers older than the data enter late. A click "
        "lists the accounts that left by that day.",
        drill=partial(reached, lives, "segment", "is_churned"),
        note="Days since the first payment; accounts that first paid by the end of the range, while ten are at risk.",
        empty=f"Fewer than ten customers of any {noun} are at risk: too few for a curve.",
    )
    if not at_risk.empty:
        st.dataframe(at_risk, hide_index=True, width="stretch")
churned = rows(tower, "churn", filters)
with right:
    reasons = churned.frame.groupby("reason", as_index=False).agg(mrr=("churned_mrr", "sum"))
    chart(
        visit,
        "Why customers leave, by MRR",
        charts.shares(reasons, "reason", "mrr", look=visit.look),
        of=churned,
        help="Churned MRR of the range by recorded reason.",
        drill=lambda point: churned.where(churned.frame["reason"] == point.value),
    )
    kept = rows(tower, "activated", filters)
    shares = kept.frame.assign(share=kept.frame["still_paying"] / kept.frame["accounts"])
    chart(
        visit,
        "Still paying, activated or not",
        charts.bars(shares, "activation", "share", kind="percent", n="accounts"),
        of=kept,
        height=250,
        help="New customers of the range whose first user was observed: share that still pays on the as-of date.",
        drill=lambda point: begun(point.value == ACTIVATED),
    )
config = money(churned_mrr="MRR lost") | {"tenure_months": st.column_config.NumberColumn("Tenure (months)")}
table(visit, "Churned accounts", churned, columns=config)
