"""Who the accounts are: segment, region, channel, hidden fit, when they come, and how their health moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.plan import CHANNEL_FIT, CHANNEL_SHARE, DAY, Floats, Ints, Plan
from data_gen.writer import NONE

CUSTOMER, WON, TRIAL, PROSPECT = 0, 1, 2, 3
OLD_SHARE, WON_SHARE, TRIAL_SHARE = 0.40, 0.27, 0.19


@dataclass
class Company:
    """The accounts, one array each of shape (accounts,); health is (accounts, months)."""

    plan: Plan
    kind: Ints  # CUSTOMER when the window opens, WON within it, TRIAL that never paid, PROSPECT
    segment: Ints
    region: Ints
    channel: Ints
    fit: Floats
    paid_from: Ints  # first paid instant, NONE for those that never pay
    trial_from: Ints  # start of the trial, NONE without one
    trial_to: Ints
    created: Ints
    health: Floats

    @property
    def size(self) -> int:
        """The number of accounts."""
        return len(self.kind)


def build(plan: Plan) -> Company:
    """Draw the accounts of the company."""
    rng = plan.rng(1)
    n = plan.accounts
    kind = rng.permutation(
        np.repeat(
            [CUSTOMER, WON, TRIAL, PROSPECT],
            np.diff([0, *(int(n * share) for share in np.cumsum([OLD_SHARE, WON_SHARE, TRIAL_SHARE])), n]),
        )
    )
    segment = rng.choice(3, n, p=[0.62, 0.30, 0.08])
    segment[(kind == TRIAL) & (segment == 2)] = 0  # large companies do not try by themselves
    region = rng.choice(4, n, p=[0.46, 0.29, 0.16, 0.09])
    channel = np.zeros(n, dtype=np.int64)
    for index in range(3):
        chosen = segment == index
        channel[chosen] = rng.choice(8, int(chosen.sum()), p=CHANNEL_SHARE[index])
    fit = rng.normal(0, 1, n) + CHANNEL_FIT[channel] - 0.8 * (kind == TRIAL)
    paid_from = _first_paid(plan, rng, kind)
    trial_from, trial_to = _trials(plan, rng, kind, segment, paid_from)
    anchor = np.where(paid_from != NONE, paid_from, np.where(trial_from != NONE, trial_from, NONE))
    drawn = plan.first + rng.integers(-120 * DAY, plan.last - plan.first - DAY, n)
    lead = (rng.exponential(35, n) * DAY).astype(np.int64) + 2 * DAY
    created = np.where(anchor != NONE, np.where(anchor != NONE, anchor, 0) - lead, drawn)
    return Company(
        plan, kind, segment, region, channel, fit, paid_from, trial_from, trial_to, created, _health(plan, rng, fit)
    )


def _first_paid(plan: Plan, rng: np.random.Generator, kind: Ints) -> Ints:
    n = len(kind)
    paid = np.full(n, NONE)
    old = kind == CUSTOMER
    ages = np.minimum(rng.exponential(600, int(old.sum())), 1800)
    paid[old] = plan.first - (ages * DAY).astype(np.int64) - rng.integers(3600, 20 * DAY, int(old.sum()))
    won = np.flatnonzero(kind == WON)
    starts = plan.month_edges
    calendar = starts[:-1].astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    weight = np.where(calendar % 3 == 2, 2.0, 1.0)  # half of a quarter's bookings fall into its last month
    weight = weight * np.where(np.isin(calendar, [0, 7]), 0.75, 1.0) * np.linspace(0.9, 1.1, plan.months)
    weight = weight * np.diff(starts)
    month = rng.choice(plan.months, len(won), p=weight / weight.sum())
    length = starts[month + 1] - starts[month]
    # bookings crowd at the end of the month
    paid[won] = starts[month] + (rng.beta(1.6, 1.0, len(won)) * (length - 2 * 3600)).astype(np.int64) + 3600
    return np.where(paid > plan.last - 2 * 3600, plan.last - 4 * 3600, paid)


def _trials(plan: Plan, rng: np.random.Generator, kind: Ints, segment: Ints, paid: Ints) -> tuple[Ints, Ints]:
    n = len(kind)
    start, end = np.full(n, NONE), np.full(n, NONE)
    converted = (kind == WON) & (segment < 2) & (rng.random(n) < 0.17) & (paid - 14 * DAY >= plan.first)
    start[converted], end[converted] = paid[converted] - 14 * DAY, paid[converted]
    tried = np.flatnonzero(kind == TRIAL)
    drawn = rng.integers(plan.first, plan.last - DAY, len(tried))
    start[tried], end[tried] = drawn, drawn + 14 * DAY
    return start, end


def _health(plan: Plan, rng: np.random.Generator, fit: Floats) -> Floats:
    """A slow process around the account's fit, hurt by the bad release and by slow support with a lag."""
    health = np.empty((len(fit), plan.months))
    level = 0.7 * fit + rng.normal(0, 0.5, len(fit))
    release = plan.incident("bad_release")
    for month in range(plan.months):
        level = 0.8 * level + 0.2 * 0.7 * fit + rng.normal(0, 0.28, len(fit))
        if release and release.covers(plan.month_edges[month : month + 1] + 10 * DAY)[0]:
            level = level - 0.15
        health[:, month] = level
    return health
