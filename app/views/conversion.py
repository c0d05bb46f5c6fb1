"""Conversion: from trial to paid, and from plan to plan."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import money, number
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.data import kpis, rows
from app.filters import page_filter

tower, filters = head("Conversion")
cards(
    tower,
    filters,
    ["trials_ended", "trial_to_paid", "converted_trials", "tier_upgrades", "tier_downgrades"],
)
WORDS = {"migrations": "Moves", "mrr_change": "MRR change"}
RATE = ["trial_to_paid", "mature_trials"]
monthly = kpis(tower, RATE, filters.values, tower.first_month, filters.end, grain="month").fillna({"mature_trials": 0})
trials = rows(tower, "trials", filters)


def rates(frame: pd.DataFrame, by: str, flat: bool = False) -> go.Figure | None:
    """Bars of the conversion with n, grey where few trials stand behind them."""
    frame = frame[frame["mature_trials"] > 0].fillna({"trial_to_paid": 0})
    pairs = zip(frame["trial_to_paid"], frame["mature_trials"], strict=True)
    labels = [f"{number(rate, 'percent')}{' · ' if flat else '<br>'}n = {n:,.0f}" for rate, n in pairs]
    colours = charts.few_grey(frame["mature_trials"])
    return charts.bars(frame, by, "trial_to_paid", tick=".0%", labels=labels, colours=colours, horizontal=flat)


left, right = st.columns([3, 2])
with left:
    chart(
        "Trial to paid by month",
        rates(monthly, "period"),
        help="Trials that became paid within 30 days of ending ÷ trials that ended at least 30 days ago.",
        note="Every month up to the end of the range; grey where fewer than ten trials are old enough.",
    )
with right:
    old = trials[trials["is_mature"].astype(bool)]
    paid = old[old["is_converted"].astype(bool)]
    steps = {
        "Trials ended": len(trials),
        "Ended 30 days ago": len(old),
        "Became paid": len(paid),
        "Still paying": int(paid["is_active_customer"].sum()),
    }
    funnel = pd.DataFrame({"step": steps.keys(), "trials": steps.values()})
    labels = [f"{n:,} · {n / max(len(old), 1):.0%}" if i else f"{n:,}" for i, n in enumerate(funnel["trials"])]
    chart(
        "Trial funnel",
        charts.bars(funnel, "step", "trials", labels=labels, horizontal=True),
        help="Trials that ended within the range. Shares are of those that ended at least 30 days ago; "
        "still paying is judged on the as-of date.",
    )
left, middle, right = st.columns(3)
for place, column, words in ((left, "segment", "segment"), (middle, "acquisition_channel", "channel")):
    with place:
        split = kpis(tower, RATE, filters.values, filters.start, filters.end, group_by=[column])
        chart(f"Trial to paid by {words}", rates(split, column, flat=True), help="Grey: fewer than ten trials.")
with right:
    named = old.assign(activation=old["is_activated"].map({True: "Activated", False: "Not activated"}))
    active = named.groupby("activation", as_index=False).agg(
        trial_to_paid=("is_converted", "mean"), mature_trials=("is_converted", "size")
    )
    chart(
        "Trial to paid, activated or not",
        rates(active, "activation", flat=True),
        help="Whether a user of the account reached the activation event by the as-of date.",
    )
left, middle, right = st.columns(3)
with left:
    days = (
        paid["days_to_paid"].round().astype(int).value_counts().sort_index().rename_axis("days").reset_index(name="n")
    )
    days["days"] = days["days"].map("{} days".format)
    chart(
        "Days from the start of a trial to paid",
        charts.bars(days, "days", "n", labels=[f"{n:,}" for n in days["n"]]),
        help="Trials of the range that became paid.",
        empty="No trial of the selection became paid.",
        note=f"Median {paid['days_to_paid'].median():.0f} days." if len(paid) else "",
    )
moves = rows(tower, "tier_moves", filters)
note = unanswered(filters, ["region", "acquisition_channel"], "A move between plan tiers")
with middle:
    chart(
        "Plan upgrades and downgrades by month",
        charts.stacked(moves, "period", {"upgrades": "Upgrades", "downgrades": "Downgrades"}, ",d"),
        help="Accounts that moved to a higher or lower plan tier; downgrades lie below the axis.",
        note=note,
    )
with right:
    chart(
        "MRR moved by plan changes",
        charts.stacked(moves, "period", {"upgrade_mrr": "Upgrades", "downgrade_mrr": "Downgrades"}, charts.MONEY),
        help="MRR after the move less MRR before.",
        note=note,
    )
matrix = rows(tower, "plan_matrix", filters)
changes = rows(tower, "plan_changes", filters)
left, right = st.columns([2, 3])
with left:
    measure = page_filter(
        "measure", "Matrix of", ["migrations", "mrr_change"], default="migrations", format_func=WORDS.__getitem__
    )
    labels = [f"{v:,.0f}" if measure == "migrations" else money(v) for v in matrix[measure]]
    order = rows(tower, "plans", filters)["product_name"].tolist()
    chart(
        "Plan migration",
        charts.matrix(matrix, "from_plan", "to_plan", measure, order, labels=labels),
        help="From the plan on the left to the plan below.",
        note=note,
        empty="No account of the selection changed its plan.",
        drill=lambda point: changes[changes["to_plan"] == point.value],
    )
with right:
    config = {
        name: st.column_config.NumberColumn(label, format="dollar")
        for name, label in (
            ("mrr_before", "MRR before"),
            ("mrr_after", "MRR after"),
            ("change", "Change"),
            ("mrr_now", "MRR now"),
        )
    }
    table(
        "Plan changes",
        changes,
        columns=config,
        help="Each move of an account, largest gain first.",
        empty="No account of the selection changed its plan.",
        filters=filters,
    )
table(
    "Trials",
    trials.drop(columns="trial_id"),
    columns=config | {"days_to_paid": st.column_config.NumberColumn("Days to paid", format="%.0f")},
    help="Ended within the range, newest first. Mature: ended at least 30 days ago.",
    filters=filters,
)
