"""Exchange rates as pure functions: what an amount is worth in the reporting currency.

constant: one rate for the whole of history, the plan rate of the fiscal year that holds "today", so that rates move
nothing.
spot: every day of a month has the rate of the month's end, those of the present month the one that is known today.
Before the first dated rate of a currency, by either method, the first one holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal, localcontext

from company.calendar import add_months, year_start
from company.profile import Profile, Rate

ONE = Decimal(1)
DIGITS = 80  # enough for the product of any amount and rate


def plan_rate(rates: Iterable[Rate], today: date, first_month: int) -> Decimal | None:
    """The plan rate of the fiscal year that holds today, of one currency's rates; None without any rate.

    It is the rate in force as the year begins. A plan that was made late is the plan of the years before it too.
    """
    return _in_force(rates, year_start(today, first_month))


def month_end_rate(rates: Iterable[Rate], day: date, today: date) -> Decimal | None:
    """The rate in force at the end of a day's month, or today if that is earlier; None without any rate."""
    return _in_force(rates, min(add_months(day, 1) - timedelta(days=1), today))


def rate_on(profile: Profile, code: str, day: date, today: date) -> Decimal | None:
    """What one unit of a currency is worth in the reporting currency on a day, by the company's method.

    None without a rate, and where no reporting currency was said and so nothing can be converted.
    """
    currency = profile.currency
    if code == currency.reporting:
        return ONE
    rates = [rate for rate in currency.rates if rate.currency == code]
    if currency.fx == "spot":
        return month_end_rate(rates, day, today)
    return plan_rate(rates, today, profile.calendar.first_month)


def converted(profile: Profile, amount: Decimal, code: str, day: date, today: date) -> Decimal | None:
    """An amount in the reporting currency, exact: rounding is for who shows it or adds it up. None without a rate."""
    rate = rate_on(profile, code, day, today)
    with localcontext(prec=DIGITS):
        return None if rate is None else amount * rate


def _in_force(rates: Iterable[Rate], day: date) -> Decimal | None:
    """The last rate that holds from a day or before it, else the first one."""
    known = sorted(rates, key=_from)
    return next((rate.rate for rate in reversed(known) if _from(rate) <= day), known[0].rate if known else None)


def _from(rate: Rate) -> date:
    return rate.valid_from or date.min
