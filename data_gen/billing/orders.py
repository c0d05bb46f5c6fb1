"""Writes billing/orders and billing/order_items: one-off sales to those who are or become customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Ints, Mask, floats, ints, mask, repeat_index
from data_gen.billing.book import Billing
from data_gen.clock import DAY
from data_gen.currency import currency_column
from data_gen.population import Kind
from data_gen.writer import Folder, ids, labels, money, times, whole


@dataclass(frozen=True)
class Ordering:
    """How much is ordered, and what becomes of it."""

    per_account: float = 0.5  # orders in the window
    shipping_days: tuple[float, float] = (2.0, 1.5)  # gamma
    delivery_days: tuple[float, float] = (3.0, 1.2)
    service_days: tuple[float, float] = (2.5, 5.0)  # until a service has been given
    cancelled: float = 0.04
    lines: tuple[int, int] = (1, 3)
    discounted: float = 0.2
    discount_percent: int = 5
    tax_percent: int = 19


ORDERING = Ordering()
STATUSES = ["open", "shipped", "delivered", "cancelled"]


def write_orders(billing: Billing, rng: np.random.Generator, folder: Folder) -> None:
    """Draw the orders and write both tables."""
    plan = billing.plan
    account, ordered = _buyers(billing, rng)
    currency = billing.population.currency[account]
    value, has_things = _write_items(billing, rng, account, ordered, folder)
    shipped = ordered + (rng.gamma(*ORDERING.shipping_days, len(account)) * DAY).astype(np.int64)
    delivered = shipped + (rng.gamma(*ORDERING.delivery_days, len(account)) * DAY).astype(np.int64)
    shipped = np.where(has_things, shipped, NONE)  # services are given, not shipped
    given = ordered + (rng.gamma(*ORDERING.service_days, len(account)) * DAY).astype(np.int64)
    delivered = np.where(has_things, delivered, given)
    cancelled = rng.random(len(account)) < ORDERING.cancelled
    shipped, delivered = (plan.known(np.where(cancelled, NONE, moment)) for moment in (shipped, delivered))
    code = STATUSES.index
    status = np.select(
        [cancelled, delivered != NONE, shipped != NONE],
        [code("cancelled"), code("delivered"), code("shipped")],
        code("open"),
    )
    discounted = rng.random(len(account)) < ORDERING.discounted
    discount = np.where(discounted, value * ORDERING.discount_percent // 100, 0)
    folder.write(
        "billing/orders",
        {
            "order_id": ids("O", np.arange(len(account))),
            "account_id": ids("A", account),
            "status": labels(STATUSES, status),
            "ordered_at": times(ordered),
            "shipped_at": times(shipped),
            "delivered_at": times(delivered),
            "tax": money((value - discount) * ORDERING.tax_percent // 100),
            "discount": money(discount),
            **currency_column(billing.shape, currency),
        },
        ordered < plan.cut,
    )


def _buyers(billing: Billing, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Who orders, and when."""
    population, plan = billing.population, billing.plan
    buyers = np.flatnonzero(np.isin(population.kind, [Kind.CUSTOMER, Kind.WON]))
    weight = floats(billing.shape.segments, lambda s: s.crowd.orders)[population.segment[buyers]]
    account = rng.choice(buyers, int(plan.accounts * ORDERING.per_account * plan.stretch), p=weight / weight.sum())
    begin = np.maximum(population.paid_from[account], plan.first)
    ordered = begin + (rng.random(len(account)) * (plan.last - begin - 600)).astype(np.int64)
    order = np.argsort(ordered, kind="stable")
    return account[order], ordered[order]


def _write_items(
    billing: Billing, rng: np.random.Generator, account: Ints, ordered: Ints, folder: Folder
) -> tuple[Ints, Mask]:
    """Write the lines of all orders; returns each one's value in cents of its currency, and which hold things."""
    shape, products = billing.shape, billing.shape.catalogue.products
    low, high = ORDERING.lines
    order, _ = repeat_index(rng.integers(low, high + 1, len(ordered)))
    shares = floats(products, lambda product: product.order_share)
    sold = np.flatnonzero(shares)
    product = rng.choice(sold, len(order), p=shares[sold])
    most = ints(shape.segments, lambda s: s.crowd.pieces)[billing.population.segment[account]]
    quantity = 1 + (rng.random(len(order)) * most[order]).astype(np.int64)
    currency = billing.population.currency[account]
    percent = ints(shape.currencies, lambda one: one.list_percent)[currency[order]]
    price = ints(products, lambda product: product.list_cents)[product] * percent // 100
    cost = shape.local_cents(ints(products, lambda product: product.cost_cents)[product], currency[order])
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
        ordered[order] < billing.plan.cut,
    )
    value = np.bincount(order, weights=quantity * price, minlength=len(ordered)).astype(np.int64)
    is_thing = mask(products, lambda product: product.stock is not None)[product]
    return value, np.bincount(order, weights=is_thing, minlength=len(ordered)) > 0
