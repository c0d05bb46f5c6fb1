"""The shape of a company: every word and every figure in which one synthetic company differs from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from company.calendar import CALENDAR_YEAR
from data_gen.arrays import NONE, Floats, Ints, floats, ints
from data_gen.clock import DAY
from data_gen.incidents import PlannedIncident, PlannedSurge
from data_gen.shapes.money import RATE_UNIT, Catalogue, Currency, Failure, Reason, ReasonWords
from data_gen.shapes.people import Channel, Mix, Names, Region, Segment
from data_gen.shapes.sales import DealKind, MarketingWords, Pipeline, SalesWords
from data_gen.shapes.service import ProductWords, SupportWords


@dataclass(frozen=True)
class Calendar:
    """The company's year: time zone, fiscal year's first month (1 to 12), quiet months (January is 0), holidays."""

    timezone: str = "UTC"
    fiscal_first_month: int = CALENDAR_YEAR
    quiet_months: tuple[int, ...] = (0, 7)
    holidays: tuple[date, ...] = ()

    def ends_quarter(self, months: Ints) -> np.ndarray:
        """Which months of the year (January is 0) are the last of a fiscal quarter."""
        return (months + 1 - self.fiscal_first_month) % 3 == 2

    def is_quiet(self, months: Ints) -> np.ndarray:
        """Which months of the year are quiet."""
        return np.isin(months, self.quiet_months)

    def at_work(self, moments: Ints, roll: Literal["backward", "forward"] = "backward") -> Ints:
        """The same time of the last working day up to each moment, or of the first one from it on; NONE stays."""
        days = np.where(moments == NONE, 0, moments // DAY)
        holidays = np.array(self.holidays, dtype="datetime64[D]")
        working = np.busday_offset(days.astype("datetime64[D]"), 0, roll, holidays=holidays).astype(np.int64)
        return np.where(moments == NONE, NONE, moments + (working - days) * DAY)


@dataclass(frozen=True)
class Shape:
    """A company as the generator sees it."""

    name: str
    calendar: Calendar
    segments: tuple[Segment, ...]
    regions: tuple[Region, ...]
    channels: tuple[Channel, ...]
    names: Names
    catalogue: Catalogue
    reasons: tuple[ReasonWords, ...]  # in the order of Reason
    failures: tuple[str, ...]  # in the order of Failure
    pipelines: tuple[Pipeline, ...]
    sales: SalesWords
    marketing: MarketingWords
    product: ProductWords
    support: SupportWords
    incidents: tuple[PlannedIncident, ...] = ()
    surges: tuple[PlannedSurge, ...] = ()
    mix: Mix = field(default_factory=Mix)
    labels: Mapping[str, str] = field(default_factory=dict)  # what it calls a kind of words, as in company.yml
    gross_margin_percent: int | None = None
    bands: Mapping[str, object] = field(default_factory=dict)  # amounts, as in company.yml; none of them are learned

    def __post_init__(self) -> None:
        if [words.reason for words in self.reasons] != list(Reason) or len(self.failures) != len(Failure):
            raise ValueError(f"{self.name}: a word is lacking for a churn reason or a failed payment")

    def segment(self, name: str) -> int:
        """The place of a segment."""
        return [segment.name for segment in self.segments].index(name)

    def region(self, name: str) -> int:
        """The place of a region."""
        return [region.name for region in self.regions].index(name)

    def channel(self, name: str) -> int:
        """The place of a channel."""
        return [channel.name for channel in self.channels].index(name)

    def place(self, dimension: str, value: str) -> int:
        """The place of a segment, region or acquisition channel."""
        return {"segment": self.segment, "region": self.region, "acquisition_channel": self.channel}[dimension](value)

    @property
    def segment_shares(self) -> Floats:
        """Share of each segment in the accounts."""
        return floats(self.segments, lambda segment: segment.share)

    @property
    def channel_shares(self) -> Floats:
        """Share of each channel in each segment's accounts, (segments, channels)."""
        return np.array([channel.shares for channel in self.channels]).T

    @property
    def currency_of_region(self) -> Ints:
        """What each region pays in, as the place of the currency."""
        return ints(self.regions, lambda region: region.currency)

    @property
    def currencies(self) -> tuple[Currency, ...]:
        """The currencies, the reporting one first."""
        return self.catalogue.currencies

    def local_cents(self, cents: Ints, currency: Ints) -> Ints:
        """Cents of the reporting currency in others, rounded down."""
        return cents * RATE_UNIT // ints(self.currencies, lambda one: one.rate)[currency]

    def reporting_cents(self, cents: Ints, currency: Ints) -> Ints:
        """Cents of other currencies in the reporting one, rounded half up."""
        rate = ints(self.currencies, lambda one: one.rate)[currency]
        return (2 * cents * rate + RATE_UNIT) // (2 * RATE_UNIT)

    @property
    def has_renewals(self) -> bool:
        """Whether renewals are deals."""
        return any(DealKind.RENEWAL in pipeline.kinds for pipeline in self.pipelines)

    def cell(self, segment: Ints, region: Ints) -> Ints:
        """The place of a pair of segment and region when all pairs stand in one row."""
        return segment * len(self.regions) + region

    @property
    def cells(self) -> int:
        """The number of pairs of segment and region."""
        return len(self.segments) * len(self.regions)
