"""The clock of service levels: when so many seconds of it have passed."""

from __future__ import annotations

import numpy as np

from company.profile import ServiceHours
from data_gen.arrays import Ints, Mask
from data_gen.clock import DAY, MINUTE, epoch

SPARE_DAYS = 60  # holidays and the days before the first working day


def served(hours: ServiceHours | None, is_always: Mask, moments: Ints, seconds: Ints) -> Ints:
    """When the clock has run so many seconds from each moment on; day and night without hours or where it always runs.

    Moments are wall-clock times, as the hours are.
    """
    if hours is None or not len(moments):
        return moments + seconds
    length = (hours.closes - hours.opens) * MINUTE
    first = int(moments.min()) // DAY
    span = (int(moments.max()) // DAY - first) + 2 * int(seconds.max()) // length + SPARE_DAYS
    days = first + np.arange(span)
    works = np.isin((days + 3) % 7 + 1, hours.weekdays) & ~np.isin(days * DAY, [epoch(h.day) for h in hours.holidays])
    passed = np.append(0, np.cumsum(works * length))  # of the clock, before each day
    day = moments // DAY - first
    since = np.clip(moments % DAY - hours.opens * MINUTE, 0, length)
    target = passed[day] + since * works[day] + seconds
    last = np.searchsorted(passed, target, side="left") - 1  # the day on which it is reached
    reached = days[last] * DAY + hours.opens * MINUTE + target - passed[last]
    return np.where(is_always, moments + seconds, reached)
