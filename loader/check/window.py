"""The window that the data span: the first day, and the last one, which is "today" for every metric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from company.calendar import add_months
from company.contract import Column
from loader.check.outcome import Days, Outcome
from warehouse.errors import TowerError

LONGEST = 24 * 12  # months of data, which the models' calendars hold (int_dates, int_service_days)


@dataclass(frozen=True)
class Span:
    """The days of a column that the contract marks, in one file or in the warehouse."""

    table: str
    column: Column
    days: Days

    @property
    def is_billing(self) -> bool:
        """Whether it is billing that tells of it."""
        return self.table.startswith("billing.")

    @property
    def name(self) -> str:
        """As messages say it, such as crm.deals.closed_at."""
        return f"{self.table}.{self.column.name}"


@dataclass(frozen=True)
class Window:
    """First and last day; `as_of` is "today" for every metric.

    `source` is the column that says what today is, nothing where a setting does. `later` counts the values by column
    that lie after the day of the load. `earlier` is the first day of what may begin before the window, `is_longest` a
    window that cannot take it in.
    """

    start: date | None = None
    as_of: date | None = None
    source: str = ""
    later: tuple[tuple[str, int], ...] = ()
    earlier: tuple[str, date] | None = None
    is_longest: bool = False


def window_of(spans: list[Span], today: date, override: date | None, first: date | None = None) -> Window:
    """The window of the data: to the last day on which something is known to have happened.

    `override` is an as-of date that is asked for, from the first day to `today`, the day of the load; `first` is a
    first day that is asked for. What lies more than 24 years before the last day is before the window. Raises
    TowerError for an as-of date outside of that.
    """
    happened = [span for span in spans if span.column.happened and span.days.last]
    latest = max(happened, key=lambda span: (span.days.last, span.name), default=None)
    last = latest.days.last if latest else None
    start = first or _begin(spans)
    if start is None or (last and start > last):
        start = last
    if override and override > today:
        raise TowerError(f"AS_OF_DATE {override} lies after the day of the load, {today}; mend it in .env")
    if override and start and override < start:
        raise TowerError(f"AS_OF_DATE {override} lies before the first day of the data, {start}; mend it in .env")
    end = override or last
    begins = add_months(end, -LONGEST) if end else None
    is_longest = bool(start and begins and start < begins)
    start = begins if is_longest else start
    start = _whole(start, end, spans) if start and end else start
    later: Counter[str] = Counter()
    for span in spans:
        if span.column.happened:
            later[span.name] += span.days.later
    source = latest.name if latest and not override else ""
    earlier = _earlier(spans, start, is_longest)
    return Window(start, end, source, tuple((+later).items()), earlier, is_longest)


def _begin(spans: list[Span]) -> date | None:
    """The first day of what starts the data, or else of what does as a last resort.

    Subscriptions outlive the record of them: beside events, tickets or spend invoices and ends say since when billing
    knows all of its MRR, and where it has none its first subscription does. Where billing stands alone all of it does.
    """
    known = [(span.days.first, span) for span in spans if span.column.data_start and span.days.first]
    opening = [(day, span) for day, span in known if not span.column.last_resort]
    if all(span.is_billing for _, span in opening):
        opening = known
    elif not any(span.is_billing for _, span in opening):
        opening += [(day, span) for day, span in known if span.is_billing]
    return min((day for day, _ in opening), default=None)


def _whole(start: date, end: date, spans: list[Span]) -> date:
    """The first of the next month, where the window would open within one whose customers came before.

    What moved in the days before is not known. Who had no customer before then began with that month; and where no
    other month has begun there is nothing else to show.
    """
    following = add_months(start.replace(day=1), 1)
    before = [span for span in spans if span.is_billing and span.column.last_resort and span.days.first]
    had_customers = any(span.days.first < start for span in before if span.days.first)
    return following if start.day > 1 and had_customers and following <= end else start


def _earlier(spans: list[Span], start: date | None, is_longest: bool) -> tuple[str, date] | None:
    """What begins before the window, and when; of what starts the data only where the window cannot be longer."""
    known = [s for s in spans if s.column.data_start and (s.column.last_resort or is_longest)]
    before = [(s.days.first, s.table) for s in known if s.days.first and start and s.days.first < start]
    return (min(before)[1], min(before)[0]) if before else None


def spans_of(outcomes: Iterable[Outcome]) -> list[Span]:
    """The spans of the marked columns of the files that were checked."""
    return [Span(o.table.key, o.table.column(name), days) for o in outcomes for name, days in o.days.items()]
