"""Writes billing/usage_charges: what metered customers are charged for each month, beside what recurs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_gen.arrays import NONE, Floats, Ints, constant, ints
from data_gen.billing.book import Billing
from data_gen.clock import DAY
from data_gen.currency import currency_column
from data_gen.shapes.money import Catalogue, Meter
from data_gen.writer import Folder, dates, ids, money, times, whole

MICROS = 10_000  # in a cent
NOISE, HEALTH = 0.25, 0.2  # of the logarithm, from month to month


def write_usage(billing: Billing, subs: pd.DataFrame, ledger: pd.DataFrame, folder: Folder) -> None:
    """Write a charge for every whole month in which a subscription was metered and used; none without a meter."""
    catalogue, edges = billing.shape.catalogue, billing.plan.month_edges
    if catalogue.meter is None:
        return
    parent, month = _metered(catalogue, catalogue.meter, subs, ledger, edges)
    account, currency = subs["account"].to_numpy()[parent], subs["currency"].to_numpy()[parent]
    quantity = _units(billing, catalogue.meter, account, month)
    price = catalogue.meter.price_micros * ints(catalogue.currencies, lambda one: one.list_percent)[currency] // 100
    folder.write(
        "billing/usage_charges",
        {
            "usage_charge_id": ids("UC", np.arange(len(parent)), 7),
            "subscription_id": ids("S", subs["number"].to_numpy()[parent]),
            "account_id": ids("A", account),
            "product_id": ids("P", constant(catalogue.meter.product + 1, parent), 2),
            "period_start": dates(edges[month]),
            "period_end": dates(edges[month + 1] - DAY),
            "charged_at": times(edges[month + 1] - 1),
            "quantity": whole(quantity),
            "unit_price": money(price, places=6),
            "amount": money((2 * quantity * price + MICROS) // (2 * MICROS)),
            **currency_column(billing.shape, currency),
        },
        (edges[month + 1] <= billing.plan.cut) & (quantity > 0),
    )


def _units(billing: Billing, meter: Meter, account: Ints, month: Ints) -> Ints:
    """What is used: log-normal around each account's own level, more of it in good health."""
    rng = billing.plan.rng(9)
    usual: Floats = rng.normal(np.log(meter.median_units), meter.spread, billing.population.size)
    noise = NOISE * rng.normal(size=len(account))
    return np.exp(usual[account] + noise + HEALTH * billing.population.health[account, month]).astype(np.int64)


def _metered(
    catalogue: Catalogue, meter: Meter, subs: pd.DataFrame, ledger: pd.DataFrame, edges: Ints
) -> tuple[Ints, Ints]:
    """(subscription's place, month) of those that pay for a metered plan as the month ends, by month."""
    month, place = (part.ravel() for part in np.indices((len(edges) - 1, len(subs))))
    frame = pd.DataFrame({"subscription": subs["number"].to_numpy()[place], "when": edges[month + 1] - 1})
    state = pd.merge_asof(
        frame, ledger.sort_values("when", kind="stable"), on="when", by="subscription", direction="backward"
    )
    ended = subs["ended"].to_numpy()
    paid_from = np.maximum(subs["started"].to_numpy(), subs["trial_to"].to_numpy())
    runs = (ended[place] == NONE) | (ended[place] >= edges[month + 1])
    pays = runs & (paid_from[place] < edges[month + 1])
    metered = pays & state["product"].between(meter.plan, catalogue.paid_plans - 1).to_numpy()
    return place[metered], month[metered]
