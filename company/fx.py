"""Exchange rates as pure functions: what an amount is worth in the reporting currency.

constant: one rate for the whole of history, the plan rate of the fiscal year that holds "today", so that rates move
nothing. `day` is then today.
spot: every day of a month has the rate of the month's end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal, localcontext

from company.calendar import add_months, year_start
from company.profile import Profile, Rate

ONE = Decimal(1)
DIGITS = 80  # enough for the product of any amount and rate


def plan_rate(rates: Iterable[Rate], day: date, first_month: int) -> Decimal | None:
    """The plan rate of the fiscal year that holds a day, of one currency's rates; None without any rate.

    It is the rate in force as the year begins. Before the first dated rate it is the first one: a plan that was made
    late is the plan of the years before it too.
    """
    known = _by_day(rates)
    start = year_start(day, first_month)
    return next((rate.rate for rate in reversed(known) if _from(rate) <= start), known[0].rate if known else None)


def month_end_rate(rates: Iterable[Rate], day: date) -> Decimal | None:
    """The rate in force at the end of a day's month, of one currency's rates; None before the first of them."""
    last = add_months(day, 1) - timedelta(days=1)
    return next((rate.rate for rate in reversed(_by_day(rates)) if _from(rate) <= last), None)


def rate_on(profile: Profile, code: str, day: date) -> Decimal | None:
    """What one unit of a currency is worth in the reporting currency on a day, by the company's method.

    None without a rate, and where no reporting currency was said and so nothing can be converted.
    """
    currency = profile.currency
    if code == currency.reporting:
        return ONE
    rates = [rate for rate in currency.rates if rate.currency == code]
    if currency.fx == "spot":
        return month_end_rate(rates, day)
    return plan_rate(rates, day, profile.calendar.first_month)


def converted(profile: Profile, amount: Decimal, code: str, day: date) -> Decimal | None:
    """An amount in the reporting currency, exact: rounding is for who shows it or adds it up. None without a rate."""
    rate = rate_on(profile, code, day)
    with localcontext(prec=DIGITS):
        return None if rate is None else amount * rate


def _by_day(rates: Iterable[Rate]) -> list[Rate]:
    return sorted(rates, key=_from)


def _from(rate: Rate) -> date:
    return rate.valid_from or date.min
