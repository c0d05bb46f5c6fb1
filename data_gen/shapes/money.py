"""What is sold and how it is billed: products, billing intervals, currencies, words of churn and of payments."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

UNITS = {"month": (1, 1), "year": (12, 1), "week": (3, 13), "day": (12, 365)}  # months in one, as a fraction
DAYS = {"week": 7, "day": 1}
RATE_UNIT = 10_000  # rates have four decimals


class Reason(IntEnum):
    """Why a subscription ends, as the simulation knows it; each company has its own word."""

    PRICE = 0
    PRODUCT = 1
    SUPPORT = 2
    COMPETITOR = 3
    CLOSED = 4
    PAYMENT = 5
    OTHER = 6
    NOT_CONVERTED = 7  # a trial that never paid


@dataclass(frozen=True)
class ReasonWords:
    """A company's word for a reason, whether the customer wanted it, and what customers then say."""

    reason: Reason
    name: str
    said: tuple[str, ...] = ()
    is_voluntary: bool = True


class Failure(IntEnum):
    """Why a payment fails."""

    FUNDS = 0
    EXPIRED = 1
    DECLINED = 2
    OUTAGE = 3
    OTHER = 4


@dataclass(frozen=True)
class Interval:
    """A billing interval: so many units of time."""

    count: int
    unit: str  # day, week, month or year
    name: str | None = None  # where it has a word of its own

    @property
    def months(self) -> tuple[int, int]:
        """Its length in months, as a fraction."""
        above, below = UNITS[self.unit]
        return self.count * above, below

    @property
    def days(self) -> int:
        """Its length in days, 0 where it is a number of months."""
        return self.count * DAYS.get(self.unit, 0)


@dataclass(frozen=True)
class Currency:
    """A currency: its rate to the reporting currency in ten-thousandths, and its price list against that one's."""

    code: str
    rate: int = RATE_UNIT
    list_percent: int = 100

    def cents_of(self, reporting_cents: int) -> int:
        """The list price in this currency."""
        return reporting_cents * self.list_percent // 100


@dataclass(frozen=True)
class Product:
    """One product; money in cents of the reporting currency."""

    name: str
    category: str  # plan, add-on or service
    list_cents: int
    unit: str
    cost_cents: int
    tier: str | None = None
    stock: int | None = None
    is_active: bool = True
    order_share: float = 0.0  # of the lines of one-off orders


@dataclass(frozen=True)
class Meter:
    """What is charged by use: which product, from which paid plan on, how much is used in a month, the price of one."""

    product: int
    plan: int
    median_units: float
    spread: float  # of the logarithm, between accounts
    price_micros: int  # millionths of the reporting currency's unit


@dataclass(frozen=True)
class Catalogue:
    """The price list. Paid plans come first in `products`, the cheapest first."""

    products: tuple[Product, ...]
    paid_plans: int
    highest_upgrade: int  # the last plan to which customers move by themselves
    addon: int  # index of the add-on
    intervals: tuple[Interval, ...]  # the first is what is billed when nothing else is agreed
    currencies: tuple[Currency, ...]  # the first is the reporting currency
    meter: Meter | None = None

    @property
    def plans(self) -> tuple[Product, ...]:
        """The paid plans."""
        return self.products[: self.paid_plans]
