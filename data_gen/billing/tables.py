"""Writes billing/* and what only the maker knows of MRR."""

from __future__ import annotations

import numpy as np

from data_gen.arrays import constant, mask
from data_gen.billing.book import Billing
from data_gen.billing.invoices import draw_invoices
from data_gen.billing.orders import write_orders
from data_gen.billing.payments import write_payments
from data_gen.billing.simulation import movements
from data_gen.billing.subscriptions import ledger_frame, subscription_frame, write_ledger, write_subscriptions
from data_gen.billing.usage import write_usage
from data_gen.currency import currency_column
from data_gen.shapes.shape import Shape
from data_gen.writer import Folder, dates, flags, ids, labels, money, times, whole

REFUND_SHARE, REFUND_CENTS = 0.1, (500, 20_000)  # of those who leave, and how much


def write(billing: Billing, folder: Folder) -> None:
    """Write every table of billing and truth/account_months."""
    rng = billing.plan.rng(3)
    _write_products(billing.shape, folder)
    ledger = ledger_frame(billing)
    subscriptions = subscription_frame(billing, ledger)
    write_subscriptions(billing, subscriptions, folder)
    write_ledger(billing, ledger, folder)
    write_payments(billing, rng, draw_invoices(billing, subscriptions, ledger), folder)
    write_orders(billing, rng, folder)
    write_usage(billing, subscriptions, ledger, folder)
    _write_churn_events(billing, rng, folder)
    _write_truth(billing, folder)


def _write_products(shape: Shape, folder: Folder) -> None:
    products = shape.catalogue.products
    n = np.arange(len(products))
    folder.write(
        "billing/products",
        {
            "product_id": ids("P", n + 1, 2),
            "product_name": labels([p.name for p in products], n),
            "category": labels([p.category for p in products], n),
            "tier": labels([p.tier for p in products], n),
            "list_price": money([p.list_cents for p in products]),
            "billing_unit": labels([p.unit for p in products], n),
            "unit_cost": money([p.cost_cents for p in products]),
            "inventory_on_hand": whole([p.stock or 0 for p in products], mask(products, lambda p: p.stock is None)),
            "is_active": flags([p.is_active for p in products]),
            **currency_column(shape, constant(0, n)),
        },
    )


def _write_churn_events(billing: Billing, rng: np.random.Generator, folder: Folder) -> None:
    account, back, reason = (billing.churns.get(name) for name in ("account", "back", "reason"))
    n = len(account)
    refunded = (rng.random(n) < REFUND_SHARE) & (back == 0)
    refund = np.where(refunded, rng.integers(*REFUND_CENTS, n), 0)
    said: list[str | None] = []
    for words in billing.shape.reasons:  # two things that people say, and nothing
        said += [*(words.said or (None, None)), None]
    folder.write(
        "billing/churn_events",
        {
            "churn_event_id": ids("C", np.arange(n)),
            "account_id": ids("A", account),
            "churned_at": times(billing.churns.get("when")),
            "reason_code": labels([words.name for words in billing.shape.reasons], reason),
            "feedback_text": labels(said, reason * 3 + rng.integers(0, 3, n)),
            "refund_amount": money(refund),
            "is_reactivation": flags(back),
        },
        billing.churns.get("when") < billing.plan.cut,
    )


def _write_truth(billing: Billing, folder: Folder) -> None:
    """What MRR was month by month, and in the last month up to the cut; and with what chance each customer left."""
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
            "month": dates(billing.plan.month_starts[rows["month"]]),
            **{name: money(rows[key]) for name, key in names.items()},
        },
    )
    hazards = {name: billing.hazards.get(name) for name in ("account", "month", "ppm", "health", "left", "card")}
    folder.write(
        "truth/account_hazards",
        {
            "account_id": ids("A", hazards["account"]),
            "month": dates(billing.plan.month_starts[hazards["month"]]),
            "monthly_churn_hazard_ppm": whole(hazards["ppm"]),
            "health": money(hazards["health"], places=3),
            "main_user_left": flags(hazards["left"]),
            "card_trouble": flags(hazards["card"]),
        },
    )
