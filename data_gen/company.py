"""Who the accounts are: segment, region, channel, hidden fit, when they come, and how their health moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.plan import CHANNEL_FIT, CHANNEL_SHARE, DAY, NONE, Floats, Ints, Plan

CUSTOMER, WON, TRIAL, PROSPECT = 0, 1, 2, 3
SHARES = [0.40, 0.27, 0.19, 0.14]  # of the accounts that the window shows, as it shows them at its end
CYCLE_DAYS = np.array([26.0, 58.0, 125.0])


@dataclass
class Company:
    """The accounts, one array each of shape (accounts,); health is (accounts, months)."""

    plan: Plan
    kind: Ints  # CUSTOMER when the window opens, WON later, TRIAL that never paid, PROSPECT
    segment: Ints
    region: Ints
    channel: Ints
    fit: Floats
    paid_from: Ints  # first paid instant, NONE for those that never pay
    trial_from: Ints  # start of the trial, NONE without one
    trial_to: Ints
    created: Ints
    cycle: Floats  # days that sales takes to win it
    health: Floats

    @property
    def size(self) -> int:
        """The number of accounts."""
        return len(self.kind)


def build(plan: Plan) -> Company:
    """Draw more accounts than are needed, and choose among them."""
    rng = plan.rng(1)
    quotas = _quotas(plan.accounts)
    spare = np.array([0, 1, 1, 1]) * ((1.25 * plan.stretch - 1) * quotas + 40 * plan.stretch).astype(np.int64)
    kind = rng.permutation(np.repeat([CUSTOMER, WON, TRIAL, PROSPECT], quotas + spare))
    n = len(kind)
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
    begins = np.where(trial_from != NONE, trial_from, paid_from)
    cycle = np.maximum(CYCLE_DAYS[segment] * np.exp(0.45 * rng.normal(size=n)), 1.0)
    lead = rng.exponential(35, n) + 2
    lead = (np.where(kind == WON, np.maximum(lead, cycle + 3), lead) * DAY).astype(np.int64)  # sales works on a lead
    drawn = rng.integers(plan.first - 120 * DAY, plan.last - DAY, n)
    created = np.where(begins != NONE, np.maximum(begins, 0) - lead, drawn)
    few = _chosen(plan, kind, begins, created)
    return Company(
        plan,
        kind[few],
        segment[few],
        region[few],
        channel[few],
        fit[few],
        paid_from[few],
        trial_from[few],
        trial_to[few],
        created[few],
        cycle[few],
        _health(plan, rng, fit[few]),
    )


def _quotas(accounts: int) -> Ints:
    return np.diff([0, *(int(accounts * share) for share in np.cumsum(SHARES[:3])), accounts])


def _chosen(plan: Plan, kind: Ints, begins: Ints, created: Ints) -> Ints:
    """As many accounts as were asked for with the shares above; then in the same measure those that come later."""
    early = created < plan.window_end
    seen = np.where(begins < plan.window_end, kind, PROSPECT)
    quotas = _quotas(plan.accounts)
    within = [np.flatnonzero(early & (seen == one))[:quota] for one, quota in enumerate(quotas)]
    within.append(np.setdiff1d(np.flatnonzero(early), np.concatenate(within)))  # a window of days may lack some kind
    later = np.flatnonzero(~early)
    later = later[: int(len(later) * quotas[1:].sum() / (early & (kind != CUSTOMER)).sum())]
    first = np.sort(np.concatenate(within)[: plan.accounts])
    return np.concatenate([first, later[np.argsort(created[later], kind="stable")]])


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
