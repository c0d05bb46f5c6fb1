"""Writes marketing/*: spend by day, channel and campaign, and the touches that went before an account's start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Floats, Ints, constant, floats, ints, mask, repeat_index
from data_gen.clock import DAY, HOUR, calendar_month, is_weekend
from data_gen.currency import currency_column
from data_gen.incidents import IncidentKind
from data_gen.plan import Plan
from data_gen.population import Population
from data_gen.writer import Folder, dates, ids, labels, money, times, whole


@dataclass(frozen=True)
class Spending:
    """The pace of spend, and what a click brings."""

    workday: float = 1.15
    weekend: float = 0.62
    quiet: float = 0.85
    growth: tuple[float, float] = (0.92, 1.08)
    steadiness: float = 30  # shape of the gamma noise
    blow_out: float = 2.8
    impressions: tuple[int, int] = (20, 60)  # of each click
    leads: float = 0.03


@dataclass(frozen=True)
class Touching:
    """Touches of an account before it starts."""

    more: float = 2.2  # beyond the first
    mean_days: float = 25
    prospect_days: int = 40  # after it came to be known, where it never started
    apart: int = 600  # seconds


SPENDING, TOUCHING = Spending(), Touching()


def write(population: Population, folder: Folder) -> None:
    """Write every table of marketing."""
    rng = population.plan.rng(7)
    _write_spend(population.plan, rng, folder)
    _write_touches(population, rng, folder)


def _write_spend(plan: Plan, rng: np.random.Generator, folder: Folder) -> None:
    shape, campaigns = plan.shape, plan.shape.marketing.campaigns
    days = np.arange(plan.first, plan.last, DAY)
    costly = np.flatnonzero(floats(shape.channels, lambda c: c.cost_per_win))
    day, place, campaign = (part.ravel() for part in np.indices((len(days), len(costly), len(campaigns))))
    channel = costly[place]
    share = floats(campaigns, lambda one: one[1])[campaign]
    noise = rng.gamma(SPENDING.steadiness, 1 / SPENDING.steadiness, len(day))
    amount = _daily(plan)[channel] * share * _pace(plan, days)[day] * noise
    blow_out = plan.incident(IncidentKind.COST_BLOW_OUT)
    if blow_out:
        hit = blow_out.covers(days)[day] & (channel == shape.channel(blow_out.scope.value))
        amount = np.where(hit, amount * SPENDING.blow_out, amount)
    clicks = rng.poisson(amount / floats(shape.channels, lambda c: c.cost_per_click)[channel])
    currency = ints(shape.channels, lambda c: c.currency)[channel]
    folder.write(
        "marketing/spend",
        {
            "spend_id": ids("SP", np.arange(len(day)), 6),
            "spend_date": dates(days[day]),
            "channel": labels([c.name for c in shape.channels], channel),
            "campaign": labels([name for name, _ in campaigns], campaign),
            "amount": money(shape.local_cents(np.round(amount * 100).astype(np.int64), currency)),
            "impressions": whole(clicks * rng.integers(*SPENDING.impressions, len(day))),
            "clicks": whole(clicks),
            "leads": whole(rng.poisson(clicks * SPENDING.leads)),
            **currency_column(shape, currency),
        },
        days[day] < plan.cut,
    )


def _daily(plan: Plan) -> Floats:
    """What each channel costs a day: its share of the accounts to be won, times what one costs."""
    shape = plan.shape
    new_per_day = plan.accounts * shape.mix.won / (plan.window_end - plan.first) * DAY
    mix = shape.segment_shares @ shape.channel_shares
    return new_per_day * mix * floats(shape.channels, lambda c: c.cost_per_win)


def _pace(plan: Plan, days: Ints) -> Floats:
    calendar = plan.shape.calendar
    weekly = np.where(is_weekend(days), SPENDING.weekend, SPENDING.workday)
    season = np.where(calendar.is_quiet(calendar_month(days)), SPENDING.quiet, 1.0)
    return weekly * season * np.linspace(*SPENDING.growth, len(days))


def _write_touches(population: Population, rng: np.random.Generator, folder: Folder) -> None:
    plan, shape = population.plan, population.shape
    account, position = repeat_index(1 + rng.poisson(TOUCHING.more, population.size))
    idle = population.created + TOUCHING.prospect_days * DAY
    until = np.where(population.paid_from != NONE, population.paid_from, idle)[account]
    when = until - (rng.exponential(TOUCHING.mean_days, len(account)) * DAY).astype(np.int64) - HOUR
    earliest = population.created[account] + position * TOUCHING.apart  # the first touch makes the account
    when = np.maximum(when, earliest)
    keep = (when >= plan.first) & (when < plan.last)
    account, position, when = account[keep], position[keep], when[keep]
    order = np.argsort(when, kind="stable")
    account, position, when = account[order], position[order], when[order]
    known = np.flatnonzero(mask(shape.channels, lambda c: c.is_known))
    drawn = known[rng.integers(0, len(known), len(account))]
    campaigns = shape.marketing.campaigns
    folder.write(
        "marketing/touches",
        {
            "touch_id": ids("M", np.arange(len(account)), 7),
            "account_id": ids("A", account),
            "contact_id": ids("K", constant(NONE, account)),
            "channel": labels(
                [c.name for c in shape.channels], np.where(position == 0, population.channel[account], drawn)
            ),
            "campaign": labels([name for name, _ in campaigns], rng.integers(0, len(campaigns), len(account))),
            "touched_at": times(when),
        },
        when < plan.cut,
    )
