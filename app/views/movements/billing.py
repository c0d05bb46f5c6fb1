"""Whether MRR is billed and paid: invoices, payments, and the reconciliation of the two."""

from __future__ import annotations

import streamlit as st

from app.data import rows, split
from app.selection import Filters, Tower
from app.ui import charts
from app.ui.cards import cards
from app.ui.drill import accounts
from app.ui.formats import FEW
from app.ui.panels import chart, money, table
from app.ui.visit import Visit

COMPARED = ("mrr_difference", "reconciled_mrr", "invoiced_mrr", "unexplained_mrr")


def invoices_and_payments(visit: Visit) -> None:
    """The section of the revenue page."""
    tower, filters = visit.build, visit.filters
    st.subheader("Invoices and payments")
    cards(visit, "invoiced_amount outstanding_amount days_to_pay payment_failure_rate payment_recovery")
    left, middle, right = st.columns(3)
    with left:
        states = split(tower, filters, ["invoices"], "payment_state")
        chart(
            visit,
            "Invoices by payment state",
            charts.shares(states.frame, "payment_state", "invoices", tick=",d"),
            of=states,
            help="By issue date.",
            drill=lambda point: accounts(
                tower, filters, "invoices", "invoiced_amount", "outstanding_amount", payment_state=point.value
            ),
        )
    with middle:
        _failure_rates(visit, tower, filters)
    with right:
        failures = rows(tower, "payment_failures", filters)
        chart(
            visit,
            "Why payments fail",
            charts.shares(failures.frame, "failure_reason", "failed_attempts", tick=",d"),
            of=failures,
            help="Attempts.",
            drill=lambda point: accounts(
                tower, filters, "failed_attempts", "failed_amount", failure_reason=point.value
            ),
        )
    _reconciled(visit, tower, filters)
    _metered(visit, tower, filters)
    table(
        visit,
        "Invoices not collected",
        rows(tower, "invoices_due", filters),
        columns=money(outstanding_amount="Outstanding"),
        help="Issued within the range: open, overdue or uncollectible, with tax; largest first.",
        empty="Every invoice of the selection was collected.",
    )


def _metered(visit: Visit, tower: Tower, filters: Filters) -> None:
    """Usage revenue, where anything is metered."""
    metered = split(tower, filters, ["usage_revenue"], grain="month")
    if metered.lacks:
        return
    chart(
        visit,
        "Usage revenue by month",
        charts.bars(metered.frame, "period", "usage_revenue", kind="money", look=visit.look),
        of=metered,
        help="Metered charges of the month in which their period ends, beside MRR.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "usage_revenue"),
    )


def _failure_rates(visit: Visit, tower: Tower, filters: Filters) -> None:
    asked = ["payment_failure_rate", "payment_recovery", "failed_invoices"]
    rates = split(tower, filters, asked, grain="month", whole=True)
    enough = rates.frame["failed_invoices"] >= FEW
    series = {"payment_failure_rate": "Failed ÷ invoices", "payment_recovery": "Recovered ÷ failed"}
    drawn = rates.frame.assign(payment_recovery=rates.frame["payment_recovery"].where(enough))
    chart(
        visit,
        "Payment failures and recovery",
        charts.lines(drawn, "period", series, tick=".0%", zero=True),
        of=rates,
        note=f"Every month up to the end of the range; recovery where {FEW} failed. Young failures had less time.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "payment_failure_rate", "payment_recovery"),
    )


def _reconciled(visit: Visit, tower: Tower, filters: Filters) -> None:
    """MRR beside what the invoices say it is."""
    billed = split(tower, filters, ["mrr", "invoiced_mrr"], grain="month")
    series = {"mrr": "MRR", "invoiced_mrr": "By the invoices"}
    chart(
        visit,
        "MRR against invoices spread over their months",
        charts.lines(billed.frame, "period", series, tick=charts.MONEY, zero=True),
        of=billed,
        needs="invoiced_mrr",
        help="What the invoices say MRR is; months billed before the data begin have no invoice.",
        drill=lambda point: accounts(tower, filters.narrowed(point.value), "mrr", "invoiced_mrr"),
    )
    table(
        visit,
        "Reconciliation at the end of the range",
        rows(tower, "reconciliation", filters),
        columns=money(
            mrr="MRR", invoiced_mrr="By the invoices", difference="Difference", unexplained_mrr="Unexplained"
        ),
        help="MRR less what the invoices say, by reason; what no reason explains must be near zero.",
        drill=lambda point: accounts(tower, filters, *COMPARED, explanation=point.value),
    )
