"""Who writes to support, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import Floats, Ints, floats
from data_gen.billing.book import Billing
from data_gen.clock import DAY, HOUR, MINUTE, is_weekend, working_time
from data_gen.incidents import IncidentKind
from data_gen.plan import Plan
from data_gen.product.users import Users


@dataclass(frozen=True)
class Volume:
    """What makes users write: poor health, the first weeks, a bad release."""

    health: float = -0.55
    usual: float = 0.93  # against the segment's rate, so that the factor of health leaves it as it is
    new_days: int = 60
    new_users: float = 1.9
    bad_release: float = 2.6
    weekend: float = 0.3
    month_days: float = 30.0


VOLUME = Volume()


def draw_writers(billing: Billing, rng: np.random.Generator, users: Users) -> tuple[Ints, Ints]:
    """(user, moment) of every ticket, by time."""
    plan = billing.plan
    per_account = np.bincount(users.account, minlength=billing.population.size)
    people, moments = [], []
    for month in range(plan.months):
        begin, end = int(plan.month_edges[month]), int(plan.month_edges[month + 1])
        here = np.flatnonzero((users.created < end - DAY) & (users.until > begin))
        rate = _rate(billing, users, here, per_account, month)
        for days, factor in _stretches(plan, begin, end):
            who = np.repeat(here, rng.poisson(rate * factor * len(days) / VOLUME.month_days))
            moment = rng.choice(days, len(who), p=_weights(days)) + working_time(rng, len(who))
            inside = (moment >= users.created[who]) & (moment < users.until[who]) & (moment < plan.last)
            people.append(who[inside])
            moments.append(moment[inside])
    who, moment = _swollen(billing, users, np.concatenate(people), np.concatenate(moments))
    order = np.argsort(moment, kind="stable")
    return who[order], moment[order]


def _swollen(billing: Billing, users: Users, who: Ints, moment: Ints) -> tuple[Ints, Ints]:
    """The tickets, and in a small incident, after so many of them, one more of the same user soon after."""
    rng = billing.plan.rng(12)
    more = rng.random(len(who)) < billing.population.swell("tickets", moment, users.account[who]) - 1
    later = np.minimum(moment[more] + rng.integers(MINUTE, HOUR, int(more.sum())), users.until[who[more]] - 1)
    return np.concatenate([who, who[more]]), np.concatenate([moment, later])


def _rate(billing: Billing, users: Users, here: Ints, per_account: Ints, month: int) -> Floats:
    """Tickets a month of each user."""
    account = users.account[here]
    usual = floats(billing.shape.segments, lambda s: s.crowd.tickets)[billing.population.segment[account]]
    health = billing.population.health[account, month]
    rate = usual / per_account[account] * VOLUME.usual * np.exp(VOLUME.health * health)
    is_new = users.created[here] > billing.plan.month_edges[month] - VOLUME.new_days * DAY
    return rate * np.where(is_new, VOLUME.new_users, 1.0)


def _stretches(plan: Plan, begin: int, end: int) -> list[tuple[Ints, float]]:
    """The days of a month, split by how busy they are."""
    days = np.arange(begin, end, DAY)
    release = plan.incident(IncidentKind.BAD_RELEASE)
    if release is None:
        return [(days, 1.0)]
    bad = release.covers(days)
    return [(part, factor) for part, factor in ((days[~bad], 1.0), (days[bad], VOLUME.bad_release)) if len(part)]


def _weights(days: Ints) -> Floats:
    weight = np.where(is_weekend(days), VOLUME.weekend, 1.0)
    return weight / weight.sum()
