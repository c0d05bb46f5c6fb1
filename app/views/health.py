"""Account health: which customers are well, which may leave, why, and what to do first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.drill import Point
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.data import numeric, rows, split
from app.filters import page_filter

TIERS = {"healthy": "Healthy (from 70)", "watch": "Watch", "at_risk": "At risk (below 40)"}
SEGMENTS = ["SMB", "Mid-Market", "Enterprise"]
ORDINALS = {n: f"{n}{({1: 'st', 2: 'nd', 3: 'rd'}).get(n, 'th')}" for n in range(1, 11)}
FLAGS = {
    "Falling usage": "falling usage",
    "Escalations": "escalations",
    "Contraction": "contraction",
    "Payment trouble": "payment trouble",
    "No login for 30 days": "no login",
    "Low health": "low health",
}
NOW = "As of the as-of date, whatever the months."
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
        marks=True,
    )
left, right = st.columns(2)
with left:
    tens = (scores["health_score"] // 10).clip(upper=9)
    spread = scores.assign(score=tens).pivot_table(index="score", columns="segment", aggfunc="size", fill_value=0)
    spread = spread.reset_index().assign(score=lambda f: [f"{int(n * 10)}–{int(n * 10 + 10)}" for n in f["score"]])
    chart(
        "Distribution of the health score",
        charts.stacked(spread, "score", {s: s for s in SEGMENTS if s in spread}),
        help="Paying accounts at the end of the range, by score and segment.",
        drill=lambda point: scores[
            (tens == int(point.value.split("–")[0]) // 10) & (scores["segment"] == point.series)
        ],
    )
with right:
    raised = pd.DataFrame(
        [
            (name, part["mrr"].sum(), len(part))
            for name, code in FLAGS.items()
            for part in [risks[risks["flags"].str.contains(code)]]
        ],
        columns=["flag", "mrr", "accounts"],
    )
    chart(
        "Warning signs: MRR of the accounts that raise them",
        charts.bars(
            raised.sort_values("mrr", ascending=False), "flag", "mrr", kind="money", n="accounts", horizontal=True
        ),
        help="Paying accounts by each flag of churn risk; an account can raise several.",
        note=NOW,
        empty="No paying account of this selection raises a flag.",
        drill=lambda point: risks[risks["flags"].str.contains(FLAGS[point.value])],
    )

levels = page_filter(
    "risk", "Risk level", ["critical", "high", "medium", "low"], default=["critical", "high"], many=True
)
money = {"mrr": st.column_config.NumberColumn("MRR", format="dollar")}
idle = {"days_since_login": st.column_config.NumberColumn("Days since login", format="%.0f")}
table(
    "Churn risk",
    risks[risks["risk_level"].isin(levels)] if levels else risks,
    columns={
        **money,
        **idle,
        "risk_score": st.column_config.ProgressColumn("Risk", min_value=0, max_value=100, format="%.0f"),
        "health_score": st.column_config.NumberColumn("Health", format="%.0f"),
        "recommended_step": st.column_config.TextColumn("Recommended step", width="medium"),
        "main_reason": st.column_config.TextColumn("Main reason", width="medium", help="Of its weakest part."),
        "renewal_date": st.column_config.DateColumn("Renewal", format="D MMM YYYY"),
    },
    help=f"{NOW} Risk: what the health lacks, and six points for each flag but low health.",
    empty="No account of this selection has such a risk.",
    filters=filters,
)
left, right = st.columns([1, 3], vertical_alignment="bottom")
with left:
    days = page_filter("silent", "No login for", [30, 90], default=30, format_func="{} days".format)
with right:
    everyone = page_filter("former", "Also accounts that no longer pay", [False, True], default=False)
table(
    f"No login for {days} days, by customer lifetime value",
    numeric(rows(tower, "inactive", filters, days=days, everyone=everyone), "mrr", "estimated_clv", "days_since_login"),
    columns={
        **money,
        **idle,
        "estimated_clv": st.column_config.NumberColumn("Estimated CLV", format="dollar"),
        "last_login_at": st.column_config.DateColumn("Last login", format="D MMM YYYY"),
    },
    help=f"{NOW} Inactivity stands beside revenue churn and is never mixed with it.",
    empty="Somebody of every paying account of this selection has logged in.",
    filters=filters,
)
left, right = st.columns(2)
with left:
    lift = numeric(rows(tower, "health_lift", filters), "churn_rate", "customer_months", "churned")
    ends = (
        [f"{row['churn_rate']:.1%} (n = {row['customer_months']:,.0f})" for _, row in lift.iloc[[0, -1]].iterrows()]
        if len(lift)
        else ["–"] * 2
    )
    chart(
        "Does a low score come before churn?",
        charts.bars(
            lift.assign(score_decile=lift["score_decile"].map(ORDINALS)), "score_decile", "churn_rate", kind="percent"
        ),
        help="Share of the scores that churn followed within three months, by decile of the score within segment "
        "and month; the 1st is the least healthy. Only months old enough to tell.",
        note=f"Of the least healthy tenth {ends[0]} left within three months, of the healthiest {ends[1]}. Whatever "
        "the months. " + unanswered(filters, ["region", "acquisition_channel"], "The lift"),
    )
with right:
    value = numeric(rows(tower, "time_to_value", filters), "accounts_median_days").query("dimension == 'segment'")
    chart(
        "Time to value: median days to activation",
        charts.bars(value, "dimension_value", "accounts_median_days", kind="days", n="accounts"),
        help="Kaplan–Meier over the accounts whose first user came within the data.",
        note="Whatever the months. " + unanswered(filters, ["region", "acquisition_channel"], "Here time to value"),
    )
