"""MRR & movements: where recurring revenue came from, where it went, and whether it was paid."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.data import first_row, in_order, rows, split
from app.found import Found
from app.ui import charts
from app.ui.cards import cards
from app.ui.colours import LOSSES, MOVE_COLOURS, TOTAL, movements_of, moves_of
from app.ui.drill import Point, accounts
from app.ui.filters import page_filter
from app.ui.formats import FEW
from app.ui.head import head
from app.ui.panels import chart, money, table
from app.views.movements.billing import invoices_and_payments

LISTS = {"months": "By month", "events": "By event"}
WINDOWS = {"t12m": "12 months", "monthly": "1 month"}
visit = head(marks=True)
tower, filters = visit.build, visit.filters
moves = moves_of(tower.company)
cards(visit, ["mrr", "net_new_mrr", *moves, "quick_ratio", "arpa", "active_customers"])


def behind(point: Point) -> Found:
    """The accounts behind a movement of a month; behind the line, everything that moved in it."""
    return accounts(tower, filters.narrowed(point.value), point.series)


names = ["starting_mrr", *moves, "net_new_mrr", "mrr"]
of_months = split(tower, filters, names, grain="month")
monthly = of_months.frame.fillna(0)
signed = monthly.assign(**{name: -monthly[name] for name in LOSSES})
figure = charts.stacked(signed, "period", moves, charts.MONEY, colours=MOVE_COLOURS)
if figure and (net := charts.lines(monthly, "period", {"net_new_mrr": "Net new"}, tick=charts.MONEY)):
    figure.add_trace(net.data[0].update(line_color=TOTAL))
chart(
    visit,
    "MRR movements by month",
    figure,
    of=of_months,
    help="One movement per account and month; the line is net new MRR. Click a bar for the accounts behind it.",
    drill=behind,
    marks=True,
)
total = split(tower, filters, names)
left, right = st.columns(2)
with left:
    chart(
        visit,
        "From start to end",
        charts.bridge(first_row(total), visit.look),
        of=total,
        help="Start + movements = end, to the cent. Click a step for the accounts behind it.",
        drill=lambda point: accounts(tower, filters, point.where["movement"]),
    )
with right:
    growth = monthly.assign(
        growth=(monthly["net_new_mrr"] / monthly["starting_mrr"]).where(monthly["starting_mrr"] > 0)
    )
    chart(
        visit,
        "MRR growth by month",
        charts.lines(growth, "period", {"growth": "Net new MRR ÷ MRR at the start"}, tick=".1%"),
        of=of_months,
        help="Net new MRR of the month ÷ MRR at its start.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "net_new_mrr", "starting_mrr"),
        marks=True,
    )


def kept(point: Point) -> Found:
    """The accounts of a segment that paid when the window began."""
    narrow = filters.narrowed(point.where["period"], segment=point.where["segment"])
    return accounts(tower, narrow, f"nrr_{window}", f"grr_{window}")


window = page_filter(visit, "window", "Retention over", WINDOWS, default="t12m", format_func=WINDOWS.__getitem__)
asked = [f"nrr_{window}", f"grr_{window}", "starting_customers"]
retained = split(tower, filters, asked, "segment", grain="month", whole=True)
retained = in_order(retained.where(retained.frame["starting_customers"] >= FEW), "segment", tower.company)
for place, kind, title in zip(st.columns(2), ("nrr", "grr"), ("Net", "Gross"), strict=True):
    with place:
        chart(
            visit,
            f"{title} revenue retention by {tower.company.noun('segment')}",
            charts.lines_by(retained.frame, "period", f"{kind}_{window}", "segment", tick=".1%", look=visit.look),
            of=retained,
            drill=kept,
            note=f"Every month up to the end of the range with {FEW} customers or more at its start.",
            empty=f"No {tower.company.noun('segment')} of the selection has {FEW} customers at the start of a month"
            + (" and twelve months of history." if window == "t12m" else "."),
        )


def on_plan(column: str, point: Point) -> Found:
    """The paying accounts on a plan, or with a billing interval."""
    return rows(tower, "plan_accounts", filters, **{"plan_tier": None, "billing_interval": None, column: point.value})


def of_event(point: Point) -> Found:
    """The changes of subscriptions of one kind."""
    events = rows(tower, "movement_events", filters, movement=())
    return events.where(events.frame["event"] == point.where["change_type"])


plans = rows(tower, "mrr_by_plan", filters)
left, middle, right = st.columns(3)
for place, column, title in ((left, "plan_tier", "plan"), (middle, "billing_interval", "billing interval")):
    with place:
        chart(
            visit,
            f"MRR by {title}",
            charts.shares(
                plans.frame.groupby(column, as_index=False).agg(mrr=("mrr", "sum")), column, "mrr", look=visit.look
            ),
            of=plans,
            needs="mrr",
            note="On the as-of date, whatever the months.",
            help="MRR of each account under its main plan.",
            drill=partial(on_plan, column),
        )
with right:
    causes = split(tower, filters, ["mrr_event_change"], "change_type")
    ordered = causes.frame.sort_values("mrr_event_change", ascending=False)
    chart(
        visit,
        "Net new MRR by event",
        charts.bars(ordered, "change_type", "mrr_event_change", kind="money", horizontal=True, look=visit.look),
        of=causes,
        help="Starts and ends of subscriptions, upgrades and downgrades of seats, changes of plan and price, ends of "
        "discounts. The sum is net new MRR"
        f"{' and what exchange rates moved' if tower.company.is_spot else ''}.",
        drill=of_event,
    )
left, right = st.columns([3, 2], vertical_alignment="bottom")
with left:
    chosen = page_filter(
        visit, "movement", "Movement", [movement.name for movement in movements_of(tower.company)], many=True
    )
with right:
    grain = page_filter(visit, "list", "List", LISTS, default="months", format_func=LISTS.__getitem__)
table(
    visit,
    "Movement list",
    rows(tower, "movement_list" if grain == "months" else "movement_events", filters, movement=tuple(chosen)),
    columns=money(mrr_before="MRR before", mrr_after="MRR after", change="Change")
    | {
        "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
        "is_netted_in_month": "Nets out in the month",
    },
    help="Largest first. By month: one row per account and month. By event: each change of a subscription.",
)
invoices_and_payments(visit)
