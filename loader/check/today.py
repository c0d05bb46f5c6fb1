"""The day of the load: what is dated later has not happened. Days are those of the company's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from company.calendar import ZONE, instant, local_day
from company.contract import Column


@dataclass(frozen=True)
class Today:
    """A day of a time zone. Values of timestamp columns are instants in UTC, those of date columns are days."""

    day: date
    timezone: str = ZONE

    @classmethod
    def of_load(cls, timezone: str = ZONE) -> Today:
        """The day that it is now."""
        return cls(local_day(datetime.now(UTC), timezone), timezone)

    def first_later(self, column: Column) -> date:
        """The first value of a column that lies after the day."""
        after = self.day + timedelta(days=1)
        return instant(after, 0, self.timezone) if column.data_type == "timestamp" else after

    def day_of(self, value: date | None) -> date | None:
        """The day to which a value belongs."""
        return local_day(value, self.timezone) if isinstance(value, datetime) else value
