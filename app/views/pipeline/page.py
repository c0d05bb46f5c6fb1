"""Funnel & pipeline: how deals move, how many are won, and what is still open."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.data import in_order, kpis, rows, split
from app.found import Found
from app.selection import DIMENSIONS
from app.ui import charts
from app.ui.cards import cards
from app.ui.colours import OPEN_COLOURS
from app.ui.drill import Point, accounts
from app.ui.formats import listed
from app.ui.head import head
from app.ui.panels import chart, money, table, unanswered
from app.ui.pipelines import chosen_stages, stage_of
from company.calendar import add_months, quarter_start
from metrics.formats import number

AGES = {"≤ 30": 30, "31–60": 60, "61–90": 90, "91–180": 180, "> 180": 10_000}
visit = head(marks=True)
stages = chosen_stages(visit)
tower, filters = visit.build, visit.filters
cards(
    visit,
    "win_rate win_rate_value won_amount average_won_amount sales_cycle_days "
    "open_pipeline weighted_pipeline crm_weighted_pipeline overdue_pipeline deals_created",
)
st.caption(
    "Open pipeline is as of the as-of date, whatever the months; it answers to "
    f"{listed(map(tower.company.noun, DIMENSIONS))}."
)


def entered(name: str, point: Point) -> Found:
    """The accounts whose deals entered a stage; behind a median, each deal."""
    pipeline, stage = stage_of(stages, point.value)
    if name == "stage_days":
        return accounts(tower, filters.narrowed(pipeline=pipeline), name, each="deal", stage=stage)
    return accounts(tower, filters.narrowed(pipeline=pipeline), "stage_conversion", stage=stage)


def standing(point: Point) -> Found:
    """The accounts whose open deals stand in a stage."""
    pipeline, stage = stage_of(stages, point.value)
    names = ("open_pipeline", "weighted_pipeline", "open_deals")
    return accounts(tower, filters.narrowed(pipeline=pipeline), *names, stage=stage)


funnel = split(tower, filters, ["entered_deals", "stage_conversion", "stage_days"], "pipeline", "stage")
funnel_stages = stages.merge(funnel.frame, on=["pipeline", "stage"], how="left")
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
    known = funnel_stages.dropna(subset=[name])
    with place:
        chart(
            visit,
            title,
            charts.bars(known, "name", name, kind=kind, colours=known["colour"].tolist(), horizontal=True),
            of=funnel,
            help=help,
            drill=partial(entered, name),
        )
left, middle, right = st.columns(3)
rates = split(tower, filters, ["win_rate", "win_rate_value", "closed_deals"], "segment")
rates = in_order(rates, "segment", tower.company)
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
            visit,
            title,
            charts.bars(rates.frame, "segment", name, kind="percent", n="closed_deals", look=visit.look),
            of=rates,
            help=help,
            drill=lambda point: accounts(tower, filters.narrowed(segment=point.value), "win_rate", "win_rate_value"),
        )
closed = rows(tower, "deals_closed", filters)
with right:
    lost = closed.frame.dropna(subset=["loss_reason"]).groupby("loss_reason", as_index=False)
    reasons = lost.agg(deals=("deal_id", "count"))
    chart(
        visit,
        "Why deals are lost",
        charts.shares(reasons, "loss_reason", "deals", tick=",d"),
        of=closed,
        help="Lost deals of the range.",
        drill=lambda point: accounts(tower, filters, "lost_deals", "lost_amount", loss_reason=point.value),
    )
left, right = st.columns(2)
with left:
    series = split(tower, filters, ["win_rate", "win_rate_value"], grain="month", whole=True)
    chart(
        visit,
        "Win rate over time",
        charts.lines(
            series.frame, "period", {"win_rate": "By count", "win_rate_value": "By value"}, tick=".0%", zero=True
        ),
        of=series,
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "win_rate", "win_rate_value"),
        marks=True,
    )


def of_size(point: Point) -> Found:
    """The won deals of a segment within a step of the histogram."""
    low, high = charts.steps(won.frame["amount"], tower.company.currency)[point.where["amount"]]
    within = won.frame["amount"].between(low, high, inclusive="left")
    return won.where(within & (won.frame["segment"] == point.where["segment"]))


with right:
    won = closed.where(closed.frame["is_won"].astype(bool))
    chart(
        visit,
        "Size of won deals",
        charts.histogram(in_order(won, "segment", tower.company).frame, "amount", "segment", visit.look),
        of=won,
        help="ACV won, logarithmic steps.",
        drill=of_size,
    )
quarter = quarter_start(tower.as_of, tower.year_starts)
parts = {
    "bookings_target": ("Target", "money"),
    "won_amount": ("Already won", "money"),
    "due_pipeline": ("Open and due", "money"),
    "pipeline_coverage": ("Coverage", "ratio"),
}
coverage = kpis(tower, list(parts), filters.values, quarter, add_months(quarter, 2)).frame.iloc[0]
with st.container(border=True):
    st.markdown(
        f"**Coverage of the quarter from {quarter:%b %Y}**",
        help="Open pipeline due in the quarter ÷ (target − already won). Overdue dates are out.",
    )
    for place, (name, (label, kind)) in zip(st.columns(4), parts.items(), strict=True):
        place.metric(label, number(coverage[name], kind, tower.company.currency))
    st.caption(
        "Always the quarter of the as-of date. " + unanswered(visit, ["acquisition_channel", "pipeline"], "The target")
    )
deals = rows(tower, "deals_open", filters)
ages = pd.cut(deals.frame["age_days"].astype(float), [-1, *AGES.values()], labels=list(AGES)).astype(str)
left, right = st.columns(2)
with left:
    by_age = deals.frame.assign(age=ages).groupby("age").agg(amount=("amount", "sum"), deals=("deal_id", "count"))
    chart(
        visit,
        "Open pipeline by age in days",
        charts.bars(
            by_age.reindex(list(AGES)).fillna(0).reset_index(),
            "age",
            "amount",
            kind="money",
            n="deals",
            look=visit.look,
        ),
        of=deals,
        drill=lambda point: deals.where(ages == point.value),
    )
with right:
    groups = deals.frame.groupby(["pipeline", "stage"], as_index=False)
    by_stage = groups.agg(open=("amount", "sum"), weighted=("weighted_amount", lambda known: known.sum(min_count=1)))
    chart(
        visit,
        "Open and weighted by stage",
        charts.stacked(
            stages.merge(by_stage, on=["pipeline", "stage"], how="left"),
            "name",
            {"open": "Open", "weighted": "Weighted"},
            charts.MONEY,
            side_by_side=True,
            colours=OPEN_COLOURS,
        ),
        of=deals,
        drill=standing,
    )
config = money(amount="ACV", weighted_amount="Weighted") | {
    "win_probability": st.column_config.NumberColumn("P(win), history", format="percent"),
    "crm_probability": st.column_config.NumberColumn("P(win), CRM", format="percent"),
    "age_days": st.column_config.NumberColumn("Age (days)", format="%,.0f"),
    "days_in_current_stage": st.column_config.NumberColumn("In stage (days)", format="%,.0f"),
}
table(
    visit,
    "Stale and overdue deals",
    deals.where(deals.frame["is_stale"].astype(bool) | deals.frame["is_overdue"].astype(bool)),
    columns=config,
    help="Stale: no move for 60 days. Overdue: the expected close date has passed.",
)
