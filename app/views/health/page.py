"""Account health: which customers are well, which may leave, why, and what to do first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import numeric, rows, split
from app.filters import Filters
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import Point, accounts
from app.ui.head import head
from app.ui.panels import chart, unanswered
from app.views.health.risk import NOW, ORDINALS, SIGNS, distribution, risky_accounts, signs, silent_accounts, tens

TIERS = {"healthy": "Healthy (from 70)", "watch": "Watch", "at_risk": "At risk (below 40)"}
SEGMENTS = ["SMB", "Mid-Market", "Enterprise"]
tower, filters = head("Account health", marks=True)
cards(
    tower,
    filters,
    "average_health_score scored_customers healthy_customers unhealthy_customers unhealthy_mrr at_risk_customers "
    "at_risk_mrr inactive_customers_30d inactive_customers_90d inactive_mrr_30d",
)
st.caption("Churn risk and inactivity are as of the as-of date; the health scores stand at the end of the range.")

scores = numeric(rows(tower, "health_scores", filters), "health_score", "mrr")
risks = numeric(rows(tower, "risk_list", filters), "mrr", "health_score", "risk_score", "days_since_login")


def of_tier(point: Point) -> pd.DataFrame:
    """The accounts of a tier at the end of the range, or at the end of the month that was clicked."""
    if point.series in TIERS:
        past = rows(tower, "health_scores", filters.narrowed(point.value))
        return past[past["health_tier"] == point.series]
    return scores[scores["health_tier"] == point.value]


tiers = scores.groupby("health_tier", as_index=False).agg(accounts=("account_id", "count"), mrr=("mrr", "sum"))
left, middle, right = st.columns(3)
with left:
    chart("Customers by tier", charts.shares(tiers, "health_tier", "accounts", ",d"), height=260, drill=of_tier)
with middle:
    chart("MRR by tier", charts.shares(tiers, "health_tier", "mrr"), height=260, drill=of_tier)
with right:
    means = split(tower, filters, ["average_health_score", "scored_customers"], "segment")
    means = means.sort_values("segment", key=lambda s: s.map(SEGMENTS.index))
    chart(
        "Average health by segment",
        charts.bars(means, "segment", "average_health_score", kind="number", n="scored_customers", horizontal=True),
        height=260,
        drill=lambda point: scores[scores["segment"] == point.value],
    )
left, right = st.columns(2)
with left:
    monthly = split(tower, filters, ["scored_customers"], "health_tier", grain="month", whole=True)
    counts = monthly.pivot(index="period", columns="health_tier", values="scored_customers").fillna(0)
    chart(
        "Customers by tier over the months",
        charts.stacked(counts.reindex(columns=list(TIERS), fill_value=0).reset_index(), "period", TIERS),
        help="At each month's end, by what was known then; since the data begin.",
        drill=of_tier,
        marks=True,
    )
with right:
    parts = {
        "average_health_score": "Health",
        "average_usage_score": "Usage (30 %)",
        "average_support_score": "Support (20 %)",
        "average_revenue_score": "Revenue (25 %)",
        "average_engagement_score": "Engagement (25 %)",
    }
    chart(
        "Health and its four weighted parts",
        charts.lines(split(tower, filters, list(parts), grain="month", whole=True), "period", parts, tick=".1f"),
        help="Means over the paying accounts at each month's end, 0 to 100; since the data begin.",
        drill=lambda point: rows(tower, "health_scores", filters.narrowed(point.value)),
        marks=True,
    )
left, right = st.columns(2)
with left:
    spread = distribution(scores)
    chart(
        "Distribution of the health score",
        charts.stacked(spread, "score", {s: s for s in SEGMENTS if s in spread}),
        help="Paying accounts at the end of the range, by score and segment.",
        drill=lambda point: scores[(tens(scores) == point.value) & (scores["segment"] == point.series)],
    )
with right:
    chart(
        "Warning signs: MRR of the accounts that raise them",
        charts.bars(signs(risks), "flag", "mrr", kind="money", n="accounts", horizontal=True),
        help="Paying accounts by each flag of churn risk; an account can raise several.",
        note=NOW,
        empty="No paying account of this selection raises a flag.",
        drill=lambda point: risks[risks["flags"].str.contains(SIGNS[point.value])],
    )

risky_accounts(filters, risks)
silent_accounts(tower, filters)
known = Filters(filters.segment, (), (), tower.first_month, tower.last_month, filters.compare)
left, right = st.columns(2)
with left:
    lift = numeric(rows(tower, "health_lift", filters), "churn_rate", "customer_months", "churned")
    lift["decile"] = lift["score_decile"].map(ORDINALS)
    ends = (
        [f"{row['churn_rate']:.1%} (n = {row['customer_months']:,.0f})" for _, row in lift.iloc[[0, -1]].iterrows()]
        if len(lift)
        else ["–"] * 2
    )
    chart(
        "Does a low score come before churn?",
        charts.bars(lift, "decile", "churn_rate", kind="percent"),
        help="Share of the scores that churn followed within three months, by decile of the score within segment "
        "and month; the 1st is the least healthy. Only months old enough to tell.",
        note=f"Of the least healthy tenth {ends[0]} left within three months, of the healthiest {ends[1]}. Whatever "
        "the months. " + unanswered(filters, ["region", "acquisition_channel"], "The lift"),
        drill=lambda point: accounts(tower, filters, "decile", decile=list(ORDINALS.values()).index(point.value) + 1),
    )
with right:
    value = numeric(rows(tower, "time_to_value", filters), "accounts_median_days").query("dimension == 'segment'")
    chart(
        "Time to value: median days to activation",
        charts.bars(value, "dimension_value", "accounts_median_days", kind="days", n="accounts"),
        help="Kaplan–Meier over the accounts whose first user came within the data.",
        note="Whatever the months. " + unanswered(filters, ["region", "acquisition_channel"], "Here time to value"),
        drill=lambda point: rows(tower, "activation_days", known.narrowed(segment=point.value)),
    )
