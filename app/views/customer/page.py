"""Customer 360: everything a customer success manager needs before calling one account."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import numeric, rows
from app.filters import page_filter
from app.ui import charts, points
from app.ui.formats import words
from app.ui.head import head
from app.ui.panels import chart, table
from app.views.customer.account import find, forget, health, profile, suggest

tower, filters = head("Customer 360")
WHEN = st.column_config.DatetimeColumn("When (UTC)", format="D MMM YYYY, HH:mm")
DOLLARS = {
    name: st.column_config.NumberColumn(label, format="dollar")
    for name, label in [
        ("mrr", "MRR"),
        ("amount", "Amount"),
        ("total_amount", "Total"),
        ("collected_amount", "Collected"),
        ("outstanding_amount", "Outstanding"),
    ]
}

account = find(tower, filters)
if account is None:
    suggest(tower, filters)
    st.stop()
profile(account)
left, right = st.columns([4, 1], vertical_alignment="center")
right.button("Close account", on_click=forget, icon=":material/close:", width="stretch")
with left:
    only = page_filter("span", "Only the chosen months", [False, True], default=False)
since = filters.start if only else tower.first_month
st.caption(
    f"What happened {'within' if only else 'up to the end of'} the chosen months. Segment, region and channel narrow "
    "the search, not the account; its state above is as of the as-of date."
)
key = {"account": account["account_id"], "since": since}
left, right = st.columns(2)
with left:
    health(account)
with right:
    usage = numeric(rows(tower, "account_usage", filters, **key), "events", "errors", "peak_users", "features")
    weeks = pd.DatetimeIndex([])
    if len(usage):
        weeks = pd.date_range(usage["week"].min(), usage["week"].max(), freq="7D")
    filled = usage.set_index(pd.to_datetime(usage["week"])).reindex(weeks).fillna(0).rename_axis("start").reset_index()
    chart(
        "Product use by week",
        charts.lines(
            filled,
            "start",
            {"events": "Events", "peak_users": "Users (busiest day)", "features": "Features (busiest day)"},
            zero=True,
            markers=False,
        ),
        help="Weeks begin on Monday; the first and the last may be partial.",
        empty="No product use within these months.",
    )
left, right = st.columns(2)
mrr = rows(tower, "account_mrr", filters, **key)
moves = {
    "new_mrr": "New",
    "reactivation_mrr": "Reactivation",
    "expansion_mrr": "Expansion",
    "contraction_mrr": "Contraction",
    "churned_mrr": "Churn",
}
mrr = numeric(mrr, "starting_mrr", "ending_mrr", *moves)
with left:
    chart(
        "MRR at month end",
        charts.lines(mrr, "revenue_month", {"ending_mrr": "MRR"}, tick="$,.0f", zero=True),
        empty="It did not pay within these months.",
    )
with right:
    chart(
        "MRR movements",
        charts.stacked(mrr, "revenue_month", moves, "$,.0f"),
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
        frame = numeric(rows(tower, query, filters, **key), *money)
        frame = frame.assign(**{name: frame[name].map(words) for name in CODES & {*frame.columns}})
        days: dict[str, object] = {
            name: st.column_config.DateColumn(
                name.rpartition("_")[0].replace("_", " ").capitalize(), format="D MMM YYYY"
            )
            for name in map(str, frame.columns)
            if name.endswith(("_at", "_date"))
        }
        table(title, frame, columns={**DOLLARS, **days}, filters=filters, empty=empty)

happened = numeric(rows(tower, "account_timeline", filters, **key), "amount")
happened["kind"] = happened["kind"].map(words)
kinds = page_filter("kinds", "Kinds of events", sorted(happened["kind"].unique()), default=[], many=True)
shown = happened[happened["kind"].isin(kinds)] if kinds else happened
chart("Timeline", points.moments(shown, "occurred_at", "kind", "title"), empty="Nothing happened within these months.")
table(
    "Events",
    shown,
    filters=filters,
    columns={"amount": DOLLARS["amount"], "occurred_at": WHEN},
    empty="Nothing happened within these months.",
    help="Amounts: the change of MRR, or the amount of the deal or payment.",
)
