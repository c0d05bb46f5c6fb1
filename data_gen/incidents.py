"""Planted incidents: what goes wrong, where and when, and how much of it the figures show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from data_gen.arrays import Floats, Ints, Mask
from data_gen.clock import DAY, epoch

WEEK = 7 * DAY


class IncidentKind(StrEnum):
    """What may go wrong."""

    BAD_RELEASE = "bad_release"
    PAYMENT_OUTAGE = "payment_outage"
    PRICE_RISE = "price_rise"
    COST_BLOW_OUT = "cost_blow_out"
    TRACKING_GAP = "tracking_gap"
    SLA_COLLAPSE = "sla_collapse"
    CHURN_CLUSTER = "churn_cluster"


@dataclass(frozen=True)
class Scope:
    """The metric in which an incident shows, the dimension and its value, and whether it goes up or down."""

    metric: str
    dimension: str
    value: str
    direction: str = "up"


@dataclass(frozen=True)
class Incident:
    """One thing that was planted: what, its scope, and from when to when (both days included)."""

    kind: IncidentKind
    scope: Scope
    start: date
    end: date
    description: str

    def covers(self, moments: Ints) -> Mask:
        """Which of the moments lie within the incident."""
        return (moments >= epoch(self.start)) & (moments < epoch(self.end) + DAY)

    def covers_moment(self, moment: int) -> bool:
        """Whether the moment lies within the incident."""
        return epoch(self.start) <= moment < epoch(self.end) + DAY


@dataclass(frozen=True)
class Surge:
    """A small incident: for some weeks a slice of a metric is so many per cent above or below what it would be.

    A drift adds as many per cent each week.
    """

    scope: Scope
    percent: int
    is_drift: bool
    start: date
    end: date
    description: str

    def times(self, moments: Ints) -> Floats:
        """How many times as much as usual there is at the moments."""
        inside = (moments >= epoch(self.start)) & (moments < epoch(self.end) + DAY)
        weeks = (moments - epoch(self.start)) // WEEK + 1 if self.is_drift else np.ones(len(moments))
        return np.where(inside, (1 + self.percent / 100) ** np.where(inside, weeks, 0), 1.0)


@dataclass(frozen=True)
class PlannedSurge:
    """A small incident of a company's life: the month of the window from 0, its first day from there, and its weeks."""

    scope: Scope
    percent: int
    month: int
    first_day: int
    weeks: int
    description: str
    is_drift: bool = False

    @property
    def days(self) -> int:
        """The last day, counted from the month's first."""
        return self.first_day + 7 * self.weeks - 1

    def begin(self, month: date) -> Surge:
        """The small incident in a window whose month in question begins on that day."""
        start, end = month + timedelta(days=self.first_day), month + timedelta(days=self.days)
        return Surge(self.scope, self.percent, self.is_drift, start, end, self.description)


@dataclass(frozen=True)
class PlannedIncident:
    """An incident of a company's life: the month of the window from 0, first and last day counted from its first."""

    kind: IncidentKind
    scope: Scope
    month: int
    first_day: int
    last_day: int
    description: str

    def begin(self, month: date) -> Incident:
        """The incident in a window whose month in question begins on that day."""
        start, end = month + timedelta(days=self.first_day), month + timedelta(days=self.last_day)
        return Incident(self.kind, self.scope, start, end, self.description)
