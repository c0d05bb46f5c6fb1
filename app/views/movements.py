"""MRR & movements: where recurring revenue came from, where it went, and whether it was paid."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components import charts
from app.components.cards import cards
from app.components.drill import Point, accounts
from app.components.formats import FEW
from app.components.page import head
from app.components.panels import chart, table
from app.data import kpis, rows
from app.filters import page_filter

SERIES = {
    "new_mrr": "New",
    "reactivation_mrr": "Reactivation",
    "expansion_mrr": "Expansion",
    "contraction_mrr": "Contraction",
    "churned_mrr": "Churn",
}
KINDS = ["new", "reactivation", "expansion", "contraction", "churn"]
tower, filters = head("MRR & movements")
cards(tower, filters, ["mrr", "net_new_mrr", *SERIES, "quick_ratio", "arpa", "active_customers"])


def behind(point: Point) -> pd.DataFrame:
    """The accounts behind a bar of the movements."""
    column = next((name for name, label in SERIES.items() if point.series in (name, label)), None)
    return accounts(tower, filters.narrowed(point.value), "revenue", movement=column)


names = ["starting_mrr", *SERIES, "net_new_mrr", "mrr"]
monthly = kpis(tower, names, filters.values, filters.start, filters.end, grain="month").fillna(0)
signed = monthly.assign(contraction_mrr=-monthly["contraction_mrr"], churned_mrr=-monthly["churned_mrr"])
figure = charts.stacked(signed, "period", SERIES, charts.MONEY)
if figure:
    figure.add_scatter(
        x=monthly["period"], y=monthly["net_new_mrr"], name="Net new", mode="lines+markers", line={"color": "#7F8B99"}
    )
chart(
    "MRR movements by month",
    figure,
    help="One movement per account and month; the line is net new MRR. Click a bar for the accounts behind it.",
    drill=behind,
)
total = kpis(tower, names, filters.values, filters.start, filters.end).iloc[0].fillna(0)
left, right = st.columns(2)
with left:
    keys = ["start", *KINDS, "end"]
    values = {key: total[name] for key, name in zip(keys, ["starting_mrr", *SERIES, "mrr"], strict=True)}
    chart("From start to end", charts.bridge(values), help="Start + movements = end, to the cent.")
with right:
    growth = monthly.assign(
        growth=(monthly["net_new_mrr"] / monthly["starting_mrr"]).where(monthly["starting_mrr"] > 0)
    )
    chart(
        "MRR growth by month",
        charts.lines(growth, "period", {"growth": "Net new MRR ÷ MRR at the start"}, tick=".1%"),
        help="Net new MRR of the month ÷ MRR at its start.",
    )
window = page_filter(
    "window",
    "Retention",
    ["t12m", "monthly"],
    default="t12m",
    format_func={"t12m": "12 months", "monthly": "1 month"}.__getitem__,
)
by_segment = kpis(
    tower,
    [f"nrr_{window}", f"grr_{window}", "starting_customers"],
    filters.values,
    tower.first_month,
    filters.end,
    group_by=["segment"],
    grain="month",
)
by_segment = by_segment[by_segment["starting_customers"] >= FEW]
for place, kind, words in zip(st.columns(2), ("nrr", "grr"), ("Net", "Gross"), strict=True):
    with place:
        chart(
            f"{words} revenue retention by segment",
            charts.lines_by(by_segment, "period", f"{kind}_{window}", "segment", tick=".1%"),
            note=f"Every month up to the end of the range with {FEW} customers or more at its start.",
            empty="Trailing-12-month figures need twelve months of history before the range ends.",
        )
plans = rows(tower, "mrr_by_plan", filters)
left, middle, right = st.columns(3)
for place, column, words in ((left, "plan_tier", "plan"), (middle, "billing_interval", "billing interval")):
    with place:
        split = plans.groupby(column, as_index=False)["mrr"].sum() if len(plans) else plans
        chart(
            f"MRR by {words}",
            charts.shares(split, column, "mrr"),
            note="On the as-of date, whatever the months.",
            help="MRR of each account under its main plan.",
        )
with right:
    causes = kpis(tower, ["mrr_event_change"], filters.values, filters.start, filters.end, group_by=["change_type"])
    chart(
        "Net new MRR by event",
        charts.bars(
            causes.sort_values("mrr_event_change", ascending=False),
            "change_type",
            "mrr_event_change",
            tick=charts.MONEY,
            labels=[charts.money(v) for v in causes["mrr_event_change"].sort_values(ascending=False)],
            horizontal=True,
        ),
        help="What happened to subscriptions: starts, upgrades of seats or plan, price changes, ends of discounts. "
        "The sum is net new MRR.",
    )
left, right = st.columns([3, 2], vertical_alignment="bottom")
with left:
    chosen = page_filter("movement", "Movement", KINDS, many=True)
with right:
    grain = page_filter(
        "list",
        "List",
        ["months", "events"],
        default="months",
        format_func={"months": "By month", "events": "By event"}.__getitem__,
    )
listed = rows(tower, "movement_list" if grain == "months" else "movement_events", filters, movement=tuple(chosen))
money = {
    name: st.column_config.NumberColumn(name.replace("_", " ").replace("mrr", "MRR").capitalize(), format="dollar")
    for name in ("mrr_before", "mrr_after", "change", "outstanding_amount")
}
table(
    "Movement list",
    listed,
    columns=money
    | {"is_netted_in_month": "Nets out in the month", "month": st.column_config.DateColumn("Month", format="MMM YYYY")},
    help="Largest first. By month: one row per account and month. By event: each change of a subscription.",
    filters=filters,
)
st.subheader("Invoices and payments")
cards(
    tower, filters, ["invoiced_amount", "outstanding_amount", "days_to_pay", "payment_failure_rate", "payment_recovery"]
)
left, middle, right = st.columns(3)
with left:
    states = kpis(tower, ["invoices"], filters.values, filters.start, filters.end, group_by=["payment_state"])
    chart(
        "Invoices by payment state",
        charts.shares(states, "payment_state", "invoices", tick=",d"),
        help="By issue date.",
    )
with middle:
    rates = kpis(
        tower,
        ["payment_failure_rate", "payment_recovery", "failed_invoices"],
        filters.values,
        tower.first_month,
        filters.end,
        grain="month",
    )
    rates["payment_recovery"] = rates["payment_recovery"].where(rates["failed_invoices"] >= FEW)
    chart(
        "Payment failures and recovery",
        charts.lines(
            rates,
            "period",
            {"payment_failure_rate": "Failed ÷ invoices", "payment_recovery": "Recovered ÷ failed"},
            tick=".0%",
            zero=True,
        ),
        note=f"Every month up to the end of the range; recovery where {FEW} failed. Young failures had less time.",
    )
with right:
    failures = rows(tower, "payment_failures", filters)
    chart(
        "Why payments fail", charts.shares(failures, "failure_reason", "failed_attempts", tick=",d"), help="Attempts."
    )
left, right = st.columns([2, 3])
with left:
    billed = kpis(tower, ["mrr", "invoiced_mrr"], filters.values, filters.start, filters.end, grain="month")
    chart(
        "MRR against invoices spread over their months",
        charts.lines(billed, "period", {"mrr": "MRR", "invoiced_mrr": "By the invoices"}, tick=charts.MONEY, zero=True),
        help="What the invoices say MRR is; months billed before the data begin have no invoice.",
    )
with right:
    money |= {
        name: st.column_config.NumberColumn(label, format="dollar")
        for name, label in (
            ("mrr", "MRR"),
            ("invoiced_mrr", "By the invoices"),
            ("difference", "Difference"),
            ("unexplained_mrr", "Unexplained"),
        )
    }
    table(
        "Reconciliation at the end of the range",
        rows(tower, "reconciliation", filters),
        columns=money,
        help="MRR less what the invoices say, by reason; what no reason explains must be near zero.",
        filters=filters,
    )
table(
    "Invoices not collected",
    rows(tower, "invoices_due", filters),
    columns=money,
    help="Issued within the range: open, overdue or uncollectible, with tax; largest first.",
    empty="Every invoice of the selection was collected.",
    filters=filters,
)
