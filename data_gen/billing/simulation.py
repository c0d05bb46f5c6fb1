"""The life of all subscriptions, month by month, and the movements of MRR that it makes."""

from __future__ import annotations

import numpy as np

from data_gen.arrays import NONE, Ints, Mask
from data_gen.billing.book import Billing
from data_gen.billing.changes import change, end_discounts, raise_prices
from data_gen.billing.ends import choose_brief, leave, monthly_risk
from data_gen.billing.starts import TERMS, add_addons, come_back, draw_terms, lose_trials, start_main
from data_gen.clock import HOUR
from data_gen.population import Population

LATE_IN_MONTH = (1.2, 1.0)  # beta: when in the month something changes


def simulate(population: Population) -> Billing:
    """Simulate every month that is drawn."""
    billing = Billing(population)
    brief = choose_brief(billing)
    draw_terms(billing, np.arange(population.size))
    paid_from = population.paid_from
    old = np.flatnonzero((paid_from != NONE) & (paid_from < billing.plan.first))
    start_main(billing, old, paid_from[old])
    more = old[billing.rng.random(len(old)) < TERMS.addon_at_opening]
    add_addons(billing, more, paid_from[more] + HOUR)
    for month in range(billing.plan.months):
        _live(billing, month, brief)
    lose_trials(billing)
    return billing


def _live(billing: Billing, month: int, brief: Mask) -> None:
    """One month: prices, then those who leave, those who change, those who come and those who come back."""
    plan, rng, paid_from = billing.plan, billing.rng, billing.population.paid_from
    begin, end = int(plan.month_edges[month]), int(plan.month_edges[month + 1])
    end_discounts(billing, month, begin)
    raise_prices(billing, begin)
    active = np.flatnonzero(billing.subscription != NONE)
    draw = rng.random(len(active))
    part = rng.beta(*LATE_IN_MONTH, len(active))
    moment = begin + 2 * HOUR + (part * (end - begin - 3 * HOUR)).astype(np.int64)
    leaves = draw < monthly_risk(billing, active, month)
    rest, when = active[~leaves], moment[~leaves]
    leave(billing, active[leaves], moment[leaves], month)
    change(billing, rest, when, month, end)
    arriving = np.flatnonzero((paid_from >= max(begin, plan.first)) & (paid_from < end))
    start_main(billing, arriving, paid_from[arriving])
    gone = arriving[brief[arriving]]
    leave(billing, gone, paid_from[gone] + (end - paid_from[gone]) // 2, month)
    come_back(billing, month, begin, end)


def movements(billing: Billing, edges: Ints) -> dict[str, Ints]:
    """Account × month in cents: start, new, reactivation, expansion, contraction, churn, end; start or end > 0."""
    mrr = billing.mrr_before(edges)
    start, end = mrr[:, :-1], mrr[:, 1:]
    account, month = np.nonzero((start > 0) | (end > 0))
    s, e = start[account, month], end[account, month]
    paid = billing.population.paid_from[account]
    is_first = (paid >= edges[month]) & (paid < edges[month + 1])
    zero = np.zeros_like(s)
    return {
        "account": account,
        "month": month,
        "start": s,
        "new": np.where((s == 0) & is_first, e, zero),
        "reactivation": np.where((s == 0) & ~is_first, e, zero),
        "expansion": np.where((s > 0) & (e > s), e - s, zero),
        "contraction": np.where((s > 0) & (e > 0) & (e < s), s - e, zero),
        "churn": np.where((s > 0) & (e == 0), s, zero),
        "end": e,
    }
