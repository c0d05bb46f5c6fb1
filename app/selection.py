"""What a visitor looks at, as plain values: the build, the chosen filters and months, and what a page adds to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from company.calendar import CALENDAR_YEAR, add_months, month_label, months_between
from metrics.catalogue import PIPELINE, SHARED
from metrics.company import NOBODY, Company
from warehouse.reading import Reader

DIMENSIONS = SHARED  # the filters of every page, by their column
URL_KEYS = dict(zip(SHARED, ("segment", "region", "channel"), strict=True))
COMPARISONS = {"prior_period": "Prior period", "prior_year": "Prior year"}
YEAR = 12


def reader_of(publication: int, scope: str) -> Reader:
    """Whoever reads a publication as a scope's login role."""
    return Reader(scope or None, publication)


@dataclass(frozen=True)
class Tower:
    """The build that the dashboard shows, and the login role that reads it: together the key of every cache.

    `scope` is the role of a row scope, empty for the reader who sees every row.
    """

    publication: int
    scope: str
    as_of: date
    first_month: date
    last_month: date
    is_partial: bool
    company: Company = NOBODY
    year_starts: int = CALENDAR_YEAR  # the month, 1 to 12, in which the company's years start
    first_day: date = date.min  # of the data
    forced: str = ""  # why it is shown, where no test has passed it

    @property
    def reader(self) -> Reader:
        """Whoever reads this build."""
        return reader_of(self.publication, self.scope)


@dataclass(frozen=True)
class Filters:
    """What the user chose. Empty tuples filter nothing; start and end are first days of months, both included.

    `pipeline` is a choice of pages that have one; without it renewal pipelines are left out.
    """

    segment: tuple[str, ...]
    region: tuple[str, ...]
    acquisition_channel: tuple[str, ...]
    start: date
    end: date
    compare: str
    pipeline: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """Dimension to chosen values."""
        return {name: getattr(self, name) for name in DIMENSIONS}

    @property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """What the metrics are asked with: the chosen values and pipelines."""
        return self.values | ({PIPELINE: self.pipeline} if self.pipeline else {})

    @property
    def months(self) -> int:
        """Length of the range."""
        return months_between(self.start, self.end) + 1

    @property
    def last_day(self) -> date:
        """The last day of the range."""
        return add_months(self.end, 1) - timedelta(days=1)

    def earlier(self, compare: str) -> Filters:
        """The same selection in the range that a comparison (a key of COMPARISONS) is made with."""
        shift = -YEAR if compare == "prior_year" else -self.months
        return replace(self, start=add_months(self.start, shift), end=add_months(self.end, shift))

    def compared(self, first: date) -> Filters | None:
        """The same selection in the chosen comparison's range; None where it begins before the data."""
        earlier = self.earlier(self.compare)
        return None if earlier.start < first else earlier

    def narrowed(self, month: object = None, **values: object) -> Filters:
        """The same selection within one month and one value of a dimension: `narrowed(month, segment="SMB")`."""
        changed: dict[str, Any] = {name: (str(value),) for name, value in values.items() if value is not None}
        if month is not None:
            changed["start"] = changed["end"] = pd.Timestamp(str(month)).date().replace(day=1)
        return replace(self, **changed)

    def describe(self, company: Company) -> str:
        """The selection in the company's words."""
        chosen = [f"{company.label(name)}: {', '.join(values)}" for name, values in self.values.items() if values]
        *others, last = map(company.nouns, DIMENSIONS)
        return " · ".join(chosen) if chosen else f"All {', '.join(others)} and {last}"

    @property
    def span(self) -> str:
        """The months in words, such as May 2026 – Oct 2026."""
        first, last = month_label(self.start), month_label(self.end)
        return first if first == last else f"{first} – {last}"

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """The query parameters that hold on every page."""
        chosen: dict[str, str | list[str]] = {URL_KEYS[name]: list(v) for name, v in self.values.items() if v}
        return chosen | {"from": f"{self.start:%Y-%m}", "to": f"{self.end:%Y-%m}", "compare": self.compare}


@dataclass(frozen=True)
class Chosen:
    """What a page's own filter is set to, in words, and how to set it back."""

    label: str
    words: str
    widget: str
    default: Any
    is_default: bool


def active(company: Company, filters: Filters, own: list[Chosen]) -> str:
    """The filters that are set, the sidebar's and the page's own, in one line."""
    said = [f"{chosen.label}: {chosen.words}" for chosen in own if chosen.words and not chosen.is_default]
    return " · ".join([filters.describe(company), *said])


def in_words(company: Company, filters: Filters, own: list[Chosen]) -> dict[str, str]:
    """The whole selection, for exports and reports."""
    named = {company.label(name): ", ".join(values) or "All" for name, values in filters.values.items()}
    said = {chosen.label: chosen.words for chosen in own if chosen.words}
    return {"Months": filters.span, "Compared with": COMPARISONS[filters.compare], **named, **said}
