"""The clock of the simulation: wall-clock seconds since 1970 in the company's time zone."""

from __future__ import annotations

from datetime import date

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
