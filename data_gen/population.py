"""Who the accounts are: segment, region, channel, hidden fit, when they come, and how their health moves."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np

from data_gen import wellbeing
from data_gen.arrays import NONE, Floats, Ints, Mask, floats, mask
from data_gen.clock import DAY, HOUR, calendar_month
from data_gen.plan import Plan
from data_gen.shapes.people import Mix
from data_gen.shapes.shape import Shape
from data_gen.wellbeing import Wellbeing


class Kind(IntEnum):
    """What becomes of an account within all that is drawn."""

    CUSTOMER = 0  # pays when the window opens
    WON = 1  # pays later
    TRIAL = 2  # tried and never paid
    PROSPECT = 3


@dataclass(frozen=True)
class Arrivals:
    """How accounts come: ages in days of old customers, leads before the start, trials, seasons of bookings."""

    mean_age: float = 600
    oldest: float = 1_800
    mean_lead: float = 35
    least_lead: float = 2
    cycle_spread: float = 0.45  # of the logarithm of sales cycles
    trial_days: int = 14
    decides_early: float = 0.5  # share of trials that end before that, by a beta of their days
    early: tuple[float, float] = (2.2, 1.4)
    asks_for_more: float = 0.2  # share that goes on, for so many days at most
    more_days: int = 7
    trial_first: float = 0.17  # share of the won that try first
    lookback_days: int = 120  # prospects may be so much older than the window
    quarter_end: float = 2.0  # half of a quarter's bookings fall into its last month
    quiet: float = 0.75
    growth: tuple[float, float] = (0.9, 1.1)  # from the first month to the last
    month_end: tuple[float, float] = (1.6, 1.0)  # beta: bookings crowd at the end of the month
    trial_fit: float = -0.8  # those who try by themselves suit less
    spare: float = 1.25  # drawn in excess, so that there is a choice
    spare_accounts: int = 40


ARRIVALS = Arrivals()


@dataclass
class Population:
    """The accounts, one array each of shape (accounts,), and how they fare."""

    plan: Plan
    kind: Ints
    segment: Ints
    region: Ints
    channel: Ints
    fit: Floats
    paid_from: Ints  # first paid instant, NONE for those that never pay
    trial_from: Ints  # start of the trial, NONE without one
    trial_to: Ints
    created: Ints
    cycle: Floats  # days that sales takes to win it
    wellbeing: Wellbeing

    @property
    def size(self) -> int:
        """The number of accounts."""
        return len(self.kind)

    @property
    def shape(self) -> Shape:
        """The company's words and figures."""
        return self.plan.shape

    @property
    def currency(self) -> Ints:
        """What each account pays in, as the place of the currency."""
        return self.shape.currency_of_region[self.region]

    @property
    def health(self) -> Floats:
        """How content each account is, (accounts, months)."""
        return self.wellbeing.health

    @property
    def begins(self) -> Ints:
        """When each account first uses the product, NONE where it never does."""
        return np.where(self.trial_from != NONE, self.trial_from, self.paid_from)

    def swell(self, metric: str, moments: Ints, account: Ints) -> Floats:
        """How many times as much of a metric as usual the accounts have at the moments, by small incidents."""
        columns = {"segment": self.segment, "region": self.region, "acquisition_channel": self.channel}
        return self.plan.swell(metric, moments, {name: column[account] for name, column in columns.items()})

    def of(self, few: Ints) -> Population:
        """The accounts at these places."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("plan", "wellbeing")}
        return replace(self, **{name: values[few] for name, values in arrays.items()}, wellbeing=self.wellbeing.of(few))


def build(plan: Plan) -> Population:
    """Draw more accounts than are needed, and choose among them."""
    rng, shape = plan.rng(1), plan.shape
    quotas = _quotas(shape.mix, plan.accounts)
    excess = (ARRIVALS.spare * plan.stretch - 1) * quotas + ARRIVALS.spare_accounts * plan.stretch
    spare = np.where(np.arange(len(Kind)) == Kind.CUSTOMER, 0, excess.astype(np.int64))
    kind = rng.permutation(np.repeat(np.array(list(Kind)), quotas + spare))
    segment = _segments(shape, rng, kind)
    region = rng.choice(len(shape.regions), len(kind), p=floats(shape.regions, lambda region: region.share))
    channel = _channels(shape, rng, segment)
    fit = rng.normal(0, 1, len(kind)) + floats(shape.channels, lambda channel: channel.fit)[channel]
    fit = fit + ARRIVALS.trial_fit * (kind == Kind.TRIAL)
    paid_from = _first_paid(plan, rng, kind)
    trial_from, trial_to = _trials(plan, rng, kind, segment, paid_from)
    begins = np.where(trial_from != NONE, trial_from, paid_from)
    cycle = cycle_days(shape, rng, segment)
    created = _created(plan, rng, kind, begins, cycle)
    later = wellbeing.nobody(len(kind))  # it is drawn for those who are chosen
    everybody = Population(
        plan, kind, segment, region, channel, fit, paid_from, trial_from, trial_to, created, cycle, later
    )
    chosen = everybody.of(_chosen(plan, kind, begins, created))
    return replace(chosen, wellbeing=wellbeing.draw(plan, rng, chosen.fit, chosen.begins))


def cycle_days(shape: Shape, rng: np.random.Generator, segment: Ints, factor: Floats | float = 1.0) -> Floats:
    """Days from a deal's start to its end, log-normal around the segment's median times a factor, at least one."""
    median = floats(shape.segments, lambda segment: segment.selling.cycle_days)[segment]
    days = median * np.exp(ARRIVALS.cycle_spread * rng.normal(size=len(segment)))
    return np.maximum(days * factor, 1.0)


def _quotas(mix: Mix, accounts: int) -> Ints:
    shares = np.cumsum([mix.customers, mix.won, mix.trials])
    return np.diff([0, *(int(accounts * share) for share in shares), accounts])


def _segments(shape: Shape, rng: np.random.Generator, kind: Ints) -> Ints:
    segment = rng.choice(len(shape.segments), len(kind), p=shape.segment_shares)
    segment[(kind == Kind.TRIAL) & ~_has_trials(shape)[segment]] = 0  # large companies do not try by themselves
    return segment


def _has_trials(shape: Shape) -> Mask:
    return mask(shape.segments, lambda segment: segment.selling.has_trials)


def _channels(shape: Shape, rng: np.random.Generator, segment: Ints) -> Ints:
    channel = np.zeros(len(segment), dtype=np.int64)
    for index, shares in enumerate(shape.channel_shares):
        chosen = segment == index
        channel[chosen] = rng.choice(len(shape.channels), int(chosen.sum()), p=shares)
    return channel


def _created(plan: Plan, rng: np.random.Generator, kind: Ints, begins: Ints, cycle: Floats) -> Ints:
    """When each account came to be known: long enough before its start for sales to work on it."""
    lead = rng.exponential(ARRIVALS.mean_lead, len(kind)) + ARRIVALS.least_lead
    lead = (np.where(kind == Kind.WON, np.maximum(lead, cycle + 3), lead) * DAY).astype(np.int64)
    drawn = rng.integers(plan.first - ARRIVALS.lookback_days * DAY, plan.last - DAY, len(kind))
    return np.where(begins != NONE, np.maximum(begins, 0) - lead, drawn)


def _chosen(plan: Plan, kind: Ints, begins: Ints, created: Ints) -> Ints:
    """As many accounts as were asked for with the mix's shares; then in the same measure those that come later."""
    early = created < plan.window_end
    seen = np.where(begins < plan.window_end, kind, Kind.PROSPECT)
    quotas = _quotas(plan.shape.mix, plan.accounts)
    within = [np.flatnonzero(early & (seen == one))[:quota] for one, quota in enumerate(quotas)]
    within.append(np.setdiff1d(np.flatnonzero(early), np.concatenate(within)))  # a window of days may lack some kind
    later = np.flatnonzero(~early)
    later = later[: int(len(later) * quotas[Kind.WON :].sum() / (early & (kind != Kind.CUSTOMER)).sum())]
    first = np.sort(np.concatenate(within)[: plan.accounts])
    return np.concatenate([first, later[np.argsort(created[later], kind="stable")]])


