"""Writes billing/*: products, subscriptions, ledger, invoices, payments, orders, churn events; and truth about MRR."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_gen.billing import MONTHS_IN, REASONS, Billing, movements
from data_gen.company import CUSTOMER, WON
from data_gen.plan import DAY, NONE, Floats, Ints, Plan, repeat_index
from data_gen.writer import Folder, flags, ids, labels, money, times, whole
from data_gen.writer import dates as date_column

INTERVALS = ["monthly", "quarterly", "annual"]
CHANGES = ["start", "upgrade", "downgrade", "plan_change", "price_change", "discount_end", "renewal"]
FEEDBACK = [  # by reason: two things that people say, and nothing
    *("Too expensive for what we use", "The new price is above our budget", None),
    *("Missing integrations, sadly", "Our team never warmed to it", None),
    *("Support took too long", "Nobody answered for days", None),
    *('Switched to a competitor, "cheaper" and good enough', "Another tool won the comparison", None),
    *("We closed the business unit", "Réorganisation interne", None),
    *("Card kept failing; nobody noticed", "We never saw the reminders", None),
    *("The project ended", "Not needed at the moment", None),
]
PRODUCTS = [  # name, category, tier, list price, unit, cost, stock, active
    ("Starter", "plan", "Starter", 1900, "seat", 420, None, True),
    ("Growth", "plan", "Growth", 3900, "seat", 780, None, True),
    ("Business", "plan", "Business", 6900, "seat", 1240, None, True),
    ("Enterprise", "plan", "Enterprise", 9900, "seat", 1680, None, True),
    ("Free", "plan", "Free", 0, "seat", 60, None, True),
    ("Premium support", "add-on", None, 19900, "account", 6100, None, True),
    ("Onboarding workshop", "service", None, 149000, "piece", 78000, None, True),
    ("Consulting hour", "service", None, 18000, "hour", 9500, None, True),
    ("Badge printer", "service", None, 42900, "piece", 31000, 84, True),
    ("Card reader", "service", None, 12900, "piece", 8800, 0, False),
]


def write(billing: Billing, folder: Folder) -> None:
    """Write every table of billing and truth/account_months."""
    rng = billing.plan.rng(3)
    _products(folder)
    ledger = _ledger(billing)
    subscriptions = _subscriptions(billing, ledger)
    _write_subscriptions(billing.plan, subscriptions, ledger, folder)
    invoices = _invoices(billing, subscriptions, ledger)
    _payments(billing, rng, invoices, folder)
    _orders(billing, rng, folder)
    _churn_events(billing, rng, folder)
    _truth(billing, folder)


def _products(folder: Folder) -> None:
    rows = list(zip(*PRODUCTS, strict=True))
    n = np.arange(len(PRODUCTS))
    stock = np.array([value if value is not None else 0 for value in rows[6]])
    folder.write(
        "billing/products",
        {
            "product_id": ids("P", n + 1, 2),
            "product_name": labels(rows[0], n),
            "category": labels(rows[1], n),
            "tier": labels(rows[2], n),
            "list_price": money(rows[3]),
            "billing_unit": labels(rows[4], n),
            "unit_cost": money(rows[5]),
            "inventory_on_hand": whole(stock, np.array([value is None for value in rows[6]])),
            "is_active": flags(rows[7]),
        },
    )


def _ledger(billing: Billing) -> pd.DataFrame:
    names = ("subscription", "when", "product", "quantity", "unit", "discount", "interval", "kind")
    frame = pd.DataFrame({name: billing.ledger.get(name) for name in names})
    return frame.sort_values(["subscription", "when"], kind="stable", ignore_index=True)


def _subscriptions(billing: Billing, ledger: pd.DataFrame) -> pd.DataFrame:
    names = ("number", "account", "started", "trial_from", "trial_to", "interval")
    frame = pd.DataFrame({name: billing.subs.get(name) for name in names}).set_index("number").sort_index()
    known = ledger[ledger["when"] < billing.plan.cut]
    frame["product"] = known.groupby("subscription")["product"].last()
    ends = pd.DataFrame(
        {name: billing.ends.get(name) for name in ("number", "ended", "cancelled", "reason")}
    ).set_index("number")
    frame = frame.join(ends).fillna({"ended": NONE, "cancelled": NONE, "reason": 8, "product": NONE}).reset_index()
    frame = frame.astype({"ended": "int64", "cancelled": "int64", "reason": "int64", "product": "int64"})
    frame["cancelled"] = np.where(frame["ended"] == NONE, NONE, np.maximum(frame["cancelled"], frame["started"]))
    return frame


def _write_subscriptions(plan: Plan, subs: pd.DataFrame, ledger: pd.DataFrame, folder: Folder) -> None:
    reasons = [
        "price",
        "product",
        "support",
        "competitor",
        "business_closed",
        "payment_failed",
        "other",
        "trial_not_converted",
        None,
    ]
    ended, cancelled = (plan.known(subs[name].to_numpy()) for name in ("ended", "cancelled"))
    running = ended == NONE
    late = running & (subs["number"] % 41 == 7) & (subs["trial_from"] == NONE)
    trialing = running & (subs["trial_to"] >= plan.cut)
    status = np.select([trialing, late, running], [0, 2, 1], 3)
    folder.write(
        "billing/subscriptions",
        {
            "subscription_id": ids("S", subs["number"]),
            "account_id": ids("A", subs["account"]),
            "product_id": ids("P", subs["product"] + 1, 2),
            "status": labels(["trialing", "active", "past_due", "cancelled"], status),
            "billing_interval": labels(INTERVALS, subs["interval"]),
            "started_at": times(subs["started"]),
            "ended_at": times(ended),
            "trial_started_at": times(subs["trial_from"]),
            "trial_ended_at": times(subs["trial_to"]),
            "cancelled_at": times(cancelled),
            "cancel_reason": labels(reasons, np.where(cancelled == NONE, 8, subs["reason"])),
        },
        subs["started"] < plan.cut,
    )
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
            "billing_interval": labels(INTERVALS, ledger["interval"]),
            "change_type": labels(CHANGES, ledger["kind"]),
        },
        ledger["when"] < plan.cut,
    )


def _invoices(billing: Billing, subs: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """One invoice at the start of every billing period from the window's start on, from the state of that moment."""
    plan = billing.plan
    paid_from = np.where(subs["trial_to"] != NONE, subs["trial_to"], subs["started"]).astype(np.int64)
    paid_to = np.where(subs["ended"] != NONE, subs["ended"], plan.last).astype(np.int64)
    step = MONTHS_IN[subs["interval"].to_numpy()]
    start = paid_from.astype("datetime64[s]")
    month = start.astype("datetime64[M]")
    rest = np.minimum((start - month).astype(np.int64), 27 * DAY + DAY - 1)
    span = paid_to.astype("datetime64[s]").astype("datetime64[M]").astype(int) - month.astype(int)
    parent, position = repeat_index(np.where(paid_to > paid_from, np.maximum(span, 0) // step + 1, 0))
    begins = ((month[parent] + position * step[parent]).astype("datetime64[s]").astype(np.int64)) + rest[parent]
    begins = np.where(position == 0, paid_from[parent], begins)  # also one that starts on the 29th to 31st
    ends = (
        ((month[parent] + (position + 1) * step[parent]).astype("datetime64[s]").astype(np.int64)) + rest[parent] - DAY
    )
    frame = pd.DataFrame(
        {
            "subscription": subs["number"].to_numpy()[parent],
            "account": subs["account"].to_numpy()[parent],
            "when": begins,
            "end": ends,
            "interval": subs["interval"].to_numpy()[parent],
        }
    )
    frame = frame[(frame["when"] >= plan.first) & (frame["when"] < paid_to[parent])].sort_values("when", kind="stable")
    states = ledger.drop(columns="interval").sort_values("when", kind="stable")
    frame = pd.merge_asof(frame, states, on="when", by="subscription", direction="backward")
    frame["net"] = (2 * frame["quantity"] * frame["unit"] * (100 - frame["discount"]) + 100) // 200
    return frame[frame["net"] > 0].reset_index(drop=True)


def _payments(billing: Billing, rng: np.random.Generator, invoices: pd.DataFrame, folder: Folder) -> None:
    """First attempts, retries after three and seven days, refunds; and the invoices with their final state."""
    plan, company, n = billing.plan, billing.company, len(invoices)
    when = invoices["when"].to_numpy()
    small = company.segment[invoices["account"]] == 0
    card = (invoices["interval"].to_numpy() == 0) | (small & (rng.random(n) < 0.6))
    method = np.where(card, 0, np.where(rng.random(n) < 0.6, 1, 2))
    delay = np.where(card, 3600, (rng.gamma(4.0, 5.5, n) * DAY).astype(np.int64))
    outage = plan.incident("payment_outage")
    hit = outage.covers(when) if outage else np.zeros(n, dtype=bool)
    failing = rng.random(n) < np.where(card, np.where(hit, 0.65, 0.072), 0.004)
    success = np.full(n, NONE)
    success[~failing] = (when + delay)[~failing]
    attempts = [(np.arange(n), np.ones(n, dtype=np.int64), when + delay, ~failing)]
    left = np.flatnonzero(failing)
    for attempt, (days, chance) in enumerate([(3, 0.34), (7, 0.27)], start=2):
        worked = rng.random(len(left)) < np.where(hit[left], 0.85, chance)
        moment = when[left] + days * DAY + 3600
        attempts.append((left, np.full(len(left), attempt), moment, worked))
        success[left[worked]] = moment[worked]
        left = left[~worked]
    tax = invoices["net"].to_numpy() * np.array([0, 20, 10, 16])[company.region[invoices["account"]]] // 100
    refunded = (success != NONE) & (rng.random(n) < 0.008)
    returned = np.where(refunded, success + 8 * DAY, NONE)
    back = np.flatnonzero(refunded)
    parts = [*attempts, (back, np.ones(len(back), dtype=np.int64), returned[back], np.ones(len(back), dtype=bool))]
    invoice, number, moment, worked = (np.concatenate(part) for part in zip(*parts, strict=True))
    is_refund = np.arange(len(invoice)) >= len(invoice) - len(back)
    gross = (invoices["net"].to_numpy() + tax)[invoice]
    share = rng.integers(30, 101, len(invoice))
    reason = np.where(
        worked,
        5,
        np.where(hit[invoice] & (number == 1), 3, rng.choice([0, 1, 2, 4], len(worked), p=[0.5, 0.2, 0.25, 0.05])),
    )
    frame = pd.DataFrame(
        {
            "invoice": invoice,
            "number": number,
            "when": moment,
            "method": method[invoice],
            "state": np.select([is_refund, worked], [2, 0], 1),
            "reason": reason,
            "amount": np.where(is_refund, -(gross * share // 100), gross),
        }
    )
    paid, overdue = plan.known(success), when + 60 * DAY < plan.cut
    status = np.select([plan.known(returned) != NONE, paid != NONE, overdue], [4, 1, 2], 0)
    folder.write(
        "billing/invoices",
        {
            "invoice_id": ids("I", np.arange(n), 7),
            "subscription_id": ids("S", invoices["subscription"]),
            "account_id": ids("A", invoices["account"]),
            "period_start": date_column(when),
            "period_end": date_column(invoices["end"]),
            "amount": money(invoices["net"]),
            "tax": money(tax),
            "invoice_date": date_column(when),
            "due_date": date_column(when + 30 * DAY),
            "paid_at": times(paid),
            "status": labels(["open", "paid", "uncollectible", "void", "refunded"], status),
        },
        when < plan.cut,
    )
    _write_payments(frame.sort_values("when", kind="stable", ignore_index=True), plan, folder)


def _write_payments(payments: pd.DataFrame, plan: Plan, folder: Folder) -> None:
    reasons = ["insufficient_funds", "card_expired", "card_declined", "processor_outage", "other", None]
    folder.write(
        "billing/payments",
        {
            "payment_id": ids("PY", np.arange(len(payments)), 7),
            "invoice_id": ids("I", payments["invoice"], 7),
            "attempt_number": whole(payments["number"]),
            "attempted_at": times(payments["when"]),
            "payment_method": labels(["card", "bank_transfer", "direct_debit"], payments["method"]),
            "status": labels(["succeeded", "failed", "refunded"], payments["state"]),
            "failure_reason": labels(reasons, payments["reason"]),
            "amount": money(payments["amount"]),
        },
        payments["when"] < plan.cut,
    )


def _orders(billing: Billing, rng: np.random.Generator, folder: Folder) -> None:
    plan, company = billing.plan, billing.company
    buyers = np.flatnonzero(np.isin(company.kind, [CUSTOMER, WON]))
    account = rng.choice(buyers, int(plan.accounts * 0.7 * plan.stretch))
    from_ = np.maximum(company.paid_from[account], plan.first)
    ordered = from_ + (rng.random(len(account)) * (plan.last - from_ - 600)).astype(np.int64)
    order = np.argsort(ordered, kind="stable")
    account, ordered = account[order], ordered[order]
    shipped = ordered + (rng.gamma(2.0, 1.5, len(account)) * DAY).astype(np.int64)
    delivered = shipped + (rng.gamma(3.0, 1.2, len(account)) * DAY).astype(np.int64)
    cancelled = rng.random(len(account)) < 0.04
    shipped, delivered = (plan.known(np.where(cancelled, NONE, moment)) for moment in (shipped, delivered))
    status = np.select([cancelled, delivered != NONE, shipped != NONE], [3, 2, 1], 0)
    order, _ = repeat_index(rng.integers(1, 4, len(account)))
    product = rng.choice([6, 7, 8], len(order), p=[0.3, 0.45, 0.25])
    quantity = rng.integers(1, 6, len(order))
    price, cost = (np.array([row[index] for row in PRODUCTS])[product] for index in (3, 5))
    value = np.bincount(order, weights=quantity * price, minlength=len(account)).astype(np.int64)
    discount = np.where(rng.random(len(account)) < 0.2, value * 5 // 100, 0)
    folder.write(
        "billing/orders",
        {
            "order_id": ids("O", np.arange(len(account))),
            "account_id": ids("A", account),
            "status": labels(["open", "shipped", "delivered", "cancelled"], status),
            "ordered_at": times(ordered),
            "shipped_at": times(shipped),
            "delivered_at": times(delivered),
            "tax": money((value - discount) * 19 // 100),
            "discount": money(discount),
        },
        ordered < plan.cut,
    )
    folder.write(
        "billing/order_items",
        {
            "order_item_id": ids("OI", np.arange(len(order))),
            "order_id": ids("O", order),
            "product_id": ids("P", product + 1, 2),
            "quantity": whole(quantity),
            "unit_price": money(price),
            "unit_cost": money(cost),
        },
        ordered[order] < plan.cut,
    )


def _churn_events(billing: Billing, rng: np.random.Generator, folder: Folder) -> None:
    account, back = billing.churns.get("account"), billing.churns.get("back")
    n = len(account)
    refund = np.where((rng.random(n) < 0.1) & (back == 0), rng.integers(500, 20_000, n), 0)
    folder.write(
        "billing/churn_events",
        {
            "churn_event_id": ids("C", np.arange(n)),
            "account_id": ids("A", account),
            "churned_at": times(billing.churns.get("when")),
            "reason_code": labels(REASONS, billing.churns.get("reason")),
            "feedback_text": labels(FEEDBACK, billing.churns.get("reason") * 3 + rng.integers(0, 3, n)),
            "refund_amount": money(refund),
            "is_reactivation": flags(back),
        },
        billing.churns.get("when") < billing.plan.cut,
    )


def _truth(billing: Billing, folder: Folder) -> None:
    """What MRR was month by month, and in the last month up to the cut."""
    edges = billing.plan.month_edges
    rows = movements(billing, np.append(edges[edges < billing.plan.cut], billing.plan.cut))
    names = {
        "starting_mrr": "start",
        "new": "new",
        "reactivation": "reactivation",
        "expansion": "expansion",
        "contraction": "contraction",
        "churn": "churn",
        "ending_mrr": "end",
    }
    folder.write(
        "truth/account_months",
        {
            "account_id": ids("A", rows["account"]),
            "month": date_column(billing.plan.month_starts[rows["month"]]),
            **{name: money(rows[key]) for name, key in names.items()},
        },
    )
    ever = np.flatnonzero(billing.hazard > 0)
    hazard: Floats = billing.hazard[ever]
    numbers: Ints = np.round(hazard * 1e6).astype(np.int64)
    folder.write("truth/account_hazards", {"account_id": ids("A", ever), "monthly_churn_hazard_ppm": whole(numbers)})
