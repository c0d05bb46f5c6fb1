"""The window that the data span: the first day, and the last one, which is "today" for every metric."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from company.contract import Column
from loader.check.outcome import Outcome
from warehouse.errors import TowerError


@dataclass(frozen=True)
class Window:
    """First and last day; `as_of` is "today" for every metric. Subscriptions begin on `earlier`, before the window."""

    start: date | None
    as_of: date | None
    earlier: date | None = None


@dataclass(frozen=True)
class Span:
    """First and last day of a column that the contract marks."""

    column: Column
    first: date | None
    last: date | None


def window_of(spans: list[Span], override: date | None, first: date | None = None) -> Window:
    """The window that the contract's marked columns span; an as-of date outside the data is refused.

    `first` is a first day that is asked for.
    """
    last = max(_days(spans, "as_of", False) or _days(spans, "as_of", True), default=None)
    other = _days(spans, "data_start", True)
    start = first or min(_days(spans, "data_start", False) or other, default=None)
    earlier = min(other) if other and start and min(other) < start else None
    if start is None or (last and start > last):
        start = last
    if override and last and override > last:
        raise TowerError(f"AS_OF_DATE {override} lies after the last day of the data, {last}; mend it in .env")
    if override and start and override < start:
        raise TowerError(f"AS_OF_DATE {override} lies before the first day of the data, {start}; mend it in .env")
    return Window(start, override or last, earlier)


def _days(spans: list[Span], mark: str, last_resort: bool) -> list[date]:
    """The days at the end that a mark asks for."""
    marked = [span for span in spans if getattr(span.column, mark) and span.column.last_resort == last_resort]
    days = [span.last if mark == "as_of" else span.first for span in marked]
    return [day for day in days if day is not None]


def spans_of(outcomes: Iterable[Outcome]) -> list[Span]:
    """The spans of the marked columns of the files that were checked."""
    return [Span(o.table.column(name), *days) for o in outcomes for name, days in o.days.items()]
