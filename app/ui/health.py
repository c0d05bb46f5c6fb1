"""The health score as people read it: its parts with their weights, and its tiers."""

from __future__ import annotations

from collections.abc import Collection

from app.ui.formats import listed

NEEDS = {
    "usage": ("product.events", "product.users"),
    "support": ("support.tickets",),
    "engagement": ("product.events", "product.users"),
}  # the tables without which nothing is known of a part; something always is of revenue, once it was paid for a quarter
LESS = {  # of what a part says nothing without a table; revenue knows all the same whether an account pays less
    "billing.invoices": "revenue knows nothing of payments without billing.invoices",
    "billing.payments": "revenue knows nothing of failed payments without billing.payments",
    "crm.activities": "engagement knows nothing of talks without crm.activities",
}
WEIGHTS = {"usage": 30, "support": 20, "revenue": 25, "engagement": 25}  # per cent
HEALTHY, AT_RISK = 70, 40  # the score from which an account is healthy, and below which it is at risk
TIERS = {"healthy": f"Healthy (from {HEALTHY})", "watch": "Watch", "at_risk": f"At risk (below {AT_RISK})"}


def shares(parts: Collection[str]) -> dict[str, int]:
    """The weight of each part in per cent, where only these are there."""
    total = sum(WEIGHTS[part] for part in parts)
    return {part: round(100 * weight / total) for part, weight in WEIGHTS.items() if part in parts}


def parts_of(filled: Collection[str]) -> list[str]:
    """The parts of which something can be known with the tables that have rows."""
    return [part for part in WEIGHTS if {*NEEDS.get(part, ())} <= {*filled}]


def lacking_parts(filled: Collection[str]) -> str:
    """What health and risk rest on where not all is loaded, in a sentence; empty where all is."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for part, tables in NEEDS.items():
        if missing := tuple(table for table in tables if table not in filled):
            lacking.setdefault(missing, []).append(part)
    said = [f"{listed(parts)} need{'s' * (len(parts) == 1)} {listed(tables)}" for tables, parts in lacking.items()]
    said += [LESS[table] for table in _less(filled)]
    if not said:
        return ""
    return f"Health and churn risk rest on {listed(parts_of(filled))}: {'; '.join(said)}."


def _less(filled: Collection[str]) -> list[str]:
    """The tables that are lacking of those without which a part that is known knows less."""
    lacking = [table for table in LESS if table not in filled]
    if "billing.invoices" in lacking:
        lacking = [table for table in lacking if table != "billing.payments"]  # a payment is of an invoice
    if "engagement" not in parts_of(filled):
        lacking = [table for table in lacking if table != "crm.activities"]
    return lacking
