"""When long contracts come up for renewal, and whether they are renewed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Ints, Mask, repeat_index
from data_gen.billing.book import LONG_TIME, Billing
from data_gen.clock import DAY, month_number, month_start

LONG = 12  # months from which on a renewal is talked about
EARLY_DAYS = 120  # who left earlier than that before a renewal was never asked


@dataclass(frozen=True)
class Renewals:
    """Renewals that come up within all that is drawn, one array each."""

    account: Ints
    when: Ints
    left: Ints  # when the customer left instead, NONE where it stayed
    annual_cents: Ints  # in the reporting currency

    @property
    def kept(self) -> Mask:
        """Which are renewed."""
        return self.left == NONE


def renewals_due(billing: Billing) -> Renewals:
    """Each anniversary of main contracts of a year or more, the one that a churn forestalls included."""
    plan, rows = billing.plan, billing.subscriptions
    account, started = rows.get("account"), np.maximum(rows.get("started"), rows.get("trial_to"))
    ended = _churned(billing, account, started)
    above, below = billing.months_of(rows.get("interval"))
    paid = billing.population.paid_from[account] != NONE
    long = np.flatnonzero((above >= LONG * below) & paid)
    step = above[long] // below[long]
    month = month_number(started[long])
    day = np.minimum(started[long] - month_start(month), 28 * DAY - 1)
    until = np.where(ended[long] == NONE, plan.last, ended[long])
    parent, position = repeat_index((month_number(until) - month) // step + 1)
    when = month_start(month[parent] + (position + 1) * step[parent]) + day[parent]
    who, end = account[long][parent], ended[long][parent]
    left = np.where(end > when, NONE, end)
    annual = 12 * billing.mrr_of(who, np.where(left == NONE, when, left))
    asked = (left == NONE) | (when - left < EARLY_DAYS * DAY)
    use = asked & (when >= plan.first) & (when < plan.last) & (annual > 0)
    return Renewals(who[use], when[use], left[use], annual[use])


def _churned(billing: Billing, account: Ints, started: Ints) -> Ints:
    """When each subscription ended, NONE where it runs or another took its place the same instant."""
    ended = np.full(len(account), NONE)
    order = np.argsort(billing.subscriptions.get("number"), kind="stable")
    ended[order[billing.ends.get("number")]] = billing.ends.get("ended")
    swapped = np.isin(account * LONG_TIME + ended, account * LONG_TIME + started)
    return np.where(swapped, NONE, ended)
