"""The renewals as deals, for a company that sells them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Ints, constant
from data_gen.billing.book import Billing
from data_gen.billing.renewals import renewals_due
from data_gen.clock import DAY, HOUR
from data_gen.crm.deal import LOST, OPEN, WON, Deals
from data_gen.plan import Plan
from data_gen.shapes.sales import DealKind


@dataclass(frozen=True)
class RenewalHabits:
    """Days before it is due in which a renewal is worked on, and signed."""

    begins: tuple[float, float] = (40, 110)
    signed: int = 5


HABITS = RenewalHabits()


def signed_at_work(plan: Plan, moments: Ints) -> Ints:
    """The working days, in the window, on which deals close that must be settled by these moments."""
    calendar = plan.shape.calendar
    first = calendar.at_work(np.array([plan.first + 60]), "forward")
    return np.maximum(calendar.at_work(moments), first)


def draw_renewals(billing: Billing) -> list[Deals]:
    """A deal for each renewal of a contract of a year or more; none where renewals are no deals."""
    if not billing.shape.has_renewals:
        return []
    population, plan, rng = billing.population, billing.plan, billing.plan.rng(8)
    due = renewals_due(billing)
    account = due.account
    lead = (rng.uniform(*HABITS.begins, len(account)) * DAY).astype(np.int64)
    signed = due.when - rng.integers(HOUR, HABITS.signed * DAY, len(account))
    closed = signed_at_work(plan, np.where(due.kept, signed, due.left - HOUR))
    deals = Deals(
        account=account,
        segment=population.segment[account],
        region=population.region[account],
        channel=population.channel[account],
        created=np.minimum(due.when - lead, closed - DAY),
        closed=np.where(closed < plan.last, closed, NONE),
        amount=due.annual_cents,
        currency=constant(0, account),
        kind=constant(DealKind.RENEWAL, account),
        ends=np.where(closed >= plan.last, OPEN, np.where(due.kept, WON, LOST)),
        cycle=lead / DAY,
        owner=constant(NONE, account),
    )
    return [deals]
