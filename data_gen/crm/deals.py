"""The deals: won ones from what was really bought, lost ones so that the win rate holds, and what is open."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from data_gen.arrays import NONE, Floats, Ints, constant, floats, mask
from data_gen.billing.book import Billing
from data_gen.billing.simulation import movements
from data_gen.clock import DAY, HOUR
from data_gen.crm.deal import LOST, OPEN, WON, Deals
from data_gen.crm.directory import Teams
from data_gen.crm.renewals import draw_renewals, signed_at_work
from data_gen.population import cycle_days
from data_gen.shapes.sales import DealKind


@dataclass(frozen=True)
class DealHabits:
    """How the deals that the customers' history does not tell are drawn."""

    least_expansion: int = 50_000  # cents a year, below it no deal is made
    expansion_cycle: float = 0.8  # selling more to a customer goes faster
    lost_cycle: float = 0.9
    lost_known: float = 0.6  # share of lost new deals whose account is known
    open_known: float = 0.85
    open_measure: float = 0.95  # of the deals that a steady flow keeps open
    open_age: tuple[float, float] = (1.4, 0.55)  # gamma, in cycles
    near_days: int = 12  # a lost deal closes so near to a won one
    value: tuple[float, float] = (0.85, 1.3)  # against the won deal that it resembles
    usual_cents: int = 1_500_000  # where no won deal can be resembled


HABITS = DealHabits()


