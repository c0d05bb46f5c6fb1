"""Sales activity & reps: who makes quota, with how much work, and what the work brings."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.formats import COLOURS, FEW, number
from app.components.page import head
from app.components.panels import chart, table, unanswered
from app.data import rows
from app.filters import page_filter

MOODS = {"positive": "met", "neutral": "target", "negative": "breached"}
tower, filters = head("Sales activity & reps")
cards(
    tower,
    filters,
    [
        "quota_attainment",
        "ramped_quota",
        "won_amount",
        "win_rate",
        "activities_per_win",
        "activities",
        "activity_completion_rate",
        "overdue_activities",
        "positive_outcome_rate",
        "deals_created",
    ],
)
names = rows(tower, "rep_names", filters).set_index("rep_id")["label"].to_dict()
chosen = page_filter("rep", "Sales reps", names, many=True, format_func=names.__getitem__)
st.caption("The cards show the whole selection; everything below answers to the chosen reps too.")
rep = tuple(chosen)
reps = rows(tower, "reps", filters, rep=rep)
note = unanswered(filters, ["acquisition_channel"], "A rep's result")


def ranked(column: str, kind: str, counts: str | None = None, *, low_first: bool = False) -> go.Figure | None:
    """Reps by a ratio, best first; grey where it rests on few cases."""
    frame = reps.dropna(subset=[column]).sort_values(column, ascending=low_first)
    labels = [number(value, kind) for value in frame[column]]
    if counts:
        labels = [f"{label} (n = {n:,})" for label, n in zip(labels, frame[counts], strict=True)]
    colours = (
        charts.few_grey(frame[counts]) if counts else [COLOURS["met" if v >= 1 else "actual"] for v in frame[column]]
    )
    tick = ".0%" if kind == "percent" else ""
    return charts.bars(frame, "rep_name", column, tick=tick, labels=labels, colours=colours, horizontal=True)


left, middle, right = st.columns(3)
with left:
    chart(
        "Attainment of quota",
        ranked("attainment", "percent"),
        help="ACV won ÷ quota after ramp, over the range. Green: quota made.",
        note=note,
        height=560,
    )
with middle:
    chart(
        "Win rate by rep",
        ranked("win_rate", "percent", "closed_deals"),
        help="Won ÷ (won + lost), n deals closed; grey under ten.",
        note=note,
        height=560,
    )
with right:
    chart(
        "Activities per win",
        ranked("activities_per_win", "ratio", "won_deals", low_first=True),
        help="Activities ÷ deals won in the same months, n deals won; grey under ten. Bigger deals take more work.",
        note=note,
        height=560,
    )
cells = rows(tower, "activity_cells", filters, rep=rep)
left, right = st.columns(2)
with left:
    chart(
        "Won amount against quota by month",
        charts.stacked(
            rows(tower, "rep_months", filters, rep=rep),
            "period",
            {"target": "Quota after ramp", "actual": "Won"},
            charts.MONEY,
            side_by_side=True,
        ),
        note=note,
    )
with right:
    chart(
        "Activities by type and week",
        charts.stacked_by(cells, "week", "activities", "activity_type", ",d"),
        help="By the day they took place or were planned for; the first and last week may be partial.",
    )
left, middle, right = st.columns(3)
by_type = cells.groupby("activity_type", as_index=False)[["completed", "due", "activities"]].sum()
with left:
    by_type["rate"] = by_type["completed"] / by_type["due"].where(by_type["due"] > 0)
    done = by_type.dropna(subset=["rate"]).sort_values("rate", ascending=False)
    pairs = zip(done["rate"], done["due"], strict=True)
    chart(
        "Completion by type",
        charts.bars(
            done,
            "activity_type",
            "rate",
            tick=".0%",
            labels=[f"{number(rate, 'percent')} (n = {n:,})" for rate, n in pairs],
            colours=charts.few_grey(done["due"]),
            horizontal=True,
        ),
        help="Completed ÷ (completed + overdue); what is not yet due is out.",
    )
with middle:
    moods = cells.dropna(subset=["outcome_sentiment"])
    moods = moods.pivot_table(
        index="activity_type", columns="outcome_sentiment", values="activities", aggfunc="sum", fill_value=0
    )
    share = moods.div(moods.sum(axis=1), axis=0).reindex(columns=list(MOODS), fill_value=0).rename(columns=MOODS)
    chart(
        "How contacts went",
        charts.stacked(
            share.reset_index(), "activity_type", {code: mood.capitalize() for mood, code in MOODS.items()}, ".0%"
        ),
        help="Share of positive, neutral and negative outcomes; no answer counts as neutral. Notes and tasks have none.",
        note=f"n = {int(moods.to_numpy().sum()):,} contacts with an outcome.",
    )
with right:
    work = rows(tower, "activity_deals", filters, rep=rep)
    steps = pd.cut(work["activities"], [-1, 2, 5, 8, 12, 10_000], labels=["0–2", "3–5", "6–8", "9–12", "> 12"])
    linked = work.groupby(steps, observed=True)[["won", "closed"]].sum().rename_axis("activities").reset_index()
    linked["rate"] = linked["won"] / linked["closed"]
    pairs = zip(linked["rate"], linked["closed"], strict=True)
    chart(
        "Win rate by work on the deal",
        charts.bars(
            linked.astype({"activities": str}),
            "activities",
            "rate",
            tick=".0%",
            labels=[f"{number(rate, 'percent')}<br>n = {n:,}" for rate, n in pairs],
            colours=charts.few_grey(linked["closed"]),
        ),
        help="Deals closed within the range by the number of activities completed on them before the close.",
        note="A link, not a cause: deals that go well and last longer also get more work.",
    )
config = {
    "quota": st.column_config.NumberColumn("Quota", format="dollar"),
    "won_amount": st.column_config.NumberColumn("Won", format="dollar"),
    "mrr": st.column_config.NumberColumn("MRR now", format="dollar"),
    "attainment": st.column_config.NumberColumn("Attainment", format="percent"),
    "win_rate": st.column_config.NumberColumn("Win rate", format="percent"),
    "completion": st.column_config.NumberColumn("Completion", format="percent"),
    "activities_per_win": st.column_config.NumberColumn("Activities per win", format="%.1f"),
    "months_since_hire": st.column_config.NumberColumn("Months since hire"),
    "owner_name": "Owner",
}
table(
    "Leaderboard",
    reps.drop(columns="rep_id"),
    columns=config,
    help=f"By attainment. Win rates on fewer than {FEW} closed deals say little. {note}",
    empty="No rep works in this segment and region.",
    filters=filters,
)
table(
    "Work by account",
    rows(tower, "activity_accounts", filters, rep=rep),
    columns=config,
    help="Activities of the range on each account, most first.",
    filters=filters,
)
