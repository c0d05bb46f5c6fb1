"""Account health: which customers are well, which may leave, why, and what to do first."""

from __future__ import annotations

import streamlit as st

from app.data import in_order, lacks_of, numeric, rows, split
from app.found import Found
from app.selection import Filters
from app.ui import charts
from app.ui.cards import cards
from app.ui.colours import DIMENSIONS
from app.ui.drill import Point
from app.ui.head import head
from app.ui.health import TIERS, lacking_parts, parts_of, shares
from app.ui.panels import chart, unanswered
from app.views.health.churn import churn
from app.views.health.risk import (
    NOW,
    ORDINALS,
    distribution,
    not_known,
    raising,
    risky_accounts,
    signs,
    silent_accounts,
    tens,
)

visit = head(marks=True)
tower, filters = visit.build, visit.filters
cards(
    visit,
    "average_health_score scored_customers healthy_customers unhealthy_customers unhealthy_mrr at_risk_customers "
    "at_risk_mrr inactive_customers_30d inactive_customers_90d inactive_mrr_30d",
)
filled = lacks_of(tower).filled
lacking = lacking_parts(filled)
if lacking:
    st.info(lacking, icon=":material/database_off:")
unscored = f"No account of this selection is scored. {lacking}" if lacking else ""
st.caption("Churn risk and inactivity are as of the as-of date; the health scores stand at the end of the range.")

scores = numeric(rows(tower, "health_scores", filters), "health_score", "mrr")
risks = numeric(rows(tower, "risk_list", filters), "mrr", "health_score", "risk_score", "days_since_login")


def of_tier(point: Point) -> Found:
    """The accounts of a tier at the end of the range."""
    return scores.where(scores.frame["health_tier"] == point.where["health_tier"])


def of_tier_then(point: Point) -> Found:
    """The accounts of a tier at the end of the month that was clicked."""
    past = rows(tower, "health_scores", filters.narrowed(point.where["period"]))
    return past.where(past.frame["health_tier"] == point.series)


def of_ten(point: Point) -> Found:
    """The accounts of a segment within a step of the score."""
    frame = scores.frame
    return scores.where((tens(frame) == point.where["score"]) & (frame["segment"] == point.series))


tiers = scores.frame.groupby("health_tier", as_index=False).agg(accounts=("account_id", "count"), mrr=("mrr", "sum"))
left, middle, right = st.columns(3)
with left:
    chart(
        visit,
        "Customers by tier",
        charts.shares(tiers, "health_tier", "accounts", ",d"),
        of=scores,
        empty=unscored,
        height=260,
        drill=of_tier,
    )
with middle:
    chart(
        visit,
        "MRR by tier",
        charts.shares(tiers, "health_tier", "mrr", look=visit.look),
        of=scores,
        empty=unscored,
        height=260,
        drill=of_tier,
    )
with right:
    means = split(tower, filters, ["average_health_score", "scored_customers"], "segment")
    by_segment = in_order(means, "segment", tower.company).frame
    chart(
        visit,
        f"Average health by {tower.company.noun('segment')}",
        charts.bars(
            by_segment,
            "segment",
            "average_health_score",
            kind="number",
            n="scored_customers",
            horizontal=True,
            look=visit.look,
        ),
        of=means,
        empty=unscored,
        height=260,
        drill=lambda point: scores.where(scores.frame["segment"] == point.value),
    )
left, right = st.columns(2)
with left:
    monthly = split(tower, filters, ["scored_customers"], "health_tier", grain="month", whole=True)
    counts = monthly.frame.pivot(index="period", columns="health_tier", values="scored_customers").fillna(0)
    chart(
        visit,
        "Customers by tier over the months",
        charts.stacked(
            counts.reindex(columns=list(TIERS), fill_value=0).reset_index(),
            "period",
            TIERS,
            colours=DIMENSIONS["health_tier"],
        ),
        of=monthly,
        empty=unscored,
        help="At each month's end, by what was known then; since the data begin.",
        drill=of_tier_then,
        marks=True,
    )
