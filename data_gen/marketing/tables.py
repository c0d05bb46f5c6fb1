"""Writes marketing/*: what media, people and tools cost by channel, and the touches before an account's start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Floats, Ints, constant, floats, ints, mask, repeat_index
from data_gen.clock import DAY, HOUR, calendar_month, is_weekend
from data_gen.crm.directory import hire
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
    click_rate: tuple[float, float] = (0.7, 1.4)  # against the channel's usual one
    leads: float = 0.03


@dataclass(frozen=True)
class Touching:
    """Touches of an account before it starts."""

    more: float = 2.2  # beyond the first
    mean_days: float = 25
    prospect_days: int = 40  # after it came to be known, where it never started
    apart: int = 600  # seconds


@dataclass(frozen=True)
class Staff:
    """What people and their tools cost by the month: reps by their segment, marketing in the measure of its media."""

    marketing: float = 0.12  # of what a channel's media cost
    tools: float = 0.09  # of what people cost
    noise: float = 0.03  # from month to month


SPENDING, TOUCHING, STAFF = Spending(), Touching(), Staff()
COST_TYPES = ["media", "people", "tools"]
NO_CAMPAIGN = "(none)"
DAYS_OF_MONTH = 30.4
# rows of spend: day, channel, campaign, cents, clicks, impressions, leads, cost type
Spent = tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints, Ints]


def write(population: Population, folder: Folder) -> None:
    """Write every table of marketing."""
    rng = population.plan.rng(7)
    _write_spend(population.plan, _media(population.plan, rng), folder)
    _write_touches(population, rng, folder)


def _write_spend(plan: Plan, media: Spent, folder: Folder) -> None:
    shape, parts = plan.shape, (media, *_staff(plan))
    when, channel, campaign, amount, clicks, impressions, leads, kind = (
        np.concatenate([part[place] for part in parts]) for place in range(len(media))
    )
    names = [*(name for name, _ in shape.marketing.campaigns), NO_CAMPAIGN]
    is_media = kind == COST_TYPES.index("media")
    currency = ints(shape.channels, lambda c: c.currency)[channel]
    folder.write(
        "marketing/spend",
        {
            "spend_id": ids("SP", np.arange(len(when)), 6),
            "spend_date": dates(when),
            "channel": labels([c.name for c in shape.channels], channel),
            "campaign": labels(names, campaign),
            "cost_type": labels(COST_TYPES, kind),
            "amount": money(shape.local_cents(amount, currency)),
            "impressions": whole(impressions, ~is_media),
            "clicks": whole(clicks, ~is_media),
            "leads": whole(leads, ~is_media),
            **currency_column(shape, currency),
        },
        when < plan.cut,
    )


def _staff(plan: Plan) -> list[Spent]:
    """What people cost, and their tools, booked on the last day of each month to the channels they work for.

    A rep works for each channel in the measure of the accounts that it brings to his segment.
    """
    shape, rng = plan.shape, plan.rng(11)
    known = np.flatnonzero(mask(shape.channels, lambda c: c.is_known))
    shares = shape.channel_shares[:, known]
    reps = hire(plan).size / len(shape.segments)
    sales = floats(shape.segments, lambda s: s.selling.rep_cost) * reps @ (shares / shares.sum(axis=1, keepdims=True))
    length = np.diff(plan.month_edges) / np.diff(plan.month_starts)  # of a month that is cut, its part
    monthly = sales + STAFF.marketing * _daily(plan)[known] * DAYS_OF_MONTH
    month, place = (part.ravel() for part in np.indices((plan.months, len(known))))
    people = monthly[place] * length[month] * rng.normal(1.0, STAFF.noise, len(month))
    none = constant(0, month)
    return [
        (
            plan.month_edges[month + 1] - DAY,
            known[place],
            constant(len(shape.marketing.campaigns), month),
            np.round(amount * 100).astype(np.int64),
            *(none, none, none),
            constant(COST_TYPES.index(kind), month),
        )
        for kind, amount in (("people", people), ("tools", people * STAFF.tools))
    ]


def _media(plan: Plan, rng: np.random.Generator) -> Spent:
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
    amount = amount * plan.swell("spend", days[day], {"acquisition_channel": channel})
    clicks = rng.poisson(amount / floats(shape.channels, lambda c: c.cost_per_click)[channel])
    click_rate = floats(shape.channels, lambda c: c.click_rate)[channel] * rng.uniform(*SPENDING.click_rate, len(day))
    impressions = np.round(clicks / click_rate).astype(np.int64)
    leads = rng.poisson(clicks * SPENDING.leads)
    cents = np.round(amount * 100).astype(np.int64)
    return days[day], channel, campaign, cents, clicks, impressions, leads, constant(0, day)


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