def draw_deals(billing: Billing, rng: np.random.Generator, teams: Teams) -> Deals:
    """All deals in the order in which they began."""
    won = _won(billing, rng)
    parts = [won, _others(billing, rng, won, lost=True), _others(billing, rng, won, lost=False)]
    parts = [_in_own_currency(billing, part) for part in (*parts, *draw_renewals(billing))]
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Deals)}
    order = np.argsort(columns["created"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    columns["owner"] = teams.draw(rng, columns["segment"], columns["region"])
    return Deals(**columns)


def _in_own_currency(billing: Billing, deals: Deals) -> Deals:
    """Deals with amounts in the currency of their region."""
    currency = billing.shape.currency_of_region[deals.region]
    return replace(deals, currency=currency, amount=billing.shape.local_cents(deals.amount, currency))


def _cycles(billing: Billing, rng: np.random.Generator, segment: Ints, kind: Ints) -> Floats:
    return cycle_days(billing.shape, rng, segment, np.where(kind == DealKind.EXPANSION, HABITS.expansion_cycle, 1.0))


def _won(billing: Billing, rng: np.random.Generator) -> Deals:
    """A deal for each first purchase in the window and for each larger expansion, where the segment makes them."""
    population, plan = billing.population, billing.plan
    rows = movements(billing, plan.month_edges)
    annual = np.zeros(population.size, dtype=np.int64)
    first = (rows["new"] > 0).nonzero()[0]
    annual[rows["account"][first]] = rows["new"][first] * 12
    new = np.flatnonzero((population.paid_from >= plan.first) & (annual > 0))
    grown, when, cents = (billing.expansions.get(name) for name in ("account", "when", "cents"))
    sold = mask(billing.shape.segments, lambda s: s.selling.sells_expansions)[population.segment[grown]]
    worth = sold & (cents > HABITS.least_expansion)
    account = np.concatenate([new, grown[worth]])
    signed = population.paid_from[new] - rng.integers(60, 2 * DAY, len(new))
    closed = signed_at_work(plan, np.concatenate([signed, when[worth] - 600]))
    closed = np.maximum(closed, population.created[account] + HOUR)
    segment = population.segment[account]
    kind = np.repeat(np.array([DealKind.NEW, DealKind.EXPANSION]), [len(new), worth.sum()])
    cycle = np.where(kind == DealKind.NEW, population.cycle[account], _cycles(billing, rng, segment, kind))
    return Deals(
        account=account,
        segment=segment,
        region=population.region[account],
        channel=population.channel[account],
        created=np.maximum(closed - (cycle * DAY).astype(np.int64), population.created[account]),
        closed=closed,
        amount=np.concatenate([annual[new], cents[worth]]),
        currency=constant(0, account),
        kind=kind,
        ends=constant(WON, account),
        cycle=cycle,
        owner=constant(NONE, account),
    )


def _others(billing: Billing, rng: np.random.Generator, won: Deals, lost: bool) -> Deals:
    """Lost or open deals in proportion to the won ones of each segment, most with accounts that never bought."""
    population = billing.population
    segment = np.repeat(np.arange(len(billing.shape.segments)), _wanted(billing, won, lost))
    n = len(segment)
    kind = _kinds(billing, rng, won, segment)
    cycle = _cycles(billing, rng, segment, kind) * (HABITS.lost_cycle if lost else 1.0)
    created, closed = _lost_span(billing, rng, won, cycle) if lost else _open_span(billing, rng, segment)
    account, amount = _resembling(billing, rng, won, segment, kind, created)
    share = HABITS.lost_known if lost else HABITS.open_known
    known = (account != NONE) & ((kind == DealKind.EXPANSION) | (rng.random(n) < share))
    safe = np.where(account == NONE, 0, account)
    drawn = rng.choice(len(billing.shape.regions), n)
    return Deals(
        account=np.where(known, account, NONE),
        segment=segment,
        region=np.where(account != NONE, population.region[safe], drawn),
        channel=population.channel[safe],
        created=created,
        closed=closed,
        amount=(amount * rng.uniform(*HABITS.value, n)).astype(np.int64) // 100 * 100,
        currency=constant(0, segment),
        kind=kind,
        ends=constant(LOST if lost else OPEN, segment),
        cycle=cycle,
        owner=constant(NONE, segment),
    )


def _wanted(billing: Billing, won: Deals, lost: bool) -> Ints:
    """How many lost or open deals go with the won ones, by segment."""
    segments = billing.shape.segments
    count = np.bincount(won.segment, minlength=len(segments)).astype(float)
    rate, days = floats(segments, lambda s: s.selling.win_rate), floats(segments, lambda s: s.selling.cycle_days)
    if lost:
        return np.round(count * (1 - rate) / rate).astype(np.int64)
    return np.round(count / rate / billing.plan.months * days / 30 * HABITS.open_measure).astype(np.int64)


def _kinds(billing: Billing, rng: np.random.Generator, won: Deals, segment: Ints) -> Ints:
    """Expansions in the measure in which the segment's won deals are."""
    places = len(billing.shape.segments)
    grown = np.bincount(won.segment, weights=won.kind == DealKind.EXPANSION, minlength=places)
    share = grown / np.maximum(np.bincount(won.segment, minlength=places), 1)
    return np.where(rng.random(len(segment)) < share[segment], DealKind.EXPANSION, DealKind.NEW).astype(np.int64)


def _lost_span(billing: Billing, rng: np.random.Generator, won: Deals, cycle: Floats) -> tuple[Ints, Ints]:
    """(created, closed) of lost deals: they close around the days on which others are won."""
    plan, n, near = billing.plan, len(cycle), HABITS.near_days * DAY
    closed = won.closed[rng.integers(0, max(1, won.size), n)] + rng.integers(-near, near, n)
    closed = signed_at_work(plan, np.where(closed < plan.last, closed, closed - near - DAY))
    return closed - (cycle * DAY).astype(np.int64), closed


def _open_span(billing: Billing, rng: np.random.Generator, segment: Ints) -> tuple[Ints, Ints]:
    """(created, closed) of deals that are open at the horizon."""
    days = floats(billing.shape.segments, lambda s: s.selling.cycle_days)[segment]
    age = (rng.gamma(*HABITS.open_age, len(segment)) * days * DAY).astype(np.int64)
    return billing.plan.last - age - 2 * HOUR, constant(NONE, segment)


def _resembling(
    billing: Billing, rng: np.random.Generator, won: Deals, segment: Ints, kind: Ints, created: Ints
) -> tuple[Ints, Ints]:
    """(account, amount): an account that is known by then, and the amount of a won deal of the same kind."""
    population = billing.population
    account, amount = constant(NONE, segment), constant(0, segment)
    old = (population.paid_from != NONE) & (population.paid_from < billing.plan.first)
    for index in range(len(billing.shape.segments)):
        for one in (DealKind.NEW, DealKind.EXPANSION):
            rows = np.flatnonzero((segment == index) & (kind == one))
            suits = old if one == DealKind.EXPANSION else population.paid_from == NONE
            pool = np.flatnonzero(suits & (population.segment == index))
            account[rows] = _present(rng, pool, population.created, created[rows])
            worth = won.amount[(won.segment == index) & (won.kind == one)]
            amount[rows] = rng.choice(worth, len(rows)) if len(worth) else HABITS.usual_cents
    return account, amount


def _present(rng: np.random.Generator, pool: Ints, born: Ints, when: Ints) -> Ints:
    """For each moment one of the accounts of the pool that are known by then, NONE where there is none."""
    pool = pool[np.argsort(born[pool], kind="stable")]
    known = np.searchsorted(born[pool], when)
    pick = (rng.random(len(when)) * known).astype(np.int64)
    return np.where(known > 0, np.append(pool, NONE)[pick], NONE)
