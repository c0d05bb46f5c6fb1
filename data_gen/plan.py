"""What is made: the company's shape, its size, window and seed, and the day up to which its files tell its life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from company.calendar import add_months
from data_gen.arrays import NONE, Floats, Ints
from data_gen.clock import DAY, epoch, month_number, month_start
from data_gen.incidents import Incident, IncidentKind, Surge
from data_gen.shapes import shape_of
from data_gen.shapes.shape import Shape
from warehouse.errors import TowerError

MONTHS_AHEAD = 3  # that are drawn after the window's last month
FEWEST_ACCOUNTS = 20


@dataclass(frozen=True)
class Plan:
    """Scenario, size, window and seed of a company, and the last day of its files.

    Everything is drawn up to a horizon that the window sets, and then cut: a later day shows more of the same company.
    Moments are wall-clock seconds since 1970 in the company's time zone.
    """

    accounts: int
    seed: int
    start: date
    end: date
    scenario: str = "default"
    until: date | None = None  # the last day of the files, the window's unless set

    def __post_init__(self) -> None:
        if self.accounts < FEWEST_ACCOUNTS:
            raise TowerError(f"NUM_ACCOUNTS must be at least {FEWEST_ACCOUNTS}, not {self.accounts}")
        if self.end <= self.start:
            raise TowerError(f"DATA_END_DATE ({self.end}) must come after DATA_START_DATE ({self.start})")
        shape_of(self.scenario)
        if self.until and not self.start < self.until <= self.horizon:
            raise TowerError(
                f"the synthetic company's life is drawn up to {self.horizon}, not to {self.until}; "
                "`make gen-data load-data` begins it again, and a later DATA_END_DATE makes a company that lives longer"
            )

    def rng(self, domain: int) -> np.random.Generator:
        """A generator of its own for each domain, so that one domain's changes don't move another's."""
        return np.random.default_rng([self.seed, domain])

    @property
    def shape(self) -> Shape:
        """The company's words and figures."""
        return shape_of(self.scenario)

    @property
    def first(self) -> int:
        """The first instant of the window."""
        return epoch(self.start)

    @property
    def window_end(self) -> int:
        """The first instant after the window, which holds as many accounts as were asked for."""
        return epoch(self.end) + DAY

    @property
    def cut(self) -> int:
        """The first instant that the files don't know."""
        return epoch(self.until or self.end) + DAY

    @property
    def last(self) -> int:
        """The first instant after all that is drawn: whole months, three of them after the window's last."""
        return epoch(self.horizon) + DAY

    @property
    def horizon(self) -> date:
        """The last day that is drawn."""
        return add_months(self.end, MONTHS_AHEAD + 1) - timedelta(days=1)

    @property
    def stretch(self) -> float:
        """How many times as long as the window all that is drawn lasts."""
        return (self.last - self.first) / (self.window_end - self.first)

    @cached_property
    def month_starts(self) -> Ints:
        """The first instant of each month that is drawn and of the month after it, (months + 1,)."""
        first, last = month_number(np.array([self.first, self.last]))
        return month_start(np.arange(first, last + 1))

    @cached_property
    def month_edges(self) -> Ints:
        """Like month_starts, cut at the window's first instant."""
        return np.maximum(self.month_starts, self.first)

    @property
    def months(self) -> int:
        """The number of months that are drawn."""
        return len(self.month_starts) - 1

    def month_of(self, moments: Ints) -> Ints:
        """The month in which the moments lie, counted from the window's first; -1 for earlier ones."""
        return np.searchsorted(self.month_edges, moments, side="right") - 1

    def known(self, moments: Ints) -> Ints:
        """The moments that the files know, NONE for later ones."""
        return np.where(moments < self.cut, moments, NONE)

    @cached_property
    def incidents(self) -> tuple[Incident, ...]:
        """The planted incidents that fit into the window."""
        fitting = (one for one in self.shape.incidents if one.month < self.months - MONTHS_AHEAD - 1)
        return tuple(one.begin(add_months(self.start, one.month)) for one in fitting)

    def incident(self, kind: IncidentKind) -> Incident | None:
        """The incident of that kind, if it is planted."""
        return next((incident for incident in self.incidents if incident.kind == kind), None)

    @cached_property
    def surges(self) -> tuple[Surge, ...]:
        """The small incidents that fit into the window."""
        fitting = (one for one in self.shape.surges if one.month < self.months - MONTHS_AHEAD - 1)
        return tuple(one.begin(add_months(self.start, one.month)) for one in fitting)

    def swell(self, metric: str, moments: Ints, places: Mapping[str, Ints]) -> Floats:
        """How many times as much of a metric as usual there is by small incidents, at moments and places."""
        times = np.ones(len(moments))
        for surge in self.surges:
            scope = surge.scope
            if scope.metric == metric:
                here = places[scope.dimension] == self.shape.place(scope.dimension, scope.value)
                times = np.where(here, times * surge.times(moments), times)
        return times
