"""Who buys: segments with their prices, their sales and their loyalty; regions, channels and kinds of account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pricing:
    """What a segment's customers pay. Values are a year's, in whole units of the reporting currency."""

    median: float
    spread: float  # of the logarithm
    low: float
    high: float
    plans: tuple[int, int]  # the two paid plans between which they choose
    lower_plan: float  # share that takes the first of the two
    interval_shares: tuple[float, ...]  # of each billing interval; what is left takes the first
    addon_cents: int
    card_share: float = 0.0  # of those not billed by the first interval
    negotiates: bool = False


@dataclass(frozen=True)
class Selling:
    """How a segment is won."""

    win_rate: float
    cycle_days: float
    quota: float  # a rep's monthly quota against the other segments'
    plan: int  # the plan that deals are about
    rep_cost: int  # what a rep costs a month, in whole units of the reporting currency
    has_trials: bool = True
    sells_expansions: bool = True  # a larger expansion goes through a deal


@dataclass(frozen=True)
class Loyalty:
    """Monthly chances of a customer of average health."""

    churn: float
    expansion: float
    contraction: float
    leaves_at_once: bool = False  # a few leave within their first month


@dataclass(frozen=True)
class Crowd:
    """How many: employees, contacts and users beyond the first one, tickets a month; one-off orders."""

    employees: tuple[int, int]
    contacts: float
    users: float
    tickets: float
    orders: float  # one-off orders in the window, against the other segments'
    pieces: int  # of a line, at most


@dataclass(frozen=True)
class Segment:
    """A segment of the market and how it behaves."""

    name: str
    share: float
    pricing: Pricing
    selling: Selling
    loyalty: Loyalty
    crowd: Crowd


@dataclass(frozen=True)
class Region:
    """A region: its four countries, the more frequent ones more than once, tax in percent, and what it pays in.

    Customers write in English, the except in these shares of tickets.
    """

    name: str
    share: float
    countries: tuple[str, ...]
    tax_percent: int
    currency: int = 0  # index into the company's currencies
    languages: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Channel:
    """Where accounts come from.

    A cost of zero means that nothing is spent on it; fit is how well what it brings suits the product.
    """

    name: str
    shares: tuple[float, ...]  # of each segment's accounts
    fit: float
    cost_per_win: float = 0.0  # in the reporting currency
    cost_per_click: float = 1.0
    click_rate: float = 0.025  # clicks of an impression
    is_known: bool = True  # not the word for "nobody knows"
    is_paid: bool = True
    currency: int = 0


@dataclass(frozen=True)
class Mix:
    """Shares of the accounts that the window shows, as it shows them at its end."""

    customers: float = 0.40  # already paying when the window opens
    won: float = 0.27
    trials: float = 0.19
    prospects: float = 0.14


@dataclass(frozen=True)
class Names:
    """Words for accounts and people."""

    locale: str  # Faker's, for names of people
    endings: tuple[str, ...]  # of account names
    industries: tuple[str, ...]
    titles: tuple[str, ...]
