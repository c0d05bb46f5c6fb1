"""How subscriptions begin: terms, trials, add-ons, and those that come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Floats, Ints, constant, floats, ints, mask
from data_gen.billing.book import Billing, Change
from data_gen.clock import DAY
from data_gen.shapes.money import Reason


@dataclass(frozen=True)
class Terms:
    """What customers agree on: negotiated prices and discounts in percent, months that a discount lasts."""

    negotiated: tuple[int, int] = (80, 100)
    discounted: float = 0.25
    discounts: tuple[int, ...] = (5, 10, 15)
    discount_months: tuple[int, ...] = (3, 6, 12)
    addon_at_opening: float = 0.15


@dataclass(frozen=True)
class Returns:
    """Those who left come back: within so many months, with what chance a month, with how much of their seats."""

    months: int = 6
    chance: float = 0.022
    seats_tenths: int = 8


TERMS, RETURNS = Terms(), Returns()


def draw_terms(billing: Billing, accounts: Ints) -> None:
    """Draw plan, seats, interval and discount so that the annual value lies in the segment's range."""
    rng, segment, catalogue = billing.rng, billing.population.segment[accounts], billing.shape.catalogue
    segments = billing.shape.segments
    lower = ints(segments, lambda s: s.pricing.plans[0])[segment]
    upper = ints(segments, lambda s: s.pricing.plans[1])[segment]
    takes_upper = rng.random(len(accounts)) > floats(segments, lambda s: s.pricing.lower_plan)[segment]
    billing.product[accounts] = np.where(takes_upper, upper, lower)
    value = _annual_value(billing, segment)
    low, high = TERMS.negotiated
    share = np.where(
        mask(segments, lambda s: s.pricing.negotiates)[segment], rng.integers(low, high + 1, len(accounts)), 100
    )
    plan = billing.product[accounts]
    reporting = ints(catalogue.plans, lambda product: product.list_cents)[plan] * share // 100
    listed = price_list(billing)[billing.population.currency[accounts], plan]
    billing.list_cents[accounts] = listed * share // 100
    billing.quantity[accounts] = np.maximum(1, np.round(value * 100 / 12 / reporting)).astype(np.int64)
    billing.interval[accounts] = _intervals(billing, segment)
    has = rng.random(len(accounts)) < TERMS.discounted
    billing.discount[accounts] = np.where(has, rng.choice(TERMS.discounts, len(accounts)), 0)


def price_list(billing: Billing) -> Ints:
    """List price of each paid plan by currency, in its cents, (currencies, plans)."""
    catalogue = billing.shape.catalogue
    return np.array([[c.cents_of(plan.list_cents) for plan in catalogue.plans] for c in catalogue.currencies])


def _annual_value(billing: Billing, segment: Ints) -> Floats:
    """Log-normal around the segment's median, within its range."""
    segments = billing.shape.segments
    median = floats(segments, lambda s: s.pricing.median)[segment]
    spread = floats(segments, lambda s: s.pricing.spread)[segment]
    low, high = floats(segments, lambda s: s.pricing.low)[segment], floats(segments, lambda s: s.pricing.high)[segment]
    return np.clip(median * np.exp(spread * billing.rng.normal(size=len(segment))), low, high)


def _intervals(billing: Billing, segment: Ints) -> Ints:
    """Billing intervals by the segment's shares; the first takes what the others leave."""
    shares = np.array([one.pricing.interval_shares for one in billing.shape.segments])
    edges = np.cumsum(shares[:, :0:-1], axis=1)  # the last interval first
    pick = billing.rng.random(len(segment))
    return shares.shape[1] - 1 - (pick[:, None] >= edges[segment]).sum(axis=1)


def start_main(billing: Billing, accounts: Ints, when: Ints, plan_swap: bool = False) -> None:
    """Start main subscriptions; one that begins with a trial starts with it."""
    if not len(accounts):
        return
    population = billing.population
    numbers = billing.numbers(accounts)
    billing.subscription[accounts] = numbers
    first = population.paid_from[accounts] == when
    trial = first & (population.trial_from[accounts] != NONE)
    began = np.where(trial, population.trial_from[accounts], when)
    if not plan_swap:
        month = np.maximum(billing.plan.month_of(when), -1)
        until = month + billing.rng.choice(TERMS.discount_months, len(accounts))
        billing.discount_until[accounts] = np.where(billing.discount[accounts] > 0, until, NONE)
    billing.subscriptions.add(
        number=numbers,
        account=accounts,
        started=began,
        trial_from=np.where(trial, population.trial_from[accounts], NONE),
        trial_to=np.where(trial, population.trial_to[accounts], NONE),
        interval=billing.interval[accounts],
        currency=population.currency[accounts],
    )
    billing.record(accounts, began, Change.START)


def add_addons(billing: Billing, accounts: Ints, when: Ints) -> None:
    """Sell the add-on to those accounts that lack it; it is priced in the reporting currency."""
    free = billing.addon[accounts] == NONE
    accounts, moments = accounts[free], when[free]
    if not len(accounts):
        return
    numbers = billing.numbers(accounts)
    billing.addon[accounts] = numbers
    price = ints(billing.shape.segments, lambda segment: segment.pricing.addon_cents)
    billing.addon_cents[accounts] = price[billing.population.segment[accounts]]
    zero, none = constant(0, accounts), constant(NONE, accounts)
    billing.subscriptions.add(
        number=numbers,
        account=accounts,
        started=moments,
        trial_from=none,
        trial_to=none,
        interval=zero,
        currency=zero,
    )
    billing.ledger.add(
        subscription=numbers,
        when=moments,
        product=constant(billing.shape.catalogue.addon, accounts),
        quantity=constant(1, accounts),
        unit=billing.addon_cents[accounts],
        discount=zero,
        interval=zero,
        kind=constant(Change.START, accounts),
    )
    billing.book(accounts, moments)


def come_back(billing: Billing, month: int, begin: int, end: int) -> None:
    """Some of those who left within the last half year come back."""
    left = billing.churned_month
    gone = np.flatnonzero((left != NONE) & (left < month) & (left >= month - RETURNS.months))
    back = gone[billing.rng.random(len(gone)) < RETURNS.chance]
    when = begin + billing.rng.integers(DAY, end - begin - DAY, len(back))
    billing.quantity[back] = np.maximum(1, billing.quantity[back] * RETURNS.seats_tenths // 10)
    billing.churned_month[back] = NONE
    start_main(billing, back, when)
    reason, yes = constant(Reason.OTHER, back), constant(1, back)
    billing.churns.add(account=back, when=when, reason=reason, back=yes, month=constant(month, back))


def lose_trials(billing: Billing) -> None:
    """Trials that never paid end when the trial ends."""
    population = billing.population
    tried = np.flatnonzero((population.trial_from != NONE) & (population.paid_from == NONE))
    numbers = billing.numbers(tried)
    began, over = population.trial_from[tried], population.trial_to[tried]
    billing.subscriptions.add(
        number=numbers,
        account=tried,
        started=began,
        trial_from=began,
        trial_to=over,
        interval=billing.interval[tried],
        currency=population.currency[tried],
    )
    billing.subscription[tried] = numbers
    billing.record(tried, began, Change.START)
    billing.subscription[tried] = NONE
    billing.end(numbers, over, over, Reason.NOT_CONVERTED)
