"""Whether MRR is billed and paid: invoices, payments, and the reconciliation of the two."""

from __future__ import annotations

import streamlit as st

from app.data import Tower, rows, split
from app.filters import Filters
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import accounts
from app.ui.formats import FEW
from app.ui.panels import chart, money, table


def invoices_and_payments(tower: Tower, filters: Filters) -> None:
    """The section of the revenue page."""
    st.subheader("Invoices and payments")
    cards(tower, filters, "invoiced_amount outstanding_amount days_to_pay payment_failure_rate payment_recovery")
    left, middle, right = st.columns(3)
    with left:
        states = split(tower, filters, ["invoices"], "payment_state")
        chart(
            "Invoices by payment state",
            charts.shares(states, "payment_state", "invoices", tick=",d"),
            help="By issue date.",
            drill=lambda point: accounts(tower, filters, "invoices", payment_state=point.value),
        )
    with middle:
        rates = split(
            tower, filters, ["payment_failure_rate", "payment_recovery", "failed_invoices"], grain="month", whole=True
        )
        rates["payment_recovery"] = rates["payment_recovery"].where(rates["failed_invoices"] >= FEW)
        series = {"payment_failure_rate": "Failed ÷ invoices", "payment_recovery": "Recovered ÷ failed"}
        chart(
            "Payment failures and recovery",
            charts.lines(rates, "period", series, tick=".0%", zero=True),
            note=f"Every month up to the end of the range; recovery where {FEW} failed. Young failures had less time.",
            drill=lambda point: accounts(tower, filters.narrowed(point.value), "invoices"),
        )
    with right:
        failures = rows(tower, "payment_failures", filters)
        chart(
            "Why payments fail",
            charts.shares(failures, "failure_reason", "failed_attempts", tick=",d"),
            help="Attempts.",
            drill=lambda point: accounts(tower, filters, "payments", failure=point.value),
        )
    left, right = st.columns([2, 3])
    with left:
        billed = split(tower, filters, ["mrr", "invoiced_mrr"], grain="month")
        chart(
            "MRR against invoices spread over their months",
            charts.lines(
                billed, "period", {"mrr": "MRR", "invoiced_mrr": "By the invoices"}, tick=charts.MONEY, zero=True
            ),
            needs="invoiced_mrr",
            help="What the invoices say MRR is; months billed before the data begin have no invoice.",
            drill=lambda point: accounts(tower, filters.narrowed(point.value), "reconciled"),
        )
    with right:
        table(
            "Reconciliation at the end of the range",
            rows(tower, "reconciliation", filters),
            columns=money(
                mrr="MRR", invoiced_mrr="By the invoices", difference="Difference", unexplained_mrr="Unexplained"
            ),
            help="MRR less what the invoices say, by reason; what no reason explains must be near zero.",
            filters=filters,
            drill=lambda point: accounts(tower, filters, "reconciled", explanation=point.value),
        )
    table(
        "Invoices not collected",
        rows(tower, "invoices_due", filters),
        columns=money(outstanding_amount="Outstanding"),
        help="Issued within the range: open, overdue or uncollectible, with tax; largest first.",
        empty="Every invoice of the selection was collected.",
        filters=filters,
    )
