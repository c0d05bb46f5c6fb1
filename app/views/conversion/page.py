"""Conversion: from trial to paid, and from plan to plan."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.data import in_order, rows, split
from app.found import Found
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import Point
from app.ui.head import head
from app.ui.panels import chart, table
from app.views.conversion.plans import AMOUNTS, plan_moves

RATE = ["trial_to_paid", "mature_trials"]
visit = head(marks=True)
tower, filters = visit.build, visit.filters
cards(visit, "trials_ended trial_to_paid converted_trials tier_upgrades tier_downgrades")
trials = rows(tower, "trials", filters)


def mature(found: Found) -> Found:
    """The trials that are old enough to judge."""
    return found.where(found.frame["is_mature"].astype(bool))


old = mature(trials)
activation = old.frame["is_activated"].map({True: "Activated", False: "Not activated"})
old = old.having(old.frame.assign(activation=activation))
paid = old.where(old.frame["is_converted"].astype(bool))


def behind(column: str, point: Point) -> Found:
    """The trials behind a bar."""
    return old.where(old.frame[column] == point.value)


def in_month(point: Point) -> Found:
    """The trials that ended in a month and are old enough to judge."""
    return mature(rows(tower, "trials", filters.narrowed(pd.to_datetime(point.value, format="%b %y"))))


def known(frame: pd.DataFrame) -> pd.DataFrame:
    """Rates where a trial is old enough to judge; none paid is zero."""
    return frame[frame["mature_trials"] > 0].fillna({"trial_to_paid": 0})


left, right = st.columns([3, 2])
with left:
    rates = split(tower, filters, RATE, grain="month", whole=True)
    monthly = known(rates.frame)
    monthly["month"] = [f"{day:%b %y}" for day in monthly["period"]]
    chart(
        visit,
        "Trial to paid by month",
        charts.bars(monthly, "month", "trial_to_paid", kind="percent", n="mature_trials"),
        of=rates,
        help="Trials that became paid within 30 days of ending ÷ trials that ended at least 30 days ago.",
        note="Every month up to the end of the range; grey where fewer than ten trials are old enough.",
        drill=in_month,
    )
with right:
    steps = {
        "Trials ended": trials,
        "Ended 30 days ago": old,
        "Became paid": paid,
        "Still paying": paid.where(paid.frame["is_active_customer"].astype(bool)),
    }
    funnel = pd.DataFrame({"step": list(steps), "trials": [len(step.frame) for step in steps.values()]})
    labels = [f"{n:,} · {n / max(len(old.frame), 1):.0%}" if i else f"{n:,}" for i, n in enumerate(funnel["trials"])]
    chart(
        visit,
        "Trial funnel",
        charts.bars(funnel, "step", "trials", labels=labels, horizontal=True),
        of=trials,
        help="Trials that ended within the range. Shares are of those that ended at least 30 days ago; "
        "still paying is judged on the as-of date.",
        drill=lambda point: steps[point.value],
    )
left, middle, right = st.columns(3)
for place, column in ((left, "segment"), (middle, "acquisition_channel")):
    with place:
        cut = in_order(split(tower, filters, RATE, column), column, tower.company)
        chart(
            visit,
            f"Trial to paid by {tower.company.noun(column)}",
            charts.bars(
                known(cut.frame),
                column,
                "trial_to_paid",
                kind="percent",
                n="mature_trials",
                horizontal=True,
                look=visit.look,
            ),
            of=cut,
            help="n trials that ended at least 30 days ago; grey under ten.",
            drill=partial(behind, column),
        )
with right:
    groups = old.frame.groupby("activation", as_index=False)
    active = groups.agg(trial_to_paid=("is_converted", "mean"), mature_trials=("is_converted", "size"))
    chart(
        visit,
        "Trial to paid, activated or not",
        charts.bars(active, "activation", "trial_to_paid", kind="percent", n="mature_trials", horizontal=True),
        of=trials,
        help="Whether a user of the account reached the activation event by the as-of date.",
        needs="activation_rate",
        drill=partial(behind, "activation"),
    )
left, middle, right = st.columns(3)
with left:
    waits = paid.frame["days_to_paid"].astype(float)
    days = waits.round().rename("days").to_frame().groupby("days").size().reset_index(name="n")
    days["days"] = days["days"].map("{:.0f} days".format)
    chart(
        visit,
        "Days from the start of a trial to paid",
        charts.bars(days, "days", "n", kind="count"),
        of=trials,
        help="Trials of the range that became paid.",
        empty="No trial of the selection became paid.",
        drill=lambda point: paid.where(waits.round().map("{:.0f} days".format) == point.value),
        note=f"Median {waits.median():.0f} days." if len(waits) else "",
    )
plan_moves(visit, middle, right)
table(
    visit,
    "Trials",
    trials,
    columns=AMOUNTS | {"days_to_paid": st.column_config.NumberColumn("Days to paid", format="%,.0f")},
    help="Ended within the range, newest first. Mature: ended at least 30 days ago.",
)
