"""The state of every account's subscriptions, the ledger it leaves behind, and the books of MRR in integer cents."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from data_gen.arrays import NONE, Columns, Ints, Mask, constant, ints
from data_gen.population import Population
from data_gen.shapes.money import RATE_UNIT, Reason

LONG_TIME = 1 << 40  # seconds, more than all of time that is drawn


class Change(IntEnum):
    """Kinds of change in the ledger."""

    START = 0
    UPGRADE = 1
    DOWNGRADE = 2
    PLAN_CHANGE = 3
    PRICE_CHANGE = 4
    DISCOUNT_END = 5
    RENEWAL = 6


def mrr_cents(
    quantity: Ints, unit_cents: Ints, discount: Ints, months: tuple[Ints, Ints], rate: Ints | int = RATE_UNIT
) -> Ints:
    """Monthly value in cents of the reporting currency, rounded half up once.

    Discount in whole percent, months of the billing interval as a fraction, rate in ten-thousandths.
    """
    numerator = quantity * unit_cents * (100 - discount) * months[1] * rate
    denominator = 100 * months[0] * RATE_UNIT
    return (2 * numerator + denominator) // (2 * denominator)


class Billing:
    """What the simulation keeps and tells.

    State has one entry for each account; `subscriptions`, `ledger`, `ends`, `churns`, `expansions`,
    `hazards` and `books` are rows in the order in which they happened.
    """

    def __init__(self, population: Population) -> None:
        self.population, self.plan, self.shape = population, population.plan, population.plan.shape
        self.rng = population.plan.rng(2)
        n = population.size
        self.subscription = np.full(n, NONE)  # the current main subscription of each account
        self.addon = np.full(n, NONE)
        self.product = np.zeros(n, dtype=np.int64)
        self.quantity = np.zeros(n, dtype=np.int64)
        self.list_cents = np.zeros(n, dtype=np.int64)  # per seat and month, in the account's currency
        self.discount = np.zeros(n, dtype=np.int64)
        self.discount_until = np.full(n, NONE)  # month index
        self.interval = np.zeros(n, dtype=np.int64)
        self.churned_month = np.full(n, NONE)
        self.addon_cents = np.zeros(n, dtype=np.int64)
        self.subscriptions, self.ledger, self.ends = Columns(), Columns(), Columns()
        self.churns, self.expansions, self.books, self.hazards = Columns(), Columns(), Columns(), Columns()
        self.next_number = 0
        intervals = self.shape.catalogue.intervals
        self.months = (ints(intervals, lambda i: i.months[0]), ints(intervals, lambda i: i.months[1]))
        self.rate = ints(self.shape.catalogue.currencies, lambda currency: currency.rate)[population.currency]

    def numbers(self, accounts: Ints) -> Ints:
        """Numbers for new subscriptions, one for each account."""
        first, self.next_number = self.next_number, self.next_number + len(accounts)
        return first + np.arange(len(accounts))

    def charges_cards(self, accounts: Ints) -> Mask:
        """Which of the accounts pay by card each month: those billed by the first interval."""
        return self.interval[accounts] == 0

    def months_of(self, interval: Ints) -> tuple[Ints, Ints]:
        """Length of billing intervals in months, as a fraction."""
        return self.months[0][interval], self.months[1][interval]

    def unit_cents(self) -> Ints:
        """Price per seat and billing interval, in cents of each account's currency."""
        above, below = self.months_of(self.interval)
        return self.list_cents * above // below

    def account_cents(self) -> Ints:
        """MRR of every account now, in cents of the reporting currency."""
        months = self.months_of(self.interval)
        main = mrr_cents(self.quantity, self.unit_cents(), self.discount, months, self.rate)
        return np.where(self.subscription != NONE, main, 0) + np.where(self.addon != NONE, self.addon_cents, 0)

    def currency_of(self, subscriptions: Ints) -> Ints:
        """The currency of subscriptions by their numbers, as its place."""
        order = np.argsort(self.subscriptions.get("number"), kind="stable")
        return self.subscriptions.get("currency")[order][subscriptions]

    def most_seats(self) -> Ints:
        """The most seats that each account ever has, in a trial too; 0 for those that never have any."""
        account = self.subscriptions.get("account")[np.argsort(self.subscriptions.get("number"), kind="stable")]
        seats = np.zeros(self.population.size, dtype=np.int64)
        np.maximum.at(seats, account[self.ledger.get("subscription")], self.ledger.get("quantity"))
        return seats

    def book(self, accounts: Ints, when: Ints) -> None:
        """Note what the accounts pay a month from now on; a trial pays nothing."""
        paid_from = self.population.paid_from[accounts]
        cents = np.where(paid_from != NONE, self.account_cents()[accounts], 0)
        self.books.add(account=accounts, when=np.maximum(when, paid_from), cents=cents)

    def record(self, accounts: Ints, when: Ints, change: Change) -> None:
        """Write the present state of the accounts' main subscriptions into the ledger, and what they pay."""
        self.book(accounts, when)
        self.ledger.add(
            subscription=self.subscription[accounts],
            when=when,
            product=self.product[accounts],
            quantity=self.quantity[accounts],
            unit=self.unit_cents()[accounts],
            discount=self.discount[accounts],
            interval=self.interval[accounts],
            kind=constant(change, accounts),
        )

    def end(self, subscriptions: Ints, when: Ints, cancelled: Ints, reason: Ints | Reason) -> None:
        """Note when subscriptions end, when that was asked for, and why."""
        reasons = constant(reason, when) if isinstance(reason, Reason) else reason
        self.ends.add(number=subscriptions, ended=when, cancelled=cancelled, reason=reasons)

    def mrr_before(self, moments: Ints) -> Ints:
        """MRR in cents of everybody just before each moment, (accounts, moments)."""
        return self.mrr_of(np.arange(self.population.size)[:, None], moments[None, :])

    def mrr_of(self, accounts: Ints, moments: Ints) -> Ints:
        """MRR in cents of accounts just before moments, from the books; the two shapes are broadcast."""
        account, when, cents = (self.books.get(name) for name in ("account", "when", "cents"))
        order = np.lexsort((when, account))
        keys = (account * LONG_TIME + when)[order]
        place = np.searchsorted(keys, accounts * LONG_TIME + moments) - 1
        mine = (place >= 0) & (account[order][place] == accounts)
        return np.where(mine, cents[order][place], 0)
