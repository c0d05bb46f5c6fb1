"""The clock of the simulation: wall-clock seconds since 1970 in the company's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from data_gen.arrays import Floats, Ints, Mask

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def epoch(day: date) -> int:
    """Midnight of a day in seconds since 1970."""
    return int(np.datetime64(day, "s").astype(np.int64))


def month_number(moments: Ints) -> Ints:
    """Months since January 1970 in which the moments lie."""
    return np.asarray(moments).astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def month_start(numbers: Ints) -> Ints:
    """The first second of months that are counted from January 1970."""
    return np.asarray(numbers).astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)


def calendar_month(moments: Ints) -> Ints:
    """The month of the year, January is 0."""
    return month_number(moments) % 12


def is_weekend(moments: Ints) -> Mask:
    """Which of the moments fall on Saturday or Sunday."""
    return (np.asarray(moments) // DAY + 3) % 7 >= 5


def after(moments: Ints, days: Floats) -> Ints:
    """The moments so many days later, to the second."""
    return moments + (days * DAY).astype(np.int64)


def working_time(rng: np.random.Generator, size: int) -> Ints:
    """Seconds of a day, most of them in working hours."""
    hours = np.clip(rng.normal(13.5, 3.2, size), 0.0, 23.9)
    return (hours * HOUR).astype(np.int64) + rng.integers(0, 60, size)


def to_utc(moments: Ints, timezone: str) -> Ints:
    """Wall-clock seconds as seconds of UTC, in the same order.

    The clocks change on the hour: what lies in a skipped hour is put at its end, in a repeated one at its first time.
    """
    hours, place = np.unique(moments // HOUR, return_inverse=True)
    shifts = [_offsets(int(hour), ZoneInfo(timezone)) for hour in hours]
    before, after_change = np.array(shifts, dtype=np.int64).reshape(-1, 2).T
    wall = np.where((before < after_change)[place], hours[place] * HOUR, moments)
    return wall - before[place]


def _offsets(hour: int, zone: ZoneInfo) -> tuple[int, int]:
    """How far the wall clock is ahead of UTC in an hour, in seconds: by both readings, if the clocks change in it."""
    wall = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    readings = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    first, second = (int(reading.total_seconds()) if reading else 0 for reading in readings)
    return first, second
