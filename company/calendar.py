"""Months, fiscal quarters and fiscal years as plain dates, and the days of a time zone.

A month, quarter or year is known by its first day. `first_month` is the month (1 to 12) in which a fiscal year starts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CALENDAR_YEAR = 1
ZONE = "UTC"


def add_months(day: date, months: int) -> date:
    """First day of the month that lies so many months after a day's month; 0 gives the day's own month."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_between(earlier: date, later: date) -> int:
    """How many months the later day's month lies after the earlier day's: 0 for the same month, negative before it."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def month_label(day: date) -> str:
    """Such as Oct 2026."""
    return f"{day:%b %Y}"


def quarter_start(day: date, first_month: int = CALENDAR_YEAR) -> date:
    """First day of the fiscal quarter that holds a day."""
    return add_months(day, -((day.month - first_month) % 3))


def year_start(day: date, first_month: int = CALENDAR_YEAR) -> date:
    """First day of the fiscal year that holds a day."""
    return add_months(day, -((day.month - first_month) % 12))


def quarter_number(day: date, first_month: int = CALENDAR_YEAR) -> int:
    """1 to 4: which quarter of its fiscal year holds a day."""
    return (day.month - first_month) % 12 // 3 + 1


def fiscal_year(day: date, first_month: int = CALENDAR_YEAR) -> int:
    """The number of the fiscal year that holds a day: the calendar year in which it ends, as most companies name it."""
    return add_months(year_start(day, first_month), 11).year


def year_label(day: date, first_month: int = CALENDAR_YEAR) -> str:
    """Such as 2026, or FY2027 where the fiscal year is not the calendar's."""
    return f"{'' if first_month == CALENDAR_YEAR else 'FY'}{fiscal_year(day, first_month)}"


def quarter_label(day: date, first_month: int = CALENDAR_YEAR) -> str:
    """Such as Q4 2026, or Q3 FY2027 where the fiscal year is not the calendar's."""
    return f"Q{quarter_number(day, first_month)} {year_label(day, first_month)}"


def fiscal_year_start(number: int, first_month: int = CALENDAR_YEAR) -> date:
    """First day of the fiscal year of that number: FY2027 starts in February 2026 where years start in February."""
    return date(number if first_month == CALENDAR_YEAR else number - 1, first_month, 1)


def local_day(moment: datetime, timezone: str = ZONE) -> date:
    """The day of a zone to which an instant (UTC, without a zone) belongs."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()


def instant(day: date, minutes: int = 0, timezone: str = ZONE) -> datetime:
    """The instant (UTC) of a wall-clock time, in minutes after midnight: of a repeated or skipped one the later."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    readings = (wall.replace(tzinfo=ZoneInfo(timezone), fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(readings).replace(tzinfo=None)
