"""Writes product/users: who uses the product, from when, until when, and when it first helped them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Ints, Mask, floats, repeat_index
from data_gen.billing.book import Billing
from data_gen.clock import DAY, HOUR
from data_gen.writer import Folder, ids, labels, times


@dataclass(frozen=True)
class Joining:
    """How users come, and how likely they are to get to the activation event."""

    late: float = 0.45  # share that joins later than the account's first days
    late_shape: float = 1.3
    first_days: int = 2
    activation_base: float = 0.15  # log-odds of an account of average fit
    activation_fit: float = 0.55
    activation_days: float = 4.5  # mean of those who get there
    successor_days: tuple[float, float] = (12, 30)  # after a main user left: at least, and in the mean beyond that


@dataclass
class Users:
    """All users: the account, from when and until when they use the product; activation moment or NONE."""

    account: Ints
    created: Ints
    until: Ints  # the end of the account's access, or when a main user leaves
    is_main: Mask  # the first of an account, and who takes over
    activated: Ints


JOINING = Joining()


def write_users(billing: Billing, rng: np.random.Generator, folder: Folder) -> Users:
    """Draw the users of all accounts that ever had access, and write them."""
    users = _draw(billing, rng)
    n, roles = len(users.account), billing.shape.product.roles
    role = rng.choice(len(roles), n, p=[share for _, share in roles])
    folder.write(
        "product/users",
        {
            "user_id": ids("U", np.arange(n)),
            "account_id": ids("A", users.account),
            "role": labels([name for name, _ in roles], role),
            "created_at": times(users.created),
        },
        users.created < billing.plan.cut,
    )
    return users


def _draw(billing: Billing, rng: np.random.Generator) -> Users:
    population, plan = billing.population, billing.plan
    starts, left = population.begins, population.wellbeing.main_user_left
    joined = starts != NONE
    ends = _access_ends(billing, joined)
    more = floats(billing.shape.segments, lambda s: s.crowd.users)[population.segment]
    least, mean = JOINING.successor_days
    found = left + ((least + rng.exponential(mean, population.size)) * DAY).astype(np.int64)
    succeeded = (left != NONE) & (found < ends - DAY)
    people = np.where(joined, 1 + rng.poisson(more), 0)
    account, position = repeat_index(people + succeeded)
    n = len(account)
    takes_over = position == people[account]
    late = (position > 0) & (rng.random(n) < JOINING.late)
    room = np.maximum(ends[account] - starts[account] - 2 * HOUR, 1)
    spread = np.where(
        late,
        (rng.random(n) ** JOINING.late_shape * room).astype(np.int64),
        rng.integers(60, JOINING.first_days * DAY, n) * (position > 0),
    )
    created = np.minimum(starts[account] + spread, ends[account] - 600)
    created = np.where(takes_over, found[account], created)
    leaves = (position == 0) & (left[account] != NONE)
    until = np.where(leaves, np.minimum(ends, left)[account], ends[account])
    log_odds = JOINING.activation_base + JOINING.activation_fit * population.fit[account]
    days = rng.exponential(JOINING.activation_days, n) + 0.02
    moment = created + (days * DAY).astype(np.int64)
    likely = rng.random(n) < 1 / (1 + np.exp(-log_odds))
    will = likely & (moment < until) & (created >= plan.first)
    is_main = (position == 0) | takes_over
    return Users(account, created, until, is_main, np.where(will, moment, NONE))


def _access_ends(billing: Billing, joined: np.ndarray) -> Ints:
    """Until when each account's users can use the product, NONE where they never could."""
    population, plan = billing.population, billing.plan
    ends = np.where(population.paid_from != NONE, plan.last, population.trial_to)
    leaving = billing.churns.get("back") == 0
    last_churn = np.full(population.size, plan.last)
    last_churn[billing.churns.get("account")[leaving]] = billing.churns.get("when")[leaving]
    left = np.where(billing.churned_month != NONE, last_churn, plan.last)
    return np.where(joined, np.minimum(np.minimum(ends, left), plan.last), NONE)
