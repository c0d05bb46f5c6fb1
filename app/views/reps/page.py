"""Sales activity & reps: who makes quota, with how much work, and what the work brings."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from app.data import rows
from app.found import Found
from app.ui import charts
from app.ui.cards import cards
from app.ui.colours import ACTUAL, BAD, GOOD, GREY, TARGET
from app.ui.drill import Point, accounts, week
from app.ui.filters import page_filter
from app.ui.formats import FEW, words
from app.ui.head import head
from app.ui.panels import chart, money, table, unanswered
from metrics import get_metric

MOODS = {"positive": "Positive", "neutral": "Neutral", "negative": "Negative"}
MOOD_COLOURS = {"positive": GOOD, "neutral": GREY, "negative": BAD}
QUOTA = {"target": "Quota after ramp", "actual": "Won"}
STEPS = {"0–2": 2, "3–5": 5, "6–8": 8, "9–12": 12, "> 12": 10_000}
PER_WIN = "Activities ÷ deals won in the same months, n deals won; grey under ten. Bigger deals take more work."
BY_REP = [
    ("Attainment of quota", "attainment", "percent", "", "ACV won ÷ quota after ramp, over the range. Green: made."),
    ("Win rate by rep", "win_rate", "percent", "closed_deals", "Won ÷ (won + lost), n deals closed; grey under ten."),
    ("Activities per win", "activities_per_win", "count", "won_deals", PER_WIN),
]
visit = head(marks=True)
tower, filters = visit.build, visit.filters
cards(
    visit,
    "quota_attainment ramped_quota won_amount win_rate activities_per_win "
    "activities activity_completion_rate overdue_activities positive_outcome_rate deals_created",
)
names = rows(tower, "rep_names", filters).frame.set_index("rep_id")["label"].to_dict()
rep = tuple(page_filter(visit, "rep", "Sales reps", names, many=True, format_func=names.__getitem__))
st.caption("The cards show the whole selection; everything below answers to the chosen reps too.")
reps = rows(tower, "reps", filters, rep=rep)
note = unanswered(visit, ["acquisition_channel"], "A rep's result")
attainment = get_metric("quota_attainment")
made = [GOOD if attainment.meets(share) else ACTUAL for share in reps.frame["attainment"].dropna()]
whole = replace(filters, segment=(), region=(), acquisition_channel=())  # a rep's result is that of all its deals
staff = dict(zip(reps.frame["rep_name"], reps.frame["rep_id"], strict=True))


def behind(column: str, point: Point) -> Found:
    """The accounts behind a rep's number, by its deals or its work."""
    one = (staff[point.where["rep_name"]],)
    asked = {"attainment": ["won_amount"], "win_rate": ["win_rate", "won_amount"]}
    return accounts(tower, whole, *asked.get(column, ["activities", "won_deals"]), rep=one)


for place, (title, column, kind, n, help) in zip(st.columns(3), BY_REP, strict=True):
    with place:
        ranked = reps.frame.sort_values(column, ascending=column == "activities_per_win")
        figure = charts.bars(
            ranked, "rep_name", column, kind=kind, n=n, colours=None if n else made, horizontal=True, look=visit.look
        )
        tall = 120 + 22 * len(ranked)
        chart(visit, title, figure, of=reps, help=help, note=note, height=tall, drill=partial(behind, column))
cells = rows(tower, "activity_cells", filters, rep=rep)
worked = partial(accounts, tower, filters, rep=rep)
left, right = st.columns(2)
with left:
    made_good = rows(tower, "rep_months", filters, rep=rep)
    chart(
        visit,
        "Won amount against quota by month",
        charts.stacked(
            made_good.frame,
            "period",
            QUOTA,
            charts.MONEY,
            side_by_side=True,
            colours={"target": TARGET, "actual": ACTUAL},
        ),
        of=made_good,
        note=note,
        drill=lambda point: accounts(
            tower, whole.narrowed(point.value), "won_amount", rep=tuple(staff.values()) or ("",)
        ),
        marks=True,
    )
with right:
    chart(
        visit,
        "Activities by type and week",
        charts.stacked_by(cells.frame, "week", "activities", "activity_type", ",d"),
        of=cells,
        needs="activities",
        help="By the day they took place or were planned for.",
        drill=lambda point: worked(
            "activities", activity_type=point.where["activity_type"], days=week(point.where["week"], filters)
        ),
        weeks=visit.days,
    )
left, middle, right = st.columns(3)
with left:
    done = cells.frame.groupby("activity_type", as_index=False)[["completed", "due"]].sum()
    done["rate"] = done["completed"] / done["due"].where(done["due"] > 0)
    chart(
        visit,
        "Completion by type",
        charts.bars(
            done.sort_values("rate", ascending=False), "activity_type", "rate", kind="percent", n="due", horizontal=True
        ),
        of=cells,
        needs="activities",
        help="Completed ÷ (completed + overdue); what is not yet due is out.",
        drill=lambda point: worked("activity_completion_rate", activity_type=point.value),
    )
with middle:
    moods = cells.frame.dropna(subset=["outcome_sentiment"]).pivot_table(
        index="activity_type", columns="outcome_sentiment", values="activities", aggfunc="sum", fill_value=0
    )
    moods = moods.reindex(columns=list(MOODS), fill_value=0)
    share = moods.div(moods.sum(axis=1), axis=0)
    chart(
        visit,
        "How contacts went",
        charts.stacked(share.reset_index(), "activity_type", MOODS, ".0%", colours=MOOD_COLOURS),
        of=cells,
        needs="activities",
        help="Share of positive, neutral and negative outcomes; no answer is neutral. Notes and tasks have none.",
        note=f"n = {int(moods.to_numpy().sum()):,} contacts with an outcome.",
        drill=lambda point: worked(
            f"{point.series}_activities", "activities", activity_type=point.value, outcome_sentiment=MOODS
        ),
    )
with right:
    work = rows(tower, "activity_deals", filters, rep=rep)
    steps = pd.cut(work.frame["activities"].astype(float), [-1, *STEPS.values()], labels=list(STEPS))
    linked = work.frame.groupby(steps, observed=True).agg(rate=("is_won", "mean"), closed=("is_won", "size"))
    linked = linked.rename_axis("work").reset_index()
    chart(
        visit,
        "Win rate by activities on the deal",
        charts.bars(linked.astype({"work": str}), "work", "rate", kind="percent", n="closed"),
        of=work,
        help="Deals closed within the range by the number of activities completed on them before the close.",
        note="A link, not a cause: deals that go well and last longer also get more work.",
        drill=lambda point: work.where(steps == point.value),
    )
config = money(quota="Quota", won_amount="Won", mrr="MRR now") | {
    name: st.column_config.NumberColumn(label, format="percent")
    for name, label in (("attainment", "Attainment"), ("win_rate", "Win rate"), ("completion", "Completion"))
}
config["activities_per_win"] = st.column_config.NumberColumn("Activities per win", format="%.1f")
table(
    visit,
    "Leaderboard",
    reps.having(reps.frame.drop(columns="rep_id").assign(role=reps.frame["role"].map(words))),
    columns=config,
    help=f"By attainment. Win rates on fewer than {FEW} closed deals say little. {note}",
    empty=f"No rep works in this {tower.company.noun('segment')} and {tower.company.noun('region')}.",
    needs="sales_rep_performance",
    drill=partial(behind, "win_rate"),
)
table(
    visit,
    "Work by account",
    rows(tower, "work_by_account", filters, rep=rep),
    columns=config,
    help="Activities of the range on each account, most first.",
)
