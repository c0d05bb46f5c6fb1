"""What an amount is worth in the reporting currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from company.fx import converted, rate_on
from company.profile import Calendar, Currency, Profile, Rate


def company(fx: str, *rates: tuple[str, str, date | None], first_month: int = 2) -> Profile:
    known = tuple(Rate(code, Decimal(rate), day) for code, rate, day in rates)
    return Profile(currency=Currency("EUR", fx, known), calendar=Calendar("UTC", first_month))


TODAY = date(2026, 10, 31)
STEPS = (
    ("SEK", "0.100", date(2025, 2, 1)),
    ("SEK", "0.090", date(2025, 11, 15)),
    ("SEK", "0.080", date(2026, 2, 1)),
    ("SEK", "0.070", date(2026, 2, 20)),
    ("SEK", "0.060", date(2027, 4, 30)),
)


@pytest.mark.parametrize(
    ("today", "rate"),
    [
        (date(2025, 2, 1), "0.100"),
        (date(2025, 12, 31), "0.100"),
        (date(2026, 1, 31), "0.100"),
        (date(2026, 2, 1), "0.080"),
        (date(2027, 1, 31), "0.080"),
        (date(2027, 2, 1), "0.070"),
        (date(2024, 6, 1), "0.100"),
    ],
)
def test_under_constant_all_of_history_has_the_rate_with_which_today_s_fiscal_year_begins(
    today: date, rate: str
) -> None:
    known = company("constant", *STEPS)
    assert {rate_on(known, "SEK", day, today) for day in (date(2024, 6, 1), date(2025, 12, 1), today)} == {
        Decimal(rate)
    }


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2025, 2, 1), "0.100"),
        (date(2025, 11, 1), "0.090"),
        (date(2026, 1, 31), "0.090"),
        (date(2026, 2, 1), "0.070"),
        (date(2027, 3, 31), "0.070"),
        (date(2027, 4, 1), "0.060"),
        (date(2030, 2, 1), "0.060"),
        (date(2025, 1, 31), "0.100"),
    ],
)
def test_under_spot_a_month_has_the_rate_of_its_end(day: date, rate: str) -> None:
    assert rate_on(company("spot", *STEPS), "SEK", day, date(2030, 2, 14)) == Decimal(rate)


@pytest.mark.parametrize(
    ("today", "rate"),
    [(date(2025, 11, 14), "0.100"), (date(2025, 11, 15), "0.090"), (date(2025, 12, 1), "0.090")],
)
def test_under_spot_the_present_month_has_the_rate_that_is_known_today(today: date, rate: str) -> None:
    assert rate_on(company("spot", *STEPS), "SEK", date(2025, 11, 3), today) == Decimal(rate)


@pytest.mark.parametrize("fx", ["constant", "spot"])
def test_a_rate_without_a_day_holds_on_every_day(fx: str) -> None:
    known = company(fx, ("SEK", "0.088", None))
    assert {rate_on(known, "SEK", date(year, 7, 1), TODAY) for year in (1990, 2026, 2100)} == {Decimal("0.088")}


@pytest.mark.parametrize("fx", ["constant", "spot"])
def test_no_currency_borrows_the_rate_of_another(fx: str) -> None:
    known = company(fx, ("SEK", "0.088", None))
    assert rate_on(known, "NOK", date(2026, 7, 1), TODAY) is None
    assert converted(known, Decimal(100), "NOK", date(2026, 7, 1), TODAY) is None
    assert rate_on(Profile(), "EUR", date(2026, 7, 1), TODAY) is None


def test_the_reporting_currency_is_itself() -> None:
    assert rate_on(company("spot"), "EUR", date(2026, 7, 1), TODAY) == 1


def test_conversion_loses_no_digit() -> None:
    known = company("constant", ("SEK", "12345678.123456789012", None))
    amount = Decimal("9999999999999999.99")
    assert converted(known, amount, "SEK", date(2026, 7, 1), TODAY) == Decimal(
        "123456781234567889996543.21876543210988"
    )