with right:
    parts = {"average_health_score": "Health"} | {
        f"average_{part}_score": f"{part.capitalize()} ({weight} %)"
        for part, weight in shares(parts_of(filled)).items()
    }
    series = split(tower, filters, list(parts), grain="month", whole=True)
    chart(
        visit,
        "Health and its weighted parts",
        charts.lines(series.frame, "period", parts, tick=".1f"),
        of=series,
        empty=unscored,
        help="Means over the paying accounts at each month's end, 0 to 100; since the data begin.",
        drill=lambda point: rows(tower, "health_scores", filters.narrowed(point.value)),
        marks=True,
    )
left, right = st.columns(2)
with left:
    spread = distribution(scores.frame)
    segments = {name: name for name in tower.company.ordered("segment", spread.columns[1:])}
    chart(
        visit,
        "Distribution of the health score",
        charts.stacked(spread, "score", segments, colours=visit.look.colours["segment"]),
        of=scores,
        empty=unscored,
        help=f"Paying accounts at the end of the range, by score and {tower.company.noun('segment')}.",
        drill=of_ten,
    )
with right:
    chart(
        visit,
        "Warning signs: MRR of the accounts that raise them",
        charts.bars(signs(risks.frame), "flag", "mrr", kind="money", n="accounts", horizontal=True, look=visit.look),
        of=risks,
        help="Paying accounts by each flag of churn risk; an account can raise several.",
        note=f"{NOW} {not_known(visit)}".strip(),
        empty=f"No paying account of this selection raises a flag. {not_known(visit)}".strip(),
        drill=lambda point: risks.where(raising(risks.frame, point.where["flag"])),
    )

churn(visit)
st.subheader("Signs of trouble")
risky_accounts(visit, risks, unscored)
silent_accounts(visit)
known = Filters(filters.segment, (), (), tower.first_month, tower.last_month, filters.compare)
left, right = st.columns(2)
with left:
    lift = numeric(rows(tower, "health_lift", filters), "churn_rate", "customer_months", "churned")
    deciles = lift.frame.assign(decile=lift.frame["score_decile"].map(ORDINALS))
    ends = (
        [f"{row['churn_rate']:.1%} (n = {row['customer_months']:,.0f})" for _, row in deciles.iloc[[0, -1]].iterrows()]
        if len(deciles)
        else ["–"] * 2
    )
    chart(
        visit,
        "Does a low score come before churn?",
        charts.bars(deciles, "decile", "churn_rate", kind="percent"),
        of=lift,
        empty=unscored,
        help="Share of the scores that churn followed within three months, by decile of the score within "
        f"{tower.company.noun('segment')} and month; the 1st is the least healthy. Only months old enough to tell.",
        note=f"Of the least healthy tenth {ends[0]} left within three months, of the healthiest {ends[1]}. Whatever "
        "the months. " + unanswered(visit, ["region", "acquisition_channel"], "The lift"),
        drill=lambda point: rows(
            tower, "decile_accounts", filters, decile=list(ORDINALS.values()).index(point.value) + 1
        ),
    )
with right:
    value = numeric(rows(tower, "time_to_value", filters), "accounts_median_days")
    value = value.where(value.frame["dimension"] == "segment")
    chart(
        visit,
        "Time to value: median days to activation",
        charts.bars(
            value.frame.rename(columns={"dimension_value": "segment"}),
            "segment",
            "accounts_median_days",
            kind="days",
            n="accounts",
            look=visit.look,
        ),
        of=value,
        help="Kaplan–Meier over the accounts whose first user came within the data.",
        note="Whatever the months. " + unanswered(visit, ["region", "acquisition_channel"], "Here time to value"),
        drill=lambda point: rows(tower, "activation_days", known.narrowed(segment=point.value)),
    )
