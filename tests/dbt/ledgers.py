"""Tiny companies that pay in several currencies: their files, and what their MRR is, reckoned from the ledger alone.

The reckoning knows no SQL: month by month and account by account, in exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from company.calendar import add_months
from company.fx import rate_on
from company.profile import Profile

CENT, FINE = Decimal("0.01"), Decimal("1e-12")
HEADERS = {
    "crm/accounts": "account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,"
    "owner_id,created_at,status",
    "billing/products": "product_id,product_name,category,tier,list_price,billing_unit,unit_cost,inventory_on_hand,"
    "is_active",
    "billing/subscriptions": "subscription_id,account_id,status,started_at,ended_at",
    "billing/subscription_changes": "change_id,subscription_id,effective_at,product_id,quantity,unit_price,"
    "discount_pct,interval_count,interval_unit,change_type,currency",
}
MOVES = ("new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr")


@dataclass(frozen=True)
class Price:
    """From when a subscription costs so much for so many months."""

    since: datetime
    amount: Decimal
    months: int
    currency: str


@dataclass(frozen=True)
class Subscription:
    """What an account pays for, until it ends."""

    account: str
    prices: tuple[Price, ...]
    ended: datetime | None = None

    def at(self, instant: datetime) -> Price | None:
        """The price that is paid just before an instant."""
        if self.ended and self.ended < instant:
            return None
        return next((price for price in reversed(self.prices) if price.since < instant), None)


@dataclass(frozen=True)
class Company:
    """Subscriptions, the window that is looked at, and company.yml."""

    subscriptions: tuple[Subscription, ...]
    start: date
    as_of: date
    profile: Profile
    text: str  # company.yml


@dataclass(frozen=True)
class Row:
    """A month of an account."""

    starting_mrr: Decimal
    moved: dict[str, Decimal]
    fx: Decimal
    ending_mrr: Decimal


def write(company: Company, folder: Path) -> None:
    """The company's files."""
    accounts = dict.fromkeys(one.account for one in company.subscriptions)
    subscriptions, changes = [], []
    for number, one in enumerate(company.subscriptions):
        status = "cancelled" if one.ended else "active"
        subscriptions.append(f"s{number},{one.account},{status},{one.prices[0].since},{one.ended or ''}")
        for price in one.prices:
            kind = "start" if price is one.prices[0] else "price_change"
            key = f"{len(changes) + 1},s{number},{price.since},P1,1"
            changes.append(f"{key},{price.amount},0,{price.months},month,{kind},{price.currency}")
    lines = {
        "crm/accounts": [
            f"{name},{name},{'Small' if place % 2 else 'Large'},Retail,12,SE,{'North' if place % 3 else 'South'},"
            "Referral,,2024-01-01 08:00:00,customer"
            for place, name in enumerate(accounts)
        ],
        "billing/products": ["P1,Team,plan,Team,10,seat,1,,true"],
        "billing/subscriptions": subscriptions,
        "billing/subscription_changes": changes,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company.yml").write_text(company.text)
    for file, header in HEADERS.items():
        path = folder / f"{file}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([header, *lines[file]]) + "\n")


def reckoned(company: Company) -> dict[tuple[str, date], Row]:
    """Every month of every account that pays at its start or its end."""
    found = {}
    for account in dict.fromkeys(one.account for one in company.subscriptions):
        mine = [one for one in company.subscriptions if one.account == account]
        first = min(one.prices[0].since for one in mine)
        month, paid = company.start.replace(day=1), _paid(company, mine, company.start, add_months(company.start, -1))
        while month <= company.as_of:
            end = min(add_months(month, 1), company.as_of + timedelta(days=1))
            before, paid = paid, _paid(company, mine, end, month)
            if before or paid:
                found[account, month] = _row(company, before, paid, month, first)
            month = add_months(month, 1)
    return found


Paid = dict[str, tuple[Fraction, Decimal]]  # by currency: what is paid a month in it, and its worth


def _paid(company: Company, mine: list[Subscription], end: date, month: date) -> Paid:
    """What an account pays just before a day begins, at the rates of a month."""
    paid: Paid = {}
    for one in mine:
        if price := one.at(datetime.combine(end, time())):
            local, code = (
                Fraction(price.amount) / price.months,
                price.currency or str(company.profile.currency.reporting),
            )
            worth = _rounded(local * _rate(company, code, month), CENT)
            if worth:
                before = paid.get(code, (Fraction(0), Decimal(0)))
                paid[code] = (before[0] + Fraction(_rounded(local, FINE)), before[1] + worth)
    return paid


def _row(company: Company, before: Paid, after: Paid, month: date, first: datetime) -> Row:
    start, end = (sum((worth for _, worth in paid.values()), Decimal(0)) for paid in (before, after))
    moved = Decimal(0)
    for currency in {*before, *after}:
        (local_0, worth_0), (local_1, worth_1) = (
            paid.get(currency, (Fraction(0), Decimal(0))) for paid in (before, after)
        )
        old, new = _rate(company, currency, add_months(month, -1)), _rate(company, currency, month)
        if old == new or not local_0 or not local_1:
            moved += worth_1 - worth_0
        elif local_1 >= local_0:
            moved += _rounded((local_1 - local_0) * new, CENT)
        else:
            moved -= _rounded((local_0 - local_1) * old, CENT)
    if not start:
        kind = "new_mrr" if first.date().replace(day=1) == month else "reactivation_mrr"
    elif not end:
        kind = "churned_mrr"
    else:
        kind = "expansion_mrr" if moved > 0 else "contraction_mrr"
    return Row(start, {name: abs(moved) if name == kind else Decimal(0) for name in MOVES}, end - start - moved, end)


def _rate(company: Company, currency: str, month: date) -> Fraction:
    rate = rate_on(company.profile, currency, month, company.as_of)
    assert rate is not None
    return Fraction(rate)


def _rounded(amount: Fraction, unit: Decimal) -> Decimal:
    """Half away from zero, as PostgreSQL rounds; no amount here is negative."""
    steps = amount / Fraction(unit)
    return Decimal(int(steps + Fraction(1, 2))) * unit
