"""The clock of a service policy, with values worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from company.hours import elapsed, elapsed_for
from company.profile import Holiday, ServiceHours

STOCKHOLM = "Europe/Stockholm"
OFFICE = ServiceHours((1, 2, 3, 4, 5), 8 * 60, 17 * 60)
ZONES = [STOCKHOLM, "America/New_York", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
MOMENTS = st.datetimes(datetime(2011, 12, 1), datetime(2012, 12, 31)).map(lambda m: m.replace(second=0, microsecond=0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # Wednesday 2026-06-03, two hours ahead of UTC: open from 06:00 to 15:00 UTC.
        ("2026-06-03 08:00", "2026-06-03 10:30", 2.5),
        ("2026-06-03 04:00", "2026-06-03 07:00", 1),
        ("2026-06-03 14:00", "2026-06-03 23:00", 1),
        ("2026-06-03 16:00", "2026-06-04 05:00", 0),
        ("2026-06-03 14:00", "2026-06-04 07:00", 2),
        # Friday 16:00 to Monday 09:00, then a whole week.
        ("2026-06-05 14:00", "2026-06-08 07:00", 2),
        ("2026-06-06 10:00", "2026-06-07 10:00", 0),
        ("2026-06-05 14:00", "2026-06-12 14:00", 45),
        # Friday 16:00 in winter to Monday 09:00 in summer, and back.
        ("2026-03-27 15:00", "2026-03-30 07:00", 2),
        ("2026-10-23 14:00", "2026-10-26 08:00", 2),
    ],
)
def test_only_service_hours_count(start: str, end: str, expected: float) -> None:
    assert elapsed(at(start), at(end), OFFICE, STOCKHOLM) == hours(expected)


def test_a_day_that_a_zone_skipped_adds_nothing_to_a_holiday_after_it() -> None:
    holiday = ServiceHours((3, 4, 5, 6), 873, 1113, (Holiday(date(2011, 12, 31)),))
    # Apia went from Thursday 29 straight to Saturday 31 December 2011: four hours on Thursday are all
    assert elapsed(at("2011-12-29 12:00"), at("2012-01-01 12:00"), holiday, "Pacific/Apia") == hours(4)


@pytest.mark.parametrize(
    ("start", "end", "opens", "closes", "expected"),
    [
        ("2026-03-28 23:00", "2026-03-29 22:00", 0, 24, 23),
        ("2026-10-24 22:00", "2026-10-25 23:00", 0, 24, 25),
        ("2026-03-28 12:00", "2026-03-29 21:00", 1, 5, 3),
        ("2026-10-24 12:00", "2026-10-25 21:00", 1, 5, 5),
    ],
)
def test_the_day_of_a_clock_change_has_23_or_25_hours(
    start: str, end: str, opens: int, closes: int, expected: float
) -> None:
    sunday = ServiceHours((7,), opens * 60, closes * 60)
    assert elapsed(at(start), at(end), sunday, STOCKHOLM) == hours(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # 02:30 does not exist, so 01:30 UTC as with the offset from before: 03:30 to 05:00 on the clock.
        ("2026-03-29", 1.5),
        # 02:30 comes twice, and the second one counts: 01:30 to 04:00 UTC.
        ("2026-10-25", 2.5),
    ],
)
def test_hours_that_begin_in_a_skipped_or_repeated_hour(day: str, expected: float) -> None:
    sunday = ServiceHours((7,), 2 * 60 + 30, 5 * 60)
    assert elapsed(at(f"{day} 00:00"), at(f"{day} 12:00"), sunday, STOCKHOLM) == hours(expected)


def test_an_hour_after_a_repeated_midnight_is_counted_once() -> None:
    # Havana, 2012-11-04: 00:00 comes at 04:00 and again at 05:00 UTC.
    assert elapsed(at("2012-11-04 04:30"), at("2012-11-04 05:30"), ServiceHours(), "America/Havana") == hours(1)


def test_a_day_that_a_zone_skipped_has_no_hours() -> None:
    # Apia went from the 29th of December 2011 to the 31st, which began at 10:00 UTC on the 30th.
    known = ServiceHours(opens=8 * 60, closes=17 * 60)
    assert elapsed(at("2011-12-30 10:00"), at("2011-12-31 10:00"), known, "Pacific/Apia") == hours(9)


def test_a_holiday_is_a_day_of_the_company_s_zone_without_hours() -> None:
    known = ServiceHours((1, 2, 3, 4, 5), 8 * 60, 17 * 60, (Holiday(date(2026, 12, 25), "Christmas Day"),))
    assert elapsed(at("2026-12-24 15:00"), at("2026-12-28 09:00"), known, STOCKHOLM) == hours(3)
    sydney = ServiceHours(holidays=(Holiday(date(2026, 1, 26)),))  # from 13:00 UTC on the 25th, for 24 hours
    assert elapsed(at("2026-01-25 12:00"), at("2026-01-26 14:00"), sydney, "Australia/Sydney") == hours(2)


def test_waiting_for_the_customer_stops_the_clock_only_while_it_runs() -> None:
    start, end = at("2026-06-03 06:00"), at("2026-06-04 15:00")
    waiting = [
        (at("2026-06-03 08:00"), at("2026-06-03 10:00")),
        (at("2026-06-03 09:00"), at("2026-06-03 11:00")),  # overlaps the first: three hours together
        (at("2026-06-03 14:00"), at("2026-06-04 07:00")),  # over night: an hour on either day
        (at("2026-06-04 14:30"), at("2026-06-09 00:00")),  # beyond the end: half an hour
        (at("2026-06-04 09:00"), at("2026-06-04 08:00")),  # ends before it starts
    ]
    assert elapsed(start, end, OFFICE, STOCKHOLM, waiting) == hours(18 - 3 - 2 - 0.5)
    assert elapsed(start, end, waiting=waiting) == hours(33 - 3 - 17 - 0.5)


def test_without_hours_the_clock_runs_day_and_night() -> None:
    assert elapsed(at("2026-06-05 14:00"), at("2026-06-08 07:00")) == hours(65)


def test_an_end_before_the_start_is_no_time() -> None:
    start, end, waiting = (
        at("2026-06-03 10:00"),
        at("2026-06-03 08:00"),
        [(at("2026-06-01 00:00"), at("2026-06-09 00:00"))],
    )
    assert (
        elapsed(start, end) == elapsed(start, end, OFFICE, STOCKHOLM, waiting) == elapsed(start, end, waiting=waiting)
    )
    assert elapsed(start, end) == timedelta()


def test_the_clock_of_some_priorities_never_stops() -> None:
    known = ServiceHours((1, 2, 3, 4, 5), 8 * 60, 17 * 60, always=("P1",))
    start, end = at("2026-06-05 14:00"), at("2026-06-08 07:00")
    assert elapsed_for("P1", start, end, known, STOCKHOLM) == hours(65)
    assert elapsed_for("P2", start, end, known, STOCKHOLM) == hours(2)
    assert elapsed_for("P2", start, end, None, STOCKHOLM) == hours(65)


@given(MOMENTS, MOMENTS, st.sampled_from(ZONES))
@settings(max_examples=60)
def test_days_without_a_break_leave_no_gap_and_count_nothing_twice(start: datetime, end: datetime, zone: str) -> None:
    assert elapsed(start, end, ServiceHours(), zone) == max(end - start, timedelta())


@given(
    MOMENTS,
    st.integers(0, 4 * 24 * 60),
    st.sets(st.integers(1, 7), min_size=1),
    st.tuples(st.integers(4 * 60, 12 * 60), st.integers(13 * 60, 24 * 60)),
    st.sampled_from(ZONES),
)
@settings(max_examples=40)
def test_the_clock_agrees_with_counting_every_minute(
    start: datetime, minutes: int, weekdays: set[int], span: Sequence[int], zone: str
) -> None:
    known = ServiceHours(tuple(sorted(weekdays)), span[0], span[1], (Holiday(date(2012, 3, 13)),))
    counted = 0
    for minute in range(minutes):
        local = (start + timedelta(minutes=minute)).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        is_working = local.isoweekday() in weekdays and local.date() != date(2012, 3, 13)
        counted += is_working and span[0] <= local.hour * 60 + local.minute < span[1]
    assert elapsed(start, start + timedelta(minutes=minutes), known, zone) == timedelta(minutes=counted)
