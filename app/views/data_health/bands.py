"""The amounts that accounts and products are classed by: which of them company.yml says, and which were learned."""

from __future__ import annotations

import streamlit as st

from app.data import numeric, rows
from app.ui.panels import table
from app.ui.visit import Visit

MEANINGS = {
    ("arr", 1): "Medium in size: ARR from",
    ("arr", 2): "Second band of ARR: up to",
    ("arr", 3): "Large in size, strategic: ARR from",
    ("key_account_arr", 1): "Key account: ARR from",
    ("list_price", 1): "Standard product: list price from",
    ("list_price", 2): "Premium product: list price from",
}


def bands(visit: Visit) -> None:
    """A table of the amounts, in the company's currency."""
    found = numeric(rows(visit.build, "bands", visit.filters), "amount")
    frame = found.frame
    shown = frame.assign(
        meaning=[MEANINGS[key] for key in zip(frame["kind"], frame["position"], strict=True)],
        known=frame["is_declared"].map({True: "declared", False: "learned"}),
    )
    table(
        visit,
        "Amounts",
        found.having(shown[["meaning", "amount", "known"]]),
        columns={"amount": st.column_config.NumberColumn("Amount", format="localized")},
        help="Declared: under `bands` in company.yml. Learned: quantiles of what customers pay a year and of list "
        "prices, to two digits.",
        empty="Nothing is paid or priced yet.",
    )
