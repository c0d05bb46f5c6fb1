"""Writes billing/subscriptions and billing/subscription_changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from data_gen.arrays import NONE, Ints, Mask, ints
from data_gen.billing.book import Billing, Change
from data_gen.currency import currency_column
from data_gen.plan import Plan
from data_gen.shapes.money import Reason
from data_gen.writer import Folder, ids, labels, money, times, whole

STATUSES = ["trialing", "active", "past_due", "cancelled"]
PAST_DUE = (41, 7)  # every 41st running subscription is late with its payment
NO_REASON = len(Reason)


def ledger_frame(billing: Billing) -> pd.DataFrame:
    """All changes, by subscription and time."""
    names = ("subscription", "when", "product", "quantity", "unit", "discount", "interval", "kind")
    frame = pd.DataFrame({name: billing.ledger.get(name) for name in names})
    return frame.sort_values(["subscription", "when"], kind="stable", ignore_index=True)


def subscription_frame(billing: Billing, ledger: pd.DataFrame) -> pd.DataFrame:
    """All subscriptions by number, with the product that the files know and their end."""
    names = ("number", "account", "started", "trial_from", "trial_to", "interval", "currency")
    frame = pd.DataFrame({name: billing.subscriptions.get(name) for name in names}).set_index("number").sort_index()
    known = ledger[ledger["when"] < billing.plan.cut]
    frame["product"] = known.groupby("subscription")["product"].last()
    ends = pd.DataFrame({name: billing.ends.get(name) for name in ("number", "ended", "cancelled", "reason")})
    missing = {"ended": NONE, "cancelled": NONE, "reason": NO_REASON, "product": NONE}
    frame = frame.join(ends.set_index("number")).fillna(missing).reset_index().astype(dict.fromkeys(missing, "int64"))
    frame["cancelled"] = np.where(frame["ended"] == NONE, NONE, np.maximum(frame["cancelled"], frame["started"]))
    return frame


def write_subscriptions(billing: Billing, subs: pd.DataFrame, folder: Folder) -> None:
    """Write billing/subscriptions as the files know them."""
    plan = billing.plan
    ended, cancelled = (plan.known(subs[name].to_numpy()) for name in ("ended", "cancelled"))
    reasons = [*(words.name for words in billing.shape.reasons), None]
    folder.write(
        "billing/subscriptions",
        {
            "subscription_id": ids("S", subs["number"]),
            "account_id": ids("A", subs["account"]),
            "product_id": ids("P", subs["product"] + 1, 2),
            "status": labels(STATUSES, _status(plan, subs, ended == NONE)),
            **_interval(billing, subs),
            "started_at": times(subs["started"]),
            "ended_at": times(ended),
            "trial_started_at": times(subs["trial_from"]),
            "trial_ended_at": times(subs["trial_to"]),
            "cancelled_at": times(cancelled),
            "cancel_reason": labels(reasons, np.where(cancelled == NONE, NO_REASON, subs["reason"])),
        },
        subs["started"] < plan.cut,
    )


def _status(plan: Plan, subs: pd.DataFrame, running: Mask) -> Ints:
    late = running & (subs["number"] % PAST_DUE[0] == PAST_DUE[1]) & (subs["trial_from"] == NONE)
    trialing = running & (subs["trial_to"] >= plan.cut)
    codes = [STATUSES.index(name) for name in ("trialing", "past_due", "active")]
    return np.select([trialing, late, running], codes, STATUSES.index("cancelled"))


def _interval(billing: Billing, rows: pd.DataFrame) -> dict[str, pa.Array]:
    """The billing interval by its name where each of a company's has one, otherwise as a number of units."""
    intervals = billing.shape.catalogue.intervals
    if all(interval.name for interval in intervals):
        return {"billing_interval": labels([interval.name for interval in intervals], rows["interval"])}
    return {
        "interval_count": whole(ints(intervals, lambda interval: interval.count)[rows["interval"]]),
        "interval_unit": labels([interval.unit for interval in intervals], rows["interval"]),
    }


def write_ledger(billing: Billing, ledger: pd.DataFrame, folder: Folder) -> None:
    """Write billing/subscription_changes up to the cut."""
    folder.write(
        "billing/subscription_changes",
        {
            "change_id": ids("SC", np.arange(len(ledger)), 7),
            "subscription_id": ids("S", ledger["subscription"]),
            "effective_at": times(ledger["when"]),
            "product_id": ids("P", ledger["product"] + 1, 2),
            "quantity": whole(ledger["quantity"]),
            "unit_price": money(ledger["unit"]),
            "discount_pct": money(ledger["discount"] * 100),
            **_interval(billing, ledger),
            "change_type": labels([change.name.lower() for change in Change], ledger["kind"]),
            **currency_column(billing.shape, billing.currency_of(ledger["subscription"].to_numpy())),
        },
        ledger["when"] < billing.plan.cut,
    )
