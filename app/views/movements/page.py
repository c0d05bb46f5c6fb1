"""MRR & movements: where recurring revenue came from, where it went, and whether it was paid."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.data import kpis, rows, split
from app.filters import page_filter
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import Point, accounts
from app.ui.formats import FEW
from app.ui.head import head
from app.ui.panels import chart, money, table
from app.views.movements.billing import invoices_and_payments

SERIES = {
    "new_mrr": "New",
    "reactivation_mrr": "Reactivation",
    "expansion_mrr": "Expansion",
    "contraction_mrr": "Contraction",
    "churned_mrr": "Churn",
}
KINDS = ["new", "reactivation", "expansion", "contraction", "churn"]
LISTS = {"months": "By month", "events": "By event"}
WINDOWS = {"t12m": "12 months", "monthly": "1 month"}
tower, filters = head("MRR & movements", marks=True)
cards(tower, filters, ["mrr", "net_new_mrr", *SERIES, "quick_ratio", "arpa", "active_customers"])


def behind(point: Point) -> pd.DataFrame:
    """The accounts behind a movement of a month; behind the line, everything that moved in it."""
    if point.series == "net_new_mrr":
        return rows(tower, "movement_list", filters.narrowed(point.value), movement=())
    return accounts(tower, filters.narrowed(point.value), "revenue", movement=point.series)


names = ["starting_mrr", *SERIES, "net_new_mrr", "mrr"]
monthly = split(tower, filters, names, grain="month").fillna(0)
signed = monthly.assign(contraction_mrr=-monthly["contraction_mrr"], churned_mrr=-monthly["churned_mrr"])
figure = charts.stacked(signed, "period", SERIES, charts.MONEY)
if figure and (net := charts.lines(monthly, "period", {"net_new_mrr": "Net new"}, tick=charts.MONEY)):
    figure.add_trace(net.data[0].update(line_color=charts.COLOURS["total"]))
chart(
    "MRR movements by month",
    figure,
    help="One movement per account and month; the line is net new MRR. Click a bar for the accounts behind it.",
    drill=behind,
    marks=True,
)
total = kpis(tower, names, filters.values, filters.start, filters.end).iloc[0].fillna(0)
left, right = st.columns(2)
with left:
    keys = zip(["start", *KINDS, "end"], ["starting_mrr", *SERIES, "mrr"], strict=True)
    chart(
        "From start to end",
        charts.bridge({key: float(total[name]) for key, name in keys}),
        help="Start + movements = end, to the cent. Click a step for the accounts behind it.",
        drill=lambda point: accounts(tower, filters, "revenue", movement=point.value),
    )
with right:
    growth = monthly.assign(
        growth=(monthly["net_new_mrr"] / monthly["starting_mrr"]).where(monthly["starting_mrr"] > 0)
    )
    chart(
        "MRR growth by month",
        charts.lines(growth, "period", {"growth": "Net new MRR ÷ MRR at the start"}, tick=".1%"),
        help="Net new MRR of the month ÷ MRR at its start.",
        drill=lambda point: rows(tower, "movement_list", filters.narrowed(point.value), movement=()),
        marks=True,
    )


def kept(point: Point) -> pd.DataFrame:
    """The accounts of a segment that paid when the window began."""
    narrow = filters.narrowed(point.value, segment=point.series)
    return accounts(tower, narrow, "retained", months_back=12 if window == "t12m" else 1)


window = page_filter("window", "Retention over", WINDOWS, default="t12m", format_func=WINDOWS.__getitem__)
asked = [f"nrr_{window}", f"grr_{window}", "starting_customers"]
retained = split(tower, filters, asked, "segment", grain="month", whole=True)
retained = retained[retained["starting_customers"] >= FEW]
for place, kind, title in zip(st.columns(2), ("nrr", "grr"), ("Net", "Gross"), strict=True):
    with place:
        chart(
            f"{title} revenue retention by segment",
            charts.lines_by(retained, "period", f"{kind}_{window}", "segment", tick=".1%"),
            drill=kept,
            note=f"Every month up to the end of the range with {FEW} customers or more at its start.",
            empty=f"No segment of the selection has {FEW} customers at the start of a month"
            + (" and twelve months of history." if window == "t12m" else "."),
        )


def on_plan(column: str, point: Point) -> pd.DataFrame:
    """The paying accounts on a plan, or with a billing interval."""
    return accounts(tower, filters, "plans", **{column: point.value})


plans = rows(tower, "mrr_by_plan", filters)
left, middle, right = st.columns(3)
for place, column, title in ((left, "plan_tier", "plan"), (middle, "billing_interval", "billing interval")):
    with place:
        chart(
            f"MRR by {title}",
            charts.shares(plans.groupby(column, as_index=False).agg(mrr=("mrr", "sum")), column, "mrr"),
            needs="mrr",
            note="On the as-of date, whatever the months.",
            help="MRR of each account under its main plan.",
            drill=partial(on_plan, column),
        )
with right:
    causes = split(tower, filters, ["mrr_event_change"], "change_type").sort_values("mrr_event_change", ascending=False)
    chart(
        "Net new MRR by event",
        charts.bars(causes, "change_type", "mrr_event_change", kind="money", horizontal=True),
        help="Starts and ends of subscriptions, upgrades and downgrades of seats, changes of plan and price, ends of "
        "discounts. The sum is net new MRR.",
        drill=lambda point: rows(tower, "movement_events", filters, movement=()).query("event == @point.value"),
    )
left, right = st.columns([3, 2], vertical_alignment="bottom")
with left:
    chosen = page_filter("movement", "Movement", KINDS, many=True)
with right:
    grain = page_filter("list", "List", LISTS, default="months", format_func=LISTS.__getitem__)
table(
    "Movement list",
    rows(tower, "movement_list" if grain == "months" else "movement_events", filters, movement=tuple(chosen)),
    columns=money(mrr_before="MRR before", mrr_after="MRR after", change="Change")
    | {
        "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
        "is_netted_in_month": "Nets out in the month",
    },
    help="Largest first. By month: one row per account and month. By event: each change of a subscription.",
    filters=filters,
)
invoices_and_payments(tower, filters)
