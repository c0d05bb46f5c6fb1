"""The window that the data span: the first day, and the last one, which is "today" for every metric."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from loader.check.outcome import FileReport
from warehouse.errors import TowerError


@dataclass(frozen=True)
class Window:
    """First and last day; `as_of` is "today" for every metric. Subscriptions begin on `earlier`, before the window."""

    start: date | None
    as_of: date | None
    earlier: date | None = None


def window_of(
    days: dict[tuple[str, bool, bool, bool], tuple[date | None, date | None]],
    override: date | None,
    first: date | None = None,
) -> Window:
    """The window that the contract's marked columns span; an as-of date outside the data is refused.

    `first` is a first day that is asked for.

    Keys are (column, counts for as_of, counts for data_start, is a last resort).
    """

    def ends(side: int, last_resort: bool) -> list[date]:
        marked = [pair[side] for key, pair in days.items() if key[2 - side] and key[3] == last_resort]
        return [day for day in marked if day is not None]

    known, other = ends(0, False), ends(0, True)
    start = first or min(known or other, default=None)
    earlier = min(other) if other and start and min(other) < start else None
    last = max(ends(1, False) or ends(1, True), default=None)
    if start is None or (last and start > last):
        start = last
    if override and last and override > last:
        raise TowerError(f"AS_OF_DATE {override} lies after the last day of the data, {last}; mend it in .env")
    if override and start and override < start:
        raise TowerError(f"AS_OF_DATE {override} lies before the first day of the data, {start}; mend it in .env")
    return Window(start, override or last, earlier)


def days_of(reports: list[FileReport]) -> dict[tuple[str, bool, bool, bool], tuple[date | None, date | None]]:
    found = {}
    for report in reports:
        for name, pair in report.days.items():
            column = report.table.column(name)
            found[f"{report.file} {name}", column.as_of, column.data_start, column.last_resort] = pair
    return found