def _first_paid(plan: Plan, rng: np.random.Generator, kind: Ints) -> Ints:
    paid = np.full(len(kind), NONE)
    old = kind == Kind.CUSTOMER
    ages = np.minimum(rng.exponential(ARRIVALS.mean_age, int(old.sum())), ARRIVALS.oldest)
    paid[old] = plan.first - (ages * DAY).astype(np.int64) - rng.integers(HOUR, 20 * DAY, int(old.sum()))
    won = np.flatnonzero(kind == Kind.WON)
    starts = plan.month_edges
    weight = _season(plan)
    month = rng.choice(plan.months, len(won), p=weight / weight.sum())
    length = starts[month + 1] - starts[month]
    part = rng.beta(*ARRIVALS.month_end, len(won))
    paid[won] = starts[month] + (part * (length - 2 * HOUR)).astype(np.int64) + HOUR
    return np.where(paid > plan.last - 2 * HOUR, plan.last - 4 * HOUR, paid)


def _season(plan: Plan) -> Floats:
    """How much is booked in each month, against the others."""
    calendar, months = plan.shape.calendar, calendar_month(plan.month_edges[:-1])
    weight = np.where(calendar.ends_quarter(months), ARRIVALS.quarter_end, 1.0)
    weight = weight * np.where(calendar.is_quiet(months), ARRIVALS.quiet, 1.0)
    return weight * np.linspace(*ARRIVALS.growth, plan.months) * np.diff(plan.month_edges)


def _trials(plan: Plan, rng: np.random.Generator, kind: Ints, segment: Ints, paid: Ints) -> tuple[Ints, Ints]:
    start, end = np.full(len(kind), NONE), np.full(len(kind), NONE)
    length = _trial_lengths(plan, len(kind))
    tries = (kind == Kind.WON) & _has_trials(plan.shape)[segment] & (rng.random(len(kind)) < ARRIVALS.trial_first)
    converted = tries & (paid - length >= plan.first)
    start[converted], end[converted] = paid[converted] - length[converted], paid[converted]
    tried = np.flatnonzero(kind == Kind.TRIAL)
    drawn = rng.integers(plan.first, plan.last - DAY, len(tried))
    start[tried], end[tried] = drawn, drawn + length[tried]
    return start, end


def _trial_lengths(plan: Plan, accounts: int) -> Ints:
    """Seconds that trials last: up to the decision, or their whole length; alike for those who stay and who don't."""
    rng, whole = plan.rng(22), ARRIVALS.trial_days * DAY
    early = HOUR + (rng.beta(*ARRIVALS.early, accounts) * (whole - HOUR)).astype(np.int64)
    late = whole + (rng.random(accounts) * ARRIVALS.more_days * DAY).astype(np.int64)
    draw = rng.random(accounts)
    edges = (ARRIVALS.decides_early, ARRIVALS.decides_early + ARRIVALS.asks_for_more)
    return np.select([draw < edges[0], draw < edges[1]], [early, late], whole)
