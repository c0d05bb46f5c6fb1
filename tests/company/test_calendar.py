"""Months, fiscal quarters and fiscal years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from company.calendar import (
    add_months,
    fiscal_year,
    fiscal_year_start,
    month_label,
    months_between,
    quarter_label,
    quarter_number,
    quarter_start,
    year_label,
    year_start,
)

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
FIRST_MONTHS = st.integers(1, 12)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 10, 31), 0, date(2026, 10, 1)),
        (date(2026, 10, 31), 1, date(2026, 11, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 3, 5), -27, date(2023, 12, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 1)),
    ],
)
def test_months_are_added_across_years_and_give_the_first_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(DAYS, st.integers(-1200, 1200))
def test_the_months_between_are_those_that_were_added(day: date, months: int) -> None:
    assert months_between(day, add_months(day, months)) == months


def test_a_month_is_called_by_its_short_name_and_year() -> None:
    assert month_label(date(2026, 10, 31)) == "Oct 2026"


@pytest.mark.parametrize(
    ("day", "first_month", "quarter", "year"),
    [
        (date(2026, 11, 30), 1, "Q4 2026", "2026"),
        (date(2026, 2, 1), 2, "Q1 FY2027", "FY2027"),
        (date(2026, 1, 31), 2, "Q4 FY2026", "FY2026"),
        (date(2026, 11, 1), 2, "Q4 FY2027", "FY2027"),
        (date(2026, 10, 31), 2, "Q3 FY2027", "FY2027"),
        (date(2026, 7, 1), 7, "Q1 FY2027", "FY2027"),
        (date(2026, 11, 30), 12, "Q4 FY2026", "FY2026"),
        (date(2026, 12, 1), 12, "Q1 FY2027", "FY2027"),
    ],
)
def test_quarters_and_years_follow_the_fiscal_year(day: date, first_month: int, quarter: str, year: str) -> None:
    assert (quarter_label(day, first_month), year_label(day, first_month)) == (quarter, year)


@pytest.mark.parametrize(
    ("day", "first_month", "quarter", "year"),
    [
        (date(2026, 11, 30), 1, date(2026, 10, 1), date(2026, 1, 1)),
        (date(2026, 1, 31), 2, date(2025, 11, 1), date(2025, 2, 1)),
        (date(2026, 3, 31), 4, date(2026, 1, 1), date(2025, 4, 1)),
        (date(2026, 12, 31), 12, date(2026, 12, 1), date(2026, 12, 1)),
    ],
)
def test_quarters_and_years_start_where_they_should(day: date, first_month: int, quarter: date, year: date) -> None:
    assert (quarter_start(day, first_month), year_start(day, first_month)) == (quarter, year)


@given(DAYS, FIRST_MONTHS)
def test_a_year_has_four_whole_quarters_of_one_number(day: date, first_month: int) -> None:
    start = year_start(day, first_month)
    quarters = [quarter_start(add_months(start, month), first_month) for month in range(12)]
    assert start.month == first_month
    assert quarters == [add_months(start, month // 3 * 3) for month in range(12)]
    assert [quarter_number(quarter, first_month) for quarter in quarters[::3]] == [1, 2, 3, 4]
    assert {fiscal_year(quarter, first_month) for quarter in quarters} == {fiscal_year(day, first_month)}
    assert fiscal_year_start(fiscal_year(day, first_month), first_month) == start
