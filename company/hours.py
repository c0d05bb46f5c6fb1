"""The clock of a service policy: how long it ran between two instants, in calendar or business hours.

Instants are UTC without a zone, as the warehouse keeps them. A wall-clock time that a change of the clocks skips or
repeats is read as PostgreSQL reads it: skipped, with the offset from before; repeated, the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from company.calendar import ZONE, instant, local_day
from company.profile import ServiceHours

Span = tuple[datetime, datetime]
NONE = timedelta()


def elapsed(
    start: datetime,
    end: datetime,
    hours: ServiceHours | None = None,
    timezone: str = ZONE,
    waiting: Iterable[Span] = (),
) -> timedelta:
    """How long the clock ran from start to end: within the service hours, outside the waiting spans.

    Without hours it runs day and night. Waiting spans may overlap each other and reach beyond start and end. An end
    before its start is no time at all, never a negative one.
    """
    open_spans = [(start, end)] if hours is None else _open(start, end, hours, timezone)
    running = sum((max(until - since, NONE) for since, until in open_spans), NONE)
    return running - sum((_overlap(since, until, open_spans) for since, until in _merged(waiting)), NONE)


def elapsed_for(priority: str, start: datetime, end: datetime, hours: ServiceHours | None, timezone: str) -> timedelta:
    """Like elapsed, on the clock of a ticket's priority: some of them never stop."""
    return elapsed(start, end, None if hours and priority in hours.always else hours, timezone)


def _open(start: datetime, end: datetime, hours: ServiceHours, timezone: str) -> list[Span]:
    """The service hours of every working day, cut at start and end. A day that a zone skipped adds nothing."""
    closed = {holiday.day for holiday in hours.holidays}
    spans = []
    for day in _days(local_day(start, timezone), local_day(end, timezone)):
        if day.isoweekday() in hours.weekdays and day not in closed:
            since, until = instant(day, hours.opens, timezone), instant(day, hours.closes, timezone)
            if local_day(since, timezone) == day and max(since, start) < min(until, end):
                spans.append((max(since, start), min(until, end)))
    return _merged(spans)


def _days(first: date, last: date) -> Iterator[date]:
    """Every day from the one before the first to the last: an hour after a repeated midnight is the day before's."""
    for number in range(-1, (last - first).days + 1):
        yield first + timedelta(days=number)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch made one, in order."""
    merged: list[Span] = []
    for since, until in sorted(spans):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged


def _overlap(since: datetime, until: datetime, spans: Iterable[Span]) -> timedelta:
    return sum((max(min(until, last) - max(since, first), NONE) for first, last in spans), NONE)
