"""Customer 360: everything a customer success manager needs before calling one account."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import numeric, rows
from app.ui import charts, points
from app.ui.colours import MOVE_COLOURS, moves_of
from app.ui.filters import SWITCH, page_filter
from app.ui.formats import words
from app.ui.head import head
from app.ui.panels import chart, table
from app.views.customer.account import find, forget, health, profile, suggest

visit = head()
tower, filters = visit.build, visit.filters
WHEN = st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm")
AMOUNTS = {
    name: st.column_config.NumberColumn(label, format="dollar")
    for name, label in [
        ("mrr", "MRR"),
        ("amount", "Amount"),
        ("total_amount", "Total"),
        ("collected_amount", "Collected"),
        ("outstanding_amount", "Outstanding"),
    ]
}

account = find(visit)
if account is None:
    suggest(visit)
    st.stop()
profile(account, tower.company.currency)
left, right = st.columns([4, 1], vertical_alignment="center")
right.button("Close account", on_click=forget, icon=":material/close:", width="stretch")
with left:
    only = page_filter(visit, "span", "Only the chosen months", SWITCH, default=False)
since = filters.start if only else tower.first_month
st.caption(
    f"What happened {'within' if only else 'up to the end of'} the chosen months. The filters narrow "
    "the search, not the account; its state above is as of the as-of date."
)
key = {"account": account["account_id"], "since": since}
left, right = st.columns(2)
with left:
    health(account)
with right:
    usage = numeric(rows(tower, "account_usage", filters, **key), "events", "errors", "peak_users", "features")
    days = usage.frame["week"]
    weeks = pd.date_range(days.min(), days.max(), freq="7D") if len(days) else pd.DatetimeIndex([])
    by_week = usage.frame.set_index(pd.to_datetime(days))
    filled = by_week.reindex(weeks).fillna(0).rename_axis("start").reset_index()
    chart(
        visit,
        "Product use by week",
        charts.lines(
            filled,
            "start",
            {"events": "Events", "peak_users": "Users (busiest day)", "features": "Features (busiest day)"},
            zero=True,
            markers=False,
        ),
        of=usage,
        help="Weeks begin on Monday.",
        empty="No product use within these months.",
        weeks=(max(since, tower.first_day), visit.days[1]),
    )
left, right = st.columns(2)
moves = moves_of(tower.company)
mrr = numeric(rows(tower, "account_mrr", filters, **key), "starting_mrr", "ending_mrr", *moves)
with left:
    chart(
        visit,
        "MRR at month end",
        charts.lines(mrr.frame, "revenue_month", {"ending_mrr": "MRR"}, tick="$,.0f", zero=True),
        of=mrr,
        empty="It did not pay within these months.",
    )
with right:
    chart(
        visit,
        "MRR movements",
        charts.stacked(mrr.frame, "revenue_month", moves, "$,.0f", colours=MOVE_COLOURS),
        of=mrr,
        empty="Its MRR did not move within these months.",
    )

tabs = {
    "Features": ("account_features", ["uses", "uses_28d", "users_28d"], "It used no feature within these months."),
    "Subscriptions": ("account_subscriptions", ["mrr"], "It never paid for a subscription."),
    "Invoices": ("account_invoices", ["total_amount", "collected_amount", "outstanding_amount"], "No invoice."),
    "Tickets": ("account_tickets", [], "No ticket."),
    "Deals": ("account_deals", ["amount"], "No deal."),
    "Activities": ("account_activities", [], "No call, mail, meeting, note or task."),
    "Users": ("account_users", [], "It has no users."),
}
CODES = {"state", "last_change", "payment_state", "first_response_state", "resolution_state", "deal_type", "role"}
CODES |= {"activity_type", "outcome", "activity_state"}
for place, (title, (query, money, empty)) in zip(st.tabs(list(tabs)), tabs.items(), strict=True):
    with place:
        found = numeric(rows(tower, query, filters, **key), *money)
        frame = found.frame.assign(**{name: found.frame[name].map(words) for name in CODES & {*found.frame.columns}})
        dates: dict[str, object] = {
            name: st.column_config.DateColumn(
                name.rpartition("_")[0].replace("_", " ").capitalize(), format="D MMM YYYY"
            )
            for name in map(str, frame.columns)
            if name.endswith(("_at", "_date"))
        }
        table(visit, title, found.having(frame), columns={**AMOUNTS, **dates}, empty=empty)

happened = numeric(rows(tower, "account_timeline", filters, **key), "amount")
happened = happened.having(happened.frame.assign(kind=happened.frame["kind"].map(words)))
kinds = page_filter(visit, "kinds", "Kinds of events", sorted(happened.frame["kind"].unique()), default=[], many=True)
shown = happened.where(happened.frame["kind"].isin(kinds)) if kinds else happened
chart(
    visit,
    "Timeline",
    points.moments(shown.frame, "occurred_at", "kind", "title"),
    of=shown,
    empty="Nothing happened within these months.",
)
table(
    visit,
    "Events",
    shown,
    columns={"amount": AMOUNTS["amount"], "occurred_at": WHEN},
    empty="Nothing happened within these months.",
    help="Amounts: the change of MRR, or the amount of the deal or payment.",
)
