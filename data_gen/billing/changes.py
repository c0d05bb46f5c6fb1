"""How subscriptions change: seats, plans, prices, discounts, add-ons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Ints, constant, floats, ints
from data_gen.billing.book import Billing, Change
from data_gen.billing.ends import end_with_notice
from data_gen.billing.starts import add_addons, price_list, start_main
from data_gen.clock import HOUR
from data_gen.incidents import IncidentKind
from data_gen.shapes.money import Reason


@dataclass(frozen=True)
class ChangeRates:
    """Monthly chances of a customer for each kind of change, and how health moves seats."""

    grows_with_health: float = 0.45
    shrinks_with_health: float = -0.4
    next_plan: float = 0.004
    plan_below: float = 0.002
    plan_swap: float = 0.003
    up_and_down: float = 0.003
    addon: float = 0.006
    drops_addon: float = 0.006
    seats_up: tuple[float, float] = (0.10, 0.45)  # share of the seats
    seats_down: tuple[float, float] = (0.08, 0.35)
    value_kept: float = 1.25  # of what is paid, when a plan of another price is taken
    price_rise_percent: int = 8


RATES = ChangeRates()


def end_discounts(billing: Billing, month: int, begin: int) -> None:
    """Discounts that end with the month before."""
    due = np.flatnonzero((billing.discount_until == month) & (billing.subscription != NONE))
    billing.discount[due], billing.discount_until[due] = 0, NONE
    billing.record(due, constant(begin, due), Change.DISCOUNT_END)


def raise_prices(billing: Billing, begin: int) -> None:
    """The planted price rise: plans billed by the first interval cost more in one segment."""
    rise = billing.plan.incident(IncidentKind.PRICE_RISE)
    if not rise or not rise.covers_moment(begin):
        return
    in_segment = billing.population.segment == billing.shape.segment(rise.scope.value)
    hit = np.flatnonzero((billing.subscription != NONE) & in_segment & (billing.interval == 0))
    billing.list_cents[hit] = billing.list_cents[hit] * (100 + RATES.price_rise_percent) // 100
    billing.record(hit, constant(begin + HOUR, hit), Change.PRICE_CHANGE)


def change(billing: Billing, accounts: Ints, when: Ints, month: int, end: int) -> None:
    """Let each of the accounts change at most once in the month."""
    segment = billing.population.segment[accounts]
    health = billing.population.health[accounts, max(0, month - 1)]
    segments = billing.shape.segments
    grow = floats(segments, lambda s: s.loyalty.expansion)[segment] * np.exp(RATES.grows_with_health * health)
    shrink = floats(segments, lambda s: s.loyalty.contraction)[segment] * np.exp(RATES.shrinks_with_health * health)
    lower = RATES.plan_below * np.exp(RATES.shrinks_with_health * health)
    others = (RATES.next_plan, RATES.plan_swap, RATES.up_and_down, RATES.addon, RATES.drops_addon)
    edges = np.cumsum([grow, shrink, lower, *(np.full(len(accounts), chance) for chance in others)], axis=0)
    kind = (billing.rng.random(len(accounts))[None, :] >= edges).sum(axis=0)
    groups = [(accounts[kind == number], when[kind == number]) for number in range(len(edges))]
    _more_seats(billing, *groups[0])
    _fewer_seats(billing, *groups[1])
    _plan_below(billing, *groups[2])
    _next_plan(billing, *groups[3], swap=False)
    _next_plan(billing, *groups[4], swap=True)
    _up_and_down(billing, *groups[5], end)
    add_addons(billing, *groups[6])
    _drop_addons(billing, *groups[7])


def _more_seats(billing: Billing, accounts: Ints, when: Ints) -> None:
    before = billing.account_cents()[accounts]
    billing.quantity[accounts] += _seat_step(billing, accounts, RATES.seats_up)
    billing.record(accounts, when, Change.UPGRADE)
    grown = (billing.account_cents()[accounts] - before) * 12
    billing.expansions.add(account=accounts, when=when, cents=grown)


def _fewer_seats(billing: Billing, accounts: Ints, when: Ints) -> None:
    changed = billing.quantity[accounts] - _seat_step(billing, accounts, RATES.seats_down)
    keep = changed >= 1
    billing.quantity[accounts[keep]] = changed[keep]
    billing.record(accounts[keep], when[keep], Change.DOWNGRADE)


def _seat_step(billing: Billing, accounts: Ints, shares: tuple[float, float]) -> Ints:
    share = billing.rng.uniform(*shares, len(accounts))
    return np.maximum(1, (billing.quantity[accounts] * share).astype(np.int64))


def _next_plan(billing: Billing, accounts: Ints, when: Ints, swap: bool) -> None:
    """Move to the plan above, with seats that fit what is paid; a swap ends one subscription and starts another."""
    has_room = billing.product[accounts] < billing.shape.catalogue.highest_upgrade
    accounts, when = accounts[has_room], when[has_room]
    if not len(accounts):
        return
    billing.product[accounts] += 1
    plan = billing.product[accounts]
    listed = ints(billing.shape.catalogue.plans, lambda product: product.list_cents)
    ratio = listed[plan] / listed[plan - 1]
    billing.list_cents[accounts] = price_list(billing)[billing.population.currency[accounts], plan]
    seats = (billing.quantity[accounts] * RATES.value_kept / ratio).astype(np.int64)
    billing.quantity[accounts] = np.maximum(1, seats)
    if swap:  # the old subscription ends the instant the new one starts: neither churn nor new
        billing.end(billing.subscription[accounts], when, when, Reason.OTHER)
        start_main(billing, accounts, when, plan_swap=True)
    else:
        billing.record(accounts, when, Change.PLAN_CHANGE)


def _plan_below(billing: Billing, accounts: Ints, when: Ints) -> None:
    """Move to the plan below with as many seats."""
    has_room = billing.product[accounts] > 0
    accounts, when = accounts[has_room], when[has_room]
    billing.product[accounts] -= 1
    billing.list_cents[accounts] = price_list(billing)[billing.population.currency[accounts], billing.product[accounts]]
    billing.record(accounts, when, Change.PLAN_CHANGE)


def _up_and_down(billing: Billing, accounts: Ints, when: Ints, end: int) -> None:
    """Seats rise and fall back within the month: nothing at month grain, two rows in the ledger."""
    step = np.maximum(1, billing.quantity[accounts] // 5)
    billing.quantity[accounts] += step
    billing.record(accounts, when, Change.UPGRADE)
    billing.quantity[accounts] -= step
    billing.record(accounts, when + (end - when) // 2, Change.DOWNGRADE)


def _drop_addons(billing: Billing, accounts: Ints, when: Ints) -> None:
    has = billing.addon[accounts] != NONE
    accounts, when = accounts[has], when[has]
    end_with_notice(billing, billing.addon[accounts], when, Reason.OTHER)
    billing.addon[accounts] = NONE
    billing.book(accounts, when)
